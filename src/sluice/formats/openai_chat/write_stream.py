"""Canon events as a chat completions stream (wires.md 1.3, hazard 18): one id, role first, finish once, usage last."""

from __future__ import annotations

from typing import Any

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
from sluice.formats.free_text import CUSTOM, custom_in_chat, free_text
from sluice.formats.members import encode
from sluice.formats.openai_chat.answers import FINISHES, annotation, completion_id, thinking_block, write_usage
from sluice.formats.sse import encode_event

Json = dict[str, Any]


class _Open:
    """A part that is being told: what it was when it began, and what has grown since that its end must say."""

    __slots__ = ("citations", "number", "part", "signature", "start", "words")

    def __init__(self, part: Part, number: int, start: int) -> None:
        self.part = part
        self.number = number
        self.start = start
        self.words: list[str] = []
        self.signature = ""
        self.citations: list[Citation] = []


class ChatEncoder:
    """A StreamEncoder."""

    def __init__(self, voicing: Voicing) -> None:
        self._wants_usage = voicing.wants_usage
        self._custom = custom_in_chat(voicing.asked)
        self._head: Json = {
            "id": completion_id(voicing),
            "object": "chat.completion.chunk",
            "created": voicing.created_s,
            "model": voicing.model,
        }
        self._open: dict[int, _Open] = {}
        self._calls = 0
        self._characters = 0
        self._usage = NO_USAGE
        self._stop = Stop.END

    def feed(self, event: Event) -> bytes:
        """The bytes that say this event."""
        match event:
            case Began():
                self._usage = event.usage
                return self._delta({"role": "assistant", "content": ""})
            case PartBegan():
                return self._begin(event)
            case PartGrew():
                return self._grow(event)
            case PartEnded():
                return self._finish(event)
            case Used():
                self._usage = event.usage
            case Stopped():
                self._stop = event.stop
            case Ended():
                return self._end()
            case Failed():
                pass
        return b""

    def _delta(self, delta: Json, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        chunk = {**self._head, "choices": [choice]}
        return encode_event(encode({**chunk, "usage": None} if self._wants_usage else chunk))

    def _begin(self, event: PartBegan) -> bytes:
        part = event.part
        number = self._calls if isinstance(part, ToolCall) else 0
        self._open[event.index] = opened = _Open(part, number, self._characters)
        match part:
            case ToolCall() if part.name in self._custom:
                self._calls += 1
                opened.words.append(part.arguments)
                said = {"name": part.name, "input": ""}
                return self._delta({"tool_calls": [{"index": number, "id": part.id, "type": CUSTOM, CUSTOM: said}]})
            case ToolCall():
                self._calls += 1
                function = {"name": part.name, "arguments": part.arguments}
                call = {"index": number, "id": part.id, "type": "function", "function": function}
                if part.arguments:
                    opened.words.append(part.arguments)
                return self._delta({"tool_calls": [call]})
            case Text() | Reasoning() | Refusal():
                return self._words(opened, part.text)
            case _:
                return b""

    def _grow(self, event: PartGrew) -> bytes:
        opened = self._open.get(event.index)
        if opened is None:
            return b""
        opened.signature += event.signature
        if event.citation is not None:
            opened.citations.append(event.citation)
        return self._words(opened, event.text)

    def _words(self, opened: _Open, words: str) -> bytes:
        if not words:
            return b""
        opened.words.append(words)
        match opened.part:
            case ToolCall() as part if part.name in self._custom:
                return b""  # free text is in JSON here: told when it is whole
            case ToolCall():
                return self._delta({"tool_calls": [{"index": opened.number, "function": {"arguments": words}}]})
            case Reasoning():
                return self._delta({"reasoning_content": words})
            case Refusal():
                return self._delta({"refusal": words})
            case Text():
                self._characters += len(words)
                return self._delta({"content": words})
            case _:
                return b""

    def _finish(self, event: PartEnded) -> bytes:
        """What only the whole part can say: that a call has no arguments, what proves a thought, what a text cites."""
        opened = self._open.pop(event.index, None)
        match opened.part if opened is not None else None:
            case ToolCall() as part if opened is not None and part.name in self._custom:
                whole = ToolCall(id=part.id, name=part.name, arguments="".join(opened.words))
                return self._delta({"tool_calls": [{"index": opened.number, CUSTOM: {"input": free_text(whole)}}]})
            case ToolCall() if opened is not None and not opened.words:
                return self._words(opened, "{}")
            case Reasoning() as part if opened is not None:
                told = Reasoning(
                    text="".join(opened.words), signature=part.signature + opened.signature, sealed=part.sealed
                )
                block = thinking_block(told)
                return b"" if block is None else self._delta({"thinking_blocks": [block]})
            case Text() as part if opened is not None:
                cited = [*part.citations, *opened.citations]
                notes = [annotation(citation, opened.start, self._characters) for citation in cited]
                return self._delta({"annotations": notes}) if notes else b""
            case _:
                return b""

    def _end(self) -> bytes:
        out = self._delta({}, FINISHES[self._stop])
        if self._wants_usage and self._usage is not NO_USAGE:
            out += encode_event(encode({**self._head, "choices": [], "usage": write_usage(self._usage)}))
        return out + encode_event(b"[DONE]")
