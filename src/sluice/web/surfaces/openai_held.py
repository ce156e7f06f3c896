"""Files, batches and fine-tuning jobs (wires.md 1.8): kept by an upstream, found again by who made them.

What is made is noted with its owner and its channel: all that concerns it later goes there, and lists show the notes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote

import msgspec

from sluice.accounting.pricing import batch_rates, charge
from sluice.base.errors import GatewayError, bad_request
from sluice.base.formats import Format
from sluice.base.ids import request_id
from sluice.base.usage import Usage
from sluice.formats.batches import InputReader
from sluice.formats.multipart import Part, SpooledForm
from sluice.formats.patch import encode_top, parse_top, take_str
from sluice.relay.admit import check_model
from sluice.relay.errands import Answer, Errands
from sluice.relay.followup import Followup, channel_serves, members_of, nameable, shown
from sluice.relay.inbound import Inbound
from sluice.relay.job import Job
from sluice.relay.named_files import no_such
from sluice.routing.snapshot import Channel
from sluice.storage.engine import DatabaseAway
from sluice.storage.holdings import Holding, HoldingStore
from sluice.vendors.dialect import Errand
from sluice.web.errors import OPENAI
from sluice.web.http import bounded, header, read_body
from sluice.web.surfaces.door import Door, Handler, Visit
from sluice.web.surfaces.openai_forms import form_field, read_form
from sluice.web.surfaces.openai_json import forwarded

MODEL_HEADER = b"x-sluice-model"
"""Names the model a file is for, and so the channel it goes to, where the file itself does not."""
_PATHS = {Format.FILES: "/files", Format.BATCHES: "/batches", Format.FINE_TUNING: "/fine_tuning/jobs"}
_NOUNS = {Format.FILES: "file", Format.BATCHES: "batch", Format.FINE_TUNING: "fine-tuning job"}
_NEXT_TO_NOTHING = Usage(input_tokens=1, source="estimated")
"""What is set aside while something is made, and given back: who has no money makes nothing."""
_BYTES_A_TOKEN = 4
_EPOCHS = 3
"""How often a file is trained on where the request does not say ("auto")."""
_FORM = {"file": "file, with a name", "purpose": "word"}


def routes(shelf: Shelf) -> Mapping[tuple[str, str], Handler]:
    """(method, path without its ``/v1``) -> handler; ``{id}`` stands for a thing's id."""
    found: dict[tuple[str, str], Handler] = {
        ("POST", "/files"): shelf.upload,
        ("DELETE", "/files/{id}"): shelf.delete,
        ("GET", "/files/{id}/content"): shelf.content,
        ("POST", "/batches"): shelf.batch,
        ("POST", "/fine_tuning/jobs"): shelf.train,
    }
    for fmt, path in _PATHS.items():
        found["GET", path] = shelf.lister(fmt)
        found["GET", path + "/{id}"] = shelf.passer(fmt, "GET", "")
        actions = {Format.FILES: (), Format.BATCHES: _JOB_ACTIONS[:1]}.get(fmt, _JOB_ACTIONS)
        for method, tail in actions:
            found[method, path + "/{id}" + tail] = shelf.passer(fmt, method, tail)
    return found


_ACTIONS = {
    "/files": ("", "content"),
    "/batches": ("", "cancel"),
    "/fine_tuning/jobs": ("", "cancel", "events", "checkpoints"),
}
_JOB_ACTIONS = (("POST", "/cancel"), ("GET", "/events"), ("GET", "/checkpoints"))


