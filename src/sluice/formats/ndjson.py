"""Newline-delimited JSON, decoded incrementally into lines."""

from __future__ import annotations

MAX_LINE = 8 * 1024 * 1024


class LineTooLong(Exception):
    """A line without end."""


class LineDecoder:
    """Bytes in, whole non-empty lines out; CRLF and LF."""

    __slots__ = ("_buffer", "limit")

    def __init__(self, limit: int = MAX_LINE) -> None:
        self._buffer = b""
        self.limit = limit

    def feed(self, data: bytes) -> list[bytes]:
        """The lines completed by these bytes. Raises LineTooLong."""
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        if len(self._buffer) > self.limit:
            raise LineTooLong
        return [line for line in (raw.strip() for raw in lines) if line]

    def flush(self) -> list[bytes]:
        """The last line, when it has no line end."""
        line, self._buffer = self._buffer.strip(), b""
        return [line] if line else []
