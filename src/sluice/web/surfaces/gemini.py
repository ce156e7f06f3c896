"""Google's protocol for clients: generateContent whole and streamed, counting, embeddings, models (wires.md 3).

Model and method are the path's last segment; the key is a header, or ``?key=`` of the query, which is never logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import msgspec

from sluice.accounting.reservation import estimate_input_tokens
from sluice.base.errors import bad_request, model_not_found, not_found
from sluice.base.formats import Format
from sluice.base.ids import request_id
from sluice.base.usage import Usage
from sluice.formats.gemini.names import named
from sluice.formats.patch import Top, encode_top, has_list, parse_top, take_int, take_object
from sluice.formats.reading import Unreadable, as_list, as_object, parse, text
from sluice.relay.admit import check_model
from sluice.relay.inbound import Inbound, Voice
from sluice.web.errors import GOOGLE, GOOGLE_LISTED
from sluice.web.http import (
    AsgiClient,
    Receive,
    Scope,
    Send,
    credential,
    header,
    preflight,
    read_body,
)
from sluice.web.surfaces.door import Door, Handler, Route, Visit, enter, reject
from sluice.web.surfaces.openai_info import visible_models
from sluice.web.surfaces.openai_json import MAX_CHOICES
from sluice.web.surfaces.reframed import AsArray, AsVectors

ROOT = "/v1beta"
_MODELS = "models/"
_CONFIGS = ("generationConfig", "generation_config")
_PAGE, _LONGEST_PAGE = 50, 1000


def key(scope: Scope) -> bytes | None:
    """The key sent: a header, else the query's ``key``."""
    return credential(scope) or _query(scope).get("key", "").encode() or None


def _query(scope: Scope) -> dict[str, str]:
    """The last value of each name in the query."""
    if not scope["query_string"]:
        return {}
    given = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return {name: values[-1] for name, values in given.items()}


def asked_model(path: str) -> tuple[str, str]:
    """Model and method of a path; the method is "" for a bare model. A model's name may hold slashes and colons."""
    tail = path[path.find(_MODELS) + len(_MODELS) :]
    name, colon, method = tail.rpartition(":")
    return (name, method) if colon and method in METHODS else (tail, "")


def for_google(google: Route, other: Route) -> Route:
    """A route that two protocols share (the models, under ``/v1``): who sends Google's key wants Google's answer."""

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        asks_google = header(scope, b"x-goog-api-key") is not None or "key" in _query(scope)
        await (google if asks_google else other)(scope, receive, send)

    return route


class Google:
    """The ASGI application of the protocol's paths: all below ``/v1beta``, and those below ``/v1``, which newer SDKs
    use."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._methods = {name: enter(door, GOOGLE, handler, key) for name, handler in METHODS.items()}
        self._array = enter(door, GOOGLE_LISTED, stream_array, key)
        self._list = enter(door, GOOGLE, list_models, key)
        self._show = enter(door, GOOGLE, show_model, key)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one HTTP request; every answer has its ``x-request-id``."""
        route = self._route(scope)
        if route is not None:
            await route(scope, receive, send)
            return
        identity = request_id(self._door.clock.now_ms(), self._door.rng)
        if scope["method"] == "OPTIONS":
            await preflight(send, (b"x-request-id", identity.encode()))
            return
        error = not_found(f"there is nothing at {scope['method']} {scope['path']}")
        await reject(self._door, AsgiClient(scope, send), GOOGLE, error, identity)

    def _route(self, scope: Scope) -> Route | None:
        path: str = scope["path"].rstrip("/")
        if scope["method"] == "GET" and path.endswith("/models"):
            return self._list
        if f"/{_MODELS}" not in path:
            return None
        _, method = asked_model(path)
        if scope["method"] == "GET":
            return None if method else self._show
        if scope["method"] != "POST":
            return None
        if method == STREAM and _query(scope).get("alt") != "sse":
            return self._array
        return self._methods.get(method)


async def generate(door: Door, visit: Visit) -> None:
    """``POST .../models/{model}:generateContent``."""
    await door.relay.serve(await _generation(door, visit, GOOGLE, stream=False), visit.client)


