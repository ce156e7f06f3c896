"""The OpenAI protocol's questions about the account: models, subscription, usage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from sluice.base.errors import model_not_found
from sluice.base.money import NANO_PER_USD
from sluice.routing.snapshot import Snapshot, Token
from sluice.web.surfaces.door import Door, Handler, Visit

MODELS_PREFIX = "/models/"
_CREATED = 1_626_777_600
"""Clients want a number; One API gave this one, and nobody minds."""

Totals = Callable[[int], Awaitable[tuple[int, int]]]
"""Account id -> (nano-dollars left, nano-dollars spent so far)."""


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)


async def _answer(visit: Visit, value: object) -> None:
    headers = [(b"content-type", b"application/json"), (b"x-request-id", visit.id.encode())]
    await visit.client.answer(200, headers, _json(value))


def visible_models(snapshot: Snapshot, token: Token) -> list[str]:
    """The models a token may ask for: those routed to its group and inside its scope, sorted."""
    group = token.user.group
    names = {model for routed, model in snapshot.routes if routed == group}
    return sorted(names if token.models is None else names & token.models)


def _model(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "sluice"}


async def list_models(door: Door, visit: Visit) -> None:
    """``GET /v1/models``."""
    names = visible_models(door.snapshot(), visit.token)
    await _answer(visit, {"object": "list", "data": [_model(name) for name in names]})


async def show_model(door: Door, visit: Visit) -> None:
    """``GET /v1/models/{id}``; the id may hold slashes. Raises GatewayError 404."""
    path: str = visit.scope["path"]
    name = path.split(MODELS_PREFIX, 1)[1]
    if name not in visible_models(door.snapshot(), visit.token):
        raise model_not_found(f"the model {name!r} does not exist or is not open to this token")
    await _answer(visit, _model(name))


def subscription(totals: Totals) -> Handler:
    """``GET /dashboard/billing/subscription``: the hard limit is what was ever granted, in dollars."""

    async def handle(door: Door, visit: Visit) -> None:
        left, spent = await totals(visit.token.accounts[-1])
        limit = (left + spent) / NANO_PER_USD
        expires = visit.token.expires_ms
        await _answer(
            visit,
            {
                "object": "billing_subscription",
                "has_payment_method": True,
                "soft_limit_usd": limit,
                "hard_limit_usd": limit,
                "system_hard_limit_usd": limit,
                "access_until": expires // 1000 if expires else 0,
            },
        )

    return handle


def usage(totals: Totals) -> Handler:
    """``GET /dashboard/billing/usage``: all that was ever spent, in cents."""

    async def handle(door: Door, visit: Visit) -> None:
        _, spent = await totals(visit.token.accounts[-1])
        await _answer(visit, {"object": "list", "total_usage": spent * 100 / NANO_PER_USD})

    return handle
