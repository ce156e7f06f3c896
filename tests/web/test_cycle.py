"""One request and its answer: what the application hears, and what goes out on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from uvicorn.protocols.http.flow_control import FlowControl

from sluice.base.wire import Header
from sluice.web.cycle import Cycle
from sluice.web.http import Message
from sluice.web.late import LateApp

FIXED: list[Header] = [(b"date", b"now")]


class Wire(asyncio.Transport):
    """A client's connection that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


def begin(
    method: str = "POST", *, version: str = "1.1", keep_alive: bool = True, expects_continue: bool = False
) -> tuple[Cycle, Wire]:
    wire = Wire()
    cycle = Cycle(
        {"method": method, "http_version": version},
        wire,
        FlowControl(wire),
        FIXED,
        keep_alive=keep_alive,
        expects_continue=expects_continue,
        on_complete=lambda: None,
    )
    return cycle, wire


def start(status: int = 200, headers: Sequence[Header] = ()) -> Message:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def piece(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def test_head_and_body_of_a_known_length_leave_in_one_write() -> None:
    cycle, wire = begin()
    await cycle.send(start(headers=[(b"Content-Length", b"3")]))
    await cycle.send(piece(b"abc"))
    assert wire.writes == [b"HTTP/1.1 200 OK\r\ndate: now\r\ncontent-length: 3\r\n\r\nabc"]
    assert cycle.response_complete
    assert not wire.closed


async def test_a_stream_is_chunked_and_its_head_waits_for_nothing() -> None:
    cycle, wire = begin(keep_alive=False)
    await cycle.send(start())
    assert wire.writes == [b"HTTP/1.1 200 OK\r\ndate: now\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"]
    await cycle.send(piece(b"", more=True))
    await cycle.send(piece(b"ab", more=True))
    await cycle.send(piece(b"c"))
    assert wire.writes[1:] == [b"2\r\nab\r\n", b"1\r\nc\r\n0\r\n\r\n"]
    assert wire.closed


async def test_a_stream_to_a_client_that_knows_no_chunks_ends_with_its_connection() -> None:
    cycle, wire = begin(version="1.0")
    await cycle.send(start())
    await cycle.send(piece(b"ab", more=True))
    await cycle.send(piece(b"c"))
    assert b"".join(wire.writes) == b"HTTP/1.1 200 OK\r\ndate: now\r\nconnection: close\r\n\r\nabc"
    assert wire.closed


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
async def test_an_answer_without_a_body(method: str, status: int) -> None:
    cycle, wire = begin(method)
    await cycle.send(start(status, [(b"content-length", b"3")] if method == "HEAD" else []))
    await cycle.send(piece(b"abc" if method == "HEAD" else b""))
    assert b"".join(wire.writes).endswith(b"\r\n\r\n")
    assert b"chunked" not in b"".join(wire.writes)
    assert cycle.response_complete


@pytest.mark.parametrize("body", [b"ab", b"abcd"])
async def test_a_body_that_is_not_as_long_as_promised_is_a_defect(body: bytes) -> None:
    cycle, wire = begin()
    await cycle.send(start(headers=[(b"content-length", b"3")]))
    with pytest.raises(RuntimeError):
        await cycle.send(piece(body))
    assert not wire.writes


@pytest.mark.parametrize("header", [(b"x", b"a\r\nb: c"), (b"x y", b"a"), (b"x\r\n", b"a"), (b"x", b"\0"), (b"", b"a")])
async def test_no_header_breaks_out_of_its_line(header: Header) -> None:
    cycle, wire = begin()
    with pytest.raises(RuntimeError):
        await cycle.send(start(headers=[header]))
    assert not wire.writes


async def test_an_application_that_closes_the_connection_is_obeyed() -> None:
    cycle, wire = begin()
    await cycle.send(start(headers=[(b"connection", b"close"), (b"content-length", b"0")]))
    await cycle.send(piece(b""))
    assert wire.writes[0].count(b"connection: close") == 1
    assert wire.closed


async def test_the_body_is_told_as_it_comes_and_then_only_the_end() -> None:
    cycle, wire = begin(expects_continue=True)
    waiting = asyncio.ensure_future(cycle.receive())
    await asyncio.sleep(0)
    assert wire.writes == [b"HTTP/1.1 100 Continue\r\n\r\n"]
    cycle.feed(b"a")
    cycle.feed(b"b")
    assert await waiting == {"type": "http.request", "body": b"ab", "more_body": True}
    cycle.end()
    assert await cycle.receive() == {"type": "http.request", "body": b"", "more_body": False}
    waiting = asyncio.ensure_future(cycle.receive())
    await asyncio.sleep(0)
    assert not waiting.done()
    cycle.disconnect()
    assert await waiting == {"type": "http.disconnect"}
    await cycle.send(start())
    assert len(wire.writes) == 1


async def test_an_application_is_loaded_once_when_it_is_asked_for() -> None:
    made: list[int] = []

    async def app(scope: object, receive: object, send: object) -> None:
        made.append(0)

    def make() -> object:
        made.append(1)
        return app

    late = LateApp(make)  # type: ignore[arg-type]
    assert not made
    await asyncio.gather(*(late({}, None, None) for _ in range(3)))  # type: ignore[arg-type]
    assert made == [1, 0, 0, 0]


async def test_an_application_is_loaded_before_it_is_asked_for_and_a_failure_is_told_to_who_asks() -> None:
    made: list[int] = []
    loaded = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def app(scope: object, receive: object, send: object) -> None:
        made.append(0)

    def make() -> object:
        made.append(1)
        if made == [1]:
            loop.call_soon_threadsafe(loaded.set)
            raise OSError("the disk is away")
        return app

    late = LateApp(make)  # type: ignore[arg-type]
    late.wake()
    late.wake()
    await asyncio.wait_for(loaded.wait(), 10)
    await late({}, None, None)  # type: ignore[arg-type]
    assert made == [1, 1, 0]

    broken = LateApp(lambda: made[99])  # type: ignore[arg-type,return-value]
    broken.wake()
    with pytest.raises(IndexError):
        await broken({}, None, None)  # type: ignore[arg-type]


async def test_a_body_that_is_whole_is_taken_at_once() -> None:
    cycle, wire = begin(expects_continue=True)
    cycle.feed(b"all ")
    assert cycle.rest_of_body() is None
    cycle.feed(b"of it")
    cycle.end()
    assert cycle.rest_of_body() == b"all of it"
    assert cycle.rest_of_body() is None
    assert wire.writes == []  # nobody is told to go on who has said everything


async def test_what_was_received_of_a_body_does_not_come_again() -> None:
    cycle, _ = begin()
    cycle.feed(b"one")
    assert await cycle.receive() == {"type": "http.request", "body": b"one", "more_body": True}
    cycle.feed(b"two")
    cycle.end()
    assert cycle.rest_of_body() == b"two"
    assert cycle.rest_of_body() is None


async def test_nobody_is_told_to_go_on_who_is_no_longer_listened_to() -> None:
    cycle, wire = begin(expects_continue=True)
    cycle.disconnect()
    assert await cycle.receive() == {"type": "http.disconnect"}
    assert wire.writes == []
