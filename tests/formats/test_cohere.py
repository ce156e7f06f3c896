"""Cohere's chat protocol: what its streams and answers mean, and what its requests cannot carry."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluice.base.errors import GatewayError
from sluice.base.outcome import Cause, Fault
from sluice.formats.anthropic.codec import MessagesCodec
from sluice.formats.canon import Ended, Event, Failed, PartBegan, PartGrew, Reply, Stop, Stopped, Text
from sluice.formats.codec import Abilities
from sluice.formats.cohere.codec import CohereCodec
from sluice.formats.cohere.native import PassedCohere, check_reply
from sluice.formats.cohere.write_request import THINKS
from sluice.formats.openai_chat.codec import ChatCodec

CODEC = CohereCodec()


def stream(*events: dict[str, Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def heard(*events: dict[str, Any]) -> list[Event]:
    decoder = CODEC.stream_decoder()
    return decoder.feed(stream(*events)) + decoder.finish()


def delta(kind: str, **message: Any) -> dict[str, Any]:
    return {"type": kind, "index": 0, "delta": {"message": message}}


END = {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}}


@pytest.mark.parametrize(
    ("word", "stop"),
    [
        ("COMPLETE", Stop.END),
        ("STOP_SEQUENCE", Stop.SEQUENCE),
        ("MAX_TOKENS", Stop.LENGTH),
        ("TOOL_CALL", Stop.TOOLS),
        ("WORD_OF_TOMORROW", Stop.END),
    ],
)
def test_why_it_stopped(word: str, stop: Stop) -> None:
    body = {"id": "c", "finish_reason": word, "message": {"content": [{"type": "text", "text": "Hi"}]}}
    reply = CODEC.decode_reply(json.dumps(body).encode())
    assert isinstance(reply, Reply)
    assert (reply.stop, reply.parts) == (stop, (Text(text="Hi"),))
    assert Stopped(stop=stop) in heard({"type": "message-end", "delta": {"finish_reason": word}})


@pytest.mark.parametrize(("word", "cause"), [("ERROR", Cause.SERVER), ("TIMEOUT", Cause.TIMEOUT)])
def test_reasons_that_are_failures(word: str, cause: Cause) -> None:
    body = json.dumps({"finish_reason": word, "message": {"content": []}}).encode()
    for fault in (CODEC.decode_reply(body), check_reply(body)):
        assert isinstance(fault, Fault)
        assert fault.cause is cause
    parser = PassedCohere()
    parser.feed(stream({"type": "message-end", "delta": {"finish_reason": word, "error": "busy"}}))
    assert parser.fault == Fault(cause=cause, message="busy", status=200, code=word)
    assert not parser.done
    assert isinstance(heard({"type": "message-end", "delta": {"finish_reason": word}})[-1], Failed)


@pytest.mark.parametrize(
    "event",
    [
        delta("tool-call-delta", tool_calls={"function": {"arguments": "{"}}),
        delta("tool-call-start", tool_calls={"function": {"name": "f"}}),
        {"type": "content-delta", "delta": []},
        {"type": "message-end"},
    ],
)
def test_a_broken_order_is_a_failure(event: dict[str, Any]) -> None:
    assert isinstance(heard(event)[-1], Failed)


def test_a_text_without_a_beginning_and_a_citation_beside_it() -> None:
    cited = {"text": "cat", "sources": [{"type": "tool", "document": {"url": "https://cats.example", "title": "Cats"}}]}
    events = heard(
        delta("content-delta", content={"text": "A cat"}),
        delta("citation-start", citations=cited),
        {"type": "debug", "anything": 1},
        END,
    )
    (began,) = [event for event in events if isinstance(event, PartBegan)]
    assert began.part == Text(text="")
    (citation,) = [event.citation for event in events if isinstance(event, PartGrew) and event.citation]
    assert (citation.url, citation.title, citation.quote) == ("https://cats.example", "Cats", "cat")
    assert isinstance(events[-1], Ended)


def test_an_error_in_place_of_an_event() -> None:
    parser = PassedCohere()
    parser.feed(b'data: {"message":"internal server error","id":"e"}\n\n')
    assert parser.fault is not None
    assert parser.fault.message == "internal server error"


def chat(**members: Any) -> Any:
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}], **members}
    return ChatCodec().decode_request(json.dumps(body).encode())


def test_efforts_are_budgets_and_none_is_none() -> None:
    able = Abilities(own=THINKS)
    assert CODEC.encode_request(chat(reasoning_effort="none"), able).body["thinking"] == {"type": "disabled"}
    told = CODEC.encode_request(chat(reasoning_effort="high"), able).body["thinking"]
    assert told == {"type": "enabled", "token_budget": 16_384}
    assert CODEC.encode_request(chat(reasoning_effort="high")).dropped == ("reasoning_effort",)


@pytest.mark.parametrize(
    "content",
    [
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERg=="}},
        {"type": "image", "source": {"type": "file", "file_id": "f"}},
        {"type": "tool_result", "tool_use_id": "t", "content": [
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}]},
        {"type": "container_upload", "file_id": "f"},
    ],
)  # fmt: skip
def test_content_it_cannot_carry_is_refused_by_name(content: Any) -> None:
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": [content]}]}
    with pytest.raises(GatewayError) as caught:
        CODEC.encode_request(MessagesCodec().decode_request(json.dumps(body).encode()))
    assert caught.value.status == 400
    assert (caught.value.param or "").startswith("messages[0].content")


def test_several_answers_are_refused() -> None:
    with pytest.raises(GatewayError) as caught:
        CODEC.encode_request(chat(n=2))
    assert caught.value.param == "n"
