"""The hot path: plan, reserve, attempt, pump, settle."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from sluice.accounting.policy import Ending
from sluice.base.clock import Clock, Rng
from sluice.base.errors import GatewayError
from sluice.base.outcome import Fault, Reply
from sluice.base.wire import Header
from sluice.formats.file_ids import file_ids
from sluice.relay.attempt import Attempter, OpenStream, redacted
from sluice.relay.inbound import ClientConnection, Inbound
from sluice.relay.job import Job, Timing
from sluice.relay.money import Till
from sluice.relay.named_files import NamedFiles, nearest
from sluice.relay.pump import drain, pump
from sluice.relay.refusal import client_error
from sluice.routing.health import HealthBook
from sluice.routing.keys import KEY_FAULTS, KeyBook
from sluice.routing.plan import Plan, plan
from sluice.routing.snapshot import Channel, Snapshot
from sluice.routing.verdict import RetryPolicy, Verdict, verdict

Attempt = Callable[[Job, Channel], Awaitable[Fault | None]]
"""Tries a job at a channel; what it returns is why another attempt may still be made."""

CLIENT_GONE = 499
"""The status noted for a client that left; nobody is answered with it."""


@dataclass(slots=True, kw_only=True)
class Relay:
    """Serves requests by the current snapshot. One per worker."""

    snapshot: Callable[[], Snapshot]
    attempter: Attempter
    till: Till
    health: HealthBook
    keys: KeyBook
    policy: RetryPolicy
    files: NamedFiles
    clock: Clock
    rng: Rng

    async def serve(self, inbound: Inbound, client: ClientConnection) -> None:
        """Answers one request and settles it exactly once, whatever happens.

        Raises GatewayError while nothing has reached the client: its surface says it in the client's protocol.
        """
        job = Job(inbound, self.snapshot())
        try:
            client.watch()
            named = file_ids(inbound.body)
            route = await self._near(job, named) if named else None
            await self.place(job, partial(self._try, client=client), route)
        except GatewayError as error:
            ending = Ending.FAILED if job.attempts else Ending.REFUSED
            self.till.settle(job, ending, status=error.status, error_code=error.code)
            if not job.committed:
                raise
            await self._break(job, client, error)
        except asyncio.CancelledError:
            self._client_left(job)
            if not client.gone:
                raise
            uncancel()
        finally:
            client.unwatch()
            if not job.settled:
                self._met_a_defect(job)

    async def _near(self, job: Job, named: set[str]) -> Plan:
        """The plan of a request that names files: where they lie, if they are the user's. Raises GatewayError."""
        inbound = job.inbound
        user = inbound.token.user
        places = await self.files.places(user.id, named)
        snapshot = nearest(job.snapshot, user.group, inbound.model, places)
        now = self.clock.monotonic()
        return plan(snapshot, user.group, inbound.model, inbound.format, self.health, self.rng, now)

    async def place(self, job: Job, attempt: Attempt, route: Plan | None = None) -> None:
        """Has the job attempted at one channel after another (by ``route``, else by its model), what it may cost set
        aside, until an attempt has no fault. Raises GatewayError when none is left."""
        inbound = job.inbound
        now = self.clock.monotonic()
        if route is None:
            group = inbound.token.user.group
            route = plan(job.snapshot, group, inbound.model, inbound.format, self.health, self.rng, now)
        channel = route.next()
        assert channel is not None, "a plan has a candidate"
        if channel.ring:
            channel = self.keys.turn(channel, now)
        job.choose(channel, route.choice(channel))
        job.matched_ms = job.since(now)
        await self.till.reserve(job)
        while True:
            fault = await attempt(job, channel)
            if fault is None:
                return
            match verdict(fault, job.tried, self.policy):
                case Verdict.AGAIN:
                    continue
                case Verdict.NEXT if following := await self._next(job, channel, fault, route):
                    channel = following
                case _:
                    raise client_error(redacted(fault, channel))

    async def _next(self, job: Job, channel: Channel, fault: Fault, route: Plan) -> Channel | None:
        """Where to go after a fault: to another key of the channel if it was the key's, else to the next candidate,
        what it may cost set aside. None when there is none. Raises GatewayError when there are some and none can be
        paid."""
        now = self.clock.monotonic()
        if channel.key_id and fault.cause in KEY_FAULTS and (other := self._other_key(job, channel, now)):
            job.choose(other, job.choice)
            return other
        refusal: GatewayError | None = None
        why = job.choice
        while following := route.next():
            if following.ring:
                following = self.keys.turn(following, now)
            job.choose(following, route.choice(following))
            try:
                await self.till.reserve(job)
            except GatewayError as error:
                refusal = error.with_traceback(None)
            else:
                return following
        if refusal is None:
            return None
        job.choose(channel, why)
        try:
            raise refusal
        finally:
            del refusal  # with its traceback it would hold this frame, and so the request's body, in a ring

    def _other_key(self, job: Job, channel: Channel, now: float) -> Channel | None:
        """The channel with a key that was not tried for this request and does not rest."""
        whole = job.snapshot.channels[channel.id]
        tried = {one.key_id for one in job.attempts if one.channel_id == channel.id}
        return self.keys.other(whole, tried, now) if whole.ring else None

    async def _try(self, job: Job, channel: Channel, client: ClientConnection) -> Fault | None:
        """One attempt, delivered to the client if it succeeds; its fault, if another attempt may still be made."""
        job.timing = Timing(self.clock.monotonic())
        job.forwarded_ms = job.since(job.timing.started)
        answer = await self.attempter.attempt(job, channel)
        if isinstance(answer, Reply):
            self.succeeded(job, channel)
            job.first_ms = job.since(self.clock.monotonic())
            self.till.settle(job, Ending.COMPLETE, usage=answer.usage, produced=answer.output_bytes)
            await client.answer(200, _headers(job, answer.content_type), answer.body)
            return None
        if isinstance(answer, OpenStream):
            return await self._stream(job, channel, client, answer)
        self.failed(job, channel, answer)
        return answer

    async def _stream(self, job: Job, channel: Channel, client: ClientConnection, stream: OpenStream) -> Fault | None:
        parser = job.parser = stream.parser

        def on_commit() -> None:
            job.committed = True
            job.first_ms = job.first_ms or job.since(self.clock.monotonic())

        def settle() -> None:
            job.first_ms = job.first_ms or job.since(self.clock.monotonic())
            self.succeeded(job, channel)
            self.till.settle(job, Ending.COMPLETE, usage=parser.usage, produced=parser.output_bytes)

        try:
            fault = await pump(stream, client, _headers(job, stream.content_type), on_commit, settle)
            if fault is None:
                await drain(stream.exchange)
        finally:
            stream.exchange.abort()
        if fault is None:
            return None
        self.failed(job, channel, fault)
        if not job.committed:
            job.parser = None
            return fault
        error = client_error(redacted(fault, channel))
        self.till.settle(
            job,
            Ending.UPSTREAM_BROKE,
            status=200,
            error_code=error.code,
            usage=parser.usage,
            produced=parser.output_bytes,
        )
        await self._break(job, client, error)
        return None

    async def _break(self, job: Job, client: ClientConnection, error: GatewayError) -> None:
        """Ends an answer that was begun: the error in the client's protocol, and no clean end."""
        await client.write(job.inbound.voice.stream_error(error, job.inbound.id))
        client.abort()

    def _client_left(self, job: Job) -> None:
        usage, produced = job.so_far()
        ending = Ending.CLIENT_GONE if job.sent else Ending.REFUSED
        if job.timing is not None:
            job.note_attempt(self.clock.monotonic(), job.timing.status, "client_gone", "")
        self.till.settle(job, ending, status=CLIENT_GONE, error_code="client_gone", usage=usage, produced=produced)

    def _met_a_defect(self, job: Job) -> None:
        """Settles what nobody settled: only a defect of ours leads here with an unsettled job."""
        usage, produced = job.so_far()
        ending = Ending.UPSTREAM_BROKE if job.committed else Ending.FAILED
        self.till.settle(job, ending, status=500, error_code="internal_error", usage=usage, produced=produced)

    def succeeded(self, job: Job, channel: Channel) -> None:
        """Ends the attempt in hand: the channel is well."""
        self.health.succeeded(channel.id)
        if channel.key_id:
            self.keys.succeeded(channel)
        assert job.timing is not None
        job.note_attempt(self.clock.monotonic(), job.timing.status, "ok", "")

    def failed(self, job: Job, channel: Channel, fault: Fault) -> None:
        """Ends the attempt in hand by a fault."""
        now = self.clock.monotonic()
        if not (channel.key_id and self.keys.failed(channel, fault, now)):
            self.health.failed(channel.id, fault, now)
        job.tried.append((channel.id, channel.key_id, fault.cause))
        assert job.timing is not None
        status = fault.status or job.timing.status
        job.note_attempt(now, status, fault.cause.value, redacted(fault, channel).message)


def _headers(job: Job, content_type: bytes) -> list[Header]:
    inbound = job.inbound
    headers = [(b"content-type", content_type), (b"x-request-id", inbound.id.encode()), *inbound.voice.also(inbound.id)]
    if inbound.stream:
        headers += _STREAM_HEADERS
    if job.dropped:
        headers.append((b"x-sluice-dropped", ", ".join(job.dropped).encode()))
    return headers


_STREAM_HEADERS = [(b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]


def uncancel() -> None:
    """Takes back the cancellation of the current task."""
    task = asyncio.current_task()
    assert task is not None
    task.uncancel()
