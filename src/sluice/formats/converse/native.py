"""Answers of an upstream that speaks the Converse protocol: watched, and told on. Streams are told as server-sent
events, each named after the frame it was."""

from __future__ import annotations

from sluice.base.outcome import Cause, Fault, Reply
from sluice.base.usage import NO_USAGE, Usage
from sluice.formats.converse.errors import frame_fault
from sluice.formats.converse.framing import BadFrame, Frame, FrameDecoder
from sluice.formats.converse.reply import malformed, shape_fault
from sluice.formats.converse.usage import is_malformed, read_usage
from sluice.formats.members import DECODE_ERRORS, Members
from sluice.formats.sse import encode_event


def check_reply(body: bytes) -> Reply | Fault:
    """A whole answer with its usage; a Fault when it is none."""
    body = body.strip()
    try:
        body.decode()
        top = Members(body)
        output = top.object("output")
        message = output.object("message") if output is not None else None
        blocks = message.elements("content") if message is not None else None
        if blocks is None:
            return shape_fault("it has no output")
        usage = read_usage(top.value("usage"))
        told = sum(_length(Members(block)) for block in blocks) if usage is NO_USAGE else 0
    except DECODE_ERRORS:
        return shape_fault("it is malformed")
    reason = top.text("stopReason")
    if is_malformed(reason):
        return malformed(str(reason))
    return Reply(body=body, usage=usage, finish_reason=reason, output_bytes=told)


def _length(block: Members) -> int:
    """UTF-8 bytes of what a block says."""
    return len((block.text("text") or "").encode()) + len(block.raw("reasoningContent")) + len(block.raw("toolUse"))


_EVENTS = frozenset(
    {"messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"}
)


class PassedConverse:
    """A StreamParser (base/outcome.py). The first piece of a block commits. Usage comes after the end of the message:
    it, or the end of the body, ends the answer."""

    def __init__(self) -> None:
        self._frames = FrameDecoder()
        self.committed = False
        self.usage: Usage = NO_USAGE
        self.output_bytes = 0
        self.finish_reason: str | None = None
        self.done = False
        self.fault: Fault | None = None

    def feed(self, data: bytes) -> bytes:
        """Takes the upstream's bytes; returns the events. Never raises; sets ``fault``."""
        if self.done or self.fault is not None:
            return b""
        out = []
        try:
            for frame in self._frames.feed(data):
                if self.done or self.fault is not None:
                    break
                out.append(self._frame(frame))
        except BadFrame as wrong:
            self.fault = Fault(cause=Cause.SHAPE, message=f"the upstream's stream cannot be read: {wrong}", status=200)
        return b"".join(out)

    def finish(self) -> bytes:
        """The upstream's body ended: a fault, unless the message did too."""
        if self.done or self.fault is not None:
            return b""
        if self.finish_reason is None or self._frames.halfway:
            self.fault = Fault(
                cause=Cause.BROKEN, message="the upstream's stream ended before its answer did", status=200
            )
        self.done = self.fault is None
        return b""

    def _frame(self, frame: Frame) -> bytes:
        self.fault = frame_fault(frame)
        if self.fault is not None:
            return b""
        kind = frame.headers.get(":event-type", "")
        try:
            frame.payload.decode()
            self._note(kind, Members(frame.payload))
        except DECODE_ERRORS:
            self.fault = Fault(cause=Cause.SHAPE, message="an event of the upstream's stream is malformed")
        if self.fault is not None or kind not in _EVENTS:
            return b""
        # A line break between members would end the event.
        return encode_event(frame.payload.replace(b"\n", b" ").replace(b"\r", b" "), kind.encode())

    def _note(self, kind: str, event: Members) -> None:
        match kind:
            case "contentBlockStart":
                self.committed = True
            case "contentBlockDelta":
                self._delta(event)
            case "messageStop":
                self._stop(event)
            case "metadata":
                self.usage = read_usage(event.value("usage"))
                self.done = self.finish_reason is not None

    def _delta(self, event: Members) -> None:
        self.committed = True
        delta = event.object("delta")
        if delta is None:
            return
        self.output_bytes += len((delta.text("text") or "").encode())
        for name, inner in (("toolUse", "input"), ("reasoningContent", "text")):
            held = delta.object(name)
            self.output_bytes += len((held.text(inner) or "").encode()) if held is not None else 0

    def _stop(self, event: Members) -> None:
        reason = event.text("stopReason") or "end_turn"
        if is_malformed(reason):
            self.fault = malformed(reason)
            return
        self.committed, self.finish_reason = True, reason
