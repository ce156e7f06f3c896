"""Answers in every legal shape: what a transport must understand, however the bytes come."""

from __future__ import annotations

import asyncio

import pytest
from asking import PATIENT, fetch, get, post
from makers import Maker
from raw_server import Peer, answering, hang_up, repeating, reply, serving

from sluice.upstream.client import Malformed, Transport

_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Two: a\r\nx-two: b\r\n\r\n"

_SHAPES = {
    "length": (reply(b"hello"), 200, b"hello"),
    "length zero": (reply(b""), 200, b""),
    "chunked": (_CHUNKED + b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", 200, b"hello"),
    "chunk sizes in capitals and with zeros": (_CHUNKED + b"00A\r\n0123456789\r\n0\r\n\r\n", 200, b"0123456789"),
    "chunk extensions": (_CHUNKED + b'5;name="value"\r\nhello\r\n0;x\r\n\r\n', 200, b"hello"),
    "trailers": (_CHUNKED + b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", 200, b"hello"),
    "continue first": (b"HTTP/1.1 100 Continue\r\n\r\n" + reply(b"hello"), 200, b"hello"),
    "hints first": (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 3 + reply(b"hello"), 200, b"hello"),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
    "not modified, with a length that is not there": (reply(b"hello")[:-5].replace(b"200 OK", b"304 OK"), 304, b""),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello"),
    "error status": (reply(b"no", status=b"599 What"), 599, b"no"),
    "redirect": (reply(b"gone", b"Location: http://127.0.0.1:1/", status=b"302 Found"), 302, b"gone"),
}


@pytest.mark.parametrize("shape", _SHAPES)
async def test_shape_is_understood_whole_and_byte_by_byte(transport: Transport, shape: str) -> None:
    answer, status, body = _SHAPES[shape]
    whole = answering(answer)
    bytewise = answering(*[answer[i : i + 1] for i in range(len(answer))])
    async with serving(whole) as quick, serving(bytewise) as slow:
        assert await fetch(transport, post(quick.origin)) == (status, body)
        assert await fetch(transport, post(slow.origin)) == (status, body)


_UNTIL_CLOSE = {
    "http 1.0": b"HTTP/1.0 200 OK\r\n\r\nhello",
    "http 1.1": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello",
    "said to be kept": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhello",
    "empty": b"HTTP/1.0 200 OK\r\n\r\n",
}


@pytest.mark.parametrize("shape", _UNTIL_CLOSE)
async def test_a_body_without_length_ends_with_the_connection(transport: Transport, shape: str) -> None:
    answer = _UNTIL_CLOSE[shape]
    async with serving(answering(answer, then=hang_up)) as server:
        assert await fetch(transport, get(server.origin)) == (200, answer.partition(b"\r\n\r\n")[2])


async def test_headers_come_with_lower_case_names_in_order(transport: Transport) -> None:
    async with serving(answering(reply(b"", b"X-Two: a", b"x-OTHER:  spaced \t", b"x-TWO: \xc3\xa9\xff"))) as server:
        exchange = await transport.send(get(server.origin), PATIENT)
        assert [pair for pair in exchange.head.headers if pair[0].startswith(b"x-")] == [
            (b"x-two", b"a"),
            (b"x-other", b"spaced"),
            (b"x-two", b"\xc3\xa9\xff"),
        ]
        assert exchange.head.get(b"x-two") == b"a"
        assert await exchange.read(10) == b""


async def test_trailers_are_not_headers(transport: Transport) -> None:
    answer = _CHUNKED + b"5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Two: c\r\nX-Last: 1\r\n\r\n"
    async with serving(answering(answer)) as server:
        exchange = await transport.send(get(server.origin), PATIENT)
        assert await exchange.read(10) == b"hello"
        assert [name for name, _ in exchange.head.headers] == [b"transfer-encoding", b"x-two", b"x-two"]


async def test_redirects_are_the_readers_business(transport: Transport) -> None:
    async with (
        serving(answering(reply(b"secret"))) as other,
        serving(answering(reply(b"", b"Location: " + other.origin.encode(), status=b"307 Away"))) as server,
    ):
        exchange = await transport.send(post(server.origin), PATIENT)
        assert (exchange.head.status, exchange.head.get(b"location")) == (307, other.origin.encode())
        assert await exchange.read(10) == b""
        assert other.connections == 0


async def test_cookies_are_forgotten(transport: Transport) -> None:
    seen = []

    async def script(peer: Peer) -> None:
        while True:
            seen.append(await peer.request())
            await peer.send(reply(b"", b"Set-Cookie: a=b; Path=/"))

    async with serving(script) as server:
        await fetch(transport, get(server.origin))
        await fetch(transport, get(server.origin))
    assert [request.get(b"cookie") for request in seen] == [[], []]


async def test_the_head_is_there_before_the_body(transport: Transport) -> None:
    first, second = asyncio.Event(), asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(_CHUNKED)
        await first.wait()
        await peer.send(b"3\r\none\r\n")
        await second.wait()
        await peer.send(b"3\r\ntwo\r\n0\r\n\r\n")
        await peer.client_left()

    async with serving(script) as server:
        exchange = await transport.send(post(server.origin), PATIENT)
        pending = asyncio.ensure_future(exchange.chunk())
        first.set()
        assert await pending == b"one"
        rest = asyncio.ensure_future(exchange.read(100))
        second.set()
        assert await rest == b"two"
        assert await exchange.chunk() == b""


async def test_bytes_after_the_answer_are_dropped_with_the_connection(transport: Transport) -> None:
    async with serving(repeating(reply(b"mine") + reply(b"not asked for"))) as server:
        for _ in range(3):
            assert await fetch(transport, post(server.origin)) == (200, b"mine")
        assert server.connections == 3


async def test_junk_after_the_answer_is_dropped_with_the_connection(make: Maker) -> None:
    transport = make()
    async with serving(repeating(reply(b"mine") + b"\0junk")) as server:
        for _ in range(3):
            if make.kind == "own":
                assert await fetch(transport, post(server.origin)) == (200, b"mine")
            else:  # aiohttp gives up the answer too when the junk comes with it
                with pytest.raises(Malformed):
                    await fetch(transport, post(server.origin))
        assert server.connections == 3
