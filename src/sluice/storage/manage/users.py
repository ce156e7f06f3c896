"""Users: who they are, what they may do, what money they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.base.money import Nano
from sluice.storage.engine import bump
from sluice.storage.manage import accounts as money
from sluice.storage.manage.common import (
    By,
    Conflict,
    NotFound,
    bury,
    change,
    ensure_unique,
    insert,
    living,
    note,
)
from sluice.storage.manage.groups import ensure_known
from sluice.storage.manage.paging import Page, PageRequest, fetch_page, name_contains
from sluice.storage.tables import accounts, sessions, tokens, users

ROOT, ADMIN, USER = "root", "admin", "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord:
    """``has_password`` tells whether the user can sign in; the hash itself comes only from ``credentials``."""

    id: int
    name: str
    role: str
    status: str
    group_name: str
    account_id: int
    remark: str
    created_ms: int
    updated_ms: int
    rev: int
    has_password: bool
    balance_nano: Nano
    deposited_nano: Nano


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """What a user begins with; ``balance_nano`` becomes the opening entry."""

    name: str
    password_hash: str | None = None
    role: str = USER
    status: str = "enabled"
    group_name: str = "default"
    balance_nano: Nano = 0
    remark: str = ""


_FIELDS = tuple(UserRecord.__dataclass_fields__)
_OWN = tuple(name for name in _FIELDS if name in users.c)
_QUERY = (
    sa.select(
        *(users.c[name] for name in _OWN),
        users.c.password_hash.is_not(None).label("has_password"),
        accounts.c.balance_nano,
        accounts.c.deposited_nano,
    )
    .join_from(users, accounts, accounts.c.id == users.c.account_id)
    .where(users.c.deleted_ms.is_(None))
)
_SORTS: Mapping[str, sa.ColumnElement[Any]] = {
    "name": users.c.name,
    "role": users.c.role,
    "group": users.c.group_name,
    "balance": accounts.c.balance_nano,
    "created": users.c.created_ms,
}


def _record(row: sa.RowMapping) -> UserRecord:
    return UserRecord(**{name: row[name] for name in _FIELDS})


async def list_users(
    conn: AsyncConnection,
    page: PageRequest,
    *,
    search: str | None = None,
    role: str | None = None,
    status: str | None = None,
    group: str | None = None,
) -> Page[UserRecord]:
    """The living users. Raises BadCursor, BadSort."""
    query = _QUERY
    if search:
        query = query.where(name_contains(users.c.name, search))
    for column, value in ((users.c.role, role), (users.c.status, status), (users.c.group_name, group)):
        if value is not None:
            query = query.where(column == value)
    return await fetch_page(conn, query, page, id_column=users.c.id, sorts=_SORTS, make=_record)


async def get(conn: AsyncConnection, user_id: int) -> UserRecord:
    """Raises NotFound."""
    row = (await conn.execute(_QUERY.where(users.c.id == user_id))).mappings().first()
    if row is None:
        raise NotFound("user", user_id)
    return _record(row)


async def find(conn: AsyncConnection, name: str) -> UserRecord | None:
    """The living user of that name."""
    row = (await conn.execute(_QUERY.where(users.c.name == name))).mappings().first()
    return _record(row) if row else None


async def credentials(conn: AsyncConnection, name: str) -> tuple[int, str | None] | None:
    """(id, password hash) of a living, enabled user, for signing in."""
    where = (users.c.name == name, users.c.deleted_ms.is_(None), users.c.status == "enabled")
    row = (await conn.execute(sa.select(users.c.id, users.c.password_hash).where(*where))).first()
    return (row.id, row.password_hash) if row else None


async def create(conn: AsyncConnection, by: By, new: NewUser) -> int:
    """A new user with an account of its own. Raises Conflict when the name is taken, Unfit for an unknown group."""
    await ensure_unique(conn, users, "user", {"name": new.name}, field="name")
    await ensure_known(conn, [new.group_name], "group")
    account_id = await money.open_account(conn, by, "user", new.balance_nano)
    values = {
        "name": new.name,
        "password_hash": new.password_hash,
        "role": new.role,
        "status": new.status,
        "group_name": new.group_name,
        "account_id": account_id,
        "remark": new.remark,
    }
    return await insert(conn, users, "user", by, values)


async def update(conn: AsyncConnection, by: By, user_id: int, values: Mapping[str, Any]) -> None:
    """Changes name, role, status, group_name or remark. A user who is disabled is signed out.

    Raises NotFound, Conflict when the name is taken or no enabled root would be left, Unfit for an unknown group.
    """
    old = await living(conn, users, "user", user_id)
    if "name" in values:
        await ensure_unique(conn, users, "user", {"name": values["name"]}, field="name", besides=user_id)
    if "group_name" in values:
        await ensure_known(conn, [values["group_name"]], "group")
    role, status = values.get("role", old["role"]), values.get("status", old["status"])
    if (role, status) != (ROOT, "enabled"):
        await _ensure_other_root(conn, user_id, "role" if role != ROOT else "status")
    await change(conn, users, "user", user_id, by, values)
    if status != "enabled":
        await conn.execute(sessions.delete().where(sessions.c.user_id == user_id))


async def set_password(
    conn: AsyncConnection, by: By, user_id: int, password_hash: str, *, keep_session: bytes | None = None
) -> None:
    """Changes the password and ends the user's sessions but the one named. Raises NotFound."""
    await change(conn, users, "user", user_id, by, {"password_hash": password_hash})
    where = [sessions.c.user_id == user_id]
    if keep_session is not None:
        where.append(sessions.c.id_hash != keep_session)
    await conn.execute(sessions.delete().where(*where))


