"""A stream of Cohere's chat protocol as canon events: one handler for each kind of event (wires.md 17)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sluice.formats.canon import (
    Began,
    Ended,
    Event,
    Failed,
    PartGrew,
    Reasoning,
    Stopped,
    Text,
    ToolCall,
    Used,
)
from sluice.formats.cohere.parts import read_citation
from sluice.formats.cohere.usage import failure, read_stop, read_usage
from sluice.formats.events_in_order import OnePartAtATime
from sluice.formats.reading import Unreadable, as_object, maybe_text, parse, text
from sluice.formats.sse import SseEvent

Json = dict[str, Any]


class CohereDecoder(OnePartAtATime):
    """A StreamDecoder. State: whether the message began."""

    def __init__(self) -> None:
        super().__init__()
        self._began = False

    def _read(self, event: SseEvent) -> list[Event]:
        told = parse(event.data)
        handler = _HANDLERS.get(maybe_text(told, "type"))
        if handler is None:
            return []
        events: list[Event] = [] if self._began else [Began(id=maybe_text(told, "id"))]
        self._began = True
        return [*events, *handler(self, told)]

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
            return self._grow(Reasoning(), text=thought)
        return self._grow(Text(text=""), text=words)

    def _plan(self, event: Json) -> list[Event]:
        words = maybe_text(_message(event), "tool_plan")
        return self._grow(Text(text=""), text=words)

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
