"""Answers of an upstream that speaks Cohere's chat protocol: watched, and told on as they came."""

from __future__ import annotations

from sluice.base.outcome import Fault, Reply
from sluice.base.usage import NO_USAGE
from sluice.base.wire import WireHead
from sluice.formats.cohere.reply import shape_fault
from sluice.formats.cohere.usage import failure, read_usage
from sluice.formats.members import DECODE_ERRORS, Members
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.passing import PassedEvents
from sluice.formats.sse import encode_event

_COMMITS = frozenset({"content-delta", "tool-plan-delta", "tool-call-start", "tool-call-delta", "message-end"})


def check_reply(body: bytes) -> Reply | Fault:
    """A whole answer with its usage; a Fault when it is an error, or no message."""
    body = body.strip()
    try:
        body.decode()
        top = Members(body)
        message = top.object("message")
        if message is None:
            return fault_from(200, WireHead(200), body) if top.text("message") else shape_fault("it holds no message")
        usage = read_usage(top.value("usage"))
        told = sum(len(message.raw(name)) for name in ("content", "tool_plan", "tool_calls"))
    except DECODE_ERRORS:
        return shape_fault("it is malformed")
    reason = top.text("finish_reason")
    failed = failure(reason)
    if failed is not None:
        return failed
    return Reply(body=body, usage=usage, finish_reason=reason, output_bytes=told if usage is NO_USAGE else 0)


class PassedCohere(PassedEvents):
    """A StreamParser (base/outcome.py). The first piece of content commits; ``message-end`` is the end."""

    def _event(self, data: bytes) -> bytes:
        if data.strip() == b"[DONE]":
            return b""
        data.decode()
        event = Members(data)
        kind = event.text("type")
        if kind is None:
            self.fault = fault_from(200, WireHead(200), data)
            return b""
        self.committed |= kind in _COMMITS
        delta = event.object("delta")
        if delta is not None:
            self._note(kind, delta)
        if self.fault is not None:
            return b""
        # A line break between members would end the event.
        return encode_event(data.replace(b"\n", b" ").replace(b"\r", b" "))

    def _note(self, kind: str, delta: Members) -> None:
        if kind == "message-end":
            self.usage = read_usage(delta.value("usage"))
            self.fault = failure(delta.text("finish_reason"), delta.text("error") or "")
            self.finish_reason = delta.text("finish_reason") or "COMPLETE"
            self.done = self.fault is None
        elif kind in _COMMITS:
            message = delta.object("message")
            if message is not None:
                for name in ("content", "tool_plan", "tool_calls"):
                    self.output_bytes += _words(message.value(name))


def _words(value: object) -> int:
    """UTF-8 bytes of the texts in a piece of an answer."""
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, dict):
        return sum(_words(inner) for name, inner in value.items() if name not in ("type", "id"))
    return 0
