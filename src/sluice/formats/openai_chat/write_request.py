"""Canon values as a chat completions request (wires.md 1.1; hazards 7, 22 to 26 of section 32)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sluice.base.formats import Format
from sluice.formats.canon import ForeignTool, Request, Text, Tool, ToolResult, Turn
from sluice.formats.codec import PLAIN, Abilities, Told, Written, functions
from sluice.formats.effort import effort_of
from sluice.formats.free_text import is_custom
from sluice.formats.json_mode import said_in_words
from sluice.formats.openai_chat.write_parts import PartEncoder
from sluice.formats.own_names import one_answer
from sluice.formats.unanswered import answered

Json = dict[str, Any]

_KIND = {"type"}
_SCHEMA_NAME = "answer"
_CHOICES = {"auto": "auto", "none": "none", "any": "required"}


def write_request(request: Request, abilities: Abilities = PLAIN) -> Written:
    """Raises GatewayError 400 naming content the protocol cannot carry."""
    told = Told()
    native = request.source is Format.OPENAI_CHAT
    if not native:
        one_answer(request)
        request = said_in_words(request)
    encoder = PartEncoder(native=native, told=told, replays=abilities.replays)
    turns = request.turns if native else answered(request.turns)
    body: Json = {"model": request.model, "messages": _messages(turns, encoder, told)}
    if request.tools:
        tools = request.tools if native else functions(request, told)
        body["tools"] = [_tool(tool, native, told) for tool in tools]
    if native:
        return Written({**body, **request.spelled, **request.extras}, tuple(told.names))
    told.beside(request)
    _knobs(request, abilities, body, told)
    return Written(body, tuple(told.names))


def _messages(turns: Sequence[Turn], encoder: PartEncoder, told: Told) -> list[Json]:
    messages: list[Json] = []
    for turn in turns:
        if not encoder.native:
            if turn.extras and turn.role != "assistant":
                told.foreign(turn.extras)
            only = turn.parts[0] if len(turn.parts) == 1 else None
            # Words, of which their protocol says nothing that must be told.
            if type(only) is Text and (not only.extras or only.extras.keys() == _KIND):
                messages.append({"role": turn.role, "content": only.text})  # as most are
                continue
        messages += _unusual(turn, encoder, told)
    return messages


def _unusual(turn: Turn, encoder: PartEncoder, told: Told) -> list[Json]:
    if turn.role == "assistant":
        if not encoder.native:
            told.foreign(turn.extras)
        message = encoder.assistant(turn)
        return [] if message is None else [message]
    parts = [part for part in turn.parts if not isinstance(part, ToolResult)]
    messages = encoder.results(turn) if len(parts) != len(turn.parts) else []
    if encoder.native:
        return messages or [_native(turn, encoder)]
    if turn.role in ("system", "developer"):
        # One text: parts there are refused by many servers that speak this protocol.
        encoder.content(turn, parts)
        words = "\n\n".join(part.text for part in parts if isinstance(part, Text) and part.text)
        return [{"role": turn.role, "content": words}]
    return [*messages, {"role": "user", "content": encoder.content(turn, parts)}] if parts else messages


def _native(turn: Turn, encoder: PartEncoder) -> Json:
    content = {"content": encoder.content(turn, turn.parts)} if turn.parts or not turn.plain else {}
    return {"role": turn.role, **content, **turn.extras}


def _tool(tool: Tool | ForeignTool, native: bool, told: Told) -> Json:
    if isinstance(tool, ForeignTool):
        return dict(tool.value)
    if native and is_custom(tool.extras):
        return dict(tool.extras)
    function: Json = {"name": tool.name}
    if tool.description is not None:
        function["description"] = tool.description
    if tool.schema is not None:
        function["parameters"] = tool.schema
    if native:
        if tool.strict is not None:
            function["strict"] = tool.strict
        return {"function": function, **tool.extras}
    if tool.strict:
        told.add("strict")  # each protocol's strictness demands another kind of schema
    told.foreign(tool.extras)
    return {"type": "function", "function": function}


def _knobs(request: Request, abilities: Abilities, body: Json, told: Told) -> None:
    values: Json = {
        abilities.limit_name: request.max_output,
        **sampling(request, abilities, told),
        "stop": stops(request, abilities, told),
        "user": request.user,
        "stream": request.stream or None,
        "parallel_tool_calls": request.parallel if request.tools else None,
    }
    choice = request.tool_choice
    if choice is not None and request.tools:
        named = {"type": "function", "function": {"name": choice.name}}
        values["tool_choice"] = named if choice.mode == "named" else _CHOICES[choice.mode]
    if request.schema is not None:
        values["response_format"] = _schema(request)
    if request.thinking is not None and (request.thinking.enabled or abilities.sampling == "unthinking"):
        if abilities.reasons:
            values["reasoning_effort"] = effort_of(request.thinking) or "medium"
        elif request.thinking.enabled:
            told.add("reasoning_effort")
    for name, value in values.items():
        if value is not None:
            body[name] = value
    if request.top_k is not None:
        told.add("top_k")


def sampling(request: Request, abilities: Abilities, told: Told) -> Json:
    """Temperature and top_p; a model that takes none has its own, which is 1."""
    values: Json = {"temperature": request.temperature, "top_p": request.top_p}
    if abilities.samples(request.thinking):
        return values
    told.add(*[name for name, value in values.items() if value not in (None, 1)])
    return {}


def stops(request: Request, abilities: Abilities, told: Told) -> list[str] | None:
    """The stop texts a model takes."""
    if request.stop and not abilities.stops:
        told.add("stop")
        return None
    return list(request.stop) or None


def _schema(request: Request) -> Json:
    wanted = request.schema
    if wanted is None or wanted.schema is None:
        return {"type": "json_object"}
    named = {"name": wanted.name or _SCHEMA_NAME, "schema": wanted.schema}
    if wanted.description:
        named["description"] = wanted.description
    return {"type": "json_schema", "json_schema": named}
