"""The request log, of many millions of rows: a list walks one index backwards, and stops after a bounded stretch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.base.ids import request_id_bound
from sluice.base.money import Nano
from sluice.storage.keychain import hints
from sluice.storage.manage.common import NotFound
from sluice.storage.manage.paging import BadCursor, Page, decode_cursor, encode_cursor
from sluice.storage.tables import attempts, channels, requests, tokens, users

STRETCH = 20_000
"""Rows looked at for one page. A page may come short, or empty, with a cursor to look further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """Columns of the requests table (storage/tables.py), and the names behind the ids (None: unknown by now)."""

    id: str
    created_ms: int
    user_id: int
    token_id: int
    group_name: str
    format: str
    model: str
    upstream_model: str
    channel_id: int
    stream: bool
    status: int
    error_code: str
    rule: str
    matched_ms: int
    forwarded_ms: int
    first_ms: int
    duration_ms: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    usage: Mapping[str, Any]
    charge_nano: Nano
    price_id: int
    multiplier_ppm: int
    address: str
    client: str
    dropped: tuple[str, ...]
    attempts: int
    user_name: str | None = None
    token_name: str | None = None
    channel_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One try at one channel; times in milliseconds (storage/tables.py)."""

    seq: int
    channel_id: int
    channel_name: str | None
    started_ms: int
    head_ms: int
    duration_ms: int
    status: int
    outcome: str
    message: str
    key_id: int
    key_hint: str
    choice: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFilter:
    """What to look for. ``failed`` True: status 400 and above, False: below. Times are epoch milliseconds, ``until_ms``
    exclusive; ``min_duration_ms`` the least whole duration."""

    id: str | None = None
    user_id: int | None = None
    token_id: int | None = None
    channel_id: int | None = None
    model: str | None = None
    failed: bool | None = None
    status: int | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    min_duration_ms: int | None = None


_NAMES = ("user_name", "token_name", "channel_name")
_COLUMNS = tuple(name for name in RequestRecord.__dataclass_fields__ if name not in _NAMES)
_QUERY = sa.select(*(requests.c[name] for name in _COLUMNS))
# Literally as in the partial index, or SQLite would not use it.
_FAILED = sa.text("status >= 400")


async def list_requests(
    conn: AsyncConnection, wanted: RequestFilter, *, limit: int = 50, cursor: str | None = None, stretch: int = STRETCH
) -> Page[RequestRecord]:
    """The newest first. Raises BadCursor."""
    span = _span(wanted)
    if cursor is not None:
        (before,) = decode_cursor(cursor, str)
        if not before.startswith("req_") or len(before) > 64:
            raise BadCursor("the cursor is not one of this list's")
        span = [*span, requests.c.id < before]
    driver, others = _split(wanted)
    end = await conn.scalar(
        sa.select(requests.c.id).where(*driver, *span).order_by(requests.c.id.desc()).offset(stretch - 1).limit(1)
    )
    where = [*driver, *others, *span]
    if end is not None:
        where.append(requests.c.id >= end)
    found = await conn.execute(_QUERY.where(*where).order_by(requests.c.id.desc()).limit(limit + 1))
    rows = found.mappings().all()
    following = None
    if len(rows) > limit:
        following = encode_cursor(rows[limit - 1]["id"])
    elif end is not None:
        following = encode_cursor(end)
    return Page(items=tuple(await _named(conn, rows[:limit])), next=following)


async def get(conn: AsyncConnection, request_id: str) -> tuple[RequestRecord, tuple[AttemptRecord, ...]]:
    """A request and its attempts, in order. Raises NotFound."""
    row = (await conn.execute(_QUERY.where(requests.c.id == request_id))).mappings().first()
    if row is None:
        raise NotFound("request", request_id)
    (record,) = await _named(conn, [row])
    found = await conn.execute(attempts.select().where(attempts.c.request_id == request_id).order_by(attempts.c.seq))
    tries = found.mappings().all()
    names = await names_of(conn, channels, (row["channel_id"] for row in tries))
    keys = await key_hints(conn, (row["channel_id"] for row in tries if row["key_id"]))
    return record, tuple(
        AttemptRecord(
            **{key: value for key, value in row.items() if key not in ("request_id", "choice")},
            choice=tuple(row["choice"]),
            channel_name=names.get(row["channel_id"]),
            key_hint=keys.get((row["channel_id"], row["key_id"]), ""),
        )
        for row in tries
    )


def conditions(wanted: RequestFilter, *, failed_first: bool = False) -> list[Any]:
    """All that is looked for, so written that one index is walked."""
    driver, others = _split(wanted, failed_first)
    return [*driver, *others, *_span(wanted)]


async def within_reach(conn: AsyncConnection, wanted: RequestFilter, looked: int) -> tuple[RequestFilter, bool]:
    """The filter, narrowed to what can be looked at without looking at many more than ``looked`` rows; and what to give
    to ``conditions``: of the indexes that could be walked, the one that reaches further back."""
    broad = wanted.user_id is None and wanted.token_id is None
    made: list[tuple[int, bool]] = []
    for failed_first in (False, True) if wanted.failed and broad else (False,):
        driver, _ = _split(wanted, failed_first)
        last = sa.select(requests.c.id).where(*driver, *_span(wanted)).order_by(requests.c.id.desc())
        end = last.offset(looked - 1).limit(1).scalar_subquery()
        since_ms = await conn.scalar(sa.select(requests.c.created_ms).where(requests.c.id == end))
        if since_ms is None:
            return wanted, failed_first
        made.append((since_ms, failed_first))
    since_ms, failed_first = min(made)
    # In place of the range's own beginning: of two lower bounds SQLite would walk by either.
    return replace(wanted, since_ms=since_ms), failed_first


def _span(wanted: RequestFilter) -> list[sa.ColumnElement[bool]]:
    """The time range as a range of ids."""
    span: list[sa.ColumnElement[bool]] = []
    if wanted.since_ms is not None:
        span.append(requests.c.id >= request_id_bound(wanted.since_ms))
    if wanted.until_ms is not None:
        span.append(requests.c.id < request_id_bound(wanted.until_ms))
    return span


def _split(wanted: RequestFilter, failed_first: bool = False) -> tuple[list[Any], list[sa.ColumnElement[bool]]]:
    """The condition whose index is walked, and the others, written so that no planner is led to their indexes."""
    indexed: list[tuple[sa.ColumnElement[Any], object]] = [
        (requests.c.id, wanted.id),
        (requests.c.token_id, wanted.token_id),
        (requests.c.user_id, wanted.user_id),
        (requests.c.channel_id, wanted.channel_id),
        (requests.c.model, wanted.model),
    ]
    driver: list[Any] = [_FAILED] if failed_first else []
    others: list[sa.ColumnElement[bool]] = []
    for column, value in indexed:
        if value is None:
            continue
        if driver:
            others.append(sa.func.coalesce(column, column) == value)
        else:
            driver.append(column == value)
    if wanted.failed is True and not driver:
        driver.append(_FAILED)
    elif not failed_first and wanted.failed is not None:
        bare = sa.func.coalesce(requests.c.status, 0)
        others.append(bare >= 400 if wanted.failed else bare < 400)
    if wanted.status is not None:
        others.append(requests.c.status == wanted.status)
    if wanted.min_duration_ms is not None:
        others.append(requests.c.duration_ms >= wanted.min_duration_ms)
    return driver, others


async def _named(conn: AsyncConnection, rows: Iterable[sa.RowMapping]) -> list[RequestRecord]:
    rows = list(rows)
    user_names = await names_of(conn, users, (row["user_id"] for row in rows))
    token_names = await names_of(conn, tokens, (row["token_id"] for row in rows))
    channel_names = await names_of(conn, channels, (row["channel_id"] for row in rows))
    return [
        RequestRecord(
            **{key: value for key, value in row.items() if key != "dropped"},
            dropped=tuple(row["dropped"]),
            user_name=user_names.get(row["user_id"]),
            token_name=token_names.get(row["token_id"]),
            channel_name=channel_names.get(row["channel_id"]),
        )
        for row in rows
    ]


async def key_hints(conn: AsyncConnection, channel_ids: Iterable[int]) -> dict[tuple[int, int], str]:
    """What may be shown of the keys of channels, by channel and key."""
    wanted = set(channel_ids)
    if not wanted:
        return {}
    found = await conn.execute(sa.select(channels.c.id, channels.c.sealed_keys).where(channels.c.id.in_(wanted)))
    return {(row.id, key.id): key.hint for row in found for key in hints(row.sealed_keys)}


async def names_of(conn: AsyncConnection, table: sa.Table, ids: Iterable[int]) -> dict[int, str]:
    """Names of channels, tokens or users by id, of deleted ones too."""
    wanted = set(ids) - {0}
    if not wanted:
        return {}
    found = await conn.execute(sa.select(table.c.id, table.c.name).where(table.c.id.in_(wanted)))
    return {row.id: row.name for row in found}
