"""Whole answers of the Converse protocol (wires.md 6.1). It names neither the answer nor the model."""

from __future__ import annotations

from typing import Any

from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault
from sluice.formats.canon import Reply, Text
from sluice.formats.converse.read_blocks import read_block
from sluice.formats.converse.usage import is_malformed, read_stop, read_usage
from sluice.formats.reading import Unreadable, as_list, as_object, maybe_text, parse

Json = dict[str, Any]


def read_reply(body: bytes) -> Reply | Fault:
    """A whole answer; a Fault when it is none."""
    try:
        top = parse(body)
        message = as_object(as_object(top.get("output"), "output").get("message"), "output.message")
        blocks = as_list(message.get("content"), "content")
        parts = [read_block(block, f"content[{at}]") for at, block in enumerate(blocks)]
    except Unreadable as wrong:
        return shape_fault(str(wrong))
    reason = top.get("stopReason")
    if is_malformed(reason):
        return malformed(str(reason))
    return Reply(
        source=Format.CONVERSE,
        id="",
        model="",
        parts=tuple([part for part in parts if part != Text(text="")]),
        stop=read_stop(reason),
        sequence=met_sequence(top),
        usage=read_usage(top.get("usage")),
    )


def met_sequence(top: Json) -> str | None:
    """The stop text that was met, where the request asked to be told."""
    told = top.get("additionalModelResponseFields")
    return maybe_text(told, "stop_sequence") or None if isinstance(told, dict) else None


def malformed(reason: str) -> Fault:
    """The fault of an answer the service could not read itself."""
    return Fault(cause=Cause.SHAPE, message=f"the model's answer is malformed ({reason})", status=200, code=reason)


def shape_fault(reason: str) -> Fault:
    """The fault of an answer that is not what was promised."""
    return Fault(cause=Cause.SHAPE, message=f"the upstream's answer cannot be read: {reason}", status=200)
