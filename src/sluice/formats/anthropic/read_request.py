"""A request of the Messages protocol as canon values (wires.md 2.1)."""

from __future__ import annotations

from typing import Any, get_args

from sluice.base.formats import Format
from sluice.formats.anthropic.blocks import decode_blocks
from sluice.formats.canon import NOTHING, Effort, ForeignTool, Request, Role, Schema, Thinking, Tool, ToolChoice, Turn
from sluice.formats.reading import (
    Unreadable,
    as_list,
    as_object,
    flag,
    maybe_text,
    number,
    parse,
    rest,
    text,
    whole,
)

Json = dict[str, Any]

SYSTEM = "system"
"""The place of the turn that is the request's own ``system``."""

_EFFORTS: dict[str, Effort] = {effort: effort for effort in get_args(Effort)}
_KNOBS = (
    "max_tokens", "temperature", "top_p", "top_k", "stop_sequences", "tool_choice", "thinking", "output_config",
    "metadata", "stream",
)  # fmt: skip
_HEARD = {"thinking": ("type", "budget_tokens"), "metadata": ("user_id",), "output_config": ("effort", "format")}
"""Knobs that are objects, and what of them is understood."""
_TOOL = ("type", "name", "description", "input_schema", "strict")


def read_request(body: bytes) -> Request:
    """Raises Unreadable."""
    top = parse(body)
    choice, parallel = _tool_choice(top)
    output = _object(top, "output_config")
    return Request(
        source=Format.ANTHROPIC,
        model=text(top, "model", "the body"),
        turns=_turns(top),
        stream=bool(flag(top.get("stream"), "stream")),
        max_output=whole(top.get("max_tokens"), "max_tokens"),
        temperature=number(top.get("temperature"), "temperature"),
        top_p=number(top.get("top_p"), "top_p"),
        top_k=whole(top.get("top_k"), "top_k"),
        stop=_stop(top),
        tools=_tools(top),
        tool_choice=choice,
        parallel=parallel,
        schema=_schema(output),
        thinking=_thinking(top, output),
        user=maybe_text(_object(top, "metadata"), "user_id") or None,
        spelled={name: top[name] for name in _KNOBS if name in top} | ({"tools": []} if top.get("tools") == [] else {}),
        extras=rest(top, "model", "messages", "system", "tools", *_KNOBS),
        unheard=_unheard(top),
    )


def _unheard(top: Json) -> Json:
    """What is said inside of knobs and no other protocol has a word for, by the names it is reported under."""
    told: Json = {}
    for knob, heard in _HEARD.items():
        if top.get(knob) is not None:
            told |= {f"{knob}.{name}": value for name, value in rest(as_object(top[knob], knob), *heard).items()}
    return told


def _object(top: Json, name: str) -> Json:
    return {} if top.get(name) is None else as_object(top[name], name)


def _turns(top: Json) -> tuple[Turn, ...]:
    turns = []
    if top.get("system") is not None:
        plain = isinstance(top["system"], str)
        turns.append(Turn(role="system", parts=decode_blocks(top["system"], SYSTEM), plain=plain, place=SYSTEM))
    messages = as_list(top.get("messages"), "messages")
    if not messages:
        raise Unreadable("messages", "a list of at least one message")
    return (*turns, *[_turn(message, f"messages[{at}]") for at, message in enumerate(messages)])


def _turn(value: Any, place: str) -> Turn:
    if not isinstance(value, dict):
        raise Unreadable(place, "an object")
    role: Role
    match value.get("role"):
        case "user" | "assistant" | "system" as role:
            pass
        case _:
            raise Unreadable(f"{place}.role", "user, assistant or system")
    content = value.get("content")
    parts = decode_blocks(content, f"{place}.content")
    extras = rest(value, "role", "content") if len(value) > 2 else NOTHING
    return Turn(role=role, parts=parts, plain=isinstance(content, str), place=place, extras=extras)


def _stop(top: Json) -> tuple[str, ...]:
    if top.get("stop_sequences") is None:
        return ()
    stops = as_list(top["stop_sequences"], "stop_sequences")
    if not all(isinstance(stop, str) for stop in stops):
        raise Unreadable("stop_sequences", "a list of texts")
    return tuple(stops)


def _tools(top: Json) -> tuple[Tool | ForeignTool, ...]:
    if top.get("tools") is None:
        return ()
    return tuple([_tool(tool, f"tools[{at}]") for at, tool in enumerate(as_list(top["tools"], "tools"))])


def _tool(value: Any, place: str) -> Tool | ForeignTool:
    """A tool of the client; a server's own (a versioned type) is foreign to every other protocol."""
    tool = as_object(value, place)
    kind = tool.get("type")
    if kind not in (None, "custom"):
        return ForeignTool(kind=str(kind), value=tool)
    described, schema = tool.get("description"), tool.get("input_schema")
    return Tool(
        name=text(tool, "name", place),
        description=None if described is None else text(tool, "description", place),
        schema=None if schema is None else as_object(schema, f"{place}.input_schema"),
        strict=flag(tool.get("strict"), f"{place}.strict"),
        extras=rest(tool, *_TOOL) | ({} if kind is None else {"type": kind}),
    )


def _tool_choice(top: Json) -> tuple[ToolChoice | None, bool | None]:
    if top.get("tool_choice") is None:
        return None, None
    choice = as_object(top["tool_choice"], "tool_choice")
    serial = flag(choice.get("disable_parallel_tool_use"), "tool_choice.disable_parallel_tool_use")
    parallel = None if serial is None else not serial
    match choice.get("type"):
        case "auto" | "any" | "none" as mode:
            return ToolChoice(mode=mode), parallel
        case "tool":
            return ToolChoice(mode="named", name=text(choice, "name", "tool_choice")), parallel
        case _:
            raise Unreadable("tool_choice.type", "auto, any, tool or none")


def _schema(output: Json) -> Schema | None:
    if output.get("format") is None:
        return None
    wanted = as_object(output["format"], "output_config.format")
    if wanted.get("type") != "json_schema":
        raise Unreadable("output_config.format.type", "json_schema")
    return Schema(schema=as_object(wanted.get("schema"), "output_config.format.schema"))


def _thinking(top: Json, output: Json) -> Thinking | None:
    said = output.get("effort")
    effort = _EFFORTS.get(said) if isinstance(said, str) else None
    if said is not None and effort is None:
        raise Unreadable("output_config.effort", "low, medium, high, xhigh or max")
    if top.get("thinking") is None:
        return Thinking(effort=effort) if effort else None
    wanted = as_object(top["thinking"], "thinking")
    match wanted.get("type"):
        case "enabled":
            budget = whole(wanted.get("budget_tokens"), "thinking.budget_tokens")
            return Thinking(effort=effort, budget=budget)
        case "disabled":
            return Thinking(enabled=False)
        case "adaptive" | "between_tools":
            return Thinking(effort=effort)
        case _:
            raise Unreadable("thinking.type", "enabled, adaptive or disabled")
