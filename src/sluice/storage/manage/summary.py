"""A filtered stretch of the request log at a glance: over time, added up, and how long its requests took.

Counts and sums come from the totals kept at settlement where those tell the requests apart, else from the log, as far
back as a bounded look reaches. Percentiles are exact as long as there are few requests; of more, a sample is drawn that
is spread evenly over the time, each request counting for as many as its stretch of time had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.base.money import Nano
from sluice.storage.manage import stats
from sluice.storage.manage.requests import RequestFilter, conditions, within_reach
from sluice.storage.manage.stats import Slots
from sluice.storage.tables import requests

LOOKED = 30_000
"""The most rows of the log that are looked at to count and to add up."""
EXACT = 10_000
"""Up to so many requests percentiles are made of all of them."""
SAMPLED = 4_000
"""The most requests they are made of else."""
_SLICES = 60
"""Into how many stretches of time a sample is spread."""
_SUMS = ("input_tokens", "cached_tokens", "output_tokens", "charge_nano")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The requests of one bucket of time, and their sums."""

    start_ms: int
    requests: int
    errors: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    charge_nano: Nano

    def less(self, other: Bar) -> Bar:
        """What is left without others; of failed ones, which all are errors."""
        sums = {name: getattr(self, name) - getattr(other, name) for name in ("requests", "errors", *_SUMS)}
        return replace(self, **sums)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Milliseconds: half of the requests, and 95 of 100, took no longer. None: no request says."""

    median: int | None
    p95: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Buckets in order of time, empty ones left out. ``since_ms``: nothing before it was looked at. ``sampled``: how
    many requests the timings are made of; ``exact``: of all."""

    bars: tuple[Bar, ...]
    since_ms: int
    duration: Timing
    first: Timing
    sampled: int
    exact: bool


async def summary(
    conn: AsyncConnection,
    wanted: RequestFilter,
    *,
    bucket_ms: int,
    looked: int = LOOKED,
    exact: int = EXACT,
    sampled: int = SAMPLED,
) -> Summary:
    """The summary of a range of time; ``wanted`` must have both its ends."""
    seen, failed_first = wanted, False
    bars = await _kept(conn, wanted, bucket_ms, looked)
    if bars is None:
        seen, failed_first = await within_reach(conn, wanted, looked)
        bars = await _counted(conn, conditions(seen, failed_first=failed_first), bucket_ms)
    assert seen.since_ms is not None
    total = sum(bar.requests for bar in bars)
    slices = [_Slice(seen, 1.0, total)] if total <= exact else _slices(seen, bars, bucket_ms, sampled)
    durations, firsts = await _sample(conn, slices, failed_first)
    return Summary(
        bars=tuple(bars),
        since_ms=seen.since_ms,
        duration=_timing(durations),
        first=_timing(firsts),
        sampled=len(durations),
        exact=total <= exact,
    )


async def _kept(conn: AsyncConnection, wanted: RequestFilter, bucket_ms: int, looked: int) -> list[Bar] | None:
    """The bars by the totals kept at settlement; None: they do not tell these requests apart."""
    assert wanted.since_ms is not None
    assert wanted.until_ms is not None
    slots = Slots(since_ms=wanted.since_ms, until_ms=wanted.until_ms, bucket_ms=bucket_ms)
    only_the_log = (wanted.id, wanted.status, wanted.min_duration_ms)
    told_apart = all(value is None for value in only_the_log) and wanted.failed is not True
    if not told_apart or not stats.has_sums(wanted, slots):
        return None
    failed: dict[int, Bar] = {}
    if wanted.failed is False:
        # Totals know how many failed, not what those used: that is looked up, and taken off.
        seen, failed_first = await within_reach(conn, replace(wanted, failed=True), looked)
        if seen.since_ms != wanted.since_ms:
            return None
        where = conditions(seen, failed_first=failed_first)
        failed = {bar.start_ms: bar for bar in await _counted(conn, where, bucket_ms)}
    bars = []
    for total in await stats.totals(conn, wanted, slots):
        names = ("start_ms", "requests", "errors", *_SUMS)
        bar = Bar(**{name: getattr(total, name) for name in names})
        bar = bar.less(failed[bar.start_ms]) if bar.start_ms in failed else bar
        bars += [bar] if bar.requests else []
    return bars


