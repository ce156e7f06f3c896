"""The request log at a glance: what it is made of, how it is spread over time, and what comes in right now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from sluice.base.money import usd_from_nano
from sluice.storage.engine import DatabaseAway
from sluice.storage.manage import facets, requests
from sluice.storage.manage.requests import RequestFilter, RequestRecord
from sluice.storage.manage.summary import Summary, summary
from sluice.web.admin.caller import GuardedRoute, Here, Visit, still_welcome
from sluice.web.admin.errors import RESPONSES, invalid
from sluice.web.admin.events import EVENTS, event, keep_alive, whole
from sluice.web.admin.fields import Millis, Usd
from sluice.web.admin.logs import RequestFilters, RequestView, request_view
from sluice.web.admin.policy import Role

router = APIRouter(prefix="/requests", tags=["logs"], route_class=GuardedRoute, responses=RESPONSES)

_MINUTE_MS = 60_000
_STEPS = tuple(minutes * _MINUTE_MS for minutes in (1, 5, 15, 60, 360, 1440))
_MOST_BARS = 60
LIVE_MOST = 100
_SILENCE = 15.0


class FacetView(BaseModel):
    """One value of a field."""

    value: str = Field(description="As the filter of the same name takes it.")
    name: str | None = Field(description="The name of the channel, token or user.")
    count: int


class FacetsView(BaseModel):
    """What the filtered requests are made of: the most frequent values of each field."""

    model: list[FacetView]
    channel_id: list[FacetView] = Field(description="Empty for plain users.")
    token_id: list[FacetView]
    user_id: list[FacetView] = Field(description="Empty for plain users.")
    status: list[FacetView]
    counted: int = Field(description="How many requests were counted: the newest.")
    complete: bool = Field(description="Whether that is all of them.")


class SummaryQuery(RequestFilters):
    """Which requests to summarise, from when to when."""

    since_ms: Millis
    until_ms: Millis = Field(description="Exclusive.")


class BarView(BaseModel):
    """The requests of one stretch of time."""

    start_ms: int
    requests: int
    errors: int


class TimingView(BaseModel):
    """Milliseconds; null: no request says."""

    median: int | None
    p95: int | None


class SummaryView(BaseModel):
    """The filtered requests over time, added up, and how long they took."""

    bucket_ms: int
    since_ms: int = Field(description="What lies before was not counted: there are too many requests.")
    items: list[BarView] = Field(description="Stretches without any requests are left out.")
    requests: int
    errors: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    spend_usd: Usd
    duration: TimingView = Field(description="From a request's arrival to the end of its answer.")
    first: TimingView = Field(description="To the first content; of the requests that have one.")
    sampled: int = Field(description="How many requests the timings are made of.")
    exact: bool = Field(description="Whether that is all of them; else a sample spread evenly over the time.")


class LiveBatch(BaseModel):
    """The data of an event `requests`: what was logged since the event before, the newest first."""

    items: list[RequestView]
    more: bool = Field(description="Whether there were more than are shown.")


@router.get("/facets")
async def get_request_facets(here: Here, query: Annotated[RequestFilters, Query()]) -> FacetsView:
    """The most frequent models, channels, tokens, users and statuses among the filtered requests."""
    wanted = query.wanted(here)
    async with here.db.read() as conn:
        found = await facets.facets(conn, wanted)
    hidden = ("channel_id", "user_id") if here.caller.role < Role.ADMIN else ()
    shown = {
        name: [] if name in hidden else [FacetView(value=one.value, name=one.name, count=one.count) for one in values]
        for name, values in found.fields.items()
    }
    return FacetsView(**shown, counted=found.counted, complete=found.complete)


@router.get("/summary")
async def get_request_summary(here: Here, query: Annotated[SummaryQuery, Query()]) -> SummaryView:
    """The filtered requests over time, in at most 60 stretches or in days; their sums; their percentiles."""
    if query.until_ms <= query.since_ms:
        raise invalid("until_ms", "must be later than since_ms")
    wanted = query.wanted(here)
    span = query.until_ms - query.since_ms
    bucket_ms = next((step for step in _STEPS if span <= step * _MOST_BARS), _STEPS[-1])
    async with here.db.read() as conn:
        found = await summary(conn, wanted, bucket_ms=bucket_ms)
    return _summed(found, bucket_ms)


def _summed(found: Summary, bucket_ms: int) -> SummaryView:
    names = ("requests", "errors", "input_tokens", "cached_tokens", "output_tokens")
    sums = {name: sum(getattr(bar, name) for bar in found.bars) for name in names}
    return SummaryView(
        bucket_ms=bucket_ms,
        since_ms=found.since_ms,
        items=[BarView(start_ms=bar.start_ms, requests=bar.requests, errors=bar.errors) for bar in found.bars],
        **sums,
        spend_usd=usd_from_nano(sum(bar.charge_nano for bar in found.bars)),
        duration=TimingView(median=found.duration.median, p95=found.duration.p95),
        first=TimingView(median=found.first.median, p95=found.first.p95),
        sampled=found.sampled,
        exact=found.exact,
    )


@router.get("/live", response_class=StreamingResponse, responses=EVENTS)
async def watch_requests(here: Here, request: Request, query: Annotated[RequestFilters, Query()]) -> StreamingResponse:
    """The filtered requests as they are logged, as server-sent events: `ready` once, then `requests` (a LiveBatch).

    Whoever comes back with `Last-Event-ID` gets what was missed, as far as one event holds it. The stream ends with
    the caller's session.
    """
    wanted = query.wanted(here)
    last = request.headers.get("last-event-id", "")
    return StreamingResponse(_watch(here, request, wanted, last), media_type="text/event-stream")


async def _watch(here: Visit, request: Request, wanted: RequestFilter, last: str) -> AsyncIterator[bytes]:
    page = await whole(_newest(here, wanted))
    seen = {record.id for record in page if not last or record.id <= last}
    yield event("ready", {})
    silent = 0.0
    while True:
        fresh = [record for record in page if record.id not in seen]
        if fresh:
            batch = LiveBatch(items=[request_view(here, record) for record in fresh], more=len(fresh) == LIVE_MOST)
            yield event("requests", batch.model_dump(), event_id=fresh[0].id)
            silent = 0.0
        elif silent >= _SILENCE:
            yield keep_alive()
            silent = 0.0
        if page:
            seen = {record.id for record in page}
        await asyncio.sleep(here.deps.live_interval)
        silent += here.deps.live_interval
        if here.deps.stopping() or not await whole(still_welcome(request, here.caller)):
            return
        page = await whole(_newest(here, wanted))


async def _newest(here: Visit, wanted: RequestFilter) -> tuple[RequestRecord, ...]:
    """The newest requests; none while the database is away."""
    try:
        async with here.db.read() as conn:
            return (await requests.list_requests(conn, wanted, limit=LIVE_MOST)).items
    except DatabaseAway:
        return ()
