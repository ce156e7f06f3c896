"""Sums of the request log by time, kept as requests are settled, so that a chart of a month reads a few thousand rows.

They are written in the transaction that writes the requests: a request is in both or in neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sluice.accounting.settlement import Settlement
from sluice.storage.bulk import Prepared
from sluice.storage.tables import usage_totals

_HOUR_MS = 3_600_000
DAY_MS = 24 * _HOUR_MS
WINDOW_MS = 28 * DAY_MS
"""The stretch of time of a window (usage_windows.py)."""
SUMS = ("requests", "errors", "input_tokens", "cached_tokens", "output_tokens", "charge_nano", "duration_ms")
"""The columns that are added up."""


class Kind(StrEnum):
    """What the requests of one row have in common, besides the time."""

    NONE = "none"
    MODEL = "model"
    CHANNEL = "channel"
    USER = "user"
    TOKEN = "token"  # noqa: S105 - a word, no secret


SPAN_MS: Mapping[Kind, int] = {
    Kind.NONE: _HOUR_MS,
    Kind.MODEL: _HOUR_MS,
    Kind.CHANNEL: _HOUR_MS,
    # There are many of these, each asleep for most hours: by the hour there would be as many rows as requests.
    Kind.USER: DAY_MS,
    Kind.TOKEN: DAY_MS,
}
"""The stretch of time of one row, in milliseconds; it begins at a multiple of itself."""

WIDE = (Kind.USER, Kind.TOKEN)
"""The kinds that have a row a day for each of very many keys: they may have a window."""


def window_kind(kind: Kind) -> str:
    """What the rows of a kind's window are called."""
    return f"{kind.value}_4w"


def window_start(kind: Kind) -> sa.Select[int]:
    """When the kind's window begins; no row where it has none."""
    return sa.select(usage_totals.c.start_ms).where(usage_totals.c.kind == window_kind(kind)).limit(1)


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
        self._starts = {kind: Prepared(window_start(kind), dialect) for kind in WIDE}

    def add(self, conn: sa.Connection, new: Iterable[Settlement]) -> None:
        """Adds requests that were not counted before."""
        sums: dict[tuple[Kind, int, str], list[int]] = {}
        for (hour_ms, *owners), amounts in _alike(new).items():
            for kind, owner in zip(Kind, ("", *owners), strict=True):
                row = sums.setdefault((kind, hour_ms // SPAN_MS[kind] * SPAN_MS[kind], str(owner)), [0] * len(SUMS))
                for place, amount in enumerate(amounts):
                    row[place] += amount
        # In one order, so that two workers never wait for each other's rows in a circle.
        rows = [(kind.value, start, key, *row) for (kind, start, key), row in sorted(sums.items())]
        if not rows:
            return
        conn.exec_driver_sql(self._statement, rows)
        # Looked for only now: a window that was made in between did not see these rows.
        for kind in WIDE:
            start = self._starts[kind].run(conn).scalar()
            if start is not None and (late := _in_window(kind, start, sums)):
                conn.exec_driver_sql(self._statement, late)


def _in_window(
    kind: Kind, first_ms: int, sums: Mapping[tuple[Kind, int, str], list[int]]
) -> list[tuple[str | int, ...]]:
    """What is to be added to a window for requests of its days, which come late."""
    found: dict[str, list[int]] = {}
    for (of, start, key), row in sorted(sums.items()):
        if of is kind and first_ms <= start < first_ms + WINDOW_MS:
            found[key] = [old + new for old, new in zip(found.get(key, [0] * len(SUMS)), row, strict=True)]
    return [(window_kind(kind), first_ms, key, *row) for key, row in found.items()]


def _alike(items: Iterable[Settlement]) -> dict[tuple[int, str, int, int, int], list[int]]:
    """The sums of requests that agree in hour, model, channel, user and token: most of a batch do."""
    found: dict[tuple[int, str, int, int, int], list[int]] = {}
    for item in items:
        hour = item.created_ms // _HOUR_MS * _HOUR_MS
        key = (hour, item.model, item.channel_id, item.user_id, item.token_id)
        row = found.get(key)
        if row is None:
            row = found[key] = [0] * len(SUMS)
        usage = item.usage
        row[0] += 1
        row[1] += item.status >= 400
        row[2] += usage.input_tokens
        row[3] += usage.cached_tokens
        row[4] += usage.output_tokens
        row[5] += item.charge_nano
        row[6] += item.duration_ms
    return found
