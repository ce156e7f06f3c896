"""Canon events as a Responses stream, in the order of wires.md 1.11: one item open at a time, every event numbered.

The last item stays open until something follows: only then is known whether it is complete.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from sluice.base.usage import NO_USAGE
from sluice.formats.canon import (
    Began,
    Citation,
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
from sluice.formats.codec import Voicing
from sluice.formats.free_text import free_text
from sluice.formats.lines import OneAtATime
from sluice.formats.members import encode
from sluice.formats.openai_responses.contents import annotation
from sluice.formats.openai_responses.outputs import (
    INCOMPLETE,
    CallKind,
    call_item,
    call_kind,
    ended,
    item_id,
    message_item,
    reasoning_item,
    response_object,
    text_part,
)
from sluice.formats.openai_responses.tools import callables
from sluice.formats.sse import encode_event

Json = dict[str, Any]
Kind = Literal["message", "reasoning"] | CallKind


@dataclass(slots=True)
class _Item:
    """The open item. ``part`` is what began last in it; ``words``, ``signature`` and ``citations`` what it grew by;
    ``content`` the parts of a message that are whole; ``telling`` whether a part of it is being told."""

    kind: Kind
    id: str
    part: Part
    words: list[str] = field(default_factory=list)
    signature: str = ""
    citations: list[Citation] = field(default_factory=list)
    content: list[Json] = field(default_factory=list)
    telling: bool = False

    def grown(self) -> Part:
        """The last part, as it is by now."""
        said = "".join(self.words)
        match self.part:
            case Text():
                return Text(text=said, citations=tuple(self.citations))
            case Reasoning(sealed=sealed):
                return Reasoning(text=said, signature=self.signature, sealed=sealed)
            case ToolCall() as call:
                return ToolCall(id=call.id, name=call.name, arguments=said)
            case _:
                return Refusal(text=said)


class ResponsesEncoder:
    """A StreamEncoder."""

    def __init__(self, voicing: Voicing) -> None:
        self._voicing = voicing
        self._callables = callables(voicing.asked)
        self._order = OneAtATime()
        self._sequence = 0
        self._output: list[Json] = []
        self._item: _Item | None = None
        self._usage = NO_USAGE
        self._stop = Stop.END

    def feed(self, event: Event) -> bytes:
        """The bytes that say this event."""
        match event:
            case PartBegan() | PartGrew() | PartEnded():
                return b"".join([self._part(told) for told in self._order.feed(event)])
            case Began():
                return self._begin(event)
            case Used():
                self._usage = event.usage
            case Stopped():
                self._stop = event.stop
            case Ended():
                return self._end()
            case Failed():
                pass
        return b""

    def _say(self, kind: str, **members: Any) -> bytes:
        told = {"type": kind, "sequence_number": self._sequence, **members}
        self._sequence += 1
        return encode_event(encode(told), kind.encode())

    def _of_item(self, kind: str, **members: Any) -> bytes:
        """An event of the open item."""
        assert self._item is not None
        return self._say(kind, item_id=self._item.id, output_index=len(self._output), **members)

    def _begin(self, event: Began) -> bytes:
        self._usage = event.usage
        response = response_object(self._voicing, "in_progress", [])
        return self._say("response.created", response=response) + self._say("response.in_progress", response=response)

    def _end(self) -> bytes:
        out = self._close("incomplete" if self._stop in INCOMPLETE else "completed")
        kind = "response.incomplete" if self._stop in INCOMPLETE else "response.completed"
        response = ended(self._voicing, self._stop, self._output, self._usage)
        return out + self._say(kind, response=response)

    def _part(self, event: Event) -> bytes:
        match event:
            case PartBegan():
                return self._start(event.part)
            case PartGrew():
                return self._grow(event)
            case PartEnded() if self._item is not None and self._item.kind == "message":
                return self._end_content()
            case _:
                return b""

    # Items.

    def _start(self, part: Part) -> bytes:
        match part:
            case Text() | Refusal():
                words, cited = part.text, part.citations if isinstance(part, Text) else ()
                out = self._open("message", part)
                out += self._words(words) if words else b""
                return out + b"".join([self._cite(citation) for citation in cited])
            case Reasoning():
                out = self._open("reasoning", part)
                return out + self._grow(PartGrew(index=0, text=part.text, signature=part.signature))
            case ToolCall():
                out = self._open(call_kind(self._callables.get(part.name)), part)
                return out + (self._words(part.arguments) if part.arguments else b"")
            case _:
                out, self._item = self._close("completed"), None
                return out

    def _open(self, kind: Kind, part: Part) -> bytes:
        """A text goes on with the message before it; all else begins an item."""
        if kind == "message" and self._item is not None and self._item.kind == "message":
            self._item.part, self._item.words, self._item.citations = part, [], []
            return b""
        out = self._close("completed")
        self._item = _Item(kind, item_id(kind, self._voicing, len(self._output)), part)
        if kind == "message":
            return out  # with the first words: an empty text is no message
        return out + self._added()

    def _added(self) -> bytes:
        item = self._written("in_progress")
        return self._say("response.output_item.added", output_index=len(self._output), item=item)

    def _written(self, status: str) -> Json:
        item = self._item
        assert item is not None
        match item.grown():
            case Reasoning() as thought:
                return reasoning_item(item.id, thought, status)
            case ToolCall() as call:
                return call_item(item.id, call, status, self._callables.get(call.name))
            case _:
                return message_item(item.id, item.content, status)

    def _close(self, status: str) -> bytes:
        item = self._item
        if item is None:
            return b""
        out = _CLOSINGS[item.kind](self)
        if item.kind != "message" or item.content:
            written = self._written(status)
            out += self._say("response.output_item.done", output_index=len(self._output), item=written)
            self._output.append(written)
        self._item = None
        return out

    # What grows in an item.

    def _grow(self, event: PartGrew) -> bytes:
        item = self._item
        if item is None:
            return b""
        item.signature += event.signature
        out = self._words(event.text) if event.text else b""
        return out + self._cite(event.citation) if event.citation is not None else out

    def _words(self, words: str) -> bytes:
        item = self._item
        assert item is not None
        out = b"" if item.telling else _OPENINGS[item.kind](self)
        item.telling = True
        item.words.append(words)
        match item.part:
            case Text():
                kind, more = "output_text", {"content_index": len(item.content), "logprobs": []}
            case Refusal():
                kind, more = "refusal", {"content_index": len(item.content)}
            case Reasoning():
                kind, more = "reasoning_summary_text", {"summary_index": 0}
            case _ if item.kind == "custom_tool_call":
                return out  # its argument must be whole before the text in it can be told
            case _:
                kind, more = "function_call_arguments", {}
        return out + self._of_item(f"response.{kind}.delta", delta=words, **more)

    def _cite(self, citation: Citation) -> bytes:
        item = self._item
        assert item is not None
        if not isinstance(item.part, Text):
            return b""
        out = b"" if item.telling else _OPENINGS[item.kind](self)
        item.telling = True
        item.citations.append(citation)
        place = {"content_index": len(item.content), "annotation_index": len(item.citations) - 1}
        note = annotation(citation, 0, sum(map(len, item.words)))
        return out + self._of_item("response.output_text.annotation.added", annotation=note, **place)

    def _begin_content(self) -> bytes:
        item = self._item
        assert item is not None
        out = b"" if item.content else self._added()
        empty = text_part(Refusal(text="") if isinstance(item.part, Refusal) else Text(text=""))
        return out + self._of_item("response.content_part.added", content_index=len(item.content), part=empty)

    def _end_content(self) -> bytes:
        item = self._item
        if item is None or not item.telling:
            return b""
        grown = item.grown()
        assert isinstance(grown, Text | Refusal)
        place = {"content_index": len(item.content)}
        if isinstance(grown, Refusal):
            out = self._of_item("response.refusal.done", refusal=grown.text, **place)
        else:
            out = self._of_item("response.output_text.done", text=grown.text, logprobs=[], **place)
        part = text_part(grown)
        out += self._of_item("response.content_part.done", part=part, **place)
        item.content.append(part)
        item.telling = False
        return out

    def _begin_summary(self) -> bytes:
        part = {"type": "summary_text", "text": ""}
        return self._of_item("response.reasoning_summary_part.added", summary_index=0, part=part)

    def _end_summary(self) -> bytes:
        item = self._item
        if item is None or not item.telling:
            return b""
        said = "".join(item.words)
        part = {"type": "summary_text", "text": said}
        out = self._of_item("response.reasoning_summary_text.done", summary_index=0, text=said)
        return out + self._of_item("response.reasoning_summary_part.done", summary_index=0, part=part)

    def _end_arguments(self) -> bytes:
        """A call without arguments has an empty object of them."""
        item = self._item
        assert item is not None
        out = b"" if item.words else self._words("{}")
        return out + self._of_item("response.function_call_arguments.done", arguments="".join(item.words))

    def _end_input(self) -> bytes:
        item = self._item
        assert item is not None
        grown = item.grown()
        assert isinstance(grown, ToolCall)
        said = free_text(grown)
        out = self._of_item("response.custom_tool_call_input.delta", delta=said)
        return out + self._of_item("response.custom_tool_call_input.done", input=said)

    def _no_opening(self) -> bytes:
        return b""


_OPENINGS = {
    "message": ResponsesEncoder._begin_content,
    "reasoning": ResponsesEncoder._begin_summary,
    "function_call": ResponsesEncoder._no_opening,
    "custom_tool_call": ResponsesEncoder._no_opening,
}
_CLOSINGS = {
    "message": ResponsesEncoder._end_content,
    "reasoning": ResponsesEncoder._end_summary,
    "function_call": ResponsesEncoder._end_arguments,
    "custom_tool_call": ResponsesEncoder._end_input,
}
