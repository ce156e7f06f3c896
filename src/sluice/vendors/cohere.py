"""Cohere: its chat protocol of version 2 behind a bridge, embeddings and rerank (wires.md 17;
https://docs.cohere.com/reference)."""

from __future__ import annotations

from typing import Any

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault, Reply, StreamParser
from sluice.base.wire import WireHead
from sluice.formats.codec import Abilities
from sluice.formats.cohere.native import PassedCohere, check_reply
from sluice.formats.cohere.write_request import THINKS
from sluice.vendors.answers import read_embeddings
from sluice.vendors.dialect import Call
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.parts import bounded, is_whole
from sluice.vendors.quirks import UNREADABLE, encode, fits, present, refuse_token_ids
from sluice.vendors.turns import left_out

_any = msgspec.json.Decoder()

_THINKING = ("command-a-reasoning*", "command-a-plus*")  # the second unverified
_EMBEDDED = frozenset({"model", "input", "dimensions", "encoding_format", "input_type", "truncate"})
_RANKED = frozenset({"model", "query", "documents", "top_n", "max_tokens_per_doc", "priority", "return_documents"})
"""``return_documents`` is fulfilled here: the provider's answers hold none."""


class Cohere(OpenAiLike):
    """A channel to the provider, or to a host that speaks as it does."""

    def abilities(self, model: str) -> Abilities:
        """Some models think."""
        return Abilities(own=THINKS if fits(model, _THINKING) else "")

    def models_target(self) -> bytes:
        """The list belongs to the first version; it is paged, a page holds at most a thousand."""
        root = self.base.path.removesuffix(self.vendor.root)
        return f"{root}/v1/models?page_size=1000".encode()

    # Requests.

    def dropped(self, call: Call) -> tuple[str, ...]:
        """Members of embeddings and rerank requests that have no place here."""
        return tuple(self.shape(dict(call.top), call)) if call.format is not Format.COHERE_CHAT else ()

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """Makes the client's members the provider's, in place; returns what ``dropped`` tells."""
        members["model"] = call.upstream_model
        if call.format is Format.EMBEDDINGS:
            return _embed(members)
        if call.format is Format.RERANK:
            return _rank(members)
        if call.max_output is not None:
            members["max_tokens"] = bounded(members.get("max_tokens"), call.max_output)
        return []

    # Answers.

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault:
        """Reads a whole 2xx answer."""
        if call.format is Format.COHERE_CHAT:
            return check_reply(body)
        if call.format is Format.EMBEDDINGS:
            told = _vectors(body)
            return told if isinstance(told, Fault) else read_embeddings(call, head, told, self.vendor.errors)
        return super().reply(call, head, body)

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        """A parser for a streamed 2xx answer; None when the body is JSON after all."""
        return None if is_whole(head) else PassedCohere()


def _embed(members: dict[str, Any]) -> list[str]:
    """Raises GatewayError 400 for token ids, which have no meaning here."""
    refuse_token_ids(members)
    given = _any.decode(bytes(members.get("input", b"null")))
    told = left_out(members, _EMBEDDED)
    body: dict[str, Any] = {"model": members["model"], "texts": given if isinstance(given, list) else [given]}
    # The provider must be told what for; clients of OpenAI's protocol mostly fill a store of documents.
    body["input_type"] = members["input_type"] if present(members, "input_type") else "search_document"
    body["embedding_types"] = ["float"]
    if present(members, "dimensions"):
        body["output_dimension"] = members["dimensions"]
    if present(members, "truncate"):
        body["truncate"] = members["truncate"]
    members.clear()
    members.update(body)
    return told


def _rank(members: dict[str, Any]) -> list[str]:
    """Documents are texts here; one that is an object is its text."""
    told = left_out(members, _RANKED)
    for name in (*told, "return_documents"):
        members.pop(name, None)
    documents = members.get("documents")
    if isinstance(documents, msgspec.Raw) and b"{" in bytes(documents):
        given = _any.decode(documents)
        members["documents"] = [one.get("text", "") if isinstance(one, dict) else one for one in given]
    return told


def _vectors(body: bytes) -> bytes | Fault:
    """The vectors as an embeddings answer in OpenAI's shape."""
    try:
        answer = _any.decode(body)
    except UNREADABLE:
        answer = None
    held = answer.get("embeddings") if isinstance(answer, dict) else None
    rows = held.get("float") if isinstance(held, dict) else held
    if not isinstance(answer, dict) or not isinstance(rows, list):
        return Fault(cause=Cause.SHAPE, message="the upstream's answer holds no embeddings", status=200)
    data = [{"object": "embedding", "embedding": row, "index": at} for at, row in enumerate(rows)]
    meta = answer.get("meta")
    units = meta.get("billed_units") if isinstance(meta, dict) else None
    counted = units.get("input_tokens") if isinstance(units, dict) else None
    told: dict[str, Any] = {}
    if isinstance(counted, int | float) and 0 <= counted < 1e12:
        told = {"usage": {"prompt_tokens": int(counted), "total_tokens": int(counted)}}  # told with a fraction
    return encode({"object": "list", "data": data, **told})


bind = Cohere
