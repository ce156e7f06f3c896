"""Brings settlements from the journal into the database: in batches, each once, whatever is replayed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.accounting.settlement import Settlement
from sluice.storage.engine import Database
from sluice.storage.tables import accounts, attempts, entries, leases, requests
from sluice.storage.usage_totals import Totalizer

_REQUEST_COLUMNS = [column.name for column in requests.columns]
_ATTEMPT_COLUMNS = [column.name for column in attempts.columns]
_ENTRY_COLUMNS = ["account_id", "kind", "amount_nano", "request_id", "actor_id", "remark", "created_ms"]
_LOOKUP = 500


@dataclass(frozen=True, slots=True)
class Applied:
    """What a batch did: how many settlements were new, and what they took from each account."""

    new: int
    charged: dict[int, int]


class Applier:
    """Applies batches to one database. The statements are compiled once and run with plain tuples."""

    def __init__(self, db: Database) -> None:
        self._db = db
        dialect = db.engine.dialect
        self._request = _insert(requests, _REQUEST_COLUMNS, dialect)
        self._attempt = _insert(attempts, _ATTEMPT_COLUMNS, dialect)
        self._entry = _insert(entries, _ENTRY_COLUMNS, dialect)
        self._totals = Totalizer(dialect)

    async def apply(self, worker_id: str, batch: Sequence[Settlement]) -> Applied:
        """Applies a worker's settlements in one transaction. Raises DatabaseAway."""
        unique = {item.id: item for item in batch}
        async with self._db.write() as conn:
            known = await self._known(conn, list(unique))
            new = [item for key, item in unique.items() if key not in known]
            charged: defaultdict[int, int] = defaultdict(int)
            if new:
                await self._insert(conn, new)
                for item in new:
                    for account, amount in item.charges:
                        charged[account] += amount
                await _book(conn, worker_id, charged)
                await self._totals.add(conn, new)
        return Applied(len(new), dict(charged))

    async def _known(self, conn: AsyncConnection, ids: list[str]) -> set[str]:
        found: set[str] = set()
        for at in range(0, len(ids), _LOOKUP):
            query = sa.select(requests.c.id).where(requests.c.id.in_(ids[at : at + _LOOKUP]))
            found.update((await conn.execute(query)).scalars())
        return found

    async def _insert(self, conn: AsyncConnection, new: Sequence[Settlement]) -> None:
        await conn.exec_driver_sql(self._request, [_request_row(item) for item in new])
        tried = [(item.id, number, *_attempt_row(a)) for item in new for number, a in enumerate(item.attempts)]
        if tried:
            await conn.exec_driver_sql(self._attempt, tried)
        booked = [
            (account, "charge", -amount, item.id, None, "", item.created_ms)
            for item in new
            for account, amount in item.charges
        ]
        if booked:
            await conn.exec_driver_sql(self._entry, booked)


def _insert(table: sa.Table, columns: list[str], dialect: Any) -> str:
    statement = sa.insert(table).values({name: sa.bindparam(name) for name in columns})
    return str(statement.compile(dialect=dialect))


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _request_row(item: Settlement) -> tuple[Any, ...]:
    usage = item.usage
    return (
        item.id,
        item.created_ms,
        item.user_id,
        item.token_id,
        item.group_name,
        item.format,
        item.model,
        item.upstream_model,
        item.channel_id,
        item.stream,
        item.status,
        item.error_code,
        item.rule,
        item.matched_ms,
        item.forwarded_ms,
        item.first_ms,
        item.duration_ms,
        usage.input_tokens,
        usage.cached_tokens,
        usage.output_tokens,
        _json(usage),
        item.charge_nano,
        item.price_id,
        item.multiplier_ppm,
        item.address,
        item.client,
        _json(item.dropped),
        len(item.attempts),
    )


def _attempt_row(attempt: Any) -> tuple[Any, ...]:
    return tuple(msgspec.structs.astuple(attempt))


async def _book(conn: AsyncConnection, worker_id: str, charged: dict[int, int]) -> None:
    """Takes the charges from the accounts, and from what the worker was granted of them."""
    for account, amount in sorted(charged.items()):
        await conn.execute(
            sa.update(accounts)
            .where(accounts.c.id == account)
            .values(balance_nano=accounts.c.balance_nano - amount, leased_nano=accounts.c.leased_nano - amount)
        )
        taken = await conn.execute(
            sa.update(leases)
            .where(leases.c.worker_id == worker_id, leases.c.account_id == account)
            .values(granted_nano=leases.c.granted_nano - amount)
        )
        if taken.rowcount == 0:
            row = {"worker_id": worker_id, "account_id": account, "granted_nano": -amount, "updated_ms": 0}
            await conn.execute(sa.insert(leases).values(row))


async def return_leases(conn: AsyncConnection, worker_id: str) -> None:
    """Gives back all that a worker holds, be it more or less than nothing."""
    held = (await conn.execute(sa.select(leases).where(leases.c.worker_id == worker_id))).all()
    for row in held:
        await conn.execute(
            sa.update(accounts)
            .where(accounts.c.id == row.account_id)
            .values(leased_nano=accounts.c.leased_nano - row.granted_nano)
        )
    await conn.execute(sa.delete(leases).where(leases.c.worker_id == worker_id))
