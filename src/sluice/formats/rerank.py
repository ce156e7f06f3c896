"""Rerank: every vendor's answer in the one shape clients know (wires.md 4): sorted, indices in range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sluice.base.outcome import Cause, Fault, Reply
from sluice.base.usage import NO_USAGE, Usage
from sluice.base.wire import WireHead
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.openai_chat.usage import count

_any = msgspec.json.Decoder()
_encode = msgspec.json.Encoder().encode


def _shape(message: str) -> Fault:
    return Fault(cause=Cause.SHAPE, message=message, status=200)


def check_reply(
    body: bytes, *, top: Mapping[str, Any], model: str, new_id: str, codes: Mapping[str, Cause]
) -> Reply | Fault:
    """The answer as ``{id, model, results: [{index, relevance_score, document?}], meta, usage}``, best first.

    ``top`` is the client's request: its documents bound the indices, and fill ``document`` if it asked for them.
    """
    try:
        reply = _any.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _shape("the upstream's answer is no JSON")
    found = _results(reply)
    if found is None:
        fault = fault_from(200, WireHead(200), body, code_map=codes)
        return fault if fault.message or fault.code else _shape("the upstream's answer holds no results")
    documents = msgspec.json.decode(bytes(top["documents"]))
    wants = bytes(top.get("return_documents", b"false")) == b"true"
    results = []
    for item in found:
        result = _result(item, documents, wants)
        if result is None:
            return _shape("a result of the upstream's answer has no score or a wrong index")
        results.append(result)
    results.sort(key=lambda result: -result["relevance_score"])
    usage = _usage(reply)
    meta = {"tokens": {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}}
    whole = {
        "id": reply.get("id") or new_id if isinstance(reply, dict) else new_id,
        "model": model,
        "results": results,
        "meta": {**meta, "billed_units": {"search_units": usage.search_units or 1}},
        "usage": {"prompt_tokens": usage.input_tokens, "total_tokens": usage.input_tokens + usage.output_tokens},
    }
    return Reply(body=_encode(whole), usage=usage)


def _results(reply: Any) -> list[Any] | None:
    if isinstance(reply, list):  # text-embeddings-inference answers a bare array
        return reply
    if not isinstance(reply, dict):
        return None
    output = reply.get("output")
    for holder in (reply, output if isinstance(output, dict) else {}):
        for name in ("results", "data"):
            if isinstance(holder.get(name), list):
                found: list[Any] = holder[name]
                return found
    return None


def _result(item: Any, documents: list[Any], wants: bool) -> dict[str, Any] | None:
    if not isinstance(item, dict):
        return None
    score = item.get("relevance_score", item.get("score"))
    index = item.get("index")
    if isinstance(score, bool) or not isinstance(score, int | float) or score != score:
        return None
    if not isinstance(index, int) or not 0 <= index < len(documents):
        return None
    result: dict[str, Any] = {"index": index, "relevance_score": score}
    if wants:
        document = item.get("document") or documents[index]
        result["document"] = {"text": document} if isinstance(document, str) else document
    return result


def _member(holder: dict[str, Any], name: str) -> dict[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _usage(reply: Any) -> Usage:
    if not isinstance(reply, dict):
        return NO_USAGE
    meta = _member(reply, "meta")
    units = _member(meta, "billed_units")
    searches = count(units.get("search_units"))
    for holder in (meta.get("tokens"), reply.get("tokens"), reply.get("usage"), units):
        if isinstance(holder, dict):
            tokens = count(holder.get("input_tokens")) or count(holder.get("prompt_tokens"))
            tokens = tokens or count(holder.get("total_tokens"))
            if tokens:
                output = count(holder.get("output_tokens"))
                return Usage(input_tokens=tokens, output_tokens=output, search_units=searches or 1)
    return Usage(search_units=searches) if searches else NO_USAGE
