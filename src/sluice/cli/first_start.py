"""What stands in a database before anything is served: the first user, the prices, what the config file says."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.base.money import nano_from_usd
from sluice.catalog.prices import DEFAULT_MODEL, DEFAULT_PRICE, catalog_prices
from sluice.cli.apply import Applier, Report
from sluice.cli.config import read_config
from sluice.cli.office import Office, new_secret
from sluice.settings import Settings
from sluice.storage.engine import bump
from sluice.storage.manage import prices, sessions, users
from sluice.storage.manage.common import By
from sluice.storage.tables import users as users_table
from sluice.web.admin.passwords import SHORTEST, Passwords, secret_hash

ROOT = "root"
OPENING_BALANCE = nano_from_usd("200")
LINK_HOURS = 72
_BY_PEOPLE = ("admin", "config", "import")


async def prepare(office: Office, settings: Settings) -> tuple[str | None, Report | None]:
    """Makes the first user, brings the packaged prices up to date and applies the config file.

    Returns the secret of the one-time link while root has no password, and what the file changed. Raises ConfigError,
    ValueError for a password that is too short.
    """
    by = office.by()
    async with office.db.write() as conn:
        # The revision row is taken first: of two nodes starting at once, one seeds and the other finds it done.
        await bump(conn)
        await _first_user(conn, by, settings)
        await _catalog(conn, by)
        report = await _config(conn, by, office, settings.config)
        secret = await _link(conn, by)
    return secret, report


async def _first_user(conn: AsyncConnection, by: By, settings: Settings) -> None:
    if await conn.scalar(sa.select(sa.func.count()).select_from(users_table)):
        return
    hashed = None
    if settings.admin_password is not None:
        password = settings.admin_password.get_secret_value()
        if len(password) < SHORTEST:
            raise ValueError(f"SLUICE_ADMIN_PASSWORD must have at least {SHORTEST} characters")
        hashed = await Passwords().hash(password)
    await users.create(
        conn, by, users.NewUser(name=ROOT, password_hash=hashed, role=users.ROOT, balance_nano=OPENING_BALANCE)
    )


async def _catalog(conn: AsyncConnection, by: By) -> None:
    packaged = {**catalog_prices(), DEFAULT_MODEL: DEFAULT_PRICE}
    rows = [
        prices.NewPrice(model=model, rates=price.rates, source=price.source, as_of=price.as_of, origin="catalog")
        for model, price in packaged.items()
    ]
    await prices.set_prices(conn, by, rows, keep_origins=_BY_PEOPLE)


async def _config(conn: AsyncConnection, by: By, office: Office, path: Path | None) -> Report | None:
    if path is None:
        return None
    return await Applier(conn, by, office.sealer, office.rng).apply(read_config(path))


async def _link(conn: AsyncConnection, by: By) -> str | None:
    root = await users.find(conn, ROOT)
    return None if root is None or root.has_password else await new_link(conn, by, root.id)


async def new_link(conn: AsyncConnection, by: By, user_id: int) -> str:
    """The secret of a new one-time link by which the user chooses a password."""
    secret = new_secret()
    await sessions.put_link(conn, by, user_id, secret_hash(secret), by.now_ms + LINK_HOURS * 3_600_000)
    return secret
