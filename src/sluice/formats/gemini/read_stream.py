"""A stream of the generateContent protocol as canon events (wires.md 3.3): each piece holds new parts only.

There is no end but that of the body: an answer is whole when a piece told why it stopped.
"""

from __future__ import annotations

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
    Stop,
    Stopped,
    Text,
    ToolCall,
    Used,
)
from sluice.formats.gemini.errors import read_error
from sluice.formats.gemini.names import named
from sluice.formats.gemini.read_parts import PartReader
from sluice.formats.gemini.reply import call_seed, citations, failed, is_blocked
from sluice.formats.gemini.signatures import is_own
from sluice.formats.gemini.usage import read_stop, read_usage
from sluice.formats.reading import Unreadable, as_list, maybe_text, parse
from sluice.formats.sse import SseDecoder, SseTooLong

Json = dict[str, Any]


class GeminiDecoder:
    """A StreamDecoder. State: the open text or thought (if any), whether calls were made, the stop once told."""

    def __init__(self) -> None:
        self._sse = SseDecoder(bare=True)
        self._reader: PartReader | None = None
        self._over = False
        self._parts = 0
        self._open: int | None = None
        self._kind: type[Part] = Text
        self._called = False
        self._reason: object = None
        self._blocked = False
        self._cited: set[str] = set()

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
                events += self._piece(block.data)
        return events

    def finish(self) -> list[Event]:
        """The body ended."""
        if self._over:
            return []
        if self._reason is None and not self._blocked:
            return self._fail(Fault(cause=Cause.BROKEN, message="the upstream's stream ended before its answer did"))
        self._over = True
        stop = Stop.REFUSAL if self._blocked else read_stop(self._reason, called=self._called)
        return [*self._close(), Stopped(stop=stop), Ended()]

    def _fail(self, fault: Fault) -> list[Event]:
        self._over = True
        return [Failed(fault=fault)]

    def _piece(self, data: bytes) -> list[Event]:
        try:
            piece = parse(data)
            if piece.get("error"):
                return self._fail(read_error(200, WireHead(200), data))
            return self._read(piece)
        except Unreadable as wrong:
            message = f"the upstream's stream cannot be read: {wrong}"
            return self._fail(Fault(cause=Cause.SHAPE, message=message))

    def _read(self, piece: Json) -> list[Event]:
        events: list[Event] = []
        if self._reader is None:
            identity = maybe_text(piece, "responseId")
            self._reader = PartReader(call_seed(identity))
            events.append(Began(id=identity))
        self._blocked = self._blocked or is_blocked(piece)
        given = piece.get("candidates")
        for value in [] if given is None else as_list(given, "candidates"):
            candidate = named(value, "candidates[0]")
            if not candidate.get("index"):
                events += self._candidate(candidate, self._reader)
        if isinstance(piece.get("usageMetadata"), dict) and not self._over:
            events.append(Used(usage=read_usage(piece["usageMetadata"])))
        return events

    def _candidate(self, candidate: Json, reader: PartReader) -> list[Event]:
        failure = failed(candidate)
        if failure is not None:
            return self._fail(failure)
        events: list[Event] = []
        content = named(candidate["content"], "content") if candidate.get("content") is not None else {}
        given = content.get("parts")
        for at, value in enumerate([] if given is None else as_list(given, "parts")):
            for part in reader.part(value, f"parts[{at}]"):
                events += self._part(part)
        self._reason = candidate.get("finishReason") or self._reason
        if self._open is not None and self._kind is Text:
            for citation in citations(candidate):
                if citation.url not in self._cited:
                    self._cited.add(citation.url)
                    events.append(PartGrew(index=self._open, citation=citation))
        return events

    def _part(self, part: Part) -> list[Event]:
        match part:
            case Text():
                return self._said(Text, part.text)
            case Reasoning(sealed="", signature=""):
                return self._said(Reasoning, part.text)
            case Reasoning(sealed=""):
                # Another maker's proof comes behind the words it proves; this protocol's own, before what came of them.
                goes_on = self._open is not None and self._kind is Reasoning and not is_own(part)
                events = self._said(Reasoning, part.text) if part.text or goes_on else self._begin(Reasoning())
                return [*events, PartGrew(index=self._parts - 1, signature=part.signature), *self._close()]
            case ToolCall():
                self._called = True
                empty = ToolCall(id=part.id, name=part.name, arguments="")
                events = self._begin(empty)
                return [*events, PartGrew(index=self._parts - 1, text=part.arguments), *self._close()]
            case _:
                return [*self._begin(part), *self._close()]

    def _said(self, kind: type[Text] | type[Reasoning], words: str) -> list[Event]:
        if not words:
            return []
        events = [] if self._open is not None and self._kind is kind else self._begin(kind(text=""))
        return [*events, PartGrew(index=self._parts - 1, text=words)]

    def _begin(self, part: Part) -> list[Event]:
        events = self._close()
        self._open, self._kind = self._parts, type(part)
        self._parts += 1
        return [*events, PartBegan(index=self._open, part=part)]

    def _close(self) -> list[Event]:
        at, self._open = self._open, None
        return [] if at is None else [PartEnded(index=at)]
