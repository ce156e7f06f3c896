"""AWS's Signature Version 4: a request signed with a secret that never travels (wires.md 6).

Pure: the time is given. Tested against AWS's published examples and verified by the fake provider on its own.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

import msgspec

from sluice.base.wire import Header, WireRequest

_UNSIGNED = frozenset({b"user-agent", b"authorization"})
"""Headers a proxy may change, and the one that carries the signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """Who signs, and for which service where. ``token`` belongs to temporary keys."""

    access: str
    secret: str = field(repr=False)
    region: str
    service: str
    token: str = field(default="", repr=False)

    def derived(self, day: str) -> bytes:
        """The secret that signs all requests of one day (``YYYYMMDD``)."""
        key = b"AWS4" + self.secret.encode()
        for word in (day, self.region, self.service, "aws4_request"):
            key = hmac.digest(key, word.encode(), "sha256")
        return key


def sign(request: WireRequest, key: SigningKey, now_ms: int) -> WireRequest:
    """The request with its signature. Its body must be bytes, and be sent as it is."""
    assert isinstance(request.body, bytes)
    moment = datetime.fromtimestamp(now_ms // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    dated: tuple[Header, ...] = ((b"x-amz-date", moment.encode()),)
    if key.token:
        dated += ((b"x-amz-security-token", key.token.encode()),)
    headers = (*request.headers, *dated)
    named = sorted((name, b" ".join(value.split())) for name, value in headers if name not in _UNSIGNED)
    named = sorted([*named, (b"host", request.origin.rpartition("/")[2].encode())])
    signed = b";".join(name for name, _ in named).decode()
    path, _, query = request.target.decode().partition("?")
    canonical = "\n".join(
        (
            request.method.decode(),
            # The path is encoded once more than it travels.
            quote(path, safe="/-_.~") or "/",
            _canonical_query(query),
            *(f"{name.decode()}:{value.decode()}" for name, value in named),
            "",
            signed,
            hashlib.sha256(request.body).hexdigest(),
        )
    )
    day = moment[:8]
    scope = f"{day}/{key.region}/{key.service}/aws4_request"
    told = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(key.derived(day), told.encode(), "sha256").hexdigest()
    proof = f"AWS4-HMAC-SHA256 Credential={key.access}/{scope}, SignedHeaders={signed}, Signature={signature}"
    return msgspec.structs.replace(request, headers=(*headers, (b"authorization", proof.encode())))


def _canonical_query(query: str) -> str:
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parse_qsl(query, True))
    return "&".join(f"{name}={value}" for name, value in pairs)
