"""Channels: upstream accounts. Their keys are stored sealed, and leave only through ``clear_keys``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage.key_marks import drop_marks
from sluice.storage.keychain import Keychain, KeyHint, hints, read_keys
from sluice.storage.manage.common import By, Conflict, NotFound, bury, change, ensure_unique, insert, living
from sluice.storage.manage.groups import ensure_known
from sluice.storage.manage.paging import Page, PageRequest, fetch_page, name_contains
from sluice.storage.sealing import Sealer
from sluice.storage.tables import channels, holdings


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRecord:
    """A channel but for its keys; ``keys`` are what of them may be shown."""

    id: int
    name: str
    provider: str
    base_url: str
    keys: tuple[KeyHint, ...]
    options: Mapping[str, str]
    models: tuple[str, ...]
    model_mapping: Mapping[str, str]
    priority: int
    weight: int
    groups: tuple[str, ...]
    status: str
    proxy_url: str
    remark: str
    last_test: Mapping[str, Any] | None
    created_ms: int
    updated_ms: int
    rev: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChannel:
    """``sealed_keys`` is the column as storage/keychain.py writes it."""

    name: str
    provider: str
    base_url: str = ""
    sealed_keys: Mapping[str, Any] = field(default_factory=dict, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    models: Sequence[str] = ()
    model_mapping: Mapping[str, str] = field(default_factory=dict)
    priority: int = 0
    weight: int = 1
    groups: Sequence[str] = ("default",)
    status: str = "enabled"
    proxy_url: str = ""
    remark: str = ""


_FIELDS = tuple(name for name in ChannelRecord.__dataclass_fields__ if name != "keys")
_QUERY = sa.select(*(channels.c[name] for name in (*_FIELDS, "sealed_keys"))).where(channels.c.deleted_ms.is_(None))
_SORTS: Mapping[str, sa.ColumnElement[Any]] = {
    "name": channels.c.name,
    "provider": channels.c.provider,
    "priority": channels.c.priority,
    "weight": channels.c.weight,
    "status": channels.c.status,
    "created": channels.c.created_ms,
}


def _record(row: sa.RowMapping) -> ChannelRecord:
    values = {name: row[name] for name in _FIELDS}
    values["models"] = tuple(values["models"])
    values["groups"] = tuple(values["groups"])
    return ChannelRecord(**values, keys=hints(row["sealed_keys"]))


async def list_channels(
    conn: AsyncConnection,
    page: PageRequest,
    *,
    search: str | None = None,
    provider: str | None = None,
    status: str | None = None,
    group: str | None = None,
    model: str | None = None,
) -> Page[ChannelRecord]:
    """The living channels; ``model`` is an exact name the channel lists or maps. Raises BadCursor, BadSort."""
    query = _QUERY
    if search:
        query = query.where(name_contains(channels.c.name, search))
    if provider is not None:
        query = query.where(channels.c.provider == provider)
    if status is not None:
        query = query.where(channels.c.status == status)
    if group is not None:
        query = query.where(_json_holds(channels.c.groups, group))
    if model is not None:
        query = query.where(sa.or_(_json_holds(channels.c.models, model), _json_holds(channels.c.model_mapping, model)))
    return await fetch_page(conn, query, page, id_column=channels.c.id, sorts=_SORTS, make=_record)


def _json_holds(column: sa.ColumnElement[Any], text: str) -> sa.ColumnElement[bool]:
    """Whether a JSON column holds a string; the same on both databases, whether or not its writer escaped non-ASCII."""
    stored = sa.cast(column, sa.Text)
    forms = {json.dumps(text), json.dumps(text, ensure_ascii=False)}
    return sa.or_(*(stored.contains(form, autoescape=True) for form in sorted(forms)))


async def get(conn: AsyncConnection, channel_id: int) -> ChannelRecord:
    """Raises NotFound."""
    row = (await conn.execute(_QUERY.where(channels.c.id == channel_id))).mappings().first()
    if row is None:
        raise NotFound("channel", channel_id)
    return _record(row)


async def find(conn: AsyncConnection, name: str) -> ChannelRecord | None:
    """The living channel of that name."""
    row = (await conn.execute(_QUERY.where(channels.c.name == name))).mappings().first()
    return _record(row) if row else None


async def served_models(conn: AsyncConnection, group: str | None = None) -> list[str]:
    """The models that enabled channels list or map, for one group or for all, sorted."""
    where = (channels.c.deleted_ms.is_(None), channels.c.status == "enabled")
    columns = (channels.c.models, channels.c.model_mapping, channels.c.groups)
    found = (await conn.execute(sa.select(*columns).where(*where))).all()
    return sorted(
        {name for row in found if group is None or group in row.groups for name in (*row.models, *row.model_mapping)}
    )


async def clear_keys(conn: AsyncConnection, channel_id: int, sealer: Sealer) -> Keychain:
    """The keys in clear. Raises NotFound, SealError."""
    where = (channels.c.id == channel_id, channels.c.deleted_ms.is_(None))
    column: Mapping[str, Any] | None = await conn.scalar(sa.select(channels.c.sealed_keys).where(*where))
    if column is None:
        raise NotFound("channel", channel_id)
    return read_keys(column, sealer)


async def create(conn: AsyncConnection, by: By, new: NewChannel) -> int:
    """A new channel. Raises Conflict when the name is taken, Unfit for an unknown group."""
    await ensure_unique(conn, channels, "channel", {"name": new.name}, field="name")
    await ensure_known(conn, new.groups, "groups")
    values = {name: getattr(new, name) for name in NewChannel.__dataclass_fields__}
    return await insert(conn, channels, "channel", by, _plain(values))


async def update(conn: AsyncConnection, by: By, channel_id: int, values: Mapping[str, Any]) -> None:
    """Changes columns; ``sealed_keys`` is the whole column. Raises NotFound, Conflict, Unfit."""
    if "name" in values:
        await ensure_unique(conn, channels, "channel", {"name": values["name"]}, field="name", besides=channel_id)
    if "groups" in values:
        await ensure_known(conn, values["groups"], "groups")
    await change(conn, channels, "channel", channel_id, by, _plain(values))
    if "sealed_keys" in values:
        await drop_marks(conn, channel_id, besides=[key.id for key in hints(values["sealed_keys"])])


async def delete(conn: AsyncConnection, by: By, channel_id: int) -> None:
    """Raises NotFound, Conflict while something lies at the channel that nobody could charge without it."""
    owed = sa.select(sa.func.count()).select_from(holdings).where(holdings.c.channel_id == channel_id, holdings.c.open)
    if count := (await conn.execute(owed)).scalar_one():
        name = (await living(conn, channels, "channel", channel_id))["name"]
        text = f"{count} batches or jobs at the channel {name!r} are still to be charged: disable it, delete it later"
        raise Conflict("id", text)
    await bury(conn, channels, "channel", channel_id, by)
    await drop_marks(conn, channel_id)


async def note_test(conn: AsyncConnection, channel_id: int, result: Mapping[str, Any]) -> None:
    """Keeps the last test's outcome. No worker needs to know, so the revision stays."""
    await conn.execute(channels.update().where(channels.c.id == channel_id).values(last_test=dict(result)))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Tuples and mappings as JSON knows them."""
    plain = dict(values)
    for name in ("models", "groups"):
        if name in plain:
            plain[name] = list(dict.fromkeys(plain[name]))
    for name in ("options", "model_mapping"):
        if name in plain:
            plain[name] = dict(plain[name])
    return plain
