"""A Converse stream as canon events: one handler for each event. It comes as server-sent events, named after the
frames they were (native.py)."""

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
from sluice.formats.converse.read_blocks import read_citation
from sluice.formats.converse.reply import malformed, met_sequence
from sluice.formats.converse.usage import is_malformed, read_stop, read_usage
from sluice.formats.events_in_order import OnePartAtATime
from sluice.formats.reading import Unreadable, as_object, maybe_text, parse, text, whole
from sluice.formats.sse import SseEvent

Json = dict[str, Any]


class ConverseDecoder(OnePartAtATime):
    """A StreamDecoder. State: whether the message began and stopped.

    A block of words has no beginning of its own: its first piece is one. The end of the body ends the answer, once
    its reason was told: usage comes after it.
    """

    def __init__(self) -> None:
        super().__init__(bare=False)
        self._began = False
        self._stopped = False

    def finish(self) -> list[Event]:
        """The body ended."""
        if self._over or not self._stopped:
            return super().finish()
        self._over = True
        return [Ended()]

    def _read(self, event: SseEvent) -> list[Event]:
        handler = _HANDLERS.get(event.event)
        if handler is None:
            return []
        events = [] if self._began else [Began(id="")]
        self._began = True
        return [*events, *handler(self, parse(event.data))]

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
        return self._grow(Reasoning(), text=words, signature=signature)

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


_HANDLERS: dict[bytes, Callable[[ConverseDecoder, Json], list[Event]]] = {
    b"messageStart": ConverseDecoder._start,
    b"contentBlockStart": ConverseDecoder._block_start,
    b"contentBlockDelta": ConverseDecoder._block_delta,
    b"contentBlockStop": ConverseDecoder._block_stop,
    b"messageStop": ConverseDecoder._message_stop,
    b"metadata": ConverseDecoder._metadata,
}
