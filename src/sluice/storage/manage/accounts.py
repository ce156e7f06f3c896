"""Accounts hold money: a user's balance, a token's limit. Every movement is an entry, and the balance their sum."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.base.money import MAX_NANO, Nano
from sluice.storage.engine import bump
from sluice.storage.manage.common import By, NotFound, Unfit, new_id
from sluice.storage.manage.paging import Page, PageRequest, fetch_page
from sluice.storage.tables import accounts, entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """``deposited_nano`` is all that was paid in; the difference to the balance was spent."""

    id: int
    kind: str
    balance_nano: Nano
    deposited_nano: Nano

    @property
    def spent_nano(self) -> Nano:
        """All charges so far."""
        return self.deposited_nano - self.balance_nano


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One movement of money; a charge sums up the ``requests`` of an hour, which begins at ``created_ms``."""

    id: int
    account_id: int
    kind: str
    amount_nano: Nano
    requests: int
    actor_id: int | None
    remark: str
    created_ms: int


async def open_account(conn: AsyncConnection, by: By, kind: str, amount: Nano) -> int:
    """A new account (``kind`` user or token) with an opening entry. Returns its id."""
    rev = await bump(conn)
    result = await conn.execute(
        accounts.insert().values(
            kind=kind, balance_nano=amount, deposited_nano=amount, leased_nano=0, created_ms=by.now_ms, rev=rev
        )
    )
    account_id = new_id(result)
    await _enter(conn, by, account_id, "opening", amount, "")
    return account_id


async def get(conn: AsyncConnection, account_id: int) -> Account:
    """Raises NotFound."""
    columns = (accounts.c.id, accounts.c.kind, accounts.c.balance_nano, accounts.c.deposited_nano)
    row = (await conn.execute(sa.select(*columns).where(accounts.c.id == account_id))).mappings().first()
    if row is None:
        raise NotFound("account", account_id)
    return Account(**row)


async def totals(conn: AsyncConnection, account_id: int) -> tuple[Nano, Nano]:
    """(left, spent so far). Raises NotFound."""
    account = await get(conn, account_id)
    return account.balance_nano, account.spent_nano


async def adjust(conn: AsyncConnection, by: By, account_id: int, amount: Nano, remark: str = "") -> Account:
    """Adds ``amount`` (negative: takes) to the balance. Raises NotFound, Unfit when the sum leaves 64 bits."""
    rev = await bump(conn)
    before = await get(conn, account_id)
    if max(abs(before.balance_nano + amount), abs(before.deposited_nano + amount)) > MAX_NANO:
        raise Unfit("amount_usd", "the balance would be larger than can be kept")
    await conn.execute(
        accounts.update()
        .where(accounts.c.id == account_id)
        .values(
            balance_nano=accounts.c.balance_nano + amount,
            deposited_nano=accounts.c.deposited_nano + amount,
            rev=rev,
        )
    )
    await _enter(conn, by, account_id, "adjust", amount, remark)
    return await get(conn, account_id)


async def set_balance(conn: AsyncConnection, by: By, account_id: int, balance: Nano, remark: str = "") -> Account:
    """Makes the balance what it is told to be now; charges not yet applied still come off it. Raises as ``adjust``."""
    await _hold(conn, account_id)
    before = await get(conn, account_id)
    return await adjust(conn, by, account_id, balance - before.balance_nano, remark)


async def set_deposited(conn: AsyncConnection, by: By, account_id: int, limit: Nano, remark: str = "") -> Account:
    """Makes the sum of what was paid in ``limit``: what was spent stays spent. Doing it twice changes nothing."""
    await _hold(conn, account_id)
    before = await get(conn, account_id)
    if before.deposited_nano == limit:
        return before
    return await adjust(conn, by, account_id, limit - before.deposited_nano, remark)


async def list_entries(conn: AsyncConnection, account_id: int, page: PageRequest) -> Page[Entry]:
    """The movements of one account. Raises BadCursor, BadSort."""
    query = sa.select(*entries.c).where(entries.c.account_id == account_id)
    return await fetch_page(conn, query, page, id_column=entries.c.id, sorts={}, make=_entry)


def _entry(row: sa.RowMapping) -> Entry:
    return Entry(**{column.name: row[column.name] for column in entries.c})


async def _hold(conn: AsyncConnection, account_id: int) -> None:
    """Keeps others from changing the balance until this transaction ends (SQLite has one writer anyway).

    The revision is taken first, as everywhere: two who took both in another order would wait for each other.
    """
    await bump(conn)
    await conn.execute(sa.select(accounts.c.id).where(accounts.c.id == account_id).with_for_update())


async def _enter(conn: AsyncConnection, by: By, account_id: int, kind: str, amount: Nano, remark: str) -> None:
    await conn.execute(
        entries.insert().values(
            account_id=account_id,
            kind=kind,
            amount_nano=amount,
            actor_id=by.actor_id,
            remark=remark,
            created_ms=by.now_ms,
        )
    )
