"""What every repository here shares: who acts, what can go wrong, and how a tracked row is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage.engine import bump
from sluice.storage.tables import audit

SECRETS = frozenset({"sealed_keys", "key_hash", "password_hash", "proxy_url"})
"""Columns whose values never reach the audit log; a proxy's address may hold a password."""

_BOOKKEEPING = frozenset({"created_ms", "updated_ms", "rev"})


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who changes something, from where and when. ``actor_id`` 0 is the command line or the config file."""

    now_ms: int
    actor_id: int = 0
    address: str = ""


@dataclass(slots=True, eq=False)
class NotFound(Exception):
    """There is no such row, or it was deleted."""

    kind: str
    id: int | str

    def __str__(self) -> str:
        return f"there is no {self.kind} {self.id}"


@dataclass(slots=True, eq=False)
class Conflict(Exception):
    """Another living row stands in the way; ``field`` names what clashes."""

    field: str
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(slots=True, eq=False)
class Unfit(Exception):
    """A value that cannot be stored because of what else is stored; ``field`` names it."""

    field: str
    message: str

    def __str__(self) -> str:
        return self.message


MOST = 2**31 - 1
_SMALL = frozenset({"priority", "weight", "requests_per_minute", "multiplier_ppm"})


async def note(conn: AsyncConnection, by: By, action: str, target: str, detail: Mapping[str, Any]) -> None:
    """Writes an audit row. ``detail`` holds no secrets."""
    await conn.execute(
        audit.insert().values(
            at_ms=by.now_ms,
            actor_id=by.actor_id,
            action=action,
            target=target,
            detail=dict(detail),
            address=by.address,
        )
    )


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in SECRETS | _BOOKKEEPING}


def new_id(result: sa.CursorResult[Any]) -> int:
    """The id an INSERT gave out."""
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


def _ensure_storable(values: Mapping[str, Any]) -> None:
    """The bounds of what the management API takes, for those who come by the command line or a file. Raises Unfit."""
    for field, value in values.items():
        if isinstance(value, int) and field in _SMALL and abs(value) > MOST:
            raise Unfit(field, f"must be between {-MOST} and {MOST}")
    name = values.get("name", "x")
    if not _is_plain(name, 128) or name != name.strip():
        raise Unfit("name", "must have 1 to 128 characters, none of control, and no space at either end")
    if not all(_is_plain(model, 256) for model in values.get("models") or ()):
        raise Unfit("models", "the name of a model must have 1 to 256 characters, none of control")


def _is_plain(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and not any(ord(char) < 32 or ord(char) == 127 for char in text)


async def insert(conn: AsyncConnection, table: sa.Table, kind: str, by: By, values: Mapping[str, Any]) -> int:
    """Inserts a tracked row and returns its id. Raises Unfit."""
    _ensure_storable(values)
    rev = await bump(conn)
    result = await conn.execute(table.insert().values(**values, created_ms=by.now_ms, updated_ms=by.now_ms, rev=rev))
    row_id = new_id(result)
    await note(conn, by, f"{kind}.create", f"{kind}:{row_id}", _shown(values))
    return row_id


async def change(
    conn: AsyncConnection, table: sa.Table, kind: str, row_id: int, by: By, values: Mapping[str, Any]
) -> None:
    """Changes columns of a living tracked row; what stays the same is left alone. Raises NotFound, Unfit."""
    old = await living(conn, table, kind, row_id)
    changed = {key: value for key, value in values.items() if old[key] != value}
    if not changed:
        return
    _ensure_storable(changed)
    rev = await bump(conn)
    await conn.execute(table.update().where(table.c.id == row_id).values(**changed, updated_ms=by.now_ms, rev=rev))
    detail: dict[str, Any] = {key: [old[key], value] for key, value in _shown(changed).items()}
    detail |= {key: "changed" for key in changed if key in SECRETS}
    await note(conn, by, f"{kind}.update", f"{kind}:{row_id}", detail)


async def bury(conn: AsyncConnection, table: sa.Table, kind: str, row_id: int, by: By) -> None:
    """Deletes a tracked row softly. Raises NotFound."""
    old = await living(conn, table, kind, row_id)
    rev = await bump(conn)
    await conn.execute(
        table.update().where(table.c.id == row_id).values(deleted_ms=by.now_ms, updated_ms=by.now_ms, rev=rev)
    )
    name = old.get("name", old.get("model"))
    await note(conn, by, f"{kind}.delete", f"{kind}:{row_id}", {"name": name})


async def living(conn: AsyncConnection, table: sa.Table, kind: str, row_id: int) -> Mapping[str, Any]:
    """The columns of a row that is not deleted. Raises NotFound."""
    found = await conn.execute(table.select().where(table.c.id == row_id, table.c.deleted_ms.is_(None)))
    row = found.mappings().first()
    if row is None:
        raise NotFound(kind, row_id)
    return dict(row)


async def ensure_unique(
    conn: AsyncConnection, table: sa.Table, kind: str, match: Mapping[str, Any], *, field: str, besides: int = 0
) -> None:
    """Raises Conflict on ``field`` when another living row matches.

    Taking the revision first makes writers wait for each other, so that two of them cannot both find the name free.
    """
    await bump(conn)
    where = [table.c[key] == value for key, value in match.items()]
    found = await conn.execute(
        sa.select(table.c.id).where(*where, table.c.deleted_ms.is_(None), table.c.id != besides).limit(1)
    )
    if found.first() is not None:
        raise Conflict(field, f"another {kind} is already called {match[field]!r}")
