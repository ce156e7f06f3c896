"""ERNIE's own answers (v1), told as OpenAI's.

Errors come with status 200, in a stream as JSON without ``data:``; each chunk's usage is the whole so far; the last
chunk says ``is_end``. Source: One API (relay/adaptor/baidu); the words of ``finish_reason`` are [unverified].
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.formats.openai_chat.errors import fault_from
from sluice.vendors.dialect import Call
from sluice.vendors.parts import call_id
from sluice.vendors.quirks import UNREADABLE, encode
from sluice.vendors.translated import Chunk

_any = msgspec.json.Decoder()

_TOLD = frozenset(
    {
        "id", "object", "created", "model", "result", "is_end", "is_truncated", "need_clear_history", "finish_reason",
        "function_call", "usage", "sentence_id",
    }
)  # fmt: skip
"""Members that have a place of their own in OpenAI's answers; all others (``search_info``, ``flag``) are kept."""


def read(body: bytes, codes: Mapping[str, Cause]) -> dict[str, Any] | Fault:
    """An answer as an object, or the fault it tells."""
    try:
        said = _any.decode(body)
    except UNREADABLE:
        said = None
    if isinstance(said, dict) and not said.get("error_code") and not said.get("error"):
        return said
    if isinstance(said, dict):
        return fault_from(200, WireHead(200), body, code_map=codes)
    return Fault(cause=Cause.SHAPE, message="the upstream's answer is no JSON object", status=200)


class Speech:
    """Tells one answer: its events as chunks, or itself as a completion."""

    def __init__(self, call: Call, codes: Mapping[str, Cause]) -> None:
        self._call = call
        self._codes = codes
        self._calls = 0

    def chunks(self, event: bytes) -> tuple[list[Chunk], bool] | Fault:
        """One event of the stream, and whether it was the last."""
        if event[:6] == b"[DONE]":  # v1 does not send it, proxies before it may
            return [], False
        said = self._read(event)
        if isinstance(said, Fault):
            return said
        done = said.get("is_end") is True
        delta = self._message(said, stream=True)
        choice = {"index": 0, "delta": delta, "finish_reason": _finish(said) if done else None}
        return [{**_head(said), "choices": [choice]}], done

    def whole(self, body: bytes) -> bytes | Fault:
        """A whole answer in OpenAI's shape."""
        said = self._read(body)
        if isinstance(said, Fault):
            return said
        message = {"content": None, **self._message(said, stream=False)}
        choice = {"index": 0, "message": message, "finish_reason": _finish(said)}
        return encode({**_head(said), "choices": [choice]})

    def _read(self, body: bytes) -> dict[str, Any] | Fault:
        said = read(body, self._codes)
        if isinstance(said, dict) and not isinstance(said.get("result"), str) and "function_call" not in said:
            return Fault(cause=Cause.SHAPE, message="the upstream's answer holds no result", status=200)
        return said

    def _message(self, said: dict[str, Any], *, stream: bool) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant"}
        function = said.get("function_call")
        if isinstance(function, dict):
            if isinstance(function.get("thoughts"), str) and function["thoughts"]:
                message["reasoning_content"] = function["thoughts"]
            message["tool_calls"] = [self._piece(function, stream)]
        if isinstance(said.get("result"), str) and said["result"]:
            message["content"] = said["result"]
        return message

    def _piece(self, function: dict[str, Any], stream: bool) -> dict[str, Any]:
        """A call; in a stream, one without a name goes on with the arguments of the call before."""
        arguments = function.get("arguments")
        arguments = arguments if isinstance(arguments, str) else encode(arguments or {}).decode()
        if stream and self._calls and not function.get("name"):
            return {"index": self._calls - 1, "function": {"arguments": arguments}}
        number, self._calls = self._calls, self._calls + 1
        identity = call_id(self._call, number)
        told = {"id": identity, "type": "function", "function": {"name": function.get("name"), "arguments": arguments}}
        return {"index": number, **told} if stream else told


def _head(said: dict[str, Any]) -> dict[str, Any]:
    """What is told beside the choices."""
    head = {name: value for name, value in said.items() if name not in _TOLD or name in ("id", "created")}
    return {**head, "usage": said["usage"]} if isinstance(said.get("usage"), dict) else head


def _finish(said: dict[str, Any]) -> str:
    """Why the answer ended. ``need_clear_history`` means that what the user said was found unsafe."""
    if said.get("need_clear_history") is True:
        return "content_filter"
    if said.get("is_truncated") is True:
        return "length"
    reason = said.get("finish_reason")
    if isinstance(said.get("function_call"), dict) or reason == "function_call":
        return "tool_calls"
    return reason if isinstance(reason, str) and reason else "stop"
