"""What upstreams keep for users: files, batches, jobs. Where each lies, whose it is, and whether it was charged.

What is kept here is bounded for each user in number; nothing is dropped unasked that is still to be charged.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from sluice.storage.engine import Database
from sluice.storage.tables import holdings

MOST_HELD = 10_000
"""Things one user may have at once."""
_CLAIM_MS = 300_000
"""How long who took up a charge has to bring it to the journal, before another may: under the same id, so once."""
_LOOKED_UP = 500
"""Ids looked up by one statement."""
_COLUMNS = [column for column in holdings.columns if column.name != "claimed_ms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One thing at an upstream. ``object`` is what the upstream last said of it (JSON); ``accounts`` are those of the
    token that made it, ``tokens`` the estimate of what it takes in, ``estimate_nano`` of what it will cost. ``parent``
    is the file a batch or job was made of."""

    user_id: int
    id: str
    kind: str
    token_id: int
    group_name: str
    accounts: tuple[int, ...]
    channel_id: int
    key_id: int
    model: str
    created_ms: int
    object: bytes
    parent: str = ""
    purpose: str = ""
    size: int = 0
    tokens: int = 0
    open: bool = False
    estimate_nano: int = 0
    next_ms: int = 0
    charge_id: str = ""


def _row(held: Holding) -> dict[str, Any]:
    values = {name: getattr(held, name) for name in Holding.__dataclass_fields__}
    return {**values, "accounts": list(held.accounts), "object": zlib.compress(held.object, 1)}


def _held(row: sa.Row[Any]) -> Holding:
    values = dict(row._mapping)
    return Holding(**{**values, "accounts": tuple(values["accounts"]), "object": zlib.decompress(values["object"])})


