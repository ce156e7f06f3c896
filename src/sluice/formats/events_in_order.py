"""What stream decoders of named events share: the loop, how it fails, and parts that come one after the other."""

from __future__ import annotations

from sluice.base.outcome import Cause, Fault
from sluice.formats.canon import Event, Failed, PartBegan, PartEnded, PartGrew, Reasoning, Text, ToolCall
from sluice.formats.reading import Unreadable
from sluice.formats.sse import SseDecoder, SseEvent, SseTooLong


class EventsDecoder:
    """A StreamDecoder over server-sent events. A protocol reads one event in ``_read``, which may raise Unreadable, and
    sets ``_over`` at its own end."""

    def __init__(self, *, bare: bool = True) -> None:
        self._sse = SseDecoder(bare=bare)
        self._over = False

    def feed(self, data: bytes) -> list[Event]:
        """The events these bytes complete."""
        if self._over:
            return []
        try:
            told = self._sse.feed(data)
        except SseTooLong:
            return self._fail(Cause.SHAPE, "an event of the upstream's stream has no end")
        events: list[Event] = []
        for event in told:
            if self._over:
                break
            try:
                events += self._read(event)
            except Unreadable as wrong:
                events += self._fail(Cause.SHAPE, f"the upstream's stream cannot be read: {wrong}")
        return events

    def finish(self) -> list[Event]:
        """The body ended."""
        if self._over:
            return []
        return self._fail(Cause.BROKEN, "the upstream's stream ended before its end")

    def _read(self, event: SseEvent) -> list[Event]:
        raise NotImplementedError

    def _fail(self, cause: Cause, message: str) -> list[Event]:
        self._over = True
        return [Failed(fault=Fault(cause=cause, message=message))]


class OnePartAtATime(EventsDecoder):
    """Parts that need not say where they begin: another kind of piece is another part."""

    def __init__(self, *, bare: bool = True) -> None:
        super().__init__(bare=bare)
        self._open: int | None = None
        self._kind: type = Text
        self._parts = 0

    def _begin(self, part: Text | Reasoning | ToolCall) -> list[Event]:
        events = self._close()
        self._open, self._kind = self._parts, type(part)
        self._parts += 1
        return [*events, PartBegan(index=self._open, part=part)]

    def _grow(self, empty: Text | Reasoning, *, text: str = "", signature: str = "") -> list[Event]:
        if not (text or signature):
            return []
        events = [] if self._open is not None and self._kind is type(empty) else self._begin(empty)
        return [*events, PartGrew(index=self._parts - 1, text=text, signature=signature)]

    def _close(self) -> list[Event]:
        at, self._open = self._open, None
        return [] if at is None else [PartEnded(index=at)]
