"""Who is slow holds up the other: back-pressure both ways; and whoever gives up is seen to leave."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest
from asking import PATIENT, fetch, post
from makers import Maker
from raw_server import Peer, answering, reply, serving

from sluice.upstream.client import Broken, Limits, Silent, Transport

_MEGABYTE = bytes(1 << 20)
_PLENTY = 64
"""Megabytes: more than every buffer between the two ends together."""


async def test_a_reader_that_stops_stops_the_upstream(make: Maker) -> None:
    transport = make(Limits(high_water=64 * 1024))
    blocked = asyncio.Event()
    sent = 0

    async def script(peer: Peer) -> None:
        nonlocal sent
        await peer.request()
        peer.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (_PLENTY << 20))
        for _ in range(_PLENTY):
            draining = asyncio.ensure_future(peer.send(_MEGABYTE))
            # A full second without room for one megabyte more, on one machine: nobody reads any more.
            await asyncio.wait([draining], timeout=None if blocked.is_set() else 1)
            if not draining.done():
                blocked.set()
            await draining
            sent += 1
        await peer.client_left()

    async with serving(script) as server:
        exchange = await transport.send(post(server.origin), PATIENT)
        await blocked.wait()
        assert sent < _PLENTY
        assert len(await exchange.read(_PLENTY << 20)) == _PLENTY << 20
        assert sent == _PLENTY


async def test_an_upstream_that_stops_reading_stops_the_body(transport: Transport) -> None:
    pieces = 0
    go_on, stuck = asyncio.Event(), asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        nonlocal pieces
        for _ in range(_PLENTY):
            pieces += 1
            yield _MEGABYTE

    async def script(peer: Peer) -> None:
        await peer.head()
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await go_on.wait()
        peer.writer.transport.resume_reading()  # type: ignore[attr-defined]
        await peer.reader.readexactly(_PLENTY << 20)
        await peer.send(reply(b"all there"))
        await peer.client_left()

    async def watch() -> None:
        seen = -1
        while seen != pieces or not pieces:
            seen = pieces
            await asyncio.sleep(0.2)
        stuck.set()

    async with serving(script) as server:
        sending = asyncio.ensure_future(fetch(transport, post(server.origin, body, length=_PLENTY << 20)))
        await watch()
        assert stuck.is_set()
        assert pieces < _PLENTY
        go_on.set()
        assert await sending == (200, b"all there")
        assert pieces == _PLENTY


async def test_an_upstream_that_never_reads_the_body_is_silent(transport: Transport) -> None:
    async def body() -> AsyncIterator[bytes]:
        while True:
            yield _MEGABYTE

    async def script(peer: Peer) -> None:
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.Event().wait()

    async with serving(script) as server:
        with pytest.raises(Silent):
            await transport.send(post(server.origin, body), dataclasses.replace(PATIENT, read=0.1))


async def test_an_answer_before_the_body_was_sent_is_heard(transport: Transport) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(_PLENTY):
            yield _MEGABYTE

    async def script(peer: Peer) -> None:
        await peer.head()
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await peer.send(reply(b"too large", status=b"413 Too Large"))
        await asyncio.Event().wait()

    async with serving(script) as server:
        assert await fetch(transport, post(server.origin, body, length=_PLENTY << 20)) == (413, b"too large")


async def test_abort_is_seen_by_the_upstream_and_by_the_reader(transport: Transport) -> None:
    left = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        await peer.client_left()
        left.set()

    async with serving(script) as server:
        exchange = await transport.send(post(server.origin), PATIENT)
        assert await exchange.chunk() == b"hello"
        pending = asyncio.ensure_future(exchange.chunk())
        await asyncio.sleep(0)
        exchange.abort()
        with pytest.raises(Broken):
            await pending
        exchange.abort()
        with pytest.raises(Broken):
            await exchange.chunk()
        await left.wait()


async def test_an_aborted_answer_has_no_end_even_if_it_was_all_there(transport: Transport) -> None:
    async with serving(answering(reply(b"hello"))) as server:
        exchange = await transport.send(post(server.origin), PATIENT)
        exchange.abort()
        with pytest.raises(Broken):
            await exchange.read(10)


async def test_abort_after_the_end_leaves_the_connection_in_the_pool(transport: Transport) -> None:
    async def script(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.send(reply(b"hello"))

    async with serving(script) as server:
        for _ in range(3):
            exchange = await transport.send(post(server.origin), PATIENT)
            assert await exchange.read(10) == b"hello"
            exchange.abort()
        assert server.connections == 1
