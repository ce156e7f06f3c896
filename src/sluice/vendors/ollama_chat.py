"""Ollama's native chat: OpenAI's request said in it, and its answers said as OpenAI's.

Source: Ollama's ``docs/api.md`` and its SDK 0.6.3 (``_types.py``). Streams are lines of JSON. Calls have no ids in
older versions, arguments are objects, pictures bare base64; ``prompt_eval_count`` may be missing [unverified: when the
prompt was cached].
"""

from __future__ import annotations

from typing import Any

import msgspec

from sluice.base.errors import bad_request
from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.formats.openai_chat.errors import fault_from
from sluice.vendors.dialect import Call
from sluice.vendors.parts import bounded, call_id
from sluice.vendors.quirks import UNREADABLE, encode, present
from sluice.vendors.translated import Chunk
from sluice.vendors.turns import Turn, decoded, left_out, read_turns, unsaid, unsupported

Raw = msgspec.Raw

_any = msgspec.json.Decoder()

_OPTIONS = (
    "temperature", "top_p", "top_k", "min_p", "seed", "stop", "presence_penalty", "frequency_penalty", "repeat_penalty",
    "repeat_last_n", "typical_p", "num_ctx", "num_predict", "num_keep",
)  # fmt: skip
"""Members that travel as options, under the same name in both protocols."""
_OWN = ("keep_alive", "think", "format", "truncate", "shift")
"""Members of Ollama's own that a client may use directly."""
_CARRIED = frozenset(
    {*_OPTIONS, *_OWN, "options", "max_tokens", "max_completion_tokens", "tools", "response_format", "reasoning_effort"}
)
_TOLD = frozenset(
    {
        "model", "created_at", "message", "done", "done_reason", "total_duration", "load_duration", "prompt_eval_count",
        "prompt_eval_duration", "eval_count", "eval_duration",
    }
)  # fmt: skip
"""Members of an answer that have a place in OpenAI's, or are timings of the server; all others are kept."""
_EFFORTS = {"none": False, "minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high"}


