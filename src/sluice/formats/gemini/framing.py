"""The protocol's other framing of streams: one JSON array, its elements the pieces (wires.md 3.3)."""

from __future__ import annotations

from sluice.formats.sse import MAX_EVENT, SseTooLong

_QUOTE, _BACKSLASH = b'"'[0], b"\\"[0]
_OPEN, _CLOSE = frozenset(b"{["), frozenset(b"}]")


class ArrayDecoder:
    """Splits the array's bytes into its elements, each an object, wherever the bytes are cut."""

    def __init__(self, limit: int = MAX_EVENT) -> None:
        self._limit = limit
        self._open = bytearray()
        self._depth = 0
        self._in_text = False
        self._escaped = False
        self.ended = False
        """Whether the array was closed."""

    def feed(self, data: bytes) -> list[bytes]:
        """The elements these bytes complete. Raises SseTooLong for one without end."""
        found = []
        for byte in data:
            if self._depth > 1:
                self._open.append(byte)
                self._inside(byte)
                if self._depth == 1:
                    found.append(bytes(self._open))
                    self._open.clear()
            elif byte in _OPEN:
                self._depth += 1
                if self._depth > 1:
                    self._open.append(byte)
            elif byte in _CLOSE:
                self._depth -= 1
                self.ended = True
        if len(self._open) > self._limit:
            raise SseTooLong
        return found

    def _inside(self, byte: int) -> None:
        if self._in_text:
            if self._escaped:
                self._escaped = False
            elif byte == _BACKSLASH:
                self._escaped = True
            elif byte == _QUOTE:
                self._in_text = False
        elif byte == _QUOTE:
            self._in_text = True
        elif byte in _OPEN:
            self._depth += 1
        elif byte in _CLOSE:
            self._depth -= 1


class ArrayWriter:
    """Writes pieces as one array."""

    def __init__(self) -> None:
        self._begun = False

    def add(self, piece: bytes) -> bytes:
        """The bytes of one more element."""
        before = b",\r\n" if self._begun else b"["
        self._begun = True
        return before + piece

    def end(self) -> bytes:
        """The bytes that close the array."""
        return b"]" if self._begun else b"[]"
