"""Minted credentials: one exchange for all who ask, renewed in time, a failure remembered only for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from raw_server import Peer, RawServer, reply, serving

from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead, WireRequest
from sluice.upstream.client import Limits
from sluice.upstream.credentials import CredentialCache, CredentialFailed
from sluice.upstream.guard import Guard
from sluice.upstream.router import Transports
from sluice.vendors.dialect import Dialect, Minted

_HOUR = 3_600_000


@dataclass
class Clock:
    """A clock that stands still until told otherwise; ``set_ms`` is what somebody set the time of day by."""

    now: int = 1_000_000
    set_ms: int = 0

    def now_ms(self) -> int:
        return self.now + self.set_ms

    def monotonic(self) -> float:
        return self.now / 1000


@dataclass
class Service:
    """A token service: each exchange gives the next credential. ``status`` 200 gives, others refuse."""

    status: int = 200
    given: int = 0
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def __post_init__(self) -> None:
        self.go_on.set()

    async def __call__(self, peer: Peer) -> None:
        while True:
            await peer.request()
            self.given += 1
            self.asked.release()
            number = self.given
            await self.go_on.wait()
            await peer.send(reply(b"token-%d" % number, status=b"%d X" % self.status))


@dataclass(frozen=True)
class Minter:
    """Buys from the service; credentials are good for an hour."""

    origin: str
    done: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    """Counts the exchanges that are over: what the cache does with one it does at once."""

    def exchange(self, now_ms: int) -> WireRequest | Minted:
        return WireRequest(b"POST", self.origin, b"/token", (), b"key")

    def accept(self, head: WireHead, body: bytes, now_ms: int) -> Minted | Fault:
        self.done.release()
        if head.status != 200:
            return Fault(cause=Cause.UNREACHABLE, message="refused")
        return Minted(value=body.decode(), expires_ms=now_ms + _HOUR)


def dialect(origin: str, key: str = "key", **options: str) -> Dialect:
    """As much of a dialect as credentials need."""
    spec = SimpleNamespace(provider="vendor", base_url=origin, key=key, options=options)
    return cast(Dialect, SimpleNamespace(spec=spec, minter=Minter(origin)))


@dataclass
class World:
    service: Service
    server: RawServer
    clock: Clock
    cache: CredentialCache
    dialect: Dialect

    async def minted(self, times: int) -> None:
        """Waits for so many exchanges to be over."""
        for _ in range(times):
            await cast(Minter, self.dialect.minter).done.acquire()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A token service, a clock and a cache."""
    service, clock, transports = Service(), Clock(), Transports(Limits(), Guard())
    async with serving(service) as server:
        yield World(service, server, clock, CredentialCache(transports, clock), dialect(server.origin))
        await transports.aclose()


async def test_minted_once_for_all_who_ask(world: World) -> None:
    assert world.cache.cached(world.dialect) is None
    assert await asyncio.gather(*[world.cache.get(world.dialect) for _ in range(20)]) == ["token-1"] * 20
    assert await world.cache.get(world.dialect) == "token-1"
    assert world.cache.cached(world.dialect) == "token-1"
    assert world.service.given == 1


async def test_each_account_has_its_own(world: World) -> None:
    others = [dialect(world.server.origin, "another key"), dialect(world.server.origin, scope="another scope")]
    values = await asyncio.gather(*[world.cache.get(one) for one in (world.dialect, *others)])
    assert sorted(values) == ["token-1", "token-2", "token-3"]


async def test_a_key_that_needs_no_minting_is_itself(world: World) -> None:
    cast(Any, world.dialect).minter = None
    assert await world.cache.get(world.dialect) == "key"
    assert world.service.given == 0


async def test_renewed_before_it_expires_without_making_anybody_wait(world: World) -> None:
    await world.cache.get(world.dialect)
    world.clock.now += _HOUR - 200_000
    world.service.go_on.clear()
    assert await world.cache.get(world.dialect) == "token-1"
    assert await world.cache.get(world.dialect) == "token-1"
    world.service.go_on.set()
    await world.minted(2)
    assert world.cache.cached(world.dialect) == "token-2"
    assert await world.cache.get(world.dialect) == "token-2"
    assert world.service.given == 2


async def test_never_used_after_it_expired(world: World) -> None:
    await world.cache.get(world.dialect)
    world.clock.now += _HOUR
    assert world.cache.cached(world.dialect) is None
    assert await world.cache.get(world.dialect) == "token-2"


async def test_minted_anew_after_the_upstream_refused_it(world: World) -> None:
    first = await world.cache.get(world.dialect)
    world.cache.invalidate(world.dialect, first)
    assert await world.cache.get(world.dialect) == "token-2"
    world.cache.invalidate(world.dialect, first)  # a late word about the old one
    assert await world.cache.get(world.dialect) == "token-2"


async def test_a_failure_reaches_all_who_wait_and_is_soon_forgotten(world: World) -> None:
    world.service.status = 500
    asked = await asyncio.gather(*[world.cache.get(world.dialect) for _ in range(5)], return_exceptions=True)
    assert [type(fault) for fault in asked] == [CredentialFailed] * 5
    assert world.service.given == 1
    world.service.status = 200
    with pytest.raises(CredentialFailed):  # the service is given a moment
        await world.cache.get(world.dialect)
    world.clock.now += 1000
    assert await world.cache.get(world.dialect) == "token-2"


async def test_a_clock_set_back_prolongs_no_failure(world: World) -> None:
    world.service.status = 500
    with pytest.raises(CredentialFailed):
        await world.cache.get(world.dialect)
    world.service.status = 200
    world.clock.set_ms = -5 * _HOUR
    world.clock.now += 1000
    assert await world.cache.get(world.dialect) == "token-2"


async def test_a_failed_renewal_leaves_the_old_one_in_use(world: World) -> None:
    await world.cache.get(world.dialect)
    world.clock.now += _HOUR - 200_000
    world.service.status = 500
    assert await world.cache.get(world.dialect) == "token-1"
    await world.minted(2)
    assert world.cache.cached(world.dialect) is None
    assert await world.cache.get(world.dialect) == "token-1"


async def test_who_gives_up_does_not_take_the_exchange_from_the_others(world: World) -> None:
    world.service.go_on.clear()
    first = asyncio.ensure_future(world.cache.get(world.dialect))
    second = asyncio.ensure_future(world.cache.get(world.dialect))
    await world.service.asked.acquire()
    first.cancel()
    world.service.go_on.set()
    assert await second == "token-1"
    assert world.service.given == 1


async def test_a_service_that_is_away_is_a_fault() -> None:
    transports = Transports(Limits(), Guard())
    async with serving(Peer.client_left) as server:
        gone = server.origin
    with pytest.raises(CredentialFailed) as caught:
        await CredentialCache(transports, Clock()).get(dialect(gone))
    assert caught.value.fault.cause is Cause.UNREACHABLE
    await transports.aclose()
