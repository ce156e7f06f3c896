"""What is forgotten of the log, and what is not."""

from __future__ import annotations

from pathlib import Path

import msgspec
import sqlalchemy as sa
from ledger_tools import CHANCE, make_ledger, open_account, settlement, state

from sluice.base.ids import request_id
from sluice.storage.engine import Database
from sluice.storage.journal import Journal, encode
from sluice.storage.leases import recover
from sluice.storage.misfit import FILE
from sluice.storage.prune import prune_requests
from sluice.storage.tables import attempts, requests, usage_totals


async def test_old_rows_go_and_money_stays(database: Database, tmp_path: Path) -> None:
    start = 10**9
    account = await open_account(database, start)
    ledger = make_ledger(database, tmp_path / "j", "w")
    times = [*range(1_000_000, 1_001_200), 2_000_000, 2_000_001]
    items = [settlement({account: 7}, id=request_id(ms, CHANCE), created_ms=ms) for ms in times]
    for item in items:
        ledger.settle((account,), 0, item)
    await ledger.close()

    assert await prune_requests(database, 2_000_000) == 1200
    assert await prune_requests(database, 2_000_000) == 0
    async with database.read() as conn:
        kept = (await conn.execute(sa.select(requests.c.id).order_by(requests.c.id))).scalars().all()
        tried = (await conn.execute(sa.select(attempts.c.request_id).order_by(attempts.c.request_id))).scalars().all()
        counted = sa.select(sa.func.sum(usage_totals.c.requests)).where(usage_totals.c.kind == "none")
        assert (await conn.execute(counted)).scalar_one() == len(items)
    assert kept == tried == [item.id for item in items[-2:]]
    spent = 7 * len(items)
    assert await state(database, account) == (start - spent, 0, start - spent, 0)

    # A journal that comes to light when its requests are long forgotten charges nobody again.
    journal = Journal(tmp_path / "j", "late")
    for item in items[:3]:
        journal.append(encode(item))
    journal.close(drop=False)
    assert await recover(database, tmp_path / "j") == 0
    assert await state(database, account) == (start - spent, 0, start - spent, 0)
    # Nor does it drop in silence what may never have been charged; what is newer is charged as ever.
    aside = [msgspec.json.decode(line)["id"] for line in (tmp_path / "j" / FILE).read_bytes().splitlines()]
    assert aside == [item.id for item in items[:3]]
    newer = settlement({account: 9}, id=request_id(2_000_000, CHANCE), created_ms=2_000_000)
    journal = Journal(tmp_path / "j", "late")
    for item in (*items[-2:], newer):
        journal.append(encode(item))
    journal.close(drop=False)
    assert await recover(database, tmp_path / "j") == 1
    assert await state(database, account) == (start - spent - 9, 0, start - spent - 9, 0)


async def test_a_clock_far_ahead_costs_the_log_and_no_charge(database: Database, tmp_path: Path) -> None:
    start = 10**9
    account = await open_account(database, start)
    ledger = make_ledger(database, tmp_path / "j", "w")
    old = settlement({account: 7}, id=request_id(1_000_000, CHANCE), created_ms=1_000_000)
    ledger.settle((account,), 0, old)
    await ledger.close()
    assert await prune_requests(database, 9_000_000) == 1

    # The clock is right again. A worker dies; what it left is newer than anything that was deleted.
    left = settlement({account: 9}, id=request_id(2_000_000, CHANCE), created_ms=2_000_000)
    journal = Journal(tmp_path / "j", "dead")
    for item in (old, left):
        journal.append(encode(item))
    journal.close(drop=False)
    assert await recover(database, tmp_path / "j") == 1
    assert await state(database, account) == (start - 16, 0, start - 16, 0)
