"""Sums of the request log by time, kept as requests are settled, so that a chart of a month reads a few thousand rows.

They are written in the transaction that writes the requests: a request is in both or in neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.accounting.settlement import Settlement
from sluice.storage.tables import usage_totals

_HOUR_MS = 3_600_000
SUMS = ("requests", "errors", "input_tokens", "cached_tokens", "output_tokens", "charge_nano", "duration_ms")
"""The columns that are added up."""


class Kind(StrEnum):
    """What the requests of one row have in common, besides the time."""

    NONE = "none"
    MODEL = "model"
    CHANNEL = "channel"
    USER = "user"


SPAN_MS: Mapping[Kind, int] = {
    Kind.NONE: _HOUR_MS,
    Kind.MODEL: _HOUR_MS,
    Kind.CHANNEL: _HOUR_MS,
    # There are many users, and each is asleep for most hours: by the hour there would be as many rows as requests.
    Kind.USER: 24 * _HOUR_MS,
}
"""The stretch of time of one row, in milliseconds; it begins at a multiple of itself."""


class Totalizer:
    """Adds settlements to the totals of one database."""

    def __init__(self, dialect: Any) -> None:
        insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
        names = ("kind", "start_ms", "key", *SUMS)
        statement = insert(usage_totals).values({name: sa.bindparam(name) for name in names})
        statement = statement.on_conflict_do_update(
            index_elements=["kind", "start_ms", "key"],
            set_={name: usage_totals.c[name] + statement.excluded[name] for name in SUMS},
        )
        self._statement = str(statement.compile(dialect=dialect))

    async def add(self, conn: AsyncConnection, new: Iterable[Settlement]) -> None:
        """Adds requests that were not counted before."""
        sums: dict[tuple[Kind, int, str], list[int]] = {}
        for item in new:
            amounts = _amounts(item)
            for kind, key in _keys(item):
                span = SPAN_MS[kind]
                row = sums.setdefault((kind, item.created_ms // span * span, key), [0] * len(SUMS))
                for place, amount in enumerate(amounts):
                    row[place] += amount
        # In one order, so that two workers never wait for each other's rows in a circle.
        rows = [(kind.value, start, key, *row) for (kind, start, key), row in sorted(sums.items())]
        if rows:
            await conn.exec_driver_sql(self._statement, rows)


def _keys(item: Settlement) -> tuple[tuple[Kind, str], ...]:
    return (
        (Kind.NONE, ""),
        (Kind.MODEL, item.model),
        (Kind.CHANNEL, str(item.channel_id)),
        (Kind.USER, str(item.user_id)),
    )


def _amounts(item: Settlement) -> tuple[int, ...]:
    usage = item.usage
    failed = int(item.status >= 400)
    tokens = (usage.input_tokens, usage.cached_tokens, usage.output_tokens)
    return (1, failed, *tokens, item.charge_nano, item.duration_ms)
