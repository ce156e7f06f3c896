"""One try at one channel: credential, request, head, and the answer read or opened."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any

from sluice.base.clock import Clock, Rng
from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault, Reply, StreamParser
from sluice.base.text import visible
from sluice.base.wire import WireHead, WireRequest
from sluice.formats.keepsakes import Keepsakes
from sluice.formats.redact import mask, redact
from sluice.relay.greeting import Opened, greeted
from sluice.relay.job import Job, Timing
from sluice.relay.refusal import transport_fault
from sluice.routing.snapshot import Channel
from sluice.upstream.client import Deadlines, Exchange, TransportError
from sluice.upstream.credentials import CredentialCache, CredentialFailed
from sluice.upstream.router import Transports
from sluice.vendors.dialect import Call, Dialect, Further, Reader, Splitter

_FAREWELL = Deadlines(connect=5.0, head=10.0, read=10.0, total=15.0)
_SESSION = Deadlines(head=30.0, read=60.0)
_LONGEST_WORD = 128
"""Characters of an upstream's error code, type and param that are passed on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptPolicy:
    """Deadlines of one attempt and of opening a session, the most bytes of a unary answer that are held in memory, and
    the most exchanges one call may take."""

    deadlines: Deadlines
    session: Deadlines = _SESSION
    max_reply_bytes: int = 64 * 1024 * 1024
    max_error_bytes: int = 64 * 1024
    max_exchanges: int = 1000


@dataclass(slots=True)
class OpenStream:
    """A streamed answer whose head was good; its body is still to be pumped."""

    exchange: Exchange
    parser: StreamParser
    content_type: bytes


Answer = Reply | OpenStream | Fault


