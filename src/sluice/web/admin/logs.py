"""The request log and the totals over it. A plain user sees its own requests, and not which channel answered them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field, StringConstraints

from sluice.accounting.pricing import batch_rates, explain
from sluice.base.formats import Format
from sluice.base.money import usd_from_nano
from sluice.base.usage import Usage
from sluice.routing.plan import BRIDGED, LAST_RESORT
from sluice.storage.manage import prices, requests, stats
from sluice.storage.manage.requests import AttemptRecord, RequestFilter, RequestRecord
from sluice.storage.manage.stats import Dimension, Slots, Total
from sluice.web.admin.caller import GuardedRoute, Here, Visit
from sluice.web.admin.errors import RESPONSES, forbidden, invalid, not_found
from sluice.web.admin.fields import Id, Listing, Millis, ModelName, Strict, Usd
from sluice.web.admin.policy import Role

router = APIRouter(tags=["logs"], route_class=GuardedRoute, responses=RESPONSES)

RequestId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_MINUTE_MS = 60_000
_BUCKETS: dict[str, int] = {"none": 0, "minute": _MINUTE_MS, "hour": 60 * _MINUTE_MS, "day": 1440 * _MINUTE_MS}
_MOST_BUCKETS = 1500


class RequestView(BaseModel):
    """One request of a client."""

    id: str
    created_ms: int
    user_id: int
    user_name: str | None
    token_id: int
    token_name: str | None
    group: str
    format: str
    model: str
    upstream_model: str | None = Field(description="What the channel calls the model; null for plain users.")
    channel_id: int | None = Field(description="0: none answered; null for plain users.")
    channel_name: str | None
    stream: bool
    status: int = Field(description="What the client was answered; 499 when it left.")
    error_code: str
    rule: str = Field(description="The settlement rule that decided the charge.")
    matched_ms: int = Field(description="After created_ms: the channel was chosen.")
    forwarded_ms: int = Field(description="After created_ms: the request went to the upstream.")
    first_ms: int = Field(description="After created_ms: the first content went to the client; 0: none did.")
    duration_ms: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    charge_usd: Usd
    attempts: int
    address: str
    client: str


class RequestPage(Listing[RequestView]):
    """One page of requests, the newest first. It may come short, or empty, with `next` set: then look further."""


class ChoiceView(BaseModel):
    """Why a channel was chosen, at the time."""

    priority: int
    weight: int
    weights: int = Field(description="The sum of the weights it was drawn by.")
    among: int = Field(description="How many channels of its priority it was drawn from; 1: there was no choice.")
    resting: int = Field(description="How many of its priority were set aside because they had failed lately.")
    bridged: bool = Field(description="Its answer was translated: none that speaks the client's protocol was left.")
    last_resort: bool = Field(description="It was resting itself, and no other was left.")


class AttemptView(BaseModel):
    """One try at one channel."""

    seq: int
    channel_id: int | None
    channel_name: str | None
    started_ms: int = Field(description="After the request's created_ms.")
    head_ms: int = Field(description="After started_ms: the head of the answer came; 0: none did.")
    duration_ms: int
    status: int
    outcome: str
    message: str | None = Field(description="What the upstream said, without secrets; null for plain users.")
    key_id: int | None = Field(description="Which of the channel's keys; 0 when it has but one, null for plain users.")
    key_hint: str | None = Field(description='What of that key may be shown; "" when it is gone.')
    choice: ChoiceView | None = Field(description="null for plain users, and where it was not noted.")


class PriceLine(BaseModel):
    """One line of a charge's arithmetic: count x usd / per x multiplier = amount_usd."""

    rate: str
    unit: str
    count: str
    per: int
    usd: str
    amount_usd: str


class Arithmetic(BaseModel):
    """How the charge came about."""

    model: str = Field(description="The model of the price row.")
    source: str
    as_of: str
    multiplier_ppm: int = Field(description="The group's price multiplier, in millionths.")
    lines: list[PriceLine]


