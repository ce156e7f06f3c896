"""Dispatch: relay paths go straight to their surface; the rest to the management API, the probes and the console."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from sluice.base.errors import GatewayError, not_found
from sluice.relay.sessions import Sessions
from sluice.storage.responses import ResponseStore
from sluice.web.errors import ANTHROPIC, OPENAI
from sluice.web.http import App, AsgiClient, Message, Receive, Scope, Send, credential, preflight, rejection_headers
from sluice.web.surfaces import (
    anthropic,
    gemini,
    openai_forms,
    openai_held,
    openai_info,
    openai_json,
    openai_responses,
    realtime,
)
from sluice.web.surfaces.door import Door, Route, enter

Routes = Mapping[tuple[str, str], Route]
"""(method, path without its ``/v1``) -> route."""


def relay_routes(door: Door, totals: openai_info.Totals, responses: ResponseStore, shelf: openai_held.Shelf) -> Routes:
    """Every relay endpoint, of all protocols."""
    routes: dict[tuple[str, str], Route] = {
        ("POST", path): enter(door, endpoint.voice, openai_json.handler(endpoint))
        for path, endpoint in openai_json.ENDPOINTS.items()
    }
    for path, form in openai_forms.ENDPOINTS.items():
        routes["POST", path] = enter(door, OPENAI, openai_forms.handler(form))
    for path, handler in anthropic.ENDPOINTS.items():
        routes["POST", path] = enter(door, ANTHROPIC, handler, anthropic.key)
    for route, handler in openai_responses.routes(responses).items():
        routes[route] = enter(door, OPENAI, handler)
    for route, handler in openai_held.routes(shelf).items():
        routes[route] = enter(door, OPENAI, handler)
    routes["GET", realtime.PATH] = enter(door, OPENAI, realtime.plain)
    google = gemini.Google(door)
    routes["GET", "/models"] = gemini.for_google(google, enter(door, OPENAI, openai_info.list_models))
    show_model = enter(door, OPENAI, openai_info.show_model)
    routes["GET", openai_info.MODELS_PREFIX] = gemini.for_google(google, show_model)
    routes["POST", openai_info.MODELS_PREFIX] = google
    routes["GET", "/dashboard/billing/subscription"] = enter(door, OPENAI, openai_info.subscription(totals))
    routes["GET", "/dashboard/billing/usage"] = enter(door, OPENAI, openai_info.usage(totals))
    return routes


def socket_routes(door: Door, sessions: Sessions, patience: float) -> Mapping[str, Route]:
    """Every websocket, by path without its ``/v1``. ``patience``: seconds a client may read nothing."""
    return {realtime.PATH: realtime.route(door, sessions, patience)}


class Gateway:
    """The ASGI application of one worker, but for its lifespan (app.py). Of the applications below a prefix, those that
    are ``named`` give each of their answers an ``x-request-id`` themselves."""

    def __init__(
        self,
        routes: Routes,
        sockets: Mapping[str, Route],
        mounts: Mapping[str, App],
        fallback: App,
        *,
        named: Mapping[str, App],
        new_id: Callable[[], str],
    ) -> None:
        self._routes = routes
        self._sockets = sockets
        self._exact = {(method, "/v1" + path): route for (method, path), route in routes.items()}
        self._paths = {path for _, path in routes}
        self._mounts = tuple(mounts.items())
        self._apart = tuple((prefix, prefix + "/", app) for prefix, app in named.items())
        self._fallback = fallback
        self._new_id = new_id

    def takes_socket(self, path: str) -> bool:
        """Whether a websocket may be opened at this path."""
        return _tail(path)[0] in self._sockets

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serves one HTTP request, or one websocket at a path that ``takes_socket``."""
        if scope["type"] == "websocket":
            return self._sockets[_tail(scope["path"])[0]](scope, receive, send)
        route = self._exact.get((scope["method"], scope["path"]))
        if route is not None:
            return route(scope, receive, send)
        path: str = scope["path"]
        for prefix, inside, app in self._apart:
            if path.startswith(inside) or path == prefix:
                return app(scope, receive, send)
        return self._dispatch(scope, receive, self._named(send))

    def _named(self, send: Send) -> Send:
        """Gives answers that have no ``x-request-id`` one; relay routes make their own."""

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                if not any(name == b"x-request-id" for name, _ in headers):
                    message = {**message, "headers": [*headers, (b"x-request-id", self._new_id().encode())]}
            await send(message)

        return named

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        for prefix, app in self._mounts:
            if path == prefix or path.startswith(prefix + "/"):
                await app(scope, receive, send)
                return
        tail, versioned = _tail(path)
        known = self._route_path(tail)
        if known is None and not versioned:
            await self._fallback(scope, receive, send)
            return
        method: str = scope["method"]
        if method == "OPTIONS":
            await preflight(send)
            return
        route = self._routes.get((method, known)) if known else None
        if route is not None and (versioned or method == "POST" or credential(scope)):
            await route(scope, receive, send)
        elif known is not None and not versioned and method in ("GET", "HEAD"):
            await self._fallback(scope, receive, send)
        else:
            await _refuse(path, method, known is not None, AsgiClient(scope, send), self._new_id())

    def _route_path(self, tail: str) -> str | None:
        if tail in self._paths:
            return tail
        if tail.startswith(openai_info.MODELS_PREFIX) and len(tail) > len(openai_info.MODELS_PREFIX):
            return openai_info.MODELS_PREFIX
        return openai_responses.route_path(tail) or openai_held.route_path(tail)


def _tail(path: str) -> tuple[str, bool]:
    """The path without empty segments and leading ``v1``s, and whether there was a ``v1``: bases are pasted with and
    without it, and with a slash too many."""
    segments = [segment for segment in path.split("/") if segment]
    count = 0
    while count < len(segments) and segments[count] == "v1":
        count += 1
    return "/" + "/".join(segments[count:]), count > 0


async def _refuse(path: str, method: str, exists: bool, client: AsgiClient, identity: str) -> None:
    if exists:
        error = GatewayError(
            405, "invalid_request_error", "method_not_allowed", f"{path} does not take {method}", should_retry=False
        )
    else:
        error = not_found(f"there is nothing at {method} {path}")
    await client.answer(error.status, rejection_headers(error, identity), OPENAI.error_body(error, identity))
