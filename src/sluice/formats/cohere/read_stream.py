"""A stream of Cohere's chat protocol as canon events: one handler for each kind of event (wires.md 17)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sluice.base.outcome import Cause, Fault
from sluice.formats.canon import (
    Began,
    Ended,
    Event,
    Failed,
    PartBegan,
    PartEnded,
    PartGrew,
    Reasoning,
    Stopped,
    Text,
    ToolCall,
    Used,
)
from sluice.formats.cohere.parts import read_citation
from sluice.formats.cohere.usage import failure, read_stop, read_usage
from sluice.formats.reading import Unreadable, as_object, maybe_text, parse, text
from sluice.formats.sse import SseDecoder, SseTooLong

Json = dict[str, Any]


class CohereDecoder:
    """A StreamDecoder. State: the open part and its kind; whether the message began and ended."""

    def __init__(self) -> None:
        self._sse = SseDecoder(bare=True)
        self._began = False
        self._over = False
        self._open: int | None = None
        self._kind: type = Text
        self._parts = 0

    def feed(self, data: bytes) -> list[Event]:
        """The events these bytes complete."""
        if self._over:
            return []
        try:
            told = self._sse.feed(data)
        except SseTooLong:
            return self._fail(Cause.SHAPE, "an event of the upstream's stream has no end")
        events: list[Event] = []
        for event in told:
            if not self._over:
                events += self._event(event.data)
        return events

    def finish(self) -> list[Event]:
        """The body ended."""
        if self._over:
            return []
        return self._fail(Cause.BROKEN, "the upstream's stream ended before its end")

    def _fail(self, cause: Cause, message: str) -> list[Event]:
        self._over = True
        return [Failed(fault=Fault(cause=cause, message=message))]

    def _event(self, data: bytes) -> list[Event]:
        try:
            event = parse(data)
            handler = _HANDLERS.get(maybe_text(event, "type"))
            if handler is None:
                return []
            events: list[Event] = [] if self._began else [Began(id=maybe_text(event, "id"))]
            self._began = True
            return [*events, *handler(self, event)]
        except Unreadable as wrong:
            return self._fail(Cause.SHAPE, f"the upstream's stream cannot be read: {wrong}")

    def _message_start(self, event: Json) -> list[Event]:
        return []

    def _content_start(self, event: Json) -> list[Event]:
        content = as_object(_message(event).get("content"), "content")
        part = Reasoning() if content.get("type") == "thinking" else Text(text="")
        return [*self._begin(part), *self._content(content)]

    def _content_delta(self, event: Json) -> list[Event]:
        return self._content(as_object(_message(event).get("content"), "content"))

    def _content(self, content: Json) -> list[Event]:
        thought, words = maybe_text(content, "thinking"), maybe_text(content, "text")
        if thought:
            return self._grow(Reasoning(), thought)
        return self._grow(Text(text=""), words) if words else []

    def _plan(self, event: Json) -> list[Event]:
        words = maybe_text(_message(event), "tool_plan")
        return self._grow(Text(text=""), words) if words else []

    def _call_start(self, event: Json) -> list[Event]:
        call = as_object(_message(event).get("tool_calls"), "tool_calls")
        function = as_object(call.get("function"), "function")
        part = ToolCall(id=text(call, "id", "tool_calls"), name=text(function, "name", "function"), arguments="")
        events = self._begin(part)
        first = maybe_text(function, "arguments")
        return [*events, PartGrew(index=self._parts - 1, text=first)] if first else events

    def _call_delta(self, event: Json) -> list[Event]:
        call = as_object(_message(event).get("tool_calls"), "tool_calls")
        piece = maybe_text(as_object(call.get("function"), "function"), "arguments")
        if self._open is None or self._kind is not ToolCall:
            raise Unreadable("tool-call-delta", "of an open call")
        return [PartGrew(index=self._open, text=piece)] if piece else []

    def _end_of_part(self, event: Json) -> list[Event]:
        return self._close()

    def _citation(self, event: Json) -> list[Event]:
        """Citations come beside the text they are of, or after it: then there is no part for them to stand at."""
        if self._open is None or self._kind is not Text:
            return []
        cited = read_citation(_message(event).get("citations"))
        return [PartGrew(index=self._open, citation=citation) for citation in cited]

    def _message_end(self, event: Json) -> list[Event]:
        delta = as_object(event.get("delta"), "delta")
        self._over = True
        failed = failure(delta.get("finish_reason"), maybe_text(delta, "error"))
        if failed is not None:
            return [Failed(fault=failed)]
        used, stop = read_usage(delta.get("usage")), read_stop(delta.get("finish_reason"))
        return [*self._close(), Used(usage=used), Stopped(stop=stop), Ended()]

    def _begin(self, part: Text | Reasoning | ToolCall) -> list[Event]:
        events = self._close()
        self._open, self._kind = self._parts, type(part)
        self._parts += 1
        return [*events, PartBegan(index=self._open, part=part)]

    def _grow(self, empty: Text | Reasoning, words: str) -> list[Event]:
        events = [] if self._open is not None and self._kind is type(empty) else self._begin(empty)
        return [*events, PartGrew(index=self._parts - 1, text=words)]

    def _close(self) -> list[Event]:
        at, self._open = self._open, None
        return [] if at is None else [PartEnded(index=at)]


def _message(event: Json) -> Json:
    delta = as_object(event.get("delta"), "delta")
    return as_object(delta.get("message"), "delta.message")


_HANDLERS: dict[str, Callable[[CohereDecoder, Json], list[Event]]] = {
    "message-start": CohereDecoder._message_start,
    "content-start": CohereDecoder._content_start,
    "content-delta": CohereDecoder._content_delta,
    "content-end": CohereDecoder._end_of_part,
    "tool-plan-delta": CohereDecoder._plan,
    "tool-call-start": CohereDecoder._call_start,
    "tool-call-delta": CohereDecoder._call_delta,
    "tool-call-end": CohereDecoder._end_of_part,
    "citation-start": CohereDecoder._citation,
    "message-end": CohereDecoder._message_end,
}
