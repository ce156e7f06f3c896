"""Answers that come compressed although nobody asked."""

from __future__ import annotations

import gzip
import itertools
import zlib

import pytest
from asking import PATIENT, fetch, post
from raw_server import answering, reply, serving

from sluice.upstream.client import Broken, Malformed, TooLarge, Transport

_TEXT = b"".join(b"line %d\n" % i for i in range(5000))


def _raw_deflate(data: bytes) -> bytes:
    machine = zlib.compressobj(wbits=-15)
    return machine.compress(data) + machine.flush()


_CODED = {
    "gzip": (b"gzip", gzip.compress(_TEXT)),
    "gzip, by its old name": (b"X-GZIP", gzip.compress(_TEXT)),
    "gzip in two members": (b"gzip", gzip.compress(_TEXT[:9999]) + gzip.compress(_TEXT[9999:])),
    "deflate": (b"deflate", zlib.compress(_TEXT)),
    "deflate as many servers have it, bare": (b"deflate", _raw_deflate(_TEXT)),
    "identity": (b"identity", _TEXT),
}


@pytest.mark.parametrize("shape", _CODED)
async def test_a_coded_answer_is_decoded(transport: Transport, shape: str) -> None:
    coding, body = _CODED[shape]
    answer = reply(body, b"Content-Encoding: " + coding)
    at = [0, 200, 201, 202, 1000, len(answer)]
    async with serving(answering(*[answer[a:b] for a, b in itertools.pairwise(at)])) as server:
        exchange = await transport.send(post(server.origin), PATIENT)
        assert exchange.head.get(b"content-encoding") in (None, b"identity")
        assert await exchange.read(len(_TEXT)) == _TEXT
        assert await exchange.chunk() == b""


@pytest.mark.parametrize("size", [1 << 18, (1 << 18) + 1, 10_000_000])
async def test_what_compresses_well_comes_out_whole(transport: Transport, size: int) -> None:
    answer = reply(gzip.compress(bytes(size)), b"Content-Encoding: gzip")
    async with serving(answering(answer)) as server:
        assert await fetch(transport, post(server.origin)) == (200, bytes(size))


async def test_the_limit_counts_what_comes_out(transport: Transport) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    async with serving(answering(reply(bomb, b"Content-Encoding: gzip"))) as server:
        exchange = await transport.send(post(server.origin), PATIENT)
        with pytest.raises(TooLarge):
            await exchange.read(1_000_000)


@pytest.mark.parametrize("status", [b"200 OK", b"204 None", b"304 Same"])
async def test_no_body_is_no_body_whatever_its_coding(transport: Transport, status: bytes) -> None:
    head = b"HTTP/1.1 " + status + b"\r\nContent-Encoding: gzip\r\n"
    head += b"Content-Length: 0\r\n\r\n" if status.startswith(b"200") else b"\r\n"
    async with serving(answering(head)) as server:
        assert await fetch(transport, post(server.origin)) == (int(status[:3]), b"")


async def test_a_coded_answer_cut_short_is_broken(transport: Transport) -> None:
    coded = gzip.compress(_TEXT)[:-9]
    async with serving(answering(reply(coded, b"Content-Encoding: gzip"))) as server:
        with pytest.raises(Broken):
            await fetch(transport, post(server.origin))


@pytest.mark.parametrize("coding", [b"gzip", b"deflate", b"br", b"gzip, gzip"])
async def test_what_is_not_coded_as_it_says_is_malformed(transport: Transport, coding: bytes) -> None:
    async with serving(answering(reply(b"\xff\xfe" * 100, b"Content-Encoding: " + coding))) as server:
        with pytest.raises(Malformed):
            await fetch(transport, post(server.origin))
