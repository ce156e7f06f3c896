"""Server-sent events, decoded incrementally: bytes -> events, never text per read (a character may be split over
reads).

Rules: wires.md 0.1 and the HTML standard, section "Interpreting an event stream". Pure: holds bytes, knows no socket.
"""

from __future__ import annotations

from typing import NamedTuple

MAX_EVENT = 8 * 1024 * 1024
"""Bytes one event may have before the stream is taken for broken."""

_CR = 13
_BOM = b"\xef\xbb\xbf"


class SseEvent(NamedTuple):
    """One event: its name (often b"") and its data lines, joined."""

    event: bytes
    data: bytes


COMMENT = SseEvent(b":", b"")
"""Stands for a comment line, where comments were asked for; compare by identity."""


class SseTooLong(Exception):
    """An event without end."""


def _whole_events(data: bytes) -> list[SseEvent]:
    """The events of bytes that hold only whole one-line events, as most upstreams send in most reads; else none."""
    if _CR in data:
        return []
    if data.find(b"\n") == len(data) - 2:
        return [SseEvent(b"", data[6:-2])]
    parts = data[6:-2].split(b"\n\ndata: ")
    if data.count(b"\n") != 2 * len(parts):
        return []
    return [SseEvent(b"", part) for part in parts]


class SseDecoder:
    """CRLF, LF and CR line ends, split anywhere; several data lines joined.

    ``join`` stands between the data lines of one event. Comments are counted in ``comments``; with ``keep_comments``
    each is also told as COMMENT, in its place. With ``bare`` a block that begins with ``{`` or ``[`` is data too:
    some upstreams send an error's JSON without ``data:`` into a stream.
    """

    def __init__(
        self, limit: int = MAX_EVENT, *, join: bytes = b"\n", keep_comments: bool = False, bare: bool = False
    ) -> None:
        self.limit = limit
        self.join = join
        self.comments = 0
        self._keep = keep_comments
        self._take_bare = bare
        self._partial = bytearray()  # the line that is still open
        self._data: list[bytes] = []
        self._event = b""
        self._size = 0  # bytes of the open event's whole lines
        self._bare = False  # inside a bare block
        self._skip_lf = False  # the last byte was a CR: an LF now belongs to it
        self._at_start = True
        self._plain = True  # nothing is open: the next bytes begin an event

    def feed(self, data: bytes) -> list[SseEvent]:
        """The events completed by these bytes. Raises SseTooLong."""
        if self._plain and data.startswith(b"data: ") and data.endswith(b"\n\n") and len(data) <= self.limit:
            events = _whole_events(data)
            if events:
                self._at_start = False
                return events
        return self._feed_any(data)

    def _feed_any(self, data: bytes) -> list[SseEvent]:
        if self._at_start:
            data = bytes(self._partial) + data
            self._partial.clear()
            if len(data) < len(_BOM) and _BOM.startswith(data):
                self._partial += data
                self._plain = not data
                return []
            self._at_start = False
            data = data.removeprefix(_BOM)
        if self._skip_lf and data:
            self._skip_lf = False
            data = data.removeprefix(b"\n")
        if b"\r" in data:
            self._skip_lf = data.endswith(b"\r")
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = data.split(b"\n")
        if lines and self._partial:
            lines[0] = bytes(self._partial) + lines[0]
            self._partial.clear()
        self._partial += rest
        events = self._lines(lines)
        if self._size + len(self._partial) > self.limit:
            raise SseTooLong
        self._plain = not (self._partial or self._data or self._event or self._skip_lf)
        return events

    def _lines(self, lines: list[bytes]) -> list[SseEvent]:
        events: list[SseEvent] = []
        for line in lines:
            if not line:
                self._dispatch(events)
            elif line[:5] == b"data:":
                if self._bare:
                    self._dispatch(events)
                self._add(line[6:] if line[5:6] == b" " else line[5:])
            elif self._bare or (self._take_bare and not self._data and line[:1] in (b"{", b"[")):
                self._bare = True
                self._add(line)
            elif line[:1] == b":":
                self.comments += 1
                if self._keep:
                    events.append(COMMENT)
            elif line[:6] == b"event:":
                self._event = line[7:] if line[6:7] == b" " else line[6:]
            elif line == b"data":
                self._add(b"")
        return events

    def _add(self, data: bytes) -> None:
        self._data.append(data)
        self._size += len(data)
        if self._size > self.limit:
            raise SseTooLong

    def _dispatch(self, events: list[SseEvent]) -> None:
        if self._data:
            events.append(SseEvent(self._event, self.join.join(self._data)))
            self._data.clear()
        self._event = b""
        self._bare = False
        self._size = 0

    def flush(self) -> list[SseEvent]:
        """The event left open at the end of the body, if any: some upstreams forget the last blank line."""
        line = bytes(self._partial)
        self._partial.clear()
        return self._lines([line, b""] if line else [b""])


def encode_event(data: bytes, event: bytes = b"") -> bytes:
    """One event with LF line ends; ``data`` must hold no line break."""
    return b"event: %s\ndata: %s\n\n" % (event, data) if event else b"data: %s\n\n" % data
