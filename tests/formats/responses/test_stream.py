"""The Responses protocol's streams: their order of events, and that they say what a whole answer says."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.base.formats import Format
from sluice.base.outcome import Cause
from sluice.base.usage import Usage
from sluice.formats.canon import (
    Citation,
    Ended,
    Event,
    Failed,
    Part,
    PartBegan,
    PartGrew,
    Reasoning,
    Refusal,
    Reply,
    Request,
    Stop,
    Stopped,
    Text,
    Tool,
    ToolCall,
    Used,
)
from sluice.formats.codec import Voicing
from sluice.formats.openai_responses.codec import ResponsesCodec
from sluice.formats.sse import SseDecoder, encode_event
from sluice.formats.tell import events_of

CODEC = ResponsesCodec()
ASKED = Request(
    source=Format.OPENAI_RESPONSES,
    model="m",
    turns=(),
    tools=(Tool(name="patch", extras={"type": "custom"}),),
    spelled={"metadata": {"a": "b"}, "temperature": 0.5, "previous_response_id": "resp_0"},
)
VOICING = Voicing(model="m", created_s=7, new_id="abc", asked=ASKED)
said = st.text(min_size=1, max_size=8)
parts: st.SearchStrategy[Part] = st.one_of(
    st.builds(Text, text=said, citations=st.just((Citation(url="https://x/", title="X"),)) | st.just(())),
    st.builds(Refusal, text=said),
    st.builds(Reasoning, text=said, signature=st.sampled_from(["", "sig"])),
    st.builds(ToolCall, id=said, name=st.just("f"), arguments=st.sampled_from(["", "{}", '{"a":1}', '{"a'])),
    st.builds(ToolCall, id=said, name=st.just("patch"), arguments=st.sampled_from(['{"input":"*** a"}', '{"inp'])),
)
replies = st.builds(
    Reply,
    source=st.just(Format.ANTHROPIC),
    id=st.just("x"),
    model=st.just("up"),
    parts=st.lists(parts, max_size=5).map(tuple),
    stop=st.sampled_from(Stop),
    usage=st.just(Usage(input_tokens=9, cached_tokens=4, output_tokens=5, reasoning_tokens=2)),
)


def told(reply: Reply) -> bytes:
    """The stream of an answer."""
    encoder = CODEC.stream_encoder(VOICING)
    return b"".join([encoder.feed(event) for event in events_of(reply)])


def events(stream: bytes) -> list[dict[str, Any]]:
    """What a stream says, each event under its own name."""
    found = []
    for event in SseDecoder().feed(stream):
        value = msgspec.json.decode(event.data)
        assert value["type"] == event.event.decode()
        found.append(value)
    return found


@settings(max_examples=50, deadline=None)
@given(reply=replies)
def test_a_stream_ends_with_the_whole_answer(reply: Reply) -> None:
    whole = CODEC.encode_reply(reply, VOICING)
    assert isinstance(whole, bytes)
    assert events(told(reply))[-1]["response"] == msgspec.json.decode(whole)


@settings(max_examples=50, deadline=None)
@given(reply=replies)
def test_the_pieces_of_a_stream_add_up_to_the_whole_answer(reply: Reply) -> None:
    stream = events(told(reply))
    items: list[dict[str, Any]] = []
    for event in stream:
        match event["type"].removeprefix("response."):
            case "output_item.added":
                assert event["output_index"] == len(items)
                items.append(event["item"])
            case "content_part.added":
                assert event["content_index"] == len(items[-1]["content"])
                items[-1]["content"].append(event["part"])
            case "output_text.delta":
                items[-1]["content"][event["content_index"]]["text"] += event["delta"]
            case "refusal.delta":
                items[-1]["content"][event["content_index"]]["refusal"] += event["delta"]
            case "output_text.annotation.added":
                items[-1]["content"][event["content_index"]]["annotations"].append(event["annotation"])
            case "reasoning_summary_part.added":
                items[-1]["summary"].append(event["part"])
            case "reasoning_summary_text.delta":
                items[-1]["summary"][event["summary_index"]]["text"] += event["delta"]
            case "function_call_arguments.delta":
                items[-1]["arguments"] += event["delta"]
            case "custom_tool_call_input.delta":
                items[-1]["input"] += event["delta"]
            case "output_item.done":
                # The proof of a thought and whether an item is complete are told at its end.
                late = {name: event["item"].get(name) for name in ("status", "encrypted_content") if name in items[-1]}
                assert {**items[-1], **late} == event["item"]
                items[-1] = event["item"]
        if "item_id" in event:
            assert event["item_id"] == items[-1]["id"]
    assert items == stream[-1]["response"]["output"]
    assert [event["sequence_number"] for event in stream] == list(range(len(stream)))


@settings(max_examples=50, deadline=None)
@given(reply=replies, data=st.data())
def test_a_stream_is_read_the_same_however_it_is_cut(reply: Reply, data: st.DataObject) -> None:
    stream = told(reply)
    whole = read([stream])
    assert read([stream[at : at + 1] for at in range(len(stream))]) == whole
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=4)))
    assert read([stream[a:b] for a, b in itertools.pairwise([0, *cuts, len(stream)])]) == whole
    assert isinstance(whole[-1], Ended)


@settings(max_examples=50, deadline=None)
@given(reply=replies)
def test_a_stream_that_is_read_is_the_whole_answer_that_is_read(reply: Reply) -> None:
    whole = CODEC.encode_reply(reply, VOICING)
    assert isinstance(whole, bytes)
    unary = CODEC.decode_reply(whole)
    assert isinstance(unary, Reply)
    stream = read([told(reply)])
    assert folded(stream) == [bare(part) for part in unary.parts]
    assert [event.stop for event in stream if isinstance(event, Stopped)] == [unary.stop]
    assert [event.usage for event in stream if isinstance(event, Used)] == [unary.usage]


@given(reply=replies, cut=st.integers(1, 200))
@settings(max_examples=80, deadline=None)
def test_a_stream_cut_short_is_a_fault(reply: Reply, cut: int) -> None:
    stream = told(reply)
    last = read([stream[: max(len(stream) - cut - 1, 0)]])[-1]
    assert isinstance(last, Failed)
    assert last.fault.cause is Cause.BROKEN


def read(pieces: list[bytes]) -> list[Event]:
    """The events of a stream that comes in pieces."""
    decoder = CODEC.stream_decoder()
    return [event for piece in pieces for event in decoder.feed(piece)] + decoder.finish()


def folded(stream: list[Event]) -> list[tuple[str, str, str]]:
    """The parts of a stream: kind, words, what else tells them apart."""
    found: dict[int, list[Any]] = {}
    for event in stream:
        if isinstance(event, PartBegan):
            found[event.index] = list(bare(event.part))
        elif isinstance(event, PartGrew):
            found[event.index][1] += event.text
            found[event.index][2] += event.signature + (event.citation.url if event.citation else "")
    return [(kind, words, more) for kind, words, more in found.values()]


def bare(part: Part) -> tuple[str, str, str]:
    """A part without what only its protocol knows."""
    match part:
        case Text():
            return "text", part.text, "".join(citation.url for citation in part.citations)
        case Refusal():
            return "refusal", part.text, ""
        case Reasoning():
            return "reasoning", part.text, part.signature
        case ToolCall():
            return part.name, part.arguments, part.id
        case _:
            raise AssertionError(part)


def test_the_order_of_events_is_the_one_clients_expect() -> None:
    reply = Reply(
        source=Format.OPENAI_CHAT,
        id="x",
        model="up",
        parts=(Reasoning(text="hm"), Text(text="hi"), ToolCall(id="c", name="f", arguments='{"a":1}')),
    )
    assert [event["type"].removeprefix("response.") for event in events(told(reply))] == [
        "created",
        "in_progress",
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]


@pytest.mark.parametrize(
    ("event", "cause"),
    [
        ({"type": "error", "code": "rate_limit_exceeded", "message": "slow down", "param": None}, Cause.RATE),
        ({"type": "error", "error": {"code": "server_error", "message": "oh"}}, Cause.SERVER),
        ({"type": "response.failed", "response": {"error": {"code": "server_error", "message": "oh"}}}, Cause.SERVER),
        ({"type": "response.failed", "response": {"status": "failed"}}, Cause.SERVER),
        ({"error": {"message": "oh", "type": "invalid_request_error"}}, Cause.REQUEST),
        ({"type": "response.created", "response": 1}, Cause.SHAPE),
    ],
)
def test_an_error_in_a_stream_is_a_fault_of_its_kind(event: dict[str, Any], cause: Cause) -> None:
    found = read([encode_event(msgspec.json.encode(event))])
    assert isinstance(found[-1], Failed)
    assert found[-1].fault.cause is cause
