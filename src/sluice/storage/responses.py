"""Answers of the Responses protocol, kept so that their users can go on from them, read or delete them.

What is kept is bounded for each user, in number and in bytes, and for all in age: the oldest goes first.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import sqlalchemy as sa

from sluice.storage.engine import Database
from sluice.storage.tables import responses

MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 2_000
MOST_AGE_MS = 30 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and the items it answers: JSON both, an object and a list."""

    response: bytes
    input: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is kept at most: bytes (deflated) and answers of one user, and milliseconds of age."""

    user_bytes: int = MOST_BYTES
    user_rows: int = MOST_ROWS
    age_ms: int = MOST_AGE_MS


class ResponseStore:
    """The kept answers of one database. Each method raises DatabaseAway."""

    def __init__(self, db: Database, bounds: Bounds | None = None) -> None:
        self._db = db
        self._bounds = bounds or Bounds()

    async def keep(self, user_id: int, response_id: str, kept: Kept, now_ms: int) -> None:
        """Keeps an answer; one with its id gives way."""
        response, given = zlib.compress(kept.response, 1), zlib.compress(kept.input, 1)
        row = {
            "user_id": user_id,
            "id": response_id,
            "created_ms": now_ms,
            "size": len(response) + len(given),
            "response": response,
            "input": given,
        }
        mine = responses.c.user_id == user_id

        def work(conn: sa.Connection) -> None:
            outdated = responses.c.created_ms < now_ms - self._bounds.age_ms
            same = sa.and_(mine, responses.c.id == response_id)
            conn.execute(sa.delete(responses).where(sa.or_(outdated, same)))
            conn.execute(sa.insert(responses).values(row))
            self._shrink(conn, user_id)

        await self._db.write_at_once(work)

    def _shrink(self, conn: sa.Connection, user_id: int) -> None:
        """Deletes the user's oldest answers until the rest is within bounds."""
        mine = responses.c.user_id == user_id
        counted = sa.select(sa.func.count(), sa.func.sum(responses.c.size)).where(mine)
        rows, size = conn.execute(counted).one()
        if rows <= self._bounds.user_rows and size <= self._bounds.user_bytes:
            return
        listed = sa.select(responses.c.id, responses.c.size).where(mine)
        doomed = []
        for identity, weight in conn.execute(listed.order_by(responses.c.created_ms, responses.c.id)):
            if rows <= self._bounds.user_rows and size <= self._bounds.user_bytes:
                break
            doomed.append(identity)
            rows, size = rows - 1, size - weight
        conn.execute(sa.delete(responses).where(mine, responses.c.id.in_(doomed)))

    async def find(self, user_id: int, response_id: str) -> Kept | None:
        """A user's answer; None when there is none of this id, or no longer."""
        wanted = sa.select(responses.c.response, responses.c.input)
        async with self._db.read() as conn:
            found = (
                await conn.execute(wanted.where(responses.c.user_id == user_id, responses.c.id == response_id))
            ).one_or_none()
        return None if found is None else Kept(zlib.decompress(found.response), zlib.decompress(found.input))

    async def forget(self, user_id: int, response_id: str) -> bool:
        """Deletes a user's answer; False when there was none."""
        async with self._db.write() as conn:
            doomed = sa.delete(responses).where(responses.c.user_id == user_id, responses.c.id == response_id)
            return bool((await conn.execute(doomed)).rowcount)
