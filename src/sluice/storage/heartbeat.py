"""Signs of life of the workers that hold leases, so that what a lost one held is not lost with it.

A worker that died on a machine that lives is found by its journal (leases.recover). One whose machine is gone, with its
disk, is known by its silence.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage.apply import return_leases
from sluice.storage.tables import leases

BEAT_SECONDS = 60.0
SILENT_MS = 15 * 60 * 1000
"""After so long without a sign a worker's leases go back to their accounts. Should it live after all, its settlements
are still applied, and it drops what it held at its next beat."""


async def beat(conn: AsyncConnection, worker_id: str, now_ms: int) -> bool:
    """Gives a sign of life; False when the worker has no lease in the database."""
    mine = leases.c.worker_id == worker_id
    return bool((await conn.execute(sa.update(leases).where(mine).values(updated_ms=now_ms))).rowcount)


async def return_silent(conn: AsyncConnection, now_ms: int) -> list[str]:
    """Gives back the leases of workers silent for too long; returns their ids."""
    query = sa.select(leases.c.worker_id).group_by(leases.c.worker_id)
    silent = query.having(sa.func.max(leases.c.updated_ms) < now_ms - SILENT_MS)
    workers = list((await conn.execute(silent)).scalars())
    for worker_id in workers:
        await return_leases(conn, worker_id)
    return workers
