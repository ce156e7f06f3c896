"""Canon values as a request of the Messages protocol (wires.md 2.1; hazards 2, 7, 9, 14, 22 to 28 of section 32)."""

from __future__ import annotations

from typing import Any

from sluice.base.errors import bad_request
from sluice.base.formats import Format
from sluice.formats.anthropic.blocks import BlockEncoder
from sluice.formats.anthropic.read_request import SYSTEM
from sluice.formats.anthropic.thinking import write_thinking
from sluice.formats.canon import ForeignTool, Request, Tool
from sluice.formats.codec import PLAIN, Abilities, Told, Written, functions
from sluice.formats.own_names import one_answer
from sluice.formats.unanswered import answered

Json = dict[str, Any]

_NO_ARGUMENTS: Json = {"type": "object", "properties": {}}


def write_request(request: Request, abilities: Abilities = PLAIN) -> Written:
    """Raises GatewayError 400 naming content the protocol cannot carry."""
    told = Told()
    native = request.source is Format.ANTHROPIC
    system, messages = (_native_turns if native else _turns)(request, BlockEncoder(native=native, told=told))
    body: Json = {"model": request.model}
    if system or (native and system is not None):
        body["system"] = system
    body["messages"] = messages
    if request.tools:
        tools = request.tools if native else functions(request, told)
        body["tools"] = [_tool(tool, native, told) for tool in tools]
    if native:
        return Written({**body, **request.spelled, **request.extras}, tuple(told.names))
    one_answer(request)
    last = request.turns[-1] if request.turns else None
    if last is not None and last.role == "assistant" and not abilities.prefill:
        message = f"the model {request.model!r} does not go on with an answer begun for it: end with a user's message"
        raise bad_request("unsupported_value", message, last.place)
    told.beside(request)
    for turn in request.turns:
        told.foreign(turn.extras)
    body["max_tokens"] = _limit(request, abilities, told)
    _choice(request, body)
    write_thinking(request, abilities, body, told)
    _sampling(request, abilities, body, told)
    _wishes(request, abilities, body, told)
    return Written(body, tuple(told.names))


def _native_turns(request: Request, encoder: BlockEncoder) -> tuple[Any, list[Json]]:
    """Turns that came from this protocol, as they came."""
    system: Any = None
    messages = []
    for turn in request.turns:
        blocks = encoder.blocks(turn.parts, turn.place)
        content: Any = blocks[0]["text"] if turn.plain else blocks
        if turn.place == SYSTEM:
            system = content
        else:
            messages.append({"role": turn.role, "content": content, **turn.extras})
    return system, messages


def _turns(request: Request, encoder: BlockEncoder) -> tuple[list[Json], list[Json]]:
    """System texts hoisted, results gathered into one user message, right behind the calls they answer."""
    system: list[Json] = []
    messages: list[Json] = []
    for turn in answered(request.turns):
        blocks = encoder.blocks(turn.parts, f"{turn.place}.content")
        if turn.role in ("system", "developer"):
            system += blocks
        elif turn.role != "assistant":
            _add_user(messages, blocks)
        elif blocks:
            messages.append({"role": "assistant", "content": blocks})
    return system, messages


def _add_user(messages: list[Json], blocks: list[Json]) -> None:
    """Results belong into one message, and the user's next words may follow them there."""
    if messages and messages[-1]["role"] == "user":
        messages[-1]["content"] += blocks
    elif blocks:
        messages.append({"role": "user", "content": blocks})


def _tool(tool: Tool | ForeignTool, native: bool, told: Told) -> Json:
    if isinstance(tool, ForeignTool):
        return dict(tool.value)
    written: Json = {"name": tool.name}
    if tool.description is not None:
        written["description"] = tool.description
    if native:
        if tool.schema is not None:
            written["input_schema"] = tool.schema
        if tool.strict is not None:
            written["strict"] = tool.strict
        return {**written, **tool.extras}
    written["input_schema"] = {"type": "object", **tool.schema} if tool.schema else _NO_ARGUMENTS
    if tool.strict:
        told.add("strict")
    told.foreign(tool.extras)
    if tool.extras.get("cache_control") is not None:
        written["cache_control"] = tool.extras["cache_control"]
    return written


def _limit(request: Request, abilities: Abilities, told: Told) -> int:
    """The most the answer may have; more than the model can is refused by the provider."""
    wanted = abilities.max_output if request.max_output is None else request.max_output
    most = abilities.most_output
    if most is None or wanted <= most:
        return wanted
    told.add(f"max_tokens={most}")
    return most


def _choice(request: Request, body: Json) -> None:
    """``tool_choice``; what forbids parallel calls lives in it too."""
    choice = request.tool_choice
    written: Json = {}
    if choice is not None and (request.tools or choice.mode != "none"):
        written = {"type": "tool", "name": choice.name} if choice.mode == "named" else {"type": choice.mode}
    if request.parallel is False and request.tools and written.get("type") != "none":
        written = {"type": "auto", **written, "disable_parallel_tool_use": True}
    if written:
        body["tool_choice"] = written


def _sampling(request: Request, abilities: Abilities, body: Json, told: Told) -> None:
    """Temperature goes from 0 to 1 here; models that think, and newer ones, take no sampling at all."""
    thinks = body.get("thinking", {}).get("type") in ("enabled", "adaptive")
    values = {"temperature": request.temperature, "top_p": request.top_p, "top_k": request.top_k}
    for name, value in values.items():
        if value is None:
            continue
        if thinks or not abilities.samples(request.thinking):
            if not (name == "temperature" and value == 1):
                told.add(name)
        elif name == "temperature" and value > 1:
            body[name] = 1
            told.add("temperature=1")
        else:
            body[name] = value


def _wishes(request: Request, abilities: Abilities, body: Json, told: Told) -> None:
    if request.stream:
        body["stream"] = True
    stops = [stop for stop in request.stop if stop.strip()]
    if stops:
        body["stop_sequences"] = stops
    if len(stops) != len(request.stop):
        told.add("stop")
    if request.user:
        body["metadata"] = {"user_id": request.user}
    if request.schema is None:
        return
    if request.schema.schema is None or not abilities.structured:
        told.add("response_format")
    else:
        wanted = {"type": "json_schema", "schema": request.schema.schema}
        body["output_config"] = {**body.get("output_config", {}), "format": wanted}
        told.described(request)
