"""TC3-HMAC-SHA256: how requests to Tencent Cloud's APIs are signed. Pure.

Source: tencentcloud-sdk-python 3.1.180 (``common/sign.py``, ``abstract_client.py``), One API (relay/adaptor/tencent).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sluice.base.wire import Header

ALGORITHM = "TC3-HMAC-SHA256"
_SIGNED = "content-type;host;x-tc-action"


@dataclass(frozen=True, slots=True)
class Secret:
    """The two halves of a key: the name of the secret, and the secret."""

    id: str
    key: str = field(repr=False)


def sign(secret: Secret, *, service: str, action: str, host: str, path: str, body: bytes, now_s: int) -> Header:
    """The ``authorization`` header of a JSON POST without query. ``body`` must be sent byte for byte; ``now_s`` (epoch
    seconds) travels in ``x-tc-timestamp``."""
    date = datetime.fromtimestamp(now_s, UTC).strftime("%Y-%m-%d")
    scope = f"{date}/{service}/tc3_request"
    headers = f"content-type:application/json\nhost:{host}\nx-tc-action:{action.lower()}\n"
    canonical = "\n".join(("POST", path, "", headers, _SIGNED, _digest(body)))
    told = "\n".join((ALGORITHM, str(now_s), scope, _digest(canonical.encode())))
    key = f"TC3{secret.key}".encode()
    for part in (date, service, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, told.encode(), hashlib.sha256).hexdigest()
    credential = f"Credential={secret.id}/{scope}"
    return b"authorization", f"{ALGORITHM} {credential}, SignedHeaders={_SIGNED}, Signature={signature}".encode()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
