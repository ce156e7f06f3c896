"""A worker that always has something to apply: its money is renewed all the same, before a request waits for it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ledger_tools import make_ledger, open_account, settlement

from sluice.storage.engine import Database
from sluice.storage.leases import WorkerLedger

_COST = 1_000


async def test_the_leases_of_a_busy_worker_are_renewed(database: Database, tmp_path: Path) -> None:
    account = await open_account(database, 10**12)
    ledger = make_ledger(database, tmp_path / "j", "w")
    await ledger.secure((account,), 1_000 * _COST)
    ledger.start()
    renewed = asyncio.ensure_future(_raised(ledger, account))
    never_idle = True
    async with asyncio.timeout(60):
        while not renewed.done():
            for _ in range(50):
                if ledger.reserve((account,), _COST):
                    ledger.settle((account,), _COST, settlement({account: _COST}))
            never_idle = never_idle and ledger.backlog > 0
            await asyncio.sleep(0.01)
    assert never_idle
    await ledger.close()


async def _raised(ledger: WorkerLedger, account: int) -> None:
    """Until more of the account is free than was a moment before: nobody asked for it."""
    before = ledger.available((account,))
    while (now := ledger.available((account,))) <= before:
        before = now
        await asyncio.sleep(0.005)
