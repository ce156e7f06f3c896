"""Whole chat and text completions: checked, named and repaired; verbatim when clean. And streams folded into one."""

from __future__ import annotations

from typing import Any

import msgspec

from sluice.base.outcome import Cause, Fault, Reply
from sluice.base.wire import WireHead
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.openai_chat.finish import FAILURES, normal_finish
from sluice.formats.openai_chat.hygiene import DEFAULT, Hygiene
from sluice.formats.openai_chat.think import ThinkScanner
from sluice.formats.openai_chat.usage import read_usage

_any = msgspec.json.Decoder()
_encode = msgspec.json.Encoder().encode


class _Message(msgspec.Struct):
    tool_calls: None = None


class _Choice(msgspec.Struct):
    finish_reason: str
    message: _Message | None = None


class _Plain(msgspec.Struct):
    """Just what tells a plain answer from one that needs a closer look."""

    id: str
    model: str
    choices: list[_Choice]
    usage: dict[str, Any]
    error: None = None


_plain = msgspec.json.Decoder(_Plain)
_PLAIN_ENDS = frozenset({"stop", "length", "content_filter"})


def check_reply(
    body: bytes, *, model: str, new_id: str, hygiene: Hygiene = DEFAULT, legacy: bool = False, created_s: int = 0
) -> Reply | Fault:
    """The answer as the client may have it, with its usage. A Fault when it is an error or not a completion at all.

    ``model`` is the name the client asked for; ``new_id`` and ``created_s`` stand in where the upstream gave none.
    """
    body = body.lstrip()
    try:
        plain = _plain.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _closely(body, model, new_id, hygiene, legacy, created_s)
    first = plain.choices[0] if len(plain.choices) == 1 else None
    if first is None or plain.model != model or first.finish_reason not in _PLAIN_ENDS or hygiene.think_tags:
        return _closely(body, model, new_id, hygiene, legacy, created_s)
    usage = read_usage(plain.usage, fold_reasoning=hygiene.fold_reasoning)
    return Reply(body=body, usage=usage, finish_reason=first.finish_reason)


def _closely(body: bytes, model: str, new_id: str, hygiene: Hygiene, legacy: bool, created_s: int) -> Reply | Fault:
    try:
        reply = _any.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        reply = None
    if not isinstance(reply, dict):
        return Fault(cause=Cause.SHAPE, message="the upstream's answer is no JSON object", status=200)
    choices = reply.get("choices")
    if reply.get("error") or not isinstance(choices, list) or not choices:
        fault = fault_from(200, WireHead(200), body, code_map=hygiene.codes)
        if fault.message and (reply.get("error") or fault.code):
            return fault
        return Fault(cause=Cause.SHAPE, message="the upstream's answer holds no choices", status=200)
    before = _encode(reply)
    reply["model"] = model
    reply.setdefault("object", "text_completion" if legacy else "chat.completion")
    if not isinstance(reply.get("id"), str) or not reply["id"]:
        reply["id"] = new_id
    reply.setdefault("created", created_s)
    reason = None
    for number, choice in enumerate(choices):
        if not isinstance(choice, dict):
            return Fault(cause=Cause.SHAPE, message="a choice of the upstream's answer is no object", status=200)
        choice.setdefault("index", number)
        failure = _heal(choice, new_id, hygiene)
        if failure is not None:
            return failure
        reason = choice.get("finish_reason")
    usage = read_usage(reply.get("usage"), fold_reasoning=hygiene.fold_reasoning)
    after = _encode(reply)
    return Reply(body=body if after == before else after, usage=usage, finish_reason=reason)


def _heal(choice: dict[str, Any], new_id: str, hygiene: Hygiene) -> Fault | None:
    """Repairs one choice: tool calls carry id, type and string arguments; the finish reason is a known word."""
    reason = choice.get("finish_reason")
    if isinstance(reason, str) and reason in FAILURES:
        return Fault(cause=FAILURES[reason], message=f"the upstream ended with {reason!r}", status=200)
    message = choice.get("message")
    calls = message.get("tool_calls") if isinstance(message, dict) else None
    if isinstance(calls, list):
        for number, call in enumerate(calls):
            if isinstance(call, dict):
                _heal_call(call, f"call_{new_id[-12:]}{number}")
    word = normal_finish(reason if isinstance(reason, str) else None, called=bool(calls))
    choice["finish_reason"] = word or ("tool_calls" if calls else "stop")
    content = message.get("content") if isinstance(message, dict) else None
    if hygiene.think_tags and isinstance(message, dict) and isinstance(content, str) and "<think>" in content:
        scanner = ThinkScanner()
        reasoning, text = scanner.feed(content)
        more_reasoning, more_text = scanner.flush()
        message["content"] = text + more_text
        if reasoning + more_reasoning:
            message["reasoning_content"] = reasoning + more_reasoning
    return None


