"""Load from many clients at once, and the books of a gateway as its database holds them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa

from sluice.storage.engine import open_database
from sluice.storage.tables import accounts, entries, leases, requests, users

NANO = 1_000_000_000


@dataclass
class Answer:
    """What one client got: the request's id, the status and the whole body."""

    id: str
    model: str
    status: int
    body: bytes


class Load:
    """Chat requests over ``width`` connections at once. ``answers`` are those that came whole."""

    def __init__(self, url: str, key: str, width: int) -> None:
        self._url = f"{url}/v1/chat/completions"
        self._headers = {"authorization": f"Bearer {key}"}
        self._width = width
        self.answers: list[Answer] = []

    async def run(self, bodies: Iterable[dict[str, Any]]) -> None:
        """Asks them all; a request whose connection broke leaves no answer."""
        waiting = iter(bodies)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=self._headers) as session:
            await asyncio.gather(*[self._client(session, waiting) for _ in range(self._width)])

    async def _client(self, session: aiohttp.ClientSession, waiting: Iterable[dict[str, Any]]) -> None:
        for body in waiting:
            with suppress(aiohttp.ClientError):
                async with session.post(self._url, json=body) as response:
                    content = await response.read()
                    answer = Answer(response.headers["x-request-id"], body["model"], response.status, content)
                    self.answers.append(answer)


@dataclass
class Books:
    """Every request with its charge, and root's account: nano-dollars."""

    charges: dict[str, int]
    rows: int
    balance: int
    leased: int
    entries: int
    leases: int


async def read_books(url: str | None, data_dir: Path) -> Books:
    """Reads the database of a gateway."""
    db = await open_database(url, data_dir)
    try:
        async with db.read() as conn:
            found = (await conn.execute(sa.select(requests.c.id, requests.c.charge_nano))).all()
            account = (await conn.execute(sa.select(users.c.account_id).where(users.c.name == "root"))).scalar_one()
            of_root = accounts.c.id == account
            balance, leased = (
                await conn.execute(sa.select(accounts.c.balance_nano, accounts.c.leased_nano).where(of_root))
            ).one()
            total = sa.select(sa.func.sum(entries.c.amount_nano)).where(entries.c.account_id == account)
            held = sa.select(sa.func.coalesce(sa.func.sum(leases.c.granted_nano), 0))
            return Books(
                charges={row.id: row.charge_nano for row in found},
                rows=len(found),
                balance=balance,
                leased=leased,
                entries=int((await conn.execute(total)).scalar_one()),
                leases=int((await conn.execute(held)).scalar_one()),
            )
    finally:
        await db.close()
