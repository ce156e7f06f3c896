"""Spark's websocket protocol: OpenAI's request as its one message, the messages that come back as OpenAI's chunks.

Source: https://www.xfyun.cn/doc/spark/Web.html; One API (relay/adaptor/xunfei). Each message has a header with a code
(not 0: an error) and a status, which is 2 in the last; usage comes with the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sluice.base.errors import bad_request
from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.formats.openai_chat.errors import fault_from
from sluice.vendors.dialect import Call
from sluice.vendors.parts import bounded, call_id
from sluice.vendors.quirks import UNREADABLE, clamp, encode, present
from sluice.vendors.translated import Chunk
from sluice.vendors.turns import Turn, decoded, left_out, read_turns, spoken, unsaid, unsupported

_any = msgspec.json.Decoder()

_LIMITS = ("max_completion_tokens", "max_tokens")
_SAME = ("temperature", "top_k", "auditing", "question_type", "show_ref_label")
"""Members that have the same name and meaning, or are Spark's own."""
_CARRIED = frozenset({*_LIMITS, *_SAME, "user", "tools", "tool_choice"})


def native_request(members: dict[str, Any], call: Call, app: str, domain: str) -> tuple[dict[str, Any], list[str]]:
    """The message that asks, and what of the request is left out or changed. Raises GatewayError 400."""
    turns = read_turns(members)
    told = left_out(members, _CARRIED) + unsaid(turns, members)
    chat: dict[str, Any] = {"domain": domain}
    chat |= {name: members[name] for name in _SAME if present(members, name)}
    told += clamp(chat, "temperature", 0.01, 1)
    told += clamp(chat, "top_k", 1, 6)
    given = next((members[name] for name in _LIMITS if present(members, name)), None)
    limit = bounded(given, call.max_output)
    if limit is not None:
        chat["max_tokens"] = limit
    header: dict[str, Any] = {"app_id": app}
    user = decoded(members, "user")
    if isinstance(user, str) and user:
        header["uid"] = user[:32]
    payload: dict[str, Any] = {"message": {"text": [_message(turn) for turn in turns]}}
    told += _functions(members, payload)
    return {"header": header, "parameter": {"chat": chat}, "payload": payload}, told


def _message(turn: Turn) -> dict[str, Any]:
    """One turn. A call and its result are told as text: the protocol has no place for them."""
    if turn.images:
        raise unsupported(turn.place, "image_url")
    return {"role": "user" if turn.role == "tool" else turn.role, "content": spoken(turn)}


def _functions(members: dict[str, Any], payload: dict[str, Any]) -> list[str]:
    """Tools as functions; none may be chosen by sending none, nothing can be forced."""
    choice = decoded(members, "tool_choice")
    tools = decoded(members, "tools") or []
    if not isinstance(tools, list):
        raise bad_request("invalid_value", "the field 'tools' must be a list", "tools")
    if not tools or choice == "none":
        return []
    payload["functions"] = {"text": [_function(tool, f"tools[{number}]") for number, tool in enumerate(tools)]}
    return [] if choice in (None, "auto") else ["tool_choice"]


def _function(tool: Any, place: str) -> dict[str, Any]:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise unsupported(place, tool.get("type") if isinstance(tool, dict) else tool)
    return {
        "name": function["name"],
        "description": function.get("description") or function["name"],
        "parameters": function.get("parameters") or {"type": "object", "properties": {}},
    }


# Answers.


def is_last(message: bytes) -> bool:
    """Whether nothing follows a message: the last of an answer, an error, or what is no message at all."""
    try:
        header = _any.decode(message)["header"]
        return bool(header.get("status") == 2 or header.get("code", 0) != 0)
    except (*UNREADABLE, LookupError, TypeError, AttributeError):
        return True


class Speech:
    """Tells the messages of one answer as OpenAI chunks."""

    def __init__(self, call: Call, codes: Mapping[str, Cause]) -> None:
        self._call = call
        self._codes = codes
        self._calls = 0

    def whole(self, body: bytes) -> bytes | Fault:
        """A body that is JSON and no messages: an error."""
        said = self._read(body)
        return said if isinstance(said, Fault) else _shapeless()

    def chunks(self, event: bytes) -> tuple[list[Chunk], bool] | Fault:
        """One message, and whether it was the last."""
        said = self._read(event)
        if isinstance(said, Fault):
            return said
        payload = said.get("payload")
        payload = payload if isinstance(payload, dict) else {}
        choices = payload.get("choices")
        texts = choices.get("text") if isinstance(choices, dict) else None
        last = said["header"].get("status") == 2
        if not isinstance(texts, list) and not last:
            return _shapeless()
        delta = self._delta(texts if isinstance(texts, list) else [])
        head: dict[str, Any] = {"id": said["header"].get("sid")}
        chunks: list[Chunk] = [{**head, "choices": [{"index": 0, "delta": delta, "finish_reason": _finish(last)}]}]
        usage = payload.get("usage")
        if isinstance(usage, dict) and isinstance(usage.get("text"), dict):
            chunks.append({**head, "choices": [], "usage": usage["text"]})
        return chunks, last

    def _read(self, message: bytes) -> dict[str, Any] | Fault:
        try:
            said = _any.decode(message)
        except UNREADABLE:
            said = None
        header = said.get("header") if isinstance(said, dict) else None
        if not isinstance(said, dict) or not isinstance(header, dict):
            told = isinstance(said, dict) and (said.get("message") or said.get("error"))
            return fault_from(200, WireHead(200), message, code_map=self._codes) if told else _shapeless()
        if header.get("code", 0) != 0:
            return fault_from(200, WireHead(200), encode({"error": header}), code_map=self._codes)
        return said

    def _delta(self, texts: list[Any]) -> dict[str, Any]:
        delta: dict[str, Any] = {"role": "assistant"}
        calls: list[dict[str, Any]] = []
        for text in texts:
            if not isinstance(text, dict):
                continue
            for name in ("reasoning_content", "content"):
                if isinstance(text.get(name), str) and text[name]:
                    delta[name] = delta.get(name, "") + text[name]
            function = text.get("function_call")
            if isinstance(function, dict) and function.get("name"):
                calls.append(self._called(function))
        return {**delta, "tool_calls": calls} if calls else delta

    def _called(self, function: dict[str, Any]) -> dict[str, Any]:
        number, self._calls = self._calls, self._calls + 1
        arguments = function.get("arguments")
        text = arguments if isinstance(arguments, str) else encode(arguments or {}).decode()
        said = {"name": function["name"], "arguments": text or "{}"}
        return {"index": number, "id": call_id(self._call, number), "type": "function", "function": said}


def _finish(last: bool) -> str | None:
    """Spark gives no reason: an answer that reached its limit looks like one that ended."""
    return "stop" if last else None


def _shapeless() -> Fault:
    return Fault(cause=Cause.SHAPE, message="a message of the upstream holds no answer", status=200)
