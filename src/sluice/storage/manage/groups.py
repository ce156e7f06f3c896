"""Groups: which users may use which channels, and at what price multiplier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage.manage.common import By, Conflict, NotFound, Unfit, bury, change, ensure_unique, insert
from sluice.storage.manage.paging import Page, PageRequest, fetch_page
from sluice.storage.tables import channels, groups, users

DEFAULT = "default"
"""The group that always exists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRecord:
    """``multiplier_ppm`` multiplies every price, in millionths."""

    id: int
    name: str
    multiplier_ppm: int
    remark: str
    created_ms: int
    updated_ms: int
    rev: int


_FIELDS = tuple(GroupRecord.__dataclass_fields__)
_QUERY = sa.select(*(groups.c[name] for name in _FIELDS)).where(groups.c.deleted_ms.is_(None))


def _record(row: sa.RowMapping) -> GroupRecord:
    return GroupRecord(**{name: row[name] for name in _FIELDS})


async def list_groups(conn: AsyncConnection, page: PageRequest) -> Page[GroupRecord]:
    """The living groups. Raises BadCursor, BadSort."""
    sorts = {"name": groups.c.name, "multiplier": groups.c.multiplier_ppm}
    return await fetch_page(conn, _QUERY, page, id_column=groups.c.id, sorts=sorts, make=_record)


async def get(conn: AsyncConnection, group_id: int) -> GroupRecord:
    """Raises NotFound."""
    row = (await conn.execute(_QUERY.where(groups.c.id == group_id))).mappings().first()
    if row is None:
        raise NotFound("group", group_id)
    return _record(row)


async def find(conn: AsyncConnection, name: str) -> GroupRecord | None:
    """The living group of that name."""
    row = (await conn.execute(_QUERY.where(groups.c.name == name))).mappings().first()
    return _record(row) if row else None


async def ensure_known(conn: AsyncConnection, names: Iterable[str], field: str) -> None:
    """Raises Unfit on ``field`` when a name is not that of a living group."""
    wanted = set(names)
    found = await conn.execute(sa.select(groups.c.name).where(groups.c.name.in_(wanted), groups.c.deleted_ms.is_(None)))
    missing = sorted(wanted - {row.name for row in found})
    if missing:
        raise Unfit(field, f"there is no group {missing[0]!r}")


async def create(conn: AsyncConnection, by: By, *, name: str, multiplier_ppm: int, remark: str = "") -> int:
    """A new group. Raises Conflict when the name is taken."""
    await ensure_unique(conn, groups, "group", {"name": name}, field="name")
    values = {"name": name, "multiplier_ppm": multiplier_ppm, "remark": remark}
    return await insert(conn, groups, "group", by, values)


async def update(conn: AsyncConnection, by: By, group_id: int, values: Mapping[str, Any]) -> None:
    """Changes multiplier or remark; the name is what users and channels refer to, and stays. Raises NotFound."""
    await change(conn, groups, "group", group_id, by, values)


async def delete(conn: AsyncConnection, by: By, group_id: int) -> None:
    """Deletes a group nobody uses. Raises NotFound, Conflict."""
    group = await get(conn, group_id)
    if group.name == DEFAULT:
        raise Conflict("name", "the group 'default' cannot be deleted")
    used = await conn.scalar(
        sa.select(sa.func.count()).where(users.c.group_name == group.name, users.c.deleted_ms.is_(None))
    )
    if used:
        raise Conflict("name", f"{used} users are in the group {group.name!r}")
    found = await conn.execute(sa.select(channels.c.name, channels.c.groups).where(channels.c.deleted_ms.is_(None)))
    for row in found:
        if group.name in row.groups:
            raise Conflict("name", f"the channel {row.name!r} serves the group {group.name!r}")
    await bury(conn, groups, "group", group_id, by)
