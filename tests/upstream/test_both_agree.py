"""Two implementations of one seam: the same bytes mean the same, and no bytes whatever hang or surprise."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import AsyncExitStack
from dataclasses import dataclass

from asking import PATIENT, post
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import PUBLIC_TRUST
from raw_server import Peer, serving

from sluice.upstream.client import Limits, Silent, Transport, TransportError
from sluice.upstream.guard import Guard
from sluice.upstream.http1 import Http1Transport
from sluice.upstream.proxied import ProxiedTransport

_NAMES = st.sampled_from([b"X-One", b"x-two", b"SERVER", b"Content-Type", b"Retry-After", b"X-Request-Id"])
_VALUES = st.text(st.characters(codec="latin-1", exclude_categories=["C"]), max_size=20).map(
    lambda text: text.strip(" \t\xa0").encode("latin-1")
)
_STATUSES = st.sampled_from([200, 201, 204, 301, 304, 400, 401, 404, 418, 429, 500, 503, 599])
_QUICK = settings(max_examples=60, deadline=None)


@dataclass(frozen=True)
class Result:
    """What a reader gets: the answer, or which error."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def _recased(draw: st.DrawFn, name: bytes) -> bytes:
    return draw(st.sampled_from([name, name.lower(), name.upper()]))


@st.composite
def answers(draw: st.DrawFn) -> tuple[list[bytes], int, bytes]:
    """A well-formed answer in pieces, its status and its body."""
    status, body = draw(_STATUSES), draw(st.binary(max_size=300))
    lines = [b"HTTP/1.1 %d %s" % (status, draw(st.sampled_from([b"OK", b"", b"Some Reason"])))]
    lines += [_recased(draw, name) + b":" + draw(st.sampled_from([b"", b" ", b"  "])) + value + draw(
        st.sampled_from([b"", b" ", b"\t"])
    ) for name, value in draw(st.lists(st.tuples(_NAMES, _VALUES), max_size=6))]  # fmt: skip
    framing = draw(st.sampled_from(["length", "chunked", "close"]))
    if status in (204, 304):
        framing, body = "none", b""
    sent = body
    if framing == "length":
        lines.append(_recased(draw, b"Content-Length") + b": %d" % len(body))
    elif framing == "chunked":
        lines.append(_recased(draw, b"Transfer-Encoding") + b": " + _recased(draw, b"Chunked"))
        sent = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in _cut(draw, body)) + b"0\r\n\r\n"
    lines.append(b"Connection: close")
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * draw(st.integers(0, 2))
    whole = interim + b"\r\n".join(lines) + b"\r\n\r\n" + sent
    return _cut(draw, whole), status, body


def _cut(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """The data in pieces, none of them empty."""
    marks = sorted(draw(st.sets(st.integers(0, len(data)), max_size=5)) | {0, len(data)})
    return [data[a:b] for a, b in itertools.pairwise(marks) if a < b]


async def _outcome(transport: Transport, origin: str) -> Result | TransportError:
    try:
        exchange = await transport.send(post(origin), PATIENT)
        body = await exchange.read(1 << 20)
    except TransportError as error:
        return error
    return Result(exchange.head.status, tuple(exchange.head.headers), body)


async def _both(pieces: list[bytes]) -> list[Result | TransportError]:
    """What each transport makes of an answer in these pieces, after which the server closes."""

    async def script(peer: Peer) -> None:
        await peer.request()
        for piece in pieces:
            await peer.send(piece)
            await asyncio.sleep(0)

    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(script))
        both: list[Transport] = [
            Http1Transport(Limits(), Guard(), ssl_context=PUBLIC_TRUST),
            ProxiedTransport("", Limits(), Guard(), ssl_context=PUBLIC_TRUST),
        ]
        for transport in both:
            stack.push_async_callback(transport.aclose)
        return [await _outcome(transport, server.origin) for transport in both]


@given(answers())
@_QUICK
def test_a_well_formed_answer_means_the_same_to_both(answer: tuple[list[bytes], int, bytes]) -> None:
    pieces, status, body = answer
    ours, other = asyncio.run(_both(pieces))
    assert isinstance(ours, Result)
    assert (ours.status, ours.body) == (status, body)
    assert ours == other


@given(answers(), st.data())
@_QUICK
def test_an_answer_cut_short_is_whole_to_neither(answer: tuple[list[bytes], int, bytes], data: st.DataObject) -> None:
    pieces, _, body = answer
    whole = b"".join(pieces)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1), label="cut")]
    for outcome in asyncio.run(_both([cut] if cut else [])):
        if isinstance(outcome, Result):
            # Only an answer that ends with its connection can be cut without notice.
            names = {name for name, _ in outcome.headers}
            assert not names & {b"content-length", b"transfer-encoding"}
            assert body.startswith(outcome.body)


@st.composite
def noise(draw: st.DrawFn) -> bytes:
    """Bytes that are nearly an answer, or not at all."""
    whole = b"".join(draw(answers())[0])
    kind = draw(st.sampled_from(["noise", "head then noise", "bytes replaced"]))
    if kind == "noise":
        return draw(st.binary(max_size=500))
    if kind == "head then noise":
        return whole[: whole.index(b"\r\n") + 2] + draw(st.binary(max_size=200))
    changed = bytearray(whole)
    for at, byte in draw(
        st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), min_size=1, max_size=5)
    ):
        changed[at] = byte
    return bytes(changed)


@given(noise())
@settings(max_examples=100, deadline=None)
def test_whatever_comes_ends_in_an_answer_or_a_typed_error(data: bytes) -> None:
    # Anything but a TransportError would leave ``_outcome`` and fail the test. The server closes at the end: nobody has
    # a reason to wait for a deadline.
    outcomes = asyncio.run(_both([data] if data else []))
    assert all(isinstance(outcome, Result | TransportError) for outcome in outcomes)
    assert not any(isinstance(outcome, Silent) for outcome in outcomes)
