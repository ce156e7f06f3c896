"""The words whole answers and streams share: items of the output, the response object, usage, why it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sluice.base.usage import NO_USAGE, Usage
from sluice.formats.canon import Citation, Reasoning, Refusal, Request, Stop, Text, ToolCall
from sluice.formats.codec import Voicing
from sluice.formats.free_text import free_text
from sluice.formats.openai_responses.contents import annotation
from sluice.formats.openai_responses.proofs import OUR_THOUGHTS, seal
from sluice.formats.openai_responses.read_request import INSTRUCTIONS
from sluice.formats.openai_responses.tools import Named, native_tools

Json = dict[str, Any]
CallKind = Literal["function_call", "custom_tool_call"]

INCOMPLETE: Mapping[Stop, str] = {
    Stop.LENGTH: "max_output_tokens",
    Stop.CONTEXT: "max_output_tokens",
    Stop.REFUSAL: "content_filter",
}
"""The ends that leave an answer incomplete, and the reason they are told with."""

_PREFIXES = {"message": "msg", "reasoning": OUR_THOUGHTS, "function_call": "fc", "custom_tool_call": "ctc"}


def response_id(voicing: Voicing) -> str:
    """The id of an answer that came from another protocol."""
    return f"resp_{voicing.new_id}"


def item_id(kind: str, voicing: Voicing, number: int) -> str:
    """The id of an item: that of its answer, and its place there."""
    return f"{_PREFIXES[kind]}_{voicing.new_id}{number:03d}"


def text_part(part: Text | Refusal, citations: Sequence[Citation] = ()) -> Json:
    """A part of a message. Citations belong to all of a text: no protocol tells which of its words they prove."""
    if isinstance(part, Refusal):
        return {"type": "refusal", "refusal": part.text}
    cited = citations or part.citations
    notes = [annotation(citation, 0, len(part.text)) for citation in cited] if cited else []
    return {"type": "output_text", "annotations": notes, "logprobs": [], "text": part.text}


def message_item(identity: str, content: Sequence[Json], status: str) -> Json:
    """A message."""
    return {"id": identity, "type": "message", "status": status, "role": "assistant", "content": list(content)}


def reasoning_item(identity: str, part: Reasoning, status: str) -> Json:
    """A thought; its words stand in the summary, where every client looks for them."""
    summary = [{"type": "summary_text", "text": part.text}] if part.text else []
    item: Json = {"id": identity, "type": "reasoning", "summary": summary, "encrypted_content": seal(part)}
    return {**item, "status": status}


def call_kind(named: Named | None) -> CallKind:
    """The type of the item that calls a tool, given how the client calls it."""
    return "custom_tool_call" if named is not None and named.custom else "function_call"


def call_item(identity: str, part: ToolCall, status: str, called: Named | None) -> Json:
    """A call. ``called`` is how the client calls the tool, where that is not by a function's bare name."""
    named = {"call_id": part.id, "name": part.name if called is None else called.name}
    if called is not None and called.namespace:
        named["namespace"] = called.namespace
    if call_kind(called) == "custom_tool_call":
        return {"id": identity, "type": "custom_tool_call", "status": status, **named, "input": free_text(part)}
    item = {"id": identity, "type": "function_call", "status": status, **named}
    return {**item, "arguments": part.arguments or ("" if status == "in_progress" else "{}")}


def write_usage(usage: Usage) -> Json | None:
    """The ``usage`` object; None when nothing is known."""
    if usage is NO_USAGE:
        return None
    written = usage.cache_write_tokens + usage.cache_write_1h_tokens
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens, "cache_write_tokens": written},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }


def response_object(voicing: Voicing, status: str, output: Sequence[Json], **more: Any) -> Json:
    """The response: what was asked for, repeated, and what came of it."""
    head = {"id": response_id(voicing), "object": "response", "created_at": voicing.created_s, "status": status}
    told = {"error": None, "incomplete_details": None, "usage": None, **more}
    return {**head, **_asked(voicing.asked), **told, "model": voicing.model, "output": list(output)}


def ended(voicing: Voicing, stop: Stop, output: Sequence[Json], usage: Usage) -> Json:
    """The response at its end."""
    reason = INCOMPLETE.get(stop)
    if reason is None:
        return response_object(voicing, "completed", output, usage=write_usage(usage))
    details = {"reason": reason}
    return response_object(voicing, "incomplete", output, usage=write_usage(usage), incomplete_details=details)


_DEFAULTS: Json = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None},
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
}


def _asked(request: Request | None) -> Json:
    """What an answer repeats of its request; the protocol's defaults for what was not said."""
    if request is None:
        return _DEFAULTS
    told = {name: value for name, value in request.spelled.items() if name in _DEFAULTS and value is not None}
    for turn in request.turns:
        if turn.place == INSTRUCTIONS and isinstance(turn.parts[0], Text):
            told["instructions"] = turn.parts[0].text
    if request.tools:
        told["tools"] = native_tools(request.tools)
    return {**_DEFAULTS, **told}
