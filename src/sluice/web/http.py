"""The small part of HTTP that every surface needs, straight on ASGI: credentials, bodies, answers."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, Protocol

from sluice.base.errors import GatewayError, body_too_large
from sluice.base.wire import Header
from sluice.web.unpacking import unpacker

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

FIELDS = "sluice.headers"
"""Where a scope has its headers by name, of two alike the first. Our server puts them there."""
CYCLE = "sluice.cycle"
"""Where a scope has its ``OurCycle``; a server that is not ours, and a websocket, have none."""
LEAVING = "sluice.leaving"
"""Where a websocket's scope has the event that is set when the server is told to end (sockets.py)."""


class OurCycle(Protocol):
    """What our server's cycle (cycle.py) can do beyond ASGI."""

    def watch(self, gone: Callable[[], None] | None) -> None:
        """Once the client leaves unanswered, calls and then cancels the request's task; None: no longer."""
        ...

    def rest_of_body(self) -> bytes | None:
        """What was not received yet of the request's body, where all of it has come; else None."""
        ...

    async def answer(self, status: int, headers: list[Header], body: bytes) -> None:
        """A whole answer; its length is added to the headers. Waits while the client is slow."""
        ...


class ClientGone(Exception):
    """The client left before its request was whole."""


def fields_of(scope: Scope) -> dict[bytes, bytes]:
    """The request's headers by their lower-case names, of two alike the first."""
    fields: dict[bytes, bytes] | None = scope.get(FIELDS)
    if fields is None:
        fields = scope[FIELDS] = dict(reversed(scope["headers"]))
    return fields


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first value of a request header, by its lower-case name."""
    return fields_of(scope).get(name)


def credential(scope: Scope) -> bytes | None:
    """The key sent: ``Authorization`` with or without ``Bearer``, ``x-api-key``, ``api-key``, ``x-goog-api-key``."""
    authorization = fields_of(scope).get(b"authorization")
    if authorization is not None:
        scheme, _, rest = authorization.strip().partition(b" ")
        return rest.strip() if scheme.lower() == b"bearer" else authorization.strip()
    for key, value in scope["headers"]:
        if key in _KEY_HEADERS:
            return bytes(value.strip())
    return None


_KEY_HEADERS = frozenset({b"x-api-key", b"api-key", b"x-goog-api-key"})


def client_address(scope: Scope) -> str:
    """The address the request came from (the server resolves forwarded headers of trusted proxies)."""
    peer = scope.get("client")
    return peer[0] if peer else ""


async def body_pieces(scope: Scope, receive: Receive, limit: int) -> AsyncIterator[bytes]:
    """The request's body as it comes, inflated when it is gzip.

    Raises GatewayError 413 over ``limit`` bytes (also counted after inflating), 400 for another encoding or broken
    gzip, and ClientGone.
    """
    packed = unpacker(header(scope, b"content-encoding"))
    total = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        more = message.get("more_body", False)
        came: bytes = message.get("body", b"")
        for piece in packed.feed(came) if packed else (came,) if came else ():
            total += len(piece)
            if total > limit:
                raise body_too_large(limit)
            yield piece
    if packed:
        packed.finish()


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The whole body. Raises as ``body_pieces``."""
    fields = fields_of(scope)
    declared = fields.get(b"content-length")
    if declared is not None and declared.isdigit() and int(declared) > limit:
        raise body_too_large(limit)
    cycle: OurCycle | None = scope.get(CYCLE)
    body = cycle.rest_of_body() if cycle is not None and b"content-encoding" not in fields else None
    if body is None:
        return b"".join([piece async for piece in body_pieces(scope, receive, limit)])
    if len(body) > limit:
        raise body_too_large(limit)
    return body


# Browsers may call the relay from any page: its credential is a bearer key, never a cookie.
CORS: tuple[Header, ...] = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"x-request-id, retry-after, x-should-retry, x-sluice-dropped"),
)
_PREFLIGHT: tuple[Header, ...] = (
    *CORS,
    (b"access-control-allow-methods", b"GET, POST, DELETE, OPTIONS"),
    (b"access-control-allow-headers", b"*, authorization"),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
)


async def preflight(send: Send, *more: Header) -> None:
    """Answers a browser's OPTIONS request."""
    await send({"type": "http.response.start", "status": 204, "headers": [*_PREFLIGHT, *more]})
    await send({"type": "http.response.body", "body": b""})


class AsgiClient:
    """The relay's view of one ASGI request (relay/inbound.py ClientConnection). ``started``: whether any byte of an
    answer was sent."""

    __slots__ = ("_cycle", "_send", "aborted", "gone", "started")

    def __init__(self, scope: Scope, send: Send) -> None:
        self._cycle: OurCycle | None = scope.get(CYCLE)
        self._send = send
        self.started = False
        self.gone = False
        self.aborted = False

    def watch(self) -> None:
        """Cancels the current task once the client leaves."""
        if self._cycle is not None:
            self._cycle.watch(self._leave)

    def _leave(self) -> None:
        self.gone = True

    def unwatch(self) -> None:
        """Ends the watch."""
        if self._cycle is not None:
            self._cycle.watch(None)

    def answer(self, status: int, headers: list[Header], body: bytes) -> Coroutine[Any, Any, None]:
        """Sends a whole answer."""
        self.started = True
        headers += CORS
        return (self._in_two if self._cycle is None else self._cycle.answer)(status, headers, body)

    async def _in_two(self, status: int, headers: list[Header], body: bytes) -> None:
        headers.append((b"content-length", b"%d" % len(body)))
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    async def start(self, status: int, headers: list[Header]) -> None:
        """Sends the head of a streamed answer."""
        self.started = True
        headers += CORS
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def write(self, data: bytes) -> None:
        """Sends a piece; waits while the client is slow."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def finish(self, data: bytes = b"") -> None:
        """Sends the last piece. Whoever was answered is watched no more: what follows, as the reading of the upstream's
        answer to its end, is not to be cancelled."""
        await self._send({"type": "http.response.body", "body": data})

    def abort(self) -> None:
        """Leaves the answer unfinished: the server then drops the connection, which the client sees as a broken one."""
        self.aborted = True


def bounded(text: str, most: int) -> int | None:
    """The whole number from 1 to ``most`` a client wrote; None for anything else, however long."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if 1 <= number <= most else None


def rejection_headers(error: GatewayError, request_id: str) -> list[Header]:
    """The headers of an error answer: the request id, and what tells SDKs whether to try again."""
    headers = [(b"content-type", b"application/json"), (b"x-request-id", request_id.encode())]
    if error.should_retry is not None:
        headers.append((b"x-should-retry", b"true" if error.should_retry else b"false"))
    if error.retry_after is not None:
        seconds = max(1, math.ceil(error.retry_after))
        headers.append((b"retry-after", b"%d" % seconds))
        if error.limit is not None:
            # As OpenAI's own: https://platform.openai.com/docs/guides/rate-limits
            headers.append((b"x-ratelimit-limit-requests", b"%d" % error.limit))
            headers.append((b"x-ratelimit-remaining-requests", b"0"))
            headers.append((b"x-ratelimit-reset-requests", b"%ds" % seconds))
    return headers
