"""A stream of the Messages protocol as canon events: framing, then one handler for each event (wires.md 2.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sluice.base.wire import WireHead
from sluice.formats.anthropic.blocks import decode_block, decode_citation
from sluice.formats.anthropic.usage import merged, read_stop, read_usage
from sluice.formats.canon import (
    Began,
    Ended,
    Event,
    Failed,
    PartBegan,
    PartEnded,
    PartGrew,
    Stopped,
    ToolCall,
    Used,
)
from sluice.formats.events_in_order import EventsDecoder
from sluice.formats.members import encode
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.reading import Unreadable, as_object, maybe_text, parse, whole
from sluice.formats.sse import SseEvent

Json = dict[str, Any]


class MessagesDecoder(EventsDecoder):
    """A StreamDecoder. State: the open block, whether the message began, the usage so far."""

    def __init__(self) -> None:
        super().__init__()
        self._began = False
        self._open: int | None = None
        self._blocks = 0
        self._usage: Json = {}

    def _read(self, event: SseEvent) -> list[Event]:
        told = parse(event.data)
        handler = _HANDLERS.get(maybe_text(told, "type"))
        return [] if handler is None else handler(self, told)

    def _message_start(self, event: Json) -> list[Event]:
        if self._began:
            raise Unreadable("message_start", "told once")
        message = as_object(event.get("message"), "message")
        self._began = True
        self._note_usage(message.get("usage"))
        return [Began(id=maybe_text(message, "id"), usage=read_usage(self._usage))]

    def _block_start(self, event: Json) -> list[Event]:
        index = self._index(event)
        if not self._began or self._open is not None or index < self._blocks:
            raise Unreadable("content_block_start", "in its place")
        block = as_object(event.get("content_block"), "content_block")
        part = decode_block(block, "content_block")
        if isinstance(part, ToolCall) and not block.get("input"):
            part = ToolCall(id=part.id, name=part.name, arguments="", extras=part.extras)
        self._open, self._blocks = index, index + 1
        return [PartBegan(index=index, part=part)]

    def _block_delta(self, event: Json) -> list[Event]:
        index = self._index(event)
        if index != self._open:
            raise Unreadable("content_block_delta", "of the open block")
        delta = as_object(event.get("delta"), "delta")
        member = _GROWS.get(maybe_text(delta, "type"))
        if member is not None:
            grown = maybe_text(delta, member)
            return [PartGrew(index=index, text=grown)] if grown else []
        if delta.get("type") == "signature_delta":
            return [PartGrew(index=index, signature=maybe_text(delta, "signature"))]
        citation = decode_citation(delta.get("citation")) if delta.get("type") == "citations_delta" else None
        return [] if citation is None else [PartGrew(index=index, citation=citation)]

    def _block_stop(self, event: Json) -> list[Event]:
        index = self._index(event)
        if index != self._open:
            raise Unreadable("content_block_stop", "of the open block")
        self._open = None
        return [PartEnded(index=index)]

    def _message_delta(self, event: Json) -> list[Event]:
        events: list[Event] = []
        delta = as_object(event.get("delta"), "delta")
        if delta.get("stop_reason") is not None:
            sequence = maybe_text(delta, "stop_sequence") or None
            events.append(Stopped(stop=read_stop(delta["stop_reason"]), sequence=sequence))
        if self._note_usage(event.get("usage")):
            events.append(Used(usage=read_usage(self._usage)))
        return events

    def _message_stop(self, event: Json) -> list[Event]:
        if not self._began or self._open is not None:
            raise Unreadable("message_stop", "in its place")
        self._over = True
        return [Ended()]

    def _error(self, event: Json) -> list[Event]:
        self._over = True
        return [Failed(fault=fault_from(200, WireHead(200), _encoded(event)))]

    def _note_usage(self, given: Any) -> bool:
        if not isinstance(given, dict):
            return False
        self._usage = merged(self._usage, given)
        return True

    def _index(self, event: Json) -> int:
        index = whole(event.get("index"), "index")
        # A hostile number must not become the length of anything.
        if index is None or not 0 <= index <= self._blocks + 1:
            raise Unreadable("index", "the number of a block")
        return index


def _encoded(event: Json) -> bytes:
    from_error = event.get("error")
    return encode({"error": from_error if isinstance(from_error, dict) else event})


_GROWS = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}
_HANDLERS: dict[str, Callable[[MessagesDecoder, Json], list[Event]]] = {
    "message_start": MessagesDecoder._message_start,
    "content_block_start": MessagesDecoder._block_start,
    "content_block_delta": MessagesDecoder._block_delta,
    "content_block_stop": MessagesDecoder._block_stop,
    "message_delta": MessagesDecoder._message_delta,
    "message_stop": MessagesDecoder._message_stop,
    "error": MessagesDecoder._error,
}
