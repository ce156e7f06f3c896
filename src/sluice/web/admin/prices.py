"""Prices: what a model costs, where the figure is from, and of what date."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from sluice.base.rates import RateError, rates_from_usd, rates_to_usd
from sluice.catalog.imports import parse_price_file
from sluice.storage.manage import prices
from sluice.storage.manage.prices import NewPrice, PriceRecord
from sluice.web.admin.caller import GuardedRoute, Here, Visit
from sluice.web.admin.editing import OUTDATED, IfMatch, Rev, editing, ensure_current
from sluice.web.admin.errors import RESPONSES, ApiError, invalid
from sluice.web.admin.fields import Done, Listing, ModelName, Name, PageQuery, PathId, Search, ShortText, Strict

router = APIRouter(prefix="/prices", tags=["prices"], route_class=GuardedRoute, responses=RESPONSES)

Amount = Annotated[str | int | float, Field(description="Dollars: better as text, for numbers lose exactness.")]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="An ISO date.")]


class TierIn(Strict):
    """Rates for the whole request once its input passes a bound."""

    above_input_tokens: int = Field(ge=1, le=1_000_000_000)
    input: Amount | None = None
    output: Amount | None = None
    cached_input: Amount | None = None
    cache_write: Amount | None = None
    cache_write_1h: Amount | None = None
    reasoning: Amount | None = None


class RatesIn(Strict):
    """Dollars per million tokens or characters; per one image, second of audio, search or request. What is left out
    costs what its base rate costs (cached input: input; reasoning: output), or nothing."""

    input: Amount | None = None
    output: Amount | None = None
    cached_input: Amount | None = None
    cached_input_audio: Amount | None = None
    cache_write: Amount | None = None
    cache_write_1h: Amount | None = None
    input_audio: Amount | None = None
    input_image: Amount | None = None
    reasoning: Amount | None = None
    output_audio: Amount | None = None
    output_image: Amount | None = None
    character: Amount | None = None
    audio_second: Amount | None = None
    image: Amount | None = None
    search: Amount | None = None
    request: Amount | None = None
    batch_input: Amount | None = None
    batch_output: Amount | None = None
    batch_cached_input: Amount | None = None
    training: Amount | None = None
    tiers: list[TierIn] | None = Field(default=None, max_length=20)


class PriceView(BaseModel):
    """A price."""

    id: int
    model: str = Field(description='The exact model name; "*" is the price of every model without one.')
    rates: dict[str, Any] = Field(description="Dollars as text, by rate; `tiers` is a list of such objects.")
    source: str
    as_of: str = Field(description="The date of the source.")
    origin: str = Field(description="catalog, config, admin or import.")
    created_ms: int
    rev: Rev


class PricePage(Listing[PriceView]):
    """One page of prices."""


class PriceQuery(PageQuery):
    """Which prices to list. Sorted by id, model, origin, as_of or created."""

    search: Search = None
    model: ModelName | None = Field(default=None, description="An exact name.")
    origin: Name | None = None


class PriceIn(Strict):
    """A price to set."""

    model: ModelName
    rates: RatesIn
    source: ShortText = "set by hand"
    as_of: Day | None = Field(default=None, description="Today if left out.")


class PriceFile(Strict):
    """A price file: ours (JSON or TOML) or LiteLLM's JSON."""

    content: str = Field(max_length=16_000_000)
    source: ShortText = "price file"
    as_of: Day | None = None
    overwrite: bool = Field(default=False, description="Whether prices set by hand or by the config file give way too.")
    dry_run: bool = Field(default=False, description="Whether only to say what would change.")


class EntryProblem(BaseModel):
    """An entry of a file that could not be read."""

    entry: str
    reason: str


class ImportDone(BaseModel):
    """What came of an import."""

    changed: list[str] = Field(description="The models whose price changed, or would.")
    read: int = Field(description="Prices the file holds.")
    skipped: int = Field(description="Entries that are no prices.")
    problems: list[EntryProblem]


class UnpricedModel(BaseModel):
    """A model that channels serve at the default price."""

    model: str
    channels: list[str]


