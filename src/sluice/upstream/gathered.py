"""A transport whose writes leave at the end of the event loop's turn, one connection's after another's.

A busy worker has a dozen requests in hand in one turn. To send each answer amid the work on the others takes the
processor's caches from that work again and again, and wakes the receiving side as often; sent together they cost a
seventh less CPU time a request in all (bench/README.md). Nobody waits for that: a turn is what was ready at one time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

_MOST = 64 * 1024
"""Bytes that wait at most: with more the transport is asked at once, so that it can say it is full."""


class Gathered:
    """Stands before a transport; what it leaves out may be asked of ``inner`` after a ``flush``."""

    __slots__ = (
        "_loop",
        "_pieces",
        "_size",
        "get_extra_info",
        "inner",
        "is_closing",
        "pause_reading",
        "resume_reading",
    )

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.inner = transport
        self._loop = loop
        self._pieces: list[bytes] = []
        self._size = 0
        self.is_closing: Callable[[], bool] = transport.is_closing
        self.pause_reading: Callable[[], None] = transport.pause_reading
        self.resume_reading: Callable[[], None] = transport.resume_reading
        self.get_extra_info: Callable[..., Any] = transport.get_extra_info

    def write(self, data: bytes) -> None:
        """Sends the bytes once the loop's turn is over, after those written before."""
        if not self._pieces:
            self._loop.call_soon(self.flush)
        self._pieces.append(data)
        self._size += len(data)
        if self._size > _MOST:
            self.flush()

    def flush(self) -> None:
        """Hands what waits to the transport now."""
        pieces = self._pieces
        if not pieces:
            return
        self._pieces, self._size = [], 0
        if self.is_closing():
            return
        if len(pieces) == 1:
            self.inner.write(pieces[0])
        else:
            self.inner.writelines(pieces)

    def get_write_buffer_size(self) -> int:
        """Bytes that were not sent yet."""
        return self._size + self.inner.get_write_buffer_size()

    def write_eof(self) -> None:
        """Ends the writing, after what was written."""
        self.flush()
        self.inner.write_eof()

    def close(self) -> None:
        """Closes the connection once all that was written is sent."""
        self.flush()
        self.inner.close()

    def abort(self) -> None:
        """Closes the connection at once; what was not sent is dropped."""
        self._pieces, self._size = [], 0
        self.inner.abort()
