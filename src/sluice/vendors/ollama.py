"""Ollama: its OpenAI-compatible endpoints, or its own API, as the channel's option ``mode`` says.

Native is what the compatible endpoints cannot say: context length, keep-alive, thinking. Text completions go the
compatible way in both modes: there the server applies the same template. Source: Ollama's ``docs/api.md``.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault, Reply, StreamParser
from sluice.base.wire import WireHead
from sluice.formats.ndjson import LineDecoder
from sluice.formats.openai_chat import unary
from sluice.formats.openai_chat.errors import fault_from
from sluice.vendors.answers import read_embeddings
from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.ollama_chat import Speech, native_request
from sluice.vendors.openai_like import CHAT, OpenAiLike
from sluice.vendors.parts import as_stream, is_whole
from sluice.vendors.quirks import UNREADABLE, encode, present, refuse_token_ids
from sluice.vendors.schema import Vendor
from sluice.vendors.translated import TranslatedStream
from sluice.vendors.turns import left_out
from sluice.vendors.unfit import Unfit
from sluice.vendors.urls import Base, strip_endpoint, take_apart

_any = msgspec.json.Decoder()
_OWN_ENDPOINTS = ("/api/chat", "/api/generate", "/api/embed", "/api/tags", "/api", "/v1")
_EMBED_MEMBERS = ("input", "dimensions", "truncate", "keep_alive", "options")
_EMBED_CARRIED = frozenset({*_EMBED_MEMBERS, "encoding_format"})


class Ollama(OpenAiLike):
    """The compatible way: OpenAI-shaped, under ``/v1`` of the server."""

    def find_base(self) -> Base:
        """The server's ``/v1``, however much of an address of either API was typed."""
        root = self.server()
        return root if take_apart(self.spec.base_url, self.vendor).verbatim else Base(root.origin, root.path + "/v1")

    def server(self) -> Base:
        """Where the server lies: the address without the paths of its APIs."""
        typed = take_apart(self.spec.base_url, self.vendor)
        if typed.query:
            raise Unfit("the base URL must not have a query: leave out the '?' and what follows", "base_url")
        if typed.verbatim:
            return Base(typed.origin, typed.path)
        path, _ = strip_endpoint(typed.path, self.vendor)
        for endpoint in _OWN_ENDPOINTS:
            path = path.removesuffix(endpoint)
        return Base(typed.origin, path)


class NativeOllama(Ollama):
    """Ollama's own API for chat, embeddings and the list of models."""

    def __init__(self, vendor: Vendor, spec: ChannelSpec) -> None:
        super().__init__(vendor, spec)
        root = self.server().path
        self._targets[CHAT] = f"{root}/api/chat".encode()
        self._targets[Format.EMBEDDINGS] = f"{root}/api/embed".encode()
        self._tags = f"{root}/api/tags".encode()
        self._defaults: dict[str, Any] = {}
        if self.options["num_ctx"]:
            self._defaults["num_ctx"] = int(self.options["num_ctx"])
        if self.options["keep_alive"]:
            keep = self.options["keep_alive"]
            self._defaults["keep_alive"] = int(keep) if keep.lstrip("-").isdigit() else keep

    def models_target(self) -> bytes:
        """The list of what the server has pulled."""
        return self._tags

    # Requests.

    def dropped(self, call: Call) -> tuple[str, ...]:
        """What the native API has no place for."""
        return tuple(self.shape(dict(call.top), call)) if call.form is None else ()

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """Puts the native body in the place of the client's."""
        if call.format is CHAT:
            body, told = native_request(members, call, self._defaults)
        elif call.format is Format.EMBEDDINGS:
            body, told = self._embed(members, call)
        else:
            return super().shape(members, call)
        members.clear()
        members.update(body)
        return told

    def _embed(self, members: dict[str, Any], call: Call) -> tuple[dict[str, Any], list[str]]:
        refuse_token_ids(members)
        body = {
            "model": call.upstream_model,
            **{name: members[name] for name in _EMBED_MEMBERS if present(members, name)},
        }
        if "keep_alive" in self._defaults:
            body.setdefault("keep_alive", self._defaults["keep_alive"])
        return body, left_out(members, _EMBED_CARRIED)

    # Answers.

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault:
        """A whole answer, told as OpenAI's."""
        if call.format is Format.EMBEDDINGS:
            told = _embeddings(body)
            return told if isinstance(told, Fault) else read_embeddings(call, head, told, self.vendor.errors)
        if call.format is not CHAT:
            return super().reply(call, head, body)
        said = Speech(call).whole(body)
        if isinstance(said, Fault):
            return said
        created = call.now_ms // 1000
        reply = unary.check_reply(said, model=call.model, nonce=call.nonce, hygiene=self.hygiene, created_s=created)
        return as_stream(reply, call.wants_usage) if call.stream and isinstance(reply, Reply) else reply

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        """Lines of JSON, told as OpenAI's events."""
        if call.format is not CHAT:
            return super().stream(call, head)
        if is_whole(head):
            return None
        inner = self.chat_stream(call, wants_usage=call.wants_usage)
        return TranslatedStream(inner, LineDecoder(), Speech(call).chunks)


def _embeddings(body: bytes) -> bytes | Fault:
    """``/api/embed``'s answer in OpenAI's shape."""
    try:
        said = _any.decode(body)
    except UNREADABLE:
        said = None
    rows = said.get("embeddings") if isinstance(said, dict) else None
    if not isinstance(rows, list):
        if isinstance(said, dict) and said.get("error"):
            return fault_from(200, WireHead(200), body)
        return Fault(cause=Cause.SHAPE, message="the upstream's answer holds no embeddings", status=200)
    data = [{"object": "embedding", "index": number, "embedding": row} for number, row in enumerate(rows)]
    told: dict[str, Any] = {"object": "list", "data": data}
    tokens = said.get("prompt_eval_count") if isinstance(said, dict) else None
    if type(tokens) is int:
        told["usage"] = {"prompt_tokens": tokens, "total_tokens": tokens}
    return encode(told)


def bind(vendor: Vendor, spec: ChannelSpec) -> Ollama:
    """The dialect of a channel: native when its option says so."""
    native = spec.options.get("mode", "").strip() == "native"
    return NativeOllama(vendor, spec) if native else Ollama(vendor, spec)
