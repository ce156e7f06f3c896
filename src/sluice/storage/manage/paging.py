"""Lists by keyset: a page ends with a cursor that says where the next one begins. Every order ends in the id."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
MAX_LIMIT = 200
_INT64 = 2**63


class BadCursor(ValueError):
    """The cursor is not one this list gave out, or belongs to another order."""


class BadSort(ValueError):
    """The list cannot be put into this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """``sort`` is a column's name, with a leading ``-`` for descending. ``count`` asks for the total."""

    limit: int = 50
    cursor: str | None = None
    sort: str = "-id"
    count: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """``next`` is the cursor of the following page, None at the end. ``total`` is None unless it was asked for."""

    items: tuple[T, ...]
    next: str | None = None
    total: int | None = None


def encode_cursor(*parts: str | int) -> str:
    """An opaque text for the parts."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: type) -> list[Any]:
    """The parts again, checked to be of the given types. Raises BadCursor."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise BadCursor("the cursor is damaged") from None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(kinds):
        raise BadCursor("the cursor is not one of this list's")
    for part in parts:
        if isinstance(part, int) and not -_INT64 <= part < _INT64:
            raise BadCursor("the cursor is not one of this list's")
        if isinstance(part, str) and not _storable(part):
            raise BadCursor("the cursor is not one of this list's")
    return parts


def _storable(text: str) -> bool:
    """PostgreSQL takes no NUL, and neither database a lone surrogate."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


async def fetch_page(
    conn: AsyncConnection,
    query: sa.Select[Any],
    page: PageRequest,
    *,
    id_column: sa.ColumnElement[int],
    sorts: Mapping[str, sa.ColumnElement[Any]],
    make: Callable[[sa.RowMapping], T],
) -> Page[T]:
    """One page of ``query``. The columns in ``sorts`` hold no NULL. Raises BadCursor, BadSort."""
    name, descending = page.sort.removeprefix("-"), page.sort.startswith("-")
    column = id_column if name == "id" else sorts.get(name)
    if column is None:
        raise BadSort(f"cannot sort by {name!r}: choose one of id, {', '.join(sorts)}")
    total = None
    if page.count:
        total = int(await conn.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery())) or 0)
    if page.cursor is not None:
        kind = column.type.python_type
        sort, value, row_id = decode_cursor(page.cursor, str, kind, int)
        if sort != page.sort:
            raise BadCursor("the cursor belongs to another order")
        query = query.where(_after(column, id_column, value, row_id, descending))
    order = [column.desc(), id_column.desc()] if descending else [column.asc(), id_column.asc()]
    query = query.add_columns(column.label("_sort"), id_column.label("_id")).order_by(*order).limit(page.limit + 1)
    rows = (await conn.execute(query)).mappings().all()
    shown = rows[: page.limit]
    following = None
    if len(rows) > page.limit:
        following = encode_cursor(page.sort, shown[-1]["_sort"], shown[-1]["_id"])
    return Page(items=tuple(make(row) for row in shown), next=following, total=total)


def _after(
    column: sa.ColumnElement[Any], id_column: sa.ColumnElement[int], value: Any, row_id: int, descending: bool
) -> sa.ColumnElement[bool]:
    if descending:
        return sa.or_(column < value, sa.and_(column == value, id_column < row_id))
    return sa.or_(column > value, sa.and_(column == value, id_column > row_id))


def name_contains(column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    """Whether a name holds a text, whatever the case (on SQLite: of ASCII letters)."""
    literal = text.replace("/", "//").replace("%", "/%").replace("_", "/_")
    # The database lowers both sides: SQLite leaves letters beyond ASCII as they are, Python does not.
    return sa.func.lower(column).like(sa.func.lower(f"%{literal}%"), escape="/")
