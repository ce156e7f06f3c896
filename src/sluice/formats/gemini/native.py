"""Answers of an upstream that speaks the client's own generateContent protocol: passed on as they came, watched, and
told under the name the client asked for. Streams are told as events, whatever framing they came in."""

from __future__ import annotations

from sluice.base.outcome import Cause, Fault, Reply
from sluice.base.usage import NO_USAGE, Usage
from sluice.base.wire import WireHead
from sluice.formats.gemini.errors import read_error
from sluice.formats.gemini.framing import ArrayDecoder
from sluice.formats.gemini.reply import shape_fault
from sluice.formats.gemini.usage import read_usage
from sluice.formats.members import DECODE_ERRORS, Members
from sluice.formats.sse import SseDecoder, SseTooLong, encode_event


class _Piece:
    """An answer, or a piece of one: what it says of the end, of usage, and how much it said."""

    __slots__ = ("finish", "parts", "said", "top")

    def __init__(self, data: bytes, model: str) -> None:
        """Raises one of DECODE_ERRORS when the data is no JSON object."""
        data.decode()
        self.top = Members(data)
        self.finish: str | None = None
        self.parts = 0
        self.said = 0
        for raw in self.top.elements("candidates") or ():
            self._candidate(Members(raw))
        feedback = self.top.object("promptFeedback")
        if self.finish is None and feedback is not None:
            self.finish = feedback.text("blockReason")
        if self.top.raw("modelVersion"):
            self.top.put("modelVersion", model)

    def _candidate(self, candidate: Members) -> None:
        self.finish = candidate.text("finishReason") or self.finish
        content = candidate.object("content")
        for raw in (content.elements("parts") if content is not None else None) or ():
            part = Members(raw)
            self.parts += 1
            self.said += len((part.text("text") or "").encode()) + len(part.raw("functionCall"))

    @property
    def usage(self) -> Usage:
        """What it tells of the usage so far."""
        return read_usage(self.top.value("usageMetadata"))


def check_reply(body: bytes, *, model: str) -> Reply | Fault:
    """A whole answer with its usage; a Fault when it is an error, or no answer."""
    body = body.strip()
    try:
        piece = _Piece(body, model)
        if piece.top.raw("error"):
            return read_error(200, WireHead(200), body)
    except DECODE_ERRORS:
        return shape_fault("it is malformed")
    if piece.finish is None and not piece.parts:
        return shape_fault("it has no candidates")
    usage = piece.usage
    answer = piece.top.encode() if piece.top.changed else body
    told = piece.said if usage is NO_USAGE else 0
    return Reply(body=answer, usage=usage, finish_reason=piece.finish, output_bytes=told)


class PassedGemini:
    """A StreamParser (base/outcome.py). The end of the body is the end of the answer, once its reason was told.

    ``array``: the upstream frames its stream as one JSON array.
    """

    def __init__(self, *, model: str, array: bool = False) -> None:
        self._model = model
        self._sse = SseDecoder(bare=True)
        self._array = ArrayDecoder() if array else None
        self.committed = False
        self.usage: Usage = NO_USAGE
        self.output_bytes = 0
        self.finish_reason: str | None = None
        self.done = False
        self.fault: Fault | None = None

    def feed(self, data: bytes) -> bytes:
        """Takes the upstream's bytes; returns the client's. Never raises; sets ``fault``."""
        if self.done or self.fault is not None:
            return b""
        try:
            pieces = self._array.feed(data) if self._array else [event.data for event in self._sse.feed(data)]
        except SseTooLong:
            self.fault = Fault(cause=Cause.SHAPE, message="an event of the upstream's stream has no end")
            return b""
        out = []
        for piece in pieces:
            if self.fault is None:
                out.append(self._piece(piece))
        return b"".join(out)

    def finish(self) -> bytes:
        """The upstream's body ended: a fault, unless the answer did too."""
        if self.done or self.fault is not None:
            return b""
        if self.finish_reason is None:
            self.fault = Fault(cause=Cause.BROKEN, message="the upstream's stream ended before its answer did")
        self.done = self.fault is None
        return b""

    def _piece(self, data: bytes) -> bytes:
        try:
            piece = _Piece(data, self._model)
            if piece.top.raw("error"):
                self.fault = read_error(200, WireHead(200), data)
                return b""
            usage = piece.usage
        except DECODE_ERRORS:
            self.fault = Fault(cause=Cause.SHAPE, message="an event of the upstream's stream is malformed")
            return b""
        if usage is not NO_USAGE:
            self.usage = usage
        self.output_bytes += piece.said
        self.finish_reason = piece.finish or self.finish_reason
        self.committed = self.committed or bool(piece.parts) or self.finish_reason is not None
        told = piece.top.encode() if piece.top.changed else data
        # A line break between members would end the event.
        return encode_event(told.replace(b"\r", b" ").replace(b"\n", b" "))
