"""Whole answers of the Messages protocol, both ways (wires.md 2.2)."""

from __future__ import annotations

from typing import Any

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.formats.anthropic.blocks import BlockEncoder, decode_blocks
from sluice.formats.anthropic.usage import STOP_WORDS, read_stop, read_usage, write_usage
from sluice.formats.canon import Citation, Part, Reasoning, Reply, Text
from sluice.formats.codec import Told, Voicing, unsayable
from sluice.formats.members import encode
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.proofs import UNPROVEN
from sluice.formats.reading import Unreadable, as_list, maybe_text, parse, rest

Json = dict[str, Any]

_SPELLED = ("type", "role", "stop_reason", "stop_sequence", "usage")


def read_reply(body: bytes) -> Reply | Fault:
    """A whole answer; a Fault when it is an error, or no message."""
    try:
        top = parse(body)
        if top.get("type") != "message":
            return fault_from(200, WireHead(200), body) if "error" in top else shape_fault("it is no message")
        parts = decode_blocks(as_list(top.get("content"), "content"), "content")
    except Unreadable as wrong:
        return shape_fault(str(wrong))
    return Reply(
        source=Format.ANTHROPIC,
        id=maybe_text(top, "id"),
        model=maybe_text(top, "model"),
        parts=parts,
        stop=read_stop(top.get("stop_reason")),
        sequence=maybe_text(top, "stop_sequence") or None,
        usage=read_usage(top.get("usage")),
        spelled={name: top[name] for name in _SPELLED if name in top},
        extras=rest(top, "id", "model", "content", *_SPELLED),
    )


def shape_fault(reason: str) -> Fault:
    """The fault of an answer that is not what was promised."""
    return Fault(cause=Cause.SHAPE, message=f"the upstream's answer cannot be read: {reason}", status=200)


def write_reply(reply: Reply, voicing: Voicing) -> bytes | Fault:
    """The message a client of this protocol is told."""
    native = reply.source is Format.ANTHROPIC
    encoder = BlockEncoder(native=True, told=Told())
    if native:
        blocks = encoder.blocks(reply.parts, "content")
        head = {"id": reply.id, "model": voicing.model or reply.model, "content": blocks}
        return encode({**head, **reply.spelled, **reply.extras})
    wrong = unsayable(reply)
    if wrong is not None:
        return wrong
    try:
        blocks = encoder.blocks(tuple([spoken(part) for part in reply.parts if not _is_empty(part)]), "content")
    except GatewayError as refused:
        # Arguments that are no JSON: cut off, or made up.
        return shape_fault(refused.message)
    return encode(
        {
            "id": message_id(voicing),
            "type": "message",
            "role": "assistant",
            "model": voicing.model,
            "content": blocks,
            "stop_reason": STOP_WORDS[reply.stop],
            "stop_sequence": reply.sequence,
            "usage": write_usage(reply.usage),
        }
    )


def message_id(voicing: Voicing) -> str:
    """The id of an answer that came from another protocol."""
    return f"msg_{voicing.new_id}"


def spoken(part: Part) -> Part:
    """A part of another protocol as this one's clients take it: without what is foreign, and with the members their
    types promise (a signature, even where none proves the thought)."""
    match part:
        case Reasoning(sealed="", signature=""):
            return Reasoning(text=part.text, signature=UNPROVEN)
        case Text(citations=()):
            return Text(text=part.text) if part.extras else part
        case Text():
            cited = [write_citation(citation) for citation in part.citations]
            return Text(text=part.text, extras={"citations": cited})
        case _:
            return type(part)(**{name: getattr(part, name) for name in part.__struct_fields__ if name != "extras"})


def write_citation(citation: Citation) -> Json:
    """A page of the web; the provider's own mark that would allow to replay it is not there."""
    told = {"type": "web_search_result_location", "url": citation.url, "title": citation.title or None}
    return {**told, "cited_text": citation.quote, "encrypted_index": ""}


def _is_empty(part: Part) -> bool:
    return isinstance(part, Text) and not part.text