async def stream_events(door: Door, visit: Visit) -> None:
    """``POST .../models/{model}:streamGenerateContent?alt=sse``."""
    await door.relay.serve(await _generation(door, visit, GOOGLE, stream=True), visit.client)


async def stream_array(door: Door, visit: Visit) -> None:
    """``POST .../models/{model}:streamGenerateContent``: one JSON array, growing."""
    await door.relay.serve(await _generation(door, visit, GOOGLE_LISTED, stream=True), AsArray(visit.client))


async def count_tokens(door: Door, visit: Visit) -> None:
    """``POST .../models/{model}:countTokens``: the gateway's own estimate; no upstream is asked, nothing charged."""
    _model(visit)
    body = await read_body(visit.scope, visit.receive, door.max_body)
    parse_top(body)
    await _answer(visit, {"totalTokens": estimate_input_tokens(body)})


async def embed(door: Door, visit: Visit) -> None:
    """``POST .../models/{model}:embedContent``: one text."""
    asked = await _asked(door, visit)
    await door.relay.serve(_embedding(visit, [asked]), AsVectors(visit.client, single=True))


async def embed_batch(door: Door, visit: Visit) -> None:
    """``POST .../models/{model}:batchEmbedContents``: many texts."""
    asked = await _asked(door, visit)
    try:
        listed = [as_object(one, "requests") for one in as_list(asked.get("requests"), "requests")]
    except Unreadable as wrong:
        raise wrong.refusal() from None
    if not listed:
        raise bad_request("invalid_value", "requests must be a list of at least one request", "requests")
    await door.relay.serve(_embedding(visit, listed), AsVectors(visit.client, single=False))


STREAM = "streamGenerateContent"
METHODS: Mapping[str, Handler] = {
    "generateContent": generate,
    STREAM: stream_events,
    "countTokens": count_tokens,
    "embedContent": embed,
    "batchEmbedContents": embed_batch,
}
PATHS = (
    ("GET", f"{ROOT}/models"),
    ("GET", f"{ROOT}/models/{{model}}"),
    *[("POST", f"{ROOT}/models/{{model}}:{method}") for method in METHODS],
)
"""What the reference lists."""


# Reading.


def _model(visit: Visit) -> str:
    """The path's model, if the token may use it. Raises GatewayError 400, 403 or 404."""
    model, _ = asked_model(visit.scope["path"])
    if not model:
        raise bad_request("missing_field", "the path must name a model", "model")
    check_model(visit.token, model)
    return model


async def _generation(door: Door, visit: Visit, voice: Voice, *, stream: bool) -> Inbound:
    """The request as the relay needs it: model and method, which stand in the path, are put into the body."""
    model = _model(visit)
    body = await read_body(visit.scope, visit.receive, door.max_body)
    top = parse_top(body)
    if not has_list(top, "contents"):
        raise bad_request("invalid_value", "contents must be a list of at least one content", "contents")
    top["model"] = msgspec.Raw(msgspec.json.encode(model))
    top["stream"] = msgspec.Raw(b"true" if stream else b"false")
    configs = [config for name in _CONFIGS if name in top and (config := take_object(top, name))]
    return Inbound(
        id=visit.id,
        voice=voice,
        format=Format.GEMINI,
        token=visit.token,
        model=model,
        created_ms=visit.created_ms,
        started=visit.started,
        body=encode_top(top),
        top=top,
        stream=stream,
        wants_usage=True,
        asked_max_output=_largest(configs, ("maxOutputTokens", "max_output_tokens"), 0, None),
        choices=_largest(configs, ("candidateCount", "candidate_count"), 1, MAX_CHOICES) or 1,
        input_estimate=estimate_input_tokens(body),
        address=visit.address,
        client=visit.agent,
    )


