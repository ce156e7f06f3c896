"""Settings that are changed while Sluice runs, each with its meaning, its bounds and its default."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage.engine import bump
from sluice.storage.manage.common import By, Unfit, note
from sluice.storage.tables import settings

Value = bool | int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting's meaning. The type of ``default`` is the setting's type; ``least`` and ``most`` bound a number."""

    default: Value
    about: str
    least: int = 0
    most: int = 2**31 - 1
    address: bool = False
    """Whether a text is an address, or empty."""

    def check(self, key: str, value: object) -> Value:
        """The value, if it fits. Raises Unfit naming the key."""
        if type(value) is not type(self.default):
            raise Unfit(key, f"must be of the type {_TYPE_NAMES[type(self.default)]}")
        assert isinstance(value, bool | int | str)
        if type(value) is int and not self.least <= value <= self.most:
            raise Unfit(key, f"must be between {self.least} and {self.most}")
        if isinstance(value, str) and len(value) > self.most:
            raise Unfit(key, f"must be at most {self.most} characters long")
        if self.address and value and not _ADDRESS.fullmatch(str(value)):
            raise Unfit(key, "must be an address such as https://llm.example.com, without a query")
        return value


_ADDRESS = re.compile(r"https?://[^\s/?#@\\]+(/[^\s?#\\]*)?", re.IGNORECASE)
_TYPE_NAMES: Mapping[type, str] = {bool: "boolean", int: "integer", str: "string"}

SETTINGS: Mapping[str, Setting] = {
    "allow_private_channels": Setting(
        default=True,
        about="Whether channels may point at loopback, link-local and private addresses. Turn it off where people who "
        "manage channels must not reach the network Sluice stands in.",
    ),
    "default_max_output": Setting(
        default=4096,
        least=1,
        most=1_000_000,
        about="Output tokens reserved for a request that names no limit, for models whose own limit is not known.",
    ),
    "log_retention_days": Setting(
        default=0, most=36_500, about="Days to keep the rows of the request log; 0 keeps them for ever."
    ),
    "session_days": Setting(default=14, least=1, most=365, about="Days a person stays signed in."),
    "public_url": Setting(
        default="",
        most=512,
        address=True,
        about="The address people and clients use (https://llm.example.com), when it differs from the one requests "
        "carry; shown in the console, and accepted as origin of its requests.",
    ),
}
"""Every setting. A key that is not here does not exist."""


async def load(conn: AsyncConnection) -> dict[str, Value]:
    """Every setting's value. A stored value that no longer fits counts as its default."""
    found = await conn.execute(sa.select(settings.c.key, settings.c.value).where(settings.c.key.in_(SETTINGS)))
    stored = {row.key: row.value for row in found}
    values: dict[str, Value] = {}
    for key, setting in SETTINGS.items():
        try:
            values[key] = setting.check(key, stored.get(key, setting.default))
        except Unfit:
            values[key] = setting.default
    return values


async def revision(conn: AsyncConnection) -> int:
    """Of the last change of any of them; 0 when there was none."""
    return await conn.scalar(sa.select(sa.func.max(settings.c.rev))) or 0


async def save(conn: AsyncConnection, by: By, values: Mapping[str, Any]) -> None:
    """Changes settings; what stays the same is left alone. Raises Unfit naming a key that does not exist or fit."""
    for key, value in values.items():
        if key not in SETTINGS:
            raise Unfit(key, "there is no such setting")
        SETTINGS[key].check(key, value)
    rev = await bump(conn)
    old = await load(conn)
    changed = {key: value for key, value in values.items() if old[key] != value}
    for key, value in changed.items():
        await conn.execute(settings.delete().where(settings.c.key == key))
        await conn.execute(settings.insert().values(key=key, value=value, updated_ms=by.now_ms, rev=rev))
    if changed:
        await note(conn, by, "settings.update", "settings", {key: [old[key], value] for key, value in changed.items()})