class HoldingStore:
    """The holdings of one database. Each method raises DatabaseAway."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def room(self, user_id: int) -> bool:
        """Whether the user may have one more."""
        counted = sa.select(sa.func.count()).select_from(holdings).where(holdings.c.user_id == user_id)
        async with self._db.read() as conn:
            return int((await conn.execute(counted)).scalar_one()) < MOST_HELD

    async def keep(self, held: Sequence[Holding]) -> None:
        """Adds things; what is known already stays as it is."""

        def work(conn: sa.Connection) -> None:
            for one in held:
                same = sa.and_(holdings.c.user_id == one.user_id, holdings.c.id == one.id)
                if conn.execute(sa.select(holdings.c.id).where(same)).one_or_none() is None:
                    conn.execute(sa.insert(holdings).values(**_row(one), claimed_ms=0))

        await self._db.write_at_once(work)

    async def find(self, user_id: int, identity: str, kind: str) -> Holding | None:
        """A user's thing of a kind; None when there is none of this id."""
        wanted = sa.select(*_COLUMNS).where(
            holdings.c.user_id == user_id, holdings.c.id == identity, holdings.c.kind == kind
        )
        async with self._db.read() as conn:
            row = (await conn.execute(wanted)).one_or_none()
        return None if row is None else _held(row)

    async def places(self, identities: Collection[str], kind: str) -> list[tuple[str, int, int, int]]:
        """Where things of these ids lie, whoever's they are: id, user, channel, key of the channel."""
        found: list[tuple[str, int, int, int]] = []
        columns = (holdings.c.id, holdings.c.user_id, holdings.c.channel_id, holdings.c.key_id)
        ids = sorted(identities)
        async with self._db.read() as conn:
            for first in range(0, len(ids), _LOOKED_UP):
                some = ids[first : first + _LOOKED_UP]
                wanted = sa.select(*columns).where(holdings.c.id.in_(some), holdings.c.kind == kind)
                found += [(row.id, row.user_id, row.channel_id, row.key_id) for row in await conn.execute(wanted)]
        return found

    async def listed(
        self, user_id: int, kind: str, limit: int, after: Holding | None, *, ascending: bool, purpose: str = ""
    ) -> list[Holding]:
        """A user's things of a kind in order of time, after one of them."""
        place = sa.tuple_(holdings.c.created_ms, holdings.c.id)
        wanted = sa.select(*_COLUMNS).where(holdings.c.user_id == user_id, holdings.c.kind == kind)
        if purpose:
            wanted = wanted.where(holdings.c.purpose == purpose)
        if after is not None:
            bound = sa.tuple_(sa.literal(after.created_ms), sa.literal(after.id))
            wanted = wanted.where(place > bound if ascending else place < bound)
        order = (holdings.c.created_ms, holdings.c.id)
        wanted = wanted.order_by(*(order if ascending else [column.desc() for column in order])).limit(limit)
        async with self._db.read() as conn:
            return [_held(row) for row in await conn.execute(wanted)]

    async def told(self, held: Holding, told: bytes) -> Holding:
        """Notes what the upstream says of a thing now."""
        changed = {"object": zlib.compress(told, 1)}
        async with self._db.write() as conn:
            await conn.execute(sa.update(holdings).where(_is(held)).values(changed))
        return replace(held, object=told)

    async def forget(self, held: Holding) -> None:
        """Removes a thing."""
        async with self._db.write() as conn:
            await conn.execute(sa.delete(holdings).where(_is(held)))

    async def owed(self, user_id: int) -> int:
        """Nano-dollars that a user's open things are estimated to cost."""
        total = sa.select(sa.func.coalesce(sa.func.sum(holdings.c.estimate_nano), 0)).where(
            holdings.c.user_id == user_id, holdings.c.open
        )
        async with self._db.read() as conn:
            return int((await conn.execute(total)).scalar_one())

    async def due(self, now_ms: int, again_ms: Callable[[int], int], limit: int) -> list[Holding]:
        """Open things it is time to ask after; nobody else gets them until what ``again_ms`` makes of the time they
        were made at. What was put off longer than for the oldest was so while the clock was ahead: it is time."""
        time = sa.or_(holdings.c.next_ms <= now_ms, holdings.c.next_ms > again_ms(0))
        wanted = (
            sa.select(*_COLUMNS)
            .where(holdings.c.open, time)
            .order_by(holdings.c.next_ms)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        waiting = sa.select(holdings.c.id).where(holdings.c.open, time).limit(1)
        async with self._db.read() as conn:
            if (await conn.execute(waiting)).one_or_none() is None:
                return []
        async with self._db.write() as conn:
            found = [_held(row) for row in await conn.execute(wanted)]
            for held in found:
                await conn.execute(sa.update(holdings).where(_is(held)).values(next_ms=again_ms(held.created_ms)))
        return found

    async def claim(self, held: Holding, charge_id: str, now_ms: int) -> str | None:
        """Takes up the charge of an open thing: the id to charge it under, always the same; None when it was charged,
        or another worker has just taken it up."""
        # One of the future was made while the clock was ahead.
        lapsed = sa.not_(holdings.c.claimed_ms.between(now_ms - _CLAIM_MS, now_ms + _CLAIM_MS))
        free = sa.and_(_is(held), holdings.c.open, lapsed)
        taken = sa.case((holdings.c.charge_id == "", charge_id), else_=holdings.c.charge_id)
        claim = sa.update(holdings).where(free).values(claimed_ms=now_ms, charge_id=taken)
        async with self._db.write() as conn:
            taken_as: str | None = (await conn.execute(claim.returning(holdings.c.charge_id))).scalar_one_or_none()
        return taken_as

    async def unclaim(self, held: Holding) -> None:
        """Gives a charge back that could not be worked out yet."""
        async with self._db.write() as conn:
            await conn.execute(sa.update(holdings).where(_is(held)).values(claimed_ms=0))

    async def charged(self, held: Holding) -> None:
        """The charge is in the journal: the thing is no longer open."""
        async with self._db.write() as conn:
            await conn.execute(sa.update(holdings).where(_is(held)).values(open=False, estimate_nano=0))


def _is(held: Holding) -> sa.ColumnElement[bool]:
    return sa.and_(holdings.c.user_id == held.user_id, holdings.c.id == held.id)
