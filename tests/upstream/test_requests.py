"""What an upstream receives: framing, headers as they were given, nothing that breaks out of its line."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from asking import PATIENT, fetch, get, post
from makers import Maker
from raw_server import Peer, Seen, reply, serving

from sluice.base.wire import WireRequest
from sluice.upstream.client import Broken, Refused, Transport, Unreachable
from sluice.upstream.guard import Guard


async def seen_by_server(transport: Transport, **parts: object) -> Seen:
    """The request as a server sees it."""
    seen: list[Seen] = []

    async def script(peer: Peer) -> None:
        seen.append(await peer.request())
        await peer.send(reply(b""))

    async with serving(script) as server:
        given = {"method": b"POST", "target": b"/v1?q=%20+%2F", "headers": (), "origin": server.origin} | parts
        await fetch(transport, WireRequest(**given))  # type: ignore[arg-type]
    return seen[0]


async def test_a_body_of_bytes_has_its_length(transport: Transport) -> None:
    seen = await seen_by_server(transport, body=b"\x00\xff body", headers=((b"X-Key", b"k"), (b"x-key", b"l")))
    assert seen.line.startswith(b"POST ")
    assert seen.line.endswith(b"/v1?q=%20+%2F HTTP/1.1")
    assert seen.body == b"\x00\xff body"
    assert seen.get(b"content-length") == [b"7"]
    assert seen.get(b"transfer-encoding") == []
    assert seen.get(b"x-key") == [b"k", b"l"]
    assert seen.get(b"accept-encoding") == [b"identity"]
    assert len(seen.get(b"host")) == 1


async def test_nothing_is_added_that_names_the_client(transport: Transport) -> None:
    seen = await seen_by_server(transport, method=b"GET")
    named = {name.lower() for name, _ in seen.headers} - {b"host", b"accept-encoding", b"connection"}
    assert named <= {b"proxy-connection"}


async def test_text_beyond_ascii_passes_unchanged(transport: Transport) -> None:
    seen = await seen_by_server(transport, headers=((b"x-title", "héé 网关".encode()),))
    assert seen.get(b"x-title") == ["héé 网关".encode()]


@pytest.mark.parametrize("length", [None, 6])
async def test_a_body_from_a_source(transport: Transport, length: int | None) -> None:
    async def body() -> AsyncIterator[bytes]:
        for piece in (b"one", b"", b"two"):
            yield piece

    seen = await seen_by_server(transport, body=body, length=length)
    assert seen.body == b"onetwo"
    assert seen.get(b"content-length") == ([] if length is None else [b"6"])
    assert seen.get(b"transfer-encoding") == ([b"chunked"] if length is None else [])


@pytest.mark.parametrize("length", [5, 7])
async def test_a_source_that_breaks_its_promise_ends_the_request(transport: Transport, length: int) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"onetwo"

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.client_left()

    async with serving(script) as server:
        with pytest.raises(Broken):
            await transport.send(post(server.origin, body, length=length), PATIENT)


@pytest.mark.parametrize(
    "header",
    [
        (b"x", b"a\r\nInjected: yes"),
        (b"x", b"a\nInjected: yes"),
        (b"x", b"a\rb"),
        (b"x", b"a\0b"),
        (b"x\r\nInjected", b"yes"),
        (b"x: a\nInjected", b"yes"),
        (b"x y", b"z"),
        (b"x:", b"z"),
        (b"", b"z"),
    ],
)
async def test_headers_that_break_out_are_refused(transport: Transport, header: tuple[bytes, bytes]) -> None:
    async with serving(Peer.client_left) as server:
        with pytest.raises(ValueError, match="holds a"):
            await transport.send(get(server.origin, header), PATIENT)
        assert server.connections == 0


@pytest.mark.parametrize("target", [b"/v1 HTTP/1.1\r\nX: y", b"/a b", b"/\n", b"/\0"])
async def test_targets_that_break_out_are_refused(transport: Transport, target: bytes) -> None:
    async with serving(Peer.client_left) as server:
        with pytest.raises(ValueError, match="holds a"):
            await transport.send(post(server.origin, target=target), PATIENT)
        assert server.connections == 0


@pytest.mark.parametrize(
    "origin", ["ftp://127.0.0.1", "http://", "127.0.0.1:80", "http://127.0.0.1:99999", "http://ü.test"]
)
async def test_origins_that_are_none_are_unreachable(transport: Transport, origin: str) -> None:
    with pytest.raises(Unreachable) as caught:
        await transport.send(get(origin), PATIENT)
    assert not caught.value.sent


async def test_nobody_there_is_unreachable(make: Maker) -> None:
    if make.kind == "http-proxy":
        pytest.skip("an HTTP proxy answers in the upstream's place")
    async with serving(Peer.client_left) as server:
        gone = server.origin
    with pytest.raises(Unreachable) as caught:
        await make().send(get(gone), PATIENT)
    assert not caught.value.sent


async def test_a_name_without_address_is_unreachable(make: Maker) -> None:
    if make.kind.endswith("-proxy"):
        pytest.skip("the proxy resolves")

    async def resolver(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    with pytest.raises(Unreachable):
        await make(guard=Guard(resolver=resolver)).send(get("http://upstream.test"), PATIENT)


async def test_the_address_checked_is_the_address_connected(make: Maker) -> None:
    if make.kind.endswith("-proxy"):
        pytest.skip("the proxy resolves")
    answers = [["127.0.0.1"], ["169.254.169.254"]]

    async def rebinding(host: str, port: int) -> list[str]:
        return answers.pop(0)

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(reply(b"yes", b"Connection: close"))

    async with serving(script) as server:
        transport = make(guard=Guard(resolver=rebinding))
        assert await fetch(transport, get(server.named("upstream.test"))) == (200, b"yes")
        assert len(answers) == 1
        again = make(guard=Guard(resolver=rebinding))
        with pytest.raises(Refused) as caught:
            await again.send(get(server.named("upstream.test")), PATIENT)
        assert not caught.value.sent
        assert server.connections == 1


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "2852039166", "0xa9fea9fe"]
)
async def test_the_metadata_service_is_refused_however_it_is_written(transport: Transport, host: str) -> None:
    with pytest.raises(Refused):
        await transport.send(get(f"http://{host}"), PATIENT)
