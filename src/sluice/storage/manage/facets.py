"""What a filtered stretch of the request log is made of: how many requests of each model, channel, token, user, status;
and how many over time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage.manage.requests import RequestFilter, conditions, names_of
from sluice.storage.tables import channels, requests, tokens, users

COUNTED = 10_000
"""The most requests whose values are counted: the newest of the filtered range."""
DRAWN = 50_000
"""The most requests a histogram is drawn of."""
SHOWN = 20
_FIELDS = ("model", "channel_id", "token_id", "user_id", "status")
_TABLES = {"channel_id": channels, "token_id": tokens, "user_id": users}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One value, and how many of the counted requests have it. ``name`` is that of the channel, token or user."""

    value: str
    name: str | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """The values of each field, the most frequent first. ``complete``: every request of the range was counted."""

    fields: dict[str, tuple[Facet, ...]]
    counted: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The requests of one bucket of time."""

    start_ms: int
    requests: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Buckets in order of time, empty ones left out. ``since_ms``: nothing before it was counted."""

    bars: tuple[Bar, ...]
    since_ms: int
    complete: bool


async def facets(conn: AsyncConnection, wanted: RequestFilter, *, most: int = COUNTED) -> Facets:
    """What the newest ``most`` requests are made of."""
    columns = [requests.c[name] for name in _FIELDS]
    newest = _newest(wanted, columns, most).subquery()
    shared = [newest.c[name] for name in _FIELDS]
    rows = (await conn.execute(sa.select(*shared, sa.func.count().label("n")).group_by(*shared))).all()
    counters: dict[str, Counter[object]] = {name: Counter() for name in _FIELDS}
    for row in rows:
        for name in _FIELDS:
            counters[name][getattr(row, name)] += row.n
    counted = sum(row.n for row in rows)
    found: dict[str, tuple[Facet, ...]] = {}
    for name, counter in counters.items():
        # A bound and a sure order, so that equal counts do not change places from one look to the next.
        best = sorted(counter.items(), key=lambda item: (-item[1], str(item[0])))[:SHOWN]
        table = _TABLES.get(name)
        known = await names_of(conn, table, (int(str(value)) for value, _ in best)) if table is not None else {}
        found[name] = tuple(
            Facet(value=str(value), name=known.get(value) if isinstance(value, int) else None, count=count)
            for value, count in best
        )
    return Facets(fields=found, counted=counted, complete=counted < most)


async def histogram(conn: AsyncConnection, wanted: RequestFilter, *, bucket_ms: int, most: int = DRAWN) -> Histogram:
    """The newest ``most`` requests over time. ``wanted`` must have both ends of its range."""
    assert wanted.since_ms is not None
    newest = _newest(wanted, [requests.c.created_ms, requests.c.status], most).subquery()
    slot = newest.c.created_ms // sa.literal_column(str(int(bucket_ms)), sa.BigInteger())
    failed = sa.func.sum(sa.case((newest.c.status >= 400, 1), else_=0))
    columns = (slot.label("slot"), sa.func.count().label("n"), failed.label("errors"))
    oldest = sa.func.min(newest.c.created_ms).label("oldest")
    query = sa.select(*columns, oldest).group_by(sa.literal_column("slot")).order_by(sa.literal_column("slot"))
    rows = (await conn.execute(query)).all()
    complete = sum(row.n for row in rows) < most
    return Histogram(
        bars=tuple(Bar(start_ms=row.slot * bucket_ms, requests=row.n, errors=int(row.errors)) for row in rows),
        since_ms=wanted.since_ms if complete else rows[0].oldest,
        complete=complete,
    )


def _newest(wanted: RequestFilter, columns: list[sa.Column[Any]], most: int) -> sa.Select[Any]:
    return sa.select(*columns).where(*conditions(wanted)).order_by(requests.c.id.desc()).limit(most)
