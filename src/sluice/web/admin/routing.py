"""Which channel a request would go to now, and what lately went wrong at each."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from sluice.base.formats import Format
from sluice.routing.explain import Reason, Standing, explain
from sluice.storage.manage import tokens, troubles, users
from sluice.storage.manage.tokens import TokenRecord
from sluice.storage.manage.users import UserRecord
from sluice.web.admin.caller import GuardedRoute, Here, Visit
from sluice.web.admin.errors import RESPONSES
from sluice.web.admin.fields import Id, ModelName, Name, Strict

router = APIRouter(prefix="/routing", tags=["channels"], route_class=GuardedRoute, responses=RESPONSES)

DAY_MS = 86_400_000
Refusal = Literal["management_token", "token_disabled", "token_expired", "model_not_allowed", "insufficient_quota"]


class ExplainQuery(Strict):
    """Which request to explain."""

    model: ModelName = Field(description="The exact name a client asks for.")
    format: Format = Field(default=Format.OPENAI_CHAT, description="The protocol it asks in.")
    token_id: Id | None = Field(default=None, description="Whose request: the token's user decides the group.")
    group: Name | None = Field(default=None, description="The group, when no token is given; `default` by default.")


class StandingView(BaseModel):
    """One channel's place in the order."""

    channel_id: int
    channel_name: str
    provider: str
    reason: Reason = Field(
        description="`candidate` and `resting` (asked when all candidates failed) are asked; the others never: "
        "`disabled`, `group` (not for this group), `format` (cannot answer this protocol), `name` (has a model of "
        "nearly this name)."
    )
    model: str = Field(description="What the channel calls the model; of `name`: the channel's own name.")
    priority: int
    weight: int
    rank: int = Field(description="Place in the order, from 0; of equal rank one is drawn by weight; -1: never asked.")
    chance: float = Field(description="The probability that it is asked first.")
    bridged: bool = Field(description="Whether its answer is translated into the client's protocol.")
    rests_for_ms: int = Field(description="How much longer it rests; 0: it does not.")


class Explanation(BaseModel):
    """Where a request goes at this moment, by this worker's knowledge."""

    group: str
    refusals: list[Refusal] = Field(description="Why the token's request would not even be routed.")
    items: list[StandingView] = Field(description="Those first that are asked first.")
    others: int = Field(description="How many channels have nothing to do with the model.")


class TroubleView(BaseModel):
    """What went wrong at a channel within the last 24 hours."""

    channel_id: int
    failures: int = Field(description="Failed attempts.")
    last_ms: int = Field(description="When the newest failed attempt's request was made.")
    request_id: str
    model: str
    status: int = Field(description="The upstream's HTTP status; 0: none.")
    outcome: str
    message: str


class TroubleList(BaseModel):
    """The channels at which something went wrong."""

    items: list[TroubleView]
    complete: bool = Field(description="false: only the newest failures were counted.")


@router.get("/explain")
async def explain_routing(here: Here, query: Annotated[ExplainQuery, Query()]) -> Explanation:
    """The channels a request would be offered to, with the probability of each; and why the others are left out."""
    group, refusals = query.group or "default", []
    if query.token_id is not None:
        async with here.db.read() as conn:
            token = await tokens.get(conn, query.token_id)
            user = await users.get(conn, token.user_id)
        group, refusals = user.group_name, _refusals(token, user, query.model, here.clock.now_ms())
    snapshot = here.deps.snapshot()
    now = here.clock.monotonic()
    found = explain(snapshot, group, query.model, query.format, here.deps.book, now)
    items = [_standing(here, one, now) for one in found]
    return Explanation(group=group, refusals=refusals, items=items, others=len(snapshot.channels) - len(found))


@router.get("/troubles")
async def list_troubles(here: Here) -> TroubleList:
    """The newest failure of each channel within the last 24 hours, and how many there were."""
    since_ms = here.clock.now_ms() - DAY_MS
    async with here.db.read() as conn:
        found, complete = await troubles.latest(conn, since_ms)
    views = [
        TroubleView.model_validate({name: getattr(one, name) for name in TroubleView.model_fields}) for one in found
    ]
    return TroubleList(items=views, complete=complete)


def _standing(here: Visit, one: Standing, now: float) -> StandingView:
    channel = one.channel
    return StandingView(
        channel_id=channel.id,
        channel_name=channel.name,
        provider=channel.spec.provider,
        reason=one.reason,
        model=one.model,
        priority=channel.priority,
        weight=max(channel.weight, 1),
        rank=one.rank,
        chance=one.chance,
        bridged=one.bridged,
        rests_for_ms=max(0, int((here.deps.book.rests_until(channel.id) - now) * 1000)),
    )


def _refusals(token: TokenRecord, user: UserRecord, model: str, now_ms: int) -> list[Refusal]:
    """What relay/admit.py and the reservation would say, all of it at once."""
    said: dict[Refusal, bool] = {
        "management_token": token.scope == "management",
        "token_disabled": token.status != "enabled" or user.status != "enabled",
        "token_expired": token.expires_ms is not None and token.expires_ms <= now_ms,
        "model_not_allowed": token.models is not None and model not in token.models,
        "insufficient_quota": user.balance_nano <= 0 or (token.balance_nano is not None and token.balance_nano <= 0),
    }
    return [code for code, holds in said.items() if holds]
