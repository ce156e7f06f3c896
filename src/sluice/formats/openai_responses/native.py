"""Answers of an upstream that speaks the client's own Responses protocol: passed on as they came, watched, and told
under the name the client asked for.

A conversation the gateway itself goes on with is sent to the upstream whole, so the answers name their predecessor
again.
"""

from __future__ import annotations

from typing import Any

from sluice.base.outcome import Cause, Fault, Reply
from sluice.base.usage import NO_USAGE
from sluice.base.wire import WireHead
from sluice.formats.members import DECODE_ERRORS, Members
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.openai_chat.usage import read_usage
from sluice.formats.openai_responses.proofs import MARK, OUR_THOUGHTS
from sluice.formats.openai_responses.reply import failed, shape_fault
from sluice.formats.passing import PassedEvents
from sluice.formats.sse import encode_event

PREVIOUS = "previous_response_id"
_SAID = ("text", "refusal", "arguments", "input")
_SILENT = frozenset(
    {
        "response.created", "response.in_progress", "response.queued", "response.output_item.added",
        "response.content_part.added", "response.reasoning_summary_part.added",
    }
)  # fmt: skip
"""Events that say nothing yet: another channel may still take over after them."""


def check_reply(body: bytes, *, model: str, previous: str | None = None) -> Reply | Fault:
    """A whole answer with its usage; a Fault when it is an error, or no response."""
    body = body.strip()
    try:
        body.decode()
        top = Members(body)
        failure = failed({"error": top.value("error"), "status": top.text("status")})
        if failure is not None:
            return failure
        items = top.elements("output")
        if items is None:
            return shape_fault("it is no response")
        usage = read_usage(top.value("usage"))
        told = sum(_length(Members(item)) for item in items) if usage is NO_USAGE else 0
    except DECODE_ERRORS:
        return shape_fault("it is malformed")
    _rename(top, model, previous)
    answer = top.encode() if top.changed else body
    return Reply(body=answer, usage=usage, finish_reason=_reason(top), output_bytes=told)


def _length(item: Members) -> int:
    """UTF-8 bytes of what an item says."""
    parts = [Members(part) for name in ("content", "summary") for part in item.elements(name) or ()]
    return sum(len((holder.text(name) or "").encode()) for holder in (item, *parts) for name in _SAID)


def _rename(response: Members, model: str, previous: str | None) -> None:
    response.put("model", model)
    if previous is not None:
        response.put(PREVIOUS, previous)


def _reason(response: Members) -> str | None:
    """Why a response ended: the reason it is incomplete for, else its status."""
    details = response.object("incomplete_details")
    return (details.text("reason") if details is not None else None) or response.text("status")


class PassedResponses(PassedEvents):
    """A StreamParser (base/outcome.py). The first event that says something commits."""

    def __init__(self, *, model: str, previous: str | None = None) -> None:
        super().__init__()
        self._model = model
        self._previous = previous

    def _event(self, data: bytes) -> bytes:
        if data.lstrip()[:6] == b"[DONE]":
            return b""
        data.decode()
        event = Members(data)
        kind = event.text("type") or ""
        response = event.object("response")
        if kind == "error" or (not kind and event.raw("error")):
            told = data if event.raw("error") else b'{"error":' + data + b"}"
            self.fault = fault_from(200, WireHead(200), told)
        elif response is not None:
            self._respond(kind, response)
            event.put("response", response)
        elif kind.endswith(".delta"):
            self.output_bytes += len((event.text("delta") or "").encode())
        if not kind or self.fault is not None:
            return b""
        self.committed |= kind not in _SILENT
        if event.changed:
            data = event.encode()
        # A line break between members would end the event; the name is what clients go by.
        return encode_event(data.replace(b"\n", b" ").replace(b"\r", b" "), kind.encode())

    def _respond(self, kind: str, response: Members) -> None:
        """An event that holds the response: its beginning or its end."""
        failure = failed({"error": response.value("error"), "status": response.text("status")})
        if failure is not None or kind == "response.failed":
            self.fault = failure or Fault(cause=Cause.SERVER, message="the upstream's answer failed")
            return
        _rename(response, self._model, self._previous)
        told = read_usage(response.value("usage"))
        self.usage = self.usage if told is NO_USAGE else told
        if kind in ("response.completed", "response.incomplete"):
            self.done = True
            self.finish_reason = _reason(response)


def own_items(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items of a conversation that an upstream of this protocol can take: without thoughts it did not seal."""
    return [item for item in items if item.get("type") != "reasoning" or _is_own(item)]


def _is_own(item: dict[str, Any]) -> bool:
    sealed = item.get("encrypted_content")
    if isinstance(sealed, str) and sealed:
        return not sealed.startswith(MARK)
    identity = item.get("id")
    return isinstance(identity, str) and not identity.startswith(OUR_THOUGHTS)
