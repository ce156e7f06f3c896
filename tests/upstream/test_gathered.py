"""Writes that leave at the end of a turn: in order, whole before an end, and never more than a little kept back."""

from __future__ import annotations

import asyncio
import select
import socket
from collections.abc import AsyncIterator
from typing import cast

import pytest

from sluice.upstream.gathered import Gathered

BIG = b"x" * 48 * 1024


class Near(asyncio.Protocol):
    """Our side: whether it was told to stop writing."""

    full = False

    def pause_writing(self) -> None:
        self.full = True


class Line:
    """A connection: our transport, and the other end as a socket that is read when asked."""

    def __init__(self, transport: Gathered, near: Near, far: socket.socket) -> None:
        self.transport = transport
        self.near = near
        self.far = far

    def heard(self) -> bool:
        """Whether anything has come to the other end."""
        return bool(select.select([self.far], [], [], 0)[0])

    async def read(self, count: int) -> bytes:
        """So many bytes at the other end, or all to the end."""
        loop = asyncio.get_running_loop()
        read = b""
        while len(read) < count and (piece := await loop.sock_recv(self.far, 65536)):
            read += piece
        return read


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """An open connection."""
    loop = asyncio.get_running_loop()
    ours, far = socket.socketpair()
    far.setblocking(False)
    transport, near = await loop.create_connection(Near, sock=ours)
    gathered = Gathered(cast(asyncio.Transport, transport), loop)
    yield Line(gathered, near, far)
    gathered.abort()
    far.close()


async def test_what_is_written_leaves_when_the_turn_is_over(line: Line) -> None:
    line.transport.write(b"one ")
    line.transport.write(b"two")
    assert not line.heard()
    assert line.transport.get_write_buffer_size() == 7
    assert await line.read(7) == b"one two"
    assert line.transport.get_write_buffer_size() == 0


async def test_what_is_written_before_the_end_is_sent(line: Line) -> None:
    line.transport.write(b"the last words")
    line.transport.close()
    assert line.transport.is_closing()
    assert await line.read(100) == b"the last words"


async def test_what_is_written_before_the_end_of_writing_is_sent(line: Line) -> None:
    line.transport.write(b"the last words")
    line.transport.write_eof()
    assert await line.read(100) == b"the last words"
    assert not line.transport.is_closing()


async def test_what_is_written_before_it_is_cut_is_dropped(line: Line) -> None:
    line.transport.write(b"never sent")
    line.transport.abort()
    line.transport.write(b"nor this")
    assert await line.read(100) == b""


async def test_a_slow_reader_is_noticed_within_the_turn(line: Line) -> None:
    written = 0
    while not line.near.full:
        assert written < 64, "the transport was never asked"
        line.transport.write(BIG)
        written += 1
    line.transport.flush()
    assert await line.read(written * len(BIG)) == BIG * written
