"""A request's candidates, in the order they are to be tried."""

from __future__ import annotations

from sluice.base.clock import Rng
from sluice.base.errors import GatewayError, model_not_found, no_available_channel, not_found
from sluice.base.formats import Format
from sluice.routing.health import HealthBook
from sluice.routing.snapshot import Channel, Snapshot, Tier

Choice = tuple[int, ...]
"""Why a channel was chosen: its priority; its weight, and the sum of the weights it was drawn by; how many it was drawn
from; how many of the same priority were set aside because they rest; and marks, added up. Six numbers, for they are
kept with every attempt."""

BRIDGED = 1
"""The mark of a channel whose answer is translated."""
LAST_RESORT = 2
"""The mark of a channel that rests itself: nothing else was left."""


class Plan:
    """Yields channels: higher priority first, weighted random within one priority (equal ones: uniform), resting last;
    of one priority those that speak the client's protocol before those that need a bridge.

    Lazy: the order of what is never tried is never worked out.
    """

    __slots__ = (
        "_among",
        "_fmt",
        "_health",
        "_last_resort",
        "_now",
        "_rested",
        "_resting",
        "_rng",
        "_tier",
        "_tiers",
        "_total",
    )

    def __init__(self, tiers: tuple[Tier, ...], fmt: Format, health: HealthBook, rng: Rng, now: float) -> None:
        self._tiers = list(reversed(tiers))
        self._fmt = fmt
        self._health = health
        self._rng = rng
        self._now = now
        self._tier: list[Channel] = []
        self._resting: list[Channel] = []
        self._rested = 0
        self._among = self._total = 0
        self._last_resort = False

    def next(self) -> Channel | None:
        """The next channel to try; None when all were tried."""
        while not self._tier:
            if self._tiers:
                self._open(self._tiers.pop())
            elif self._resting:
                self._last_resort = True
                self._among, self._total = 1, 0
                return self._resting.pop(0)
            else:
                return None
        members = self._tier
        self._among = len(members)
        if self._among == 1:
            self._total = 0
            return members.pop()
        self._total = sum(max(c.weight, 1) for c in members)
        return members.pop(_draw(members, self._total, self._rng))

    def choice(self, channel: Channel) -> Choice:
        """Why this channel, which ``next`` has just given."""
        weight = channel.weight if channel.weight > 1 else 1
        bridged = self._fmt not in channel.speaks
        return (
            channel.priority,
            weight,
            self._total or weight,
            self._among,
            self._rested,
            bridged * BRIDGED + self._last_resort * LAST_RESORT,
        )

    def _open(self, tier: Tier) -> None:
        self._rested = 0
        if (
            len(tier) == 1
            and (self._fmt in tier[0].speaks or self._fmt in tier[0].bridges)
            and self._health.healthy(tier[0].id, self._now)
        ):
            self._tier = [tier[0]]  # the usual case, without the lists of the general one
            return
        able = [c for c in tier if self._fmt in c.speaks]
        bridged = tuple(c for c in tier if self._fmt in c.bridges)
        if able and bridged:
            # What speaks the client's own protocol comes first: there nothing has to be translated.
            self._tiers.append(bridged)
        able = able or list(bridged)
        self._tier = [c for c in able if self._health.healthy(c.id, self._now)]
        if len(self._tier) != len(able):
            resting = [c for c in able if c not in self._tier]
            self._rested = len(resting)
            self._resting += sorted(resting, key=lambda c: self._health.rests_until(c.id))


def _draw(members: list[Channel], total: int, rng: Rng) -> int:
    """The index of a member drawn with probability proportional to its weight; ``total`` is their sum."""
    mark = rng.random() * total
    for index, channel in enumerate(members):
        mark -= max(channel.weight, 1)
        if mark < 0:
            return index
    return len(members) - 1


def plan(snapshot: Snapshot, group: str, model: str, fmt: Format, health: HealthBook, rng: Rng, now: float) -> Plan:
    """The plan for a request. Raises GatewayError: 404 when no channel serves this exact model to this group, 503 when
    those that do are all disabled, 404 when none of them speaks the format."""
    tiers = snapshot.routes.get((group, model))
    if tiers is None:
        raise _unroutable(snapshot, group, model)
    if fmt not in tiers[0][0].speaks and not _spoken(tiers, fmt):
        raise model_not_found(f"the model {model!r} exists, but no channel that serves it can answer {fmt} requests")
    return Plan(tiers, fmt, health, rng, now)


def plan_any(
    snapshot: Snapshot,
    group: str,
    models: frozenset[str] | None,
    fmt: Format,
    health: HealthBook,
    rng: Rng,
    now: float,
) -> Plan:
    """The plan for a request that concerns no model: all channels of the group that speak the format themselves and,
    for a token limited to ``models``, serve one of those. Raises GatewayError 404 when there is none."""
    able = [
        channel
        for channel in snapshot.channels.values()
        if channel.enabled
        and group in channel.groups
        and fmt in channel.speaks
        and (models is None or not models.isdisjoint((*channel.models, *channel.spec.model_mapping)))
    ]
    if not able:
        raise not_found(f"no channel that may be used here has a provider that offers {fmt.value}")
    priorities = sorted({channel.priority for channel in able}, reverse=True)
    tiers = tuple(tuple(channel for channel in able if channel.priority == one) for one in priorities)
    return Plan(tiers, fmt, health, rng, now)


def _spoken(tiers: tuple[Tier, ...], fmt: Format) -> bool:
    """Whether any of the channels can answer the format."""
    for tier in tiers:
        for channel in tier:
            if channel.serves(fmt):
                return True
    return False


def _unroutable(snapshot: Snapshot, group: str, model: str) -> GatewayError:
    if (group, model) in snapshot.known:
        return no_available_channel(f"every channel that serves the model {model!r} is disabled")
    hint = " (names must match exactly, including case and spaces)"
    return model_not_found(f"no channel serves the model {model!r} to the group {group!r}{hint}")
