"""Whole answers of the Responses protocol, both ways (wires.md 1.11, 31.1)."""

from __future__ import annotations

from typing import Any

from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.formats.canon import Part, Reasoning, Refusal, Reply, Stop, Text, ToolCall, Turn
from sluice.formats.codec import Told, Voicing, unsayable
from sluice.formats.members import encode
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.openai_chat.usage import read_usage
from sluice.formats.openai_responses.contents import ContentWriter
from sluice.formats.openai_responses.items import ITEMS, read_item
from sluice.formats.openai_responses.outputs import (
    INCOMPLETE,
    call_item,
    call_kind,
    ended,
    item_id,
    message_item,
    reasoning_item,
    text_part,
)
from sluice.formats.openai_responses.tools import callables
from sluice.formats.openai_responses.write_items import native_items
from sluice.formats.reading import Unreadable, as_list, maybe_text, parse, rest

Json = dict[str, Any]

_SPELLED = ("object", "status", "incomplete_details", "usage", "error")


def read_reply(body: bytes) -> Reply | Fault:
    """A whole answer; a Fault when it is an error, a failed answer, or no answer."""
    try:
        top = parse(body)
        failure = failed(top)
        if failure is not None:
            return failure
        items = [read_item(item, f"output[{at}]") for at, item in enumerate(as_list(top.get("output"), "output"))]
    except Unreadable as wrong:
        return shape_fault(str(wrong))
    parts = tuple([part for item in items for part in item.parts])
    return Reply(
        source=Format.OPENAI_RESPONSES,
        id=maybe_text(top, "id"),
        model=maybe_text(top, "model"),
        parts=parts,
        stop=read_stop(top, called=any(isinstance(part, ToolCall) for part in parts)),
        usage=read_usage(top.get("usage")),
        spelled={name: top[name] for name in _SPELLED if name in top} | {ITEMS: tuple([item.shell for item in items])},
        extras=rest(top, "id", "model", "output", *_SPELLED),
    )


def failed(top: Json) -> Fault | None:
    """The fault a response tells of, if it does."""
    if top.get("error"):
        return fault_from(200, WireHead(200), encode({"error": top["error"]}))
    if top.get("status") in ("failed", "cancelled"):
        return Fault(cause=Cause.SERVER, message=f"the upstream's answer is {top['status']}", status=200)
    return None


def shape_fault(reason: str) -> Fault:
    """The fault of an answer that is not what was promised."""
    return Fault(cause=Cause.SHAPE, message=f"the upstream's answer cannot be read: {reason}", status=200)


def read_stop(top: Json, *, called: bool) -> Stop:
    """Why a response ended."""
    if top.get("status") == "incomplete":
        details = top.get("incomplete_details")
        reason = details.get("reason") if isinstance(details, dict) else None
        return Stop.REFUSAL if reason == "content_filter" else Stop.LENGTH
    return Stop.TOOLS if called else Stop.END


def write_reply(reply: Reply, voicing: Voicing) -> bytes | Fault:
    """The answer a client of this protocol is told."""
    if reply.source is Format.OPENAI_RESPONSES:
        return encode(_as_it_came(reply, voicing))
    fault = unsayable(reply)
    if fault is not None:
        return fault
    return encode(ended(voicing, reply.stop, _items(reply, voicing), reply.usage))


def _as_it_came(reply: Reply, voicing: Voicing) -> Json:
    told = dict(reply.spelled)
    turn = Turn(role="assistant", parts=reply.parts, extras={ITEMS: told.pop(ITEMS)})
    output = native_items(turn, ContentWriter(native=True, told=Told()))
    head = {"id": reply.id, "model": voicing.model or reply.model, "output": output}
    return {**head, **told, **reply.extras}


def _items(reply: Reply, voicing: Voicing) -> list[Json]:
    """The items of an answer: texts in a row are one message."""
    named = callables(voicing.asked)
    groups = _groups(reply.parts)
    items: list[Json] = []
    for number, group in enumerate(groups):
        last = number == len(groups) - 1
        status = "incomplete" if last and reply.stop in INCOMPLETE else "completed"
        match group[0]:
            case Reasoning() as thought:
                items.append(reasoning_item(item_id("reasoning", voicing, number), thought, status))
            case ToolCall(name=name) as call:
                called = named.get(name)
                items.append(call_item(item_id(call_kind(called), voicing, number), call, status, called))
            case _:
                content = [text_part(part) for part in group if isinstance(part, Text | Refusal)]
                items.append(message_item(item_id("message", voicing, number), content, status))
    return items


def _groups(parts: tuple[Part, ...]) -> list[list[Part]]:
    groups: list[list[Part]] = []
    for part in parts:
        if isinstance(part, Text) and not part.text and not part.citations:
            continue
        spoken = isinstance(part, Text | Refusal)
        if spoken and groups and isinstance(groups[-1][0], Text | Refusal):
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups
