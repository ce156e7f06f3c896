"""Canon values as a Responses request (wires.md 1.11; hazards 7, 22 to 26 and 31 of section 32)."""

from __future__ import annotations

from typing import Any

from sluice.base.formats import Format
from sluice.formats.canon import Opaque, Request, Text, Tool, Turn
from sluice.formats.codec import PLAIN, Abilities, Told, Written, functions
from sluice.formats.effort import effort_of
from sluice.formats.free_text import CUSTOM, custom_in_chat, is_custom
from sluice.formats.json_mode import said_in_words
from sluice.formats.openai_chat.write_request import sampling
from sluice.formats.openai_responses.contents import ContentWriter
from sluice.formats.openai_responses.items import INPUT
from sluice.formats.openai_responses.read_request import INSTRUCTIONS, PROMPT
from sluice.formats.openai_responses.tools import native_tools
from sluice.formats.openai_responses.write_items import ItemWriter, native_items
from sluice.formats.own_names import one_answer
from sluice.formats.unanswered import answered

Json = dict[str, Any]

_SCHEMA_NAME = "answer"
_CHOICES = {"auto": "auto", "none": "none", "any": "required"}
_SHARED = ("metadata", "service_tier", "prompt_cache_key", "prompt_cache_retention", "safety_identifier")
"""Members that chat completions have in the same sense; ``verbosity`` too, in another place."""
_OPENAI = frozenset({Format.OPENAI_CHAT, Format.OPENAI_RESPONSES})
"""Protocols whose ``strict`` demands the same of a schema."""


def write_request(request: Request, abilities: Abilities = PLAIN) -> Written:
    """Raises GatewayError 400 naming content the protocol cannot carry."""
    told = Told()
    if request.source is Format.OPENAI_RESPONSES:
        return Written(_native(request), tuple(told.names))
    one_answer(request)
    shared = _shared(request)
    told.beside(request, shared)
    writer = ItemWriter(told)
    body: Json = {"model": request.model, "input": []}
    for turn in answered(said_in_words(request).turns):
        body["input"] += writer.items(turn)
    if request.tools:
        body["tools"] = [_tool(tool, request.source, told) for tool in functions(request, told)]
    _knobs(request, abilities, body, told)
    if "safety_identifier" in shared and request.user:
        told.add("user")
    if "verbosity" in shared:
        body["text"] = {**body.get("text", {}), "verbosity": shared.pop("verbosity")}
    return Written({**body, **shared}, tuple(told.names))


def _shared(request: Request) -> Json:
    """What clients of chat completions say that this protocol says too."""
    if request.source is not Format.OPENAI_CHAT:
        return {}
    names = (*_SHARED, "verbosity")
    return {name: request.extras[name] for name in names if request.extras.get(name) is not None}


def _native(request: Request) -> Json:
    """A request of this protocol, as it came."""
    body: Json = {"model": request.model}
    writer = ContentWriter(native=True, told=Told())
    items: list[Json] = []
    for turn in request.turns:
        match turn:
            case Turn(place="prompt", parts=(Opaque() as template,)):
                body[PROMPT] = template.value
            case Turn(place="instructions", parts=(Text() as told,)):
                body[INSTRUCTIONS] = told.text
            case Turn(place="input", parts=(Text() as asked,)):
                body[INPUT] = asked.text
            case _:
                items += native_items(turn, writer)
    if items:
        body[INPUT] = items
    if request.tools:
        body["tools"] = native_tools(request.tools)
    return {**body, **request.spelled}


def _custom(tool: Tool) -> Json:
    """A custom tool of chat completions, whose grammar stands a level deeper there."""
    inner = tool.extras[CUSTOM]
    form = inner.get("format")
    if isinstance(form, dict) and isinstance(form.get("grammar"), dict):
        form = {"type": form.get("type"), **form["grammar"]}
    return {"type": CUSTOM, **inner} if form is None else {"type": CUSTOM, **inner, "format": form}


def _tool(tool: Tool, source: Format, told: Told) -> Json:
    if source is Format.OPENAI_CHAT and is_custom(tool.extras):
        return _custom(tool)
    told.foreign(tool.extras)
    strict = bool(tool.strict) and source in _OPENAI
    if tool.strict and not strict:
        told.add("strict")  # each protocol's strictness demands another kind of schema
    written: Json = {"type": "function", "name": tool.name}
    if tool.description is not None:
        written["description"] = tool.description
    # Where nothing is said, this protocol takes a schema for a strict one; the others do not.
    return {**written, "parameters": tool.schema, "strict": strict}


def _knobs(request: Request, abilities: Abilities, body: Json, told: Told) -> None:
    values: Json = {
        "max_output_tokens": request.max_output,
        **sampling(request, abilities, told),
        "safety_identifier": request.user,
        "stream": request.stream or None,
        "parallel_tool_calls": request.parallel if request.tools else None,
        # The client holds its conversation itself: the upstream need not.
        "store": False,
    }
    choice = request.tool_choice
    if choice is not None and request.tools:
        named = {"type": CUSTOM if choice.name in custom_in_chat(request) else "function", "name": choice.name}
        values["tool_choice"] = named if choice.mode == "named" else _CHOICES[choice.mode]
    if request.schema is not None:
        values["text"] = {"format": _schema(request)}
    if request.thinking is not None and abilities.reasons:
        values["reasoning"] = {"effort": effort_of(request.thinking) or "medium", "summary": "auto"}
    elif request.thinking is not None and request.thinking.enabled:
        told.add("reasoning_effort")
    if abilities.seals:
        values["include"] = ["reasoning.encrypted_content"]
    body.update((name, value) for name, value in values.items() if value is not None)
    if request.top_k is not None:
        told.add("top_k")
    if request.stop:
        told.add("stop")


def _schema(request: Request) -> Json:
    wanted = request.schema
    if wanted is None or wanted.schema is None:
        return {"type": "json_object"}
    strict = bool(wanted.strict) and request.source in _OPENAI
    described = {"description": wanted.description} if wanted.description else {}
    named = {"type": "json_schema", "name": wanted.name or _SCHEMA_NAME, **described}
    return {**named, "schema": wanted.schema, "strict": strict}