class RequestDetail(RequestView):
    """A request with its attempts, what it used, and how its charge came about."""

    usage: dict[str, Any]
    dropped: list[str] = Field(description="Fields of the request that the upstream could not take.")
    tries: list[AttemptView]
    price: Arithmetic | None = Field(description="null when nothing was charged.")


class RequestFilters(Strict):
    """Which requests to look at."""

    id: RequestId | None = Field(default=None, description="Exactly this request.")
    status: Literal["ok", "error"] | Annotated[str, StringConstraints(pattern=r"^[1-5][0-9]{2}$")] | None = Field(
        default=None, description="ok, error, or one HTTP status."
    )
    model: ModelName | None = None
    channel_id: Id | None = None
    token_id: Id | None = None
    user_id: Id | None = None
    since_ms: Millis | None = None
    until_ms: Millis | None = Field(default=None, description="Exclusive.")
    min_duration_ms: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None

    def wanted(self, here: Visit) -> RequestFilter:
        """The same for the repositories, narrowed to what the caller may see. Raises ApiError 403."""
        return RequestFilter(
            id=self.id,
            user_id=narrowed(here, self.user_id, self.channel_id),
            token_id=self.token_id,
            channel_id=self.channel_id,
            model=self.model,
            failed={"ok": False, "error": True}.get(self.status or ""),
            status=int(self.status) if self.status and self.status.isdigit() else None,
            since_ms=self.since_ms,
            until_ms=self.until_ms,
            min_duration_ms=self.min_duration_ms,
        )


class RequestQuery(RequestFilters):
    """Which requests to list."""

    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=2048)


class StatsQuery(Strict):
    """Which totals to make."""

    since_ms: Millis
    until_ms: Millis = Field(description="Exclusive.")
    bucket: Literal["none", "minute", "hour", "day"] = "none"
    by: Dimension = Dimension.NONE
    top: int = Field(
        default=100, ge=1, le=1000, description="How many users or tokens to tell apart: those that were charged most."
    )
    offset_minutes: int = Field(default=0, ge=-1440, le=1440, description="The time zone's distance from UTC.")
    model: ModelName | None = None
    channel_id: Id | None = None
    token_id: Id | None = None
    user_id: Id | None = None


class TotalView(BaseModel):
    """Sums over the requests of one bucket of time and one key."""

    start_ms: int
    key: str = Field(description='The model, or the id of the channel, user or token; "" without `by`.')
    name: str | None = Field(description="The name of the channel, user or token.")
    requests: int
    errors: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    spend_usd: Usd
    duration_ms: int = Field(description="Sum over the requests.")


class Stats(BaseModel):
    """Totals in order of time and key; buckets without requests are left out."""

    items: list[TotalView]


def _shown(here: Visit, record: RequestRecord) -> dict[str, Any]:
    hidden = {"group", "charge_usd"}
    values = {name: getattr(record, name) for name in RequestView.model_fields if name not in hidden}
    values |= {"group": record.group_name, "charge_usd": usd_from_nano(record.charge_nano)}
    if here.caller.role < Role.ADMIN:
        values |= {"upstream_model": None, "channel_id": None, "channel_name": None}
    return values


def request_view(here: Visit, record: RequestRecord) -> RequestView:
    """A request as the caller may see it."""
    return RequestView.model_validate(_shown(here, record))


@router.get("/requests")
async def list_requests(here: Here, query: Annotated[RequestQuery, Query()]) -> RequestPage:
    """The request log, the newest first."""
    wanted = query.wanted(here)
    async with here.db.read() as conn:
        page = await requests.list_requests(conn, wanted, limit=query.limit, cursor=query.cursor)
    return RequestPage(items=[request_view(here, record) for record in page.items], next=page.next)


