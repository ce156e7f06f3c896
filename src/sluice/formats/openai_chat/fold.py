"""Streams folded into whole completions, and whole completions told as streams: the two forms of one answer."""

from __future__ import annotations

from typing import Any

import msgspec

from sluice.formats.members import encode

_decode = msgspec.json.Decoder().decode
_ONCE = frozenset({"role", "id", "type", "name", "index", "expires_at"})
"""Members that are told once, or again the same, and never grow."""


class StreamFolder:
    """Folds the client's chunks of a stream (as ChatStream tells them) into a whole completion."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._choices: dict[int, dict[str, Any]] = {}
        self._legacy = False

    def add(self, event: bytes) -> None:
        """Takes the data of one event; ``[DONE]`` is ignored. Raises msgspec.DecodeError on what is no JSON."""
        if event[:6] == b"[DONE]":
            return
        chunk = _decode(event)
        self._legacy = chunk.get("object") == "text_completion"
        told = {name: value for name, value in chunk.items() if name != "choices" and value is not None}
        self._head.update(told)
        for choice in chunk["choices"]:
            self._fold(self._choices.setdefault(choice["index"], {"index": choice["index"]}), choice)

    def result(self) -> bytes:
        """The whole completion."""
        choices = [self._choices[index] for index in sorted(self._choices)]
        if not self._legacy:
            for choice in choices:
                choice["message"].setdefault("content", None)
        kind = "text_completion" if self._legacy else "chat.completion"
        return encode({**self._head, "object": kind, "choices": choices})

    def _fold(self, whole: dict[str, Any], choice: dict[str, Any]) -> None:
        for name, value in choice.items():
            if name == "delta":
                message = whole.setdefault("message", {})
                calls = value.pop("tool_calls", None) or ()
                _grow(message, value)
                for piece in calls:
                    _fold_call(message.setdefault("tool_calls", []), piece)
            elif name == "finish_reason":
                whole[name] = value or whole.get(name)
            else:
                _grow(whole, {name: value})


def _fold_call(calls: list[dict[str, Any]], piece: dict[str, Any]) -> None:
    index = piece.pop("index")
    while len(calls) <= index:
        calls.append({})
    _grow(calls[index], piece)


def _grow(whole: dict[str, Any], more: dict[str, Any]) -> None:
    """Adds members: texts and lists grow, objects merge, anything else is replaced; null adds nothing.

    Nor does an empty text where nothing grows: some upstreams repeat ``"role": ""`` in every chunk.
    """
    for name, value in more.items():
        old = whole.get(name)
        if value is None or (value == "" and name in _ONCE):
            whole.setdefault(name, value)
        elif old is None or name in _ONCE or type(old) is not type(value):
            whole[name] = value
        elif isinstance(value, dict):
            _grow(old, value)
        elif isinstance(value, str | list):
            whole[name] = old + value
        else:
            whole[name] = value


def fold(stream: bytes) -> bytes:
    """The whole completion of a client's whole stream."""
    folder = StreamFolder()
    for block in stream.split(b"\n\n"):
        if block.startswith(b"data: "):
            folder.add(block[6:])
    return folder.result()


def stream_of(reply: bytes, *, wants_usage: bool) -> bytes:
    """A whole chat completion told as a stream, for clients that asked for one where the upstream had none."""
    whole = _decode(reply)
    head = {name: value for name, value in whole.items() if name not in ("choices", "usage", "object")}
    head["object"] = "chat.completion.chunk"
    out = []
    for choice in whole["choices"]:
        delta = dict(choice["message"])
        calls = delta.get("tool_calls")
        if calls:
            delta["tool_calls"] = [{"index": number, **call} for number, call in enumerate(calls)]
        rest = {name: value for name, value in choice.items() if name not in ("message", "finish_reason")}
        end = {"index": choice["index"], "delta": {}, "finish_reason": choice["finish_reason"]}
        out += [{**head, "choices": [{**rest, "delta": delta, "finish_reason": None}]}, {**head, "choices": [end]}]
    if wants_usage and whole.get("usage"):
        out.append({**head, "choices": [], "usage": whole["usage"]})
    return b"".join([b"data: " + encode(chunk) + b"\n\n" for chunk in out]) + b"data: [DONE]\n\n"
