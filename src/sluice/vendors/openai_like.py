"""The one dialect of all OpenAI-shaped vendors: what differs between them is data (schema.py, quirks.py).

A request's members travel byte for byte; only those that must change are touched. The body is always written anew from
its members, so that a name that stood there twice (upstreams differ in which one counts) reaches the upstream once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import msgspec

from sluice.base.errors import bad_request
from sluice.base.formats import Format
from sluice.base.outcome import Fault, Reply, StreamParser
from sluice.base.wire import Header, WireHead, WireRequest
from sluice.catalog.abilities import model_abilities
from sluice.formats import embeddings
from sluice.formats.anthropic.native import PassedMessages
from sluice.formats.codec import Abilities
from sluice.formats.openai_chat import unary
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.openai_chat.stream import ChatStream
from sluice.formats.simple import PassingStream
from sluice.vendors import responses
from sluice.vendors.answers import READERS
from sluice.vendors.call_ids import short_call_ids
from sluice.vendors.dialect import Call, ChannelSpec, Errand, Minter
from sluice.vendors.foreign import forget_in_chat, forget_in_messages
from sluice.vendors.listing import read_models
from sluice.vendors.parts import (
    JSON_BODY,
    as_stream,
    ask_usage,
    authorization,
    bounded,
    cap,
    check_key,
    fixed_headers,
    folded,
    is_event_stream,
    is_whole,
)
from sluice.vendors.quirks import encode, fits, hygiene_of, member_rule, refuse_token_ids, system_for_developer
from sluice.vendors.schema import Vendor, quirks_of, read_options
from sluice.vendors.urls import Base, beside, fill, resolve

Raw = msgspec.Raw

CHAT = Format.OPENAI_CHAT
GENERATING = frozenset({Format.OPENAI_CHAT, Format.OPENAI_COMPLETIONS})


class OpenAiLike:
    """A vendor's dialect for one channel. Raises Unfit, with a text for people, for what cannot be bound."""

    minter: Minter | None = None

    def __init__(self, vendor: Vendor, spec: ChannelSpec) -> None:
        check_key(vendor, spec.key)
        self.vendor = vendor
        self.spec = spec
        self.options = read_options(vendor, spec.options)
        self.quirks = quirks_of(vendor, self.options)
        self.base = self.find_base()
        self.hygiene = hygiene_of(self.quirks, vendor.errors)
        self._targets = {fmt: (self.base.path + path).encode() for fmt, path in vendor.paths.items()}
        self._targets |= {fmt: beside(self.base, vendor, path).encode() for fmt, path in vendor.root_paths.items()}
        rules = {fmt: member_rule(rules) for fmt, rules in vendor.members.items()}
        self._rules = {fmt: rule for fmt, rule in rules.items() if rule is not None}
        self._forwarded = frozenset(name.encode() for name in vendor.forward_headers)
        self._fixed = fixed_headers(vendor, self.options)
        self._credential: str | None = None
        self._headers: tuple[Header, ...] = ()

    def find_base(self) -> Base:
        """Where the API lies."""
        return fill(resolve(self.spec.base_url, self.vendor), self.options)

    # Requests.

    def serves(self, fmt: Format) -> bool:
        """Whether the vendor's file gives the format a path."""
        return fmt in self._targets

    def abilities(self, model: str) -> Abilities:
        """What requests translated for this vendor's models must mind (bridge.py)."""
        return replace(model_abilities(model), limit_name=self.quirks.max_tokens_name)

    def target(self, fmt: Format, model: str) -> bytes:
        """The request target of a format. ``model`` is the upstream's name, for vendors that put it into the path."""
        return self._targets[fmt]

    def url(self, fmt: Format, model: str) -> str:
        """The address a request will go to, to be shown to people."""
        return self.base.origin + self.target(fmt, model).decode()

    def request(self, call: Call, credential: str) -> WireRequest:
        """The upstream request. Raises GatewayError 400 for what this upstream cannot carry."""
        fmt = call.format
        if fmt not in self._targets:
            message = f"the provider of the model {call.model!r} does not offer {fmt.value}"
            raise bad_request("unsupported_format", message, "model")
        if credential != self._credential:
            # One slot: a channel has one key, or one minted credential at a time.
            self._headers = (*self.authorization(credential), *self._fixed)
            self._credential = credential
        headers = self._headers
        if call.headers and self._forwarded:
            headers += tuple(pair for pair in call.headers if pair[0] in self._forwarded)
        target = self.target(fmt, call.upstream_model)
        if fmt is Format.REALTIME:
            return WireRequest(b"GET", self.base.origin, target + self.session_query(call).encode(), headers)
        if call.form is not None:
            mapped = {"model": call.upstream_model} if call.upstream_model != call.model else {}
            kind, source, length = call.form.encode(mapped)
            return WireRequest(b"POST", self.base.origin, target, ((b"content-type", kind), *headers), source, length)
        members = dict(call.top)
        self.shape(members, call)
        return WireRequest(b"POST", self.base.origin, target, (JSON_BODY, *headers), encode(members))

    def errand(self, errand: Errand, credential: str) -> WireRequest:
        """The upstream request of an errand."""
        headers: tuple[Header, ...] = (*self.authorization(credential), *self._fixed)
        headers += tuple(pair for pair in errand.headers if pair[0] in self._forwarded)
        target = self.errand_target(errand).encode()
        if errand.form is not None:
            kind, source, length = errand.form.encode({})
            headers = ((b"content-type", kind), *headers)
            return WireRequest(errand.method, self.base.origin, target, headers, source, length)
        if errand.body:
            headers = (JSON_BODY, *headers)
        return WireRequest(errand.method, self.base.origin, target, headers, errand.body)

    def errand_target(self, errand: Errand) -> str:
        """Path and query of an errand."""
        return self._targets[errand.format].decode() + errand.tail + errand.query

    def session_query(self, call: Call) -> str:
        """What follows the path of a session's address: the model, and what else the client's address says of it."""
        named = {"model": call.upstream_model}
        intent = call.top.get("intent")
        if intent is not None:
            named["intent"] = msgspec.json.decode(intent, type=str)
        return "?" + urlencode(named)

    def authorization(self, credential: str) -> tuple[Header, ...]:
        """The headers that carry the credential."""
        return authorization(self.vendor.auth, credential)

    def dropped(self, call: Call) -> tuple[str, ...]:
        """Members that will be left out, or are changed to what the vendor can do (``temperature=1``)."""
        if call.form is not None or (call.format not in self._rules and call.format is not Format.IMAGES):
            return ()
        return tuple(self.shape(dict(call.top), call))

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """Makes the client's members the vendor's, in place; returns what ``dropped`` tells."""
        if call.upstream_model != call.model or "model" not in members:
            members["model"] = call.upstream_model
        told: list[str] = []
        if call.format in GENERATING:
            self._shape_generation(members, call)
        elif call.format is Format.EMBEDDINGS:
            self._shape_embeddings(members)
        elif call.format is Format.ANTHROPIC:
            told += forget_in_messages(members)
            if call.max_output is not None:
                members["max_tokens"] = bounded(members.get("max_tokens"), call.max_output)
        elif call.format is Format.OPENAI_RESPONSES:
            responses.shape_request(members, call)
        elif call.format is Format.IMAGES:
            # The answer is read whole: a client that asked for events could do nothing with it.
            told += [name for name in ("stream", "partial_images") if members.pop(name, None) is not None]
        rule = self._rules.get(call.format)
        return told if rule is None else told + rule(members, call.upstream_model, call.stream)

    def _shape_generation(self, members: dict[str, Any], call: Call) -> None:
        quirks = self.quirks
        if call.max_output is not None:
            cap(members, call.max_output, quirks.max_tokens_name if call.format is CHAT else "max_tokens")
        stream = call.stream
        if not stream and quirks.force_stream and fits(call.upstream_model, quirks.force_stream):
            members["stream"] = stream = True
        if stream and not quirks.no_stream_options:
            ask_usage(members)
        elif quirks.no_stream_options:
            members.pop("stream_options", None)
        forget_in_chat(members)
        if quirks.developer_to_system and "messages" in members:
            members["messages"] = Raw(system_for_developer(bytes(members["messages"])))
        if quirks.short_call_ids and "messages" in members:
            members["messages"] = Raw(short_call_ids(bytes(members["messages"])))

    def _shape_embeddings(self, members: dict[str, Any]) -> None:
        if self.quirks.embeddings_text_only:
            refuse_token_ids(members)
        if self.quirks.embeddings_float_only and "encoding_format" in members:
            members["encoding_format"] = "float"
        if self.quirks.embeddings_no_encoding:
            members.pop("encoding_format", None)

    # Batches over the vendor's limit (dialect.Splitter).

    def split(self, call: Call) -> tuple[Call, ...] | None:
        """Embedding inputs in batches the vendor takes; None when they fit."""
        if call.format is not Format.EMBEDDINGS:
            return None
        size = self.quirks.batch_size(call.upstream_model)
        batches = embeddings.split_inputs(call.top, size) if size else None
        if batches is None:
            return None
        return tuple(call.changed(top={**call.top, "input": batch}) for batch in batches)

    def merge(self, call: Call, replies: Sequence[Reply]) -> Reply:
        """One embeddings answer from those to the batches."""
        return embeddings.merge_replies(replies)

    # Answers.

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault:
        """Reads a whole 2xx answer."""
        if call.format not in GENERATING:
            return READERS[call.format](call, head, body, self.vendor.errors)
        if is_event_stream(head):
            return folded(self.chat_stream(call, wants_usage=True), body)
        reply = unary.check_reply(
            body,
            model=call.model,
            nonce=call.nonce,
            hygiene=self.hygiene,
            legacy=call.format is not CHAT,
            created_s=call.now_ms // 1000,
        )
        if call.stream and call.format is CHAT and isinstance(reply, Reply):
            return as_stream(reply, call.wants_usage)
        return reply

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        """A parser for a streamed 2xx answer; None when the body is a whole answer (or an error) after all."""
        if is_whole(head):
            return None
        if call.format in GENERATING:
            return self.chat_stream(call, wants_usage=call.wants_usage)
        if call.format is Format.ANTHROPIC:
            return PassedMessages(model=call.model)
        if call.format is Format.OPENAI_RESPONSES:
            return responses.passed_stream(call)
        return PassingStream(events=is_event_stream(head))

    def chat_stream(self, call: Call, *, wants_usage: bool) -> ChatStream:
        """A parser of OpenAI-shaped chunks for this call."""
        return ChatStream(
            model=call.model,
            wants_usage=wants_usage,
            hygiene=self.hygiene,
            legacy=call.format is not CHAT,
            new_id=unary.new_id(call.nonce, legacy=call.format is not CHAT),
            created_s=call.now_ms // 1000,
        )

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        """Reads a non-2xx answer."""
        return fault_from(head.status, head, body, code_map=self.vendor.errors, now_ms=call.now_ms)

    # The upstream's list of models.

    def models_request(self, credential: str) -> WireRequest | None:
        """Asks for the list of models; None when the vendor has none."""
        if not self.vendor.models_path:
            return None
        headers = (*self.authorization(credential), *self._fixed)
        return WireRequest(b"GET", self.base.origin, self.models_target(), headers)

    def models_target(self) -> bytes:
        """The request target of the list."""
        return (self.base.path + self.vendor.models_path).encode()

    def models_reply(self, head: WireHead, body: bytes) -> tuple[str, ...] | Fault:
        """The ids of the models."""
        return read_models(head, body, self.vendor.errors)
