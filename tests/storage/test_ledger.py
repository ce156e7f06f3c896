"""Money in the worker's hands: exact, never twice, never lost, on both databases."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from sluice.accounting.settlement import AttemptRecord, Settlement
from sluice.base.ids import request_id
from sluice.base.usage import Usage
from sluice.storage.engine import Database
from sluice.storage.journal import Journal, journal_files, records
from sluice.storage.leases import WorkerLedger, recover
from sluice.storage.tables import accounts, attempts, entries, leases, requests

CHANCE = random.Random(7)


class WallClock:
    """The real clock."""

    def now_ms(self) -> int:
        return int(time.time() * 1000)

    def monotonic(self) -> float:
        return time.monotonic()


def settlement(charges: dict[int, int], **changes: object) -> Settlement:
    """A request that took ``charges`` (account -> nano-dollars)."""
    now = int(time.time() * 1000)
    amount = max(charges.values(), default=0)
    fields = {
        "id": request_id(now, CHANCE),
        "created_ms": now,
        "user_id": 1,
        "token_id": 1,
        "group_name": "default",
        "format": "openai_chat",
        "model": "m",
        "upstream_model": "m",
        "channel_id": 1,
        "stream": False,
        "status": 200,
        "error_code": "",
        "rule": "complete",
        "matched_ms": 0,
        "forwarded_ms": 0,
        "first_ms": 1,
        "duration_ms": 2,
        "usage": Usage(input_tokens=3, output_tokens=4),
        "charge_nano": amount,
        "price_id": 1,
        "multiplier_ppm": 1_000_000,
        "address": "127.0.0.1",
        "client": "test",
        "dropped": (),
        "attempts": (AttemptRecord(1, 0, 1, 2, 200, "ok", ""),),
        "charges": tuple(charges.items()),
        **changes,
    }
    return Settlement(**fields)


async def open_account(db: Database, balance: int) -> int:
    """A new account with one opening entry."""
    async with db.write() as conn:
        row = {"kind": "user", "balance_nano": balance, "leased_nano": 0, "created_ms": 0, "rev": 1}
        account = (await conn.execute(sa.insert(accounts).values(deposited_nano=balance, **row))).inserted_primary_key[0]
        entry = {"account_id": account, "kind": "opening", "amount_nano": balance, "created_ms": 0}
        await conn.execute(sa.insert(entries).values(entry))
    return int(account)


async def state(db: Database, account: int) -> tuple[int, int, int, int]:
    """(balance, leased, sum of entries, sum of leases) of an account."""
    async with db.read() as conn:
        row = (await conn.execute(sa.select(accounts).where(accounts.c.id == account))).one()
        total = sa.select(sa.func.coalesce(sa.func.sum(entries.c.amount_nano), 0))
        booked = (await conn.execute(total.where(entries.c.account_id == account))).scalar_one()
        granted = sa.select(sa.func.coalesce(sa.func.sum(leases.c.granted_nano), 0))
        held = (await conn.execute(granted.where(leases.c.account_id == account))).scalar_one()
    return row.balance_nano, row.leased_nano, int(booked), int(held)


def make_ledger(db: Database, folder: Path, name: str) -> WorkerLedger:
    """A worker's ledger, not started: nothing happens in the background."""
    return WorkerLedger(db, Journal(folder, name), folder, WallClock())


async def test_exactness_over_two_workers(database: Database, tmp_path: Path) -> None:
    start = 10**12
    account = await open_account(database, start)
    limited = await open_account(database, start)
    workers = [make_ledger(database, tmp_path / "j", f"w{i}") for i in range(2)]
    for worker in workers:
        worker.start()
    chance = random.Random(1)
    spent = {account: 0, limited: 0}

    async def spend(worker: WorkerLedger) -> None:
        for _ in range(50):
            both = chance.random() < 0.5
            held = (account, limited) if both else (account,)
            reserved = chance.randrange(1, 10**7)
            cost = chance.randrange(0, reserved + 10**6)
            if not worker.reserve(held, reserved):
                assert await worker.secure(held, reserved) >= reserved
                assert worker.reserve(held, reserved)
            await asyncio.sleep(0)
            worker.settle(held, reserved, settlement(dict.fromkeys(held, cost)))
            for one in held:
                spent[one] += cost

    await asyncio.gather(*(spend(worker) for worker in workers for _ in range(20)))
    for worker in workers:
        await worker.close()
    for one in (account, limited):
        balance, leased, booked, held_back = await state(database, one)
        assert balance == booked == start - spent[one]
        assert leased == held_back == 0
    async with database.read() as conn:
        assert (await conn.execute(sa.select(sa.func.count()).select_from(requests))).scalar_one() == 2000
        assert (await conn.execute(sa.select(sa.func.count()).select_from(attempts))).scalar_one() == 2000
    assert not list((tmp_path / "j").iterdir())


