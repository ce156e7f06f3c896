"""Credentials that must be minted: bought from the upstream's token service or signed; kept; renewed in time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sluice.base.clock import Clock
from sluice.base.outcome import Cause, Fault
from sluice.upstream.client import Deadlines, TransportError
from sluice.upstream.router import Transports
from sluice.vendors.dialect import Dialect, Minted

_MARGIN_MS = 300_000
_DEADLINES = Deadlines(connect=5.0, head=15.0, read=15.0, total=20.0)
_ANSWER_LIMIT = 64 * 1024
_QUIET_SECONDS = 1.0
"""Seconds after a failed exchange in which no other is tried for the same key."""
_MOST = 10_000

Key = tuple[str, str, str, frozenset[tuple[str, str]]]
"""An account: options may say where its credentials are bought, and for what."""


class CredentialFailed(Exception):
    """The upstream's token service gave none."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@dataclass(slots=True)
class _Held:
    minted: Minted
    renew_ms: int


class CredentialCache:
    """Minted credentials per upstream account; one exchange at a time for each."""

    def __init__(self, transports: Transports, clock: Clock) -> None:
        self._transports = transports
        self._clock = clock
        self._held: dict[Key, _Held] = {}
        self._pending: dict[Key, asyncio.Task[Minted]] = {}
        self._failed: dict[Key, tuple[float, Fault]] = {}

    def cached(self, dialect: Dialect) -> str | None:
        """The credential if it is at hand: the channel's own key, or a minted one that is still good."""
        if dialect.minter is None:
            return dialect.spec.key
        held = self._held.get(_key(dialect))
        if held is None:
            return None
        now = self._clock.now_ms()
        if now >= held.minted.expires_ms:
            return None
        return held.minted.value if now < held.renew_ms else None

    async def get(self, dialect: Dialect, proxy_url: str = "") -> str:
        """The credential, minted if need be; one that must only be renewed soon is renewed in the background.

        Raises CredentialFailed.
        """
        at_hand = self.cached(dialect)
        if at_hand is not None:
            return at_hand
        key = _key(dialect)
        now = self._clock.now_ms()
        held = self._held.get(key)
        good = held is not None and now < held.minted.expires_ms
        failed = self._failed.get(key)
        if failed is not None and self._clock.monotonic() < failed[0]:
            if good and held is not None:
                return held.minted.value
            raise CredentialFailed(failed[1])
        task = self._pending.get(key)
        if task is None:
            task = asyncio.ensure_future(self._mint(key, dialect, proxy_url))
            self._pending[key] = task
            task.add_done_callback(lambda done: self._finished(key, done))
        if good and held is not None:
            return held.minted.value
        return (await asyncio.shield(task)).value

    def invalidate(self, dialect: Dialect, value: str) -> None:
        """Forgets a credential the upstream refused, unless a newer one took its place."""
        key = _key(dialect)
        held = self._held.get(key)
        if held is not None and held.minted.value == value:
            del self._held[key]

    def _finished(self, key: Key, task: asyncio.Task[Minted]) -> None:
        self._pending.pop(key, None)
        if not task.cancelled():
            task.exception()  # a renewal in the background fails unheard; its fault is kept in _failed

    async def _mint(self, key: Key, dialect: Dialect, proxy_url: str) -> Minted:
        result = await self._exchange(dialect, proxy_url)
        now = self._clock.now_ms()
        if isinstance(result, Fault):
            self._failed[key] = (self._clock.monotonic() + _QUIET_SECONDS, result)
            raise CredentialFailed(result)
        if len(self._held) >= _MOST:
            self._held.clear()  # channels that are gone leave theirs behind; minting again is cheap
        margin = min(_MARGIN_MS, max(result.expires_ms - now, 0) // 10)
        self._held[key] = _Held(result, result.expires_ms - margin)
        self._failed.pop(key, None)
        return result

    async def _exchange(self, dialect: Dialect, proxy_url: str) -> Minted | Fault:
        assert dialect.minter is not None
        asked = dialect.minter.exchange(self._clock.now_ms())
        if isinstance(asked, Minted):
            return asked
        try:
            exchange = await self._transports.transport_for(proxy_url).send(asked, _DEADLINES)
            body = await exchange.read(_ANSWER_LIMIT)
        except TransportError:
            return Fault(cause=Cause.UNREACHABLE, message="the upstream's token service could not be reached")
        return dialect.minter.accept(exchange.head, body, self._clock.now_ms())


def _key(dialect: Dialect) -> Key:
    spec = dialect.spec
    return (spec.provider, spec.base_url, spec.key, frozenset(spec.options.items()))
