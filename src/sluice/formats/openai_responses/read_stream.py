"""A Responses stream as canon events: framing, then one handler for each event (wires.md 1.11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
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
    Stopped,
    Text,
    ToolCall,
    Used,
)
from sluice.formats.free_text import as_arguments
from sluice.formats.members import encode
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.openai_chat.usage import read_usage
from sluice.formats.openai_responses.contents import read_citation
from sluice.formats.openai_responses.items import read_item
from sluice.formats.openai_responses.proofs import unseal
from sluice.formats.openai_responses.reply import failed, read_stop
from sluice.formats.reading import Unreadable, as_object, maybe_text, parse, whole
from sluice.formats.sse import SseDecoder, SseTooLong

Json = dict[str, Any]

_CALLS = ("function_call", "custom_tool_call")


@dataclass(slots=True)
class _Item:
    """An item that is open: its type, its parts (numbers of the canon) by their place in it, those still open, and what
    grew of the call or thought it is."""

    kind: str = ""
    parts: dict[int, int] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)
    grows: str = ""
    words: list[str] = field(default_factory=list)


class ResponsesDecoder:
    """A StreamDecoder. State: the open items by their ``output_index``, and whether the answer began, called, ended."""

    def __init__(self) -> None:
        self._sse = SseDecoder(bare=True)
        self._began = False
        self._called = False
        self._over = False
        self._parts = 0
        self._items: dict[int | None, _Item] = {}

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
        """The body ended."""
        if self._over:
            return []
        return self._fail(Fault(cause=Cause.BROKEN, message="the upstream's stream ended before its end"))

    def _fail(self, fault: Fault) -> list[Event]:
        self._over = True
        return [Failed(fault=fault)]

    def _event(self, data: bytes) -> list[Event]:
        if data.lstrip()[:6] == b"[DONE]":
            return []  # some servers end every stream with it; the answer's own end was told before
        try:
            event = parse(data)
            if event.get("error") and "type" not in event:
                return self._fail(fault_from(200, WireHead(200), data))
            handler = _HANDLERS.get(maybe_text(event, "type"))
            return [] if handler is None else self._headed(handler(self, event))
        except Unreadable as wrong:
            message = f"the upstream's stream cannot be read: {wrong}"
            return self._fail(Fault(cause=Cause.SHAPE, message=message))

    def _headed(self, events: list[Event]) -> list[Event]:
        """An answer begins, also where its first event is missing."""
        if self._began or not events or isinstance(events[0], Failed):
            return events
        self._began = True
        return [Began(id=""), *events]

    # One handler for each type of event.

    def _created(self, event: Json) -> list[Event]:
        if self._began:
            return []
        self._began = True
        return [Began(id=maybe_text(as_object(event.get("response"), "response"), "id"))]

    def _item_added(self, event: Json) -> list[Event]:
        item = as_object(event.get("item"), "item")
        opened = self._items[_output_index(event)] = _Item(kind=maybe_text(item, "type"))
        if opened.kind not in _CALLS:
            return []
        call = ToolCall(id=maybe_text(item, "call_id"), name=maybe_text(item, "name"), arguments="")
        return self._begin(opened, 0, call)

    def _part_added(self, event: Json) -> list[Event]:
        opened, place = self._opened(event), _place(event, "content_index")
        kind = maybe_text(as_object(event.get("part"), "part"), "type")
        if kind == "reasoning_text":
            return self._thought_goes_on(opened, "content", place)
        return self._begin(opened, place, _EMPTY[kind]) if kind in _EMPTY else []

    def _text_delta(self, event: Json) -> list[Event]:
        return self._grow(event, Text(text=""))

    def _refusal_delta(self, event: Json) -> list[Event]:
        return self._grow(event, Refusal(text=""))

    def _grow(self, event: Json, empty: Part) -> list[Event]:
        opened, place = self._opened(event), _place(event, "content_index")
        begun = [] if place in opened.parts else self._begin(opened, place, empty)
        return [*begun, *_grown(opened, place, maybe_text(event, "delta"))]

    def _annotation(self, event: Json) -> list[Event]:
        index = self._opened(event).parts.get(_place(event, "content_index"))
        citation = read_citation(as_object(event.get("annotation"), "annotation"))
        return [] if index is None or citation is None else [PartGrew(index=index, citation=citation)]

    def _part_done(self, event: Json) -> list[Event]:
        opened = self._opened(event)
        return self._end(opened, opened.parts.get(_place(event, "content_index")))

    def _arguments_delta(self, event: Json) -> list[Event]:
        opened = self._opened(event)
        opened.words.append(maybe_text(event, "delta"))
        return _grown(opened, 0, opened.words[-1])

    def _input_delta(self, event: Json) -> list[Event]:
        """Free text: told as the argument it becomes, once it is whole."""
        self._opened(event).words.append(maybe_text(event, "delta"))
        return []

    def _summary_added(self, event: Json) -> list[Event]:
        return self._thought_goes_on(self._opened(event), "summary", _place(event, "summary_index"))

    def _thought_goes_on(self, opened: _Item, kind: str, place: int) -> list[Event]:
        """A blank line between the parts of a thought."""
        return _grown(opened, 0, "\n\n") if place and opened.grows == kind else []

    def _summary_delta(self, event: Json) -> list[Event]:
        return self._think(event, "summary")

    def _thought_delta(self, event: Json) -> list[Event]:
        return self._think(event, "content")

    def _think(self, event: Json, kind: str) -> list[Event]:
        """Either the thought or its sum, whichever comes first."""
        opened = self._opened(event)
        if opened.grows not in ("", kind):
            return []
        opened.grows = kind
        begun = [] if opened.parts else self._begin(opened, 0, Reasoning())
        return [*begun, *_grown(opened, 0, maybe_text(event, "delta"))]

    def _item_done(self, event: Json) -> list[Event]:
        index = _output_index(event)
        opened = self._items.pop(index, _Item())
        item = as_object(event.get("item"), "item")
        if not opened.parts:
            events: list[Event] = []
            for part in read_item(item, "item").parts:
                self._called |= isinstance(part, ToolCall)
                events += [PartBegan(index=self._parts, part=part), PartEnded(index=self._parts)]
                self._parts += 1
            return events
        return [*self._last_words(opened, item), *self._close(opened), *self._seal(opened, item)]

    def _seal(self, opened: _Item, item: Json) -> list[Event]:
        """What only the upstream can read of a thought, behind its words."""
        sealed = maybe_text(item, "encrypted_content") if opened.kind == "reasoning" else ""
        if not sealed or unseal(item) is not None:
            return []
        index, self._parts = self._parts, self._parts + 1
        return [PartBegan(index=index, part=Reasoning(sealed=sealed)), PartEnded(index=index)]

    def _last_words(self, opened: _Item, item: Json) -> list[Event]:
        """What only the end of an item says."""
        if opened.kind == "custom_tool_call":
            told = "".join(opened.words) or maybe_text(item, "input")
            return _grown(opened, 0, as_arguments(told))
        if opened.kind == "function_call" and not any(opened.words):
            return _grown(opened, 0, maybe_text(item, "arguments"))
        if opened.kind == "reasoning":
            proven = unseal(item)
            signature = proven.signature if proven is not None else ""
            return [PartGrew(index=opened.parts[0], signature=signature)] if signature else []
        return []

    def _finished(self, event: Json) -> list[Event]:
        response = as_object(event.get("response"), "response")
        failure = failed(response)
        if failure is not None:
            return self._fail(failure)
        self._over = True
        events: list[Event] = []
        for opened in self._items.values():
            events += self._close(opened)
        usage = read_usage(response.get("usage"))
        return [*events, Used(usage=usage), Stopped(stop=read_stop(response, called=self._called)), Ended()]

    def _failed(self, event: Json) -> list[Event]:
        response = as_object(event.get("response"), "response")
        unknown = Fault(cause=Cause.SERVER, message="the upstream's answer failed")
        return self._fail(failed(response) or unknown)

    def _error(self, event: Json) -> list[Event]:
        """Flat, as the protocol says, or nested, as its websocket form has it."""
        inner = event.get("error")
        told = inner if isinstance(inner, dict) else {name: value for name, value in event.items() if name != "type"}
        return self._fail(fault_from(200, WireHead(200), encode({"error": told})))

    # Parts.

    def _opened(self, event: Json) -> _Item:
        return self._items.setdefault(_output_index(event), _Item())

    def _begin(self, opened: _Item, place: int, part: Part) -> list[Event]:
        if place in opened.parts:
            raise Unreadable("content_index", "that of a new part")
        index, self._parts = self._parts, self._parts + 1
        opened.parts[place] = index
        opened.open.add(index)
        self._called |= isinstance(part, ToolCall)
        return [PartBegan(index=index, part=part)]

    def _end(self, opened: _Item, index: int | None) -> list[Event]:
        if index is None or index not in opened.open:
            return []
        opened.open.remove(index)
        return [PartEnded(index=index)]

    def _close(self, opened: _Item) -> list[Event]:
        ended: list[Event] = [PartEnded(index=index) for index in sorted(opened.open)]
        opened.open.clear()
        return ended


def _grown(opened: _Item, place: int, words: str) -> list[Event]:
    index = opened.parts.get(place)
    return [PartGrew(index=index, text=words)] if words and index in opened.open and index is not None else []


def _output_index(event: Json) -> int | None:
    return whole(event.get("output_index"), "output_index")


def _place(event: Json, name: str) -> int:
    return whole(event.get(name), name) or 0


_EMPTY: dict[str, Part] = {"output_text": Text(text=""), "refusal": Refusal(text="")}
_HANDLERS: dict[str, Callable[[ResponsesDecoder, Json], list[Event]]] = {
    "response.created": ResponsesDecoder._created,
    "response.output_item.added": ResponsesDecoder._item_added,
    "response.content_part.added": ResponsesDecoder._part_added,
    "response.output_text.delta": ResponsesDecoder._text_delta,
    "response.output_text.annotation.added": ResponsesDecoder._annotation,
    "response.refusal.delta": ResponsesDecoder._refusal_delta,
    "response.content_part.done": ResponsesDecoder._part_done,
    "response.function_call_arguments.delta": ResponsesDecoder._arguments_delta,
    "response.custom_tool_call_input.delta": ResponsesDecoder._input_delta,
    "response.reasoning_summary_part.added": ResponsesDecoder._summary_added,
    "response.reasoning_summary_text.delta": ResponsesDecoder._summary_delta,
    "response.reasoning_text.delta": ResponsesDecoder._thought_delta,
    "response.output_item.done": ResponsesDecoder._item_done,
    "response.completed": ResponsesDecoder._finished,
    "response.incomplete": ResponsesDecoder._finished,
    "response.failed": ResponsesDecoder._failed,
    "error": ResponsesDecoder._error,
}
