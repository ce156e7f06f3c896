"""What is particular to proxies: who is asked for what, credentials, and the router that picks a transport."""

from __future__ import annotations

import dataclasses

import pytest
from asking import PATIENT, fetch, get
from certificates import Authority
from proxies import proxying
from raw_server import Peer, repeating, reply, serving

from sluice.upstream.client import Limits, Refused, Unreachable
from sluice.upstream.guard import AddressPolicy, Guard
from sluice.upstream.proxied import ProxiedTransport
from sluice.upstream.router import Transports

_SCHEMES = ["http", "socks5"]


@pytest.mark.parametrize("user", ["", "user"])
@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("scheme", _SCHEMES)
async def test_the_proxy_resolves_the_upstreams_name(
    authority: Authority, scheme: str, secure: bool, user: str
) -> None:
    tls = authority.server("localhost") if secure else None
    async with serving(repeating(reply(b"yes")), tls=tls) as server, proxying(scheme, user, "word") as proxy:
        transports = Transports(Limits(), Guard(), ssl_context=authority.trusting())
        for _ in range(2):
            assert await fetch(transports.transport_for(proxy.url), get(server.named("localhost"))) == (200, b"yes")
        assert proxy.asked == [f"localhost:{server.port}"]
        await transports.aclose()


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("scheme", _SCHEMES)
async def test_a_proxy_that_refuses_the_credentials_is_unreachable(scheme: str, secure: bool) -> None:
    async with serving(Peer.client_left) as server, proxying(scheme, "user", "word") as proxy:
        transport = ProxiedTransport(proxy.url.replace("word", "wrong"), Limits(), Guard())
        origin = server.origin.replace("http:", "https:") if secure else server.origin
        with pytest.raises(Unreachable) as caught:
            await transport.send(get(origin), PATIENT)
        assert "word" not in str(caught.value)
        assert server.connections == 0
        await transport.aclose()


@pytest.mark.parametrize("scheme", _SCHEMES)
async def test_a_proxy_that_cannot_reach_the_upstream(scheme: str) -> None:
    async with serving(Peer.client_left) as server:
        gone = server.origin.replace("http:", "https:")
    async with proxying(scheme) as proxy:
        transport = ProxiedTransport(proxy.url, Limits(), Guard())
        with pytest.raises(Unreachable) as caught:
            await transport.send(get(gone), PATIENT)
        assert not caught.value.sent
        await transport.aclose()


@pytest.mark.parametrize("scheme", _SCHEMES)
async def test_a_proxy_that_is_away_is_unreachable(scheme: str) -> None:
    async with proxying(scheme) as proxy:
        url = proxy.url
    transport = ProxiedTransport(url, Limits(), Guard())
    with pytest.raises(Unreachable):
        await transport.send(get("http://upstream.test"), PATIENT)
    await transport.aclose()


@pytest.mark.parametrize("scheme", _SCHEMES)
async def test_a_proxy_that_says_nothing_is_unreachable(scheme: str) -> None:
    async with serving(Peer.client_left) as mute:
        transport = ProxiedTransport(mute.origin.replace("http:", f"{scheme}:"), Limits(), Guard())
        with pytest.raises(Unreachable):
            await transport.send(get("https://upstream.test"), dataclasses.replace(PATIENT, connect=0.05))
        await transport.aclose()


@pytest.mark.parametrize("scheme", ["socks5h", "socks4"])
async def test_the_other_socks(scheme: str) -> None:
    async with serving(repeating(reply(b"yes"))) as server, proxying(scheme) as proxy:
        transport = ProxiedTransport(proxy.url, Limits(), Guard())
        assert await fetch(transport, get(server.named("localhost"))) == (200, b"yes")
        assert proxy.asked == [f"{'127.0.0.1' if scheme == 'socks4' else 'localhost'}:{server.port}"]
        await transport.aclose()


async def test_a_socks_proxy_without_a_port_is_asked_at_the_usual_one() -> None:
    asked: list[tuple[str, int]] = []

    async def nowhere(host: str, port: int) -> list[str]:
        asked.append((host, port))
        raise OSError

    transport = ProxiedTransport("socks5://proxy.test", Limits(), Guard(resolver=nowhere))
    with pytest.raises(Unreachable):
        await transport.send(get("http://upstream.test"), PATIENT)
    assert asked == [("proxy.test", 1080)]
    await transport.aclose()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("scheme", [*_SCHEMES, "socks4"])
async def test_a_proxy_inside_is_refused_where_only_public_addresses_are_allowed(scheme: str, host: str) -> None:
    async def resolving(name: str, port: int) -> list[str]:
        return ["1.1.1.1"] if name == "upstream.test" else ["127.0.0.1"]

    async with serving(Peer.client_left) as proxy:
        url = proxy.origin.replace("http:", f"{scheme}:").replace("127.0.0.1", host)
        transport = ProxiedTransport(url, Limits(), Guard(AddressPolicy.PUBLIC, resolving))
        with pytest.raises((Refused, Unreachable)):
            await transport.send(get("http://upstream.test"), PATIENT)
        assert proxy.connections == 0
        await transport.aclose()


@pytest.mark.parametrize("scheme", ["", *_SCHEMES])
async def test_a_connection_made_under_another_policy_serves_no_longer(scheme: str) -> None:
    guard = Guard()
    async with serving(repeating(reply(b"yes"))) as server, proxying(scheme or "http") as proxy:
        transports = Transports(Limits(), guard)
        url = proxy.url.replace("127.0.0.1", "localhost") if scheme else ""
        assert await fetch(transports.transport_for(url), get(server.origin)) == (200, b"yes")
        guard.policy = AddressPolicy.PUBLIC
        with pytest.raises(Unreachable):
            await transports.transport_for(url).send(get(server.named("localhost")), PATIENT)
        with pytest.raises(Unreachable):
            await transports.transport_for(url).send(get(server.origin), PATIENT)
        await transports.aclose()


async def test_the_router_keeps_one_transport_per_proxy_and_honours_overrides() -> None:
    async with serving(repeating(reply(b"yes"))) as server:
        transports = Transports(Limits(), Guard(), overrides={"https://fake.test": server.origin})
        direct = transports.transport_for("")
        assert direct is transports.transport_for("")
        assert transports.transport_for("http://127.0.0.1:1") is transports.transport_for("http://127.0.0.1:1")
        assert transports.transport_for("http://127.0.0.1:1") is not transports.transport_for("http://127.0.0.1:2")
        assert await fetch(direct, get("https://fake.test")) == (200, b"yes")
        await transports.aclose()
