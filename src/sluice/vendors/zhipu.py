"""Zhipu AI: the key as it is, or a short-lived token signed with it.

A key is ``id.secret``. The token is a JWT, HS256 over the secret, its times in milliseconds (SDK ``zai``). The v3 API
is gone; a channel whose address still names it gets v4, with the tokens v3 asked for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

import msgspec

from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead, WireRequest
from sluice.vendors.dialect import ChannelSpec, Minted
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.schema import Vendor
from sluice.vendors.unfit import Unfit
from sluice.vendors.urls import Base

LIFETIME_MS = 3_600_000
_V3 = "/api/paas/v3"


class JwtMinter:
    """Signs tokens; needs no exchange. Raises ValueError for a key that is not ``id.secret``."""

    def __init__(self, key: str) -> None:
        self._id, dot, self._secret = key.strip().partition(".")
        if not (self._id and dot and self._secret):
            raise Unfit("a key that signs tokens has the form id.secret", "key")

    def exchange(self, now_ms: int) -> WireRequest | Minted:
        """A token that is good for an hour."""
        expires_ms = now_ms + LIFETIME_MS
        head = {"alg": "HS256", "sign_type": "SIGN", "typ": "JWT"}
        payload = {"api_key": self._id, "exp": expires_ms, "timestamp": now_ms}
        signed = b".".join(_base64url(msgspec.json.encode(part)) for part in (head, payload))
        signature = hmac.new(self._secret.encode(), signed, hashlib.sha256).digest()
        return Minted(value=(signed + b"." + _base64url(signature)).decode(), expires_ms=expires_ms)

    def accept(self, head: WireHead, body: bytes, now_ms: int) -> Minted | Fault:
        """Never needed: nothing is exchanged."""
        return Fault(cause=Cause.SHAPE, message="tokens are signed here, not exchanged", status=head.status)


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class Zhipu(OpenAiLike):
    """OpenAI-shaped but for its credentials."""

    def __init__(self, vendor: Vendor, spec: ChannelSpec) -> None:
        super().__init__(vendor, spec)
        if self.options["auth"] == "jwt" or self._was_v3:
            self.minter = JwtMinter(spec.key)

    def find_base(self) -> Base:
        """The address, v4 for v3."""
        base = super().find_base()
        self._was_v3 = base.path.endswith(_V3)
        return Base(base.origin, base.path.removesuffix(_V3) + self.vendor.root) if self._was_v3 else base


bind = Zhipu
