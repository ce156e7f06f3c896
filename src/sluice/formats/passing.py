"""Streams of events that reach clients in the protocol they came in: what every such parser shares."""

from __future__ import annotations

from sluice.base.outcome import Cause, Fault
from sluice.base.usage import NO_USAGE, Usage
from sluice.formats.members import DECODE_ERRORS
from sluice.formats.sse import SseDecoder, SseTooLong


class PassedEvents:
    """A StreamParser (base/outcome.py) but for what an event means: a protocol says that in ``_event``."""

    def __init__(self) -> None:
        self._sse = SseDecoder(bare=True)
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
            events = self._sse.feed(data)
        except SseTooLong:
            self.fault = Fault(cause=Cause.SHAPE, message="an event of the upstream's stream has no end")
            return b""
        out = []
        for event in events:
            if self.done or self.fault is not None:
                break
            try:
                out.append(self._event(event.data))
            except DECODE_ERRORS:
                self.fault = Fault(cause=Cause.SHAPE, message="an event of the upstream's stream is malformed")
        return b"".join(out)

    def finish(self) -> bytes:
        """The upstream's body ended: a fault, unless the answer did too."""
        if not self.done and self.fault is None:
            self.fault = Fault(cause=Cause.BROKEN, message="the upstream's stream ended before its end")
        return b""

    def _event(self, data: bytes) -> bytes:
        """Reads one event; returns the client's. Raises one of DECODE_ERRORS when it cannot be read."""
        raise NotImplementedError
