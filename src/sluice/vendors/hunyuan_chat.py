"""Tencent Cloud's ChatCompletions and GetEmbedding: OpenAI's requests said in them, their answers said as OpenAI's.

Members are in PascalCase, errors come with status 200, whole answers in an object ``Response``, events without it.
Sources: tencentcloud-sdk-python-hunyuan 3.1.180 (models.py, errorcodes.py), One API (relay/adaptor/tencent). That
users and assistants must alternate is said in the SDK's comments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from sluice.base.errors import bad_request
from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.formats.openai_chat.errors import fault_from
from sluice.vendors.dialect import Call
from sluice.vendors.quirks import UNREADABLE, clamp, encode, present, refuse_token_ids
from sluice.vendors.translated import Chunk
from sluice.vendors.turns import Turn, alternating, decoded, left_out, read_turns, unsaid, unsupported

Raw = msgspec.Raw
Codes = Mapping[str, Cause]

_any = msgspec.json.Decoder()

_SAME = {"temperature": "Temperature", "top_p": "TopP", "seed": "Seed"}
_OWN = (
    "enable_enhancement", "force_search_enhancement", "enable_multimedia", "enable_speed_search", "enable_deep_search",
    "enable_thinking", "search_info", "citation", "stream_moderation", "enable_recommended_questions", "topic_choice",
)  # fmt: skip
"""Switches of Hunyuan's own that a client may use, in the spelling of the compatible endpoint."""
_CARRIED = frozenset({*_SAME, *_OWN, "stop", "tools", "tool_choice"})
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def native_request(members: dict[str, Any], call: Call) -> tuple[dict[str, Any], list[str]]:
    """The body of ChatCompletions, and what of the request is left out or changed (there is no limit of output).

    Raises GatewayError 400 for what cannot be said.
    """
    turns = read_turns(members)
    told = left_out(members, _CARRIED) + unsaid(turns, members, thoughts=True)
    system = "\n\n".join(turn.text for turn in turns if turn.role == "system" and turn.text)
    said = [_message(turn) for turn in alternating([turn for turn in turns if turn.role != "system"])]
    body: dict[str, Any] = {
        "Model": call.upstream_model,
        "Messages": [{"Role": "system", "Content": system}, *said] if system else said,
        "Stream": call.stream,
    }
    given = {name: members[name] for name in _SAME if present(members, name)}
    told += clamp(given, "temperature", 0, 2)
    body |= {_SAME[name]: value for name, value in given.items()}
    body |= {_pascal(name): members[name] for name in _OWN if present(members, name)}
    stop = decoded(members, "stop")
    if stop is not None:
        body["Stop"] = stop if isinstance(stop, list) else [stop]
    told += _tools(members, body)
    return body, told


