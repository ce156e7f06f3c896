"""Errors of the generateContent protocol (google.rpc.Status as JSON) as a Fault (wires.md 3.6, 31.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.formats.members import DECODE_ERRORS
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.reading import maybe_text

Json = dict[str, Any]

_SECONDS = re.compile(r"\d{1,6}(?:\.\d{1,9})?s")
_BY_STATUS: Mapping[str, Cause] = {
    "INVALID_ARGUMENT": Cause.REQUEST,
    "FAILED_PRECONDITION": Cause.REQUEST,
    "OUT_OF_RANGE": Cause.REQUEST,
    "UNAUTHENTICATED": Cause.AUTH,
    "PERMISSION_DENIED": Cause.AUTH,
    "NOT_FOUND": Cause.MODEL,
    "RESOURCE_EXHAUSTED": Cause.RATE,
    "INTERNAL": Cause.SERVER,
    "UNAVAILABLE": Cause.OVERLOADED,
    "DEADLINE_EXCEEDED": Cause.TIMEOUT,
}
_KEY_REASONS = frozenset({"API_KEY_INVALID", "API_KEY_SERVICE_BLOCKED", "CONSUMER_SUSPENDED", "BILLING_DISABLED"})
"""Reasons that tell of our key or account, though they come with 400."""


def read_error(status: int, head: WireHead, body: bytes, now_ms: int = 0) -> Fault:
    """A non-2xx answer, or an error met inside a 2xx one; never raises. Streams that are arrays hold it in a list."""
    fault = fault_from(status, head, body, now_ms=now_ms)
    error = _error(body)
    word = maybe_text(error, "status")
    listed = error.get("details")
    details = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    cause = _BY_STATUS.get(word, fault.cause) if status < 400 else fault.cause
    if not _KEY_REASONS.isdisjoint([maybe_text(one, "reason") for one in details]):
        cause = Cause.AUTH
    wait = fault.retry_after
    for one in details:
        told = maybe_text(one, "retryDelay")
        if wait is None and _SECONDS.fullmatch(told):
            wait = float(told[:-1])
    return replace(fault, cause=cause, code=word or fault.code, retry_after=wait)


def _error(body: bytes) -> Json:
    try:
        value = msgspec.json.decode(body)
    except DECODE_ERRORS:
        return {}
    if isinstance(value, list) and value:
        value = value[0]
    error = value.get("error") if isinstance(value, dict) else None
    return error if isinstance(error, dict) else {}
