"""JSON that strict decoders refuse though its sender meant something by it: halves of characters, NaN, bytes that
are no UTF-8.

Upstreams that cut text by tokens, not characters, send ``"\\ud83d"`` in one chunk and ``"\\ude00"`` in the next
(wires.md 32.39).
"""

from __future__ import annotations

import json
import re

# The escapes of a string: both halves of a character, one half, or any other (which must be passed over as a whole, as
# a backslash may be escaped itself).
_ESCAPE = re.compile(
    rb"(\\u[dD][89aAbB][0-9a-fA-F]{2})?(\\u[dD][c-fC-F][0-9a-fA-F]{2})|(\\u[dD][89aAbB][0-9a-fA-F]{2})|\\[^u]"
)


class Mender:
    """Mends the JSON of one stream, chunk by chunk; the first half of a character waits for the second."""

    __slots__ = ("_half",)

    def __init__(self) -> None:
        self._half = b""

    def mend(self, data: bytes) -> bytes:
        """JSON a strict decoder may take; the data as it is where nothing helps."""
        if not data.isascii():
            data = data.decode("utf-8", "replace").encode()
        data = _ESCAPE.sub(self._join, data)
        if b"NaN" in data or b"Infinity" in data:
            data = _without_constants(data)
        return data

    def _join(self, found: re.Match[bytes]) -> bytes:
        before, second, first = found.groups()
        if first is not None:
            self._half = first
            return b""
        if second is None or before is not None:
            return found[0]
        half, self._half = self._half, b""
        return half + second if half else b"\\ufffd"


def _without_constants(data: bytes) -> bytes:
    try:
        return json.dumps(json.loads(data, parse_constant=lambda _: None), separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return data