def _pascal(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _message(turn: Turn) -> dict[str, Any]:
    said: dict[str, Any] = {"Role": turn.role}
    if turn.images:
        contents: list[dict[str, Any]] = [{"Type": "text", "Text": turn.text}] if turn.text else []
        contents += [{"Type": "image_url", "ImageUrl": {"Url": address}} for address in turn.images]
        said["Contents"] = contents
    else:
        said["Content"] = turn.text
    if turn.reasoning:
        said["ReasoningContent"] = turn.reasoning
    if turn.calls:
        said["ToolCalls"] = [
            {"Id": one.id, "Type": "function", "Function": {"Name": one.name, "Arguments": one.arguments}}
            for one in turn.calls
        ]
    if turn.role == "tool":
        said["ToolCallId"] = turn.answers
    return said


def _tools(members: dict[str, Any], body: dict[str, Any]) -> list[str]:
    """Parameters are JSON told as a string. A tool may be named, but calling some tool cannot be demanded."""
    choice = decoded(members, "tool_choice")
    tools = decoded(members, "tools") or []
    if not isinstance(tools, list):
        raise bad_request("invalid_value", "the field 'tools' must be a list", "tools")
    if not tools:
        return []
    body["Tools"] = said = [_tool(tool, f"tools[{number}]") for number, tool in enumerate(tools)]
    if choice in (None, "auto", "none"):
        body["ToolChoice"] = choice or "auto"
        return []
    named = choice.get("function") if isinstance(choice, dict) else None
    wanted = [tool for tool in said if isinstance(named, dict) and tool["Function"]["Name"] == named.get("name")]
    if not wanted:
        body["ToolChoice"] = "auto"
        return ["tool_choice=auto"]
    body |= {"ToolChoice": "custom", "CustomTool": wanted[0]}
    return []


def _tool(tool: Any, place: str) -> dict[str, Any]:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise unsupported(place, tool.get("type") if isinstance(tool, dict) else tool)
    parameters = encode(function.get("parameters") or {"type": "object", "properties": {}}).decode()
    said = {"Name": function["name"], "Parameters": parameters}
    if isinstance(function.get("description"), str):
        said["Description"] = function["description"]
    return {"Type": "function", "Function": said}


def native_embeddings(members: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The body of GetEmbedding; the model is the service's own. Raises GatewayError for token ids."""
    refuse_token_ids(members)
    given = decoded(members, "input")
    body = {"InputList": given if isinstance(given, list) else [given]}
    return body, left_out(members, frozenset({"input", "encoding_format"}))


# Answers.


class Speech:
    """Tells Hunyuan's answers as OpenAI's."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes

    def whole(self, body: bytes) -> bytes | Fault:
        """A whole answer."""
        said = read(body, self._codes)
        if isinstance(said, Fault):
            return said
        if not isinstance(said.get("Choices"), list):
            return _no_choices()
        told = _snake(said)
        for choice in told["choices"]:
            _forget_places(choice)
        return encode(told)

    def chunks(self, event: bytes) -> tuple[list[Chunk], bool] | Fault:
        """One event; the one with a reason to finish is the last [unverified: no event follows it]."""
        if event.strip() == b"[DONE]":
            return Fault(cause=Cause.BROKEN, message="the upstream's stream ended before its answer did", status=200)
        said = read(event, self._codes)
        if isinstance(said, Fault):
            return said
        choices = said.get("Choices")
        if not isinstance(choices, list):
            return _no_choices()
        chunk = _snake(said)
        ended = any(isinstance(one, dict) and one.get("FinishReason") for one in choices)
        return [chunk], ended


def embeddings_of(body: bytes, codes: Codes) -> bytes | Fault:
    """GetEmbedding's answer in OpenAI's shape."""
    said = read(body, codes)
    if isinstance(said, Fault):
        return said
    told = _snake(said)
    rows = told.get("data")
    if not isinstance(rows, list):
        return Fault(cause=Cause.SHAPE, message="the upstream's answer holds no embeddings", status=200)
    return encode({**told, "object": "list"})


def read(body: bytes, codes: Codes) -> dict[str, Any] | Fault:
    """An answer or an event, unwrapped; the fault it tells, or one of shape."""
    try:
        said = _any.decode(body)
    except UNREADABLE:
        said = None
    if not isinstance(said, dict):
        return Fault(cause=Cause.SHAPE, message="the upstream's answer is no JSON object", status=200)
    inner = said.get("Response")
    if isinstance(inner, dict):
        said = {**{name: value for name, value in said.items() if name != "Response"}, **inner}
    for name in ("Error", "ErrorMsg"):
        error = said.get(name)
        if isinstance(error, dict) and (error.get("Code") or error.get("Message") or error.get("Msg")):
            return _fault(error, codes)
    return said


def _fault(error: dict[str, Any], codes: Codes) -> Fault:
    """Codes have a family before the dot, which counts where the code itself is not known."""
    code = str(error.get("Code") or "")
    told = encode({"error": {"code": code, "message": error.get("Message") or error.get("Msg") or code}})
    family = code.partition(".")[0]
    known = {code: codes[family], **codes} if family in codes else codes
    return fault_from(200, WireHead(200), told, code_map=known)


def _forget_places(choice: Any) -> None:
    """In whole answers OpenAI's calls have no ``index``."""
    message = choice.get("message") if isinstance(choice, dict) else None
    calls = message.get("tool_calls") if isinstance(message, dict) else None
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, dict):
            call.pop("index", None)


def _no_choices() -> Fault:
    return Fault(cause=Cause.SHAPE, message="the upstream's answer holds no choices", status=200)


def _snake(value: Any) -> Any:
    """A value with its members' names in OpenAI's spelling, all the way down."""
    if isinstance(value, dict):
        return {_HUMP.sub("_", name).lower(): _snake(item) for name, item in value.items()}
    return [_snake(item) for item in value] if isinstance(value, list) else value
