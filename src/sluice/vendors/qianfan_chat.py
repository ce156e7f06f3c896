"""ERNIE's own chat protocol (v1): OpenAI's request said in it, and its answers said as OpenAI's.

Sources: SDK qianfan 0.4.12, One API (relay/adaptor/baidu), Baidu's pages for the ranges. Users and assistants must
alternate strictly, beginning and ending with a user (or a function's result); the system's text lies beside them; a
turn calls one function at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import msgspec

from sluice.base.errors import bad_request
from sluice.vendors.dialect import Call
from sluice.vendors.parts import bounded
from sluice.vendors.quirks import UNREADABLE, clamp, present
from sluice.vendors.turns import ToolCall, Turn, decoded, left_out, read_turns, unsaid, unsupported

Raw = msgspec.Raw
Message = dict[str, Any]

_any = msgspec.json.Decoder()

_SAME = (
    "temperature", "top_p", "penalty_score", "stop", "disable_search", "enable_citation", "enable_trace", "user_id",
)  # fmt: skip
"""Members that have the same name and meaning in both protocols, or are Baidu's own."""
_LIMITS = ("max_output_tokens", "max_completion_tokens", "max_tokens")
_CARRIED = frozenset(
    {
        *_SAME,
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "response_format",
        "user",
        "tools",
        "tool_choice",
    }
)
_LEAST_OUTPUT = 2  # [unverified]: the upper bound depends on the model and is left to the upstream


def native_request(members: Message, call: Call) -> tuple[Message, list[str]]:
    """The body of a chat request, and what of the client's is left out or changed.

    Raises GatewayError 400 for a conversation that v1 cannot carry.
    """
    turns = read_turns(members)
    told = left_out(members, _CARRIED) + unsaid(turns, members)
    for turn in turns:
        if turn.images:
            raise unsupported(turn.place, "image_url")
    body: Message = {"messages": _alternate([turn for turn in turns if turn.role != "system"])}
    system = "\n\n".join(turn.text for turn in turns if turn.role == "system" and turn.text)
    if system:
        body["system"] = system
    body |= {name: members[name] for name in _SAME if present(members, name)}
    told += clamp(body, "temperature", 0.01, 1)
    told += clamp(body, "top_p", 0, 1)
    stop = body.get("stop")
    if isinstance(stop, Raw) and bytes(stop)[:1] == b'"':
        body["stop"] = [stop]
    if present(members, "user"):
        body.setdefault("user_id", members["user"])
    told += _limit(members, body, call.max_output)
    told += _response_format(members, body)
    told += _functions(members, body)
    body["stream"] = call.stream
    return body, told


def _limit(members: Message, body: Message, most: int | None) -> list[str]:
    """The cap under v1's name; ``most`` bounds it."""
    name = next((name for name in _LIMITS if present(members, name)), "")
    wanted: Message = {name: members[name]} if name else {}
    told = clamp(wanted, name, _LEAST_OUTPUT, 2**53)
    limit = bounded(wanted.get(name), most)
    if limit is not None:
        body["max_output_tokens"] = limit
    return told


def _response_format(members: Message, body: Message) -> list[str]:
    """v1 knows JSON, but no schema."""
    wanted = decoded(members, "response_format")
    if wanted is None:
        return []
    kind = wanted.get("type") if isinstance(wanted, dict) else wanted
    if kind not in ("text", "json_object", "json_schema"):
        raise unsupported("response_format", kind)
    body["response_format"] = "text" if kind == "text" else "json_object"
    return ["response_format=json_object"] if kind == "json_schema" else []


def _functions(members: Message, body: Message) -> list[str]:
    """Tools as functions. One may be named, none may be chosen by sending none; ``required`` cannot be said."""
    choice = decoded(members, "tool_choice")
    tools = decoded(members, "tools") or []
    if not isinstance(tools, list):
        raise bad_request("invalid_value", "the field 'tools' must be a list", "tools")
    if not tools or choice == "none":
        return []
    body["functions"] = [_function(tool, f"tools[{number}]") for number, tool in enumerate(tools)]
    named = choice.get("function") if isinstance(choice, dict) else None
    if isinstance(named, dict) and isinstance(named.get("name"), str):
        body["tool_choice"] = {"type": "function", "function": {"name": named["name"]}}
        return []
    return [] if choice in (None, "auto") else ["tool_choice"]


