"""Tokens: clients' credentials. Only the hash of a key is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.base.money import Nano
from sluice.storage.manage import accounts as money
from sluice.storage.manage.common import By, Conflict, NotFound, bury, change, ensure_unique, insert, note
from sluice.storage.manage.paging import Page, PageRequest, fetch_page, name_contains
from sluice.storage.tables import accounts, tokens, users


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """``limit_nano`` is all the token may ever spend, ``balance_nano`` what is left of it; None without a limit."""

    id: int
    user_id: int
    user_name: str
    name: str
    scope: str
    key_hint: str
    status: str
    models: tuple[str, ...] | None
    addresses: tuple[str, ...] | None
    requests_per_minute: int | None
    expires_ms: int | None
    account_id: int | None
    always_usage: bool
    created_ms: int
    updated_ms: int
    rev: int
    limit_nano: Nano | None
    balance_nano: Nano | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """``key_hash`` is the SHA-256 of the key without ``sk-``; ``limit_nano`` opens an account of the token's own."""

    user_id: int
    name: str
    key_hash: bytes = field(repr=False)
    key_hint: str
    scope: str = "relay"
    status: str = "enabled"
    models: Sequence[str] | None = None
    addresses: Sequence[str] | None = None
    requests_per_minute: int | None = None
    expires_ms: int | None = None
    limit_nano: Nano | None = None
    always_usage: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A management token and its user, as far as the management API must know them."""

    token_id: int
    scope: str
    addresses: tuple[str, ...] | None
    user_id: int


_FIELDS = tuple(TokenRecord.__dataclass_fields__)
_COMPUTED = {"user_name", "limit_nano", "balance_nano"}
_QUERY = (
    sa.select(
        *(tokens.c[name] for name in _FIELDS if name not in _COMPUTED),
        users.c.name.label("user_name"),
        accounts.c.deposited_nano.label("limit_nano"),
        accounts.c.balance_nano,
        accounts.c.rev.label("limit_rev"),
    )
    .select_from(
        tokens.join(users, users.c.id == tokens.c.user_id).outerjoin(accounts, accounts.c.id == tokens.c.account_id)
    )
    .where(tokens.c.deleted_ms.is_(None))
)
_SORTS: Mapping[str, sa.ColumnElement[Any]] = {
    "name": tokens.c.name,
    "user": users.c.name,
    "status": tokens.c.status,
    "created": tokens.c.created_ms,
}


def _record(row: sa.RowMapping) -> TokenRecord:
    values = {name: row[name] for name in _FIELDS}
    values["rev"] = max(row["rev"], row["limit_rev"] or 0)  # the limit lies in the account
    for name in ("models", "addresses"):
        if values[name] is not None:
            values[name] = tuple(values[name])
    return TokenRecord(**values)


async def list_tokens(
    conn: AsyncConnection,
    page: PageRequest,
    *,
    user_id: int | None = None,
    search: str | None = None,
    status: str | None = None,
    scope: str | None = None,
) -> Page[TokenRecord]:
    """The living tokens. Raises BadCursor, BadSort."""
    query = _QUERY
    if user_id is not None:
        query = query.where(tokens.c.user_id == user_id)
    if search:
        query = query.where(name_contains(tokens.c.name, search))
    if status is not None:
        query = query.where(tokens.c.status == status)
    if scope is not None:
        query = query.where(tokens.c.scope == scope)
    return await fetch_page(conn, query, page, id_column=tokens.c.id, sorts=_SORTS, make=_record)


async def get(conn: AsyncConnection, token_id: int) -> TokenRecord:
    """Raises NotFound."""
    row = (await conn.execute(_QUERY.where(tokens.c.id == token_id))).mappings().first()
    if row is None:
        raise NotFound("token", token_id)
    return _record(row)


async def find(conn: AsyncConnection, user_id: int, name: str) -> TokenRecord | None:
    """The user's living token of that name."""
    where = (tokens.c.user_id == user_id, tokens.c.name == name)
    row = (await conn.execute(_QUERY.where(*where))).mappings().first()
    return _record(row) if row else None


