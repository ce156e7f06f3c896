"""``sluice prices``: what models cost."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import aiohttp
import typer

from sluice.base.rates import UNITS, rates_to_usd
from sluice.catalog.imports import parse_price_file
from sluice.catalog.rows import PriceList
from sluice.cli.apply import new_price
from sluice.cli.office import Fail, every, opened, run, table
from sluice.cli.options import DatabaseUrl, DataDir, examples, fail, settings_from
from sluice.storage.manage import prices
from sluice.storage.manage.prices import NewPrice, PriceRecord

app = typer.Typer(help="What models cost, in USD per million units.", no_args_is_help=True)

_MAX_FILE = 64 * 1024 * 1024
_FETCH_SECONDS = 60


@app.command("list", epilog=examples("sluice prices list gpt-5"))
def list_(
    search: Annotated[str | None, typer.Argument(help="Part of a model's name.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List prices with their source and date; ``*`` is the price of every model without one."""

    async def work() -> list[PriceRecord]:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened(settings) as office, office.db.read() as conn:
            return await every(lambda page: prices.list_prices(conn, page, search=search), sort="model")

    rows = [(price.model, _shown(price), price.origin, price.as_of, price.source) for price in run(work())]
    print(table(("MODEL", "USD", "ORIGIN", "AS OF", "SOURCE"), rows))


def _shown(price: PriceRecord) -> str:
    usd = rates_to_usd(price.rates)
    return " ".join(f"{name}={value}" for name, value in usd.items() if name != "tiers") + (
        " +tiers" if "tiers" in usd else ""
    )


@app.command(
    "set", epilog=examples("sluice prices set my-model input=2.5 output=10", "sluice prices set '*' input=1 output=3")
)
def set_(
    model: Annotated[str, typer.Argument(help="The exact model name; * for every model without a price.")],
    rates: Annotated[
        list[str], typer.Argument(help=f"NAME=USD, such as input=2.5 output=10. Names: {', '.join(UNITS)}.")
    ],
    source: Annotated[str, typer.Option(help="Where the price is from.")] = "set by hand",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Set a model's price, for requests from now on."""
    row: dict[str, str] = {"model": model, "source": source}
    for rate in rates:
        name, mark, usd = rate.partition("=")
        if not mark or name not in UNITS:
            fail(f"{rate!r} is not NAME=USD with a name among {', '.join(UNITS)}")
        row[name] = usd

    async def work() -> None:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened(settings) as office, office.db.write() as conn:
            await prices.set_prices(conn, office.by(), [new_price(row, "the price", "admin")])

    run(work())
    print(f"the price of {model} is set")


@app.command(
    "refresh",
    epilog=examples(
        "sluice prices refresh prices.json --dry-run", "sluice prices refresh https://example.com/prices.json"
    ),
)
def refresh(
    source: Annotated[str, typer.Argument(help="A price file or its https address: Sluice's form or LiteLLM's JSON.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Also replace prices set by hand.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Take prices from a file or an address."""

    async def work() -> tuple[PriceList, tuple[str, ...]]:
        today = datetime.now(UTC).date().isoformat()
        listed = parse_price_file(await _content(source), source=source, as_of=today)
        new = [
            NewPrice(model=model, rates=price.rates, source=price.source, as_of=price.as_of, origin="import")
            for model, price in listed.prices.items()
        ]
        keep = () if overwrite else ("admin", "config")
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened(settings) as office, office.db.write() as conn:
            if dry_run:
                return listed, await prices.would_change(conn, new, keep_origins=keep)
            return listed, await prices.set_prices(conn, office.by(), new, keep_origins=keep)

    listed, changed = run(work())
    for model in changed:
        print(f"{'would set' if dry_run else 'set'} the price of {model}")
    for problem in listed.errors:
        print(f"left out {problem.entry}: {problem.reason}")
    print(f"{len(listed.prices)} prices read, {len(changed)} {'to change' if dry_run else 'changed'}")


async def _content(source: str) -> bytes:
    if not source.startswith(("http://", "https://")):
        return await asyncio.to_thread(Path(source).read_bytes)
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_FETCH_SECONDS)) as session,
            session.get(source) as answer,
        ):
            if answer.status != 200:
                raise Fail(f"{source} answered with status {answer.status}")
            content = await answer.content.read(_MAX_FILE + 1)
            while len(content) <= _MAX_FILE and (more := await answer.content.read(_MAX_FILE + 1)):
                content += more
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Fail(f"cannot fetch {source}: {error or 'it took too long'}") from None
    if len(content) > _MAX_FILE:
        raise Fail(f"{source} is larger than {_MAX_FILE} bytes")
    return content
