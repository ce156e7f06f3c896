"""Every codec: there and back is the same, and no bytes make it fail in any other way than it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.base.outcome import Fault
from sluice.formats.canon import Failed, Reply
from sluice.formats.codec import Codec, Voicing
from sluice.formats.codecs import CODECS

from .conversations import chat_replies, chat_requests, messages_replies, messages_requests
from .gemini_conversations import gemini_replies, gemini_requests
from .responses_conversations import responses_replies, responses_requests

REQUESTS = {
    Format.OPENAI_CHAT: chat_requests(),
    Format.ANTHROPIC: messages_requests(),
    Format.OPENAI_RESPONSES: responses_requests(),
    Format.GEMINI: gemini_requests(),
}
REPLIES = {
    Format.OPENAI_CHAT: chat_replies(),
    Format.ANTHROPIC: messages_replies(),
    Format.OPENAI_RESPONSES: responses_replies(),
    Format.GEMINI: gemini_replies(),
}
each = pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
MANY = settings(max_examples=150, deadline=None)


def test_every_codec_is_tested() -> None:
    assert REQUESTS.keys() == REPLIES.keys() == CODECS.keys()


def told(do: Callable[[], Any]) -> Any:
    """What comes of it, or how it was refused."""
    try:
        return do()
    except GatewayError as error:
        return error


@each
@MANY
@given(data=st.data())
def test_a_request_decoded_and_encoded_is_itself(codec: Codec, data: st.DataObject) -> None:
    request = data.draw(REQUESTS[codec.format])
    written = codec.encode_request(codec.decode_request(msgspec.json.encode(request)))
    assert written.dropped == ()
    assert written.body == request


@each
@MANY
@given(data=st.data())
def test_an_answer_decoded_and_encoded_is_itself(codec: Codec, data: st.DataObject) -> None:
    answer = data.draw(REPLIES[codec.format])
    reply = codec.decode_reply(msgspec.json.encode(answer))
    assert isinstance(reply, Reply), reply
    written = codec.encode_reply(reply, Voicing(model=answer.get("model") or answer["modelVersion"]))
    assert isinstance(written, bytes)
    assert msgspec.json.decode(written) == answer


@each
@MANY
@given(data=st.data())
def test_a_request_of_another_protocol_is_said_or_refused_by_name(codec: Codec, data: st.DataObject) -> None:
    for source, requests in REQUESTS.items():
        request = CODECS[source].decode_request(msgspec.json.encode(data.draw(requests)))
        written = told(lambda request=request: codec.encode_request(request))
        if isinstance(written, GatewayError):
            assert written.status == 400
            assert written.param
        elif any(written.body.get(name) for name in ("messages", "input", "contents")):
            again = codec.decode_request(msgspec.json.encode(written.body))
            assert again.model == request.model


@each
@MANY
@given(data=st.data())
def test_an_answer_can_be_said_in_every_protocol(codec: Codec, data: st.DataObject) -> None:
    for source, replies in REPLIES.items():
        reply = CODECS[source].decode_reply(msgspec.json.encode(data.draw(replies)))
        assert isinstance(reply, Reply)
        written = codec.encode_reply(reply, Voicing(model="m", new_id="1"))
        if isinstance(written, Fault):
            assert source is not codec.format
            continue
        said = codec.decode_reply(written)
        assert isinstance(said, Reply)
        assert said.usage.input_tokens == reply.usage.input_tokens
        assert (said.stop is reply.stop) or source is not codec.format


hostile = st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "model", "messages", "content", "choices", "message", "delta", "role", "tool_calls", "index",
                 "usage", "content_block", "error", "text", "tools", "system", "source", "function",
                 "contents", "parts", "candidates", "functionCall", "finishReason"]
            ),
            inner | st.sampled_from(["message", "text", "user", "assistant", "message_start", "content_block_delta"]),
            max_size=5,
        )
    ),
    max_leaves=12,
).map(msgspec.json.encode)  # fmt: skip


@each
@MANY
@given(body=hostile)
def test_no_body_makes_a_codec_fail_otherwise(codec: Codec, body: bytes) -> None:
    assert isinstance(codec.decode_reply(body), Reply | Fault)
    answer = told(lambda: codec.decode_request(body))
    assert not isinstance(answer, GatewayError) or answer.status == 400


@each
@MANY
@given(pieces=st.lists(hostile | hostile.map(lambda body: b"data: " + body + b"\n\n"), max_size=5))
def test_no_stream_makes_a_codec_fail_otherwise(codec: Codec, pieces: list[bytes]) -> None:
    decoder = codec.stream_decoder()
    events = [event for piece in pieces for event in decoder.feed(piece)] + decoder.finish()
    for target in CODECS.values():
        encoder = target.stream_encoder(Voicing(model="m"))
        for event in events:
            encoder.feed(event)
    assert not any(isinstance(event, Failed) for event in events[:-1])
    assert decoder.feed(b"data: {}\n\n") == []
