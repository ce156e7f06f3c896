"""Totals over the request log, by time and by what the requests have in common.

Whole hours (for users and tokens: whole UTC days) come from the sums kept at settlement; the ends of the range, and
what those sums do not tell apart, from the log itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.base.ids import request_id_bound
from sluice.base.money import Nano
from sluice.storage.manage.requests import RequestFilter, names_of
from sluice.storage.tables import channels, requests, tokens, usage_totals, users
from sluice.storage.usage_totals import SPAN_MS, SUMS, WIDE, WINDOW_MS, Kind, window_kind, window_start


class Dimension(StrEnum):
    """What rows are put together by."""

    NONE = "none"
    MODEL = "model"
    CHANNEL = "channel"
    USER = "user"
    TOKEN = "token"  # noqa: S105 - a word, no secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Sums over the requests of one bucket of time (``start_ms``, epoch milliseconds) and one key.

    The key is a model's name, or the id of a channel, user or token; "" when rows are not told apart.
    """

    start_ms: int
    key: str
    requests: int
    errors: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    charge_nano: Nano
    duration_ms: int


_KEYS: dict[Dimension, sa.ColumnElement[Any]] = {
    Dimension.MODEL: requests.c.model,
    Dimension.CHANNEL: requests.c.channel_id,
    Dimension.USER: requests.c.user_id,
    Dimension.TOKEN: requests.c.token_id,
}