class Attempter:
    """Makes attempts. Never raises on what an upstream does: a failure is a Fault."""

    def __init__(
        self,
        transports: Transports,
        credentials: CredentialCache,
        policy: AttemptPolicy,
        clock: Clock,
        rng: Rng,
        keepsakes: Keepsakes | None = None,
    ) -> None:
        self._transports = transports
        self._credentials = credentials
        self._policy = policy
        self._clock = clock
        self._rng = rng
        self._abandoning: set[asyncio.Task[None]] = set()
        self._keepsakes = keepsakes

    def attempt(self, job: Job, channel: Channel) -> Coroutine[Any, Any, Answer]:
        """Tries the job at the channel. Raises GatewayError when the request cannot be said to this upstream."""
        call = self._call(job)
        bridge = channel.bridges.get(call.format)
        dialect: Dialect = bridge or channel.dialect
        reporter = bridge or channel.reporter
        dropped = reporter.dropped(call) if reporter is not None else ()
        job.dropped = visible(dropped) if dropped else ()
        if channel.splitter is not None:
            parts = channel.splitter.split(call)
            if parts is not None:
                return self._attempt_parts(job, channel, channel.splitter, dialect, call, parts)
        return self._attempt_call(job, channel, dialect, call)

    def _call(self, job: Job) -> Call:
        inbound = job.inbound
        return Call(
            format=inbound.format,
            model=inbound.model,
            upstream_model=job.upstream_model,
            body=inbound.body,
            top=inbound.top,
            form=inbound.form,
            stream=inbound.stream,
            wants_usage=inbound.wants_usage,
            max_output=job.max_output,
            now_ms=self._clock.now_ms(),
            nonce=self._rng.getrandbits(128),
            headers=inbound.headers,
            owner=inbound.token.id,
            keepsakes=self._keepsakes,
        )

    async def _attempt_parts(
        self, job: Job, channel: Channel, splitter: Splitter, dialect: Dialect, call: Call, parts: tuple[Call, ...]
    ) -> Answer:
        """Sends the parts of a batch one after another, and merges their answers."""
        replies: list[Reply] = []
        for part in parts:
            answer = await self._attempt_call(job, channel, dialect, part)
            if not isinstance(answer, Reply):
                assert isinstance(answer, Fault), "a part of a batch is never streamed"
                return answer
            replies.append(answer)
        return splitter.merge(call, replies)

    async def _attempt_call(self, job: Job, channel: Channel, dialect: Dialect, call: Call) -> Answer:
        credential = ""
        try:
            cached = self._credentials.cached(dialect)
            credential = cached if cached is not None else await self._credentials.get(dialect, channel.proxy_url)
            request = dialect.request(call, credential)
        except CredentialFailed as failure:
            return failure.fault
        except TransportError as error:
            return transport_fault(error)
        answer = await self._exchange(job, channel, dialect, call, request)
        if isinstance(answer, Further):
            answer = await self._follow(job, channel, call, answer)
        if isinstance(answer, Fault) and answer.cause is Cause.CREDENTIAL:
            self._credentials.invalidate(dialect, credential)
        return answer

    async def open(self, job: Job, channel: Channel) -> Opened | Fault:
        """Opens a session for the job at the channel. Raises GatewayError as ``attempt``."""
        call = self._call(job)
        dialect = channel.dialect
        timing = job.timing
        assert timing is not None, "an attempt is in hand"
        credential = ""
        try:
            credential = await self._credentials.get(dialect, channel.proxy_url)
            request = dialect.request(call, credential)
            deadlines = self._policy.session
            found = await self._transports.open(request, channel.proxy_url, deadlines, job.connected)
        except CredentialFailed as failure:
            return failure.fault
        except TransportError as error:
            return transport_fault(error)
        timing.head_at = self._clock.monotonic()
        timing.status = found.status if isinstance(found, WireHead) else 101
        answer = await greeted(found, dialect, call)
        if isinstance(answer, Fault) and answer.cause is Cause.CREDENTIAL:
            self._credentials.invalidate(dialect, credential)
        return answer

    async def _exchange(
        self, job: Job, channel: Channel, reader: Reader, call: Call, request: WireRequest
    ) -> Answer | Further:
        """One exchange, and what its reader makes of the answer."""
        timing = job.timing
        assert timing is not None, "an attempt is in hand"
        try:
            carrier = self._transports.carrier(request, channel.proxy_url)
            exchange = await carrier.send(request, self._policy.deadlines, job.connected)
        except TransportError as error:
            return transport_fault(error)
        timing.head_at = self._clock.monotonic()
        finished = False
        try:
            answer = await self._answer(reader, call, exchange, timing)
            finished = True
        except TransportError as error:
            return transport_fault(error)
        finally:
            if not finished:
                exchange.abort()
        return answer

    async def _follow(self, job: Job, channel: Channel, call: Call, further: Further) -> Answer:
        """Makes the exchanges the call takes besides its first, in the time one answer may take to come."""
        latest = self._clock.monotonic() + self._policy.deadlines.head
        answer: Answer | Further = further
        done = False
        try:
            for _ in range(self._policy.max_exchanges):
                if not isinstance(answer, Further):
                    done = True
                    return answer
                further = answer
                if self._clock.monotonic() + further.pause > latest:
                    break
                await asyncio.sleep(further.pause)
                answer = await self._exchange(job, channel, further.reader, call, further.request)
            return Fault(cause=Cause.TIMEOUT, message="the upstream's job took too long")
        finally:
            if not done and further.abandon is not None:
                self._abandon(further.abandon, channel.proxy_url)

    def _abandon(self, request: WireRequest, proxy_url: str) -> None:
        """Tells an upstream that nobody waits for its job any more, beside what else there is to do."""
        task = asyncio.ensure_future(self._tell(request, proxy_url))
        self._abandoning.add(task)
        task.add_done_callback(self._abandoning.discard)

    async def _tell(self, request: WireRequest, proxy_url: str) -> None:
        try:
            exchange = await self._transports.carrier(request, proxy_url).send(request, _FAREWELL)
            await exchange.read(self._policy.max_error_bytes)
        except TransportError:
            pass  # it was told, or cannot be: the job ends by itself

    async def _answer(self, reader: Reader, call: Call, exchange: Exchange, timing: Timing) -> Answer | Further:
        head = exchange.head
        timing.status = head.status
        if not 200 <= head.status < 300:
            body = await exchange.read(self._policy.max_error_bytes)
            return reader.error(call, head, body)
        if call.stream:
            parser = reader.stream(call, head)
            if parser is not None:
                return OpenStream(exchange, parser, _stream_type(call, head))
        body = await exchange.read(self._policy.max_reply_bytes)
        return reader.reply(call, head, body)


def _stream_type(call: Call, head: WireHead) -> bytes:
    if call.format is Format.SPEECH:
        return head.get(b"content-type") or b"application/octet-stream"
    return b"text/event-stream; charset=utf-8"


def redacted(fault: Fault, channel: Channel) -> Fault:
    """The fault as it may be shown: none of its texts holds the channel's key or address."""
    spec = channel.spec
    secrets = (spec.key, *spec.key.split("|"), spec.base_url)

    def word(text: str | None) -> str | None:
        return mask(text, secrets)[:_LONGEST_WORD] if text else text

    return replace(
        fault,
        message=redact(fault.message, secrets),
        code=word(fault.code),
        type=word(fault.type),
        param=word(fault.param),
    )
