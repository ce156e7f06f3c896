"""Brings a database to the schema of this version, one process at a time."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from sluice.storage.engine import Database, DatabaseAway
from sluice.storage.folder import private_file

_LOCK_KEY = 0x51_1C_E0


class NewerDatabase(Exception):
    """The database was written by a newer version of Sluice."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _upgrade(connection: Connection) -> None:
    config = _config()
    script = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise NewerDatabase(f"the database is at revision {current}, which this version does not know: upgrade Sluice")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def migrate(db: Database) -> None:
    """Creates or upgrades the schema and its first rows. Raises NewerDatabase, DatabaseAway."""
    if db.path is not None:
        lock = db.path.with_suffix(".lock")
        async with _file_lock(lock), db.write() as conn:
            await conn.run_sync(_upgrade)
        return
    async with db.write() as conn:
        await conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_KEY)))
        await conn.run_sync(_upgrade)


@asynccontextmanager
async def _file_lock(path: Path) -> AsyncIterator[None]:
    with _opened(path) as number:
        await asyncio.to_thread(fcntl.flock, number, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    private_file(path)
    with path.open("a") as file:
        yield file.fileno()


__all__ = ["DatabaseAway", "NewerDatabase", "migrate"]
