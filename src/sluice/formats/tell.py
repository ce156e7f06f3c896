"""A whole answer told as a stream: the events it would have come in."""

from __future__ import annotations

from sluice.base.outcome import Fault
from sluice.formats.canon import (
    Began,
    Ended,
    Event,
    Part,
    PartBegan,
    PartEnded,
    PartGrew,
    Reasoning,
    Refusal,
    Reply,
    Stopped,
    Text,
    ToolCall,
    Used,
)
from sluice.formats.codec import Codec, UpstreamCodec, Voicing


def events_of(reply: Reply) -> list[Event]:
    """The events of an answer, each part in one piece."""
    events: list[Event] = [Began(id=reply.id)]
    for index, part in enumerate(reply.parts):
        events += _part(index, part)
    return [*events, Used(usage=reply.usage), Stopped(stop=reply.stop, sequence=reply.sequence), Ended()]


def _part(index: int, part: Part) -> list[Event]:
    empty: Part
    match part:
        case Text():
            empty, grown = Text(text=""), [PartGrew(index=index, text=part.text)]
            grown += [PartGrew(index=index, citation=citation) for citation in part.citations]
        case Refusal():
            empty, grown = Refusal(text=""), [PartGrew(index=index, text=part.text)]
        case Reasoning(sealed=""):
            empty, grown = Reasoning(), [PartGrew(index=index, text=part.text, signature=part.signature)]
        case ToolCall():
            empty = ToolCall(id=part.id, name=part.name, arguments="")
            grown = [PartGrew(index=index, text=part.arguments)]
        case _:
            empty, grown = part, []
    return [PartBegan(index=index, part=empty), *grown, PartEnded(index=index)]


def as_stream(body: bytes, source: UpstreamCodec, target: Codec, voicing: Voicing) -> bytes | Fault:
    """A whole answer in ``source``'s protocol as a whole stream in ``target``'s."""
    reply = source.decode_reply(body)
    if isinstance(reply, Fault):
        return reply
    encoder = target.stream_encoder(voicing)
    return b"".join([encoder.feed(event) for event in events_of(reply)])
