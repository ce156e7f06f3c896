"""The OpenAI protocol's JSON endpoints: chat, completions, embeddings, rerank, images, speech, moderations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from sluice.accounting.reservation import estimate_input_tokens
from sluice.base.errors import bad_request
from sluice.base.formats import Format
from sluice.base.usage import Usage
from sluice.base.wire import Header
from sluice.formats.patch import parse_top, take_bool, take_int, take_object, take_str
from sluice.relay.admit import check_model
from sluice.relay.inbound import Inbound, Voice
from sluice.web.errors import OPENAI, SILENT
from sluice.web.http import FIELDS, Scope, read_body
from sluice.web.surfaces.door import Door, Handler, Visit

Top = Mapping[str, Any]

MAX_CHOICES = 128
"""The most answers ``n`` may ask for."""
_LIMITS = ("max_completion_tokens", "max_tokens")
_RARE_LIMIT = "max_output_tokens"
"""What few upstreams know: it may raise a limit, but is none by itself."""
_COUNTS = ("n", "best_of")
_NULL = re.compile(rb"null")
_LIST_OPENING = re.compile(rb"\[[ \t\n\r]*+(\])?")
_prompt_list = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonEndpoint:
    """One endpoint as data. ``lists`` and ``present`` name required members; ``expected`` gives the usage to reserve
    for where no tokens are generated."""

    format: Format
    lists: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    default_model: str | None = None
    generates: bool = False
    expected: Callable[[Top, int], Usage] | None = None
    voice: Voice = OPENAI


def _tokens(top: Top, input_tokens: int) -> Usage:
    return Usage(input_tokens=input_tokens, source="estimated")


def _search(top: Top, input_tokens: int) -> Usage:
    return Usage(input_tokens=input_tokens, search_units=1, source="estimated")


def _images(top: Top, input_tokens: int) -> Usage:
    counts = [take_int(top, name, minimum=1, maximum=MAX_CHOICES) or 1 for name in ("n", "batch_size")]
    return Usage(input_tokens=input_tokens, images=max(counts), source="estimated")


def _spoken(top: Top, input_tokens: int) -> Usage:
    text = take_str(top, "input", required=True)
    return Usage(input_tokens=input_tokens, characters=len(text or ""), source="estimated")


ENDPOINTS: Mapping[str, JsonEndpoint] = {
    "/chat/completions": JsonEndpoint(format=Format.OPENAI_CHAT, lists=("messages",), generates=True),
    "/completions": JsonEndpoint(format=Format.OPENAI_COMPLETIONS, present=("prompt",), generates=True),
    "/embeddings": JsonEndpoint(format=Format.EMBEDDINGS, present=("input",), expected=_tokens),
    "/rerank": JsonEndpoint(format=Format.RERANK, present=("query",), lists=("documents",), expected=_search),
    "/images/generations": JsonEndpoint(format=Format.IMAGES, present=("prompt",), expected=_images),
    "/audio/speech": JsonEndpoint(format=Format.SPEECH, present=("input",), expected=_spoken, voice=SILENT),
    "/moderations": JsonEndpoint(
        format=Format.MODERATIONS, present=("input",), expected=_tokens, default_model="omni-moderation-latest"
    ),
}


def handler(endpoint: JsonEndpoint) -> Handler:
    """The handler of one JSON endpoint."""

    async def handle(door: Door, visit: Visit) -> None:
        body = await read_body(visit.scope, visit.receive, door.max_body)
        await door.relay.serve(read(endpoint, visit, body), visit.client)

    return handle


def read(endpoint: JsonEndpoint, visit: Visit, body: bytes) -> Inbound:
    """The request as the relay needs it. Raises GatewayError 400 naming the field, 403 for a model out of scope."""
    top = parse_top(body)
    model = take_str(top, "model", required=endpoint.default_model is None) or endpoint.default_model or ""
    if not model:
        raise bad_request("missing_field", "the field 'model' must not be empty", "model")
    check_model(visit.token, model)
    _check_members(endpoint, top)
    inbound = Inbound(
        id=visit.id,
        voice=endpoint.voice,
        format=endpoint.format,
        token=visit.token,
        model=model,
        created_ms=visit.created_ms,
        started=visit.started,
        body=body,
        top=top,
        address=visit.address,
        client=visit.agent,
        headers=forwarded(visit.scope),
        input_estimate=estimate_input_tokens(body),
    )
    if endpoint.format is Format.SPEECH:
        inbound.stream = True
    elif endpoint.generates:
        _read_generation(inbound, top)
    if endpoint.expected is not None:
        inbound.expected = endpoint.expected(top, inbound.input_estimate)
    return inbound


def _check_members(endpoint: JsonEndpoint, top: Top) -> None:
    for name in (*endpoint.present, *endpoint.lists):
        if name not in top or _NULL.match(top[name]):
            raise bad_request("missing_field", f"the field {name!r} is required", name)
    for name in endpoint.lists:
        opening = _LIST_OPENING.match(top[name])
        if opening is None:
            raise bad_request("invalid_value", f"the field {name!r} must be a list", name)
        if opening[1]:
            raise bad_request("invalid_value", f"the field {name!r} must not be empty", name)


def _read_generation(inbound: Inbound, top: Top) -> None:
    """Whether a stream is wanted, and the bounds of what may be generated."""
    if "stream" in top and take_bool(top, "stream"):
        inbound.stream = True
        options = take_object(top, "stream_options")
        asked = options is not None and bool(take_bool(options, "include_usage"))
        inbound.wants_usage = asked or inbound.token.always_usage
    # Of two names for one thing both travel on, and which of them counts is the upstream's to say.
    for name in _LIMITS:
        if name in top and (limit := take_int(top, name, minimum=0)) is not None:
            inbound.asked_max_output = max(limit, inbound.asked_max_output or 0)
    if inbound.asked_max_output is not None and (rare := take_int(top, _RARE_LIMIT, minimum=0)):
        inbound.asked_max_output = max(rare, inbound.asked_max_output)
    for name in _COUNTS:
        if name in top:
            inbound.choices = max(take_int(top, name, minimum=1, maximum=MAX_CHOICES) or 1, inbound.choices)
    if inbound.format is Format.OPENAI_COMPLETIONS:
        inbound.choices *= _prompts(top)


def _prompts(top: Top) -> int:
    """How many prompts a legacy completion has, each answered for itself: a list of texts or of lists of token ids."""
    raw = bytes(top["prompt"])
    if not raw.startswith(b"["):
        return 1
    prompts = _prompt_list.decode(raw)
    return len(prompts) if prompts and bytes(memoryview(prompts[0])[:1]) in b'"[' else 1


_FORWARDED = frozenset({b"openai-beta"})


def forwarded(scope: Scope) -> tuple[Header, ...]:
    """The client's headers that may travel to the upstream."""
    if _FORWARDED.isdisjoint(scope[FIELDS]):
        return ()
    return tuple([(bytes(k), bytes(v)) for k, v in scope["headers"] if k in _FORWARDED])
