"""Totals over the request log, by time and by what the requests have in common."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.base.ids import request_id_bound
from sluice.base.money import Nano
from sluice.storage.manage.requests import RequestFilter
from sluice.storage.tables import requests


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


async def totals(
    conn: AsyncConnection,
    wanted: RequestFilter,
    *,
    since_ms: int,
    until_ms: int,
    bucket_ms: int,
    dimension: Dimension = Dimension.NONE,
    offset_ms: int = 0,
) -> tuple[Total, ...]:
    """The totals of a range of time, ``until_ms`` exclusive, in order of time and key; empty buckets are left out.

    ``bucket_ms`` 0 makes one bucket of the whole range. ``offset_ms`` moves the edges of the buckets: the time zone's
    distance from UTC makes days begin at the zone's midnight.
    """
    where = [requests.c.id >= request_id_bound(since_ms), requests.c.id < request_id_bound(until_ms)]
    equal = {
        requests.c.user_id: wanted.user_id,
        requests.c.token_id: wanted.token_id,
        requests.c.channel_id: wanted.channel_id,
        requests.c.model: wanted.model,
    }
    where += [column == value for column, value in equal.items() if value is not None]
    start: sa.ColumnElement[Any] = sa.literal(since_ms)
    if bucket_ms:
        # Literal numbers: PostgreSQL must see the same expression where it is selected and where it is grouped by.
        bucket, offset = (sa.literal_column(str(int(ms)), sa.BigInteger()) for ms in (bucket_ms, offset_ms))
        start = (requests.c.created_ms + offset) // bucket
    key: sa.ColumnElement[Any] = _KEYS.get(dimension, sa.literal_column("''"))
    sums = (
        sa.func.count().label("requests"),
        sa.func.sum(sa.case((requests.c.status >= 400, 1), else_=0)).label("errors"),
        sa.func.sum(requests.c.input_tokens).label("input_tokens"),
        sa.func.sum(requests.c.cached_tokens).label("cached_tokens"),
        sa.func.sum(requests.c.output_tokens).label("output_tokens"),
        sa.func.sum(requests.c.charge_nano).label("charge_nano"),
        sa.func.sum(requests.c.duration_ms).label("duration_ms"),
    )
    query = sa.select(start.label("slot"), key.label("key"), *sums).where(*where)
    grouping = ["slot"] if bucket_ms else []
    if dimension is not Dimension.NONE:
        grouping.append("key")
    if grouping:
        query = query.group_by(*map(sa.literal_column, grouping)).order_by(*map(sa.literal_column, grouping))
    rows = (await conn.execute(query)).all()
    return tuple(
        Total(
            start_ms=row.slot * bucket_ms - offset_ms if bucket_ms else since_ms,
            key=str(row.key),
            requests=row.requests,
            errors=int(row.errors),
            input_tokens=int(row.input_tokens),
            cached_tokens=int(row.cached_tokens),
            output_tokens=int(row.output_tokens),
            charge_nano=int(row.charge_nano),
            duration_ms=int(row.duration_ms),
        )
        for row in rows
        if row.requests
    )
