"""Whole chat completions as canon replies and back, and the words both forms of an answer share (wires.md 1.2, 31)."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault
from sluice.base.usage import NO_USAGE, Usage
from sluice.base.wire import WireHead
from sluice.formats.canon import Citation, Part, Reasoning, Refusal, Reply, Stop, Text, ToolCall, Turn
from sluice.formats.codec import Told, Voicing, unsayable
from sluice.formats.free_text import CUSTOM, custom_in_chat, free_text
from sluice.formats.members import encode
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.openai_chat.finish import normal_finish
from sluice.formats.openai_chat.messages import read_said
from sluice.formats.openai_chat.usage import decoded_usage
from sluice.formats.openai_chat.write_parts import PartEncoder
from sluice.formats.reading import Unreadable, as_list, as_object, maybe_text, parse, rest

Json = dict[str, Any]

_STOPS: Mapping[str, Stop] = {
    "stop": Stop.END,
    "length": Stop.LENGTH,
    "tool_calls": Stop.TOOLS,
    "function_call": Stop.TOOLS,
    "content_filter": Stop.REFUSAL,
}
FINISHES: Mapping[Stop, str] = {
    Stop.END: "stop",
    Stop.SEQUENCE: "stop",
    Stop.PAUSE: "stop",
    Stop.LENGTH: "length",
    Stop.CONTEXT: "length",
    Stop.TOOLS: "tool_calls",
    Stop.REFUSAL: "content_filter",
}


def read_stop(word: object, *, called: bool) -> Stop | None:
    """The reason behind a ``finish_reason``; None while there is none."""
    normal = normal_finish(word if isinstance(word, str) else None, called=called)
    return None if normal is None else _STOPS[normal]


def read_reply(body: bytes) -> Reply | Fault:
    """A whole completion, its first choice; a Fault when it is an error, or no completion."""
    try:
        top = parse(body)
        if top.get("error"):
            return fault_from(200, WireHead(200), body)
        choices = as_list(top.get("choices"), "choices")
        choice = as_object(choices[0] if choices else None, "choices[0]")
        message = as_object(choice.get("message"), "choices[0].message")
        parts = read_said(message, "choices[0].message")
        if message.get("annotations"):
            parts = _cited(parts, message["annotations"])
    except Unreadable as wrong:
        message_text = f"the upstream's answer cannot be read: {wrong}"
        return Fault(cause=Cause.SHAPE, message=message_text, status=200)
    called = bool(message.get("tool_calls")) and any(isinstance(part, ToolCall) for part in parts)
    return Reply(
        source=Format.OPENAI_CHAT,
        id=maybe_text(top, "id"),
        model=maybe_text(top, "model"),
        parts=parts,
        stop=read_stop(choice.get("finish_reason"), called=called) or Stop.END,
        usage=decoded_usage(top.get("usage")),
        spelled=top,
    )


def _cited(parts: tuple[Part, ...], given: Any) -> tuple[Part, ...]:
    """The addresses a message cites belong to its text."""
    found = tuple([cited for cited in map(_citation, given if isinstance(given, list) else []) if cited is not None])
    if not found:
        return parts
    return tuple(
        [
            Text(text=part.text, citations=found, extras=part.extras) if isinstance(part, Text) else part
            for part in parts
        ]
    )


def _citation(value: Any) -> Citation | None:
    inner = value.get("url_citation") if isinstance(value, dict) else None
    if not isinstance(inner, dict) or not maybe_text(inner, "url"):
        return None
    return Citation(url=inner["url"], title=maybe_text(inner, "title"))


def write_reply(reply: Reply, voicing: Voicing) -> bytes | Fault:
    """The completion a client of this protocol is told."""
    if reply.source is Format.OPENAI_CHAT:
        return encode(_as_it_came(reply, voicing))
    return unsayable(reply) or _write_foreign(reply, voicing)


def _write_foreign(reply: Reply, voicing: Voicing) -> bytes:
    words = "".join(part.text for part in reply.parts if isinstance(part, Text))
    message: Json = {"role": "assistant", "content": words or None}
    refusals = [part.text for part in reply.parts if isinstance(part, Refusal)]
    message["refusal"] = refusals[0] if refusals else None
    thoughts = [part for part in reply.parts if isinstance(part, Reasoning)]
    said = "".join(part.text for part in thoughts)
    if said:
        message["reasoning_content"] = said
    blocks = [block for block in map(thinking_block, thoughts) if block is not None]
    if blocks:
        message["thinking_blocks"] = blocks
    custom = custom_in_chat(voicing.asked)
    calls = [call_of(part, custom) for part in reply.parts if isinstance(part, ToolCall)]
    if calls:
        message["tool_calls"] = calls
    annotations = _annotations(reply)
    if annotations:
        message["annotations"] = annotations
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": FINISHES[reply.stop]}
    head: Json = {"id": completion_id(voicing), "object": "chat.completion", "created": voicing.created_s}
    answer = {**head, "model": voicing.model, "choices": [choice]}
    return encode(answer if reply.usage is NO_USAGE else {**answer, "usage": write_usage(reply.usage)})


def _as_it_came(reply: Reply, voicing: Voicing) -> Json:
    top = reply.spelled
    first, *others = top["choices"]
    told = first["message"]
    plain = not isinstance(told.get("content"), list)
    extras = rest(told, "content", "refusal", "tool_calls")
    turn = Turn(role="assistant", parts=reply.parts, plain=plain, extras=extras)
    message = PartEncoder(native=True, told=Told()).assistant(turn)
    choice = {"message": message, **rest(first, "message")}
    head = {"id": reply.id, "model": voicing.model or reply.model, "choices": [choice, *others]}
    return {**head, **rest(top, "id", "model", "choices")}


def completion_id(voicing: Voicing) -> str:
    """The id of an answer that came from another protocol."""
    return f"chatcmpl-{voicing.new_id}"


def call_of(part: ToolCall, custom: Container[str]) -> Json:
    """A whole call; ``custom`` are the names of tools whose input is free text."""
    if part.name in custom:
        return {"id": part.id, "type": CUSTOM, CUSTOM: {"name": part.name, "input": free_text(part)}}
    function = {"name": part.name, "arguments": part.arguments or "{}"}
    return {"id": part.id, "type": "function", "function": function}


def thinking_block(part: Reasoning) -> Json | None:
    """What proves a thought to the model that had it, for the client to send back; None where there is no proof."""
    if part.sealed:
        return {"type": "redacted_thinking", "data": part.sealed}
    return {"type": "thinking", "thinking": part.text, "signature": part.signature} if part.signature else None


def annotation(citation: Citation, start: int, end: int) -> Json:
    """A citation; the offsets are characters of the whole text."""
    inner = {"url": citation.url, "title": citation.title, "start_index": start, "end_index": end}
    return {"type": "url_citation", "url_citation": inner}


def _annotations(reply: Reply) -> list[Json]:
    found: list[Json] = []
    at = 0
    for part in reply.parts:
        if isinstance(part, Text):
            found += [annotation(citation, at, at + len(part.text)) for citation in part.citations]
            at += len(part.text)
    return found


def write_usage(usage: Usage) -> Json:
    """The ``usage`` object of a Usage."""
    told: Json = {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
    written = usage.cache_write_tokens + usage.cache_write_1h_tokens
    if usage.cached_tokens or written:
        told["prompt_tokens_details"] = {"cached_tokens": usage.cached_tokens, "cache_write_tokens": written}
    if usage.reasoning_tokens:
        told["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    return told
