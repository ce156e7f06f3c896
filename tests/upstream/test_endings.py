"""However an exchange ends: who asks it again hears how, and nothing of it waits for the garbage collector."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
from asking import PATIENT, fetch, post
from raw_server import Peer, answering, hang_up, reply, serving

from sluice.upstream.client import Broken, Exchange, Malformed, Silent, TooLarge, TransportError
from sluice.upstream.http1 import Http1Transport

_BEGUN = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
Ending = Callable[[Exchange], Awaitable[None]]


@contextmanager
def nothing_left() -> Iterator[None]:
    """Asserts that the block leaves no ring that something of ours, or a parser, is in."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield
        gc.collect()
        found = {
            type(one).__qualname__ for one in gc.garbage if type(one).__module__.startswith(("sluice", "httptools"))
        }
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert found == set()


async def read(exchange: Exchange) -> None:
    await exchange.read(100)


async def read_little(exchange: Exchange) -> None:
    await exchange.read(3)


async def leave(exchange: Exchange) -> None:
    exchange.abort()
    raise Broken


async def leave_amid_a_wait(exchange: Exchange) -> None:
    await exchange.chunk()
    asyncio.get_running_loop().call_soon(exchange.abort)
    await exchange.chunk()


async def cancel_a_wait(exchange: Exchange) -> None:
    await exchange.chunk()
    task = asyncio.ensure_future(exchange.chunk())
    asyncio.get_running_loop().call_soon(task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
    exchange.abort()
    raise Broken


@pytest.mark.parametrize(
    ("answer", "ending", "told", "again"),
    [
        pytest.param(_BEGUN, read, Silent, Silent, id="silent"),
        pytest.param(_BEGUN + b"zz\r\n", read, Malformed, Malformed, id="malformed"),
        pytest.param(reply(b"hello")[:-1], read, Broken, Broken, id="closed"),
        pytest.param(_BEGUN, read_little, TooLarge, Broken, id="too-large"),
        pytest.param(reply(b"hello"), leave, Broken, Broken, id="left-whole"),
        pytest.param(_BEGUN, leave, Broken, Broken, id="left"),
        pytest.param(_BEGUN, leave_amid_a_wait, Broken, Broken, id="left-amid-a-wait"),
        pytest.param(_BEGUN, cancel_a_wait, Broken, Broken, id="cancelled"),
        pytest.param(reply(b"hello", b"Content-Encoding: gzip"), read, Malformed, Broken, id="not-gzip"),
    ],
)
async def test_an_answer_ends(
    own: Http1Transport, answer: bytes, ending: Ending, told: type[TransportError], again: type[TransportError]
) -> None:
    then = hang_up if answer == reply(b"hello")[:-1] else None
    hasty = dataclasses.replace(PATIENT, read=0.05) if told is Silent else PATIENT
    async with serving(answering(answer, then=then)) as server:
        with nothing_left():
            exchange = await own.send(post(server.origin), hasty)
            with pytest.raises(told):
                await ending(exchange)
            for _ in range(2):
                exchange.abort()
                with pytest.raises(again):
                    await exchange.chunk()
            del exchange


async def test_an_answer_that_was_read_has_ended_for_good(own: Http1Transport) -> None:
    async with serving(answering(reply(b"hello") + b"junk")) as server:
        with nothing_left():
            exchange = await own.send(post(server.origin), PATIENT)
            assert await exchange.read(5) == b"hello"
            for _ in range(2):
                exchange.abort()
                assert await exchange.chunk() == b""
            del exchange


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(b"", Silent, id="silent"),
        pytest.param(b"SSH-2.0\r\n", Malformed, id="malformed"),
        pytest.param(
            b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n", Malformed, id="switched"
        ),
        pytest.param(reply(b"", b"X: " + b"a" * 100_000), Malformed, id="too-large"),
        pytest.param(reply(b"hello", b"Content-Encoding: br"), Malformed, id="another-coding"),
    ],
)
async def test_no_answer_begins(own: Http1Transport, answer: bytes, told: type[TransportError]) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield bytes(100_000)

    hasty = dataclasses.replace(PATIENT, head=0.05) if told is Silent else PATIENT
    async with serving(answering(answer)) as server:
        with nothing_left():
            for request in (post(server.origin), post(server.origin, body)):
                with pytest.raises(told):
                    await own.send(request, hasty)
            del request


async def test_a_pooled_connection_that_died_and_its_successor(own: Http1Transport) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(reply(b"hello"))
        await peer.head()  # of the next request, which is left unanswered

    async with serving(script) as server:
        with nothing_left():
            for _ in range(3):
                assert await fetch(own, post(server.origin)) == (200, b"hello")
        assert server.connections == 3
