"""Google's Gemini API: its own generateContent protocol, and embeddings (wires.md 3; https://ai.google.dev/api).

Model and method stand in the path. Other protocols are served behind a bridge (bridge.py).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault, Reply, StreamParser
from sluice.base.wire import WireHead, WireRequest
from sluice.formats.gemini.errors import read_error
from sluice.formats.gemini.native import PassedGemini, check_reply
from sluice.formats.gemini.read_request import model_name, read_request
from sluice.formats.gemini.signatures import CARRIED, NEVER_SIGNED
from sluice.formats.gemini.write_request import without_foreign_proofs
from sluice.formats.reading import Unreadable
from sluice.vendors.answers import read_embeddings
from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.listing import read_models
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.parts import EVENT_STREAM, bounded, is_whole
from sluice.vendors.quirks import UNREADABLE, encode, present, refuse_token_ids
from sluice.vendors.schema import Vendor
from sluice.vendors.turns import left_out
from sluice.vendors.urls import Base, resolve

_any = msgspec.json.Decoder()

_PASTED = re.compile(r"(/v\d+[a-z0-9]*)/(?:models|openai)(?:/[^?#]*)?$")
_METHODS = {Format.GEMINI: "generateContent", Format.EMBEDDINGS: "batchEmbedContents"}
_STREAM_METHOD = b":streamGenerateContent?alt=sse"
_EMBED_CARRIED = frozenset({"model", "input", "dimensions", "encoding_format", "task_type", "title"})
_CONFIGS = ("generationConfig", "generation_config")


class Gemini(OpenAiLike):
    """A channel to the provider, or to a host that speaks as it does."""

    def find_base(self) -> Base:
        """Where the API lies, however much of an address of a model, or of the compatible API, was pasted."""
        return resolve(_PASTED.sub(r"\1", self.spec.base_url), self.vendor)

    def target(self, fmt: Format, model: str) -> bytes:
        """The method is part of the last segment."""
        name = quote(model, safe="/-._~")
        resource = name if "/" in name else f"models/{name}"  # tuned models stand in a collection of their own
        return f"{self.base.path}/{resource}:{_METHODS[fmt]}".encode()

    # Requests.

    def request(self, call: Call, credential: str) -> WireRequest:
        """A stream is a method of its own."""
        request = super().request(call, credential)
        if call.format is Format.GEMINI and call.stream:
            return msgspec.structs.replace(request, target=request.target.rpartition(b":")[0] + _STREAM_METHOD)
        return request

    def dropped(self, call: Call) -> tuple[str, ...]:
        """Members of an embeddings request that have no place here."""
        return tuple(self.shape(dict(call.top), call)) if call.format is Format.EMBEDDINGS else ()

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """Makes the client's members the protocol's, in place; returns what ``dropped`` tells."""
        if call.format is Format.EMBEDDINGS:
            body, told = _embed(members, call)
            members.clear()
            members.update(body)
            return told
        signed = self.abilities(call.upstream_model).signed
        met = (CARRIED,) if signed else (CARRIED, NEVER_SIGNED)
        if any(mark.encode() in bytes(raw) for raw in members.values() for mark in met):
            _forget_foreign_proofs(members, signed=signed)
        members.pop("model", None)
        members.pop("stream", None)
        if call.max_output is not None:
            _cap(members, call.max_output)
        return []

    # Answers.

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault:
        """Reads a whole 2xx answer; one to a call for a stream is told as one."""
        if call.format is Format.EMBEDDINGS:
            told = _vectors(body)
            return told if isinstance(told, Fault) else read_embeddings(call, head, told, self.vendor.errors)
        return _streamed(call, body) if call.stream else check_reply(body, model=call.model)

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        """A parser for a streamed 2xx answer; None when the body is JSON after all."""
        return None if is_whole(head) else PassedGemini(model=call.model)

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        """Reads a non-2xx answer."""
        return read_error(head.status, head, body, call.now_ms)

    def models_target(self) -> bytes:
        """The list is paged; a page holds at most a thousand, and there are fewer."""
        return super().models_target() + b"?pageSize=1000"

    def models_reply(self, head: WireHead, body: bytes) -> tuple[str, ...] | Fault:
        """The ids of the models, without the collection they stand in."""
        if not 200 <= head.status < 300:
            return read_error(head.status, head, body)
        told = read_models(head, body, self.vendor.errors)
        return told if isinstance(told, Fault) else tuple([model_name(name) for name in told])


def _streamed(call: Call, body: bytes) -> Reply | Fault:
    """A stream that came as one JSON array, or in a single piece."""
    body = body.strip()
    if body[:1] not in (b"[", b"{"):
        return Fault(cause=Cause.SHAPE, message="the upstream's answer is no JSON", status=200)
    parser = PassedGemini(model=call.model, array=True)
    told = parser.feed(body if body[:1] == b"[" else b"[" + body + b"]") + parser.finish()
    if parser.fault is not None:
        return parser.fault
    return Reply(
        body=told,
        content_type=EVENT_STREAM,
        usage=parser.usage,
        finish_reason=parser.finish_reason,
        output_bytes=parser.output_bytes,
    )


def _cap(members: dict[str, Any], most: int) -> None:
    """Bounds the tokens to be generated."""
    name = next((name for name in _CONFIGS if present(members, name)), _CONFIGS[0])
    try:
        config = _any.decode(members[name]) if name in members else {}
    except UNREADABLE:
        return  # no configuration: the upstream will say so
    if isinstance(config, dict):
        limit = "max_output_tokens" if "max_output_tokens" in config else "maxOutputTokens"
        members[name] = {**config, limit: bounded(config.get(limit), most)}


def _forget_foreign_proofs(members: dict[str, Any], *, signed: bool) -> None:
    """A conversation that began with another provider's model goes on with this one."""
    try:
        request = read_request(encode(members))
    except Unreadable:
        return  # the upstream will say what is wrong
    members["contents"] = without_foreign_proofs(request, signed=signed)