async def test_a_small_limit_holds_over_two_workers_and_200_at_once(database: Database, tmp_path: Path) -> None:
    limit = 10_000_000
    account = await open_account(database, limit)
    workers = [make_ledger(database, tmp_path / "j", f"w{i}") for i in range(2)]
    cost, served = 90_000, 0

    async def ask(worker: WorkerLedger) -> None:
        nonlocal served
        if not worker.reserve((account,), cost):
            await worker.secure((account,), cost)
            if not worker.reserve((account,), cost):
                return
        await asyncio.sleep(0)
        worker.settle((account,), cost, settlement({account: cost}))
        served += 1

    await asyncio.gather(*(ask(workers[i % 2]) for i in range(200)))
    assert served * cost <= limit
    for worker in workers:
        await worker.close()
    assert (await state(database, account))[0] == limit - served * cost


async def test_replay_charges_once_and_returns_leases(database: Database, tmp_path: Path) -> None:
    account = await open_account(database, 10**9)
    ledger = make_ledger(database, tmp_path / "j", "dead")
    await ledger.secure((account,), 1000)
    for _ in range(5):
        assert ledger.reserve((account,), 100)
        ledger.settle((account,), 100, settlement({account: 70}))
    await ledger.apply_pending()
    assert ledger.reserve((account,), 100)
    ledger.settle((account,), 100, settlement({account: 30}))
    # The worker dies here: the kernel drops its lock, its files stay.
    ledger._journal.close(drop=False)
    assert await recover(database, tmp_path / "j") == 1
    assert await recover(database, tmp_path / "j") == 0
    assert await state(database, account) == (10**9 - 380, 0, 10**9 - 380, 0)


async def test_recall_brings_back_what_is_free(database: Database, tmp_path: Path) -> None:
    account = await open_account(database, 10**9)
    ledger = make_ledger(database, tmp_path / "j", "w")
    await ledger.secure((account,), 1000)
    assert ledger.reserve((account,), 400)
    await ledger.recall([account])
    assert (await state(database, account))[1] == 400
    assert ledger.available((account,)) == 0
    ledger.release((account,), 400)
    await ledger.close()
    assert (await state(database, account))[1] == 0


async def test_never_more_than_the_balance(database: Database, tmp_path: Path) -> None:
    account = await open_account(database, 500)
    ledger = make_ledger(database, tmp_path / "j", "w")
    assert await ledger.secure((account,), 1000) == 500
    assert not ledger.reserve((account,), 501)
    assert ledger.reserve((account,), 500)
    assert not ledger.reserve((account,), 1)
    ledger.settle((account,), 500, settlement({account: 800}))
    assert ledger.available((account,)) == -300
    assert await ledger.secure((account,), 1) <= 0
    await ledger.close()
    assert await state(database, account) == (-300, 0, -300, 0)


async def test_unknown_accounts_have_nothing(database: Database, tmp_path: Path) -> None:
    ledger = make_ledger(database, tmp_path / "j", "w")
    assert await ledger.secure((12345,), 1) == 0
    assert not ledger.reserve((12345,), 1)
    await ledger.close()


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_torn_tail_ends_the_journal(tmp_path: Path, cut: int) -> None:
    journal = Journal(tmp_path, "w")
    items = [settlement({1: n}) for n in range(3)]
    for item in items:
        journal.append(item)
    (path,) = journal_files(tmp_path, "w")
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert list(records(path)) == items[:2]
    path.write_bytes(whole[:-cut] + b"\0" * cut if whole[-cut:] != b"\0" * cut else whole[:-cut])
    assert list(records(path))[:2] == items[:2]
    journal.close(drop=True)


def test_a_journal_in_use_is_not_taken(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "w")
    with pytest.raises(RuntimeError):
        Journal(tmp_path, "w")
    journal.close(drop=True)
    Journal(tmp_path, "w").close(drop=True)


async def test_what_does_not_fit_in_memory_is_read_from_the_journal(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sluice.storage.leases.MOST_PENDING", 3)
    account = await open_account(database, 10**9)
    ledger = make_ledger(database, tmp_path / "j", "w")
    await ledger.secure((account,), 1000)
    for _ in range(10):
        ledger.settle((account,), 0, settlement({account: 7}))
    assert ledger.backlog == 3
    await ledger.close()
    assert (await state(database, account))[0] == 10**9 - 70
