"""HTTP as plain values: what the dialects write and the transport sends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

Header = tuple[bytes, bytes]
BodySource = Callable[[], AsyncIterator[bytes]]
"""Makes a fresh pass over a body kept outside memory, so that another attempt can send it again."""


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One HTTP request to an upstream.

    ``origin`` is ``scheme://host[:port]``, lower case, no path. ``target`` is the request target (path and query),
    already percent-encoded. ``headers`` hold neither Host nor framing headers: the transport adds those.
    ``body`` is bytes, or a source of pieces whose total is ``length`` bytes (chunked when ``length`` is None).
    """

    method: bytes
    origin: str
    target: bytes
    headers: tuple[Header, ...]
    body: bytes | BodySource = b""
    length: int | None = None


@dataclass(slots=True)
class WireHead:
    """The head of an upstream's answer. Header names are lower case."""

    status: int
    headers: list[Header] = field(default_factory=list)

    def get(self, name: bytes) -> bytes | None:
        """The first value of a header, by its lower-case name."""
        for key, value in self.headers:
            if key == name:
                return value
        return None
