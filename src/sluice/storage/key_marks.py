"""Which keys of channels were refused when they were last used, and why: noted as requests are settled.

Only channels with several keys are told apart so; of the others the attempts say it all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.accounting.settlement import Settlement
from sluice.storage.tables import key_marks

REFUSALS = frozenset({"auth", "credential", "rate"})
"""Outcomes of attempts that speak of the key."""

Place = tuple[int, int]
"""Channel id and key id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Why a key was refused; ``status`` is the upstream's, ``message`` redacted."""

    at_ms: int
    outcome: str
    status: int
    message: str


def note_marks(conn: sa.Connection, new: Iterable[Settlement]) -> None:
    """Marks the keys that were refused, and takes the mark from those that were used since."""
    newest: dict[Place, Mark] = {}
    for item in new:
        for one in item.attempts:
            if one.key_id:
                at_ms = item.created_ms + one.started_ms
                newest[one.channel_id, one.key_id] = Mark(
                    at_ms=at_ms, outcome=one.outcome, status=one.status, message=one.message
                )
    # In one order, or two workers could wait for each other.
    for place, mark in sorted(newest.items()):
        for statement in _statements(conn.dialect.name, place, mark):
            conn.execute(statement)


async def note_mark(conn: AsyncConnection, place: Place, mark: Mark) -> None:
    """The same for one call that was no client's."""
    for statement in _statements(conn.dialect.name, place, mark):
        await conn.execute(statement)


async def marks_of(conn: AsyncConnection, channel_ids: Iterable[int]) -> dict[Place, Mark]:
    """The marks of some channels' keys."""
    found = await conn.execute(key_marks.select().where(key_marks.c.channel_id.in_(set(channel_ids))))
    return {
        (row.channel_id, row.key_id): Mark(at_ms=row.at_ms, outcome=row.outcome, status=row.status, message=row.message)
        for row in found
    }


async def drop_marks(conn: AsyncConnection, channel_id: int, besides: Iterable[int] = ()) -> None:
    """Forgets the marks of keys that are gone."""
    where = (key_marks.c.channel_id == channel_id, key_marks.c.key_id.not_in(list(besides)))
    await conn.execute(key_marks.delete().where(*where))


def _statements(dialect: str, place: Place, mark: Mark) -> list[Any]:
    channel_id, key_id = place
    here = (key_marks.c.channel_id == channel_id, key_marks.c.key_id == key_id)
    if mark.outcome == "ok":
        return [key_marks.delete().where(*here, key_marks.c.at_ms <= mark.at_ms)]
    if mark.outcome not in REFUSALS:
        return []
    values = {"at_ms": mark.at_ms, "outcome": mark.outcome, "status": mark.status, "message": mark.message}
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(key_marks).values(channel_id=channel_id, key_id=key_id, **values)
    return [
        statement.on_conflict_do_update(
            index_elements=["channel_id", "key_id"], set_=values, where=key_marks.c.at_ms <= mark.at_ms
        )
    ]