def _function(tool: Any, place: str) -> Message:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise unsupported(place, tool.get("type") if isinstance(tool, dict) else tool)
    return {
        "name": function["name"],
        "description": function.get("description") or function["name"],
        "parameters": function.get("parameters") or {"type": "object", "properties": {}},
    }


# The conversation.


def _alternate(turns: list[Turn]) -> list[Message]:
    """Turns in strict alternation. Neighbours of one role become one turn; several calls become turn after turn."""
    messages: list[Message] = []
    place = "messages"
    at = 0
    while at < len(turns):
        turn = turns[at]
        at += 1
        if turn.calls:
            answers = _run_of_tools(turns, at)
            at += len(answers)
            for entry in _called(turn, answers):
                _append(messages, entry, turn.place)
        elif turn.role == "tool":
            raise bad_request("invalid_value", f"{turn.place} answers no call before it", turn.place)
        elif turn.text or turn.role == "user":
            _append(messages, {"role": turn.role, "content": turn.text}, turn.place)
        place = turn.place
    if not messages or messages[0]["role"] != "user":
        text = "the provider of this model needs a conversation that begins with a user's message"
        raise bad_request("invalid_value", text, "messages")
    if messages[-1]["role"] == "assistant":
        text = "the provider of this model needs a conversation that ends with a user's message or a tool's result"
        raise bad_request("invalid_value", text, place)
    return messages


def _run_of_tools(turns: Sequence[Turn], at: int) -> list[Turn]:
    """The results that follow a call."""
    for is_tool, run in groupby(turns[at:], key=lambda turn: turn.role == "tool"):
        return list(run) if is_tool else []
    return []


def _called(turn: Turn, answers: list[Turn]) -> list[Message]:
    """A turn that calls, and the results: one pair for each call, in the order of the calls."""
    known = {call.id for call in turn.calls}
    for answer in answers:
        if answer.answers and answer.answers not in known:
            raise bad_request("invalid_value", f"{answer.place} answers no call before it", answer.place)
    entries: list[Message] = []
    for number, call in enumerate(turn.calls):
        entries.append(
            {
                "role": "assistant",
                "content": turn.text if number == 0 else "",
                "function_call": {"name": call.name, "arguments": call.arguments},
            }
        )
        entries.append({"role": "function", "name": call.name, "content": _result(call, number, answers)})
    return entries


def _result(call: ToolCall, number: int, answers: list[Turn]) -> str:
    """A function's result as JSON text, as v1 wants it [unverified]."""
    found = [answer for answer in answers if answer.answers == call.id]
    if not found and number < len(answers) and not answers[number].answers:
        found = [answers[number]]  # the older form, without ids
    if not found:
        return '{"error":"no result"}'
    text = "\n".join(answer.text for answer in found)
    try:
        if isinstance(_any.decode(text), dict | list):
            return text
    except UNREADABLE:
        pass
    return msgspec.json.encode({"result": text}).decode()


def _append(messages: list[Message], entry: Message, place: str) -> None:
    """Adds a turn, joined with the one before when both are the same speaker's."""
    last = messages[-1] if messages else None
    if last is not None and (last["role"] == "assistant") == (entry["role"] == "assistant"):
        if last["role"] != entry["role"] or "function_call" in last:
            text = f"the provider of this model needs an assistant's message between a tool's result and {place}"
            raise bad_request("invalid_value", text, place)
        last["content"] = "\n\n".join(text for text in (last["content"], entry["content"]) if text)
        if "function_call" in entry:
            last["function_call"] = entry["function_call"]
        return
    messages.append(entry)
