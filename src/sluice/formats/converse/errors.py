"""Errors of AWS's JSON protocols, as answers and in event streams, as a Fault (wires.md 6.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.formats.converse.framing import Frame
from sluice.formats.members import DECODE_ERRORS
from sluice.formats.openai_chat.errors import fault_from

_CAUSES: Mapping[str, Cause] = {
    "validationexception": Cause.REQUEST,
    "serializationexception": Cause.REQUEST,
    "validationerror": Cause.REQUEST,
    "conflictexception": Cause.REQUEST,
    "accessdeniedexception": Cause.AUTH,
    "unrecognizedclientexception": Cause.AUTH,
    "invalidsignatureexception": Cause.AUTH,
    "signaturedoesnotmatch": Cause.AUTH,
    "incompletesignatureexception": Cause.AUTH,
    "missingauthenticationtokenexception": Cause.AUTH,
    "expiredtokenexception": Cause.AUTH,
    "invalidclienttokenid": Cause.AUTH,
    "optinrequired": Cause.AUTH,
    "resourcenotfoundexception": Cause.MODEL,
    "throttlingexception": Cause.RATE,
    "toomanyrequestsexception": Cause.RATE,
    "servicequotaexceededexception": Cause.RATE,
    "modelnotreadyexception": Cause.OVERLOADED,
    "serviceunavailableexception": Cause.OVERLOADED,
    "serviceunavailable": Cause.OVERLOADED,
    "internalserverexception": Cause.SERVER,
    "modelerrorexception": Cause.SERVER,
    "modelerror": Cause.SERVER,
    "modelstreamerror": Cause.SERVER,
    "internalstreamfailure": Cause.SERVER,
    "modelstreamerrorexception": Cause.SERVER,
    "modeltimeoutexception": Cause.TIMEOUT,
}
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_OF_MODELS = ("model identifier is invalid", "on-demand throughput isn", "end of its life", "model version has reached")
"""What a ValidationException says when the model, not the request, is wrong here."""


def read_error(head: WireHead, body: bytes, now_ms: int = 0) -> Fault:
    """A non-2xx answer; never raises. The kind stands in a header, before a colon."""
    kind = (head.get(b"x-amzn-errortype") or b"").decode("latin-1").partition(":")[0]
    fault = fault_from(head.status, head, body, now_ms=now_ms)
    said = _members(body)
    kind = kind or _text(said, "__type").rpartition("#")[2]
    message = _text(said, "message") or _text(said, "Message") or fault.message
    cause = _cause(kind, message, fault.cause)
    return Fault(
        cause=cause,
        message=_without_account(message),
        status=head.status,
        code=kind or fault.code,
        retry_after=fault.retry_after,
    )


def frame_fault(frame: Frame) -> Fault | None:
    """The fault a frame tells; None for an event."""
    kind = frame.headers.get(":message-type", "event")
    if kind == "event":
        return None
    said = _members(frame.payload)
    name = frame.headers.get(":exception-type") or frame.headers.get(":error-code") or kind
    own = _text(said, "message") or _text(said, "Message")
    message = own or _text(said, "originalMessage") or frame.headers.get(":error-message", name)
    cause = _cause(name, message, Cause.SERVER)
    return Fault(cause=cause, message=_without_account(message), status=200, code=name)


def _without_account(message: str) -> str:
    """Many of the service's errors name the account, which is no business of the gateway's clients."""
    return _ACCOUNT.sub("***", message)


def _cause(kind: str, message: str, otherwise: Cause) -> Cause:
    cause = _CAUSES.get(kind.lower(), otherwise)
    if cause is Cause.REQUEST and any(words in message for words in _OF_MODELS):
        return Cause.MODEL
    return cause


def _members(body: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(body)
    except DECODE_ERRORS:
        return {}
    return value if isinstance(value, dict) else {}


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""
