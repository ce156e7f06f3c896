"""Streams of every protocol: however they are cut, wherever they break, whatever they are told in."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.base.formats import Format
from sluice.base.outcome import Cause
from sluice.base.usage import Usage
from sluice.formats.canon import (
    Event,
    Part,
    PartBegan,
    PartEnded,
    PartGrew,
    Reasoning,
    Reply,
    Stop,
    Text,
    ToolCall,
)
from sluice.formats.codec import Codec, Voicing
from sluice.formats.codecs import CODECS
from sluice.formats.lines import OneAtATime
from sluice.formats.proofs import UNPROVEN
from sluice.formats.tell import events_of

from .folding import Folded, bare, fold

each = pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
MANY = settings(max_examples=40, deadline=None)
VOICE = Voicing(model="m", new_id="1", created_s=1)

words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
arguments = st.sampled_from(["{}", '{"a":1}', '{"city":"Paris","deep":{"x":[1,2.5,null]}}'])


@st.composite
def replies(draw: st.DrawFn) -> Reply:
    """An answer as most models give it: thought, text, calls."""
    parts: list[Part] = []
    if draw(st.booleans()):
        parts.append(Reasoning(text=draw(words), signature=draw(st.sampled_from(["", "c2ln"]))))
    if draw(st.booleans()):
        parts.append(Text(text=draw(words)))
    calls = draw(st.lists(st.tuples(words, arguments), max_size=3))
    parts += [ToolCall(id=f"call_{at}", name=name, arguments=told) for at, (name, told) in enumerate(calls)]
    stop = Stop.TOOLS if calls else draw(st.sampled_from([Stop.END, Stop.LENGTH, Stop.REFUSAL]))
    usage = Usage(input_tokens=draw(st.integers(5, 99)), output_tokens=draw(st.integers(1, 99)), cached_tokens=3)
    return Reply(source=Format.EMBEDDINGS, id="x", model="m", parts=tuple(parts), stop=stop, usage=usage)


def said(codec: Codec, reply: Reply) -> list[bytes]:
    """The stream of an answer, event by event."""
    encoder = codec.stream_encoder(VOICE)
    return [encoder.feed(event) for event in events_of(reply)]


def heard(codec: Codec, pieces: list[bytes]) -> Folded:
    """A stream decoded and put together."""
    decoder = codec.stream_decoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return fold(events + decoder.finish())


@each
@MANY
@given(reply=replies(), data=st.data())
def test_a_stream_is_the_same_however_it_is_cut(codec: Codec, reply: Reply, data: st.DataObject) -> None:
    body = b"".join(said(codec, reply))
    whole = heard(codec, [body])
    assert whole.ended
    assert heard(codec, [body[at : at + 1] for at in range(len(body))]) == whole
    places = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=8)))
    assert heard(codec, [body[a:b] for a, b in pairwise([0, *places, len(body)])]) == whole
    assert heard(codec, [body.replace(b"\n", b"\r\n")]) == whole


@each
@MANY
@given(reply=replies())
def test_a_stream_folded_is_the_whole_answer(codec: Codec, reply: Reply) -> None:
    written = codec.encode_reply(reply, VOICE)
    assert isinstance(written, bytes)
    unary = codec.decode_reply(written)
    assert isinstance(unary, Reply)
    parts, stop, usage = heard(codec, said(codec, reply)).whole()
    assert (stop, usage) == (unary.stop, unary.usage) == (reply.stop, reply.usage)
    assert [bare(part) for part in parts] == [bare(part) for part in unary.parts]


@each
@MANY
@given(reply=replies())
def test_a_stream_that_breaks_is_a_failure_with_what_was_told(codec: Codec, reply: Reply) -> None:
    pieces = [piece for piece in said(codec, reply) if piece]
    whole = heard(codec, pieces)
    for count in range(len(pieces)):
        broken = heard(codec, pieces[:count])
        if broken.ended:
            # The answer was whole; only the protocol's last word is missing.
            assert broken.stop == whole.stop
            continue
        assert broken.fault is not None
        assert broken.fault.cause is Cause.BROKEN
        assert all(index in whole.parts for index in broken.parts)


@each
@MANY
@given(reply=replies())
def test_a_stream_told_in_another_protocol_says_the_same(codec: Codec, reply: Reply) -> None:
    body = b"".join(said(codec, reply))
    for target in CODECS.values():
        encoder, decoder = target.stream_encoder(VOICE), codec.stream_decoder()
        told = b"".join([encoder.feed(event) for event in (*decoder.feed(body), *decoder.finish())])
        again, first = heard(target, [told]), heard(codec, [body])
        assert meant(again.whole()[0]) == meant(first.whole()[0])
        assert again.whole()[1:] == first.whole()[1:]


def meant(parts: tuple[Part, ...]) -> list[tuple[object, ...]]:
    """What parts say. Where a protocol wants a proof and there is none, a word says so: as good as no proof."""
    told = [bare(part) for part in parts]
    told = [(one[0], "") if one[1:] == (UNPROVEN,) else one for one in told]
    return [one for one in told if one != ("", "")]


def test_calls_whose_pieces_alternate_are_told_one_after_another() -> None:
    chunks = [
        '{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}',
        '{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":""}}',
        '{"index":1,"function":{"arguments":"{\\"y\\":"}}',
        '{"index":0,"function":{"arguments":"{\\"x\\":"}}',
        '{"index":1,"function":{"arguments":"2}"}}',
        '{"index":0,"function":{"arguments":"1}"}}',
    ]
    body = "".join(
        f'data: {{"id":"c","choices":[{{"index":0,"delta":{{"tool_calls":[{chunk}]}},"finish_reason":null}}]}}\n\n'
        for chunk in chunks
    )
    body += 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}\n\ndata: [DONE]\n\n'
    decoder = CODECS[Format.OPENAI_CHAT].stream_decoder()
    encoder = CODECS[Format.ANTHROPIC].stream_encoder(VOICE)
    told = b"".join([encoder.feed(event) for event in decoder.feed(body.encode())])
    folded = heard(CODECS[Format.ANTHROPIC], [told])
    assert [bare(part) for part in folded.whole()[0]] == [("a", "f", '{"x":1}'), ("b", "g", '{"y":2}')]
    assert folded.stop is Stop.TOOLS


@MANY
@given(st.permutations([0, 1, 2]), st.data())
def test_parts_side_by_side_keep_their_words(order: list[int], data: st.DataObject) -> None:
    pending: dict[int, list[Event]] = {
        index: [
            PartBegan(index=index, part=Text(text="")),
            PartGrew(index=index, text=f"{index}a"),
            PartGrew(index=index, text=f"{index}b"),
            PartEnded(index=index),
        ]
        for index in order
    }
    line, told, begun = OneAtATime(), list[Event](), list[int]()
    while pending:
        index = data.draw(st.sampled_from(sorted(pending)))
        event = pending[index].pop(0)
        assert isinstance(event, PartBegan | PartGrew | PartEnded)
        if isinstance(event, PartBegan):
            begun.append(index)
        told += line.feed(event)
        if not pending[index]:
            del pending[index]
    folded = fold(told)
    assert [folded.parts[at].text for at in range(3)] == [f"{index}a{index}b" for index in begun]
