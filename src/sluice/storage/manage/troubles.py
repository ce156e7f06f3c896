"""What lately went wrong at each channel: the newest failed attempts of the log."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.base.ids import request_id_bound
from sluice.storage.tables import CHANNEL_FAILED, attempts, requests

COUNTED = 20_000
"""The most failures that are counted: the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A channel's newest failed attempt, and how many failed. ``last_ms`` is when its request was made."""

    channel_id: int
    failures: int
    last_ms: int
    request_id: str
    model: str
    status: int
    outcome: str
    message: str


async def latest(conn: AsyncConnection, since_ms: int, *, most: int = COUNTED) -> tuple[tuple[Trouble, ...], bool]:
    """Of each channel at which something failed since then, the newest first; and whether all failures were counted."""
    failed = sa.text(CHANNEL_FAILED)
    newest = (
        sa.select(attempts.c.channel_id, attempts.c.request_id, attempts.c.seq)
        .where(failed, attempts.c.request_id >= request_id_bound(since_ms))
        .order_by(attempts.c.request_id.desc())
        .limit(most)
        .subquery()
    )
    last = sa.func.max(newest.c.request_id).label("request_id")
    grouped = sa.select(newest.c.channel_id, sa.func.count().label("failures"), last).group_by(newest.c.channel_id)
    by_channel = grouped.subquery()
    # Of several failures within one request, the last.
    found = await conn.execute(
        sa.select(by_channel.c.failures, attempts, requests.c.model, requests.c.created_ms)
        .select_from(
            by_channel.join(
                attempts,
                sa.and_(
                    attempts.c.request_id == by_channel.c.request_id, attempts.c.channel_id == by_channel.c.channel_id
                ),
            ).join(requests, requests.c.id == attempts.c.request_id)
        )
        .where(failed)
        .order_by(attempts.c.request_id.desc(), attempts.c.seq)
    )
    rows = {row.channel_id: row for row in found}
    counted = sum(row.failures for row in rows.values())
    return tuple(
        Trouble(
            channel_id=row.channel_id,
            failures=row.failures,
            last_ms=row.created_ms,
            request_id=row.request_id,
            model=row.model,
            status=row.status,
            outcome=row.outcome,
            message=row.message,
        )
        for row in rows.values()
    ), counted < most
