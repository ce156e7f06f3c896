"""Databases of every earlier version, with rows in every table, become this version's; those of later ones stay as
they are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from sluice.storage.engine import open_database
from sluice.storage.migrate import NewerDatabase, _config, migrate
from sluice.storage.tables import metadata

HEAD, *EARLIER = [found.revision for found in ScriptDirectory.from_config(_config()).walk_revisions()]
MOVED = {"entries", "usage_totals", "channels"}
"""Tables whose rows a migration makes anew, or moves; tests of their own look at what becomes of them."""


def _to(connection: sa.Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _value(column: sa.Column[Any], numbers: Iterator[int]) -> Any:
    """Something that column takes: distinct where it can be."""
    kind = column.type
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.JSON):
        return []
    if isinstance(kind, sa.LargeBinary):
        return b"%d" % next(numbers)
    return next(numbers) if isinstance(kind, sa.Integer) else f"text {next(numbers)}"


def _fill(connection: sa.Connection) -> dict[str, set[tuple[Any, ...]]]:
    """A row in every table; the primary keys of all rows there are."""
    numbers, reflected = count(1000), sa.MetaData()
    reflected.reflect(connection)
    for table in reflected.sorted_tables:
        if table.name in ("alembic_version", "revision", "forgotten"):
            continue  # these have one row, which is there
        row = {}
        for column in table.columns:
            pointed = next(iter(column.foreign_keys), None)
            row[column.name] = (
                connection.execute(sa.select(sa.func.max(pointed.column))).scalar_one()
                if pointed is not None
                else _value(column, numbers)
            )
        connection.execute(sa.insert(table).values(row))
    return _keys(connection, reflected)


def _keys(connection: sa.Connection, reflected: sa.MetaData) -> dict[str, set[tuple[Any, ...]]]:
    return {
        table.name: {tuple(row) for row in connection.execute(sa.select(*table.primary_key.columns))}
        for table in reflected.sorted_tables
        if table.name not in MOVED | {"alembic_version"}
    }


def _differences(connection: sa.Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


@pytest.mark.parametrize("revision", EARLIER)
async def test_every_earlier_database_keeps_its_rows(database_url: str | None, tmp_path: Path, revision: str) -> None:
    db = await open_database(database_url, tmp_path / "data")
    async with db.write() as conn:
        await conn.run_sync(_to, revision)
        before = await conn.run_sync(_fill)
    await migrate(db)
    await migrate(db)
    async with db.read() as conn:
        after = await conn.run_sync(_keys, metadata)
        assert await conn.run_sync(_differences) == []
    await db.close()
    assert {name: keys - after.get(name, set()) for name, keys in before.items()} == {name: set() for name in before}


async def test_a_database_of_a_later_version_is_left_alone(database_url: str | None, tmp_path: Path) -> None:
    db = await open_database(database_url, tmp_path / "data")
    await migrate(db)
    async with db.write() as conn:
        await conn.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerDatabase, match="9999, which this version does not know: upgrade Sluice"):
        await migrate(db)
    async with db.read() as conn:
        assert (await conn.execute(sa.text("SELECT version_num FROM alembic_version"))).scalar_one() == "9999"
    await db.close()
