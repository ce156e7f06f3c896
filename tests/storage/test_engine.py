"""A database that breaks off is away; one that refuses what it was asked is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from sluice.storage.engine import Database, DatabaseAway, open_database

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


_PRIORITY = """
import asyncio, os, sys, threading
from pathlib import Path
from sluice.storage.engine import open_database

async def main():
    db = await open_database(None, Path(sys.argv[1]))
    print(await db.write_at_once(lambda conn: os.getpriority(os.PRIO_PROCESS, threading.get_native_id())))
    await db.close()

os.nice(int(sys.argv[2]))
asyncio.run(main())
"""


async def _end_a_connection(db: Database) -> None:
    """As a restart of the server does."""
    async with db.write() as conn:
        mine = (await conn.execute(sa.text("SELECT pg_backend_pid()"))).scalar_one()
        async with db.read() as other:
            await other.execute(sa.text(f"SELECT pg_terminate_backend({mine})"))
        await conn.execute(sa.text("SELECT 1"))


async def _ask_nonsense(db: Database) -> None:
    async with db.read() as conn:
        await conn.execute(sa.text("SELECT * FROM no_such_table"))


@on_postgresql
async def test_a_connection_ended_by_the_operator_is_a_database_away(database: Database) -> None:
    with pytest.raises(DatabaseAway):
        await _end_a_connection(database)
    async with database.read() as conn:
        assert (await conn.execute(sa.text("SELECT 1"))).scalar_one() == 1


@on_postgresql
async def test_a_refused_statement_is_a_defect(database: Database) -> None:
    with pytest.raises(ProgrammingError, match="no_such_table"):
        await _ask_nonsense(database)


@pytest.mark.parametrize(
    "address",
    ["postgresql://u@db.invalid/x", "postgresql://u@/x?host=/nowhere", "postgresql://u@127.0.0.1:1/x"],
    ids=["no such name", "no such socket", "nobody listens"],
)
async def test_a_server_that_is_not_there_is_a_database_away(address: str, tmp_path: Path) -> None:
    db = await open_database(address, tmp_path)
    with pytest.raises(DatabaseAway):
        await _ask_nonsense(db)
    await db.close()


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has a priority of its own on Linux alone")
@pytest.mark.parametrize("nice", [3, 15])
def test_the_writer_goes_below_its_process_never_above(nice: int, tmp_path: Path) -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    command = [sys.executable, "-c", _PRIORITY, str(tmp_path), str(nice)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) == min(19, before + nice + 10)
