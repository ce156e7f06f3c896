"""The Realtime protocol (wires.md 1.12): a websocket at ``/v1/realtime?model=...``. What is refused before it opens is
refused in HTTP."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

import msgspec
import structlog

from sluice.base.errors import GatewayError, bad_request
from sluice.base.formats import Format
from sluice.base.ids import request_id
from sluice.base.wire import Closed, Header
from sluice.relay.admit import admit, check_model
from sluice.relay.inbound import ClientLeft, Inbound
from sluice.relay.session_money import worst_answer
from sluice.relay.sessions import Sessions
from sluice.routing.snapshot import Token
from sluice.web.errors import OPENAI, internal_error
from sluice.web.http import CORS, LEAVING, Receive, Scope, Send, client_address, credential, header, rejection_headers
from sluice.web.surfaces.door import CLIENT_LIMIT, Door, Route, Visit
from sluice.web.surfaces.openai_json import forwarded

_log = structlog.get_logger("sluice.web")

PATH = "/realtime"
_KEY_PROTOCOL = "openai-insecure-api-key."
"""Before the key, in a subprotocol: browsers cannot send headers with a websocket."""
_PROTOCOL = "realtime"
_LONGEST_REASON = 120
"""Bytes: a close has room for 123 (RFC 6455, 5.5)."""


class AsgiSocket:
    """The relay's view of one ASGI websocket (relay/inbound.py SocketClient). ``patience``: seconds a client may read
    nothing of what waits for it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, patience: float) -> None:
        self._receive = receive
        self._send = send
        self._patience = patience
        self._protocol = _chosen(scope.get("subprotocols", ()))
        self._closed = False
        self.accepted = False
        self.leaving: asyncio.Event = scope.get(LEAVING) or asyncio.Event()

    async def accept(self, headers: list[Header]) -> None:
        """Opens the websocket."""
        await self._tell({"type": "websocket.accept", "subprotocol": self._protocol, "headers": headers})
        self.accepted = True

    async def refuse(self, error: GatewayError, identity: str) -> None:
        """Answers the opening in HTTP."""
        headers = [*rejection_headers(error, identity), *CORS]
        with suppress(ClientLeft):
            await self._tell({"type": "websocket.http.response.start", "status": error.status, "headers": headers})
            body = OPENAI.error_body(error, identity)
            await self._tell({"type": "websocket.http.response.body", "body": body})

    async def receive(self) -> str | bytes | Closed:
        """The next message; Closed at the end."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self._closed = True
            return Closed(message.get("code") or 1005, message.get("reason") or "")
        text: str | None = message.get("text")
        return bytes(message.get("bytes") or b"") if text is None else text

    async def send(self, message: str | bytes) -> None:
        """Sends a message."""
        await self._tell({"type": "websocket.send", "text" if isinstance(message, str) else "bytes": message})

    async def close(self, code: int, reason: str) -> None:
        """Closes the websocket, if it still is open."""
        told = reason.encode()[:_LONGEST_REASON].decode("utf-8", "ignore")
        with suppress(ClientLeft):
            await self._tell({"type": "websocket.close", "code": code, "reason": told})
        self._closed = True

    async def _tell(self, message: dict[str, Any]) -> None:
        if self._closed:
            raise ClientLeft
        try:
            async with asyncio.timeout(self._patience):
                await self._send(message)
        except (OSError, TimeoutError):  # the server's word for a client that is gone, and ours for one that is stuck
            self._closed = True
            raise ClientLeft from None


def route(door: Door, sessions: Sessions, patience: float) -> Route:
    """An ASGI callable for websockets: admits the caller, and serves the session."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # the opening
        now_ms = door.clock.now_ms()
        identity = request_id(now_ms, door.rng)
        client = AsgiSocket(scope, receive, send, patience)
        try:
            await _admitted(door, sessions, scope, client, identity, now_ms)
        except GatewayError as error:
            door.metrics.rejected(error.status, error.code)
            await client.refuse(error, identity)
        except Exception:
            _log.exception("session failed", request_id=identity)
            if client.accepted:
                await client.close(1011, "internal_error")
            else:
                await client.refuse(internal_error(), identity)

    return serve


async def _admitted(
    door: Door, sessions: Sessions, scope: Scope, client: AsgiSocket, identity: str, now_ms: int
) -> None:
    key, address = key_of(scope), client_address(scope)
    started = door.clock.monotonic()
    token = admit(door.snapshot(), key, address, now_ms)
    door.rates.check(token, started)
    asked = _query(scope)
    model = asked["model"]
    check_model(token, model)

    def again() -> Token:
        """The token as it is now: a session may outlive it."""
        found = admit(door.snapshot(), key, address, door.clock.now_ms())
        check_model(found, model)
        return found

    agent = header(scope, b"user-agent") or b""
    inbound = Inbound(
        id=identity,
        voice=OPENAI,
        format=Format.REALTIME,
        token=token,
        model=model,
        created_ms=now_ms,
        started=started,
        top={name: msgspec.Raw(msgspec.json.encode(value)) for name, value in asked.items()},
        stream=True,
        expected=worst_answer(0),
        address=address,
        client=agent.decode("latin-1")[:CLIENT_LIMIT],
        headers=forwarded(scope),
    )
    await sessions.serve(inbound, client, again)


async def plain(door: Door, visit: Visit) -> None:
    """``GET /v1/realtime`` without the offer of a websocket."""
    text = "this endpoint is a websocket"
    error = GatewayError(426, "invalid_request_error", "upgrade_required", text, should_retry=False)
    headers = [*rejection_headers(error, visit.id), (b"upgrade", b"websocket")]
    await visit.client.answer(error.status, headers, OPENAI.error_body(error, visit.id))


def key_of(scope: Scope) -> bytes | None:
    """The key sent: in a header, as everywhere, or in a subprotocol."""
    found = credential(scope)
    if found is not None:
        return found
    for name in scope.get("subprotocols", ()):
        if name.startswith(_KEY_PROTOCOL):
            return str(name).removeprefix(_KEY_PROTOCOL).encode()
    return None


def _chosen(offered: list[str]) -> str | None:
    """The subprotocol that is accepted: browsers that offered some want one of them. Never the one that is a key."""
    plain = [name for name in offered if not name.startswith(_KEY_PROTOCOL)]
    return _PROTOCOL if _PROTOCOL in plain else next(iter(plain), None)


def _query(scope: Scope) -> dict[str, str]:
    """Model and intent, from the address. Raises GatewayError 400."""
    found = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
    if "call_id" in found:
        raise bad_request("unsupported_value", "calls cannot be joined through the gateway", "call_id")
    if not found.get("model"):
        raise bad_request("missing_field", "the address must name a model: /v1/realtime?model=...", "model")
    return {name: found[name] for name in ("model", "intent") if name in found}
