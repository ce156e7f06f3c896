"""Answers that are no answers: each ends in the error that says what happened; a part is never taken for the whole."""

from __future__ import annotations

import pytest
from asking import PATIENT, fetch, get, post
from makers import Maker
from raw_server import Peer, answering, hang_up, repeating, reply, serving

from sluice.upstream.client import Broken, Limits, Malformed, TooLarge, Transport
from sluice.upstream.guard import Guard
from sluice.upstream.http1 import Http1Transport

_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

_TOO_SHORT = {
    "nothing": b"",
    "part of the status line": b"HTTP/1.1 2",
    "part of the head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "head without its end": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
    "only an interim head": b"HTTP/1.1 100 Continue\r\n\r\n",
    "no body of a length": reply(b"hello")[:-5],
    "part of a body of a length": reply(b"hello")[:-1],
    "no chunk": _CHUNKED,
    "part of a chunk size": _CHUNKED + b"5",
    "part of a chunk": _CHUNKED + b"5\r\nhel",
    "chunks without the last": _CHUNKED + b"5\r\nhello\r\n",
    "last chunk without its end": _CHUNKED + b"5\r\nhello\r\n0\r\n",
    "part of a trailer": _CHUNKED + b"5\r\nhello\r\n0\r\nX-Sum",
}


@pytest.mark.parametrize("shape", _TOO_SHORT)
async def test_early_close_is_broken(transport: Transport, shape: str) -> None:
    async with serving(answering(_TOO_SHORT[shape], then=hang_up)) as server:
        with pytest.raises(Broken) as caught:
            await fetch(transport, post(server.origin))
        assert caught.value.sent
        assert server.connections == 1


@pytest.mark.parametrize("shape", _TOO_SHORT)
async def test_reset_is_broken(transport: Transport, shape: str) -> None:
    async def reset(peer: Peer) -> None:
        peer.reset()

    async with serving(answering(_TOO_SHORT[shape], then=reset)) as server:
        with pytest.raises(Broken):
            await fetch(transport, post(server.origin))


async def test_reset_is_not_the_end_of_a_body_without_length(own: Http1Transport) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.0 200 OK\r\n\r\nhello")
        await peer.head()  # a word from the client that the bytes are there
        peer.reset()

    async with serving(script) as server:
        exchange = await own.send(post(server.origin), PATIENT)
        assert await exchange.chunk() == b"hello"
        exchange._connection.write(b"read\r\n\r\n")  # type: ignore[attr-defined]
        with pytest.raises(Broken):
            await exchange.chunk()


_NOT_HTTP = {
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "http 0.9": b"<html>hello</html>\r\n\r\n",
    "zeros": bytes(100),
    "tls alert": b"\x15\x03\x01\x00\x02\x02\x46",
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "status of two digits": b"HTTP/1.1 20 OK\r\n\r\n",
    "header without a colon": b"HTTP/1.1 200 OK\r\nwhat\r\n\r\n",
    "header name with a space": b"HTTP/1.1 200 OK\r\nContent Length: 5\r\n\r\nhello",
    "length not a number": b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello",
    "length negative": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
    "length too large to count": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nhello",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "length and chunks": _CHUNKED.replace(b"\r\n", b"\r\nContent-Length: 5\r\n", 1) + b"5\r\nhello\r\n0\r\n\r\n",
    "chunk size not a number": _CHUNKED + b"xyz\r\nhello\r\n0\r\n\r\n",
    "chunk size negative": _CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n",
    "chunk size too large to count": _CHUNKED + b"FFFFFFFFFFFFFFFFFF\r\nhello",
    "chunk longer than its size": _CHUNKED + b"2\r\nhello\r\n0\r\n\r\n",
    "chunk size empty": _CHUNKED + b"\r\nhello\r\n0\r\n\r\n",
    "switching protocols": b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
}


@pytest.mark.parametrize("shape", _NOT_HTTP)
async def test_what_is_not_http_is_malformed_and_closed(transport: Transport, shape: str) -> None:
    async with serving(answering(_NOT_HTTP[shape])) as server:
        with pytest.raises(Malformed):
            await fetch(transport, post(server.origin))


_LIMITS = Limits(max_head_bytes=16 * 1024, max_headers=50)

_TOO_LARGE = {
    "one header": b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 20_000 + b"\r\nContent-Length: 0\r\n\r\n",
    "many bytes in headers": reply(b"", *[b"X-%d: " % i + b"a" * 1000 for i in range(20)]),
    "many headers": reply(b"", *[b"a: b"] * 60),
    "reason": reply(b"", status=b"200 " + b"a" * 20_000),
}


@pytest.mark.parametrize("shape", _TOO_LARGE)
async def test_heads_are_bounded(make: Maker, shape: str) -> None:
    transport = make(_LIMITS)
    async with serving(answering(_TOO_LARGE[shape])) as server:
        with pytest.raises(Malformed):
            await fetch(transport, post(server.origin))


@pytest.mark.parametrize("shape", _TOO_LARGE)
async def test_heads_are_bounded_before_they_end(make: Maker, shape: str) -> None:
    transport = make(_LIMITS)
    if make.kind != "own" and shape == "many bytes in headers":
        pytest.skip("aiohttp bounds each header and their number")
    async with serving(answering(_TOO_LARGE[shape][:-2])) as server:
        with pytest.raises(Malformed):
            await fetch(transport, post(server.origin))


async def test_a_large_head_within_the_limits_is_read(make: Maker) -> None:
    transport = make(_LIMITS)
    async with serving(answering(reply(b"yes", *[b"X-%d: " % i + b"a" * 300 for i in range(45)]))) as server:
        assert await fetch(transport, post(server.origin)) == (200, b"yes")


async def test_endless_trailers_are_malformed() -> None:
    transport = Http1Transport(_LIMITS, Guard())

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(_CHUNKED + b"5\r\nhello\r\n0\r\n")
        while True:
            await peer.send(b"X-More: and more\r\n")

    async with serving(script) as server:
        with pytest.raises(Malformed):
            await fetch(transport, post(server.origin))
    await transport.aclose()


async def test_a_body_is_read_to_its_limit_and_no_further(transport: Transport) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(_CHUNKED)
        while True:
            await peer.send(b"400\r\n" + b"a" * 1024 + b"\r\n")

    async with serving(script) as endless, serving(repeating(reply(b"a" * 1000))) as exact:
        exchange = await transport.send(get(endless.origin), PATIENT)
        with pytest.raises(TooLarge):
            await exchange.read(100_000)
        exchange = await transport.send(get(exact.origin), PATIENT)
        assert len(await exchange.read(1000)) == 1000
        exchange = await transport.send(get(exact.origin), PATIENT)
        with pytest.raises(TooLarge):
            await exchange.read(999)


async def test_what_came_before_the_break_can_be_read(own: Http1Transport) -> None:
    async with serving(answering(_CHUNKED + b"5\r\nhello\r\n", then=hang_up)) as server:
        exchange = await own.send(post(server.origin), PATIENT)
        assert await exchange.chunk() == b"hello"
        for _ in range(2):
            with pytest.raises(Broken):
                await exchange.chunk()
