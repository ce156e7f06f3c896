"""The database behind one interface: SQLite in the data directory, or PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from sluice.storage.folder import private_file
from sluice.storage.tables import revision

T = TypeVar("T")

NOTIFY_CHANNEL = "sluice_revision"
_BUSY_MS = 10_000
_NICE = 10
_LEAST = 19


class DatabaseAway(Exception):
    """The database did not answer, or broke off."""


class Database:
    """Connections to one database. Writes of one process take turns; on SQLite across processes too."""

    def __init__(self, engine: AsyncEngine, url: str, path: Path | None) -> None:
        self.engine = engine
        self.url = url
        self.path = path
        self.dialect = engine.dialect.name
        self._turn = asyncio.Lock()
        self._direct: sa.Engine | None = None
        self._thread: ThreadPoolExecutor | None = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading. Raises DatabaseAway."""
        try:
            async with self.engine.connect() as conn:
                yield conn
        except (DBAPIError, OSError) as error:
            _raise_if_away(error)
            raise

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end of the block, rolled back on an exception. Raises DatabaseAway."""
        try:
            if self.dialect == "sqlite":
                async with self._turn, self.engine.connect() as conn:
                    await conn.exec_driver_sql("BEGIN IMMEDIATE")
                    try:
                        yield conn
                    except BaseException:
                        await conn.rollback()
                        raise
                    await conn.commit()
            else:
                async with self.engine.begin() as conn:
                    yield conn
        except (DBAPIError, OSError) as error:
            _raise_if_away(error)
            raise

    async def write_at_once(self, work: Callable[[sa.Connection], T]) -> T:
        """One transaction made by ``work``, which does nothing but talk to the database. Raises DatabaseAway.

        On SQLite it runs whole in a thread of its own. The asynchronous driver would go to its thread and back for each
        statement, and on a busy event loop every way back waits behind the requests in hand.
        """
        try:
            if self.dialect != "sqlite":
                async with self.engine.begin() as conn:
                    return await conn.run_sync(work)
            async with self._turn:
                if self._thread is None:
                    self._thread = ThreadPoolExecutor(
                        1, thread_name_prefix="sluice-writer", initializer=_yield_to_others
                    )
                return await asyncio.get_running_loop().run_in_executor(self._thread, self._transaction, work)
        except (DBAPIError, OSError) as error:
            _raise_if_away(error)
            raise

    def _transaction(self, work: Callable[[sa.Connection], T]) -> T:
        if self._direct is None:
            self._direct = _sqlite_engine(self.url)
        with self._direct.connect() as conn:
            conn.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                result = work(conn)
            except BaseException:
                conn.rollback()
                raise
            conn.commit()
            return result

    async def close(self) -> None:
        """Closes every connection."""
        if self._thread is not None:
            thread, self._thread = self._thread, None
            if self._direct is not None:
                await asyncio.get_running_loop().run_in_executor(thread, self._direct.dispose)
                self._direct = None
            thread.shutdown()
        await self.engine.dispose()


def _yield_to_others() -> None:
    """Gives this thread a lower priority than the event loop's: what it writes is safe in the journal and can wait."""
    if sys.platform == "linux":
        # From where the process stands: nobody but root may go up again.
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, min(_LEAST, os.getpriority(os.PRIO_PROCESS, thread) + _NICE))


def _sqlite_engine(url: str) -> sa.Engine:
    """A synchronous engine for the database of an asynchronous one."""
    address = "sqlite:///" + url.partition(":///")[2]
    engine = sa.create_engine(address, connect_args={"timeout": _BUSY_MS / 1000}, poolclass=sa.StaticPool)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


_AWAY_CLASSES = ("08", "40", "53", "57", "58")
"""SQLSTATE: connection exception, rollback (deadlock), no resources (disk full, connections used up), the operator's
doing (shutdown, starting up), the system (PostgreSQL docs, appendix A). SQLAlchemy has no class of its own for them."""


def _raise_if_away(error: Exception) -> None:
    """Raises DatabaseAway when it was the database that failed, and not what was asked of it."""
    if isinstance(error, DBAPIError) and not isinstance(error, OperationalError | InterfaceError):
        state = str(getattr(error.orig, "sqlstate", None) or "")
        if not (error.connection_invalidated or state[:2] in _AWAY_CLASSES):
            return
    raise DatabaseAway(_reason(error)) from error


def _reason(error: Exception) -> str:
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return f"the database is away: {type(original).__name__}: {original}"


async def bump(conn: AsyncConnection) -> int:
    """Raises the revision inside a write transaction and returns it; workers reload what carries a higher one."""
    update = sa.update(revision).values(value=revision.c.value + 1).returning(revision.c.value)
    value = int((await conn.execute(update)).scalar_one())
    if conn.dialect.name == "postgresql":
        await conn.execute(sa.select(sa.func.pg_notify(NOTIFY_CHANNEL, str(value))))
    return value


def database_url(url: str | None, data_dir: Path) -> str:
    """The SQLAlchemy address for what an operator wrote; None is SQLite in the data directory. Raises ValueError."""
    if not url:
        return f"sqlite+aiosqlite:///{data_dir / 'sluice.db'}"
    for scheme in ("postgresql+asyncpg://", "postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+asyncpg://" + url[len(scheme) :]
    if url.startswith("sqlite:///"):
        return "sqlite+aiosqlite:///" + url[len("sqlite:///") :]
    raise ValueError("the database URL must begin with postgresql:// or sqlite:///")


async def open_database(url: str | None, data_dir: Path) -> Database:
    """Opens the database; nothing is created but the SQLite file. Raises ValueError for an address not understood."""
    address = database_url(url, data_dir)
    if address.startswith("sqlite"):
        path = Path(address.partition(":///")[2])
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        private_file(path)  # SQLite gives the files beside it the same rights
        engine = create_async_engine(address, connect_args={"timeout": _BUSY_MS / 1000}, pool_size=8)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        return Database(engine, address, path)
    engine = create_async_engine(address, pool_size=5, max_overflow=10, pool_timeout=5, pool_pre_ping=True)
    return Database(engine, address, None)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Each new SQLite connection: WAL, foreign keys, patience; transactions begin where we say so."""
    connection.isolation_level = None
    cursor: sqlite3.Cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={_BUSY_MS}", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute("PRAGMA journal_size_limit=67108864")
    cursor.close()
