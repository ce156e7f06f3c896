"""What a session costs: each of its answers is set aside for before it begins, and charged when it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec

from sluice.accounting.policy import Ending
from sluice.accounting.reservation import estimate_output_tokens, in_priced_units
from sluice.base.clock import Clock
from sluice.base.errors import GatewayError
from sluice.base.usage import NO_USAGE, Usage
from sluice.catalog.models import model_facts
from sluice.formats.realtime import (
    AUDIO_DELTAS,
    CREATED,
    DONE,
    HEARD,
    SESSION_EVENTS,
    TEXT_DELTAS,
    Event,
    SessionFacts,
    heard_tokens,
    heard_usage,
    inner,
    members_of,
    most_output,
    session_facts,
    session_usage,
    spoken_tokens,
)
from sluice.relay.job import Job, Timing
from sluice.relay.money import Till
from sluice.routing.snapshot import Snapshot, Token

LONGEST_ANSWER = 4096
"""Tokens of the longest answer to set aside for, where neither session nor model says (OpenAI's own bound)."""
_MOST_RUNNING = 64
_OPEN = 101


@dataclass(slots=True)
class _Answer:
    """An answer under way: bytes of its text and tokens of its audio so far, and the job it is charged by."""

    job: Job
    text: int = 0
    audio: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What a meter draws on. ``admit`` gives the token as it is now, and raises GatewayError for one that may no longer
    be used."""

    till: Till
    clock: Clock
    snapshot: Callable[[], Snapshot]
    admit: Callable[[], Token]
    new_id: Callable[[], str]


class Meter:
    """Charges one session answer by answer, each in a row of its own. ``session`` is the job that opened it, whose
    reservation is the first answer's."""

    def __init__(self, purse: Purse, session: Job) -> None:
        assert session.channel is not None
        self._purse = purse
        self._session = session
        self._channel = session.channel
        self._facts = SessionFacts()
        self._context = 0
        self._running: dict[str, _Answer] = {}
        self._spare: Job | None = self._job(session.inbound.token, session.inbound.model)
        self._spare.reserved, session.reserved = session.reserved, 0
        self._closing = False

    @property
    def busy(self) -> bool:
        """Whether an answer is under way."""
        return bool(self._running)

    def asked(self, kind: str, message: str | bytes) -> None:
        """Notes what a client's event adds to the conversation."""
        self._context += heard_tokens(kind, message, self._facts)

    async def told(self, event: Event, message: str | bytes) -> GatewayError | None:
        """Takes in a server's event, before the client sees it; returns why the session cannot go on after it."""
        kind = event.type
        try:
            if kind in TEXT_DELTAS or kind in AUDIO_DELTAS:
                self._grew(event)
            elif kind in SESSION_EVENTS:
                self._facts = session_facts(inner(members_of(message), "session"))
            elif kind == CREATED:
                await self._begin(inner(members_of(message), "response"))
            elif kind == DONE:
                await self._end(inner(members_of(message), "response"))
            elif kind == HEARD:
                await self._heard(members_of(message))
        except GatewayError as error:
            return error
        return None

    def close(self, ending: Ending, status: int, error_code: str) -> None:
        """The session is over: what is under way is charged as far as it came, what was set aside goes back. Further
        answers may still be told to have ended, and set nothing aside."""
        for identity in list(self._running):
            self._settle(self._running.pop(identity), ending, NO_USAGE, status, error_code)
        self.leave()

    def leave(self) -> None:
        """Nothing more is to be set aside: the session is about to end."""
        self._closing = True
        if self._spare is not None:
            self._purse.till.release(self._spare)
            self._spare = None

    # An answer's life.

    async def _begin(self, response: dict[str, Any]) -> None:
        if len(self._running) >= _MOST_RUNNING:
            text = "the upstream began more answers at once than it can give"
            raise GatewayError(502, "upstream_error", "upstream_bad_response", text, should_retry=False)
        aside = self._spare is not None
        job = self._taken()
        self._running[str(response.get("id", ""))] = _Answer(job)
        inbound = job.inbound
        inbound.id, inbound.created_ms = self._purse.new_id(), self._purse.clock.now_ms()
        inbound.started = self._purse.clock.monotonic()
        if self._closing:
            return
        if not aside:
            self._purse.admit()
        inbound.expected = self._worst(response)
        await self._purse.till.reserve(job)  # once more: the conversation has grown since

    def _taken(self) -> Job:
        """The job for an answer that begins: the one money is aside for. A token that may no longer be used pays all
        the same for what was said."""
        job, self._spare = self._spare, None
        return job or self._job(self._session.inbound.token, self._session.inbound.model)

    def _grew(self, event: Event) -> None:
        answer = self._running.get(str(event.response_id))  # any kind: upstreams are not believed
        if answer is None:
            return
        if event.type in AUDIO_DELTAS:
            answer.audio += spoken_tokens(bytes(event.delta), self._facts)
        else:
            answer.text += len(bytes(event.delta))
        job = answer.job
        job.first_ms = job.first_ms or max(job.since(self._purse.clock.monotonic()), 1)

    async def _end(self, response: dict[str, Any]) -> None:
        answer = self._running.pop(str(response.get("id", "")), None) or _Answer(self._taken())
        usage = session_usage(response.get("usage"))
        status, code = 200, ""
        ending = Ending.COMPLETE
        ended = response.get("status")
        if ended in ("failed", "cancelled"):
            code = str(inner(response, "status_details", "error").get("code") or ended)
            if not (usage.input_tokens or usage.output_tokens or answer.text or answer.audio):
                ending = Ending.FAILED
            if ended == "failed":
                status = 502
        self._settle(answer, ending, usage, status, code)
        if usage.input_tokens or usage.output_tokens:
            self._context = usage.input_tokens + usage.output_tokens
        if self._spare is None and not self._running:
            await self._renew()

    async def _heard(self, event: dict[str, Any]) -> None:
        """A transcription is charged by the price of the model that made it."""
        spare, self._spare = self._spare, None
        token = (spare or self._session).inbound.token
        job = self._job(token, self._facts.transcriber or self._session.inbound.model)
        if spare is not None:
            job.reserved = spare.reserved
        usage = in_priced_units(job.price.rates, heard_usage(event.get("usage")))
        job.inbound.expected = Usage(source="estimated")
        self._note(job, "ok")
        self._purse.till.settle(job, Ending.COMPLETE, usage=usage)
        if spare is not None:
            await self._renew()

    # Money.

    def _job(self, token: Token, model: str) -> Job:
        clock = self._purse.clock
        inbound = msgspec.structs.replace(
            self._session.inbound,
            id=self._purse.new_id(),
            model=model,
            token=token,
            created_ms=clock.now_ms(),
            started=clock.monotonic(),
            expected=self._worst(),
        )
        job = Job(inbound, self._purse.snapshot())
        job.choose(self._channel, self._session.choice)
        return job

    def _worst(self, response: Mapping[str, Any] = MappingProxyType({})) -> Usage:
        """What the next answer uses at most; ``response``: what this one says of itself, which goes before the
        session's word."""
        own = response.get("max_output_tokens") is not None
        most = (
            (most_output(response) if own else self._facts.max_output)
            or model_facts(self._session.upstream_model).max_output
            or LONGEST_ANSWER
        )
        return worst_answer(self._context, most)

    async def _renew(self) -> None:
        """Sets aside what the next answer may cost. Raises GatewayError when it cannot be paid, or the token may no
        longer be used."""
        if self._closing:
            return
        job = self._job(self._purse.admit(), self._session.inbound.model)
        await self._purse.till.reserve(job)
        self._spare = job

    def _settle(self, answer: _Answer, ending: Ending, usage: Usage, status: int, code: str) -> None:
        job = answer.job
        output = answer.audio + estimate_output_tokens(answer.text)
        job.inbound.expected = Usage(
            input_tokens=self._context, output_tokens=output, output_audio_tokens=answer.audio, source="estimated"
        )
        self._note(job, "ok" if status < 400 else "server")
        self._purse.till.settle(job, ending, status=status, error_code=code, usage=usage)

    def _note(self, job: Job, outcome: str) -> None:
        now = self._purse.clock.monotonic()
        job.committed = True
        job.timing = Timing(job.inbound.started, job.inbound.started, _OPEN)
        job.note_attempt(now, _OPEN, outcome, f"in the session {self._session.inbound.id}")


def worst_answer(context: int, most: int = LONGEST_ANSWER) -> Usage:
    """What an answer uses at most: about the tokens said so far, and its own."""
    return Usage(input_tokens=context, output_tokens=most, source="estimated")
