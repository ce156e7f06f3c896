"""Canon values as a request of the Converse protocol (wires.md 6.1; hazards 2, 7, 9, 14, 22 to 27 of section 32)."""

from __future__ import annotations

from typing import Any

from sluice.formats.canon import Request, Tool, ToolCall, ToolResult, Turn
from sluice.formats.codec import PLAIN, Abilities, Told, Written, functions
from sluice.formats.converse.models import write_own
from sluice.formats.converse.write_blocks import BlockWriter
from sluice.formats.members import encode
from sluice.formats.own_names import one_answer
from sluice.formats.unanswered import answered

Json = dict[str, Any]

_NO_ARGUMENTS: Json = {"type": "object", "properties": {}}


def write_request(request: Request, abilities: Abilities = PLAIN) -> Written:
    """Raises GatewayError 400 naming content the protocol cannot carry. The body holds ``model`` and ``stream``, whose
    place is the path."""
    one_answer(request)
    told = Told()
    writer = BlockWriter(told, caching=abilities.caching)
    system, messages = _turns(request, writer)
    body: Json = {"model": request.model, "messages": messages}
    if system:
        body["system"] = system
    told.beside(request)
    for turn in request.turns:
        told.foreign(turn.extras)
    _tools(request, writer, body, told)
    _inference(request, abilities, body, told)
    _schema(request, body, told)
    if request.user:
        told.add("user")
    if request.stream:
        body["stream"] = True
    return Written(body, tuple(told.names))


def _turns(request: Request, writer: BlockWriter) -> tuple[list[Json], list[Json]]:
    """System texts hoisted; roles alternate; every call is answered in the very next message."""
    system: list[Json] = []
    messages: list[Json] = []
    for turn in answered(request.turns):
        blocks = writer.blocks(_ordered(turn), f"{turn.place}.content")
        if turn.role in ("system", "developer"):
            system += blocks
        else:
            _add(messages, "assistant" if turn.role == "assistant" else "user", blocks)
    return system, messages


def _ordered(turn: Turn) -> tuple[Any, ...]:
    """Results first: what a user says beside them comes after."""
    return tuple(sorted(turn.parts, key=lambda part: not isinstance(part, ToolResult)))


def _add(messages: list[Json], role: str, blocks: list[Json]) -> None:
    if messages and messages[-1]["role"] == role:
        messages[-1]["content"] += blocks
    elif blocks:
        messages.append({"role": role, "content": blocks})


def _tools(request: Request, writer: BlockWriter, body: Json, told: Told) -> None:
    """``toolConfig``: it must be there when the history holds calls, and there is no way to forbid them but its
    absence."""
    choice = request.tool_choice
    used = {part.name: None for turn in request.turns for part in turn.parts if isinstance(part, ToolCall)}
    forbidden = choice is not None and choice.mode == "none"
    if forbidden and used:
        told.add("tool_choice")
    tools: list[Json] = []
    if not (forbidden and not used):
        for tool in functions(request, told):
            tools += _tool(tool, writer, told)
    if not tools:
        tools = [{"toolSpec": {"name": name, "inputSchema": {"json": _NO_ARGUMENTS}}} for name in used]
    if not tools:
        return
    config: Json = {"tools": tools}
    if choice is not None and choice.mode != "none" and request.tools:
        config["toolChoice"] = {"tool": {"name": choice.name}} if choice.mode == "named" else {choice.mode: {}}
    if request.parallel is False:
        told.add("parallel_tool_calls")
    body["toolConfig"] = config


def _tool(tool: Tool, writer: BlockWriter, told: Told) -> list[Json]:
    spec: Json = {"name": tool.name}
    if tool.description:
        spec["description"] = tool.description
    spec["inputSchema"] = {"json": {"type": "object", **tool.schema} if tool.schema else _NO_ARGUMENTS}
    if tool.strict:
        told.add("strict")
    told.foreign(tool.extras)
    return [{"toolSpec": spec}, *writer.cache_point(tool.extras)]


def _inference(request: Request, abilities: Abilities, body: Json, told: Told) -> None:
    """Limits and sampling; what only the model's maker knows goes into fields of its own (models.py)."""
    stops = [stop for stop in request.stop if stop.strip()]
    if len(stops) != len(request.stop):
        told.add("stop")
    config: Json = {} if request.max_output is None else {"maxTokens": request.max_output}
    if stops:
        config["stopSequences"] = stops
    thinks = write_own(request, abilities, body, config, told)
    for name, member, value in (("temperature", "temperature", request.temperature), ("top_p", "topP", request.top_p)):
        if value is None:
            continue
        if thinks or not abilities.samples(request.thinking):
            if not (name == "temperature" and value == 1):
                told.add(name)
        elif value > 1:
            config[member] = 1
            told.add(f"{name}=1")
        else:
            config[member] = value
    if config:
        body["inferenceConfig"] = config


def _schema(request: Request, body: Json, told: Told) -> None:
    """The form of the answer: its JSON Schema travels as a text."""
    if request.schema is None:
        return
    if request.schema.schema is None:
        told.add("response_format")
        return
    wanted: Json = {"schema": encode(request.schema.schema).decode()}
    if request.schema.name:
        wanted["name"] = request.schema.name
    told.described(request)
    format_ = {"type": "json_schema", "structure": {"jsonSchema": wanted}}
    body["outputConfig"] = {**body.get("outputConfig", {}), "textFormat": format_}