async def delete(conn: AsyncConnection, by: By, user_id: int) -> None:
    """Deletes a user with its tokens and sessions; its account and its logs stay.

    Raises NotFound, Conflict when no enabled root would be left.
    """
    await living(conn, users, "user", user_id)
    await _ensure_other_root(conn, user_id, "role")
    owned = await conn.execute(sa.select(tokens.c.id).where(tokens.c.user_id == user_id, tokens.c.deleted_ms.is_(None)))
    for token_id in [row.id for row in owned]:
        await bury(conn, tokens, "token", token_id, by)
    await conn.execute(sessions.delete().where(sessions.c.user_id == user_id))
    await bury(conn, users, "user", user_id, by)


async def set_balance(conn: AsyncConnection, by: By, user_id: int, balance: Nano, remark: str = "") -> money.Account:
    """Makes the balance what it is told to be. Raises NotFound, Unfit."""
    user = await get(conn, user_id)
    account = await money.set_balance(conn, by, user.account_id, balance, remark)
    await _note_balance(conn, by, user, account, remark)
    return account


async def adjust_balance(conn: AsyncConnection, by: By, user_id: int, amount: Nano, remark: str = "") -> money.Account:
    """Adds to the balance, or takes from it. Raises NotFound, Unfit."""
    user = await get(conn, user_id)
    account = await money.adjust(conn, by, user.account_id, amount, remark)
    await _note_balance(conn, by, user, account, remark)
    return account


async def _note_balance(conn: AsyncConnection, by: By, user: UserRecord, account: money.Account, remark: str) -> None:
    detail = {"balance_nano": [user.balance_nano, account.balance_nano], "remark": remark}
    await note(conn, by, "user.balance", f"user:{user.id}", detail)


async def _ensure_other_root(conn: AsyncConnection, user_id: int, field: str) -> None:
    """Raises Conflict for the last enabled root. The revision is taken first, so that two roots leave one by one."""
    await bump(conn)
    roots = await conn.execute(
        sa.select(users.c.id).where(users.c.role == ROOT, users.c.status == "enabled", users.c.deleted_ms.is_(None))
    )
    if {row.id for row in roots} == {user_id}:
        raise Conflict(field, "the last root user cannot be removed, disabled or given another role")
