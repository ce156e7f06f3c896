"""Hazards 17 to 19 and 31 to 40 of the list of what conversions lose or get wrong: answers, streams, the wire."""

from __future__ import annotations

import json
import re

import pytest
from tests.conformance.cells import CLIENTS, call_of, hear, spoken
from tests.conformance.questions import QUESTIONS
from tests.conformance.wires import Wire, wires

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.base.outcome import Cause, Reply
from sluice.base.usage import NO_USAGE
from sluice.base.wire import WireHead
from sluice.formats.canon import ToolCall
from sluice.formats.openai_chat.usage import read_usage

from .kit import (
    CHAT,
    GEMINI,
    MESSAGES,
    RESPONSES,
    Json,
    assistant,
    at,
    chat,
    chunk,
    completion,
    events,
    failed,
    folded,
    google,
    message,
    refused,
    result,
    said,
    sent,
    sse,
    stream,
    user,
    whole,
)

each_client = pytest.mark.parametrize("client", CLIENTS, ids=str)
SPOKEN = [wire for wire in wires().values() if wire.format is not None]
each_spoken = pytest.mark.parametrize("wire", SPOKEN, ids=lambda wire: wire.name)
USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
HELLO = [chunk({"role": "assistant", "content": ""}), chunk({"content": "Hello"}), chunk({}, "stop")]


def test_hazard_17_usage_when_streaming() -> None:
    usage = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "up", "choices": [], "usage": USAGE}
    upstream = sse(*HELLO, usage, done=True)
    for client in CLIENTS:
        call = call_of(client, at("openai_chat"), QUESTIONS["text"][client], stream=True)
        asked = spoken(client, at("openai_chat")).request(call.changed(wants_usage=False), "key")
        assert isinstance(asked.body, bytes)
        assert json.loads(asked.body)["stream_options"]["include_usage"] is True, "always asked of the upstream"
    quiet = spoken(CHAT, at("openai_chat")).stream(
        call_of(CHAT, at("openai_chat"), chat(), stream=True).changed(wants_usage=False), _events_head()
    )
    assert quiet is not None
    out = quiet.feed(upstream) + quiet.finish()
    assert b'"usage":{' not in out.replace(b" ", b""), "and hidden from a client that did not ask"
    assert quiet.usage.output_tokens == 2
    for client in (MESSAGES, RESPONSES, GEMINI):
        assert folded(client, at("openai_chat"), upstream).usage.input_tokens == 5
    told, _ = stream(MESSAGES, at("openai_chat"), upstream)
    deltas = [event for event in events(told) if event["type"] == "message_delta"]
    assert deltas[0]["usage"]["input_tokens"] == 5, "the true count comes last, where clients let it win"
    _, parser = stream(MESSAGES, at("openai_chat"), sse(*HELLO, done=True))
    assert (parser.usage, parser.output_bytes) == (NO_USAGE, 5), "nothing told: counted from what was said"


def _events_head() -> WireHead:
    return at("openai_chat").answers["text"].stream_head


