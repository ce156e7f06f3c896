"""Requests and answers of the Responses protocol at an upstream that speaks it (formats/openai_responses/native.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sluice.base.outcome import Cause, Fault, Reply
from sluice.base.wire import WireHead
from sluice.formats.codec import Voicing
from sluice.formats.members import DECODE_ERRORS
from sluice.formats.openai_responses.codec import ResponsesCodec
from sluice.formats.openai_responses.native import PREVIOUS, PassedResponses, check_reply, own_items
from sluice.formats.patch import take_str
from sluice.formats.tell import as_stream
from sluice.vendors.dialect import Call
from sluice.vendors.parts import EVENT_STREAM, bounded

_CODEC = ResponsesCodec()
_LIMIT = "max_output_tokens"


def shape_request(members: dict[str, Any], call: Call) -> None:
    """Makes the client's members the upstream's, in place: the conversation is whole, and without foreign thoughts."""
    if call.max_output is not None:
        members[_LIMIT] = bounded(members.get(_LIMIT), call.max_output)
    members.pop(PREVIOUS, None)
    given = bytes(members.get("input", b""))
    if b'"reasoning"' not in given:
        return
    try:
        items = msgspec.json.decode(given, type=list[dict[str, Any]])
    except (*DECODE_ERRORS, msgspec.ValidationError):
        return  # the upstream will say what it is that it cannot read
    kept = own_items(items)
    if len(kept) != len(items):
        members["input"] = kept


def read_answer(call: Call, head: WireHead, body: bytes, codes: Mapping[str, Cause]) -> Reply | Fault:
    """A whole answer; as a stream, for a client that wants one from an upstream that answered whole."""
    reply = check_reply(body, model=call.model, previous=take_str(call.top, PREVIOUS))
    if isinstance(reply, Fault) or not call.stream:
        return reply
    voicing = Voicing(model=call.model, new_id=f"{call.nonce:032x}", created_s=call.now_ms // 1000)
    told = as_stream(reply.body, _CODEC, _CODEC, voicing)
    return told if isinstance(told, Fault) else msgspec.structs.replace(reply, body=told, content_type=EVENT_STREAM)


def passed_stream(call: Call) -> PassedResponses:
    """A parser of the upstream's stream."""
    return PassedResponses(model=call.model, previous=take_str(call.top, PREVIOUS))
