"""Whole answers of Cohere's chat protocol (wires.md 17)."""

from __future__ import annotations

from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.formats.canon import Reply
from sluice.formats.cohere.parts import read_message
from sluice.formats.cohere.usage import failure, read_stop, read_usage
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.reading import Unreadable, as_object, maybe_text, parse


def read_reply(body: bytes) -> Reply | Fault:
    """A whole answer; a Fault when it is an error, or no message."""
    try:
        top = parse(body)
        if "message" in top and not isinstance(top["message"], dict):
            return fault_from(200, WireHead(200), body)
        parts = read_message(as_object(top.get("message"), "message"))
    except Unreadable as wrong:
        return shape_fault(str(wrong))
    failed = failure(top.get("finish_reason"))
    if failed is not None:
        return failed
    return Reply(
        source=Format.COHERE_CHAT,
        id=maybe_text(top, "id"),
        model="",
        parts=parts,
        stop=read_stop(top.get("finish_reason")),
        usage=read_usage(top.get("usage")),
    )


def shape_fault(reason: str) -> Fault:
    """The fault of an answer that is not what was promised."""
    return Fault(cause=Cause.SHAPE, message=f"the upstream's answer cannot be read: {reason}", status=200)