def test_hazard_18_chunk_hygiene() -> None:
    def call(index: int, identity: str | None, name: str | None, words: str) -> Json:
        function = {"arguments": words, **({"name": name} if name is not None else {})}
        return {
            "index": index,
            **({"id": identity} if identity is not None else {}),
            "type": "function",
            "function": function,
        }

    messy = [
        {"choices": [{"index": 0, "delta": {"content": "Hm"}, "finish_reason": ""}], "id": "a"},
        {"choices": [{"index": 0, "delta": {"tool_calls": [call(0, "c0", "f", '{"a"')]}}], "id": "b"},
        {"choices": [{"index": 0, "delta": {"tool_calls": [call(0, "c0", "f", ":1}")]}}], "id": "b"},
        {"choices": [{"index": 0, "delta": {"tool_calls": [call(0, "c1", "g", "{}")]}}], "id": "b"},
        {"choices": [{"index": 0, "delta": {"tool_calls": [call(0, "", "", "")]}, "finish_reason": "stop"}], "id": "b"},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "id": "b"},
    ]
    for client in CLIENTS:
        found = folded(client, at("openai_chat"), sse(*messy, done=True))
        calls = [part for part in found.parts.values() if isinstance(part, ToolCall)]
        assert [(one.name, json.loads(one.arguments)) for one in calls] == [("f", {"a": 1}), ("g", {})], client
    out, _ = stream(CHAT, at("openai_chat"), sse(*messy, done=True))
    told = events(out)
    assert len({event["id"] for event in told}) == len({event["model"] for event in told}) == 1
    assert told[0]["choices"][0]["delta"]["role"] == "assistant"
    assert [event["choices"][0].get("finish_reason") for event in told].count("tool_calls") == 1
    blocks = message(
        {"type": "text", "text": "Hm"}, {"type": "tool_use", "id": "t0", "name": "f", "input": {}}, stop="tool_use"
    )
    (made,) = whole(CHAT, at("anthropic"), blocks)["choices"][0]["message"]["tool_calls"]
    assert made["function"] == {"name": "f", "arguments": "{}"}


def test_hazard_19_arguments_string_vs_object() -> None:
    exact = '{"z":1.10,"a":12345678901234567890,"deep":[1e2]}'
    for wire in ("anthropic", "gemini"):
        body = said(CHAT, at(wire), chat(user("Hi"), assistant(("c0", "f"), arguments=exact), result("c0"))).sent
        assert exact.encode() in body, "numbers and order as they are written"
        empty = sent(CHAT, at(wire), chat(user("Hi"), assistant(("c0", "f"), arguments=""), result("c0")))
        assert '{"a"' not in json.dumps(empty)
        wrong = refused(CHAT, at(wire), chat(user("Hi"), assistant(("c0", "f"), arguments='{"a":'), result("c0")))
        assert (wrong.status, wrong.param is None) == (400, False)
    call = {"id": "c0", "type": "function", "function": {"name": "f", "arguments": '{"a":'}}
    cut = completion({"tool_calls": [call]}, "length")
    for client in (MESSAGES, GEMINI):
        assert failed(client, at("openai_chat"), cut).cause is Cause.SHAPE, "no object to tell: an upstream's fault"
    delta = {"tool_calls": [{"index": 0, **call}]}
    out, parser = stream(MESSAGES, at("openai_chat"), sse(chunk(delta), chunk({}, "length"), done=True))
    assert parser.done
    pieces = [event["delta"].get("partial_json", "") for event in events(out) if event["type"] == "content_block_delta"]
    assert "".join(pieces) == '{"a":', "as far as it came"


