"""Signs of life of the workers that hold leases, so that what a lost one held is not lost with it.

A worker that died on a machine that lives is found by its journal (leases.recover). One whose machine is gone, with its
disk, is known by its silence. Machines disagree about the time of day, so nobody compares it with its own: a sign
is any change of what a worker wrote, and its silence is timed by who watches.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage.apply import return_leases
from sluice.storage.tables import leases

BEAT_SECONDS = 60.0
SILENT_SECONDS = 15 * 60.0
"""After so long without a sign a worker's leases go back to their accounts. Should it live after all, its settlements
are still applied, and it drops what it held at its next beat."""


async def beat(conn: AsyncConnection, worker_id: str, now_ms: int) -> bool:
    """Gives a sign of life; False when the worker has no lease in the database."""
    mine = leases.c.worker_id == worker_id
    return bool((await conn.execute(sa.update(leases).where(mine).values(updated_ms=now_ms))).rowcount)


class Watch:
    """One worker's view of the others."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, float]] = {}
        self._looked = 0.0

    async def return_silent(self, conn: AsyncConnection, now: float) -> list[str]:
        """Gives back the leases of workers that were silent for too long; returns their ids.

        ``now`` is monotonic seconds. To be called at every beat: a sign counts from when it is seen.
        """
        signs = sa.select(leases.c.worker_id, sa.func.max(leases.c.updated_ms).label("sign")).group_by(
            leases.c.worker_id
        )
        found = {row.worker_id: row.sign for row in await conn.execute(signs)}
        # After a time without looking, as when the database was away, others could give no sign either.
        known = self._seen if now - self._looked < 3 * BEAT_SECONDS else {}
        self._looked = now
        self._seen = {
            worker: known[worker] if worker in known and known[worker][0] == sign else (sign, now)
            for worker, sign in found.items()
        }
        silent = [worker for worker, (_, since) in self._seen.items() if now - since > SILENT_SECONDS]
        for worker in silent:
            await return_leases(conn, worker)
        return silent
