"""What the database is, how large, and how much is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage.tables import channels, prices, tokens, users

_COUNTED = (channels, tokens, users, prices)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """``counts`` are the living rows of the tables that are not logs."""

    version: str
    size_bytes: int
    counts: Mapping[str, int]


async def describe(conn: AsyncConnection) -> About:
    """What the database says of itself."""
    if conn.dialect.name == "postgresql":
        version = str(await conn.scalar(sa.text("SHOW server_version")))
        size = await conn.scalar(sa.text("SELECT pg_database_size(current_database())"))
    else:
        version = str(await conn.scalar(sa.text("SELECT sqlite_version()")))
        size = await conn.scalar(sa.text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"))
    counts = {}
    for table in _COUNTED:
        living = sa.select(sa.func.count()).select_from(table).where(table.c.deleted_ms.is_(None))
        counts[table.name] = int(await conn.scalar(living) or 0)
    return About(version=version, size_bytes=int(size or 0), counts=counts)
