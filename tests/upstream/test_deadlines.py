"""Deadlines: tiny ones, against servers that wait for the client to leave. Nothing here measures time."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from asking import PATIENT, fetch, post
from makers import Maker
from raw_server import Peer, answering, reply, serving

from sluice.upstream.client import Silent, Transport, Unreachable
from sluice.upstream.guard import Guard

_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_TINY = 0.05
_SHORT = 0.5
"""Where connecting counts too, which takes its time on a busy machine."""


async def test_a_silent_upstream_before_the_head(transport: Transport) -> None:
    left = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.client_left()
        left.set()

    async with serving(script) as server:
        with pytest.raises(Silent) as caught:
            await transport.send(post(server.origin), dataclasses.replace(PATIENT, head=_TINY))
        assert caught.value.sent
        await left.wait()


async def test_a_head_that_never_ends_is_not_excused_by_its_drops(transport: Transport) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            await peer.send(b"a")
            await asyncio.sleep(0.001)

    async with serving(script) as server:
        with pytest.raises(Silent):
            await transport.send(post(server.origin), dataclasses.replace(PATIENT, head=_TINY))


async def test_interim_heads_do_not_put_off_the_deadline(transport: Transport) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        while True:
            await peer.send(b"HTTP/1.1 102 Processing\r\n\r\n")
            await asyncio.sleep(0.001)

    async with serving(script) as server:
        with pytest.raises(Silent):
            await transport.send(post(server.origin), dataclasses.replace(PATIENT, head=_TINY))


@pytest.mark.parametrize("begun", [_CHUNKED, _CHUNKED + b"5\r\nhello\r\n", reply(b"hello")[:-1]])
async def test_a_silent_upstream_within_the_body(transport: Transport, begun: bytes) -> None:
    left = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(begun)
        await peer.client_left()
        left.set()

    async with serving(script) as server:
        exchange = await transport.send(post(server.origin), dataclasses.replace(PATIENT, read=_TINY))
        with pytest.raises(Silent):
            await exchange.read(100)
        await left.wait()


async def test_each_piece_of_a_body_begins_the_silence_anew(transport: Transport) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(_CHUNKED)
        for _ in range(30):
            await asyncio.sleep(0.01)
            await peer.send(b"1\r\na\r\n")
        await peer.send(b"0\r\n\r\n")
        await peer.client_left()

    async with serving(script) as server:
        # The whole takes longer than the deadline, which is generous to each piece.
        assert await fetch(transport, post(server.origin), dataclasses.replace(PATIENT, read=0.25)) == (200, b"a" * 30)


async def test_the_whole_exchange_has_its_deadline(transport: Transport) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(_CHUNKED)
        while True:
            await peer.send(b"5\r\nhello\r\n")
            await asyncio.sleep(0.001)

    async with serving(script) as server:
        with pytest.raises(Silent):
            await fetch(transport, post(server.origin), dataclasses.replace(PATIENT, total=_SHORT))


async def test_the_whole_exchange_has_its_deadline_before_the_head(transport: Transport) -> None:
    async with serving(answering(b"")) as server:
        with pytest.raises(Silent):
            await transport.send(post(server.origin), dataclasses.replace(PATIENT, total=_SHORT))


async def test_a_tls_handshake_that_never_ends_is_unreachable(transport: Transport) -> None:
    async with serving(Peer.client_left) as server:
        with pytest.raises(Unreachable) as caught:
            await transport.send(
                post(server.origin.replace("http:", "https:")), dataclasses.replace(PATIENT, connect=_TINY)
            )
        assert not caught.value.sent


async def test_resolving_is_part_of_connecting(make: Maker) -> None:
    if make.kind.endswith("-proxy"):
        pytest.skip("the proxy resolves")

    async def resolver(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    transport = make(guard=Guard(resolver=resolver))
    with pytest.raises(Unreachable):
        await transport.send(post("http://upstream.test"), dataclasses.replace(PATIENT, connect=_TINY))


async def test_cancelling_the_wait_for_the_head_closes_the_socket(transport: Transport) -> None:
    there, left = asyncio.Event(), asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        there.set()
        await peer.client_left()
        left.set()

    async with serving(script) as server:
        sending = asyncio.ensure_future(transport.send(post(server.origin), PATIENT))
        await there.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await left.wait()
