"""Looks after batches and jobs until they have ended, and charges each once: when a client asks after it, or by itself.

The charge's request id is kept before it is written to the journal: whoever does it again does it under the same id,
which the database takes once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeGuard
from urllib.parse import quote

import msgspec
import structlog

from sluice.accounting.policy import Ending
from sluice.accounting.pricing import PriceRow, batch_rates
from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.base.ids import request_id
from sluice.base.outcome import Fault
from sluice.base.usage import NO_USAGE, Usage
from sluice.formats.batches import OutputReader
from sluice.formats.members import DECODE_ERRORS
from sluice.formats.openai_chat.usage import count
from sluice.relay.errands import Errands
from sluice.relay.inbound import Inbound, Voice
from sluice.relay.job import Job, Timing
from sluice.routing.snapshot import Channel, Token, User
from sluice.storage.engine import DatabaseAway
from sluice.storage.holdings import Holding, HoldingStore
from sluice.upstream.client import TransportError
from sluice.vendors.dialect import Errand

_log = structlog.get_logger("sluice.followup")

ENDED = frozenset({"completed", "failed", "expired", "cancelled", "succeeded"})
_AT_ONCE = 20
_MOST_FILES = 20
_LONGEST_ID = 128
_MOST_OBJECT = 1024 * 1024
_PATIENT = 50
_LONGEST_PAUSE_MS = 15 * 60 * 1000
_PURPOSES = {Format.BATCHES.value: "batch_output", Format.FINE_TUNING.value: "fine-tune-results"}
"""What upstreams call the files they make."""
_FORGET_MS = 60 * 24 * 3600 * 1000
"""An open thing the upstream no longer knows is given up after so long."""
_object = msgspec.json.Decoder(dict[str, Any])


class NotYet(Exception):
    """What is needed to charge cannot be had now."""


@dataclass(slots=True, kw_only=True)
class Followup:
    """Charges what has ended. ``interval``: seconds between two looks at what is open."""

    errands: Errands
    store: HoldingStore
    voice: Voice
    interval: float
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins looking after what is open."""
        self._task = asyncio.ensure_future(self._run())

    async def close(self) -> None:
        """Stops."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self.interval)
            with suppress(DatabaseAway):
                try:
                    await self.look_at_due()
                except DatabaseAway:
                    raise
                except Exception:
                    _log.exception("looking after what is open failed; it goes on")

    def _new_id(self) -> str:
        relay = self.errands.relay
        return request_id(relay.clock.now_ms(), relay.rng)

    async def look_at_due(self) -> None:
        """Asks after the open things it is time for, a few at once. Raises DatabaseAway."""
        found = _AT_ONCE
        while found == _AT_ONCE:
            now_ms = self.errands.relay.clock.now_ms()
            due = await self.store.due(now_ms, partial(self._again_ms, now_ms), _AT_ONCE)
            await asyncio.gather(*[self._look_at(held, now_ms) for held in due])
            found = len(due)

    def _again_ms(self, now_ms: int, created_ms: int) -> int:
        """When a thing is asked after again: what has taken long may take longer."""
        patience = min((now_ms - created_ms) // _PATIENT, _LONGEST_PAUSE_MS)
        return now_ms + max(int(self.interval * 1000), patience)

    async def _look_at(self, held: Holding, now_ms: int) -> None:
        try:
            await self.seen(held, await self._asked_after(held))
        except DatabaseAway:
            return  # its turn comes again
        except (GatewayError, NotYet, TransportError) as error:
            _log.warning("what is open could not be asked after", id=held.id, reason=str(error))
            if held.created_ms < now_ms - _FORGET_MS:
                with suppress(DatabaseAway):
                    await self.store.charged(held)  # nobody will ever say what it used
        except Exception:
            _log.exception("asking after what is open failed", id=held.id)

    async def _asked_after(self, held: Holding) -> bytes:
        """What the upstream says of a thing; no row in the log. Raises GatewayError, NotYet, TransportError."""
        job = self._job(held, self._new_id())
        assert job.channel is not None
        errand = Errand(format=Format(held.kind), method=b"GET", tail=f"/{quote(held.id, safe='')}")
        exchange = await self.errands.opened(job, job.channel, errand)
        if isinstance(exchange, Fault):
            raise NotYet(f"the upstream says {exchange.status}")
        return shown(await exchange.read(_MOST_OBJECT))

    async def seen(self, held: Holding, told: bytes) -> None:
        """Takes in what the upstream says of a thing; charges it if it has ended and is still open. Raises
        DatabaseAway."""
        members = members_of(told)
        if members and told != held.object:
            await self.store.told(held, told)
        await self._adopt(held, members)
        if held.open and members.get("status") in ENDED:
            await self._charge(held, members)

    async def _adopt(self, held: Holding, members: Mapping[str, Any]) -> None:
        """Files the upstream made for its client lie where the batch or job does, and are its owner's."""
        names = [members.get(name) for name in ("output_file_id", "error_file_id")]
        results = members.get("result_files")
        names += results if isinstance(results, list) else []
        files = [_made_by(held, name) for name in names[:_MOST_FILES] if nameable(name)]
        if files:
            await self.store.keep(files)

    async def _charge(self, held: Holding, members: Mapping[str, Any]) -> None:
        now_ms = self.errands.relay.clock.now_ms()
        identity = await self.store.claim(held, self._new_id(), now_ms)
        if identity is None:
            return
        try:
            job = self._job(held, identity)
            usage, ending = await self._used(held, members, job)
        except (GatewayError, NotYet) as reason:
            _log.warning("what has ended could not be charged yet", id=held.id, reason=str(reason))
            await self.store.unclaim(held)
            return
        job.timing = Timing(job.inbound.started, job.inbound.started, 200)
        job.note_attempt(self.errands.relay.clock.monotonic(), 200, "ok", f"{held.kind} {held.id}")
        self.errands.relay.till.settle(job, ending, usage=usage)
        await self.store.charged(held)

    def _job(self, held: Holding, identity: str) -> Job:
        relay = self.errands.relay
        job = Job(self._inbound(held, identity), relay.snapshot())
        # Also of a channel that was disabled meanwhile: what it was given is owed all the same.
        job.choose(self.errands.where(job.snapshot, held.channel_id, held.key_id, disabled=True), ())
        price = job.price
        if held.kind == Format.BATCHES.value:
            job.price = PriceRow(id=price.id, model=price.model, rates=batch_rates(price.rates))
        elif price.rates.training is None:
            job.price = job.snapshot.prices.get("*", price)
        return job

    async def _used(self, held: Holding, members: Mapping[str, Any], job: Job) -> tuple[Usage, Ending]:
        if held.kind == Format.FINE_TUNING.value:
            trained = count(members.get("trained_tokens"))
            return (Usage(trained_tokens=trained), Ending.COMPLETE) if trained else (NO_USAGE, Ending.FAILED)
        output = members.get("output_file_id")
        if not isinstance(output, str) or not output:
            return NO_USAGE, Ending.FAILED
        reader = await self._output(output, job)
        if not reader.answers:
            return NO_USAGE, Ending.FAILED
        return reader.usage, Ending.COMPLETE

    async def _output(self, file: str, job: Job) -> OutputReader:
        """The output file of a batch, read to its end. Raises NotYet."""
        assert job.channel is not None
        errand = Errand(format=Format.FILES, method=b"GET", tail=f"/{quote(file, safe='')}/content")
        exchange = await self.errands.opened(job, job.channel, errand)
        job.timing = None
        if isinstance(exchange, Fault):
            raise NotYet("its output cannot be fetched")
        reader = OutputReader()
        try:
            while data := await exchange.chunk():
                reader.feed(data)
            reader.finish()
        except TransportError as error:
            raise NotYet("its output broke off") from error
        finally:
            exchange.abort()
        return reader

    def _inbound(self, held: Holding, identity: str) -> Inbound:
        clock = self.errands.relay.clock
        return Inbound(
            id=identity,
            voice=self.voice,
            format=Format(held.kind),
            token=_owner(held),
            model=held.model,
            created_ms=clock.now_ms(),
            started=clock.monotonic(),
            expected=Usage(input_tokens=held.tokens, source="estimated"),
            client="sluice",
        )