def _heal_call(call: dict[str, Any], new_id: str) -> None:
    if not isinstance(call.get("id"), str) or not call["id"]:
        call["id"] = new_id
    call.setdefault("type", "function")
    function = call.get("function")
    if isinstance(function, dict):
        arguments = function.get("arguments")
        if not isinstance(arguments, str):
            function["arguments"] = "{}" if arguments is None else _encode(arguments).decode()


class StreamFolder:
    """Folds the client's chunks of a stream (as ChatStream tells them) back into a whole completion."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._choices: dict[int, dict[str, Any]] = {}
        self._usage: Any = None

    def add(self, event: bytes) -> None:
        """Takes the data of one event; ``[DONE]`` is ignored. Raises msgspec.DecodeError on what is no JSON."""
        if event[:6] == b"[DONE]":
            return
        chunk = _any.decode(event)
        self._head.update({k: v for k, v in chunk.items() if k not in ("choices", "usage", "object")})
        self._usage = chunk.get("usage") or self._usage
        for choice in chunk.get("choices") or []:
            folded = self._choices.setdefault(choice["index"], {"index": choice["index"], "message": {}})
            _fold_choice(folded, choice)

    def result(self) -> bytes:
        """The whole completion."""
        choices = [self._choices[number] for number in sorted(self._choices)]
        legacy = any("text" in choice for choice in choices)
        for choice in choices:
            message = choice["message"]
            calls = message.get("tool_calls")
            if calls:
                message["tool_calls"] = [calls[index] for index in sorted(calls)]
            if legacy:
                del choice["message"]
            else:
                message.setdefault("content", None)
        whole = {**self._head, "object": "text_completion" if legacy else "chat.completion", "choices": choices}
        if self._usage:
            whole["usage"] = self._usage
        return _encode(whole)


def _fold_choice(folded: dict[str, Any], choice: dict[str, Any]) -> None:
    if choice.get("finish_reason"):
        folded["finish_reason"] = choice["finish_reason"]
    if isinstance(choice.get("text"), str):
        folded["text"] = folded.get("text", "") + choice["text"]
    message = folded["message"]
    for name, value in (choice.get("delta") or {}).items():
        if name == "tool_calls":
            calls = message.setdefault("tool_calls", {})
            for delta in value:
                _fold_call(calls, delta)
        elif name == "role" or not isinstance(value, str):
            if value is not None:
                message[name] = value
        else:
            message[name] = (message.get(name) or "") + value


def _fold_call(calls: dict[int, dict[str, Any]], delta: dict[str, Any]) -> None:
    rest = {k: v for k, v in delta.items() if k not in ("index", "function")}
    call = calls.setdefault(delta["index"], {"function": {"arguments": ""}})
    call.update(rest)
    for name, value in delta.get("function", {}).items():
        call["function"][name] = (call["function"].get(name) or "") + value if name == "arguments" else value


def stream_of(reply: bytes, *, wants_usage: bool) -> bytes:
    """A whole chat completion told as a stream, for clients that asked for one where the upstream had none."""
    whole = _any.decode(reply)
    head = {name: whole.get(name) for name in ("id", "created", "model")}
    head["object"] = "chat.completion.chunk"
    out = []
    for choice in whole["choices"]:
        message = dict(choice.get("message") or {})
        calls = message.get("tool_calls")
        if isinstance(calls, list):
            message["tool_calls"] = [{"index": number, **call} for number, call in enumerate(calls)]
        told = {"index": choice["index"], "delta": message, "finish_reason": None}
        ended = {"index": choice["index"], "delta": {}, "finish_reason": choice["finish_reason"]}
        out += [{**head, "choices": [told]}, {**head, "choices": [ended]}]
    if wants_usage and whole.get("usage"):
        out.append({**head, "choices": [], "usage": whole["usage"]})
    return b"".join(b"data: " + _encode(chunk) + b"\n\n" for chunk in out) + b"data: [DONE]\n\n"
