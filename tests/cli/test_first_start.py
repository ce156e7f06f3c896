"""What a start does to the prices of a database that another version has filled."""

from __future__ import annotations

from pathlib import Path

from sluice.base.rates import rates_from_usd
from sluice.catalog.prices import DEFAULT_MODEL, DEFAULT_PRICE, catalog_prices
from sluice.cli.first_start import prepare
from sluice.cli.office import opened
from sluice.settings import Settings
from sluice.storage.manage import prices
from sluice.storage.manage.prices import NewPrice, PriceRecord


def _price(model: str, origin: str, **usd: str) -> NewPrice:
    return NewPrice(model=model, rates=rates_from_usd(usd), source="then", as_of="2026-01-31", origin=origin)


async def _after_a_start(folder: Path, before: list[NewPrice]) -> dict[str, PriceRecord | None]:
    """The prices a start leaves of those that stood in the database, and of a model that stood in none."""
    settings = Settings(data_dir=folder)
    async with opened(settings) as office:
        async with office.db.write() as conn:
            await prices.set_prices(conn, office.by(), before)
        await prepare(office, settings)
        async with office.db.read() as conn:
            return {model: await prices.find(conn, model) for model in (*(p.model for p in before), "gpt-5")}


async def test_a_start_takes_up_new_prices_and_leaves_what_people_set(tmp_path: Path) -> None:
    left = await _after_a_start(
        tmp_path,
        [
            _price(DEFAULT_MODEL, "catalog", input="5", output="15"),
            _price("gpt-4o", "catalog", input="9"),
            _price("gpt-4.1", "admin", input="7"),
            _price("gpt-4", "config", input="7"),
            _price("gpt-4o-mini", "import", input="7"),
        ],
    )
    told = {model: price.rates for model, price in left.items() if price is not None}
    assert told[DEFAULT_MODEL] == DEFAULT_PRICE.rates
    assert told[DEFAULT_MODEL].training == 25 * 10**9
    assert told["gpt-4o"] == catalog_prices()["gpt-4o"].rates
    assert told["gpt-5"] == catalog_prices()["gpt-5"].rates
    assert {told[model].input for model in ("gpt-4.1", "gpt-4", "gpt-4o-mini")} == {7 * 10**9}


async def test_a_start_leaves_a_default_that_people_set(tmp_path: Path) -> None:
    left = await _after_a_start(tmp_path, [_price(DEFAULT_MODEL, "admin", input="1", output="2")])
    default = left[DEFAULT_MODEL]
    assert default is not None
    assert (default.rates, default.origin) == (rates_from_usd({"input": "1", "output": "2"}), "admin")