@router.get("/requests/{request_id}")
async def get_request(here: Here, request_id: Annotated[RequestId, Path()]) -> RequestDetail:
    """One request: its attempts, its usage, and the arithmetic of its charge."""
    async with here.db.read() as conn:
        record, tries = await requests.get(conn, request_id)
        if not here.caller.may_see(record.user_id):
            raise not_found("request")
        price = await prices.get(conn, record.price_id) if record.price_id else None
    plain = here.caller.role < Role.ADMIN
    shown = [_attempt(attempt) for attempt in tries]
    if plain:
        hidden = ("channel_id", "channel_name", "message", "key_id", "key_hint", "choice")
        shown = [attempt | dict.fromkeys(hidden) for attempt in shown]
    arithmetic = None
    if price is not None:
        rates = batch_rates(price.rates) if record.format == Format.BATCHES.value else price.rates
        lines = explain(rates, msgspec.convert(record.usage, Usage), record.multiplier_ppm)
        arithmetic = Arithmetic(
            model=price.model,
            source=price.source,
            as_of=price.as_of,
            multiplier_ppm=record.multiplier_ppm,
            lines=[PriceLine.model_validate(msgspec.to_builtins(line)) for line in lines],
        )
    return RequestDetail.model_validate(
        {
            **_shown(here, record),
            "usage": dict(record.usage),
            "dropped": list(record.dropped),
            "tries": shown,
            "price": arithmetic,
        }
    )


def _attempt(attempt: AttemptRecord) -> dict[str, Any]:
    values = {name: getattr(attempt, name) for name in AttemptView.model_fields}
    if len(attempt.choice) < len(ChoiceView.model_fields) - 1:
        return values | {"choice": None}
    priority, weight, weights, among, resting, mark, *_ = attempt.choice
    choice = {"priority": priority, "weight": weight, "weights": weights, "among": among, "resting": resting}
    return values | {"choice": choice | {"bridged": bool(mark & BRIDGED), "last_resort": bool(mark & LAST_RESORT)}}


@router.get("/stats")
async def get_stats(here: Here, query: Annotated[StatsQuery, Query()]) -> Stats:
    """Requests, errors, tokens and spend over a range of time, by bucket and by what they have in common."""
    if query.by in (Dimension.CHANNEL, Dimension.USER) and here.caller.role < Role.ADMIN:
        raise forbidden(f"only admins may tell requests apart by {query.by}")
    bucket_ms = _BUCKETS[query.bucket]
    if query.until_ms <= query.since_ms:
        raise invalid("until_ms", "must be later than since_ms")
    if bucket_ms and (query.until_ms - query.since_ms) / bucket_ms > _MOST_BUCKETS:
        raise invalid("bucket", f"the range holds more than {_MOST_BUCKETS} buckets: choose a longer bucket")
    wanted = RequestFilter(
        user_id=narrowed(here, query.user_id, query.channel_id),
        token_id=query.token_id,
        channel_id=query.channel_id,
        model=query.model,
    )
    slots = Slots(
        since_ms=query.since_ms,
        until_ms=query.until_ms,
        bucket_ms=bucket_ms,
        offset_ms=query.offset_minutes * _MINUTE_MS,
    )
    top = query.top if query.by in (Dimension.USER, Dimension.TOKEN) else None
    async with here.db.read() as conn:
        found = await stats.totals(conn, wanted, slots, query.by, top=top)
        names = await stats.names(conn, query.by, {total.key for total in found})
    return Stats(items=[_total(total, names.get(total.key)) for total in found])


def _total(total: Total, name: str | None) -> TotalView:
    same = [field for field in TotalView.model_fields if field not in ("spend_usd", "name")]
    values = {field: getattr(total, field) for field in same}
    return TotalView(**values, name=name, spend_usd=usd_from_nano(total.charge_nano))


def narrowed(here: Visit, user_id: int | None, channel_id: int | None) -> int | None:
    """Whose requests are looked at: a plain user's own. Raises ApiError 403 when it asks for more."""
    if here.caller.role >= Role.ADMIN:
        return user_id
    if channel_id is not None or user_id not in (None, here.caller.user.id):
        raise forbidden("only one's own requests can be seen, and not their channels")
    return here.caller.user.id
