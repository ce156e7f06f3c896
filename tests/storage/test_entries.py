"""The books: charges are one growing entry an account and hour, what people do one each; the balance is their sum."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from ledger_tools import CHANCE, make_ledger, open_account, settlement, state

from sluice.base.ids import request_id
from sluice.storage.engine import Database, open_database
from sluice.storage.manage import accounts
from sluice.storage.manage.common import By
from sluice.storage.migrate import _config, migrate
from sluice.storage.tables import entries, forgotten

HOUR = 3_600_000


async def _booked(db: Database) -> list[tuple[Any, ...]]:
    """(account, kind, amount, requests, created) of every entry, in their order."""
    columns = (entries.c.account_id, entries.c.kind, entries.c.amount_nano, entries.c.requests, entries.c.created_ms)
    async with db.read() as conn:
        return [tuple(row) for row in await conn.execute(sa.select(*columns).order_by(entries.c.id))]


async def test_an_hours_charges_are_one_entry_of_each_account(database: Database, tmp_path: Path) -> None:
    start = 10**12
    user, limit = [await open_account(database, start) for _ in range(2)]
    ledger = make_ledger(database, tmp_path / "j", "w")
    by = By(actor_id=0, now_ms=7 * HOUR)
    for hour in (7, 8, 7):
        for ms in (0, 1, HOUR - 1):
            ledger.settle((user, limit), 0, settlement({user: 5, limit: 3}, created_ms=hour * HOUR + ms))
        await ledger.apply_pending()
        async with database.write() as conn:
            await accounts.adjust(conn, by, user, 11, "a gift")
    await ledger.close()
    assert (await _booked(database))[2:] == [
        (user, "charge", -30, 6, 7 * HOUR),
        (limit, "charge", -18, 6, 7 * HOUR),
        (user, "adjust", 11, 0, 7 * HOUR),
        (user, "charge", -15, 3, 8 * HOUR),
        (limit, "charge", -9, 3, 8 * HOUR),
        (user, "adjust", 11, 0, 7 * HOUR),
        (user, "adjust", 11, 0, 7 * HOUR),
    ]
    for account, left in ((user, start - 45 + 33), (limit, start - 27)):
        assert await state(database, account) == (left, 0, left, 0)


async def test_many_workers_grow_the_same_entries(database: Database, tmp_path: Path) -> None:
    held = [await open_account(database, 10**9) for _ in range(5)]
    workers = [make_ledger(database, tmp_path / "j", f"w{number}") for number in range(4)]
    chance = random.Random(3)
    for worker in workers:
        for _ in range(600):
            worker.settle(
                (), 0, settlement({a: a for a in chance.sample(held, 2)}, created_ms=chance.randrange(2) * HOUR)
            )
    await asyncio.gather(*(worker.apply_pending() for worker in workers))
    await asyncio.gather(*(worker.close() for worker in workers))
    charges = [row for row in await _booked(database) if row[1] == "charge"]
    assert len(charges) == 10
    assert sum(row[3] for row in charges) == 4 * 600 * 2
    assert all(amount == -account * count for account, _, amount, count, _ in charges)
    for account in held:
        balance, leased, booked, granted = await state(database, account)
        assert (balance, leased) == (booked, granted)


def _to(connection: sa.Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def test_a_database_of_the_version_before_is_summed_up(database_url: str | None, tmp_path: Path) -> None:
    db = await open_database(database_url, tmp_path / "data")
    async with db.write() as conn:
        await conn.run_sync(_to, "0003")
        for sql in OLD_BOOKS:
            await conn.execute(sa.text(sql))
        for number, (account, amount, created) in enumerate(OLD_CHARGES, start=3):
            row = {"account": account, "amount": amount, "ms": created, "request": request_id(created, CHANCE)}
            await conn.execute(sa.text(OLD_CHARGE), {"id": number, **row})
    await migrate(db)
    assert await _booked(db) == [
        (1, "opening", 1000, 0, 5),
        (2, "opening", 500, 0, 6),
        (1, "charge", -30, 2, 0),
        (2, "charge", -10, 1, 0),
        (1, "charge", -5, 1, HOUR),
        (1, "adjust", -100, 0, 9),
    ]
    async with db.read() as conn:
        assert (await conn.execute(sa.select(forgotten.c.before_ms))).scalar_one() == HOUR + 3
        kept = (await conn.execute(sa.select(entries.c.actor_id, entries.c.remark).where(entries.c.id == 90))).one()
        assert tuple(kept) == (4, "taken")
    async with db.write() as conn:
        await accounts.adjust(conn, By(actor_id=0, now_ms=1), 2, 7)
    assert (await _booked(db))[-1] == (2, "adjust", 7, 0, 1)
    await db.close()


OLD_BOOKS = (
    "INSERT INTO accounts (id, kind, balance_nano, deposited_nano, leased_nano, created_ms, rev) "
    "VALUES (1, 'user', 865, 900, 0, 5, 1), (2, 'token', 490, 500, 0, 6, 1)",
    "INSERT INTO entries (id, account_id, kind, amount_nano, actor_id, remark, created_ms) VALUES "
    "(1, 1, 'opening', 1000, 0, '', 5), (2, 2, 'opening', 500, 0, '', 6), (90, 1, 'adjust', -100, 4, 'taken', 9)",
)
OLD_CHARGES = [(1, -10, 100), (2, -10, 100), (1, -20, HOUR - 1), (1, -5, HOUR + 2)]
OLD_CHARGE = (
    "INSERT INTO entries (id, account_id, kind, amount_nano, request_id, created_ms) "
    "VALUES (:id, :account, 'charge', :amount, :request, :ms)"
)
