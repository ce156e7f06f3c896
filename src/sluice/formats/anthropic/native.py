"""Answers of an upstream that speaks the client's own Messages protocol: passed on as they came, watched, and told
under the name the client asked for."""

from __future__ import annotations

from sluice.base.outcome import Fault, Reply
from sluice.base.usage import NO_USAGE
from sluice.base.wire import WireHead
from sluice.formats.anthropic.reply import shape_fault
from sluice.formats.anthropic.usage import merged, read_usage
from sluice.formats.members import DECODE_ERRORS, Members
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.passing import PassedEvents
from sluice.formats.sse import encode_event

_PIECES = ("text", "thinking", "partial_json")


def check_reply(body: bytes, *, model: str) -> Reply | Fault:
    """A whole answer with its usage; a Fault when it is an error, or no message."""
    body = body.strip()
    try:
        body.decode()
        top = Members(body)
        blocks = top.elements("content")
        if top.text("type") != "message" or blocks is None:
            return fault_from(200, WireHead(200), body) if top.raw("error") else shape_fault("it is no message")
        usage = read_usage(top.value("usage"))
        told = sum(_length(Members(block)) for block in blocks) if usage is NO_USAGE else 0
    except DECODE_ERRORS:
        return shape_fault("it is malformed")
    top.put("model", model)
    answer = top.encode() if top.changed else body
    return Reply(body=answer, usage=usage, finish_reason=top.text("stop_reason"), output_bytes=told)


def _length(block: Members) -> int:
    """UTF-8 bytes of what a block says."""
    texts = (block.text(name) for name in ("text", "thinking"))
    return sum(len(text.encode()) for text in texts if text) + len(block.raw("input"))


class PassedMessages(PassedEvents):
    """A StreamParser (base/outcome.py). Pings and heads may be thrown away; the first piece of a block commits."""

    def __init__(self, *, model: str) -> None:
        super().__init__()
        self._model = model
        self._counts: dict[str, object] = {}

    def _event(self, data: bytes) -> bytes:
        data.decode()
        event = Members(data)
        kind = event.text("type") or ""
        if kind == "error" or (not kind and event.raw("error")):
            self.fault = fault_from(200, WireHead(200), data)
            return b""
        match kind:
            case "message_start":
                self._start(event)
            case "content_block_start":
                block = event.object("content_block")
                self.committed |= block is not None and block.text("type") not in ("text", "thinking")
            case "content_block_delta":
                self._delta(event)
            case "message_delta":
                self._stop(event)
            case "message_stop":
                self.done = True
        if event.changed:
            data = event.encode()
        # A line break between members would end the event; the name is what clients go by.
        return encode_event(data.replace(b"\n", b" ").replace(b"\r", b" "), kind.encode()) if kind else b""

    def _start(self, event: Members) -> None:
        message = event.object("message")
        if message is not None:
            self._note(message)
            message.put("model", self._model)
            event.put("message", message)

    def _delta(self, event: Members) -> None:
        delta = event.object("delta")
        if delta is None:
            return
        self.committed = True
        for name in _PIECES:
            self.output_bytes += len((delta.text(name) or "").encode())

    def _stop(self, event: Members) -> None:
        delta = event.object("delta")
        self.finish_reason = (delta.text("stop_reason") if delta else None) or self.finish_reason
        self.committed |= self.finish_reason is not None
        self._note(event)

    def _note(self, holder: Members) -> None:
        told = holder.value("usage")
        if isinstance(told, dict):
            self._counts = merged(self._counts, told)
            self.usage = read_usage(self._counts)
