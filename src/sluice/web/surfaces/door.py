"""What every surface does first and last: admit the caller, and say errors in its words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec
import structlog

from sluice.base.clock import Clock, Rng
from sluice.base.errors import GatewayError
from sluice.base.ids import request_id
from sluice.relay.admit import RateBook, admit
from sluice.relay.inbound import Voice
from sluice.relay.relay import Relay
from sluice.routing.snapshot import Snapshot, Token
from sluice.telemetry.metrics import Metrics
from sluice.web.errors import internal_error
from sluice.web.http import (
    AsgiClient,
    ClientGone,
    Receive,
    Scope,
    Send,
    client_address,
    credential,
    header,
    rejection_headers,
)

_log = structlog.get_logger("sluice.web")

CLIENT_LIMIT = 120
"""Characters of a User-Agent that are kept."""


@dataclass(slots=True, kw_only=True)
class Door:
    """What the surfaces of one worker share. Sizes are bytes."""

    snapshot: Callable[[], Snapshot]
    relay: Relay
    rates: RateBook
    metrics: Metrics
    clock: Clock
    rng: Rng
    max_body: int
    max_upload: int


class Visit(msgspec.Struct, kw_only=True):
    """One request at the door. ``created_ms`` is epoch milliseconds, ``started`` monotonic seconds."""

    id: str
    scope: Scope
    receive: Receive
    client: AsgiClient
    token: Token
    address: str
    created_ms: int
    started: float

    @property
    def agent(self) -> str:
        """The client's User-Agent, cut."""
        value = header(self.scope, b"user-agent")
        return value.decode("latin-1")[:CLIENT_LIMIT] if value else ""


Handler = Callable[[Door, Visit], Awaitable[None]]
Route = Callable[[Scope, Receive, Send], Awaitable[None]]


def enter(door: Door, voice: Voice, handler: Handler, key: Callable[[Scope], bytes | None] = credential) -> Route:
    """An ASGI callable that admits the caller, runs the handler, and says errors in the client's protocol.

    ``key`` finds the credential, for protocols that have it elsewhere.
    """

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        now_ms = door.clock.now_ms()
        identity = request_id(now_ms, door.rng)
        client = AsgiClient(scope, send)
        try:
            started = door.clock.monotonic()
            address = client_address(scope)
            token = admit(door.snapshot(), key(scope), address, now_ms)
            door.rates.check(token, started)
            visit = Visit(
                id=identity,
                scope=scope,
                receive=receive,
                client=client,
                token=token,
                address=address,
                created_ms=now_ms,
                started=started,
            )
            await handler(door, visit)
        except GatewayError as error:
            await reject(door, client, voice, error, identity)
        except ClientGone:
            return
        except Exception:
            _log.exception("request failed", request_id=identity, path=scope["path"])
            if not client.started:
                await reject(door, client, voice, internal_error(), identity)

    return route


async def reject(door: Door, client: AsgiClient, voice: Voice, error: GatewayError, identity: str) -> None:
    """Answers with an error."""
    door.metrics.rejected(error.status, error.code)
    headers = rejection_headers(error, identity) + voice.also(identity)
    await client.answer(voice.status(error), headers, voice.error_body(error, identity))
