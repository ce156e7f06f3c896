"""The Converse protocol: binary frames however they are cut, its streams as events, and what its answers mean."""

from __future__ import annotations

import json
import struct
from itertools import pairwise
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.base.errors import GatewayError
from sluice.base.outcome import Cause, Fault
from sluice.fake.aws import frame
from sluice.formats.anthropic.codec import MessagesCodec
from sluice.formats.canon import Ended, Failed, PartGrew, Reply, Stop, Stopped, Text, ToolCall, Used
from sluice.formats.codec import Abilities
from sluice.formats.converse.codec import ConverseCodec
from sluice.formats.converse.framing import BadFrame, FrameDecoder
from sluice.formats.converse.native import PassedConverse, check_reply
from sluice.formats.converse.write_blocks import call_id

CODEC = ConverseCodec()
names = st.text("abcdefgh:-", min_size=1, max_size=20)
payloads = st.dictionaries(st.text(max_size=5), st.text(max_size=20) | st.integers(), max_size=4)
bodies = st.lists(st.tuples(names, payloads), min_size=1, max_size=5)


@given(sent=bodies, data=st.data())
@settings(max_examples=60, deadline=None)
def test_frames_are_the_same_however_they_are_cut(sent: list[tuple[str, Any]], data: st.DataObject) -> None:
    body = b"".join(frame(name, payload) for name, payload in sent)
    places = data.draw(st.lists(st.integers(0, len(body)), max_size=6))
    for pieces in (
        [body],
        [body[at : at + 1] for at in range(len(body))],
        [body[a:b] for a, b in pairwise([0, *sorted(places), len(body)])],
    ):
        decoder = FrameDecoder()
        told = [one for piece in pieces for one in decoder.feed(piece)]
        assert [(one.headers[":event-type"], json.loads(one.payload)) for one in told] == sent
        assert not decoder.halfway


@given(payload=payloads, at=st.integers(0), bit=st.integers(0, 7))
@settings(max_examples=100, deadline=None)
def test_no_bit_of_a_frame_may_change(payload: Any, at: int, bit: int) -> None:
    body = bytearray(frame("messageStart", payload))
    body[at % len(body)] ^= 1 << bit
    decoder = FrameDecoder()
    with pytest.raises(BadFrame):
        list(decoder.feed(bytes(body) + bytes(4096)))


@given(data=st.binary(max_size=200))
def test_no_bytes_make_a_stream_fail_otherwise(data: bytes) -> None:
    parser = PassedConverse()
    parser.feed(data)
    parser.finish()
    assert parser.fault is not None
    assert parser.fault.cause in (Cause.SHAPE, Cause.BROKEN)
    assert not parser.done


def test_headers_of_every_type_are_passed_over() -> None:
    """Types and widths: wires.md 6.2; the frame is built by hand."""
    others = {0: b"", 1: b"", 2: b"x", 3: b"xx", 4: b"xxxx", 5: b"x" * 8, 6: b"\0\2xx", 8: b"x" * 8, 9: b"x" * 16}
    extra = b"".join(b"\1a" + bytes([kind]) + value for kind, value in others.items())
    plain = frame("messageStop", {"stopReason": "end_turn"})
    assert _with_headers(plain, extra) == next(FrameDecoder().feed(plain)).headers
    with pytest.raises(BadFrame):
        _with_headers(plain, b"\1a\x0c")  # a type nobody knows
    with pytest.raises(BadFrame):
        _with_headers(plain, b"\1a\7\0\x99")  # a text that goes on behind the headers


def _with_headers(plain: bytes, extra: bytes) -> Any:
    total, size = struct.unpack_from(">II", plain)
    headers, payload = plain[12 : 12 + size], plain[12 + size : -4]
    prelude = struct.pack(">II", total + len(extra), size + len(extra))
    whole = prelude + struct.pack(">I", crc32(prelude)) + extra + headers + payload
    return next(FrameDecoder().feed(whole + struct.pack(">I", crc32(whole)))).headers


def test_what_came_before_a_bad_frame_is_told() -> None:
    parser = PassedConverse()
    good = frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "Hi"}})
    assert b"Hi" in parser.feed(good + b"\0" * 16)
    assert parser.fault is not None
    assert parser.committed


def events_of(*frames: tuple[str, Any]) -> list[Any]:
    parser, decoder = PassedConverse(), CODEC.stream_decoder()
    told = parser.feed(b"".join(frame(name, payload) for name, payload in frames)) + parser.finish()
    return decoder.feed(told) + decoder.finish()


def test_usage_comes_after_the_end_and_may_stay_away() -> None:
    words = ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "Hi"}})
    stop = ("messageStop", {"stopReason": "stop_sequence", "additionalModelResponseFields": {"stop_sequence": "END"}})
    with_usage = events_of(words, stop, ("metadata", {"usage": {"inputTokens": 3, "outputTokens": 2}}))
    assert isinstance(with_usage[-2], Used)
    assert with_usage[-2].usage.input_tokens == 3
    without = events_of(words, stop)
    assert without[-2] == Stopped(stop=Stop.SEQUENCE, sequence="END")
    assert isinstance(without[-1], Ended)
    assert isinstance(with_usage[-1], Ended)