def route_path(tail: str) -> str | None:
    """The route of a path that holds an id; None when it is no such path."""
    for path in _PATHS.values():
        identity, slash, action = tail.removeprefix(path + "/").partition("/")
        if tail.startswith(path + "/") and identity and action in _ACTIONS[path]:
            return f"{path}/{{id}}{slash}{action}"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What is noted of something new besides what the upstream says."""

    purpose: str = ""
    parent: str = ""
    size: int = 0
    tokens: int = 0
    open: bool = False
    estimate_nano: int = 0


class Shelf:
    """The handlers."""

    def __init__(self, errands: Errands, store: HoldingStore, followup: Followup) -> None:
        self._errands = errands
        self._store = store
        self.followup = followup

    # Making.

    async def upload(self, door: Door, visit: Visit) -> None:
        """``POST /v1/files``."""
        form = await read_form(door, visit)
        try:
            file, purpose = _uploaded(form)
            asked = (header(visit.scope, MODEL_HEADER) or b"").decode("latin-1").strip()
            model, named = await _batch_lines(file) if purpose == "batch" else (asked, set())
            if model:
                check_model(visit.token, model)
            places = await self._errands.relay.files.places(visit.token.user.id, named)
            await self._room(visit)
            errand = Errand(format=Format.FILES, method=b"POST", form=form, headers=forwarded(visit.scope))
            inbound = _inbound(visit, Format.FILES, model)
            answer = await self._errands.make(inbound, errand, places, by_name=purpose == "batch")
            made = _Made(purpose=purpose, size=file.size, tokens=file.size // _BYTES_A_TOKEN)
            await self._note(visit, Format.FILES, answer, model, made)
            await _tell(visit, shown(answer.body))
        finally:
            form.close()

    async def batch(self, door: Door, visit: Visit) -> None:
        """``POST /v1/batches``: goes where its file lies."""
        top = parse_top(await read_body(visit.scope, visit.receive, door.max_body))
        file = await self._file(visit, take_str(top, "input_file_id", required=True), "input_file_id")
        if file.purpose != "batch":
            raise bad_request("invalid_value", "the file was not uploaded with the purpose 'batch'", "input_file_id")
        check_model(visit.token, file.model)
        inbound = _inbound(visit, Format.BATCHES, file.model)
        channel = self._where(visit, door, file)
        job = self._priced(door, inbound, channel)
        estimate = charge(batch_rates(job.price.rates), Usage(input_tokens=file.tokens), job.multiplier)
        await self._afford(visit, job, estimate)
        # Written anew: a member that stood there twice could be read otherwise than it was here.
        errand = Errand(format=Format.BATCHES, method=b"POST", body=encode_top(top))
        answer = await self._errands.run(inbound, errand, channel)
        made = _Made(parent=file.id, tokens=file.tokens, open=True, estimate_nano=estimate)
        await self._note(visit, Format.BATCHES, answer, file.model, made)
        await _tell(visit, shown(answer.body))

    async def train(self, door: Door, visit: Visit) -> None:
        """``POST /v1/fine_tuning/jobs``: goes where its files lie."""
        top = parse_top(await read_body(visit.scope, visit.receive, door.max_body))
        model = take_str(top, "model", required=True) or ""
        check_model(visit.token, model)
        file = await self._file(visit, take_str(top, "training_file", required=True), "training_file")
        other = take_str(top, "validation_file")
        if other:
            beside = await self._file(visit, other, "validation_file")
            if (beside.channel_id, beside.key_id) != (file.channel_id, file.key_id):
                raise bad_request("invalid_value", "the two files lie at different channels", "validation_file")
        inbound = _inbound(visit, Format.FINE_TUNING, model)
        channel = self._where(visit, door, file)
        if not channel_serves(channel, model):
            text = f"the channel the file lies at does not serve {model!r}: upload it with the header x-sluice-model"
            raise bad_request("model_not_found", text, "model")
        job = self._priced(door, inbound, channel)
        rate = job.price.rates.training
        if rate is None:
            text = f"training has no price for {model!r}: set the rate 'training' of the model, or of '*'"
            raise bad_request("price_missing", text, "model")
        epochs = _epochs(members_of(encode_top(top)))
        estimate = charge(job.price.rates, Usage(trained_tokens=file.tokens * epochs), job.multiplier)
        await self._afford(visit, job, estimate)
        top["model"] = msgspec.Raw(msgspec.json.encode(job.upstream_model))
        errand = Errand(format=Format.FINE_TUNING, method=b"POST", body=encode_top(top))
        answer = await self._errands.run(inbound, errand, channel)
        made = _Made(parent=file.id, tokens=file.tokens * epochs, open=True, estimate_nano=estimate)
        await self._note(visit, Format.FINE_TUNING, answer, model, made)
        await _tell(visit, shown(answer.body))

    # What is there.

    def lister(self, fmt: Format) -> Handler:
        """``GET`` of all of one kind: what is noted of them."""

        async def handle(door: Door, visit: Visit) -> None:
            query = _query(visit)
            limit = bounded(query.get("limit", "20"), 10_000)
            if limit is None:
                raise bad_request("invalid_value", "limit must be between 1 and 10000", "limit")
            after = None
            if "after" in query:
                after = await self._find(visit, fmt, query["after"], "after")
            ascending, purpose = query.get("order") == "asc", query.get("purpose", "")
            if not purpose.isprintable():
                raise bad_request("invalid_value", "purpose must be a word", "purpose")
            most = min(limit, 1000)
            owner = visit.token.user.id
            found = await _reached(
                self._store.listed(owner, fmt.value, most + 1, after, ascending=ascending, purpose=purpose)
            )
            shown, more = found[:most], len(found) > most
            data = [msgspec.Raw(held.object) for held in shown]
            ids = {"first_id": shown[0].id, "last_id": shown[-1].id} if shown else {"first_id": None, "last_id": None}
            await _tell(visit, msgspec.json.encode({"object": "list", "data": data, "has_more": more, **ids}))

        return handle

    def passer(self, fmt: Format, method: str, tail: str) -> Handler:
        """One thing, or what is done with it."""

        async def handle(door: Door, visit: Visit) -> None:
            held = await self._find(visit, fmt, _identity(visit, fmt))
            query = visit.scope["query_string"].decode("latin-1") if tail and method == "GET" else ""
            errand = Errand(
                format=fmt,
                method=method.encode(),
                tail=f"/{quote(held.id, safe='')}{tail}",
                query=f"?{query}" if query else "",
            )
            answer = await self._errands.run(_inbound(visit, fmt, held.model), errand, self._where(visit, door, held))
            body = shown(answer.body)
            if not tail or method == "POST":
                await _reached(self.followup.seen(held, body))
            await _tell(visit, body)

        return handle

    async def delete(self, door: Door, visit: Visit) -> None:
        """``DELETE /v1/files/{id}``."""
        held = await self._find(visit, Format.FILES, _identity(visit, Format.FILES))
        for kind in (Format.BATCHES, Format.FINE_TUNING):
            made = await _reached(self._store.find(held.user_id, held.parent, kind.value)) if held.parent else None
            if made is not None and made.open:
                text = "what made this file is not charged yet: try again in a minute"
                raise GatewayError(409, "invalid_request_error", "conflict", text, should_retry=True)
        errand = Errand(format=Format.FILES, method=b"DELETE", tail=f"/{quote(held.id, safe='')}")
        where = self._where(visit, door, held)
        answer = await self._errands.run(_inbound(visit, Format.FILES, held.model), errand, where)
        await _reached(self._store.forget(held))
        await _tell(visit, shown(answer.body))

    async def content(self, door: Door, visit: Visit) -> None:
        """``GET /v1/files/{id}/content``."""
        held = await self._find(visit, Format.FILES, _identity(visit, Format.FILES))
        errand = Errand(format=Format.FILES, method=b"GET", tail=f"/{quote(held.id, safe='')}/content")
        where = self._where(visit, door, held)
        await self._errands.fetch(_inbound(visit, Format.FILES, held.model), errand, where, visit.client)

    # Parts.

    async def _room(self, visit: Visit) -> None:
        if not await _reached(self._store.room(visit.token.user.id)):
            text = "there are too many files, batches and jobs of this user: delete some files"
            raise bad_request("too_many_objects", text)

    def _priced(self, door: Door, inbound: Inbound, channel: Channel) -> Job:
        """A job that knows what the thing will be priced by."""
        job = Job(inbound, door.snapshot())
        job.choose(channel, ())
        if inbound.format is Format.FINE_TUNING and job.price.rates.training is None:
            job.price = job.snapshot.prices.get("*", job.price)
        return job

    async def _afford(self, visit: Visit, job: Job, estimate: int) -> None:
        """Raises GatewayError 429 where the balance does not cover this and what is open already."""
        await self._room(visit)
        owed = await _reached(self._store.owed(visit.token.user.id))
        await self._errands.relay.till.affords(job, estimate + owed if estimate else 0)

    async def _note(self, visit: Visit, fmt: Format, answer: Answer, model: str, made: _Made) -> None:
        """Notes what was made. Raises GatewayError 502 where the upstream gave no id for it."""
        identity = members_of(answer.body).get("id")
        if not nameable(identity):
            raise GatewayError(502, "upstream_error", "upstream_bad_response", "the upstream gave no id for it")
        token = visit.token
        held = Holding(
            user_id=token.user.id,
            id=identity,
            kind=fmt.value,
            token_id=token.id,
            group_name=token.user.group,
            accounts=token.accounts,
            channel_id=answer.channel.id,
            key_id=answer.channel.stored_key,
            model=model,
            created_ms=visit.created_ms,
            object=shown(answer.body),
            purpose=made.purpose,
            parent=made.parent,
            size=made.size,
            tokens=made.tokens,
            open=made.open,
            estimate_nano=made.estimate_nano,
        )
        try:
            await _reached(self._store.keep([held]))
        except GatewayError:
            await self._undo(visit, fmt, held, answer.channel)
            raise

    async def _undo(self, visit: Visit, fmt: Format, held: Holding, channel: Channel) -> None:
        """Takes back what could not be noted: nobody would find it again, or pay for it."""
        method, tail = (b"DELETE", "") if fmt is Format.FILES else (b"POST", "/cancel")
        errand = Errand(format=fmt, method=method, tail=f"/{quote(held.id, safe='')}{tail}")
        inbound = _inbound(visit, fmt, held.model)
        inbound.id = request_id(visit.created_ms, self._errands.relay.rng)  # a row of its own
        with suppress(GatewayError):
            await self._errands.run(inbound, errand, channel)

    async def _file(self, visit: Visit, identity: str | None, param: str) -> Holding:
        return await self._find(visit, Format.FILES, identity or "", param)

    async def _find(self, visit: Visit, fmt: Format, identity: str, param: str = "id") -> Holding:
        held: Holding | None = None
        if nameable(identity):
            held = await _reached(self._store.find(visit.token.user.id, identity, fmt.value))
        if held is None:
            raise no_such(_NOUNS[fmt], identity, param)
        return held

    def _where(self, visit: Visit, door: Door, held: Holding) -> Channel:
        return self._errands.where(door.snapshot(), held.channel_id, held.key_id)


def _uploaded(form: SpooledForm) -> tuple[Part, str]:
    """The file and its purpose: one of each, for an upstream may take another of several than was looked at here.
    Raises GatewayError 400."""
    for name in ("file", "purpose"):
        number = form.count(name)
        if not number:
            raise bad_request("missing_field", f"the form field {name!r} is required", name)
        if number > 1:
            raise bad_request("invalid_form", f"the form field {name!r} must be there once", name)
    file, purpose = form.file("file"), form_field(form, "purpose")
    if file is None or not purpose.isprintable() or not purpose:
        name = "purpose" if file is not None else "file"
        raise bad_request("invalid_value", f"the form field {name!r} must be a {_FORM[name]}", name)
    return file, purpose


async def _batch_lines(file: Part) -> tuple[str, set[str]]:
    """The model of a batch's lines, and the files they name; others get their turn while a large one is read. Raises
    GatewayError 400."""
    assert file.spool is not None
    reader = InputReader()
    file.spool.seek(0)
    while data := file.spool.read(65536):
        reader.feed(data)
        await asyncio.sleep(0)
    reader.finish()
    return reader.model, reader.files


def _epochs(members: Mapping[str, Any]) -> int:
    """How often a file is trained on."""
    places: list[Any] = [members.get("hyperparameters")]
    method = members.get("method")
    if isinstance(method, dict):
        places += [kind.get("hyperparameters") for kind in method.values() if isinstance(kind, dict)]
    told = [place.get("n_epochs") for place in places if isinstance(place, dict)]
    return max([number for number in told if isinstance(number, int) and 0 < number <= 1000], default=_EPOCHS)


def _inbound(visit: Visit, fmt: Format, model: str) -> Inbound:
    return Inbound(
        id=visit.id,
        voice=OPENAI,
        format=fmt,
        token=visit.token,
        model=model,
        created_ms=visit.created_ms,
        started=visit.started,
        expected=_NEXT_TO_NOTHING,
        address=visit.address,
        client=visit.agent,
    )


def _identity(visit: Visit, fmt: Format) -> str:
    path: str = visit.scope["path"]
    return path.partition(_PATHS[fmt] + "/")[2].partition("/")[0]


def _query(visit: Visit) -> dict[str, str]:
    found = parse_qs(visit.scope["query_string"].decode("latin-1"))
    return {name: values[-1] for name, values in found.items()}


async def _reached(work: Awaitable[Any]) -> Any:
    """What the database says. Raises GatewayError 503."""
    try:
        return await work
    except DatabaseAway:
        text = "files, batches and jobs cannot be found now: the database is away"
        raise GatewayError(503, "server_error", "database_away", text, should_retry=True) from None


async def _tell(visit: Visit, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"x-request-id", visit.id.encode())]
    await visit.client.answer(200, headers, body)
