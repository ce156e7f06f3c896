"""Tells a worker that the configuration changed: SQLite is polled, PostgreSQL notifies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from importlib import import_module
from typing import Any

import sqlalchemy as sa
import structlog

from sluice.storage.engine import NOTIFY_CHANNEL, Database, DatabaseAway
from sluice.storage.tables import revision

_POLL = 0.2
_SAFETY_POLL = 2.0
_BACK_OFF = 1.0

_log = structlog.get_logger("sluice.feed")


class ChangeFeed:
    """Yields the revision each time it rose. ``away`` is true while the database does not answer."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._signal = asyncio.Event()
        self.away = False

    def nudge(self) -> None:
        """Looks at once (this process changed something itself)."""
        self._signal.set()

    async def revisions(self, known: int) -> AsyncIterator[int]:
        """Yields each revision above ``known``; never ends, never raises on a database that is away."""
        listener = asyncio.ensure_future(self._listen()) if self._db.dialect == "postgresql" else None
        try:
            while True:
                self._signal.clear()
                try:
                    current = await self._revision()
                    self.away = False
                    if current > known:
                        known = current
                        yield current
                except DatabaseAway as error:
                    if not self.away:
                        _log.warning("the database is away; serving from memory", reason=str(error))
                    self.away = True
                await self._pause()
        finally:
            if listener is not None:
                listener.cancel()
                with suppress(asyncio.CancelledError):
                    await listener

    async def _pause(self) -> None:
        patience = _BACK_OFF if self.away else _SAFETY_POLL if self._db.dialect == "postgresql" else _POLL
        with suppress(TimeoutError):
            await asyncio.wait_for(self._signal.wait(), patience)

    async def _revision(self) -> int:
        async with self._db.read() as conn:
            return int((await conn.execute(sa.select(revision.c.value))).scalar_one())

    async def _listen(self) -> None:
        """Holds a connection that PostgreSQL notifies; the slow poll covers the time it is broken."""
        # Loaded only here: a gateway on SQLite does without its memory.
        asyncpg = import_module("asyncpg")
        address = self._db.url.replace("+asyncpg", "", 1)
        while True:
            with suppress(OSError, asyncpg.PostgresError, TimeoutError):
                await self._hear(await asyncpg.connect(address, timeout=5))
            await asyncio.sleep(_BACK_OFF)

    async def _hear(self, conn: Any) -> None:
        closed = asyncio.Event()
        conn.add_termination_listener(lambda *_: closed.set())
        try:
            await conn.add_listener(NOTIFY_CHANNEL, self._notified)
            self._signal.set()
            await closed.wait()
        finally:
            conn.terminate()

    def _notified(self, *_: Any) -> None:
        self._signal.set()
