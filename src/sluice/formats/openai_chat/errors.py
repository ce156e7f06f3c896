"""Errors of OpenAI-shaped upstreams, in all the shapes they come in, as a Fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead

_LONGEST = 2000

_BY_STATUS = {
    400: Cause.REQUEST,
    401: Cause.AUTH,
    402: Cause.AUTH,
    403: Cause.AUTH,
    404: Cause.MODEL,
    408: Cause.TIMEOUT,
    409: Cause.REQUEST,
    413: Cause.REQUEST,
    415: Cause.REQUEST,
    422: Cause.REQUEST,
    429: Cause.RATE,
    498: Cause.AUTH,
    502: Cause.OVERLOADED,
    503: Cause.OVERLOADED,
    504: Cause.TIMEOUT,
    529: Cause.OVERLOADED,
}

_BY_CODE = {
    "invalid_api_key": Cause.AUTH,
    "insufficient_quota": Cause.AUTH,
    "billing_hard_limit_reached": Cause.AUTH,
    "account_deactivated": Cause.AUTH,
    "arrearage": Cause.AUTH,
    "model_not_found": Cause.MODEL,
    "deploymentnotfound": Cause.MODEL,
    "rate_limit_exceeded": Cause.RATE,
    "content_filter": Cause.REQUEST,
    "context_length_exceeded": Cause.REQUEST,
}


def cause_of(status: int, code: str | None = None, kind: str | None = None) -> Cause:
    """The cause behind an HTTP status and the upstream's own words."""
    for word in (code, kind):
        found = _BY_CODE.get(word.lower()) if word else None
        if found is not None and not (found is Cause.AUTH and status == 400):
            return found
    return _BY_STATUS.get(status) or (Cause.REQUEST if 400 <= status < 500 else Cause.SERVER)


def fault_from(
    status: int, head: WireHead, body: bytes, *, code_map: Mapping[str, Cause] | None = None, now_ms: int = 0
) -> Fault:
    """A non-2xx answer (or an error object met inside a 2xx one) as a Fault; never raises.

    ``code_map`` gives the causes of a vendor's own codes, which count before the status.
    """
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = None
    error = error_of(value)
    message = error.get("message") or _plain(body)
    code = error.get("code")
    mapped = (code_map or {}).get(code) if code else None
    return Fault(
        cause=mapped or cause_of(status, code, error.get("type")),
        message=message[:_LONGEST],
        status=status,
        code=code,
        type=error.get("type"),
        param=error.get("param"),
        retry_after=retry_after(head, now_ms),
    )


def error_of(value: Any) -> dict[str, str]:
    """What an error body says, whatever its shape: any of message, code, type, param; {} when it says nothing known."""
    if isinstance(value, list) and value:
        value = value[0]  # Gemini-style streams wrap the error object in an array
    if not isinstance(value, dict):
        return {"message": value} if isinstance(value, str) else {}
    inner = value.get("error")
    source = inner if isinstance(inner, dict) else value
    found: dict[str, str] = {}
    if isinstance(inner, str):
        found["message"] = inner
    for name, keys in _KEYS.items():
        for key in keys:
            text = _text(source.get(key))
            if text:
                found.setdefault(name, text)
    return found


_KEYS = {
    "message": ("message", "msg", "error_msg", "detail", "errorMsg"),
    "code": ("code", "error_code", "errorCode", "status_code"),
    "type": ("type",),
    "param": ("param",),
}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        parts = [item.get("msg", "") if isinstance(item, dict) else item for item in value]
        return "; ".join(part for part in parts if isinstance(part, str))
    if isinstance(value, dict):  # Mistral: {"message": {"detail": [...]}}
        return _text(value.get("detail")) or _text(value.get("message"))
    return ""


def _plain(body: bytes) -> str:
    """The text of a body that is no JSON; markup is not worth showing."""
    text = body[:_LONGEST].decode("utf-8", "replace").strip()
    return "" if text.startswith(("<", "{", "[")) else text


_AMOUNT = re.compile(rb"\d+(?:\.\d+)?")


def retry_after(head: WireHead, now_ms: int = 0) -> float | None:
    """Seconds the upstream asks to wait: ``retry-after-ms``, then ``retry-after`` in seconds or as a date."""
    precise = head.get(b"retry-after-ms")
    if precise is not None and _AMOUNT.fullmatch(precise.strip()):
        return float(precise) / 1000
    value = head.get(b"retry-after")
    if value is None:
        return None
    if _AMOUNT.fullmatch(value.strip()):
        return float(value)
    try:
        moment = parsedate_to_datetime(value.decode("latin-1"))
        return max(moment.timestamp() - now_ms / 1000, 0.0) if now_ms else None
    except (ValueError, OverflowError):
        return None