def _embed(members: dict[str, Any], call: Call) -> tuple[dict[str, Any], list[str]]:
    """One request for each text. Raises GatewayError for token ids, which have no meaning here."""
    refuse_token_ids(members)
    given = _any.decode(bytes(members.get("input", b"null")))
    texts = given if isinstance(given, list) else [given]
    known = {"dimensions": "outputDimensionality", "task_type": "taskType", "title": "title"}
    wishes = {told: members[name] for name, told in known.items() if present(members, name)}
    name = call.upstream_model
    model = name if "/" in name else f"models/{name}"
    requests = [{"model": model, "content": {"parts": [{"text": text}]}, **wishes} for text in texts]
    return {"requests": requests}, left_out(members, _EMBED_CARRIED)


def _vectors(body: bytes) -> bytes | Fault:
    """The vectors as an embeddings answer in OpenAI's shape."""
    try:
        answer = _any.decode(body)
    except UNREADABLE:
        answer = None
    answer = answer if isinstance(answer, dict) else {}
    rows = answer.get("embeddings")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "values" in row for row in rows):
        if answer.get("error"):
            return read_error(200, WireHead(200), body)
        return Fault(cause=Cause.SHAPE, message="the upstream's answer holds no embeddings", status=200)
    data = [{"object": "embedding", "embedding": row["values"], "index": at} for at, row in enumerate(rows)]
    usage = answer.get("usageMetadata")
    counted = usage.get("promptTokenCount") if isinstance(usage, dict) else None
    told = {} if counted is None else {"usage": {"prompt_tokens": counted, "total_tokens": counted}}
    return encode({"object": "list", "data": data, **told})


def bind(vendor: Vendor, spec: ChannelSpec) -> Gemini:
    """The dialect of a channel."""
    return Gemini(vendor, spec)
