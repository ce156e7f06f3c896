"""Price rows in the form of the config file: a model, its rates in dollars, where they are from, of which day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sluice.base.rates import RateError, Rates, rates_from_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogPrice:
    """A price that nobody set by hand. ``as_of`` is the ISO date of the source."""

    rates: Rates
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class EntryError:
    """An entry that could not be taken: its name, or its place when it has none, and why."""

    entry: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """What a price file held. ``skipped`` counts entries left out on purpose (other providers, kinds not served)."""

    prices: Mapping[str, CatalogPrice]
    errors: tuple[EntryError, ...] = ()
    skipped: int = 0


MAX_NAME = 256
"""The longest model name taken, in characters."""

_OWN = frozenset({"model", "source", "as_of"})


def read_rows(rows: Any, *, source: str, as_of: str) -> PriceList:
    """Reads ``[{model, input, output, ..., source?, as_of?}, ...]``; ``source`` and ``as_of`` serve rows without.

    Never raises: what cannot be read becomes an error that names its entry.
    """
    if not isinstance(rows, list | tuple):
        return PriceList(prices={}, errors=(EntryError("prices", "must be a list of tables"),))
    prices: dict[str, CatalogPrice] = {}
    errors: list[EntryError] = []
    for index, row in enumerate(rows):
        place = f"prices[{index}]"
        try:
            name = _name(row)
            place = name
            if name in prices:
                raise RateError("model", "stands in the list twice")
            prices[name] = CatalogPrice(
                rates=rates_from_usd({key: value for key, value in row.items() if key not in _OWN}),
                source=_text(row, "source", source),
                as_of=_day(row, as_of),
            )
        except RateError as error:
            errors.append(EntryError(place, str(error)))
    return PriceList(prices=prices, errors=tuple(errors))


def _name(row: Any) -> str:
    if not isinstance(row, Mapping):
        raise RateError("", "must be a table")
    name = row.get("model")
    if not isinstance(name, str) or not name.strip() or len(name) > MAX_NAME:
        raise RateError("model", f"must be a name of 1 to {MAX_NAME} characters")
    return name


def _text(row: Mapping[str, Any], field: str, fallback: str) -> str:
    value = row.get(field, fallback)
    if not isinstance(value, str):
        raise RateError(field, "must be text")
    return value


def _day(row: Mapping[str, Any], fallback: str) -> str:
    value = row.get("as_of", fallback)
    text = value.isoformat() if isinstance(value, date) else value
    try:
        return date.fromisoformat(text).isoformat()
    except (TypeError, ValueError):
        raise RateError("as_of", "must be a date: 2026-11-24") from None
