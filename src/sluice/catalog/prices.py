"""The prices Sluice is delivered with, and the one for models nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from sluice.base.rates import rates_from_usd
from sluice.catalog.data_files import read_bytes
from sluice.catalog.imports import parse_price_file
from sluice.catalog.rows import CatalogPrice

DEFAULT_MODEL = "*"
"""The name of the price that holds for every model without one of its own."""

DEFAULT_PRICE = CatalogPrice(
    rates=rates_from_usd({"input": "5", "output": "15", "training": "25"}),
    source="Sluice's default for models without a price (docs/decisions/0002-money.md)",
    as_of="2026-11-24",
)
"""High enough that an unknown model seldom costs more than it is charged; to be replaced by the operator."""


@cache
def catalog_prices() -> Mapping[str, CatalogPrice]:
    """Every packaged price by exact model name; the default is not among them. Read once."""
    listed = parse_price_file(read_bytes("prices.json"), source="", as_of="")
    if listed.errors:
        raise ValueError(f"the packaged price list is broken: {listed.errors[0]}")
    return MappingProxyType(dict(listed.prices))
