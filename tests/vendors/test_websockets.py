"""Upstreams that answer over a websocket, over real sockets: signed, refused, cut, stalled, given up."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault, Reply
from sluice.fake.server import serving
from sluice.formats.openai_chat.fold import fold
from sluice.formats.patch import parse_top
from sluice.upstream.client import Broken, Deadlines, Exchange, Limits, Malformed, Silent, Unreachable
from sluice.upstream.guard import AddressPolicy, Guard
from sluice.upstream.router import Transports
from sluice.vendors.dialect import Call, ChannelSpec, Dialect
from sluice.vendors.registry import bind

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = "app12345|keyexamplesecret|keyexample"  # the fake derives the secret from the key


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def origin() -> AsyncIterator[str]:
    """One fake provider for all tests of this file."""
    async with serving() as address:
        yield address


@pytest_asyncio.fixture(loop_scope="module")
async def transports() -> AsyncIterator[Transports]:
    """Transports without a past."""
    made = Transports(Limits(), Guard())
    yield made
    await made.aclose()


def bound(origin: str, key: str = KEY) -> Dialect:
    return bind(ChannelSpec(provider="spark", base_url=f"{origin}/spark", key=key))


def call(does: str = "m", *, stream: bool = False, now_ms: int = 0, model: str = "SparkDesk-v3.5") -> Call:
    """A client's call; the fake does what the user's name says."""
    raw = json.dumps({"model": model, "messages": [{"role": "user", "content": "hé\nllo"}], "user": does}).encode()
    now = now_ms or int(time.time() * 1000)
    return Call(
        format=Format.OPENAI_CHAT, model=model, upstream_model=model, body=raw, top=parse_top(raw), stream=stream,
        wants_usage=True, now_ms=now, nonce=7,
    )  # fmt: skip


async def opened(transports: Transports, dialect: Dialect, asked: Call, deadlines: Deadlines | None = None) -> Exchange:
    request = dialect.request(asked, dialect.spec.key)
    return await transports.carrier(request, "").send(request, deadlines or Deadlines())


async def ask(transports: Transports, dialect: Dialect, asked: Call) -> Reply | Fault:
    exchange = await opened(transports, dialect, asked)
    if exchange.head.status != 200:
        return dialect.error(asked, exchange.head, await exchange.read(1000))
    parser = dialect.stream(asked, exchange.head) if asked.stream else None
    if parser is None:
        answer = dialect.reply(asked, exchange.head, await exchange.read(1 << 20))
        assert isinstance(answer, Reply | Fault)
        return answer
    out = b""
    while piece := await exchange.chunk():
        out += parser.feed(piece)
    out += parser.finish()
    return parser.fault or Reply(body=fold(out), usage=parser.usage, finish_reason=parser.finish_reason)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", ["SparkDesk-v1.1", "Spark-Max", "SparkDesk-v3.1-128K", "4.0Ultra", "max-32k"])
async def test_every_version_has_its_path_and_name(
    transports: Transports, origin: str, model: str, stream: bool
) -> None:
    answer = await ask(transports, bound(origin), call("m-think-usage-9-4", stream=stream, model=model))
    assert isinstance(answer, Reply), answer
    told = json.loads(answer.body)
    assert told["choices"][0]["message"]["content"] == "You said: hé\nllo"
    assert told["choices"][0]["message"]["reasoning_content"]
    assert (answer.usage.input_tokens, answer.usage.output_tokens, answer.finish_reason) == (9, 4, "stop")


@pytest.mark.parametrize("key", ["app12345|wrong|keyexample", "app12345|othersecret|keyexample"])
async def test_a_wrong_signature_is_a_matter_of_the_key(transports: Transports, origin: str, key: str) -> None:
    answer = await ask(transports, bound(origin, key), call())
    assert isinstance(answer, Fault)
    assert (answer.cause, answer.status) == (Cause.AUTH, 401)


async def test_a_clock_that_is_wrong_is_refused(transports: Transports, origin: str) -> None:
    answer = await ask(transports, bound(origin), call(now_ms=1_700_000_000_000))
    assert isinstance(answer, Fault)
    assert (answer.cause, answer.status) == (Cause.AUTH, 403)


async def test_an_application_without_rights_is_told_in_a_message(transports: Transports, origin: str) -> None:
    answer = await ask(transports, bound(origin, "bad-app|keyexamplesecret|keyexample"), call())
    assert isinstance(answer, Fault)
    assert (answer.cause, answer.code) == (Cause.AUTH, "11200")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_socket_closed_too_early_is_no_answer(transports: Transports, origin: str, stream: bool) -> None:
    answer = await ask(transports, bound(origin), call("m-abort", stream=stream))
    assert isinstance(answer, Fault)
    assert answer.cause is Cause.BROKEN


async def test_an_upstream_that_stays_silent_is_given_up(transports: Transports, origin: str) -> None:
    exchange = await opened(transports, bound(origin), call("m-stall"), Deadlines(read=0.2))
    with pytest.raises(Silent):
        await exchange.read(1 << 20)
    with pytest.raises(Broken):
        await exchange.chunk()


async def test_giving_up_closes_the_socket(transports: Transports, origin: str) -> None:
    dialect = bound(origin)
    exchange = await opened(transports, dialect, call("m-stall"))
    waiting = asyncio.ensure_future(exchange.read(1 << 20))
    while await _open(transports, dialect) != 1:
        pass
    exchange.abort()
    exchange.abort()
    with pytest.raises(Broken):
        await waiting
    while await _open(transports, dialect) != 0:
        pass


async def _open(transports: Transports, dialect: Dialect) -> int:
    """How many requests the fake has in hand, besides this one."""
    known = bind(ChannelSpec(provider="fake", base_url=dialect.spec.base_url.removesuffix("/spark"), key=""))
    request = known.models_request("")
    assert request is not None
    exchange = await transports.transport_for("").send(
        type(request)(b"GET", request.origin, b"/_fake/stats", request.headers), Deadlines()
    )
    count = json.loads(await exchange.read(1 << 20))["open"]
    assert isinstance(count, int)
    return count


async def test_what_cannot_be_reached_or_must_not(origin: str) -> None:
    transports = Transports(Limits(), Guard(AddressPolicy.PUBLIC))
    with pytest.raises(Unreachable):
        await opened(transports, bound(origin), call())
    await transports.aclose()
    transports = Transports(Limits(), Guard())
    with pytest.raises(Unreachable):
        await opened(transports, bound("http://127.0.0.1:1"), call())
    await transports.aclose()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_an_upstream_that_sends_elsewhere_is_not_followed(transports: Transports, status: int) -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).split(b" ")[1])
        place = f"http://127.0.0.1:{port}/inside"
        writer.write(f"HTTP/1.1 {status} Found\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Malformed):
            await opened(transports, bound(f"http://127.0.0.1:{port}"), call())
    assert len(asked) == 1
    assert b"/inside" not in asked
