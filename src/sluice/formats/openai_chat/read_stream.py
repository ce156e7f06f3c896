"""A chat completions stream as canon events (wires.md 1.3): the first choice, its parts told apart.

Texts end where something else begins; calls, whose pieces may alternate, end with the answer.
"""

from __future__ import annotations

from typing import Any

from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.formats.canon import (
    Began,
    Ended,
    Event,
    Failed,
    Part,
    PartBegan,
    PartEnded,
    PartGrew,
    Reasoning,
    Refusal,
    Stop,
    Stopped,
    Text,
    ToolCall,
    Used,
)
from sluice.formats.openai_chat.answers import read_stop
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.openai_chat.messages import read_block
from sluice.formats.openai_chat.usage import read_usage
from sluice.formats.reading import Unreadable, as_list, as_object, maybe_text, parse, whole
from sluice.formats.sse import SseDecoder, SseTooLong

Json = dict[str, Any]

_MOST_CALLS = 1024
"""Calls one answer may hold: a hostile upstream must not fill the memory with empty ones."""


class ChatDecoder:
    """A StreamDecoder. State: the open text (if any), the open calls by their index, the stop once told."""

    def __init__(self) -> None:
        self._sse = SseDecoder(join=b" ", bare=True)
        self._began = False
        self._over = False
        self._parts = 0
        self._text: int | None = None
        self._kind: type[Part] = Text
        self._calls: dict[int, int] = {}
        self._stop: Stop | None = None

    def feed(self, data: bytes) -> list[Event]:
        """The events these bytes complete."""
        if self._over:
            return []
        try:
            blocks = self._sse.feed(data)
        except SseTooLong:
            return self._fail(Fault(cause=Cause.SHAPE, message="an event of the upstream's stream has no end"))
        events: list[Event] = []
        for block in blocks:
            if not self._over:
                events += self._event(block.data)
        return events

    def finish(self) -> list[Event]:
        """The body ended. An answer that told why it stopped was whole, though its ``[DONE]`` is missing."""
        if self._over:
            return []
        if self._stop is not None:
            return self._end()
        return self._fail(Fault(cause=Cause.BROKEN, message="the upstream's stream ended before its answer did"))

    def _fail(self, fault: Fault) -> list[Event]:
        self._over = True
        return [Failed(fault=fault)]

    def _event(self, data: bytes) -> list[Event]:
        if data.lstrip()[:6] == b"[DONE]":
            return self.finish() if self._stop is None else self._end()
        try:
            chunk = parse(data)
            if chunk.get("error"):
                return self._fail(fault_from(200, WireHead(200), data))
            return self._chunk(chunk)
        except Unreadable as wrong:
            message = f"the upstream's stream cannot be read: {wrong}"
            return self._fail(Fault(cause=Cause.SHAPE, message=message))

    def _chunk(self, chunk: Json) -> list[Event]:
        events: list[Event] = []
        if not self._began:
            self._began = True
            events.append(Began(id=maybe_text(chunk, "id")))
        given = chunk.get("choices")
        for value in [] if given is None else as_list(given, "choices"):
            choice = as_object(value, "choices[0]")
            if not choice.get("index"):
                events += self._choice(choice)
        if isinstance(chunk.get("usage"), dict):
            events.append(Used(usage=read_usage(chunk["usage"])))
        return events

    def _choice(self, choice: Json) -> list[Event]:
        delta = {} if choice.get("delta") is None else as_object(choice["delta"], "delta")
        events = self._thought(delta)
        events += self._said(Text, maybe_text(delta, "content"))
        events += self._said(Refusal, maybe_text(delta, "refusal"))
        calls = delta.get("tool_calls")
        for call in [] if calls is None else as_list(calls, "tool_calls"):
            events += self._call(as_object(call, "tool_calls[0]"))
        stop = read_stop(choice.get("finish_reason"), called=bool(self._calls))
        if stop is not None:
            self._stop = stop
        return events

    def _thought(self, delta: Json) -> list[Event]:
        words = maybe_text(delta, "reasoning_content") or maybe_text(delta, "reasoning")
        events = self._said(Reasoning, words)
        blocks = delta.get("thinking_blocks")
        for block in blocks if isinstance(blocks, list) else ():
            if isinstance(block, dict):
                events += self._proof(read_block(block))
        return events

    def _proof(self, block: Reasoning) -> list[Event]:
        """What proves the words before it, or stands for itself."""
        if block.text and self._text is not None and self._kind is Reasoning:
            return [PartGrew(index=self._text, signature=block.signature)] if block.signature else []
        if not (block.signature or block.sealed):
            return []
        events = self._end_text()
        at = self._next()
        return [*events, PartBegan(index=at, part=block), PartEnded(index=at)]

    def _said(self, kind: type[Text] | type[Reasoning] | type[Refusal], words: str) -> list[Event]:
        if not words:
            return []
        events: list[Event] = []
        if self._text is None or self._kind is not kind:
            events += self._end_text()
            self._text, self._kind = self._next(), kind
            events.append(PartBegan(index=self._text, part=kind(text="")))
        return [*events, PartGrew(index=self._text, text=words)]

    def _call(self, call: Json) -> list[Event]:
        number = whole(call.get("index"), "tool_calls[0].index") or 0
        function = {} if call.get("function") is None else as_object(call["function"], "tool_calls[0].function")
        events: list[Event] = []
        if number not in self._calls:
            if len(self._calls) == _MOST_CALLS:
                raise Unreadable("tool_calls", f"a list of at most {_MOST_CALLS}")
            events = self._end_text()
            self._calls[number] = self._next()
            part = ToolCall(id=maybe_text(call, "id"), name=maybe_text(function, "name"), arguments="")
            events.append(PartBegan(index=self._calls[number], part=part))
        words = maybe_text(function, "arguments")
        return [*events, PartGrew(index=self._calls[number], text=words)] if words else events

    def _next(self) -> int:
        self._parts += 1
        return self._parts - 1

    def _end_text(self) -> list[Event]:
        at, self._text = self._text, None
        return [] if at is None else [PartEnded(index=at)]

    def _end(self) -> list[Event]:
        self._over = True
        events = self._end_text()
        events += [PartEnded(index=index) for index in self._calls.values()]
        return [*events, Stopped(stop=self._stop or Stop.END), Ended()]