class UnpricedModels(BaseModel):
    """Models without a price of their own, and what they cost therefore."""

    items: list[UnpricedModel]
    default: PriceView | None


def _view(price: PriceRecord) -> PriceView:
    return PriceView(
        id=price.id,
        model=price.model,
        rates=rates_to_usd(price.rates),
        source=price.source,
        as_of=price.as_of,
        origin=price.origin,
        created_ms=price.created_ms,
        rev=price.rev,
    )


def _exact(value: Any) -> Any:
    """JSON numbers as the decimals they were written as."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {name: _exact(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_exact(part) for part in value]
    return value


def _day(here: Visit, given: str | None) -> str:
    """The given date, or today. Raises ApiError 422 for a date that is none."""
    if given is None:
        return datetime.fromtimestamp(here.clock.now_ms() / 1000, UTC).date().isoformat()
    try:
        return datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        raise invalid("as_of", "there is no such day") from None


@router.get("")
async def list_prices(here: Here, query: Annotated[PriceQuery, Query()]) -> PricePage:
    """The prices, with source and date."""
    async with here.db.read() as conn:
        page = await prices.list_prices(conn, query.page(), search=query.search, model=query.model, origin=query.origin)
    return PricePage(items=[_view(price) for price in page.items], next=page.next, total=page.total)


@router.get("/unpriced")
async def list_unpriced_models(here: Here) -> UnpricedModels:
    """The models that channels serve without a price of their own."""
    async with here.db.read() as conn:
        found = await prices.unpriced(conn)
        default = await prices.find(conn, prices.ANY_MODEL)
    items = [UnpricedModel(model=model, channels=list(names)) for model, names in found]
    return UnpricedModels(items=items, default=_view(default) if default else None)


@router.put("", responses=OUTDATED)
async def set_price(here: Here, given: PriceIn, if_match: IfMatch = None) -> PriceView:
    """Sets the price of a model, for requests from now on. Charges made before keep the price they were made by."""
    try:
        rates = rates_from_usd(_exact(given.rates.model_dump(exclude_none=True)))
    except RateError as error:
        raise invalid(f"rates.{error.field}" if error.field else "rates", error.reason) from None
    price = NewPrice(model=given.model, rates=rates, source=given.source, as_of=_day(here, given.as_of), origin="admin")
    async with editing(here, if_match) as conn:
        old = await prices.find(conn, given.model)
        ensure_current(if_match, old.rev if old else None)
        await prices.set_prices(conn, here.by(), [price])
        stored = await prices.find(conn, given.model)
    assert stored is not None
    await here.deps.changed()
    return _view(stored)


@router.delete("/{price_id}")
async def delete_price(here: Here, price_id: PathId) -> Done:
    """Removes a price: the model costs the default price from now on."""
    async with here.db.write() as conn:
        await prices.delete(conn, here.by(), price_id)
    await here.deps.changed()
    return Done()


@router.post("/import")
async def import_prices(here: Here, file: PriceFile) -> ImportDone:
    """Takes prices from a file. Prices set by hand or by the config file stay, unless told otherwise."""
    try:
        content = file.content.encode()
        listed = parse_price_file(content, source=file.source, as_of=_day(here, file.as_of))
    except ValueError as error:
        raise ApiError(422, "invalid_price_file", str(error), "content") from None
    new = [
        NewPrice(model=model, rates=price.rates, source=price.source, as_of=price.as_of, origin="import")
        for model, price in listed.prices.items()
    ]
    keep = () if file.overwrite else ("admin", "config")
    if file.dry_run:
        async with here.db.read() as conn:
            changed = await prices.would_change(conn, new, keep_origins=keep)
    else:
        async with here.db.write() as conn:
            changed = await prices.set_prices(conn, here.by(), new, keep_origins=keep)
        await here.deps.changed()
    return ImportDone(
        changed=list(changed),
        read=len(new),
        skipped=listed.skipped,
        problems=[EntryProblem(entry=problem.entry, reason=problem.reason) for problem in listed.errors[:200]],
    )
