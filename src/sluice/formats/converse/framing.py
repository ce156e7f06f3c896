"""Event streams in binary frames (``application/vnd.amazon.eventstream``), read as the bytes come (wires.md 6.2).

A frame is: its length, the length of its headers, a checksum of both; headers; payload; a checksum of all before it.
Numbers are big endian, checksums CRC-32.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zlib import crc32

MAX_FRAME = 24 * 1024 * 1024
"""The largest frame taken, in bytes: the longest a server of the kind sends (SDK botocore, eventstream.py)."""
_PRELUDE = 12
_LEAST = _PRELUDE + 4
_STRING, _BYTES = 7, 6
_FIXED = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Bytes of a header's value by its type, for the types whose length is none of its own."""


class BadFrame(Exception):
    """The bytes are no frame, or not as they were sent."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its headers that are texts, and its payload."""

    headers: Mapping[str, str]
    payload: bytes


class FrameDecoder:
    """Cuts a body into frames."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames these bytes complete; to be read to their end. Raises BadFrame where one is, behind the good ones
        before it."""
        held = self._held
        held += data
        while len(held) >= _PRELUDE:
            total, headers, checked = struct.unpack_from(">III", held)
            if crc32(held[:8]) != checked:
                raise BadFrame("the checksum of a frame's head is wrong")
            if not _LEAST + headers <= total <= MAX_FRAME:
                raise BadFrame("the lengths in a frame's head cannot be")
            if len(held) < total:
                break
            frame = _frame(bytes(held[:total]), headers)
            del held[:total]
            yield frame

    @property
    def halfway(self) -> bool:
        """Whether a frame was begun and not ended."""
        return bool(self._held)


def _frame(data: bytes, headers: int) -> Frame:
    (checked,) = struct.unpack_from(">I", data, len(data) - 4)
    if crc32(data[:-4]) != checked:
        raise BadFrame("the checksum of a frame is wrong")
    end = _PRELUDE + headers
    try:
        read = _headers(data[_PRELUDE:end])
    except (IndexError, KeyError, UnicodeDecodeError, struct.error):
        raise BadFrame("the headers of a frame cannot be read") from None
    return Frame(read, data[end:-4])


def _headers(data: bytes) -> dict[str, str]:
    """Those whose value is a text; others are passed over."""
    found: dict[str, str] = {}
    at = 0
    while at < len(data):
        length = data[at]
        name = data[at + 1 : at + 1 + length].decode()
        at += 1 + length
        kind = data[at]
        at += 1
        if kind in (_STRING, _BYTES):
            (size,) = struct.unpack_from(">H", data, at)
            at += 2
        else:
            size = _FIXED[kind]
        if at + size > len(data):
            raise IndexError
        if kind == _STRING:
            found[name] = data[at : at + size].decode()
        at += size
    return found
