"""Errands: what is done with files, batches and jobs an upstream keeps; whatever concerns one goes where it lies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sluice.accounting.policy import Ending
from sluice.base.errors import GatewayError, bad_request, no_available_channel
from sluice.base.outcome import Cause, Fault
from sluice.base.wire import Header
from sluice.relay.attempt import redacted
from sluice.relay.inbound import ClientConnection, Inbound
from sluice.relay.job import Job, Timing
from sluice.relay.named_files import Places, nearest
from sluice.relay.refusal import client_error, transport_fault
from sluice.relay.relay import CLIENT_GONE, Relay, uncancel
from sluice.routing.plan import Plan, plan, plan_any
from sluice.routing.snapshot import Channel, Snapshot
from sluice.upstream.client import Deadlines, Exchange, TransportError
from sluice.upstream.credentials import CredentialCache, CredentialFailed
from sluice.upstream.router import Transports
from sluice.vendors.dialect import Call, Errand, Runner

_MOST_OBJECT = 1024 * 1024
_MOST_ERROR = 64 * 1024
_PASSED = frozenset({b"content-type", b"content-length", b"content-disposition"})


@dataclass(slots=True)
class Answer:
    """What an upstream said to an errand, and the channel, bound to the key, it came by."""

    body: bytes
    channel: Channel


@dataclass(slots=True, kw_only=True)
class Errands:
    """Runs errands by the relay's snapshot and channels. One per worker."""

    relay: Relay
    transports: Transports
    credentials: CredentialCache
    deadlines: Deadlines

    async def make(self, inbound: Inbound, errand: Errand, places: Places, *, by_name: bool = False) -> Answer:
        """Has something made at a channel that is found as for any request: by its model or, where it has none, among
        all that the token may use. Raises GatewayError.

        ``places``: where files lie that are named within. ``by_name``: the model is named within, where it cannot be
        mapped to a channel's own name for it.
        """
        job = Job(inbound, self.relay.snapshot())
        found: list[bytes] = []

        async def attempt(job: Job, channel: Channel) -> Fault | None:
            answer = await self._ask(job, channel, errand)
            if isinstance(answer, Fault):
                return answer
            found.append(answer)
            return None

        with self._settled(job):
            await self.relay.place(job, attempt, self._route(job, places, by_name))
        assert job.channel is not None
        return Answer(found[0], job.channel)

    def _route(self, job: Job, places: Places, by_name: bool) -> Plan:
        inbound, relay = job.inbound, self.relay
        token, now = inbound.token, relay.clock.monotonic()
        if inbound.model:
            snapshot = _unmapped(job.snapshot, token.user.group, inbound.model) if by_name else job.snapshot
            snapshot = nearest(snapshot, token.user.group, inbound.model, places)
            return plan(snapshot, token.user.group, inbound.model, inbound.format, relay.health, relay.rng, now)
        return plan_any(job.snapshot, token.user.group, token.models, inbound.format, relay.health, relay.rng, now)

    async def run(self, inbound: Inbound, errand: Errand, channel: Channel) -> Answer:
        """Runs an errand at the one channel it concerns. Raises GatewayError."""
        job = Job(inbound, self.relay.snapshot())
        with self._settled(job):
            job.choose(channel, ())
            answer = await self._ask(job, channel, errand)
            if isinstance(answer, Fault):
                raise client_error(redacted(answer, channel))
        return Answer(answer, channel)

    async def fetch(self, inbound: Inbound, errand: Errand, channel: Channel, client: ClientConnection) -> None:
        """Passes content on to the client as it comes. Raises GatewayError while nothing has reached the client."""
        job = Job(inbound, self.relay.snapshot())
        try:
            await self._fetch(job, errand, channel, client)
        except asyncio.CancelledError:
            if not client.gone:
                raise
            uncancel()

    async def _fetch(self, job: Job, errand: Errand, channel: Channel, client: ClientConnection) -> None:
        with self._settled(job):
            job.choose(channel, ())
            exchange = await self.opened(job, channel, errand)
            if isinstance(exchange, Fault):
                self.relay.failed(job, channel, exchange)
                raise client_error(redacted(exchange, channel))
            try:
                headers = [pair for pair in exchange.head.headers if pair[0] in _PASSED]
                headers.append((b"x-request-id", job.inbound.id.encode()))
                client.watch()
                await self._pass(job, exchange, headers, client)
                self.relay.succeeded(job, channel)
            except TransportError as error:
                self.relay.failed(job, channel, transport_fault(error))
                client.abort()
            finally:
                client.unwatch()
                exchange.abort()

    @staticmethod
    async def _pass(job: Job, exchange: Exchange, headers: list[Header], client: ClientConnection) -> None:
        job.committed = True
        await client.start(200, headers)
        while data := await exchange.chunk():
            await client.write(data)
        await client.finish()

    def where(self, snapshot: Snapshot, channel_id: int, key_id: int, *, disabled: bool = False) -> Channel:
        """The channel something lies at, bound to the key it was made with; where that is gone, to the channel's first:
        as a rule it is another of the same account. ``disabled``: a disabled channel will do. Raises GatewayError 503.
        """
        channel = snapshot.channels.get(channel_id)
        if channel is None or not (channel.enabled or disabled):
            raise no_available_channel("the channel this lies at is disabled, or gone")
        return next((bound for bound in channel.ring if bound.stored_key == key_id), channel)

    async def opened(self, job: Job, channel: Channel, errand: Errand) -> Exchange | Fault:
        """The answer to an errand, its head good; the attempt is begun and not ended."""
        timing = job.timing = Timing(self.relay.clock.monotonic())
        job.forwarded_ms = job.since(timing.started)
        dialect = channel.dialect
        if not isinstance(dialect, Runner) or not dialect.serves(errand.format):
            text = f"the provider of the channel this lies at does not offer {errand.format.value}"
            return Fault(cause=Cause.REQUEST, message=text, code="unsupported_format")
        call = Call(format=errand.format, model="", upstream_model="", now_ms=self.relay.clock.now_ms())
        try:
            credential = await self.credentials.get(dialect, channel.proxy_url)
            request = dialect.errand(errand, credential)
            carrier = self.transports.carrier(request, channel.proxy_url)
            exchange = await carrier.send(request, self.deadlines, job.connected)
        except CredentialFailed as failure:
            return failure.fault
        except TransportError as error:
            return transport_fault(error)
        timing.head_at, timing.status = self.relay.clock.monotonic(), exchange.head.status
        if 200 <= exchange.head.status < 300:
            return exchange
        try:
            return dialect.error(call, exchange.head, await exchange.read(_MOST_ERROR))
        except TransportError as error:
            return transport_fault(error)

    async def _ask(self, job: Job, channel: Channel, errand: Errand) -> bytes | Fault:
        """One attempt, read whole and noted."""
        found = await self.opened(job, channel, errand)
        if not isinstance(found, Fault):
            try:
                body = await found.read(_MOST_OBJECT)
                self.relay.succeeded(job, channel)
                return body
            except TransportError as error:
                found = transport_fault(error)
        self.relay.failed(job, channel, found)
        return found

    @contextmanager
    def _settled(self, job: Job) -> Iterator[None]:
        """Settles the errand's row, however it ends; nothing is charged for it by itself."""
        till = self.relay.till
        try:
            yield
            till.settle(job, Ending.PASSED)
        except GatewayError as error:
            ending = Ending.FAILED if job.attempts else Ending.REFUSED
            till.settle(job, ending, status=error.status, error_code=error.code)
            raise
        except asyncio.CancelledError:
            till.settle(job, Ending.PASSED, status=CLIENT_GONE, error_code="client_gone")
            raise
        finally:
            till.settle(job, Ending.PASSED, status=500, error_code="internal_error")


def _unmapped(snapshot: Snapshot, group: str, model: str) -> Snapshot:
    """The snapshot with but those channels for a model that call it by this name. Raises GatewayError 400."""
    tiers = snapshot.routes.get((group, model), ())
    kept = [tuple(one for one in tier if one.spec.model_mapping.get(model, model) == model) for tier in tiers]
    if tiers and not any(kept):
        text = f"every channel of the model {model!r} maps it to another name, which the lines of a file must have"
        raise bad_request("unsupported_value", text, "model")
    return replace(snapshot, routes={(group, model): tuple(tier for tier in kept if tier)} if tiers else {})
