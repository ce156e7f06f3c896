"""TLS: who is trusted and who is not."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from asking import PATIENT, fetch, get, post
from certificates import Authority
from makers import Maker
from raw_server import Peer, answering, hang_up, repeating, reply, serving

from sluice.upstream.client import Broken, Unreachable


async def test_a_certificate_for_this_host_is_trusted_and_the_connection_reused(
    make: Maker, authority: Authority
) -> None:
    transport = make(tls=authority.trusting())
    async with serving(repeating(reply(b"yes")), tls=authority.server("127.0.0.1")) as server:
        for _ in range(2):
            assert await fetch(transport, post(server.origin)) == (200, b"yes")
        assert server.connections == 1


async def test_a_certificate_for_a_name_is_trusted(make: Maker, authority: Authority) -> None:
    transport = make(tls=authority.trusting())
    async with serving(repeating(reply(b"yes")), tls=authority.server("localhost")) as server:
        assert await fetch(transport, post(server.named("localhost"))) == (200, b"yes")


@pytest.mark.filterwarnings("ignore:.*:ResourceWarning")
@pytest.mark.parametrize(
    "fault", ["another host", "another address", "expired", "unknown authority", "the public ones only"]
)
async def test_a_certificate_that_is_not_good_is_unreachable(
    make: Maker, authority: Authority, tmp_path: Path, fault: str
) -> None:
    context = {
        "another host": lambda: authority.server("other.test"),
        "another address": lambda: authority.server("127.0.0.2"),
        "expired": lambda: authority.server("127.0.0.1", expired=True),
        "unknown authority": lambda: Authority(tmp_path).server("127.0.0.1"),
        "the public ones only": lambda: authority.server("127.0.0.1"),
    }[fault]()
    transport = make(tls=None if fault == "the public ones only" else authority.trusting())
    async with serving(repeating(reply(b"yes")), tls=context) as server:
        with pytest.raises(Unreachable) as caught:
            await transport.send(post(server.origin), PATIENT)
        assert not caught.value.sent


async def test_plain_http_where_tls_is_meant_is_unreachable(make: Maker) -> None:
    async with serving(hang_up) as server:
        with pytest.raises(Unreachable):
            await make().send(get(server.origin.replace("http:", "https:")), PATIENT)


async def _cut(peer: Peer) -> None:
    peer.reset()


async def _cut_politely(peer: Peer) -> None:
    """The TCP connection ends in good order, TLS without its goodbye."""
    with socket.socket(fileno=os.dup(peer.writer.get_extra_info("socket").fileno())) as sock:
        sock.shutdown(socket.SHUT_WR)
    await peer.client_left()


@pytest.mark.parametrize("end", [_cut, _cut_politely])
async def test_tls_cut_off_in_the_body_is_broken(make: Maker, authority: Authority, end: object) -> None:
    transport = make(tls=authority.trusting())
    script = answering(reply(b"hello")[:-1], then=end)  # type: ignore[arg-type]
    async with serving(script, tls=authority.server("127.0.0.1")) as server:
        with pytest.raises(Broken):
            await fetch(transport, post(server.origin))


async def test_tls_cut_off_after_the_body_changes_nothing(make: Maker, authority: Authority) -> None:
    transport = make(tls=authority.trusting())
    script = answering(reply(b"hello"), then=_cut_politely)
    async with serving(script, tls=authority.server("127.0.0.1")) as server:
        assert await fetch(transport, post(server.origin)) == (200, b"hello")
