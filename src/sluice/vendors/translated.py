"""Native streams told as OpenAI chunks: a vendor's translation in front, the common hygiene behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from sluice.base.outcome import Cause, Fault
from sluice.formats.ndjson import LineTooLong
from sluice.formats.openai_chat.stream import ChatStream
from sluice.formats.sse import SseDecoder, SseTooLong, encode_event
from sluice.vendors.around import AroundStream
from sluice.vendors.quirks import encode

DONE = encode_event(b"[DONE]")

Chunk = dict[str, Any]
Translate = Callable[[bytes], "tuple[list[Chunk], bool] | Fault"]
"""One native event -> the OpenAI chunks it says and whether it was the last, or the fault it is."""


class Splitting(Protocol):
    """Cuts a body into native events."""

    def feed(self, data: bytes) -> list[bytes]:
        """The events completed by these bytes. Raises SseTooLong or LineTooLong."""
        ...

    def flush(self) -> list[bytes]:
        """What is left at the end of the body."""
        ...


class SseData:
    """The data of server-sent events, and bare JSON among them."""

    def __init__(self) -> None:
        self._decoder = SseDecoder(bare=True)

    def feed(self, data: bytes) -> list[bytes]:
        """The data of the events completed by these bytes."""
        return [event.data for event in self._decoder.feed(data)]

    def flush(self) -> list[bytes]:
        """The data of an event left open."""
        return [event.data for event in self._decoder.flush()]


class NamedSse:
    """Server-sent events whose names mean something: an event is its name, a line break, and its data."""

    def __init__(self) -> None:
        self._decoder = SseDecoder(bare=True)

    def feed(self, data: bytes) -> list[bytes]:
        """The events completed by these bytes."""
        return [event.event + b"\n" + event.data for event in self._decoder.feed(data)]

    def flush(self) -> list[bytes]:
        """An event left open."""
        return [event.event + b"\n" + event.data for event in self._decoder.flush()]


class TranslatedStream(AroundStream):
    """A StreamParser: ``translate`` makes chunks of native events, ``inner`` keeps the client protocol's rules."""

    def __init__(self, inner: ChatStream, splitting: Splitting, translate: Translate) -> None:
        super().__init__(inner)
        self._splitting = splitting
        self._translate = translate
        self.fault: Fault | None = None

    def feed(self, data: bytes) -> bytes:
        """Takes the upstream's bytes; returns the client's."""
        if self.done or self.fault is not None:
            return b""
        try:
            events = self._splitting.feed(data)
        except (SseTooLong, LineTooLong):
            self.fault = Fault(cause=Cause.SHAPE, message="an event of the upstream's stream has no end")
            return b""
        return self._tell(events)

    def finish(self) -> bytes:
        """The upstream's body ended."""
        if self.done or self.fault is not None:
            return b""
        out = self._tell(self._splitting.flush())
        if self.done or self.fault is not None:
            return out
        # Native protocols have their own last event: without it the answer is cut, however finished it looks.
        self.fault = Fault(cause=Cause.BROKEN, message="the upstream's stream ended before its end")
        return out

    def _tell(self, events: list[bytes]) -> bytes:
        out = []
        for event in events:
            told = self._translate(event)
            if isinstance(told, Fault):
                self.fault = told
                break
            chunks, last = told
            out += [self._inner.feed(encode_event(encode(chunk))) for chunk in chunks]
            if last:
                out.append(self._inner.feed(DONE))
            self.fault = self._inner.fault
            if last or self.fault is not None:
                break
        return b"".join(out)
