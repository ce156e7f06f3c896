"""Sessions of people who signed in, and the one-time link of the first start. Of secrets only hashes are stored."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage.engine import bump
from sluice.storage.manage.common import By, note
from sluice.storage.tables import sessions, settings

_LINK = "internal.setup_link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """``id_hash`` is the SHA-256 of the cookie; ``csrf`` what unsafe requests must show."""

    id_hash: bytes
    user_id: int
    csrf: str
    created_ms: int
    expires_ms: int
    address: str
    agent: str


_FIELDS = tuple(Session.__dataclass_fields__)


async def create(conn: AsyncConnection, session: Session) -> None:
    """Adds a session, and removes those that have expired."""
    await conn.execute(sessions.delete().where(sessions.c.expires_ms <= session.created_ms))
    await conn.execute(sessions.insert().values(**{name: getattr(session, name) for name in _FIELDS}))


async def find(conn: AsyncConnection, id_hash: bytes, now_ms: int) -> Session | None:
    """The session of that hash, if it has not expired."""
    where = (sessions.c.id_hash == id_hash, sessions.c.expires_ms > now_ms)
    row = (await conn.execute(sa.select(*sessions.c).where(*where))).mappings().first()
    return Session(**{name: row[name] for name in _FIELDS}) if row else None


async def delete(conn: AsyncConnection, id_hash: bytes) -> None:
    """Ends a session, if there is one."""
    await conn.execute(sessions.delete().where(sessions.c.id_hash == id_hash))


async def put_link(conn: AsyncConnection, by: By, user_id: int, token_hash: bytes, expires_ms: int) -> None:
    """Makes the one-time link by which ``user_id`` chooses a password; an older link ends."""
    rev = await bump(conn)
    value = {"hash": token_hash.hex(), "user_id": user_id, "expires_ms": expires_ms}
    await conn.execute(settings.delete().where(settings.c.key == _LINK))
    await conn.execute(settings.insert().values(key=_LINK, value=value, updated_ms=by.now_ms, rev=rev))
    await note(conn, by, "user.link", f"user:{user_id}", {"expires_ms": expires_ms})


async def take_link(conn: AsyncConnection, token_hash: bytes, now_ms: int) -> int | None:
    """The user the link is for, if it is this one and has not expired. The link is used up."""
    # The revision is taken first, so that of two who come at once only one finds the link.
    await bump(conn)
    value = await conn.scalar(sa.select(settings.c.value).where(settings.c.key == _LINK))
    if value is None or value["hash"] != token_hash.hex() or value["expires_ms"] <= now_ms:
        return None
    await conn.execute(settings.delete().where(settings.c.key == _LINK))
    return int(value["user_id"])
