"""Embeddings: answers in input order, base64 where the client asked for it, batches split and merged."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from sluice.base.errors import bad_request
from sluice.base.outcome import Cause, Fault, Reply
from sluice.base.usage import NO_USAGE, Usage
from sluice.base.wire import WireHead
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.openai_chat.usage import read_usage

_any = msgspec.json.Decoder()
_encode = msgspec.json.Encoder().encode


def _shape(message: str) -> Fault:
    return Fault(cause=Cause.SHAPE, message=message, status=200)


def to_base64(vector: Sequence[float]) -> str:
    """Little-endian float32s in base64, as OpenAI's ``encoding_format: base64``. Raises struct.error, OverflowError."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def from_base64(text: str) -> list[float]:
    """The floats of a base64 vector. Raises ValueError."""
    try:
        raw = base64.b64decode(text, validate=True)
        return list(struct.unpack(f"<{len(raw) // 4}f", raw))
    except (binascii.Error, struct.error) as error:
        raise ValueError("not a base64 vector") from error


def check_reply(body: bytes, *, model: str, encoding: str | None, codes: Mapping[str, Cause]) -> Reply | Fault:
    """The answer with vectors in input order and in the ``encoding`` asked for ("base64", "float" or None: as it
    is)."""
    try:
        reply = _any.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _shape("the upstream's answer is no JSON")
    data = reply.get("data") if isinstance(reply, dict) else None
    if not isinstance(data, list):
        fault = fault_from(200, WireHead(200), body, code_map=codes)
        return fault if fault.code or (isinstance(reply, dict) and reply.get("error")) else _shape("no embeddings")
    if not all(isinstance(item, dict) and "embedding" in item for item in data):
        return _shape("an embedding is missing in the upstream's answer")
    if all(isinstance(item.get("index"), int) for item in data):
        data.sort(key=lambda item: item["index"])
    for number, item in enumerate(data):
        item["index"] = number
        item.setdefault("object", "embedding")
        try:
            _recode(item, encoding)
        except (ValueError, struct.error, OverflowError, TypeError):
            return _shape("an embedding of the upstream's answer is no vector")
    reply["model"] = model
    reply.setdefault("object", "list")
    usage = read_usage(reply.get("usage"))
    return Reply(body=_encode(reply), usage=usage)


def _recode(item: dict[str, Any], encoding: str | None) -> None:
    vector = item["embedding"]
    if encoding == "base64" and isinstance(vector, list):
        item["embedding"] = to_base64(vector)
    elif encoding == "float" and isinstance(vector, str):
        item["embedding"] = from_base64(vector)


def split_inputs(top: Mapping[str, Any], size: int) -> list[msgspec.Raw] | None:
    """The ``input`` list in pieces of at most ``size``; None when it fits (or is a single text or token list)."""
    raw = bytes(top.get("input", b""))
    if not raw.startswith(b"["):
        return None
    try:
        items = msgspec.json.decode(raw, type=list[msgspec.Raw])
    except msgspec.DecodeError:
        raise bad_request("invalid_value", "the field 'input' must be a text or a list", "input") from None
    if len(items) <= size or bytes(items[0])[:1] not in (b'"', b"[", b"{"):
        return None
    return [msgspec.Raw(_encode(items[at : at + size])) for at in range(0, len(items), size)]


def merge_replies(replies: Sequence[Reply]) -> Reply:
    """One answer from those to the pieces, re-indexed, usage added up."""
    whole: dict[str, Any] = {}
    data: list[Any] = []
    tokens = 0
    known = True
    for reply in replies:
        part = _any.decode(reply.body)
        whole = whole or part
        data += part["data"]
        tokens += reply.usage.input_tokens
        known = known and reply.usage.source == "upstream"
    for number, item in enumerate(data):
        item["index"] = number
    whole["data"] = data
    if known:
        whole["usage"] = {"prompt_tokens": tokens, "total_tokens": tokens}
    return Reply(body=_encode(whole), usage=Usage(input_tokens=tokens) if known else NO_USAGE)
