"""What a filtered stretch of the request log is made of: how many requests have each model, channel, token, ..."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage.manage.requests import RequestFilter, conditions, names_of, within_reach
from sluice.storage.tables import channels, requests, tokens, users

COUNTED = 10_000
"""The most requests whose values are counted: the newest of the filtered range."""
LOOKED = 30_000
"""The most rows that are looked at to find them."""
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


async def facets(conn: AsyncConnection, wanted: RequestFilter, *, most: int = COUNTED) -> Facets:
    """What the newest ``most`` requests are made of."""
    seen, failed_first = await within_reach(conn, wanted, LOOKED)
    columns = [requests.c[name] for name in _FIELDS]
    where = conditions(seen, failed_first=failed_first)
    newest = sa.select(*columns).where(*where).order_by(requests.c.id.desc()).limit(most).cte("newest")
    rows = (await conn.execute(_most_frequent(newest))).all()
    (counted,) = (row.count for row in rows if row.field == "")
    found: dict[str, tuple[Facet, ...]] = {}
    for name in _FIELDS:
        values = [(row.value, row.count) for row in rows if row.field == name]
        values.sort(key=lambda one: (-one[1], one[0]))
        table = _TABLES.get(name)
        known = await names_of(conn, table, (int(value) for value, _ in values)) if table is not None else {}
        found[name] = tuple(
            Facet(value=value, name=known.get(int(value)) if table is not None else None, count=count)
            for value, count in values
        )
    return Facets(fields=found, counted=counted, complete=counted < most and seen == wanted)


def _most_frequent(newest: sa.CTE) -> sa.CompoundSelect[Any]:
    """The values of each field with their counts, and under "" the count of all: one statement, for the log is to be
    looked at once."""
    count = sa.func.count().label("count")
    parts = [sa.select(sa.literal("").label("field"), sa.literal("").label("value"), count).select_from(newest)]
    for name in _FIELDS:
        value = sa.cast(newest.c[name], sa.Text).label("value")
        best = sa.select(sa.literal(name).label("field"), value, count).group_by(value)
        # A sure order, so that equal counts do not change places from one look to the next.
        parts.append(sa.select(best.order_by(count.desc(), value).limit(SHOWN).subquery()))
    return sa.union_all(*parts)
