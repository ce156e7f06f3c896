"""A Responses request as canon values (wires.md 1.11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from sluice.base.formats import Format
from sluice.formats.canon import Effort, Opaque, Request, Schema, Text, Thinking, ToolChoice, Turn
from sluice.formats.free_text import CUSTOM
from sluice.formats.openai_responses.items import read_input
from sluice.formats.openai_responses.tools import read_tools
from sluice.formats.reading import Unreadable, as_object, flag, maybe_text, number, parse, text, whole

Json = dict[str, Any]

INSTRUCTIONS = "instructions"
PROMPT = "prompt"
SEALED = "reasoning.encrypted_content"
"""What ``include`` asks for that every translation sees to."""
_APART = ("model", "input", "tools", INSTRUCTIONS, PROMPT)
_EFFORTS = frozenset(get_args(Effort))
_UNDERSTOOD = frozenset(
    {
        "background", "max_output_tokens", "metadata", "parallel_tool_calls", "previous_response_id", "reasoning",
        "store", "stream", "stream_options", "temperature", "text", "tool_choice", "top_p", "user",
    }
)  # fmt: skip
"""Members every target has a way for, or that the gateway itself sees to: not reported as left out."""
_HEARD = _UNDERSTOOD.union(_APART)
_PLAIN: Mapping[str, Any] = {"include": [], "service_tier": "auto", "truncation": "disabled", "top_logprobs": 0}
"""Values that ask for nothing."""


def read_request(body: bytes) -> Request:
    """Raises Unreadable."""
    top = parse(body)
    reasoning = _object(top, "reasoning")
    wanted = _object(top, "text")
    return Request(
        source=Format.OPENAI_RESPONSES,
        model=text(top, "model", "the body"),
        turns=(*_preface(top), *read_input(top.get("input"))),
        stream=bool(flag(top.get("stream"), "stream")),
        max_output=whole(top.get("max_output_tokens"), "max_output_tokens"),
        temperature=number(top.get("temperature"), "temperature"),
        top_p=number(top.get("top_p"), "top_p"),
        tools=read_tools(top.get("tools"), top.get("tool_choice")),
        tool_choice=_tool_choice(top.get("tool_choice")),
        parallel=flag(top.get("parallel_tool_calls"), "parallel_tool_calls"),
        schema=_schema(wanted.get("format")) if wanted else None,
        thinking=_thinking(reasoning.get("effort")) if reasoning else None,
        user=maybe_text(top, "safety_identifier") or maybe_text(top, "user") or None,
        spelled={name: value for name, value in top.items() if name not in _APART or not value},
        extras=_unheard(top, reasoning, wanted),
    )


def _object(top: Json, name: str) -> Json:
    return {} if top.get(name) is None else as_object(top[name], name)


def _preface(top: Json) -> list[Turn]:
    turns = []
    if top.get(PROMPT) is not None:
        template = Opaque(kind=PROMPT, value=as_object(top[PROMPT], PROMPT))
        turns.append(Turn(role="system", parts=(template,), plain=False, place=PROMPT))
    if top.get(INSTRUCTIONS) is not None:
        told = Text(text=text(top, INSTRUCTIONS, "the body"))
        turns.append(Turn(role="system", parts=(told,), place=INSTRUCTIONS))
    return turns


def _unheard(top: Json, reasoning: Json, wanted: Json) -> Json:
    """What another protocol has no word for, by the names it is reported under."""
    told = {
        name: value
        for name, value in top.items()
        if (value is None or name not in _HEARD)
        and not (name in _PLAIN and value == _PLAIN[name])
        and not (name == "safety_identifier" and value)
    }
    if reasoning:
        told |= {f"reasoning.{name}": value for name, value in reasoning.items() if name not in ("effort", "summary")}
    if wanted:
        told |= {f"text.{name}": value for name, value in wanted.items() if name != "format"}
    choice = top.get("tool_choice")
    if isinstance(choice, dict) and choice.get("type") not in ("function", CUSTOM, "allowed_tools"):
        told["tool_choice"] = choice
    if top.get("include") == [SEALED]:
        del told["include"]
    return told


def _tool_choice(given: Any) -> ToolChoice | None:
    match given:
        case None:
            return None
        case "auto" | "none":
            return ToolChoice(mode=given)
        case "required":
            return ToolChoice(mode="any")
        case {"type": "function" | "custom", "name": str(name)}:
            return ToolChoice(mode="named", name=name)
        case {"type": "allowed_tools", "mode": "auto" | "required" as mode, "tools": [*tools]}:
            allowed = [maybe_text(tool, "name") for tool in tools if isinstance(tool, dict)]
            return ToolChoice(
                mode="auto" if mode == "auto" else "any", allowed=tuple([name for name in allowed if name])
            )
        case {"type": str(_)}:
            return None
        case _:
            raise Unreadable("tool_choice", "none, auto, required or an object with a type")


def _schema(given: Any) -> Schema | None:
    if given is None:
        return None
    wanted = as_object(given, "text.format")
    match wanted.get("type"):
        case "text":
            return None
        case "json_object":
            return Schema()
        case "json_schema":
            schema = as_object(wanted.get("schema"), "text.format.schema")
            described = maybe_text(wanted, "description")
            strict = flag(wanted.get("strict"), "text.format.strict")
            return Schema(schema=schema, name=maybe_text(wanted, "name"), description=described, strict=strict)
        case _:
            raise Unreadable("text.format.type", "text, json_object or json_schema")


def _thinking(effort: Any) -> Thinking | None:
    if effort is None:
        return None
    if not isinstance(effort, str) or effort not in _EFFORTS:
        raise Unreadable("reasoning.effort", "none, minimal, low, medium, high, xhigh or max")
    return Thinking(enabled=effort != "none", effort=cast(Effort, effort))
