"""Trying many channels, or many models of one, at once; each result goes out as it comes in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import Field

from sluice.relay.probe import TestResult
from sluice.storage.manage import channels
from sluice.storage.manage.paging import MAX_LIMIT, PageRequest
from sluice.vendors.dialect import ChannelSpec
from sluice.web.admin.caller import GuardedRoute, Here, Visit
from sluice.web.admin.errors import RESPONSES, ApiError, invalid
from sluice.web.admin.events import EVENTS, event, whole
from sluice.web.admin.fields import Id, ModelName, Strict
from sluice.web.admin.probing import TestView, first_model, keep_result, saved_spec, test_view

router = APIRouter(prefix="/channels", tags=["channels"], route_class=GuardedRoute, responses=RESPONSES)

_AT_ONCE = 6
_MOST_CALLS = 2000


class TestPlan(Strict):
    """What to test: by default one model of every enabled channel."""

    __test__ = False

    channel_ids: Annotated[list[Id], Field(min_length=1, max_length=1000)] | None = None
    models: Annotated[list[ModelName], Field(min_length=1, max_length=500)] | None = Field(
        default=None, description="These models of each channel."
    )
    each_model: bool = Field(default=False, description="Every model that a channel lists, when no models are named.")


class ChannelTest(TestView):
    """The data of an event `result`: what came of one call."""

    channel_id: int


@dataclass(frozen=True, slots=True)
class _Try:
    channel_id: int
    spec: ChannelSpec
    model: str
    proxy_url: str
    key_id: int


@router.post("/test-many", response_class=StreamingResponse, responses=EVENTS)
async def test_channels(here: Here, plan: TestPlan) -> StreamingResponse:
    """Makes one small real call by each channel, or for each of its models, some at a time.

    Answers with server-sent events: `plan` ({"count"}) once, `result` (a ChannelTest) for each call in the order they
    end, `done` ({"ok", "failed"}) last. What came of a channel is kept with it: its first failure if it had one.
    """
    tries = [one for channel_id in await _channel_ids(here, plan) for one in await _tries(here, channel_id, plan)]
    if len(tries) > _MOST_CALLS:
        raise invalid("channel_ids", f"this would make {len(tries)} calls: at most {_MOST_CALLS} at a time")
    return StreamingResponse(_results(here, tries), media_type="text/event-stream")


async def _channel_ids(here: Visit, plan: TestPlan) -> list[int]:
    if plan.channel_ids is not None:
        return list(dict.fromkeys(plan.channel_ids))
    found: list[int] = []
    page = PageRequest(limit=MAX_LIMIT, sort="id")
    while True:
        async with here.db.read() as conn:
            part = await channels.list_channels(conn, page, status="enabled")
        found += [channel.id for channel in part.items]
        if part.next is None:
            return found
        page = PageRequest(limit=MAX_LIMIT, sort="id", cursor=part.next)


async def _tries(here: Visit, channel_id: int, plan: TestPlan) -> list[_Try]:
    """The calls one channel is tested by. A channel of all that cannot even be bound is left to its own test."""
    try:
        saved = await saved_spec(here, channel_id)
    except ApiError:
        if plan.channel_ids is None:
            return []
        raise
    first = first_model(saved.models)
    models = plan.models or (saved.models if plan.each_model else (() if first is None else (first,)))
    return [_Try(channel_id, saved.spec, model, saved.proxy_url, saved.key_id) for model in dict.fromkeys(models)]


async def _results(here: Visit, tries: list[_Try]) -> AsyncIterator[bytes]:
    yield event("plan", {"count": len(tries)})
    turns = asyncio.Semaphore(_AT_ONCE)
    kept: dict[int, TestResult] = {}
    keys = {one.channel_id: one.key_id for one in tries}

    async def call(one: _Try) -> tuple[_Try, TestResult]:
        async with turns:
            return one, await here.deps.probe.test(one.spec, one.model, None, one.proxy_url)

    tasks = [asyncio.ensure_future(call(one)) for one in tries]
    try:
        for task in asyncio.as_completed(tasks):
            one, result = await task
            if kept.get(one.channel_id) is None or kept[one.channel_id].ok:
                kept[one.channel_id] = result
            shown = ChannelTest(**test_view(result).model_dump(), channel_id=one.channel_id)
            yield event("result", shown.model_dump(mode="json"))
    finally:
        # Whoever started this may have left: the calls that are under way end too.
        for pending in tasks:
            pending.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for channel_id, result in kept.items():
        await whole(keep_result(here, channel_id, result, keys[channel_id]))
    passed = sum(1 for task in tasks if task.result()[1].ok)
    yield event("done", {"ok": passed, "failed": len(tasks) - passed})
