"""Canon events as a stream of the Messages protocol: one block open at a time, every event with its name."""

from __future__ import annotations

from typing import Any

from sluice.base.usage import NO_USAGE
from sluice.formats.anthropic.blocks import BlockEncoder
from sluice.formats.anthropic.reply import message_id, spoken, write_citation
from sluice.formats.anthropic.usage import STOP_WORDS, write_usage
from sluice.formats.canon import (
    Began,
    Ended,
    Event,
    Failed,
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
from sluice.formats.codec import Told, Voicing
from sluice.formats.lines import OneAtATime
from sluice.formats.members import encode
from sluice.formats.proofs import UNPROVEN
from sluice.formats.sse import encode_event

Json = dict[str, Any]


def say(kind: str, **members: Any) -> bytes:
    """One event; clients drop those whose name stands only in the data."""
    return encode_event(encode({"type": kind, **members}), kind.encode())


class MessagesEncoder:
    """A StreamEncoder. Holds what the last words need: the stop reason and the usage."""

    def __init__(self, voicing: Voicing) -> None:
        self._voicing = voicing
        self._order = OneAtATime()
        self._blocks = BlockEncoder(native=True, told=Told())
        self._growth = ""
        self._proven = True
        self._usage = NO_USAGE
        self._stop = Stopped(stop=Stop.END)

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
                self._stop = event
            case Ended():
                return self._end()
            case Failed():
                pass
        return b""

    def _begin(self, event: Began) -> bytes:
        self._usage = event.usage
        message: Json = {
            "id": message_id(self._voicing),
            "type": "message",
            "role": "assistant",
            "model": self._voicing.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": write_usage(event.usage),
        }
        return say("message_start", message=message) + say("ping")

    def _part(self, event: Event) -> bytes:
        match event:
            case PartBegan():
                return self._start(event)
            case PartGrew():
                return self._grow(event)
            case PartEnded():
                proof = b"" if self._proven else self._sign(event.index, UNPROVEN)
                self._proven = True
                return proof + say("content_block_stop", index=event.index)
            case _:
                return b""

    def _start(self, event: PartBegan) -> bytes:
        """Texts and arguments begin empty: what a part brings along comes as its first piece."""
        part = event.part
        more = b""
        self._growth = _GROWTHS.get(type(part), "")
        match part:
            case Text() | Refusal():
                block: Json | None = {"type": "text", "text": ""}
                more = self._piece(event.index, part.text)
            case Reasoning(sealed=""):
                block = {"type": "thinking", "thinking": "", "signature": ""}
                more = self._piece(event.index, part.text)
                self._proven = False
                more += self._sign(event.index, part.signature) if part.signature else b""
            case ToolCall():
                block = {"type": "tool_use", "id": part.id, "name": part.name, "input": {}}
                more = self._piece(event.index, part.arguments)
            case _:
                block = self._blocks.block(spoken(part), "content")
        return say("content_block_start", index=event.index, content_block=block) + more

    def _grow(self, event: PartGrew) -> bytes:
        out = self._piece(event.index, event.text)
        if event.signature and self._growth == "thinking":
            out += self._sign(event.index, event.signature)
        if event.citation is not None and self._growth == "text":
            delta: Json = {"type": "citations_delta", "citation": write_citation(event.citation)}
            out += say("content_block_delta", index=event.index, delta=delta)
        return out

    def _sign(self, index: int, proof: str) -> bytes:
        self._proven = True
        return say("content_block_delta", index=index, delta={"type": "signature_delta", "signature": proof})

    def _piece(self, index: int, text: str) -> bytes:
        if not text or not self._growth:
            return b""
        kind = "input_json_delta" if self._growth == "partial_json" else f"{self._growth}_delta"
        return say("content_block_delta", index=index, delta={"type": kind, self._growth: text})

    def _end(self) -> bytes:
        delta = {"stop_reason": STOP_WORDS[self._stop.stop], "stop_sequence": self._stop.sequence}
        return say("message_delta", delta=delta, usage=write_usage(self._usage)) + say("message_stop")


_GROWTHS: dict[type, str] = {Text: "text", Refusal: "text", Reasoning: "thinking", ToolCall: "partial_json"}
"""The member that carries a block's growth; a sealed thought comes whole, and is never grown."""