def native_request(members: dict[str, Any], call: Call, defaults: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The body of ``/api/chat`` and what of the request is left out or changed.

    ``defaults`` are the channel's ``keep_alive`` and ``num_ctx``. Raises GatewayError 400 for what cannot be said.
    """
    turns = read_turns(members)
    told = left_out(members, _CARRIED | {"tool_choice"}) + unsaid(turns, members, thoughts=True)
    body: dict[str, Any] = {
        "model": call.upstream_model,
        "messages": [_message(turn) for turn in turns],
        "stream": call.stream,
    }
    body |= {name: members[name] for name in _OWN if present(members, name)}
    told += _tools(members, body)
    told += _thinking(members, body)
    told += _response_format(members, body)
    options = _options(members)
    limit = bounded(options.get("num_predict"), call.max_output)
    if limit is not None:
        options["num_predict"] = limit
    if "keep_alive" in defaults:
        body.setdefault("keep_alive", defaults["keep_alive"])
    if "num_ctx" in defaults:
        options.setdefault("num_ctx", defaults["num_ctx"])
    if options:
        body["options"] = options
    return body, told


def _options(members: dict[str, Any]) -> dict[str, Any]:
    given = decoded(members, "options")
    if given is not None and not isinstance(given, dict):
        raise bad_request("invalid_value", "the field 'options' must be an object", "options")
    options: dict[str, Any] = dict(given or {})
    options |= {name: members[name] for name in _OPTIONS if present(members, name)}
    for name in ("max_tokens", "max_completion_tokens"):
        if present(members, name):
            options["num_predict"] = members[name]
    stop = options.get("stop")
    if isinstance(stop, Raw) and bytes(stop)[:1] == b'"':
        options["stop"] = [stop]
    return options


def _tools(members: dict[str, Any], body: dict[str, Any]) -> list[str]:
    """Ollama has no choice of tools: ``none`` means sending none, and nothing can be forced."""
    choice = decoded(members, "tool_choice")
    if present(members, "tools") and choice != "none":
        body["tools"] = members["tools"]
    return [] if choice in (None, "none", "auto") else ["tool_choice"]


def _thinking(members: dict[str, Any], body: dict[str, Any]) -> list[str]:
    """``reasoning_effort`` as ``think``, which knows three levels; the client's own ``think`` wins."""
    effort = decoded(members, "reasoning_effort")
    if effort is None or "think" in body:
        return []
    if not isinstance(effort, str) or effort not in _EFFORTS:
        return ["reasoning_effort"]
    body["think"] = _EFFORTS[effort]
    return [] if body["think"] in (False, effort) else [f"reasoning_effort={body['think']}"]


def _response_format(members: dict[str, Any], body: dict[str, Any]) -> list[str]:
    """The schema itself as ``format``; there is no place for words about it."""
    wanted = decoded(members, "response_format")
    if wanted is None or "format" in body:
        return []
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind == "json_object":
        body["format"] = "json"
    elif kind == "json_schema":
        named = wanted.get("json_schema")
        schema = named.get("schema") if isinstance(named, dict) else None
        body["format"] = schema if isinstance(schema, dict) else "json"
        return (
            ["response_format.json_schema.description"] if isinstance(named, dict) and named.get("description") else []
        )
    elif kind != "text":
        raise unsupported("response_format", kind)
    return []


def _message(turn: Turn) -> dict[str, Any]:
    said: dict[str, Any] = {"role": turn.role, "content": turn.text}
    if turn.images:
        said["images"] = [_picture(image, turn.place) for image in turn.images]
    if turn.reasoning:
        said["thinking"] = turn.reasoning
    if turn.calls:
        said["tool_calls"] = [
            {"function": {"name": call.name, "arguments": Raw(call.arguments.encode())}} for call in turn.calls
        ]
    if turn.role == "tool":
        said["tool_name"] = turn.name
    return said


def _picture(address: str, place: str) -> str:
    """The base64 of a ``data:`` address."""
    head, comma, data = address.partition(",")
    if head.startswith("data:") and comma and head.endswith(";base64"):
        return data
    if "://" not in address and not head.startswith("data:"):
        return address  # bare base64, as Ollama's own clients send
    message = f"the provider of this model takes pictures in the request itself (data:...;base64,...): {place}"
    raise bad_request("unsupported_content", message, place)


class Speech:
    """Tells the native lines of one answer as OpenAI chunks, or a whole one as a completion."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._calls = 0

    def chunks(self, line: bytes) -> tuple[list[Chunk], bool] | Fault:
        """One line of the stream, and whether it was the last."""
        said = read(line)
        if isinstance(said, Fault):
            return said
        delta = self._message(said, stream=True)
        if said.get("done") is not True:
            return [_chunk(said, delta, None)], False
        chunks = [_chunk(said, delta, _finish(said))]
        usage = _usage(said)
        if usage:
            chunks.append({"choices": [], "usage": usage})
        return chunks, True

    def whole(self, body: bytes) -> bytes | Fault:
        """A whole answer in OpenAI's shape."""
        said = read(body)
        if isinstance(said, Fault):
            return said
        message = self._message(said, stream=False)
        choice = {"index": 0, "message": {"content": None, **message}, "finish_reason": _finish(said)}
        reply = {**_extras(said), "choices": [choice]}
        usage = _usage(said)
        return encode({**reply, "usage": usage} if usage else reply)

    def _message(self, said: dict[str, Any], *, stream: bool) -> dict[str, Any]:
        message = said["message"]
        told: dict[str, Any] = {"role": "assistant"}
        if isinstance(message.get("thinking"), str) and message["thinking"]:
            told["reasoning_content"] = message["thinking"]
        if isinstance(message.get("content"), str) and message["content"]:
            told["content"] = message["content"]
        calls = message.get("tool_calls")
        if isinstance(calls, list) and calls:
            told["tool_calls"] = [self._call_of(call, stream) for call in calls]
        return told

    def _call_of(self, call: Any, stream: bool) -> dict[str, Any]:
        function = call.get("function") if isinstance(call, dict) else None
        function = function if isinstance(function, dict) else {}
        arguments = function.get("arguments")
        text = arguments if isinstance(arguments, str) else encode(arguments or {}).decode()
        number, self._calls = self._calls, self._calls + 1
        identity = call.get("id") if isinstance(call, dict) else None
        identity = identity if isinstance(identity, str) and identity else call_id(self._call, number)
        told = {"id": identity, "type": "function", "function": {"name": function.get("name"), "arguments": text}}
        return {"index": number, **told} if stream else told


def _chunk(said: dict[str, Any], delta: dict[str, Any], finish: str | None) -> Chunk:
    return {**_extras(said), "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def _extras(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in _TOLD}


def _finish(said: dict[str, Any]) -> str:
    """``load`` and ``unload`` are ends too; that tools were called is found by who reads this."""
    return "length" if said.get("done_reason") == "length" else "stop"


def _usage(said: dict[str, Any]) -> dict[str, int] | None:
    """The counts, when both are told: half of them would make the other half free."""
    prompt, output = said.get("prompt_eval_count"), said.get("eval_count")
    if type(prompt) is not int or type(output) is not int:
        return None
    return {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output}


def read(body: bytes) -> dict[str, Any] | Fault:
    """An answer or a line of one: an object with a message. Anything else is the fault it tells, or one of shape."""
    try:
        said = _any.decode(body)
    except UNREADABLE:
        said = None
    if isinstance(said, dict) and said.get("error"):
        return fault_from(200, WireHead(200), body)
    if not isinstance(said, dict) or not isinstance(said.get("message"), dict):
        return Fault(cause=Cause.SHAPE, message="the upstream's answer holds no message", status=200)
    return said
