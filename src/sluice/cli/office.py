"""What every command needs: the opened database, the sealer, and errors that end in one clear line."""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import SystemRandom
from typing import Any, TypeVar

from sluice.base.clock import Rng
from sluice.cli.config import ConfigError
from sluice.cli.options import fail
from sluice.settings import Settings
from sluice.storage.engine import Database, DatabaseAway, open_database
from sluice.storage.folder import keep_private
from sluice.storage.manage.common import By, Conflict, NotFound, Unfit
from sluice.storage.manage.paging import Page, PageRequest
from sluice.storage.migrate import NewerDatabase, migrate
from sluice.storage.sealing import Sealer, SealError, load_or_create_key

T = TypeVar("T")
_REFUSALS = ("28", "3D")
"""SQLSTATE: authorization, catalog name (PostgreSQL docs, appendix A)."""
_NO_RIGHT = "42501"


class Fail(Exception):
    """A command that cannot do what was asked; the text is for the person who asked."""


@dataclass(frozen=True, slots=True)
class Office:
    """An opened installation. ``rng`` is fit for secrets."""

    db: Database
    sealer: Sealer
    rng: Rng

    def by(self) -> By:
        """The command line, now."""
        return By(now_ms=now_ms())


def now_ms() -> int:
    """Milliseconds since the epoch."""
    return int(time.time() * 1000)


def new_secret() -> str:
    """256 bits of chance, as text for a link."""
    return secrets.token_urlsafe(32)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Office]:
    """The installation of these settings, brought to the schema of this version."""
    url = settings.database_url.get_secret_value() if settings.database_url else None
    for told in keep_private(settings.data_dir):
        print(f"sluice: {told}", file=sys.stderr)
    db = await open_database(url, settings.data_dir)
    try:
        await migrate(db)
        key = settings.secret_key.get_secret_value() if settings.secret_key else None
        yield Office(db, Sealer(load_or_create_key(settings.data_dir, key)), SystemRandom())
    finally:
        await db.close()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs a command's work; what a person can mend ends in one line on standard error and exit code 1."""
    try:
        return asyncio.run(work)
    except Exception as error:
        told = mendable(error)
        if told is None:
            raise
        fail(told)


def mendable(error: Exception) -> str | None:
    """What a person can mend, in a line; None for a fault of the program."""
    if isinstance(error, Conflict | Unfit):
        return f"{error.field}: {error}"
    if isinstance(error, SealError):
        return f"{error}; set SLUICE_SECRET_KEY to the content of the secret.key that the database began with"
    if isinstance(error, Fail | ConfigError | NotFound | DatabaseAway | NewerDatabase | ValueError | OSError):
        return str(error)
    return _refusal(error)


def _refusal(error: BaseException) -> str | None:
    """Why PostgreSQL lets nobody in: no such database, user, password or right."""
    cause: BaseException | None = error
    while cause is not None:
        state = str(getattr(cause, "sqlstate", "") or "")
        if state[:2] in _REFUSALS or state == _NO_RIGHT:
            return f"the database refuses: {str(cause).rpartition(': ')[2]}; look at SLUICE_DATABASE_URL"
        cause = cause.__cause__
    return None


async def every(lister: Callable[[PageRequest], Awaitable[Page[T]]], sort: str = "name") -> list[T]:
    """All rows of a paged list."""
    found: list[T] = []
    cursor: str | None = None
    while True:
        page = await lister(PageRequest(limit=200, cursor=cursor, sort=sort))
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Rows in aligned columns."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
