"""What AWS's servers do before a service sees a request: signatures verified; and their event streams in frames."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import struct
import time
import zlib
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from sluice.fake.content import Json
from sluice.fake.http import Ask

EVENT_STREAM = "application/vnd.amazon.eventstream"
_PROOF = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([A-Z0-9]+)/(\d{8})/([a-z0-9-]+)/([a-z]+)/aws4_request, "
    r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)
_SKEW_S = 300


def secret_of(access: str) -> str:
    """The secret of an access key, as the fake's account has it."""
    return f"{access.lower()}/secret+key"


async def refuse(ask: Ask, status: int, kind: str, message: str) -> None:
    """An error as the services tell it."""
    body = json.dumps({"message": message}).encode()
    headers = {"x_amzn_ErrorType": f"{kind}:http://internal.amazon.com/coral/", "x_amzn_RequestId": "req-fake"}
    await ask.raw(status, body, "application/json", **headers)


def stranger(ask: Ask, service: str) -> str:
    """Why the request is nobody's; "" when its signature, or its bearer key, is good."""
    authorization = ask.headers.get("authorization", "")
    if authorization.startswith("Bearer "):
        return "" if len(authorization) > 12 else "The security token included in the request is invalid."
    found = _PROOF.fullmatch(authorization)
    if found is None:
        return "Missing Authentication Token"
    access, day, region, named, signed, signature = found.groups()
    moment = ask.headers.get("x-amz-date", "")
    if named != service or not moment.startswith(day):
        return "Credential should be scoped to correct service and day"
    age = time.time() - datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    if abs(age) > _SKEW_S:
        return f"Signature expired: {moment} is not within 5 minutes of now"
    missing = {"host", "x-amz-date"} - set(signed.split(";"))
    if missing or (access.startswith("ASIA") and "x-amz-security-token" not in signed):
        return "The security token included in the request is invalid."
    key = f"AWS4{secret_of(access)}".encode()
    for word in (day, region, service, "aws4_request"):
        key = hmac.new(key, word.encode(), hashlib.sha256).digest()
    canonical = hashlib.sha256(_canonical(ask, signed).encode()).hexdigest()
    told = f"AWS4-HMAC-SHA256\n{moment}\n{day}/{region}/{service}/aws4_request\n{canonical}"
    if hmac.new(key, told.encode(), hashlib.sha256).hexdigest() != signature:
        return "The request signature we calculated does not match the signature you provided."
    return ""


def _canonical(ask: Ask, signed: str) -> str:
    """The request as both sides write it down; the path is encoded twice: as it travels, and once more."""
    path = "/".join(quote(quote(unquote(part), safe="-_.~"), safe="-_.~") for part in ask.raw_path.split("/"))
    query = "&".join(sorted(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in ask.query.items()))
    headers = "".join(f"{name}:{' '.join(ask.headers[name].split())}\n" for name in signed.split(";"))
    return "\n".join((ask.method, path, query, headers, signed, hashlib.sha256(ask.body).hexdigest()))


def frame(event: str, payload: Json | bytes, kind: str = "event") -> bytes:
    """One frame of an event stream; ``kind`` may be ``exception``. Bytes are a payload of no kind."""
    name = ":event-type" if kind == "event" else ":exception-type"
    content = "application/octet-stream" if isinstance(payload, bytes) else "application/json"
    pairs = {name: event, ":content-type": content, ":message-type": kind}
    headers = b"".join(_header(key, value) for key, value in pairs.items())
    body = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(body), len(headers))
    head = prelude + struct.pack(">I", zlib.crc32(prelude))
    whole = head + headers + body
    return whole + struct.pack(">I", zlib.crc32(whole))


def _header(name: str, value: str) -> bytes:
    return bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
