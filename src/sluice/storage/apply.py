"""Brings settlements from the journal into the database: in batches, each once, whatever is replayed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.accounting.settlement import Settlement
from sluice.base.ids import request_id_bound
from sluice.storage.bulk import BulkInsert, Prepared
from sluice.storage.engine import Database
from sluice.storage.entries import ChargeBook
from sluice.storage.key_marks import note_marks
from sluice.storage.misfit import is_misfit, set_aside, why
from sluice.storage.tables import accounts, attempts, forgotten, leases, requests
from sluice.storage.usage_totals import Totalizer

_REQUEST_COLUMNS = [column.name for column in requests.columns]
_ATTEMPT_COLUMNS = [column.name for column in attempts.columns]
_FORGOTTEN = "the log no longer reaches back to it: it may have been charged before"


@dataclass(frozen=True, slots=True)
class Applied:
    """What a batch did: how many settlements were new, and what they took from each account."""

    new: int
    charged: dict[int, int]

    def and_then(self, more: Applied) -> Applied:
        """Both together."""
        charged = defaultdict(int, self.charged)
        for account, amount in more.charged.items():
            charged[account] += amount
        return Applied(self.new + more.new, dict(charged))


class Applier:
    """Applies batches to one database; ``folder`` gets what the database cannot hold (misfit.py)."""

    def __init__(self, db: Database, folder: Path) -> None:
        self._db = db
        self._folder = folder
        dialect = db.engine.dialect
        self._requests = BulkInsert(requests, _REQUEST_COLUMNS, dialect)
        self._attempts = BulkInsert(attempts, _ATTEMPT_COLUMNS, dialect)
        self._take = Prepared(_TAKE, dialect)
        self._take_granted = Prepared(_TAKE_GRANTED, dialect)
        self._entries = ChargeBook(dialect)
        self._totals = Totalizer(dialect)

    async def apply(self, worker_id: str, batch: Sequence[Settlement], *, old: bool = False) -> Applied:
        """Applies a worker's settlements, in one transaction unless one of them does not fit. Raises DatabaseAway.

        ``old``: they come from a file and may have been applied so long ago that their requests were pruned since.
        """
        try:
            return await self._whole(worker_id, batch, old)
        except Exception as error:
            if not is_misfit(error):
                raise
            if len(batch) == 1:
                set_aside(self._folder, batch[0], why(error))
                return Applied(0, {})
        # One of them does not fit: each half for itself, until it stands alone.
        middle = len(batch) // 2
        first = await self.apply(worker_id, batch[:middle], old=old)
        second = await self.apply(worker_id, batch[middle:], old=old)
        return first.and_then(second)

    async def _whole(self, worker_id: str, batch: Sequence[Settlement], old: bool) -> Applied:
        doubtful: list[Settlement] = []

        def work(conn: sa.Connection) -> Applied:
            doubtful.clear()
            new = {item.id: item for item in batch}
            for known in _known(conn, list(new)):
                del new[known]
            # Asked after the requests: those that are forgotten in between were known.
            bound = _forgotten_below(conn) if old else ""
            for unknowable in [key for key in new if key < bound]:
                doubtful.append(new.pop(unknowable))
            return self._apply(conn, worker_id, list(new.values()))

        applied = await self._db.write_at_once(work)
        for item in doubtful:
            set_aside(self._folder, item, _FORGOTTEN)
        return applied

    def _apply(self, conn: sa.Connection, worker_id: str, items: Sequence[Settlement]) -> Applied:
        self._requests.insert(conn, [_request_row(item) for item in items])
        self._attempts.insert(conn, _attempt_rows(items))
        charged = self._entries.add(conn, items)
        self._book(conn, worker_id, charged)
        self._totals.add(conn, items)
        note_marks(conn, items)
        return Applied(len(items), charged)

    def _book(self, conn: sa.Connection, worker_id: str, charged: dict[int, int]) -> None:
        """Takes the charges from the accounts, and from what the worker was granted of them."""
        for account, amount in sorted(charged.items()):
            self._take.run(conn, account=account, amount=amount)
            if self._take_granted.run(conn, worker=worker_id, account=account, amount=amount).rowcount == 0:
                row = {"worker_id": worker_id, "account_id": account, "granted_nano": -amount, "updated_ms": 0}
                conn.execute(sa.insert(leases).values(row))


def _known(conn: sa.Connection, ids: list[str]) -> set[str]:
    """Which of the requests were applied before."""
    if conn.dialect.name == "sqlite":
        # One parameter: the library takes longer to spell out a list than the database to look it up.
        query = "SELECT id FROM requests WHERE id IN (SELECT value FROM json_each(?))"
        return set(conn.exec_driver_sql(query, (_encode(ids).decode(),)).scalars())
    listed = requests.c.id == sa.any_(sa.bindparam("ids", ids))
    return set(conn.execute(sa.select(requests.c.id).where(listed)).scalars())


def _forgotten_below(conn: sa.Connection) -> str:
    """The request id from which on the log is whole."""
    return request_id_bound(conn.execute(sa.select(forgotten.c.before_ms)).scalar_one())


_encode = msgspec.json.Encoder().encode


@lru_cache(maxsize=256)
def _listed(values: tuple[Any, ...]) -> str:
    """As a list in JSON: what requests leave out and why their channels were chosen is mostly the same."""
    return _encode(values).decode()


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
        _encode(usage).decode(),
        item.charge_nano,
        item.price_id,
        item.multiplier_ppm,
        item.address,
        item.client,
        _listed(item.dropped),
        len(item.attempts),
    )


def _attempt_rows(items: Sequence[Settlement]) -> list[tuple[Any, ...]]:
    return [
        (
            item.id,
            number,
            one.channel_id,
            one.started_ms,
            one.head_ms,
            one.duration_ms,
            one.status,
            one.outcome,
            one.message,
            one.key_id,
            _listed(one.choice),
        )
        for item in items
        for number, one in enumerate(item.attempts)
    ]


_TAKE = (
    sa.update(accounts)
    .where(accounts.c.id == sa.bindparam("account"))
    .values(
        balance_nano=accounts.c.balance_nano - sa.bindparam("amount"),
        leased_nano=accounts.c.leased_nano - sa.bindparam("amount"),
    )
)
_TAKE_GRANTED = (
    sa.update(leases)
    .where(leases.c.worker_id == sa.bindparam("worker"), leases.c.account_id == sa.bindparam("account"))
    .values(granted_nano=leases.c.granted_nano - sa.bindparam("amount"))
)


async def return_leases(conn: AsyncConnection, worker_id: str) -> None:
    """Gives back all that a worker holds, be it more or less than nothing; once, however many do it at a time."""
    mine = sa.delete(leases).where(leases.c.worker_id == worker_id)
    held = (await conn.execute(mine.returning(leases.c.account_id, leases.c.granted_nano))).all()
    for account, granted in sorted((row.account_id, row.granted_nano) for row in held):
        await conn.execute(
            sa.update(accounts).where(accounts.c.id == account).values(leased_nano=accounts.c.leased_nano - granted)
        )
