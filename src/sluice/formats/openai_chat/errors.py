"""Errors of OpenAI-shaped upstreams, in all the shapes they come in, as a Fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.formats.members import DECODE_ERRORS

_LONGEST = 2000
_LONGEST_WAIT = 86_400.0

_BY_STATUS: Mapping[int, Cause] = {
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

_BY_CODE: Mapping[str, Cause] = {
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
"""Codes that say more than the status they come with."""

_BY_TYPE: Mapping[str, Cause] = {
    "authentication_error": Cause.AUTH,
    "billing_error": Cause.AUTH,
    "invalid_request_error": Cause.REQUEST,
    "not_found_error": Cause.MODEL,
    "overloaded_error": Cause.OVERLOADED,
    "permission_error": Cause.AUTH,
    "rate_limit_error": Cause.RATE,
    "requests": Cause.RATE,
    "timeout_error": Cause.TIMEOUT,
    "tokens": Cause.RATE,
}
"""Types and codes that stand in for a status where there is none: in the middle of a stream, or in a 200 answer."""


def cause_of(status: int, code: str | None = None, kind: str | None = None) -> Cause:
    """The cause behind an HTTP status and the upstream's own code and type."""
    words = [word.lower() for word in (code, kind) if word]
    tables = (_BY_CODE, _BY_TYPE) if status < 400 else (_BY_CODE,)
    for table in tables:
        for word in words:
            if word in table:
                return table[word]
    if status < 400 and code is not None and re.fullmatch("[45][0-9][0-9]", code):
        status = int(code)
    return _BY_STATUS.get(status) or (Cause.REQUEST if 400 <= status < 500 else Cause.SERVER)


def fault_from(
    status: int, head: WireHead, body: bytes, *, code_map: Mapping[str, Cause] | None = None, now_ms: int = 0
) -> Fault:
    """A non-2xx answer (or an error object met inside a 2xx one) as a Fault; never raises.

    ``code_map`` gives the causes of a vendor's own codes, or of its types where it has no codes; they count before the
    status.
    """
    try:
        value = msgspec.json.decode(body)
    except DECODE_ERRORS:
        value = None
    error = error_of(value)
    message = error.get("message") or _plain(body)
    code = error.get("code")
    known = code_map or {}
    mapped = known.get(code or "") or known.get(error.get("type", ""))
    wait = retry_after(head, now_ms)
    return Fault(
        cause=mapped or cause_of(status, code, error.get("type")),
        message=message[:_LONGEST],
        status=status,
        code=code,
        type=error.get("type"),
        param=error.get("param"),
        retry_after=_told_wait(message) if wait is None else wait,
    )


def tells_error(names: AbstractSet[str]) -> bool:
    """Whether members of these names make an object that promised an answer an error (without a member ``error``)."""
    return not names.isdisjoint(("message", "msg", "error_msg", "errorMsg", "error_code", "detail", "base_resp"))


def error_of(value: Any) -> dict[str, str]:
    """What an error body says, whatever its shape: any of message, code, type, param; {} when it says nothing known."""
    if isinstance(value, list) and value:
        value = value[0]  # Gemini-style streams wrap the error object in an array
    if not isinstance(value, dict):
        return {"message": value} if isinstance(value, str) else {}
    inner = value.get("error")
    source = inner if isinstance(inner, dict) else _wrapped(value)
    found: dict[str, str] = {}
    if isinstance(inner, str):
        found["message"] = inner
    for name, keys in _KEYS.items():
        for key in keys:
            text = _text(source.get(key))
            if text:
                found.setdefault(name, text)
    return found


def _wrapped(value: dict[str, Any]) -> dict[str, Any]:
    """Where an error without a member ``error`` speaks: MiniMax wraps it (wires.md 12), Cloudflare lists it (21)."""
    listed = value.get("errors")
    for inner in (value.get("base_resp"), listed[0] if isinstance(listed, list) and listed else None):
        if isinstance(inner, dict):
            return inner
    return value


_KEYS = {
    "message": ("message", "msg", "error_msg", "detail", "errorMsg", "errorMessage", "status_msg"),
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
    if isinstance(value, dict):  # Mistral: {"message": {"detail": [...]}}
        value = value.get("detail") or value.get("message") or value.get("error") or ""
    if isinstance(value, list):
        parts = [item.get("msg", "") if isinstance(item, dict) else item for item in value]
        return "; ".join(part for part in parts if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _plain(body: bytes) -> str:
    """The text of a body that is no JSON; markup is not worth showing."""
    text = body[:_LONGEST].decode("utf-8", "replace").strip()
    return "" if text.startswith(("<", "{", "[")) else text


_AMOUNT = re.compile(rb"\d{1,9}(?:\.\d{1,9})?")
_TOLD = re.compile(r"(?i)\b(?:try again|retry) (?:in|after) ((?:\d{1,6}(?:\.\d{1,6})?(?:ms|h|m|s) ?){1,4})")
_PIECE = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def retry_after(head: WireHead, now_ms: int = 0) -> float | None:
    """Seconds the upstream asks to wait: ``retry-after-ms``, then ``retry-after`` in seconds or, given ``now_ms``,
    as a date."""
    precise = (head.get(b"retry-after-ms") or b"").strip()
    if _AMOUNT.fullmatch(precise):
        return min(float(precise) / 1000, _LONGEST_WAIT)
    value = (head.get(b"retry-after") or b"").strip()
    if _AMOUNT.fullmatch(value):
        return min(float(value), _LONGEST_WAIT)
    if not value or not now_ms:
        return None
    try:
        moment = parsedate_to_datetime(value.decode("latin-1"))
        return min(max(moment.timestamp() - now_ms / 1000, 0.0), _LONGEST_WAIT)
    except (ValueError, OverflowError, OSError):
        return None


def _told_wait(message: str) -> float | None:
    """Seconds a message asks to wait ("Please try again in 1m20s")."""
    found = _TOLD.search(message)
    if found is None:
        return None
    return min(
        sum(float(amount) * _UNITS[unit.lower()] for amount, unit in _PIECE.findall(found[1].lower())), _LONGEST_WAIT
    )