_TABLES = {Dimension.CHANNEL: channels, Dimension.USER: users, Dimension.TOKEN: tokens}
_MOST_SEEKS = 400
"""The most stretches of time whose rows are looked up one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """How a range of time (``until_ms`` exclusive) is cut: ``bucket_ms`` 0 makes one bucket of it.

    ``offset_ms`` moves the edges of the buckets: the time zone's distance from UTC makes days begin at its midnight.
    """

    since_ms: int
    until_ms: int
    bucket_ms: int = 0
    offset_ms: int = 0

    def slot(self, column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
        """The number of the bucket that a time is in."""
        if not self.bucket_ms:
            return sa.literal_column("0", sa.BigInteger())
        # Literal numbers: PostgreSQL must see the same expression where it is selected and where it is grouped by.
        bucket, offset = (sa.literal_column(str(int(ms)), sa.BigInteger()) for ms in (self.bucket_ms, self.offset_ms))
        return (column + offset) // bucket

    def start(self, slot: int) -> int:
        """When a bucket begins."""
        return slot * self.bucket_ms - self.offset_ms if self.bucket_ms else self.since_ms


async def totals(
    conn: AsyncConnection,
    wanted: RequestFilter,
    slots: Slots,
    dimension: Dimension = Dimension.NONE,
    *,
    top: int | None = None,
) -> tuple[Total, ...]:
    """The totals in order of time and key; empty buckets are left out. Of ``wanted`` the equalities count.

    ``top`` keeps the keys that were charged most (on the days of the range), so many of them.
    """
    keys = None
    if top is not None and dimension is not Dimension.NONE:
        keys = await _charged_most(conn, wanted, slots, dimension, top)
    rows = sa.union_all(*_parts(wanted, slots, dimension, keys)).subquery("parts")
    sums = (sa.func.sum(rows.c[name]).label(name) for name in SUMS)
    query = sa.select(rows.c.slot, rows.c.key, *sums).group_by(rows.c.slot, rows.c.key)
    found = sorted(await conn.execute(query), key=lambda row: (row.slot, row.key))
    return tuple(
        Total(start_ms=slots.start(row.slot), key=row.key, **{name: int(getattr(row, name)) for name in SUMS})
        for row in found
    )


async def names(conn: AsyncConnection, dimension: Dimension, keys: Iterable[str]) -> dict[str, str]:
    """The names behind the keys of totals, of deleted ones too; of models none."""
    table = _TABLES.get(dimension)
    if table is None:
        return {}
    return {str(number): name for number, name in (await names_of(conn, table, map(int, keys))).items()}


async def _charged_most(
    conn: AsyncConnection, wanted: RequestFilter, slots: Slots, dimension: Dimension, top: int
) -> list[str]:
    """The keys that were charged most in the whole range; where sums are kept, on all days that it touches. One sum
    over very many rows: the others wait until it is known whose are wanted, and the log is not read for it."""
    whole = replace(slots, bucket_ms=0, offset_ms=0)
    kept = _kept(wanted, whole, dimension)
    if kept is not None:
        span = SPAN_MS[kept[0]]
        until_ms = -(-slots.until_ms // span) * span
        whole = replace(whole, since_ms=slots.since_ms // span * span, until_ms=until_ms)
        parts = await _days_and_window(conn, _Wants(wanted, whole, dimension, None, ("charge_nano",)), *kept)
    else:
        parts = _parts(wanted, whole, dimension, sums=("charge_nano",))
    # A single part stands for itself: SQLite would first copy a union.
    rows = (parts[0] if len(parts) == 1 else sa.union_all(*parts)).subquery("parts")
    # Numbers are grouped in half of the time that text takes.
    key = rows.c.key if dimension is Dimension.MODEL else sa.cast(rows.c.key, sa.BigInteger())
    best = sa.select(key.label("key")).group_by(key)
    best = best.order_by(sa.func.sum(rows.c.charge_nano).desc(), key).limit(top)
    return [str(found) for found in (await conn.execute(best)).scalars()]


async def _days_and_window(conn: AsyncConnection, wants: _Wants, kind: Kind, key: str | None) -> list[sa.Select[Any]]:
    """Kept sums of whole spans; of very many keys, as far as it goes, from the window over four weeks of them."""
    first, last = wants.slots.since_ms, wants.slots.until_ms
    window = (await conn.execute(window_start(kind))).scalar() if kind in WIDE else None
    if window is None or key is not None or not first <= window <= last - WINDOW_MS:
        return [_from_sums(wants, kind.value, SPAN_MS[kind], key, first, last)]
    edges = ((first, window), (window + WINDOW_MS, last))
    days = [_from_sums(wants, kind.value, SPAN_MS[kind], key, *edge) for edge in edges if edge[0] < edge[1]]
    return [_from_sums(wants, window_kind(kind), WINDOW_MS, key, window, window + WINDOW_MS), *days]


def _parts(
    wanted: RequestFilter,
    slots: Slots,
    dimension: Dimension,
    keys: Sequence[str] | None = None,
    sums: Sequence[str] = SUMS,
) -> list[sa.Select[Any]]:
    """What is to be added up: kept sums as far as they go, and rows of the log for the rest of the range; of some keys,
    when only those are wanted."""
    wants = _Wants(wanted, slots, dimension, keys, sums)
    kept = _kept(wanted, slots, dimension)
    if kept is None:
        return [_from_log(wants, slots.since_ms, slots.until_ms)]
    kind, key = kept
    first = -(-slots.since_ms // SPAN_MS[kind]) * SPAN_MS[kind]
    last = max(first, slots.until_ms // SPAN_MS[kind] * SPAN_MS[kind])
    ends = ((slots.since_ms, min(first, slots.until_ms)), (last, slots.until_ms))
    parts = [_from_log(wants, *end) for end in ends if end[0] < end[1]]
    return [_from_sums(wants, kind.value, SPAN_MS[kind], key, first, last), *parts]


def has_sums(wanted: RequestFilter, slots: Slots) -> bool:
    """Whether totals over all dimensions are at hand without reading the log; ``status`` and duration do not count."""
    return _kept(wanted, slots, Dimension.NONE) is not None


def _kept(wanted: RequestFilter, slots: Slots, dimension: Dimension) -> tuple[Kind, str | None] | None:
    """The sums that answer the question, and the one key that is wanted of them; None: only the log can."""
    given = {
        Kind.MODEL: wanted.model,
        Kind.CHANNEL: None if wanted.channel_id is None else str(wanted.channel_id),
        Kind.USER: None if wanted.user_id is None else str(wanted.user_id),
        Kind.TOKEN: None if wanted.token_id is None else str(wanted.token_id),
    }
    equal = {kind: key for kind, key in given.items() if key is not None}
    if len(equal) > 1:
        return None
    (kind, key), *_ = *equal.items(), (Kind(dimension), None)
    if dimension is not Dimension.NONE and kind != Kind(dimension):
        return None
    if slots.bucket_ms % SPAN_MS[kind] or slots.offset_ms % SPAN_MS[kind]:
        return None
    return kind, key


@dataclass(frozen=True, slots=True)
class _Wants:
    """What is asked of the sums and of the log alike."""

    wanted: RequestFilter
    slots: Slots
    dimension: Dimension
    keys: Sequence[str] | None
    sums: Sequence[str]


def _from_sums(wants: _Wants, kind: str, span: int, key: str | None, first: int, last: int) -> sa.Select[Any]:
    table = usage_totals.c
    where = [table.kind == kind]
    if wants.keys is not None and (last - first) // span <= _MOST_SEEKS:
        # Each row by its whole key: a range of time would be walked through all keys.
        where += [table.start_ms.in_(range(first, last, span)), table.key.in_(wants.keys)]
    else:
        where += [table.start_ms >= first, table.start_ms < last]
        where += [] if wants.keys is None else [table.key.in_(wants.keys)]
    if key is not None:
        where.append(table.key == key)
    plain = wants.dimension is Dimension.NONE
    shown: sa.ColumnElement[Any] = sa.literal_column("''", sa.Text()) if plain else table.key
    sums = (table[name] for name in wants.sums)
    return sa.select(wants.slots.slot(table.start_ms).label("slot"), shown.label("key"), *sums).where(*where)


def _from_log(wants: _Wants, since_ms: int, until_ms: int) -> sa.Select[Any]:
    wanted, dimension = wants.wanted, wants.dimension
    where = [requests.c.id >= request_id_bound(since_ms), requests.c.id < request_id_bound(until_ms)]
    equal = {
        requests.c.user_id: wanted.user_id,
        requests.c.token_id: wanted.token_id,
        requests.c.channel_id: wanted.channel_id,
        requests.c.model: wanted.model,
    }
    where += [column == value for column, value in equal.items() if value is not None]
    if wants.keys is not None:
        keys = wants.keys if dimension is Dimension.MODEL else [int(key) for key in wants.keys]
        where.append(_KEYS[dimension].in_(keys))
    key = sa.cast(_KEYS[dimension], sa.Text) if dimension in _KEYS else sa.literal_column("''", sa.Text())
    one: dict[str, sa.ColumnElement[Any]] = {
        "requests": sa.literal_column("1", sa.BigInteger()),
        "errors": sa.case((requests.c.status >= 400, 1), else_=0),
    }
    columns = (one[name].label(name) if name in one else requests.c[name] for name in wants.sums)
    slot = wants.slots.slot(requests.c.created_ms).label("slot")
    return sa.select(slot, key.label("key"), *columns).where(*where)
