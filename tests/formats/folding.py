"""Streams put together again, as a client does that wants the whole answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sluice.base.outcome import Fault
from sluice.base.usage import NO_USAGE, Usage
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


@dataclass
class Folded:
    """A stream put together."""

    parts: dict[int, Any] = field(default_factory=dict)
    stop: Stop | None = None
    usage: Usage = NO_USAGE
    ended: bool = False
    fault: Fault | None = None

    def whole(self) -> tuple[tuple[Part, ...], Stop | None, Usage]:
        """What a whole answer would say."""
        return tuple(self.parts[index] for index in sorted(self.parts)), self.stop, self.usage


def fold(events: list[Event]) -> Folded:
    """Puts events together, checking their order."""
    folded, open_parts = Folded(), set[int]()
    for event in events:
        assert not folded.ended
        assert folded.fault is None
        match event:
            case Began():
                folded.usage = event.usage
            case PartBegan():
                assert event.index == len(folded.parts)
                folded.parts[event.index] = event.part
                open_parts.add(event.index)
            case PartGrew():
                assert event.index in open_parts
                folded.parts[event.index] = _grown(folded.parts[event.index], event)
            case PartEnded():
                open_parts.remove(event.index)
            case Stopped():
                folded.stop = event.stop
            case Used():
                folded.usage = event.usage
            case Ended():
                assert not open_parts
                folded.ended = True
            case Failed():
                folded.fault = event.fault
    return folded


def _grown(part: Any, event: PartGrew) -> Part:
    match part:
        case ToolCall():
            return ToolCall(id=part.id, name=part.name, arguments=part.arguments + event.text)
        case Reasoning():
            return Reasoning(text=part.text + event.text, signature=part.signature + event.signature)
        case Text() | Refusal():
            return type(part)(text=part.text + event.text)
    raise AssertionError(part)


def bare(part: Any) -> tuple[Any, ...]:
    """What a part says, without what only its protocol spells."""
    match part:
        case ToolCall():
            return (part.id, part.name, part.arguments)
        case Reasoning():
            return (part.text, part.signature)
    return (type(part), part.text)