def members_of(told: bytes) -> dict[str, Any]:
    """The members of an object an upstream told; {} when it is none."""
    try:
        return _object.decode(told)
    except DECODE_ERRORS:
        return {}


def shown(told: bytes) -> bytes:
    """What an upstream says of a thing, without the account it is at."""
    members = members_of(told)
    if "organization_id" not in members:
        return told
    return msgspec.json.encode({**members, "organization_id": ""})


def nameable(identity: object) -> TypeGuard[str]:
    """Whether something is an id a thing can be found again by."""
    return (
        isinstance(identity, str) and 0 < len(identity) <= _LONGEST_ID and identity.isascii() and identity.isprintable()
    )


def _made_by(held: Holding, name: str) -> Holding:
    """The file of that name a batch or job made; what its upstream says of it is not known yet."""
    purpose = _PURPOSES[held.kind]
    told = {"id": name, "object": "file", "bytes": 0, "created_at": held.created_ms // 1000, "filename": name}
    return replace(
        held,
        id=name,
        kind=Format.FILES.value,
        purpose=purpose,
        parent=held.id,
        object=msgspec.json.encode({**told, "purpose": purpose, "status": "processed"}),
        open=False,
        estimate_nano=0,
        tokens=0,
    )


def _owner(held: Holding) -> Token:
    """The token that made a thing, as far as its charge needs it: it may be gone by now."""
    user = User(id=held.user_id, name="", role="", enabled=True, group=held.group_name, account_id=held.accounts[0])
    return Token(id=held.token_id, name="", user=user, enabled=True, accounts=held.accounts)


def channel_serves(channel: Channel, model: str) -> bool:
    """Whether a channel lists a model, by the name clients use."""
    return model in channel.models or model in channel.spec.model_mapping
