"""Old rows of the request log, deleted a few at a time. Money is not touched: entries and totals stay."""

from __future__ import annotations

import sqlalchemy as sa

from sluice.base.ids import request_id_bound, request_ms
from sluice.storage.engine import Database
from sluice.storage.tables import attempts, forgotten, requests

_AT_ONCE = 500
"""Rows of one transaction: few, since on SQLite everyone else who writes waits for it."""


async def prune_requests(db: Database, before_ms: int) -> int:
    """Deletes the requests made before a time (epoch milliseconds); returns how many. Raises DatabaseAway."""
    bound = request_id_bound(before_ms)
    total = 0
    while True:
        async with db.write() as conn:
            oldest = sa.select(requests.c.id).where(requests.c.id < bound).order_by(requests.c.id).limit(_AT_ONCE)
            ids = list((await conn.execute(oldest)).scalars())
            if not ids:
                return total
            # Known with the first row that goes: a journal replayed later cannot find out there what was charged. No
            # more is said to be gone than is: the time given is of a clock that may be wrong.
            gone_ms = min(before_ms, request_ms(ids[-1]) + 1)
            known = sa.update(forgotten).where(forgotten.c.before_ms < gone_ms)
            await conn.execute(known.values(before_ms=gone_ms))
            await conn.execute(sa.delete(attempts).where(attempts.c.request_id.in_(ids)))
            await conn.execute(sa.delete(requests).where(requests.c.id.in_(ids)))
        total += len(ids)
