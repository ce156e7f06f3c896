"""A chat completions request as canon values (wires.md 1.1)."""

from __future__ import annotations

from typing import Any, get_args

from sluice.base.formats import Format
from sluice.formats.canon import Effort, ForeignTool, Request, Schema, Thinking, Tool, ToolChoice
from sluice.formats.free_text import CUSTOM, SCHEMA
from sluice.formats.openai_chat.messages import read_turns
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

_EFFORTS: dict[str, Effort] = {effort: effort for effort in get_args(Effort)}
_KNOBS = (
    "max_completion_tokens", "max_tokens", "temperature", "top_p", "top_k", "stop", "stream", "stream_options",
    "tool_choice", "parallel_tool_calls", "n", "response_format", "reasoning_effort", "user",
)  # fmt: skip


def read_request(body: bytes) -> Request:
    """Raises Unreadable."""
    top = parse(body)
    newer = whole(top.get("max_completion_tokens"), "max_completion_tokens")
    choices = whole(top.get("n"), "n")
    return Request(
        source=Format.OPENAI_CHAT,
        model=text(top, "model", "the body"),
        turns=read_turns(top),
        stream=bool(flag(top.get("stream"), "stream")),
        max_output=newer if newer is not None else whole(top.get("max_tokens"), "max_tokens"),
        temperature=number(top.get("temperature"), "temperature"),
        top_p=number(top.get("top_p"), "top_p"),
        top_k=whole(top.get("top_k"), "top_k"),
        stop=_stop(top.get("stop")),
        tools=tuple([_tool(tool, f"tools[{at}]") for at, tool in enumerate(_list(top, "tools"))]),
        tool_choice=_tool_choice(top.get("tool_choice")),
        parallel=flag(top.get("parallel_tool_calls"), "parallel_tool_calls"),
        choices=1 if choices is None else choices,
        schema=_schema(top.get("response_format")),
        thinking=_thinking(top.get("reasoning_effort")),
        user=maybe_text(top, "user") or None,
        spelled={name: top[name] for name in _KNOBS if name in top} | ({"tools": []} if top.get("tools") == [] else {}),
        extras=rest(top, "model", "messages", "tools", *_KNOBS),
    )


def _list(top: Json, name: str) -> list[Any]:
    return [] if top.get(name) is None else as_list(top[name], name)


def _stop(given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    stops = [given] if isinstance(given, str) else as_list(given, "stop")
    if not all(isinstance(stop, str) for stop in stops):
        raise Unreadable("stop", "a text or a list of texts")
    return tuple(stops)


def _tool(value: Any, place: str) -> Tool | ForeignTool:
    tool = as_object(value, place)
    kind = tool.get("type", "function")
    if kind == CUSTOM and isinstance(custom := tool.get(CUSTOM), dict) and maybe_text(custom, "name"):
        said = maybe_text(custom, "description")
        return Tool(name=custom["name"], description=said or None, schema=SCHEMA, extras=tool)
    if kind != "function":
        return ForeignTool(kind=str(kind), value=tool)
    function = as_object(tool.get("function"), f"{place}.function")
    described, schema = function.get("description"), function.get("parameters")
    known = ("name", "description", "parameters", "strict")
    inner = rest(function, *known)
    return Tool(
        name=text(function, "name", f"{place}.function"),
        description=None if described is None else text(function, "description", f"{place}.function"),
        schema=None if schema is None else as_object(schema, f"{place}.function.parameters"),
        strict=flag(function.get("strict"), f"{place}.function.strict"),
        extras=rest(tool, "function") | ({"function": function} if inner else {}),
    )


def _tool_choice(given: Any) -> ToolChoice | None:
    match given:
        case None:
            return None
        case "auto" | "none":
            return ToolChoice(mode=given)
        case "required":
            return ToolChoice(mode="any")
        case {"type": "function", "function": {"name": str(name)}} | {"type": "custom", "custom": {"name": str(name)}}:
            return ToolChoice(mode="named", name=name)
        case {"type": "allowed_tools", "allowed_tools": {"mode": "auto" | "required" as mode, "tools": [*tools]}}:
            named = [tool.get("function") or tool.get(CUSTOM) for tool in tools if isinstance(tool, dict)]
            allowed = [maybe_text(function, "name") for function in named if isinstance(function, dict)]
            return ToolChoice(mode="auto" if mode == "auto" else "any", allowed=tuple(allowed))
        case _:
            raise Unreadable("tool_choice", "none, auto, required, a function's name or allowed_tools")


def _schema(given: Any) -> Schema | None:
    if given is None:
        return None
    wanted = as_object(given, "response_format")
    match wanted.get("type"):
        case "text":
            return None
        case "json_object":
            return Schema()
        case "json_schema":
            place = "response_format.json_schema"
            inner = as_object(wanted.get("json_schema"), place)
            schema = inner.get("schema")
            return Schema(
                schema=None if schema is None else as_object(schema, f"{place}.schema"),
                name=maybe_text(inner, "name"),
                description=maybe_text(inner, "description"),
                strict=flag(inner.get("strict"), f"{place}.strict"),
            )
        case _:
            raise Unreadable("response_format.type", "text, json_object or json_schema")


def _thinking(given: Any) -> Thinking | None:
    if given is None:
        return None
    effort = _EFFORTS.get(given) if isinstance(given, str) else None
    if effort is None:
        raise Unreadable("reasoning_effort", "none, minimal, low, medium, high, xhigh or max")
    return Thinking(enabled=effort != "none", effort=effort)