async def _counted(conn: AsyncConnection, where: Sequence[Any], bucket_ms: int) -> list[Bar]:
    """The bars by the log itself."""
    slot = requests.c.created_ms // sa.literal_column(str(int(bucket_ms)), sa.BigInteger())
    failed = sa.func.sum(sa.case((requests.c.status >= 400, 1), else_=0))
    sums = (sa.func.sum(requests.c[name]).label(name) for name in _SUMS)
    columns = (slot.label("slot"), sa.func.count().label("requests"), failed.label("errors"), *sums)
    grouped = sa.select(*columns).where(*where).group_by(sa.literal_column("slot"))
    found = await conn.execute(grouped.order_by(sa.literal_column("slot")))
    names = ("requests", "errors", *_SUMS)
    return [Bar(start_ms=row.slot * bucket_ms, **{name: int(getattr(row, name)) for name in names}) for row in found]


@dataclass(frozen=True, slots=True)
class _Slice:
    """A stretch of time: of its requests the newest ``most`` are drawn, and stand together for ``weight`` requests."""

    wanted: RequestFilter
    weight: float
    most: int


def _slices(seen: RequestFilter, bars: Sequence[Bar], bucket_ms: int, most: int) -> list[_Slice]:
    """As many slices of every bar, each for an equal part of the bar's requests."""
    assert seen.since_ms is not None
    assert seen.until_ms is not None
    pieces = max(1, _SLICES // len(bars))
    each = max(1, most // (len(bars) * pieces))
    found = []
    for bar in bars:
        start = max(bar.start_ms, seen.since_ms)
        length = (min(bar.start_ms + bucket_ms, seen.until_ms) - start) / pieces
        for piece in range(pieces):
            since, until = (int(start + length * at) for at in (piece, piece + 1))
            found.append(_Slice(replace(seen, since_ms=since, until_ms=until), bar.requests / pieces, each))
    return found


async def _sample(
    conn: AsyncConnection, slices: Sequence[_Slice], failed_first: bool
) -> tuple[list[Weighted], list[Weighted]]:
    """Durations, and times to the first content of those that have one."""
    parts = []
    for place, one in enumerate(slices):
        drawn = sa.select(
            sa.literal_column(str(place), sa.Integer()).label("place"), requests.c.duration_ms, requests.c.first_ms
        )
        drawn = drawn.where(*conditions(one.wanted, failed_first=failed_first))
        parts.append(sa.select(drawn.order_by(requests.c.id.desc()).limit(one.most).subquery()))
    found = (await conn.execute(sa.union_all(*parts))).all()
    count = Counter(row.place for row in found)
    weights = {place: slices[place].weight / drawn for place, drawn in count.items()}
    durations = [(row.duration_ms, weights[row.place]) for row in found]
    return durations, [(row.first_ms, weights[row.place]) for row in found if row.first_ms]


Weighted = tuple[int, float]
"""Milliseconds, and for how many requests they stand."""


def _timing(values: list[Weighted]) -> Timing:
    median, p95 = _quantiles(values, (0.5, 0.95))
    return Timing(median=median, p95=p95)


def _quantiles(values: list[Weighted], shares: Iterable[float]) -> list[int | None]:
    """For each share the least value that so large a part of the weight does not exceed."""
    ordered = sorted(values)
    whole = sum(weight for _, weight in ordered)
    found: list[int | None] = []
    for share in shares:
        passed = 0.0
        answer = None
        for value, weight in ordered:
            passed += weight
            answer = value
            if passed >= share * whole - 1e-9:
                break
        found.append(answer)
    return found