async def find_bearer(conn: AsyncConnection, key_hash: bytes, now_ms: int) -> Bearer | None:
    """The living, enabled, unexpired token of that hash."""
    where = (
        tokens.c.key_hash == key_hash,
        tokens.c.deleted_ms.is_(None),
        tokens.c.status == "enabled",
        sa.or_(tokens.c.expires_ms.is_(None), tokens.c.expires_ms > now_ms),
    )
    columns = (tokens.c.id, tokens.c.scope, tokens.c.addresses, tokens.c.user_id)
    row = (await conn.execute(sa.select(*columns).where(*where))).first()
    if row is None:
        return None
    addresses = None if row.addresses is None else tuple(row.addresses)
    return Bearer(token_id=row.id, scope=row.scope, addresses=addresses, user_id=row.user_id)


async def create(conn: AsyncConnection, by: By, new: NewToken) -> int:
    """A new token. Raises NotFound for the user, Conflict when the name or the key is taken."""
    owner = await conn.scalar(sa.select(users.c.id).where(users.c.id == new.user_id, users.c.deleted_ms.is_(None)))
    if owner is None:
        raise NotFound("user", new.user_id)
    await ensure_unique(conn, tokens, "token", {"user_id": new.user_id, "name": new.name}, field="name")
    await _free_key(conn, new)
    account_id = None
    if new.limit_nano is not None:
        account_id = await money.open_account(conn, by, "token", new.limit_nano)
    values = {name: getattr(new, name) for name in NewToken.__dataclass_fields__ if name != "limit_nano"}
    return await insert(conn, tokens, "token", by, _plain(values) | {"account_id": account_id})


async def _free_key(conn: AsyncConnection, new: NewToken) -> None:
    """Lets a user's withdrawn key be given to that user again (a config file applied anew), but to nobody else."""
    columns = (tokens.c.id, tokens.c.user_id, tokens.c.deleted_ms)
    holder = (await conn.execute(sa.select(*columns).where(tokens.c.key_hash == new.key_hash))).first()
    if holder is None:
        return
    if holder.deleted_ms is None or holder.user_id != new.user_id:
        raise Conflict("key", "this key was given out before")
    tombstone = hashlib.sha256(b"withdrawn %d" % holder.id).digest()
    await conn.execute(tokens.update().where(tokens.c.id == holder.id).values(key_hash=tombstone))


async def update(conn: AsyncConnection, by: By, token_id: int, values: Mapping[str, Any]) -> None:
    """Changes columns. ``limit_nano`` sets the limit as a whole: what was spent stays spent; None lifts it.

    Raises NotFound, Conflict when the user has another token of that name.
    """
    token = await get(conn, token_id)
    columns = _plain(values)
    if "name" in columns:
        match = {"user_id": token.user_id, "name": columns["name"]}
        await ensure_unique(conn, tokens, "token", {**match}, field="name", besides=token_id)
    if "limit_nano" in columns:
        limit = columns.pop("limit_nano")
        if limit != token.limit_nano:
            columns["account_id"] = await _limit(conn, by, token, limit)
    await change(conn, tokens, "token", token_id, by, columns)


async def _limit(conn: AsyncConnection, by: By, token: TokenRecord, limit: Nano | None) -> int | None:
    """Changes the limit and returns the account it is kept in."""
    account_id = token.account_id
    if limit is None:
        account_id = None
    elif account_id is None:
        account_id = await money.open_account(conn, by, "token", limit)
    else:
        await money.set_deposited(conn, by, account_id, limit)
    await note(conn, by, "token.limit", f"token:{token.id}", {"limit_nano": [token.limit_nano, limit]})
    return account_id


async def delete(conn: AsyncConnection, by: By, token_id: int) -> None:
    """Raises NotFound."""
    await bury(conn, tokens, "token", token_id, by)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    plain = dict(values)
    for name in ("models", "addresses"):
        if plain.get(name) is not None:
            plain[name] = list(dict.fromkeys(plain[name]))
    return plain
