"""The Responses protocol's endpoints (wires.md 1.11): answers, and the kept ones to go on from, read and delete.

What a client goes on from by ``previous_response_id`` is put before its input here, so any upstream can go on with it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

import msgspec
import structlog

from sluice.accounting.reservation import estimate_input_tokens
from sluice.base.errors import GatewayError, bad_request
from sluice.base.formats import Format
from sluice.formats.members import DECODE_ERRORS, Members
from sluice.formats.openai_responses.history import continued, kept_item, page, references, with_ids
from sluice.formats.patch import Top, encode_top, parse_top, take_bool, take_int, take_str
from sluice.relay.admit import check_model
from sluice.relay.inbound import Inbound
from sluice.storage.engine import DatabaseAway
from sluice.storage.responses import Kept, ResponseStore
from sluice.web.http import bounded, read_body
from sluice.web.surfaces.door import Door, Handler, Visit
from sluice.web.surfaces.openai_json import forwarded
from sluice.web.surfaces.telling import Telling

Items = list[dict[str, Any]]
Respond = Callable[[Visit, str], Awaitable[None]]


class _Identified(msgspec.Struct):
    """The one member of an answer that is read of it: an upstream's own may hold what cannot be decoded (1e999)."""

    id: Any = None


_log = structlog.get_logger("sluice.web")
_items = msgspec.json.Decoder(Items)
_identified = msgspec.json.Decoder(_Identified)
_PREVIOUS = "previous_response_id"
_LONGEST_ID = 128
PREFIX = "/responses/"


def routes(store: ResponseStore) -> Mapping[tuple[str, str], Handler]:
    """(method, path without its ``/v1``) -> handler; ``{id}`` stands for an answer's id."""
    surface = Surface(store)
    return {
        ("POST", "/responses"): surface.create,
        ("POST", "/responses/input_tokens"): surface.count,
        ("GET", "/responses/{id}"): surface.show,
        ("DELETE", "/responses/{id}"): surface.delete,
        ("POST", "/responses/{id}/cancel"): surface.cancel,
        ("GET", "/responses/{id}/input_items"): surface.list_items,
    }


def route_path(tail: str) -> str | None:
    """The route of a path that holds an id; None when it is no such path."""
    identity, _, action = tail.removeprefix(PREFIX).partition("/")
    if not tail.startswith(PREFIX) or not identity or action not in ("", "cancel", "input_items"):
        return None
    return f"/responses/{{id}}/{action}" if action else "/responses/{id}"


class Surface:
    """The handlers."""

    def __init__(self, store: ResponseStore) -> None:
        self._store = store

    async def create(self, door: Door, visit: Visit) -> None:
        """``POST /v1/responses``."""
        body = await read_body(visit.scope, visit.receive, door.max_body)
        top, model, given = await self._asked(visit, body)
        keep = None if take_bool(top, "store") is False else self._keeper(visit, given)
        telling = Telling(visit.client, keep)
        await door.relay.serve(_inbound(visit, top, model, telling), telling)

    async def count(self, door: Door, visit: Visit) -> None:
        """``POST /v1/responses/input_tokens``: the gateway's own estimate; no upstream is asked, nothing charged."""
        body = await read_body(visit.scope, visit.receive, door.max_body)
        top, _, _ = await self._asked(visit, body)
        estimate = estimate_input_tokens(encode_top(top))
        await _answer(visit, {"object": "response.input_tokens", "input_tokens": estimate})

    async def show(self, door: Door, visit: Visit) -> None:
        """``GET /v1/responses/{id}``."""
        query = _query(visit)
        if query.get("stream") == "true":
            raise bad_request("unsupported_value", "a kept answer is told whole, not as a stream", "stream")
        kept = await self._kept(visit, _identity(visit))
        await _answer(visit, msgspec.Raw(kept.response))

    async def delete(self, door: Door, visit: Visit) -> None:
        """``DELETE /v1/responses/{id}``."""
        identity = _identity(visit)
        try:
            known = _is_id(identity) and await self._store.forget(visit.token.user.id, identity)
        except DatabaseAway:
            raise _away() from None
        if not known:
            raise _unknown(identity)
        await _answer(visit, {"id": identity, "object": "response", "deleted": True})

    async def cancel(self, door: Door, visit: Visit) -> None:
        """``POST /v1/responses/{id}/cancel``: no answer is made in the background, so none can be cancelled."""
        await self._kept(visit, _identity(visit))
        message = "only an answer that is made in the background can be cancelled"
        raise bad_request("invalid_value", message, "background")

    async def list_items(self, door: Door, visit: Visit) -> None:
        """``GET /v1/responses/{id}/input_items``: all that the answer answers, the newest first unless asked."""
        query = _query(visit)
        limit = bounded(query.get("limit", "20"), 100)
        if limit is None:
            raise bad_request("invalid_value", "limit must be between 1 and 100", "limit")
        kept = await self._kept(visit, _identity(visit))
        ascending = query.get("order", "desc") == "asc"
        found = page(_items.decode(kept.input), limit, query.get("after"), ascending=ascending)
        if found is None:
            raise bad_request("invalid_value", "there is no item with the id in 'after'", "after")
        await _answer(visit, found)

    async def _asked(self, visit: Visit, body: bytes) -> tuple[Top, str, Items]:
        """The members of a request, checked, its conversation whole; its model; the items of that conversation."""
        top = parse_top(body)
        model = take_str(top, "model", required=True)
        if not model:
            raise bad_request("missing_field", "the field 'model' must not be empty", "model")
        check_model(visit.token, model)
        if take_bool(top, "background"):
            message = "answers are not made in the background here: leave 'background' out"
            raise bad_request("unsupported_value", message, "background")
        if bytes(top.get("conversation", b"null")) != b"null":
            message = "conversations are not kept here: go on by 'previous_response_id'"
            raise bad_request("unsupported_value", message, "conversation")
        given = _given(top)
        named = references(given)
        said = await self._spelled_out(visit, given, named) if named else given
        previous = take_str(top, _PREVIOUS)
        if previous:
            said = continued(await self._before(visit, previous), said)
        if said is not given:
            top["input"] = msgspec.Raw(msgspec.json.encode(said))
        if not said and bytes(top.get("prompt", b"null")) == b"null":
            raise bad_request("missing_field", "the field 'input' is required, and must not be empty", "input")
        return top, model, said

    async def _spelled_out(self, visit: Visit, given: Items, named: list[tuple[int, str, str]]) -> Items:
        """The items, those in full that are only named by the id they have in an answer kept here: no upstream but the
        one that made an item knows it by its id. Raises GatewayError 400 when one is not kept."""
        kept: dict[str, tuple[Items, Items]] = {}
        said = list(given)
        for at, identity, answer in named:
            if answer not in kept:
                found = await self._find(visit, answer)
                kept[answer] = ([], []) if found is None else _conversation(found)
            item = kept_item(identity, kept[answer])
            if item is None:
                raise bad_request("invalid_value", f"there is no kept item with the id {identity!r}", f"input[{at}].id")
            said[at] = item
        return said

    async def _before(self, visit: Visit, previous: str) -> tuple[Items, Items]:
        """What was said up to and by an earlier answer. Raises GatewayError 400 when it is not kept."""
        kept = await self._find(visit, previous)
        if kept is None:
            message = f"there is no kept answer with the id {previous!r}"
            raise bad_request("previous_response_not_found", message, _PREVIOUS)
        return _conversation(kept)

    async def _kept(self, visit: Visit, identity: str) -> Kept:
        kept = await self._find(visit, identity)
        if kept is None:
            raise _unknown(identity)
        return kept

    async def _find(self, visit: Visit, identity: str) -> Kept | None:
        try:
            return await self._store.find(visit.token.user.id, identity) if _is_id(identity) else None
        except DatabaseAway:
            raise _away() from None

    def _keeper(self, visit: Visit, given: Items) -> Callable[[bytes], Awaitable[None]]:
        """Keeps the whole answer, once it is there. A database that is away costs the client its history, not its
        answer."""

        async def keep(response: bytes) -> None:
            try:
                identity = _identified.decode(response).id
            except DECODE_ERRORS:
                return
            if not isinstance(identity, str) or not _is_id(identity):
                return
            items = msgspec.json.encode(with_ids(given, identity))
            try:
                await self._store.keep(visit.token.user.id, identity, Kept(response, items), visit.created_ms)
            except DatabaseAway:
                _log.warning("an answer could not be kept: the database is away", request_id=visit.id)

        return keep


