"""Prices: money per unit for a model. A row is never changed: a charge can always show what it was made by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.accounting.pricing import Rates
from sluice.storage.engine import bump
from sluice.storage.manage.common import By, NotFound, bury, note
from sluice.storage.manage.paging import Page, PageRequest, fetch_page, name_contains
from sluice.storage.tables import channels, prices

ANY_MODEL = "*"
"""The model name of the price for models that have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRecord:
    """A price with where it is from. ``deleted_ms`` is set on a row that was replaced or removed."""

    id: int
    model: str
    rates: Rates
    source: str
    as_of: str
    origin: str
    created_ms: int
    deleted_ms: int | None
    rev: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrice:
    """``origin`` is catalog, config, admin or import; ``as_of`` the ISO date of the source."""

    model: str
    rates: Rates
    source: str
    as_of: str
    origin: str


_FIELDS = tuple(PriceRecord.__dataclass_fields__)
_QUERY = sa.select(*(prices.c[name] for name in _FIELDS))
_LIVING = prices.c.deleted_ms.is_(None)
_SORTS: Mapping[str, sa.ColumnElement[Any]] = {
    "model": prices.c.model,
    "origin": prices.c.origin,
    "as_of": prices.c.as_of,
    "created": prices.c.created_ms,
}


def _record(row: sa.RowMapping) -> PriceRecord:
    values = {name: row[name] for name in _FIELDS}
    values["rates"] = msgspec.convert(values["rates"], Rates)
    return PriceRecord(**values)


async def list_prices(
    conn: AsyncConnection,
    page: PageRequest,
    *,
    search: str | None = None,
    model: str | None = None,
    origin: str | None = None,
) -> Page[PriceRecord]:
    """The living prices. Raises BadCursor, BadSort."""
    query = _QUERY.where(_LIVING)
    if search:
        query = query.where(name_contains(prices.c.model, search))
    if model is not None:
        query = query.where(prices.c.model == model)
    if origin is not None:
        query = query.where(prices.c.origin == origin)
    return await fetch_page(conn, query, page, id_column=prices.c.id, sorts=_SORTS, make=_record)


async def get(conn: AsyncConnection, price_id: int) -> PriceRecord:
    """Also a row that was replaced: old charges refer to it. Raises NotFound."""
    row = (await conn.execute(_QUERY.where(prices.c.id == price_id))).mappings().first()
    if row is None:
        raise NotFound("price", price_id)
    return _record(row)


async def find(conn: AsyncConnection, model: str) -> PriceRecord | None:
    """The living price of a model."""
    row = (await conn.execute(_QUERY.where(prices.c.model == model, _LIVING))).mappings().first()
    return _record(row) if row else None


async def set_prices(
    conn: AsyncConnection, by: By, new: Sequence[NewPrice], *, keep_origins: Collection[str] = ()
) -> tuple[str, ...]:
    """Sets prices and returns the models whose price changed.

    A price that says the same already is left alone, and so are those whose origin is among ``keep_origins`` (a
    catalogue must not undo what a person decided).
    """
    rev = await bump(conn)
    current = await _current(conn, new)
    fresh = _fresh(current, new, keep_origins)
    if not fresh:
        return ()
    replaced = [{"row_id": current[price.model].id} for price in fresh if price.model in current]
    if replaced:
        bury_row = prices.update().where(prices.c.id == sa.bindparam("row_id"))
        await conn.execute(bury_row.values(deleted_ms=by.now_ms, updated_ms=by.now_ms, rev=rev), replaced)
    stamps = {"created_ms": by.now_ms, "updated_ms": by.now_ms, "rev": rev}
    await conn.execute(prices.insert(), [_columns(price) | stamps for price in fresh])
    models = tuple(price.model for price in fresh)
    if len(fresh) == 1:
        await note(conn, by, "price.set", f"price:{models[0]}", _columns(fresh[0]))
    else:
        await note(conn, by, "price.set_many", "prices", {"count": len(models), "models": sorted(models)[:100]})
    return models


async def would_change(
    conn: AsyncConnection, new: Sequence[NewPrice], *, keep_origins: Collection[str] = ()
) -> tuple[str, ...]:
    """The models whose price ``set_prices`` would change."""
    return tuple(price.model for price in _fresh(await _current(conn, new), new, keep_origins))


async def _current(conn: AsyncConnection, new: Sequence[NewPrice]) -> dict[str, PriceRecord]:
    wanted = {price.model for price in new}
    found = await conn.execute(_QUERY.where(_LIVING))
    return {row["model"]: _record(row) for row in found.mappings() if row["model"] in wanted}


def _fresh(
    current: Mapping[str, PriceRecord], new: Sequence[NewPrice], keep_origins: Collection[str]
) -> list[NewPrice]:
    """The prices that say something new and may be set; of several for one model the last."""
    return [
        price
        for model, price in {price.model: price for price in new}.items()
        if (old := current.get(model)) is None or (old.origin not in keep_origins and not _same(old, price))
    ]


def _columns(price: NewPrice) -> dict[str, Any]:
    return {
        "model": price.model,
        "rates": msgspec.to_builtins(price.rates),
        "source": price.source,
        "as_of": price.as_of,
        "origin": price.origin,
    }


def _same(old: PriceRecord, new: NewPrice) -> bool:
    return (old.rates, old.source, old.as_of, old.origin) == (new.rates, new.source, new.as_of, new.origin)


async def delete(conn: AsyncConnection, by: By, price_id: int) -> None:
    """The model falls back to the default price. Raises NotFound."""
    await bury(conn, prices, "price", price_id, by)


async def unpriced(conn: AsyncConnection) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Models that channels serve without a price of their own, each with the names of its channels."""
    priced = {row.model for row in await conn.execute(sa.select(prices.c.model).where(_LIVING))}
    found = await conn.execute(
        sa.select(channels.c.name, channels.c.models, channels.c.model_mapping)
        .where(channels.c.deleted_ms.is_(None))
        .order_by(channels.c.id)
    )
    serving: dict[str, list[str]] = {}
    for row in found:
        for model in dict.fromkeys((*row.models, *row.model_mapping)):
            if model not in priced:
                serving.setdefault(model, []).append(row.name)
    return tuple((model, tuple(serving[model])) for model in sorted(serving))
