"""A settlement that no database can hold stops nothing: not those beside it, and not the next start."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from ledger_tools import make_ledger, open_account, settlement, state

from sluice.accounting.settlement import AttemptRecord
from sluice.storage.engine import Database
from sluice.storage.leases import recover
from sluice.storage.misfit import FILE
from sluice.storage.tables import attempts, requests

TOO_LARGE = 2**63
"""No column of either database holds it."""


async def _stored(db: Database) -> set[str]:
    async with db.read() as conn:
        return set((await conn.execute(sa.select(requests.c.id))).scalars())


def _aside(folder: Path) -> list[str]:
    return [msgspec.json.decode(line)["id"] for line in (folder / FILE).read_bytes().splitlines()]


async def test_the_others_of_a_batch_are_charged(database: Database, tmp_path: Path) -> None:
    account = await open_account(database, 1_000)
    ledger = make_ledger(database, tmp_path / "j", "w")
    good = [settlement({account: 10}) for _ in range(9)]
    bad = [settlement({}, multiplier_ppm=TOO_LARGE) for _ in range(2)]
    for item in (*good[:4], bad[0], *good[4:], bad[1]):
        ledger.settle((account,), 0, item)
    await ledger.apply_pending()
    assert await _stored(database) == {item.id for item in good}
    assert _aside(tmp_path / "j") == [item.id for item in bad]
    await ledger.close()
    assert await state(database, account) == (910, 0, 910, 0)


async def test_what_a_constraint_refuses_midway_takes_nothing_along(database: Database, tmp_path: Path) -> None:
    """SQLite gives up the whole transaction at once then (bulk.py)."""
    account = await open_account(database, 10_000)
    ledger = make_ledger(database, tmp_path / "j", "w")
    one = AttemptRecord(1, 0, 0, 1, 200, "ok", "")
    items = [settlement({account: 10}, attempts=(one, one)) for _ in range(130)]
    bad = (items[3], items[77])
    async with database.write() as conn:
        for item in bad:  # by nobody's hand that is known
            values = {**msgspec.structs.asdict(one), "request_id": item.id, "seq": 1, "choice": ""}
            await conn.execute(sa.insert(attempts).values(values))
    for item in items:
        ledger.settle((account,), 0, item)
    await ledger.apply_pending()
    assert await _stored(database) == {item.id for item in items} - {item.id for item in bad}
    assert _aside(tmp_path / "j") == [item.id for item in bad]
    await ledger.close()
    assert await state(database, account) == (10_000 - 1280, 0, 10_000 - 1280, 0)


async def test_the_next_start_is_not_held_up(database: Database, tmp_path: Path) -> None:
    account = await open_account(database, 1_000)
    dead = make_ledger(database, tmp_path / "j", "dead")
    good, bad = settlement({account: 10}), settlement({}, multiplier_ppm=TOO_LARGE)
    for item in (bad, good):
        dead.settle((account,), 0, item)
    dead._journal.close(drop=False)
    assert await recover(database, tmp_path / "j") == 1
    assert await _stored(database) == {good.id}
    assert _aside(tmp_path / "j") == [bad.id]
    assert await state(database, account) == (990, 0, 990, 0)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("model", ["x\0y", "".join(map(chr, range(256, 20_000)))], ids=["NUL", "too long for an index"])
async def test_what_only_postgresql_refuses(database: Database, tmp_path: Path, model: str) -> None:
    ledger = make_ledger(database, tmp_path / "j", "w")
    good, bad = settlement({}), settlement({}, model=model)
    for item in (bad, good):
        ledger.settle((), 0, item)
    await ledger.apply_pending()
    assert await _stored(database) == {good.id}
    assert _aside(tmp_path / "j") == [bad.id]
    await ledger.close()
