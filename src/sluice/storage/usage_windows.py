"""Sums of four whole weeks, of what there is very much of: a month by token would else add up a row a token and day.

There is one window of each kind, made anew when a day has passed, and only where the days' rows have become many. It
holds what the rows of its days hold: whoever adds to one of those adds to the window too.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage.engine import Database
from sluice.storage.tables import usage_totals
from sluice.storage.usage_totals import DAY_MS, SUMS, WIDE, WINDOW_MS, Kind, window_kind, window_start

MANY = 100_000
"""Rows of days, from which on a window of them is worth its keep: so many take less than a tenth of a second."""


async def renew_windows(db: Database, now_ms: int, many: int = MANY) -> list[Kind]:
    """Makes the windows that end with the day before this one, where they are wanted; returns those that were made.

    Raises DatabaseAway. Others who write wait for it: a second or two for a million rows of days, once a day.
    """
    until_ms = now_ms // DAY_MS * DAY_MS
    made = []
    for kind in WIDE:
        async with db.read() as conn:
            wanted = not await _is_made(conn, kind, until_ms) and await _is_worth_it(conn, kind, until_ms, many)
        if not wanted:
            continue
        async with db.write() as conn:
            if conn.dialect.name == "postgresql":
                # Against those who add to a day that is being summed up. They look for the window after they did.
                await conn.execute(sa.text("LOCK TABLE usage_totals IN SHARE ROW EXCLUSIVE MODE"))
            if not await _is_made(conn, kind, until_ms):  # by another worker meanwhile
                await _renew(conn, kind, until_ms)
                made.append(kind)
    return made


async def _is_made(conn: AsyncConnection, kind: Kind, until_ms: int) -> bool:
    return (await conn.execute(window_start(kind))).scalar() == until_ms - WINDOW_MS


async def _is_worth_it(conn: AsyncConnection, kind: Kind, until_ms: int, many: int) -> bool:
    days = sa.select(usage_totals.c.start_ms).where(*_days(kind, until_ms)).limit(many).subquery()
    count = await conn.execute(sa.select(sa.func.count()).select_from(days))
    return int(count.scalar_one()) >= many


def _days(kind: Kind, until_ms: int) -> tuple[sa.ColumnElement[bool], ...]:
    """The rows of days that make up the window."""
    table = usage_totals.c
    return table.kind == kind.value, table.start_ms >= until_ms - WINDOW_MS, table.start_ms < until_ms


async def _renew(conn: AsyncConnection, kind: Kind, until_ms: int) -> None:
    table, name = usage_totals.c, window_kind(kind)
    await conn.execute(sa.delete(usage_totals).where(table.kind == name))
    sums = (sa.func.sum(table[column]) for column in SUMS)
    days = (
        sa.select(sa.literal(name), sa.literal(until_ms - WINDOW_MS, sa.BigInteger()), table.key, *sums)
        .where(*_days(kind, until_ms))
        .group_by(table.key)
    )
    await conn.execute(sa.insert(usage_totals).from_select(["kind", "start_ms", "key", *SUMS], days))
