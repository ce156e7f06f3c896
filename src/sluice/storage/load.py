"""The rows a worker's snapshot is made of: all of them at first, then only what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.base.rates import Rates
from sluice.storage import proxies
from sluice.storage.keychain import ClearKey, read_keys
from sluice.storage.sealing import Sealer
from sluice.storage.tables import accounts, channels, groups, prices, revision, settings, tokens, users


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel with its keys and its proxy's login in clear: never log it."""

    id: int
    name: str
    provider: str
    base_url: str
    keys: tuple[ClearKey, ...]
    options: Mapping[str, str]
    models: list[str]
    model_mapping: Mapping[str, str]
    priority: int
    weight: int
    groups: list[str]
    status: str
    proxy_url: str = field(repr=False)
    deleted: bool


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token; see storage/tables.py."""

    id: int
    user_id: int
    name: str
    scope: str
    key_hash: bytes
    status: str
    models: list[str] | None
    addresses: list[str] | None
    requests_per_minute: int | None
    expires_ms: int | None
    account_id: int | None
    always_usage: bool
    deleted: bool


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user."""

    id: int
    name: str
    role: str
    status: str
    group_name: str
    account_id: int
    deleted: bool


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group and its price multiplier in millionths."""

    id: int
    name: str
    multiplier_ppm: int
    deleted: bool


@dataclass(frozen=True, slots=True)
class StoredPrice:
    """A price row."""

    id: int
    model: str
    rates: Rates
    deleted: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed after a revision, deletions included; ``accounts`` are ids whose balance a person changed."""

    revision: int
    channels: list[ChannelRow]
    tokens: list[TokenRow]
    users: list[UserRow]
    groups: list[GroupRow]
    prices: list[StoredPrice]
    settings: Mapping[str, object]
    accounts: list[int]


async def load_changes(conn: AsyncConnection, since: int, sealer: Sealer) -> Changes:
    """The rows whose revision is above ``since``; with 0, all that are alive. Raises SealError."""
    current = int((await conn.execute(sa.select(revision.c.value))).scalar_one())

    async def changed(table: sa.Table) -> list[Any]:
        query = sa.select(table).where(table.c.rev > since)
        if since == 0:
            query = query.where(table.c.deleted_ms.is_(None))
        return list(await conn.execute(query))

    told = await conn.execute(sa.select(settings.c.key, settings.c.value).where(settings.c.rev > since))
    touched = await conn.execute(sa.select(accounts.c.id).where(accounts.c.rev > since)) if since else None
    return Changes(
        revision=current,
        channels=[_channel(row, sealer) for row in await changed(channels)],
        tokens=[_token(row) for row in await changed(tokens)],
        users=[
            UserRow(row.id, row.name, row.role, row.status, row.group_name, row.account_id, _gone(row))
            for row in await changed(users)
        ],
        groups=[GroupRow(row.id, row.name, row.multiplier_ppm, _gone(row)) for row in await changed(groups)],
        prices=[
            StoredPrice(row.id, row.model, msgspec.convert(row.rates, Rates), _gone(row))
            for row in await changed(prices)
        ],
        settings={row.key: row.value for row in told},
        accounts=[] if touched is None else [int(row.id) for row in touched],
    )


def _gone(row: Any) -> bool:
    return row.deleted_ms is not None


def _channel(row: Any, sealer: Sealer) -> ChannelRow:
    gone = _gone(row)
    return ChannelRow(
        row.id,
        row.name,
        row.provider,
        row.base_url,
        () if gone else read_keys(row.sealed_keys, sealer).keys,
        row.options,
        row.models,
        row.model_mapping,
        row.priority,
        row.weight,
        row.groups,
        row.status,
        "" if gone else proxies.opened(row.proxy_url, sealer),
        gone,
    )


def _token(row: Any) -> TokenRow:
    return TokenRow(
        row.id,
        row.user_id,
        row.name,
        row.scope,
        row.key_hash,
        row.status,
        row.models,
        row.addresses,
        row.requests_per_minute,
        row.expires_ms,
        row.account_id,
        row.always_usage,
        _gone(row),
    )
