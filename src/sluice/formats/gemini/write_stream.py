"""Canon events as a stream of the generateContent protocol, framed as events (wires.md 3.3, hazard 33): words as they
grow, calls whole, the reason and the usage in the last piece."""

from __future__ import annotations

from typing import Any

from sluice.base.errors import GatewayError
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
from sluice.formats.gemini.reply import closing, write_citation
from sluice.formats.gemini.signatures import NEVER_SIGNED
from sluice.formats.gemini.usage import MALFORMED, STOP_WORDS
from sluice.formats.gemini.write_parts import write_call, write_thought
from sluice.formats.members import encode
from sluice.formats.sse import encode_event

Json = dict[str, Any]


class _Open:
    """A part that is being told: what it was when it began, and what its end must say."""

    __slots__ = ("citations", "part", "signature", "start", "words")

    def __init__(self, part: Part, start: int) -> None:
        self.part = part
        self.start = start
        self.words: list[str] = []
        self.signature = ""
        self.citations: list[Citation] = []


class GeminiEncoder:
    """A StreamEncoder."""

    def __init__(self, voicing: Voicing) -> None:
        self._voicing = voicing
        self._open: dict[int, _Open] = {}
        self._length = 0
        self._cited: list[Json] = []
        self._usage = NO_USAGE
        self._stop = Stop.END
        self._malformed = False
        self._called = False

    def feed(self, event: Event) -> bytes:
        """The bytes that say this event."""
        match event:
            case PartBegan():
                return self._begin(event)
            case PartGrew():
                return self._grow(event)
            case PartEnded():
                return self._finish(event)
            case Began() | Used():
                self._usage = event.usage
            case Stopped():
                self._stop = event.stop
            case Ended():
                return self._end()
            case Failed():
                pass
        return b""

    def _say(self, part: Json) -> bytes:
        candidate = {"content": {"parts": [part], "role": "model"}, "index": 0}
        return encode_event(encode({"candidates": [candidate], **closing(NO_USAGE, self._voicing)}))

    def _begin(self, event: PartBegan) -> bytes:
        part = event.part
        self._open[event.index] = opened = _Open(part, self._length)
        match part:
            case ToolCall():
                opened.words.append(part.arguments)
                return b""
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
        match opened.part:
            case Text() | Refusal():
                self._length += len(words.encode())
                return self._say({"text": words})
            case Reasoning():
                return self._say({"text": words, "thought": True})
            case ToolCall():
                opened.words.append(words)
                return b""
            case _:
                return b""

    def _finish(self, event: PartEnded) -> bytes:
        """What only the whole part can say: a call, what proves a thought, what a text cites."""
        opened = self._open.pop(event.index, None)
        if opened is None:
            return b""
        match opened.part:
            case ToolCall() as part:
                return self._call(part, "".join(opened.words))
            case Reasoning() as part:
                proof = Reasoning(signature=part.signature + opened.signature, sealed=part.sealed)
                return self._say(write_thought(proof)) if proof.signature or proof.sealed else b""
            case Text() as part:
                cited = (*part.citations, *opened.citations)
                self._cited += [write_citation(citation, opened.start, self._length) for citation in cited]
        return b""

    def _call(self, part: ToolCall, arguments: str) -> bytes:
        """Arguments that were cut off, or are none, cannot be told as an object: the last piece tells of it."""
        try:
            call = write_call(ToolCall(id=part.id, name=part.name, arguments=arguments), "arguments")
        except GatewayError:
            self._malformed = True
            return b""
        first, self._called = not self._called, True
        return self._say({"functionCall": call, **({"thoughtSignature": NEVER_SIGNED} if first else {})})

    def _end(self) -> bytes:
        word = STOP_WORDS[self._stop]
        candidate: Json = {
            "content": {"parts": [{"text": ""}], "role": "model"},
            "finishReason": MALFORMED if self._malformed and self._stop is not Stop.LENGTH else word,
            "index": 0,
        }
        if self._cited:
            candidate["citationMetadata"] = {"citations": self._cited}
        return encode_event(encode({"candidates": [candidate], **closing(self._usage, self._voicing)}))