def _largest(configs: list[Top], names: tuple[str, str], minimum: int, maximum: int | None) -> int | None:
    """The largest whole number under either spelling of its name: which of them counts is the upstream's to say."""
    largest = None
    for config in configs:
        for name in names:
            number = take_int(config, name, minimum=minimum, maximum=maximum) if name in config else None
            if number is not None and (largest is None or number > largest):
                largest = number
    return largest


async def _asked(door: Door, visit: Visit) -> dict[str, Any]:
    """The body of a request for embeddings, decoded."""
    body = await read_body(visit.scope, visit.receive, door.max_body)
    try:
        return parse(body)
    except Unreadable as wrong:
        raise wrong.refusal() from None


def _embedding(visit: Visit, requests: list[dict[str, Any]]) -> Inbound:
    """Requests for embeddings as one in OpenAI's shape, which every provider of vectors serves."""
    model = _model(visit)
    try:
        texts = [_text(one, f"requests[{at}]") for at, one in enumerate(requests)]
        wishes = [_wishes(named(one, f"requests[{at}]")) for at, one in enumerate(requests)]
    except Unreadable as wrong:
        raise wrong.refusal() from None
    if any(wish != wishes[0] for wish in wishes):
        message = "all requests of a batch must want the same dimensions, task type and title"
        raise bad_request("unsupported_value", message, "requests")
    body = msgspec.json.encode({"model": model, "input": texts, "encoding_format": "float", **wishes[0]})
    estimate = estimate_input_tokens(body)
    return Inbound(
        id=visit.id,
        voice=GOOGLE,
        format=Format.EMBEDDINGS,
        token=visit.token,
        model=model,
        created_ms=visit.created_ms,
        started=visit.started,
        body=body,
        top=parse_top(body),
        expected=Usage(input_tokens=estimate, source="estimated"),
        input_estimate=estimate,
        address=visit.address,
        client=visit.agent,
    )


def _text(request: dict[str, Any], place: str) -> str:
    """The text of a content; one that shows anything else has no vector by way of the other protocols."""
    content = as_object(request.get("content"), f"{place}.content")
    parts = as_list(content.get("parts"), f"{place}.content.parts")
    named_parts = [as_object(part, f"{place}.content.parts[{at}]") for at, part in enumerate(parts)]
    return "".join([text(part, "text", f"{place}.content.parts[{at}]") for at, part in enumerate(named_parts)])


def _wishes(request: dict[str, Any]) -> dict[str, Any]:
    known = {"outputDimensionality": "dimensions", "taskType": "task_type", "title": "title"}
    return {other: request[name] for name, other in known.items() if request.get(name) is not None}


# Models.


async def list_models(door: Door, visit: Visit) -> None:
    """``GET .../models``: in pages; the token of a page is the number of models before it."""
    query = _query(visit.scope)
    size = min(_number(query, "pageSize") or _PAGE, _LONGEST_PAGE)
    start = _number(query, "pageToken")
    names = visible_models(door.snapshot(), visit.token)
    page: dict[str, Any] = {"models": [_described(name) for name in names[start : start + size]]}
    if start + size < len(names):
        page["nextPageToken"] = str(start + size)
    await _answer(visit, page)


async def show_model(door: Door, visit: Visit) -> None:
    """``GET .../models/{model}``. Raises GatewayError 404."""
    name, _ = asked_model(visit.scope["path"])
    if name not in visible_models(door.snapshot(), visit.token):
        raise model_not_found(f"the model {name!r} does not exist or is not open to this token")
    await _answer(visit, _described(name))


def _number(query: Mapping[str, str], name: str) -> int:
    told = query.get(name, "0") or "0"
    if not (told.isascii() and told.isdigit() and len(told) < 10):
        raise bad_request("invalid_value", f"{name} must be a whole number", name)
    return int(told)


def _described(name: str) -> dict[str, Any]:
    methods = [method for method in METHODS if method != STREAM]
    return {"name": _MODELS + name, "displayName": name, "supportedGenerationMethods": methods}


async def _answer(visit: Visit, value: object) -> None:
    headers = [(b"content-type", b"application/json"), (b"x-request-id", visit.id.encode())]
    await visit.client.answer(200, headers, msgspec.json.encode(value))
