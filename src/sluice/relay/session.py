"""One session: messages both ways, each side waiting while the other is slow, until one of them or a limit ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sluice.base.clock import Clock
from sluice.base.errors import GatewayError, upstream_error
from sluice.base.wire import Closed
from sluice.formats.realtime import SESSION_EVENTS, error_event, event_of, members_of, redacted_error, said, told
from sluice.relay.greeting import Opened
from sluice.relay.inbound import ClientLeft, SocketClient
from sluice.relay.job import Job
from sluice.relay.refusal import client_error, transport_fault
from sluice.relay.session_money import Meter
from sluice.upstream.client import TransportError

_PATIENCE = 0.25
"""Seconds for what an upstream said already when its client left: an answer that ended is charged as it was."""
NORMAL, GOING_AWAY, POLICY, UPSTREAM_FAILED, RESTARTING = 1000, 1001, 1008, 1011, 1012
ABNORMAL = 1006


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Seconds: both sides silent, the whole session, and an answer's last ones when the server is told to end."""

    idle: float
    total: float
    drain: float = 20.0


@dataclass(slots=True)
class End:
    """How a session ended: the code and reason both sides are told, and the error that is said before."""

    code: int
    reason: str = ""
    error: GatewayError | None = None
    client_left: bool = False
    upstream_broke: bool = False


def sendable(code: int) -> int:
    """The code as it may be said: some stand for what was never said, others for nothing (RFC 6455, 7.4)."""
    if (1000 <= code <= 1014 and code not in (1004, 1005, ABNORMAL)) or 3000 <= code <= 4999:
        return code
    return NORMAL if code == 1005 else GOING_AWAY


class Session:
    """An open session. ``secrets`` are what no error of the upstream may show."""

    def __init__(
        self,
        job: Job,
        client: SocketClient,
        opened: Opened,
        meter: Meter,
        terms: Terms,
        clock: Clock,
        secrets: tuple[str, ...],
        new_id: Callable[[], str],
    ) -> None:
        self._job = job
        self._client = client
        self._upstream = opened.socket
        self._greeting = opened.greeting
        self._meter = meter
        self._terms = terms
        self._clock = clock
        self._secrets = secrets
        self._new_id = new_id
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._began = self._last = clock.monotonic()

    async def run(self) -> End:
        """Relays until the end, and closes both sides."""
        tasks = [asyncio.ensure_future(part) for part in (self._listen(), self._tell(), self._watch())]
        end = End(UPSTREAM_FAILED)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            end = next(task for task in tasks if task in done).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._meter.leave()
            await self._part(end)
        return end

    async def _part(self, end: End) -> None:
        """Takes leave of both sides."""
        code = sendable(end.code)
        if end.client_left:
            await self._drain()
            await self._upstream.close(code, end.reason)
            return
        with suppress(ClientLeft):
            if end.error is not None:
                await self._client.send(error_event(end.error, self._new_id()))
            await self._client.close(code, end.reason)
        await self._upstream.close(NORMAL, "")

    async def _drain(self) -> None:
        with suppress(TimeoutError, TransportError):
            async with asyncio.timeout(_PATIENCE):
                while self._meter.busy:
                    message = await self._upstream.receive()
                    if isinstance(message, Closed):
                        return
                    await self._meter.told(event_of(message), message)

    # From the client.

    async def _listen(self) -> End:
        try:
            while True:
                message = await self._client.receive()
                if isinstance(message, Closed):
                    return End(message.code, message.reason, client_left=True)
                self._last = self._clock.monotonic()
                passed = await self._passed(message)
                if passed is not None:
                    await self._upstream.send(passed)
        except ClientLeft:
            return End(ABNORMAL, client_left=True)
        except TransportError as error:
            return self._broken(error)

    async def _passed(self, message: str | bytes) -> str | bytes | None:
        """A client's message as it goes to the upstream; None for one that is refused, which is said."""
        kind = event_of(message).type
        if kind and isinstance(message, bytes):
            message = message.decode("utf-8", "replace")  # an event all the same
        if isinstance(message, str):
            inbound = self._job.inbound
            try:
                message = said(kind, message, inbound.model, self._job.upstream_model, inbound.token.models)
            except GatewayError as error:
                cause = members_of(message).get("event_id")
                told_id = cause if isinstance(cause, str) else None
                await self._client.send(error_event(error, self._new_id(), told_id))
                return None
        self._meter.asked(kind, message)
        return message

    # From the upstream.

    async def _tell(self) -> End:
        try:
            message: str | bytes | Closed = self._greeting
            while not isinstance(message, Closed):
                self._last = self._clock.monotonic()
                event = event_of(message)
                refusal = await self._meter.told(event, message)
                await self._client.send(self._shown(event.type, message))
                if self._meter.busy:
                    self._quiet.clear()
                else:
                    self._quiet.set()
                if refusal is not None:
                    return End(POLICY, refusal.code, refusal)
                message = await self._upstream.receive()
        except ClientLeft:
            return End(ABNORMAL, client_left=True)
        except TransportError as error:
            return self._broken(error)
        if message.code == ABNORMAL:
            return self._broken(None)
        return End(message.code, redacted_error(message.reason, self._secrets))

    def _shown(self, kind: str, message: str | bytes) -> str | bytes:
        """A server's event as the client may see it."""
        if isinstance(message, bytes):
            return message
        if kind in SESSION_EVENTS:
            return told(message, self._job.inbound.model, self._job.upstream_model)
        if kind == "error":
            return redacted_error(message, self._secrets)
        return message

    @staticmethod
    def _broken(error: TransportError | None) -> End:
        text = "the upstream broke the session"
        told_of = (
            upstream_error(502, "upstream_bad_response", text)
            if error is None
            else client_error(transport_fault(error))
        )
        return End(UPSTREAM_FAILED, told_of.code, told_of, upstream_broke=True)

    # Limits.

    async def _watch(self) -> End:
        """Ends a session that is silent or old, or whose server leaves: an answer under way may end first."""
        while not self._client.leaving.is_set():
            now = self._clock.monotonic()
            if now - self._began > self._terms.total:
                text = f"a session may last {self._terms.total:g} seconds"
                return _over(GatewayError(408, "invalid_request_error", "session_expired", text))
            if now - self._last > self._terms.idle:
                text = f"nothing was said for {self._terms.idle:g} seconds"
                return _over(GatewayError(408, "invalid_request_error", "session_idle", text))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._client.leaving.wait(), self._pause(now))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._quiet.wait(), self._terms.drain)
        return End(RESTARTING, "the server is about to end")

    def _pause(self, now: float) -> float:
        """Seconds until there may be something to do."""
        left = min(self._began + self._terms.total, self._last + self._terms.idle) - now
        return max(left, 0.0) + 0.01


def _over(error: GatewayError) -> End:
    return End(GOING_AWAY, error.code, error)
