"""Where a request would go at this moment, and why not elsewhere: the plan of plan.py told instead of walked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sluice.base.formats import Format
from sluice.routing.health import HealthBook
from sluice.routing.snapshot import Channel, Snapshot


class Reason(StrEnum):
    """Why a channel stands where it does; those from DISABLED on are never asked."""

    CANDIDATE = "candidate"
    RESTING = "resting"  # asked only when all candidates have failed
    DISABLED = "disabled"
    GROUP = "group"  # does not serve the group
    FORMAT = "format"  # can neither speak the client's protocol nor have it translated
    NAME = "name"  # has a model of nearly this name; names must match exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One channel's place. ``rank`` counts from 0: of equal rank one is drawn by weight; -1: never asked.

    ``chance`` is the probability that it is asked first; ``model`` what it calls the model that was asked for, or its
    own model of nearly this name; ``bridged`` whether its answer is translated for the client.
    """

    channel: Channel
    reason: Reason
    model: str
    rank: int = -1
    chance: float = 0.0
    bridged: bool = False


def explain(
    snapshot: Snapshot, group: str, model: str, fmt: Format, health: HealthBook, now: float
) -> tuple[Standing, ...]:
    """Every channel that serves the model or seems to, those first that are asked first."""
    asked = [*_asked(snapshot, group, model, fmt, health, now)]
    known = {standing.channel.id for standing in asked}
    others = [
        Standing(channel=channel, reason=reason, model=name)
        for channel in snapshot.channels.values()
        if channel.id not in known and (found := _left_out(channel, group, model, fmt)) is not None
        for reason, name in (found,)
    ]
    order = list(Reason)
    return (*asked, *sorted(others, key=lambda one: (order.index(one.reason), one.channel.id)))


def _asked(
    snapshot: Snapshot, group: str, model: str, fmt: Format, health: HealthBook, now: float
) -> Iterator[Standing]:
    rank = 0
    resting: list[Channel] = []
    for tier in snapshot.routes.get((group, model), ()):
        native = [c for c in tier if c.dialect.serves(fmt)]
        for members in (native, [c for c in tier if c not in native and fmt in c.bridges]):
            well = [c for c in members if health.healthy(c.id, now)]
            resting += sorted((c for c in members if c not in well), key=lambda c: health.rests_until(c.id))
            total = sum(max(c.weight, 1) for c in well)
            for channel in sorted(well, key=lambda c: -max(c.weight, 1)):
                chance = max(channel.weight, 1) / total if rank == 0 else 0.0
                yield _standing(channel, Reason.CANDIDATE, model, fmt, rank, chance)
            rank += bool(well)
    for place, channel in enumerate(resting):
        yield _standing(channel, Reason.RESTING, model, fmt, rank + place, 1.0 if rank + place == 0 else 0.0)


def _standing(channel: Channel, reason: Reason, model: str, fmt: Format, rank: int, chance: float) -> Standing:
    return Standing(
        channel=channel,
        reason=reason,
        model=channel.spec.model_mapping.get(model, model),
        rank=rank,
        chance=chance,
        bridged=not channel.dialect.serves(fmt),
    )


def _left_out(channel: Channel, group: str, model: str, fmt: Format) -> tuple[Reason, str] | None:
    """Why a channel is not asked, and by which of its names; None: it has nothing to do with the model."""
    names = (*channel.models, *channel.spec.model_mapping)
    if model in names:
        if not channel.enabled:
            return Reason.DISABLED, model
        if group not in channel.groups:
            return Reason.GROUP, model
        return Reason.FORMAT, model
    alike = _bare(model)
    near = next((name for name in names if _bare(name) == alike), None)
    return None if near is None or not alike else (Reason.NAME, near)


def _bare(name: str) -> str:
    """A name without what people mistake: case, spaces, a maker's prefix."""
    return "".join(name.casefold().split()).rsplit("/", 1)[-1].replace("_", "-")