def _conversation(kept: Kept) -> tuple[Items, Items]:
    """What a kept answer answers, and what it says."""
    said = Members(kept.response).value("output")
    items = said if isinstance(said, list) else []  # an upstream's own answer may hold anything
    return _items.decode(kept.input), [item for item in items if isinstance(item, dict)]


def _given(top: Top) -> Items:
    """The items of ``input``. Raises GatewayError 400."""
    raw = bytes(top.get("input", b"null"))
    if raw[:1] == b'"':
        text = {"type": "input_text", "text": msgspec.json.decode(raw)}
        return [{"type": "message", "role": "user", "content": [text]}]
    if raw == b"null":
        return []
    try:
        return _items.decode(raw)
    except DECODE_ERRORS:
        raise bad_request("invalid_value", "the field 'input' must be a string or a list of items", "input") from None


def _inbound(visit: Visit, top: Top, model: str, telling: Telling) -> Inbound:
    body = encode_top(top)
    return Inbound(
        id=visit.id,
        voice=telling,
        format=Format.OPENAI_RESPONSES,
        token=visit.token,
        model=model,
        created_ms=visit.created_ms,
        started=visit.started,
        body=body,
        top=top,
        stream=bool(take_bool(top, "stream")),
        wants_usage=True,
        asked_max_output=take_int(top, "max_output_tokens", minimum=0),
        input_estimate=estimate_input_tokens(body),
        address=visit.address,
        client=visit.agent,
        headers=forwarded(visit.scope),
    )


def _identity(visit: Visit) -> str:
    path: str = visit.scope["path"]
    return path.rpartition(PREFIX)[2].partition("/")[0]


def _query(visit: Visit) -> dict[str, str]:
    found = parse_qs(visit.scope["query_string"].decode("latin-1"))
    return {name: values[-1] for name, values in found.items()}


def _is_id(identity: str) -> bool:
    """Whether it can be an id at all: not every text can be looked for in every database."""
    return len(identity) <= _LONGEST_ID and identity.isascii() and identity.replace("_", "").replace("-", "").isalnum()


def _unknown(identity: str) -> GatewayError:
    message = f"there is no kept answer with the id {identity!r}"
    return GatewayError(404, "invalid_request_error", "not_found", message, "response_id", should_retry=False)


def _away() -> GatewayError:
    message = "kept answers cannot be reached now: the database is away"
    return GatewayError(503, "server_error", "database_away", message, should_retry=True)


async def _answer(visit: Visit, value: object) -> None:
    headers = [(b"content-type", b"application/json"), (b"x-request-id", visit.id.encode())]
    await visit.client.answer(200, headers, msgspec.json.encode(value))
