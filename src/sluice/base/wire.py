"""HTTP as plain values: what the dialects write and the transport sends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import msgspec

Header = tuple[bytes, bytes]
BodySource = Callable[[], AsyncIterator[bytes]]
"""Makes a fresh pass over a body kept outside memory, so that another attempt can send it again."""


@dataclass(frozen=True, slots=True)
class Messages:
    """What is said over a websocket. ``send`` are the text messages sent once it is open; ``last`` tells of a message
    received whether it is the last: then the socket is closed, and the answer has ended."""

    send: tuple[bytes, ...]
    last: Callable[[bytes], bool]


@dataclass(frozen=True, slots=True)
class Closed:
    """The end of a websocket, as the other side told it: RFC 6455's code (1006: it was cut), and a reason in words."""

    code: int
    reason: str = ""


class WireRequest(msgspec.Struct):
    """One HTTP request to an upstream.

    ``origin`` is ``scheme://host[:port]``, lower case, no path. ``target`` is the request target (path and query),
    already percent-encoded. ``headers`` hold neither Host nor framing headers: the transport adds those.
    ``body`` is bytes, or a source of pieces whose total is ``length`` bytes (chunked when ``length`` is None).

    With ``socket`` it is the opening of a websocket (``origin`` says http or https all the same), and each message that
    comes back is one line of the answer's body: a line break within a message, which in JSON can only be white space,
    is told as a space.
    """

    method: bytes
    origin: str
    target: bytes
    headers: tuple[Header, ...]
    body: bytes | BodySource = b""
    length: int | None = None
    socket: Messages | None = None


class WireHead(msgspec.Struct):
    """The head of an upstream's answer. Header names are lower case."""

    status: int
    headers: list[Header] = []

    def get(self, name: bytes) -> bytes | None:
        """The first value of a header, by its lower-case name."""
        for key, value in self.headers:
            if key == name:
                return value
        return None