def test_hazard_31_responses_over_chat() -> None:
    asked = {
        "model": "m",
        "instructions": "Be kind.",
        "input": [{"role": "developer", "content": "Be brief."}, user("Hi")],
    }
    roles = [turn["role"] for turn in sent(RESPONSES, at("openai_chat"), asked)["messages"]]
    assert roles == ["system", "developer", "user"]
    unknown = {"model": "m", "input": [{"type": "computer_call", "id": "x"}]}
    assert refused(RESPONSES, at("openai_chat"), unknown).status == 400
    call = {"index": 0, "id": "c0", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    pieces = [
        chunk({"reasoning_content": "Hm."}),
        chunk({"content": "Hi"}),
        chunk({"tool_calls": [call]}),
        chunk({}, "tool_calls"),
    ]
    out, _ = stream(RESPONSES, at("openai_chat"), sse(*pieces, done=True))
    assert b"[DONE]" not in out
    told = events(out)
    assert [event["sequence_number"] for event in told] == list(range(len(told)))
    assert all(f"event: {event['type']}\n".encode() in out for event in told)
    items = {
        event["output_index"]: event["item"]["id"] for event in told if event["type"] == "response.output_item.added"
    }
    for event in told:
        identity = event.get("item_id") or (event.get("item") or {}).get("id")
        assert identity in (None, items.get(event.get("output_index", -1)))
    assert [item["id"] for item in told[-1]["response"]["output"]] == list(items.values())
    assert {"input_tokens", "output_tokens"} <= folded_usage(told[-1])


def folded_usage(event: Json) -> set[str]:
    """The names of the counts in the last event, or the ones it would have."""
    return set(event["response"]["usage"] or {"input_tokens": 0, "output_tokens": 0})


def test_hazard_32_messages_over_chat() -> None:
    def piece(index: int, words: str, **head: str) -> Json:
        name = {"name": head["name"]} if head else {}
        begun = {"id": head["id"], "type": "function"} if head else {}
        return chunk({"tool_calls": [{"index": index, **begun, "function": {**name, "arguments": words}}]})

    mixed = [
        chunk({"reasoning_content": "Hm."}), chunk({"content": "Hi"}),
        piece(0, '{"a"', id="c0", name="f"), piece(1, '{"b"', id="c1", name="g"), piece(0, ":1}"), piece(1, ":2}"),
        chunk({}, "tool_calls"),
    ]  # fmt: skip
    out, _ = stream(MESSAGES, at("openai_chat"), sse(*mixed, done=True))
    told = events(out)
    assert [event["type"] for event in told][:2] == ["message_start", "ping"]
    open_block: int | None = None
    for event in told:
        if event["type"] == "content_block_start":
            assert open_block is None, "one block at a time"
            open_block = event["index"]
        elif event["type"] == "content_block_delta":
            assert event["index"] == open_block
        elif event["type"] == "content_block_stop":
            open_block = None
    kinds = [event["content_block"]["type"] for event in told if event["type"] == "content_block_start"]
    assert kinds == ["thinking", "text", "tool_use", "tool_use"]
    assert told[-2]["delta"]["stop_reason"] == "tool_use"
    found = folded(MESSAGES, at("openai_chat"), sse(*mixed, done=True))
    assert [part.arguments for part in found.parts.values() if isinstance(part, ToolCall)] == ['{"a":1}', '{"b":2}']


def test_hazard_33_gemini_client_over_chat() -> None:
    call = {"index": 0, "id": "c0", "type": "function", "function": {"name": "f", "arguments": '{"a"'}}
    more = {"index": 0, "function": {"arguments": ":1}"}}
    usage = {"id": "c", "choices": [], "usage": USAGE}
    upstream = sse(
        chunk({"tool_calls": [call]}), chunk({"tool_calls": [more]}), chunk({}, "tool_calls"), usage, done=True
    )
    out, _ = stream(GEMINI, at("openai_chat"), upstream)
    told = events(out)
    parts = [part for event in told for part in event["candidates"][0]["content"]["parts"]]
    assert [part["functionCall"] for part in parts if "functionCall" in part] == [
        {"id": "c0", "name": "f", "args": {"a": 1}}
    ]
    assert told[-1]["usageMetadata"] == {"promptTokenCount": 5, "candidatesTokenCount": 2, "totalTokenCount": 7}
    assert told[-1]["candidates"][0]["finishReason"] == "STOP"
    assert b"[DONE]" not in out
    assert not re.search(rb'"[a-z]+_[a-z_]+":', out), "names in camel case"


@each_client
def test_hazard_34_model_name_in_answers(client: Format) -> None:
    named = 0
    for wire in wires().values():
        told = [hear(client, wire, name) for name, answer in wire.answers.items() if answer.whole is not None]
        for reply in [one for one in told if isinstance(one, Reply)]:
            answer = json.loads(reply.body)
            assert answer.get("model", answer.get("modelVersion")) == "m", wire.name
            named += 1
    assert named > len(wires())


@each_client
@each_spoken
def test_hazard_35_headers(client: Format, wire: Wire) -> None:
    names = (b"authorization", b"cookie", b"host", b"x-stainless-lang", b"x-api-key", b"anthropic-beta", b"openai-beta")
    call = call_of(client, wire, QUESTIONS["text"][client]).changed(headers=tuple((name, b"CLIENT") for name in names))
    request = spoken(client, wire).request(call, "upstream-key")
    passed = {name for name, value in request.headers if value == b"CLIENT"}
    beta = {MESSAGES: {b"anthropic-beta"}, CHAT: {b"openai-beta"}}.get(client, set())
    assert passed <= (beta if client is wire.format else set())


@each_client
@each_spoken
def test_hazard_36_failover_after_first_byte(client: Format, wire: Wire) -> None:
    told = wire.answers["text"].stream
    assert told is not None
    blocks = told.split(b"\n\n")
    first = next(at for at, block in enumerate(blocks) if b"Hel" in block)
    before = b"".join(block + b"\n\n" for block in blocks[:first])
    _, parser = stream(client, wire, before)
    assert not parser.committed, "heads, roles and pings are held: another channel may still take over"
    _, parser = stream(client, wire, before + blocks[first] + b"\n\n")
    assert parser.committed


@each_client
@each_spoken
def test_hazard_37_client_disconnect(client: Format, wire: Wire) -> None:
    """What was produced until the client left can be charged (tests/e2e/test_scenarios.py has the sockets)."""
    answer = wire.answers["cut off"]
    assert answer.stream is not None
    _, parser = stream(client, wire, answer.stream)
    assert not parser.done
    assert parser.output_bytes > 0
    assert (parser.usage is NO_USAGE) is (wire.format is not MESSAGES), "what was told so far is known"


@each_client
@each_spoken
def test_hazard_38_200_with_an_error_body(client: Format, wire: Wire) -> None:
    for body in (b'{"error":{"message":"busy"}}', b"<html>hi</html>", b"", b"{}", b"null", b"[]", b'{"code":500}'):
        assert failed(client, wire, body).cause is not None
    busy = sse(b'{"error":{"message":"busy","type":"server_error"}}')
    _, parser = stream(client, wire, busy)
    assert parser.fault is not None
    assert not parser.committed


def test_hazard_39_numbers_and_unicode() -> None:
    halves = [b'{"id":"c","choices":[{"index":0,"delta":{"content":"\\ud83d"},"finish_reason":null}]}',
              b'{"id":"c","choices":[{"index":0,"delta":{"content":"\\ude00"},"finish_reason":null}]}']  # fmt: skip
    for client in CLIENTS:
        found = folded(client, at("openai_chat"), sse(*halves, chunk({}, "stop"), done=True))
        assert "".join(part.text for part in found.parts.values()) == "\U0001f600"
    cut = sse(chunk({"content": "\u00e9"}), chunk({}, "stop"), done=True).replace(b"\\u00e9", "\u00e9".encode())
    out, _ = stream(MESSAGES, at("openai_chat"), *(cut[at : at + 1] for at in range(len(cut))))
    assert "\u00e9".encode() in out, "never escaped anew, never cut"
    assert read_usage({"prompt_tokens": "5", "completion_tokens": 2.0}).input_tokens in (0, 5)
    late = {
        "id": "r",
        "object": "response",
        "created_at": 1700000000.5,
        "status": "completed",
        "output": [],
        "model": "up",
    }
    assert whole(CHAT, at("openai_responses"), late)["object"] == "chat.completion"


@each_client
def test_hazard_40_unknown_fields(client: Format) -> None:
    asked = {**QUESTIONS["text"][client], "x_new": {"deep": [1.10, None]}}
    for wire in SPOKEN:
        told = said(client, wire, asked)
        if wire.format is client:
            assert told.body["x_new"] == {"deep": [1.10, None]}
            assert told.dropped == ()
        else:
            assert "x_new" not in told.body
            assert "x_new" in told.dropped


def test_hazard_40_a_refusal_is_no_defect() -> None:
    assert isinstance(refused(CHAT, at("anthropic"), chat(user([{"type": "hologram"}]))), GatewayError)
    assert google({"text": "Hi"})["candidates"]
