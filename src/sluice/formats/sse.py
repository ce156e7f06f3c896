"""Server-sent events, decoded incrementally: bytes -> events, never text per read (characters may be split)."""

from __future__ import annotations

from typing import NamedTuple

MAX_EVENT = 8 * 1024 * 1024
"""Bytes one event may have before the stream is taken for broken."""


class SseEvent(NamedTuple):
    """One event: its name (often b"") and its data lines joined with LF."""

    event: bytes
    data: bytes


class SseTooLong(Exception):
    """An event without end."""


class SseDecoder:
    """CRLF, LF and CR line ends, split anywhere; comments are skipped, several data lines joined."""

    __slots__ = ("_buffer", "_data", "_event", "_start", "comments", "limit")

    def __init__(self, limit: int = MAX_EVENT) -> None:
        self._buffer = b""
        self._data: list[bytes] = []
        self._event = b""
        self._start = True
        self.comments = 0
        self.limit = limit

    def feed(self, data: bytes) -> list[SseEvent]:
        """The events completed by these bytes. Raises SseTooLong."""
        buffer = self._buffer + data if self._buffer else data
        if self._start:
            if len(buffer) < 3 and b"\xef\xbb\xbf".startswith(buffer):
                self._buffer = buffer
                return []
            self._start = False
            buffer = buffer.removeprefix(b"\xef\xbb\xbf")
        if b"\r" in buffer:
            return self._feed_any(buffer)
        end = buffer.rfind(b"\n") + 1
        self._keep(buffer[end:])
        if not end:
            return []
        return self._lines(buffer[: end - 1].split(b"\n"))

    def _feed_any(self, buffer: bytes) -> list[SseEvent]:
        # A CR at the very end may be half of a CRLF: wait for the next byte.
        held = b""
        if buffer.endswith(b"\r"):
            buffer, held = buffer[:-1], b"\r"
        buffer = buffer.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        end = buffer.rfind(b"\n") + 1
        self._keep(buffer[end:] + held)
        return self._lines(buffer[: end - 1].split(b"\n")) if end else []

    def _keep(self, rest: bytes) -> None:
        if len(rest) > self.limit:
            raise SseTooLong
        self._buffer = rest

    def _lines(self, lines: list[bytes]) -> list[SseEvent]:
        events = []
        pending = self._data
        for line in lines:
            if line[:5] == b"data:":
                pending.append(line[6:] if line[5:6] == b" " else line[5:])
            elif not line:
                if pending:
                    events.append(SseEvent(self._event, pending[0] if len(pending) == 1 else b"\n".join(pending)))
                    pending.clear()
                self._event = b""
            elif line[:1] == b":":
                self.comments += 1
            elif line[:6] == b"event:":
                self._event = line[6:].strip()
            elif line == b"data":
                pending.append(b"")
        if sum(map(len, pending)) > self.limit:
            raise SseTooLong
        return events

    def flush(self) -> list[SseEvent]:
        """The event left open at the end of the body, if any: some upstreams forget the last blank line."""
        buffer, self._buffer = self._buffer.rstrip(b"\r"), b""
        return self._lines([*buffer.split(b"\n"), b""])

    @property
    def rest(self) -> bytes:
        """Bytes of the line that is not yet complete."""
        return self._buffer


def encode_event(data: bytes, event: bytes = b"") -> bytes:
    """One event with LF line ends; ``data`` must hold no line break."""
    return b"event: %s\ndata: %s\n\n" % (event, data) if event else b"data: %s\n\n" % data
