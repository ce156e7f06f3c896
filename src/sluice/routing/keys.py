"""Whose turn it is among the keys of a channel that has several. Time is passed in (seconds, monotonic)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from sluice.base.clock import Rng
from sluice.base.outcome import Cause, Fault
from sluice.routing.snapshot import Channel

KEY_FAULTS = frozenset({Cause.AUTH, Cause.CREDENTIAL, Cause.RATE})
"""Causes that speak of the key, not of the upstream: another key of the channel may do better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPolicy:
    """Seconds a key rests: after a refusal, doubled with each that follows; after too many requests, unless the
    upstream said how long."""

    refused_rest: float = 60.0
    longest_refused: float = 3600.0
    rate_rest: float = 5.0
    longest_rate: float = 300.0


@dataclass(slots=True)
class _Rest:
    refusals: int = 0
    until: float = 0.0


@dataclass(slots=True)
class _Turns:
    ring: tuple[Channel, ...]
    at: int
    rests: dict[int, _Rest] = field(default_factory=dict)


class KeyBook:
    """Deals the keys of each channel in turn, so that over time all are used alike; leaves out those that rest.

    One per worker. A channel that was changed begins afresh: its ring is another.
    """

    def __init__(self, rng: Rng, policy: KeyPolicy | None = None) -> None:
        self._rng = rng
        self._policy = policy or KeyPolicy()
        self._turns: dict[int, _Turns] = {}

    def turn(self, channel: Channel, now: float) -> Channel:
        """The channel bound to the key whose turn it is; when all rest, to the one whose rest ends first."""
        turns = self._of(channel)
        return self._next(turns, (), now) or min(turns.ring, key=lambda bound: _until(turns, bound))

    def other(self, channel: Channel, tried: Collection[int], now: float) -> Channel | None:
        """The channel bound to a key that was not tried and does not rest; None when there is none."""
        return self._next(self._of(channel), tried, now)

    def failed(self, bound: Channel, fault: Fault, now: float) -> bool:
        """Notes a fault at a bound channel. Whether that is all the harm: it was the key's, and another does not
        rest."""
        turns = self._turns.get(bound.id)
        if fault.cause not in KEY_FAULTS or turns is None:
            return False
        policy = self._policy
        rest = turns.rests.setdefault(bound.key_id, _Rest())
        if fault.cause is Cause.RATE:
            seconds = policy.rate_rest if fault.retry_after is None else min(fault.retry_after, policy.longest_rate)
        else:
            seconds = min(policy.refused_rest * 2 ** min(rest.refusals, 16), policy.longest_refused)
            rest.refusals += 1
        rest.until = max(rest.until, now + seconds)
        return any(_until(turns, one) <= now for one in turns.ring)

    def succeeded(self, bound: Channel) -> None:
        """Forgets the key's trouble."""
        turns = self._turns.get(bound.id)
        if turns is not None and turns.rests:
            turns.rests.pop(bound.key_id, None)

    def keep_only(self, channel_ids: frozenset[int]) -> None:
        """Drops channels that no longer exist."""
        for gone in self._turns.keys() - channel_ids:
            del self._turns[gone]

    def _of(self, channel: Channel) -> _Turns:
        turns = self._turns.get(channel.id)
        if turns is None or turns.ring is not channel.ring:
            # Workers begin anywhere, or the first key would get the first request of each.
            turns = _Turns(channel.ring, int(self._rng.random() * len(channel.ring)))
            self._turns[channel.id] = turns
        return turns

    def _next(self, turns: _Turns, tried: Collection[int], now: float) -> Channel | None:
        count = len(turns.ring)
        for step in range(count):
            place = (turns.at + step) % count
            bound = turns.ring[place]
            if bound.key_id not in tried and _until(turns, bound) <= now:
                turns.at = place + 1
                return bound
        return None


def _until(turns: _Turns, bound: Channel) -> float:
    rest = turns.rests.get(bound.key_id)
    return rest.until if rest else 0.0
