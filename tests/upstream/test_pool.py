"""Connections kept and given up: reuse, staleness, limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from asking import PATIENT, fetch, post
from makers import Maker
from raw_server import Peer, Seen, answering, hang_up, repeating, reply, serving

from sluice.upstream.client import Broken, Deadlines, Limits, Transport, Unreachable
from sluice.upstream.guard import Guard
from sluice.upstream.http1 import Http1Transport


async def test_a_connection_is_used_again(transport: Transport) -> None:
    async with serving(repeating(reply(b"yes"))) as server:
        for _ in range(5):
            assert await fetch(transport, post(server.origin)) == (200, b"yes")
        assert server.connections == 1


async def test_a_connection_is_used_again_after_an_answer_that_came_at_once_and_large(make: Maker) -> None:
    transport, large = make(Limits(high_water=1000)), bytes(20_000)
    async with serving(repeating(reply(large))) as server:
        for _ in range(3):
            assert await fetch(transport, post(server.origin)) == (200, large)


@pytest.mark.parametrize(
    "answer", [reply(b"yes", b"Connection: close"), b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nyes"]
)
async def test_a_connection_the_server_gives_up_is_not_used_again(transport: Transport, answer: bytes) -> None:
    async with serving(repeating(answer)) as server:
        for _ in range(3):
            assert await fetch(transport, post(server.origin)) == (200, b"yes")
        assert server.connections == 3


async def test_concurrent_requests_do_not_share_a_connection(transport: Transport) -> None:
    all_there = asyncio.Barrier(8)

    async def script(peer: Peer) -> None:
        while True:
            seen = await peer.request()
            await all_there.wait()
            await peer.send(reply(seen.body))

    async with serving(script) as server:
        for _ in range(2):
            bodies = [b"request %d" % i for i in range(8)]
            answers = await asyncio.gather(*[fetch(transport, post(server.origin, body)) for body in bodies])
            assert answers == [(200, body) for body in bodies]
        assert server.connections == 8


class Dying:
    """A script that answers the first request on each of the first connections, and then leaves with the second one.

    ``word`` is what it says to that second one; later connections answer everything.
    """

    def __init__(self, word: bytes = b"") -> None:
        self.word = word
        self.seen: list[Seen] = []

    async def __call__(self, peer: Peer) -> None:
        self.seen.append(await peer.request())
        await peer.send(reply(b"first"))
        if peer.number:
            return
        self.seen.append(await peer.request())
        await peer.send(self.word)


async def test_a_stale_connection_is_replaced_once(transport: Transport) -> None:
    script = Dying()
    async with serving(script) as server:
        assert await fetch(transport, post(server.origin, b"a")) == (200, b"first")
        assert await fetch(transport, post(server.origin, b"b")) == (200, b"first")
        assert [seen.body for seen in script.seen] == [b"a", b"b", b"b"]
        assert server.connections == 2


async def test_a_body_from_a_source_is_taken_anew_for_the_replacement(transport: Transport) -> None:
    passes = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal passes
        passes += 1
        for piece in (b"one", b"two"):
            yield piece

    script = Dying()
    async with serving(script) as server:
        await fetch(transport, post(server.origin, b"a"))
        assert await fetch(transport, post(server.origin, body, length=6)) == (200, b"first")
        assert [seen.body for seen in script.seen] == [b"a", b"onetwo", b"onetwo"]
        assert passes == 2


@pytest.mark.parametrize("word", [b"H", b"HTTP/1.1 200 O", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"])
async def test_a_request_that_got_any_byte_of_an_answer_is_not_sent_again(transport: Transport, word: bytes) -> None:
    script = Dying(word)
    async with serving(script) as server:
        await fetch(transport, post(server.origin))
        with pytest.raises(Broken):
            await fetch(transport, post(server.origin))
        assert server.connections == 1


async def test_a_fresh_connection_that_dies_is_not_replaced(transport: Transport) -> None:
    async with serving(answering(b"", then=hang_up)) as server:
        with pytest.raises(Broken):
            await fetch(transport, post(server.origin))
        assert server.connections == 1


async def test_the_replacement_is_not_replaced(transport: Transport) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        if peer.number == 0:
            await peer.send(reply(b"first"))
            await peer.request()

    async with serving(script) as server:
        await fetch(transport, post(server.origin))
        with pytest.raises(Broken):
            await fetch(transport, post(server.origin))
        assert server.connections == 2


async def test_requests_over_the_limit_wait_their_turn(make: Maker) -> None:
    transport = make(Limits(max_connections_per_origin=2))
    most = now = 0

    async def script(peer: Peer) -> None:
        nonlocal most, now
        while True:
            seen = await peer.request()
            now += 1
            most = max(most, now)
            await asyncio.sleep(0)
            now -= 1
            await peer.send(reply(seen.body))

    async with serving(script) as server:
        bodies = [b"%d" % i for i in range(20)]
        answers = await asyncio.gather(*[fetch(transport, post(server.origin, body)) for body in bodies])
        assert answers == [(200, body) for body in bodies]
        assert most <= 2
        assert server.connections == 2


async def test_no_free_connection_in_time_is_unreachable(make: Maker) -> None:
    transport = make(Limits(max_connections_per_origin=1))
    go_on = asyncio.Event()

    async def script(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.send(reply(b"yes")[:-1])
            await go_on.wait()
            await peer.send(b"s")

    async with serving(script) as server:
        held = await transport.send(post(server.origin), PATIENT)
        with pytest.raises(Unreachable):
            await transport.send(post(server.origin), Deadlines(connect=0.05))
        go_on.set()
        assert await held.read(10) == b"yes"
        assert await fetch(transport, post(server.origin)) == (200, b"yes")


async def test_a_turn_is_not_lost_when_its_winner_gives_up(make: Maker) -> None:
    transport = make(Limits(max_connections_per_origin=1))
    async with serving(repeating(reply(b"yes"))) as server:
        held = await transport.send(post(server.origin), PATIENT)
        waiting = [asyncio.ensure_future(fetch(transport, post(server.origin))) for _ in range(3)]
        await asyncio.sleep(0)
        assert await held.read(10) == b"yes"
        waiting[0].cancel()
        assert await asyncio.gather(*waiting[1:]) == [(200, b"yes")] * 2


async def test_a_turn_is_not_lost_when_connecting_fails() -> None:
    failing = asyncio.Event()
    asked = 0

    async def resolver(host: str, port: int) -> list[str]:
        nonlocal asked
        asked += 1
        if asked == 1:
            await failing.wait()
            raise OSError("no such host")
        return ["127.0.0.1"]

    transport = Http1Transport(Limits(max_connections_per_origin=1), Guard(resolver=resolver))
    async with serving(repeating(reply(b"yes"))) as server:
        origin = server.named("upstream.test")
        first = asyncio.ensure_future(fetch(transport, post(origin)))
        second = asyncio.ensure_future(fetch(transport, post(origin)))
        await asyncio.sleep(0)
        failing.set()
        with pytest.raises(Unreachable):
            await first
        assert await second == (200, b"yes")
    await transport.aclose()


async def test_the_replacement_of_a_stale_connection_may_push_out_an_idle_one() -> None:
    both = asyncio.Barrier(2)

    async def script(peer: Peer) -> None:
        await peer.request()
        if peer.number < 2:
            await both.wait()
        await peer.send(reply(b"yes"))
        await peer.request()

    transport = Http1Transport(Limits(max_connections_per_origin=2), Guard())
    async with serving(script) as server:
        await asyncio.gather(*[fetch(transport, post(server.origin)) for _ in range(2)])
        assert await fetch(transport, post(server.origin)) == (200, b"yes")
        assert server.connections == 3
    await transport.aclose()


async def test_idle_connections_expire(make: Maker) -> None:
    transport = make(Limits(idle_expiry=0.001))
    left = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(reply(b"yes"))
        await peer.client_left()
        left.set()

    async with serving(script) as server:
        await fetch(transport, post(server.origin))
        if make.kind == "own":
            # Its sweep runs every few seconds; a request that comes first does not use what has expired.
            await asyncio.sleep(0.01)
            await fetch(transport, post(server.origin))
        await asyncio.wait_for(left.wait(), 5)


async def test_only_so_many_connections_stay_idle() -> None:
    all_there = asyncio.Barrier(4)
    left = asyncio.Semaphore(0)

    async def script(peer: Peer) -> None:
        await peer.request()
        await all_there.wait()
        await peer.send(reply(b"yes"))
        await peer.client_left()
        left.release()

    transport = Http1Transport(Limits(max_idle_per_origin=1), Guard())
    async with serving(script) as server:
        await asyncio.gather(*[fetch(transport, post(server.origin)) for _ in range(4)])
        for _ in range(3):
            await left.acquire()
        assert left.locked()
    await transport.aclose()


async def test_closing_the_transport_closes_every_connection(make: Maker) -> None:
    left = asyncio.Semaphore(0)

    async def script(peer: Peer) -> None:
        seen = await peer.request()
        await peer.send(reply(b"yes") if seen.body == b"read" else reply(b"yes")[:-1])
        await peer.client_left()
        left.release()

    transport = make()
    async with serving(script) as server:
        held = await transport.send(post(server.origin), PATIENT)
        await fetch(transport, post(server.origin, b"read"))
        await transport.aclose()
        await left.acquire()
        await left.acquire()
        with pytest.raises(Broken):
            await held.read(10)
        held.abort()
