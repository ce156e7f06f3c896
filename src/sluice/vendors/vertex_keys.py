"""Keys of Vertex AI, and the access tokens Google sells for them.

A key is the JSON of a service account (or of a user's login, as ``gcloud`` writes it), alone or behind project and
region as ``PROJECT|REGION|JSON``; or an API key; or an access token got elsewhere. A service account signs a JWT with
its private key and exchanges it (https://developers.google.com/identity/protocols/oauth2/service-account).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sluice.base.outcome import Fault
from sluice.base.wire import Header, WireHead, WireRequest
from sluice.vendors.dialect import Minted, Minter
from sluice.vendors.oauth import read_token
from sluice.vendors.parts import AGENT
from sluice.vendors.quirks import UNREADABLE, encode
from sluice.vendors.schema import Vendor
from sluice.vendors.unfit import Unfit
from sluice.vendors.urls import take_apart

LIFETIME_S = 3600
"""The longest a JWT may live, and how long an access token does."""
_TOKENS = "https://oauth2.googleapis.com/token"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_FORM: Header = (b"content-type", b"application/x-www-form-urlencoded")
_REGION = re.compile(r"global|us|eu|[a-z]+-[a-z]+\d+")
_FORMS = "the key must be a service account's JSON, PROJECT|REGION|JSON, or an API key"


@dataclass(frozen=True, slots=True, kw_only=True)
class VertexKey:
    """A key taken apart. ``plain`` is an API key or an access token; else ``minter`` gets tokens."""

    minter: Minter | None = None
    plain: str = field(default="", repr=False)
    project: str = ""
    region: str = ""


def read_key(vendor: Vendor, key: str) -> VertexKey:
    """Raises ValueError, without showing the key, when it has none of the forms."""
    key = key.strip()
    head, brace, rest = key.partition("{")
    if brace:
        account = _account(brace + rest)
        project, region = _place(head)
        told = project or _word(account, "project_id") or _word(account, "quota_project_id")
        return VertexKey(minter=_minter(vendor, account), project=told, region=region)
    if not key.isascii() or not key.isprintable() or " " in key or "|" in key:
        raise Unfit(_FORMS, "key")
    return VertexKey(plain=key)


def is_access_token(key: str) -> bool:
    """Whether a plain key is one of Google's access tokens; else it is an API key."""
    return key.startswith("ya29.")


def _place(head: str) -> tuple[str, str]:
    """Project and region, in whichever order they stand (One API has both)."""
    if not head.strip():
        return "", ""
    words = [word.strip() for word in head.strip().rstrip("|").split("|")]
    if len(words) != 2 or not all(words):
        raise Unfit(_FORMS, "key")
    project, region = words
    if _REGION.fullmatch(project) and not _REGION.fullmatch(region):
        project, region = region, project
    return project, region


def _account(text: str) -> Mapping[str, Any]:
    try:
        account = msgspec.json.decode(text)
    except UNREADABLE:
        account = None
    if not isinstance(account, dict):
        raise Unfit("the JSON in the key cannot be read: copy the whole file, from { to }", "key")
    return account


def _word(account: Mapping[str, Any], name: str) -> str:
    value = account.get(name)
    return value.strip() if isinstance(value, str) else ""


def _minter(vendor: Vendor, account: Mapping[str, Any]) -> Minter:
    given = _word(account, "token_uri")
    try:
        typed = take_apart(given or _TOKENS, vendor)
    except ValueError:
        raise Unfit("the key's token_uri is no address", "key") from None
    service = Service(typed.origin, typed.path, given or _TOKENS)
    if _word(account, "type") == "authorized_user":
        names = ("client_id", "client_secret", "refresh_token")
        return UserMinter(service, {name: _needed(account, name) for name in names})
    return AccountMinter(service, account)


def _needed(account: Mapping[str, Any], name: str) -> str:
    value = _word(account, name)
    if not value:
        raise Unfit(f"the JSON in the key has no {name}: {_FORMS}", "key")
    return value


@dataclass(frozen=True, slots=True)
class Service:
    """A token service: where it is, and its own name for itself."""

    origin: str
    path: str
    name: str

    def asked(self, form: Mapping[str, str]) -> WireRequest:
        """The request for a token."""
        return WireRequest(b"POST", self.origin, self.path.encode(), (_FORM, AGENT), urlencode(form).encode())


class AccountMinter:
    """Buys access tokens with a service account. Raises ValueError when it is not whole."""

    def __init__(self, service: Service, account: Mapping[str, Any]) -> None:
        self._service = service
        self._email = _needed(account, "client_email")
        self._key_id = _word(account, "private_key_id")
        self._private = _private_key(_needed(account, "private_key"))

    def exchange(self, now_ms: int) -> WireRequest | Minted:
        """The request to the token service."""
        return self._service.asked({"grant_type": _GRANT, "assertion": self._assertion(now_ms // 1000)})

    def _assertion(self, now_s: int) -> str:
        """A JWT, RS256: who asks whom for what, and until when."""
        head = {"alg": "RS256", "typ": "JWT", **({"kid": self._key_id} if self._key_id else {})}
        claims = {
            "iss": self._email,
            "scope": _SCOPE,
            "aud": self._service.name,
            "iat": now_s,
            "exp": now_s + LIFETIME_S,
        }
        signed = b".".join(_base64url(encode(part)) for part in (head, claims))
        signature = self._private.sign(signed, PKCS1v15(), SHA256())
        return (signed + b"." + _base64url(signature)).decode()

    def accept(self, head: WireHead, body: bytes, now_ms: int) -> Minted | Fault:
        """The token."""
        return read_token(head, body, now_ms, LIFETIME_S)


class UserMinter:
    """Renews the access token of a user's login."""

    def __init__(self, service: Service, form: Mapping[str, str]) -> None:
        self._service = service
        self._form = {"grant_type": "refresh_token", **form}

    def exchange(self, now_ms: int) -> WireRequest | Minted:
        """The request to the token service."""
        return self._service.asked(self._form)

    def accept(self, head: WireHead, body: bytes, now_ms: int) -> Minted | Fault:
        """The token."""
        return read_token(head, body, now_ms, LIFETIME_S)


def _private_key(pem: str) -> RSAPrivateKey:
    try:
        # Pasted through shells, its line ends may have become letters. Checking the primes would take 100 ms at each
        # binding, and tells nothing that the token service does not.
        key = load_pem_private_key(pem.replace("\\n", "\n").encode(), None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise Unfit("the private_key in the key's JSON cannot be read: copy the whole file", "key")
    return key


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
