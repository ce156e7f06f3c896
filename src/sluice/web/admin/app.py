"""The management API as one ASGI application, served below ``/api/v1``."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sluice.base.clock import Clock, Rng
from sluice.base.ids import request_id
from sluice.web.admin import (
    bulk_tests,
    channels,
    groups,
    log_views,
    logs,
    prices,
    probing,
    routing,
    session,
    system,
    tokens,
    users,
)
from sluice.web.admin.deps import AdminDeps
from sluice.web.admin.errors import ApiError, answer, install

PREFIX = "/api/v1"
MAX_BODY = 20 * 1024 * 1024
"""Bytes. The largest body is a price file."""

_log = structlog.get_logger("sluice.admin")

_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)


def create_admin(deps: AdminDeps) -> FastAPI:
    """The application: it is to be given whole paths, and ``/api/v1/openapi.json`` describes it."""
    app = FastAPI(
        title="Sluice management API",
        version=deps.version or "0",
        description="Channels, tokens, users, prices, logs and settings of a Sluice gateway. Sign in at POST /session, "
        "or send a token of the scope `management` as `Authorization: Bearer sk-...`.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    app.state.deps = deps
    # The first that fits a path serves it: fixed paths stand before those with an id.
    modules = (session, bulk_tests, probing, channels, routing, tokens, users, groups, prices, log_views, logs, system)
    for module in modules:
        app.include_router(module.router, prefix=PREFIX)
    install(app)
    app.add_middleware(_Envelope, clock=deps.clock, rng=deps.rng)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


class _Envelope:
    """Around every answer: its request id, headers that keep it out of caches and frames, a bound on the body, and the
    error shape for defects."""

    def __init__(self, app: ASGIApp, clock: Clock, rng: Rng) -> None:
        self._app = app
        self._clock = clock
        self._rng = rng

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = scope["sluice.request_id"] = request_id(self._clock.now_ms(), self._rng)
        started = False

        async def send_on(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], (b"x-request-id", number.encode()), *_HEADERS]
            await send(message)

        try:
            await self._app(scope, _bounded(receive), send_on)
        except Exception:
            _log.exception("management API failed", request_id=number, path=scope["path"])
            if started:
                raise
            error = ApiError(500, "internal_error", "the gateway met an internal error; its log has it under this id")
            await answer(error, number)(scope, receive, send_on)


def _bounded(receive: Receive) -> Receive:
    """Counts the body while it comes."""
    total = 0

    async def receive_on() -> Message:
        nonlocal total
        message: dict[str, Any] = dict(await receive())
        total += len(message.get("body", b""))
        if total > MAX_BODY:
            raise HTTPException(413, f"the body is larger than {MAX_BODY} bytes")
        return message

    return receive_on