@pytest.mark.parametrize(
    ("word", "stop"),
    [
        ("end_turn", Stop.END),
        ("tool_use", Stop.TOOLS),
        ("max_tokens", Stop.LENGTH),
        ("guardrail_intervened", Stop.REFUSAL),
        ("content_filtered", Stop.REFUSAL),
        ("model_context_window_exceeded", Stop.CONTEXT),
        ("word_of_tomorrow", Stop.END),
    ],
)
def test_why_it_stopped(word: str, stop: Stop) -> None:
    body = {"output": {"message": {"role": "assistant", "content": [{"text": "Hi"}]}}, "stopReason": word}
    reply = CODEC.decode_reply(json.dumps(body).encode())
    assert isinstance(reply, Reply)
    assert (reply.stop, reply.parts) == (stop, (Text(text="Hi"),))
    assert events_of(("messageStop", {"stopReason": word}))[-2:-1] == [Stopped(stop=stop)]


def test_what_the_service_could_not_read_is_no_answer() -> None:
    body = {"output": {"message": {"content": []}}, "stopReason": "malformed_model_output"}
    assert isinstance(CODEC.decode_reply(json.dumps(body).encode()), Fault)
    assert isinstance(check_reply(json.dumps(body).encode()), Fault)
    parser = PassedConverse()
    parser.feed(frame("messageStop", {"stopReason": "malformed_model_output"}))
    assert parser.fault is not None
    assert not parser.committed


@pytest.mark.parametrize(
    "frames",
    [
        [("contentBlockDelta", {"delta": {"toolUse": {"input": "{"}}})],
        [("contentBlockStart", {"start": {"toolUse": {"name": "f"}}})],
        [("contentBlockDelta", {"delta": 3})],
        [("contentBlockStop", {"contentBlockIndex": "one"})],
    ],
)
def test_a_broken_order_is_a_failure(frames: list[tuple[str, Any]]) -> None:
    assert isinstance(events_of(*frames)[-1], Failed)


def test_citations_of_the_web_and_words_around_them() -> None:
    cited = {"title": "Cats", "location": {"web": {"url": "https://cats.example"}}}
    events = events_of(
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "A cat"}}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"citation": cited}}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"citation": {"location": {"documentPage": {}}}}}),
        ("messageStop", {"stopReason": "end_turn"}),
    )
    found = [event.citation for event in events if isinstance(event, PartGrew) and event.citation]
    assert [(citation.url, citation.title) for citation in found] == [("https://cats.example", "Cats")]
    content = [{"citationsContent": {"content": [{"text": "A cat"}], "citations": [cited, {"location": {}}]}}]
    reply = CODEC.decode_reply(json.dumps({"output": {"message": {"content": content}}}).encode())
    assert isinstance(reply, Reply)
    (part,) = reply.parts
    assert isinstance(part, Text)
    assert (part.text, [citation.url for citation in part.citations]) == ("A cat", ["https://cats.example"])


@given(identity=st.text(max_size=200))
def test_an_id_of_a_call_fits_and_stays_the_same(identity: str) -> None:
    told = call_id(identity)
    assert told == call_id(identity)
    assert 1 <= len(told) <= 64
    assert call_id(told) == told


def messages(*content: Any) -> bytes:
    turn = {"role": "user", "content": [*content, {"type": "text", "text": "?"}]}
    return json.dumps({"model": "m", "max_tokens": 9, "messages": [turn]}).encode()


def image(**source: str) -> dict[str, Any]:
    return {"type": "image", "source": source}


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (image(type="url", url="https://cats.example/a.png"), "send it as data"),
        (image(type="base64", media_type="image/tiff", data="SUkqAA=="), "image/tiff"),
        (image(type="file", file_id="f1"), "file_id"),
        ({"type": "document", "source": {"type": "url", "url": "https://x.example/a.pdf"}}, "url"),
        ({"type": "document", "source": {"type": "base64", "media_type": "video/mp4", "data": "AA=="}}, "video/mp4"),
        ({"type": "container_upload", "file_id": "f"}, "container_upload"),
    ],
)
def test_content_it_cannot_carry_is_refused_by_name(content: Any, word: str) -> None:
    with pytest.raises(GatewayError) as caught:
        CODEC.encode_request(MessagesCodec().decode_request(messages(content)))
    assert word in caught.value.message
    assert caught.value.param == "messages[0].content[0]"


def test_pictures_and_documents_in_a_bucket_stay_there() -> None:
    body = messages(
        image(type="url", url="s3://bucket/a.jpg"),
        {"type": "document", "source": {"type": "url", "url": "s3://bucket/a.pdf"}},
    )
    written = CODEC.encode_request(MessagesCodec().decode_request(body)).body
    first, second, _ = written["messages"][0]["content"]
    assert first["image"] == {"format": "jpeg", "source": {"s3Location": {"uri": "s3://bucket/a.jpg"}}}
    assert second["document"]["source"] == {"s3Location": {"uri": "s3://bucket/a.pdf"}}
    assert second["document"]["format"] == "pdf"


def test_a_model_that_decides_itself_how_much_to_think() -> None:
    body = json.loads(messages())
    body |= {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}, "temperature": 0.5}
    asked = MessagesCodec().decode_request(json.dumps(body).encode())
    written = CODEC.encode_request(asked, Abilities(own="claude", adaptive=True, sampling=False))
    own = written.body["additionalModelRequestFields"]
    assert own["thinking"]["type"] == "adaptive"
    assert own["output_config"] == {"effort": "max"}
    assert "temperature" in written.dropped


def test_a_call_without_arguments_has_empty_ones() -> None:
    body = {"output": {"message": {"content": [{"toolUse": {"toolUseId": "t", "name": "f"}}]}}}
    reply = CODEC.decode_reply(json.dumps(body).encode())
    assert isinstance(reply, Reply)
    assert reply.parts == (ToolCall(id="t", name="f", arguments="{}"),)
