"""Money in the worker's hands: exact, never twice, never lost, on both databases."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
import sqlalchemy as sa
from ledger_tools import WallClock, make_ledger, open_account, settlement, state

from sluice.storage.apply import return_leases
from sluice.storage.engine import Database
from sluice.storage.heartbeat import BEAT_SECONDS
from sluice.storage.leases import WorkerLedger, recover
from sluice.storage.tables import attempts, requests


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


class Fleet:
    """Workers on machines of their own, whose clocks disagree about the time of day."""

    def __init__(self, database: Database, folder: Path, skews_ms: dict[str, int]) -> None:
        self.clocks = {name: WallClock(skew) for name, skew in skews_ms.items()}
        self.ledgers = {name: make_ledger(database, folder / name, name, clock) for name, clock in self.clocks.items()}

    async def live(self, minutes: int, *names: str) -> None:
        """Lets minutes pass in which only these workers give signs."""
        for _ in range(minutes):
            for clock in self.clocks.values():
                clock.passed += BEAT_SECONDS
            for name in names:
                await self.ledgers[name].beat()

    async def close(self) -> None:
        for ledger in self.ledgers.values():
            await ledger.close()


async def test_what_a_lost_worker_held_goes_back_after_its_silence(database: Database, tmp_path: Path) -> None:
    start = 1_000_000
    account = await open_account(database, start)
    fleet = Fleet(database, tmp_path, {"lost": 0, "alive": 0})
    lost = fleet.ledgers["lost"]
    for worker in fleet.ledgers.values():
        assert await worker.secure((account,), 1000) >= 1000
    held = (await state(database, account))[1]
    await fleet.live(14, "alive")
    assert (await state(database, account))[1] == held  # neither was silent for long

    await fleet.live(3, "alive")
    balance, leased, booked, granted = await state(database, account)
    assert (balance, booked) == (start, start)
    assert 0 < leased == granted < held

    # It lives after all: what it spent is charged, what it held is no longer to be spent.
    assert lost.reserve((account,), 500)
    lost.settle((account,), 500, settlement({account: 400}))
    await lost.apply_pending()
    await fleet.live(17, "alive")
    await lost.beat()
    assert lost.available((account,)) <= 0
    await fleet.close()
    assert await state(database, account) == (start - 400, 0, start - 400, 0)


async def test_clocks_that_disagree_take_no_lease_from_who_lives(database: Database, tmp_path: Path) -> None:
    account = await open_account(database, 1_000_000)
    quarter_hour = 15 * 60 * 1000
    fleet = Fleet(database, tmp_path, {"ahead": 2 * quarter_hour, "right": 0, "behind": -2 * quarter_hour})
    for worker in fleet.ledgers.values():
        assert await worker.secure((account,), 1000) >= 1000
    free = {name: ledger.available((account,)) for name, ledger in fleet.ledgers.items()}
    leased = (await state(database, account))[1]
    await fleet.live(40, *fleet.ledgers)
    assert (await state(database, account))[1] == leased
    assert {name: ledger.available((account,)) for name, ledger in fleet.ledgers.items()} == free

    # Nor does an hour in which nobody could give a sign, since the database was away.
    await fleet.live(60)
    await fleet.live(1, *fleet.ledgers)
    assert (await state(database, account))[1] == leased
    await fleet.live(17, "ahead", "right")
    assert (await state(database, account))[1] == leased - free["behind"]
    await fleet.close()
    assert await state(database, account) == (1_000_000, 0, 1_000_000, 0)


async def test_leases_that_several_give_back_at_once_go_back_once(database: Database, tmp_path: Path) -> None:
    account = await open_account(database, 1_000_000)
    lost = make_ledger(database, tmp_path / "j", "lost")
    assert await lost.secure((account,), 1000) >= 1000

    async def give_back() -> None:
        async with database.write() as conn:
            await return_leases(conn, "lost")

    await asyncio.gather(*(give_back() for _ in range(8)))
    assert await state(database, account) == (1_000_000, 0, 1_000_000, 0)
    await lost.close()


async def test_a_client_that_leaves_while_it_waits_for_a_lease_breaks_nothing(
    database: Database, tmp_path: Path
) -> None:
    start = 10**12
    account = await open_account(database, start)
    worker = make_ledger(database, tmp_path / "j", "w")
    for number in range(1, 40):
        asked = worker.available((account,)) + number
        waiting = asyncio.create_task(worker.secure((account,), asked))
        for _ in range(number):
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    assert await worker.secure((account,), 1000) >= 1000
    await worker.close()
    assert await state(database, account) == (start, 0, start, 0)
