"""What the storage tests share: a clock, settlements, accounts, and what the database says of them."""

from __future__ import annotations

import random
import time
from pathlib import Path

import sqlalchemy as sa

from sluice.accounting.settlement import AttemptRecord, Settlement
from sluice.base.ids import request_id
from sluice.base.usage import Usage
from sluice.storage.engine import Database
from sluice.storage.journal import Journal
from sluice.storage.leases import WorkerLedger
from sluice.storage.tables import accounts, entries, leases

CHANCE = random.Random(7)


class WallClock:
    """The real clock; ``skew_ms`` off, and ``passed`` seconds later."""

    def __init__(self, skew_ms: int = 0) -> None:
        self.skew_ms = skew_ms
        self.passed = 0.0

    def now_ms(self) -> int:
        return int((time.time() + self.passed) * 1000) + self.skew_ms

    def monotonic(self) -> float:
        return time.monotonic() + self.passed


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
        made = await conn.execute(sa.insert(accounts).values(deposited_nano=balance, **row))
        account = made.inserted_primary_key[0]
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


def make_ledger(db: Database, folder: Path, name: str, clock: WallClock | None = None) -> WorkerLedger:
    """A worker's ledger, not started: nothing happens in the background."""
    return WorkerLedger(db, Journal(folder, name), folder, clock or WallClock())
