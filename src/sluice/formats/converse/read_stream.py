"""A Converse stream as canon events: one handler for each event. It comes as server-sent events, named after the
frames they were (native.py)."""

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
from sluice.formats.converse.read_blocks import read_citation
from sluice.formats.converse.reply import malformed, met_sequence
from sluice.formats.converse.usage import is_malformed, read_stop, read_usage
from sluice.formats.reading import Unreadable, as_object, maybe_text, parse, text, whole
from sluice.formats.sse import SseDecoder, SseTooLong

Json = dict[str, Any]


class ConverseDecoder:
    """A StreamDecoder. State: whether the message began and stopped, the open block and its kind.

    A block of words has no beginning of its own: its first piece is one. The end of the body ends the answer, once
    its reason was told: usage comes after it.
    """

    def __init__(self) -> None:
        self._sse = SseDecoder()
        self._began = False
        self._stopped = False
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
                events += self._event(event.event.decode("utf-8", "replace"), event.data)
        return events

    def finish(self) -> list[Event]:
        """The body ended."""
        if self._over:
            return []
        if not self._stopped:
            return self._fail(Cause.BROKEN, "the upstream's stream ended before its answer did")
        self._over = True
        return [Ended()]

    def _fail(self, cause: Cause, message: str) -> list[Event]:
        self._over = True
        return [Failed(fault=Fault(cause=cause, message=message))]

    def _event(self, kind: str, data: bytes) -> list[Event]:
        handler = _HANDLERS.get(kind)
        if handler is None:
            return []
        try:
            events = [] if self._began else [Began(id="")]
            self._began = True
            return [*events, *handler(self, parse(data))]
        except Unreadable as wrong:
            return self._fail(Cause.SHAPE, f"the upstream's stream cannot be read: {wrong}")

    def _start(self, event: Json) -> list[Event]:
        return []

    def _block_start(self, event: Json) -> list[Event]:
        start = as_object(event.get("start"), "start")
        if start.get("toolUse") is None:
            return []  # an image, a tool's result: nothing that was asked for
        told = as_object(start["toolUse"], "toolUse")
        part = ToolCall(id=text(told, "toolUseId", "toolUse"), name=text(told, "name", "toolUse"), arguments="")
        return self._begin(part)

    def _block_delta(self, event: Json) -> list[Event]:
        delta = as_object(event.get("delta"), "delta")
        if isinstance(delta.get("text"), str):
            return self._grow(Text(text=""), text=delta["text"])
        if delta.get("toolUse") is not None:
            piece = maybe_text(as_object(delta["toolUse"], "toolUse"), "input")
            if self._open is None or self._kind is not ToolCall:
                raise Unreadable("toolUse", "begun before it grows")
            return [PartGrew(index=self._open, text=piece)] if piece else []
        if delta.get("reasoningContent") is not None:
            return self._thought(as_object(delta["reasoningContent"], "reasoningContent"))
        cited = read_citation(delta.get("citation"))
        if cited is None or self._open is None or self._kind is not Text:
            return []
        return [PartGrew(index=self._open, citation=cited)]

    def _thought(self, told: Json) -> list[Event]:
        sealed = maybe_text(told, "redactedContent")
        if sealed:
            return [*self._begin(Reasoning(sealed=sealed)), *self._close()]
        words, signature = maybe_text(told, "text"), maybe_text(told, "signature")
        return self._grow(Reasoning(), text=words, signature=signature) if words or signature else []

    def _grow(self, empty: Text | Reasoning, *, text: str = "", signature: str = "") -> list[Event]:
        if not (text or signature):
            return []
        events = [] if self._open is not None and self._kind is type(empty) else self._begin(empty)
        return [*events, PartGrew(index=self._parts - 1, text=text, signature=signature)]

    def _begin(self, part: Text | Reasoning | ToolCall) -> list[Event]:
        events = self._close()
        self._open, self._kind = self._parts, type(part)
        self._parts += 1
        return [*events, PartBegan(index=self._open, part=part)]

    def _close(self) -> list[Event]:
        at, self._open = self._open, None
        return [] if at is None else [PartEnded(index=at)]

    def _block_stop(self, event: Json) -> list[Event]:
        whole(event.get("contentBlockIndex"), "contentBlockIndex")
        return self._close()

    def _message_stop(self, event: Json) -> list[Event]:
        reason = event.get("stopReason")
        if is_malformed(reason):
            self._over = True
            return [Failed(fault=malformed(str(reason)))]
        self._stopped = True
        return [*self._close(), Stopped(stop=read_stop(reason), sequence=met_sequence(event))]

    def _metadata(self, event: Json) -> list[Event]:
        events: list[Event] = [Used(usage=read_usage(event.get("usage")))]
        if self._stopped:
            self._over = True
            events.append(Ended())
        return events


_HANDLERS: dict[str, Callable[[ConverseDecoder, Json], list[Event]]] = {
    "messageStart": ConverseDecoder._start,
    "contentBlockStart": ConverseDecoder._block_start,
    "contentBlockDelta": ConverseDecoder._block_delta,
    "contentBlockStop": ConverseDecoder._block_stop,
    "messageStop": ConverseDecoder._message_stop,
    "metadata": ConverseDecoder._metadata,
}
