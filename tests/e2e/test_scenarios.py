"""What real clients do with chats, scenario by scenario, each by every SDK: what the client's object says, what the
upstream received, what was charged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .gateways import Gateway
from .sdks import Ask, Outcome

HI = [{"role": "user", "content": "one two three"}]
"""Three tokens by the fake provider's count; it answers ``You said: one two three``, five."""
TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}
    for name in ("get_weather", "get_time")
]


def received(gateway: Gateway, since: int) -> dict[str, Any]:
    """The body of the one request the upstream received after a mark."""
    (entry,) = gateway.provider.seen(since)
    body: dict[str, Any] = json.loads(entry["body"])
    return body


def calls_as_fastgpt_reads_them(deltas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """FastGPT's rule: by index; a delta with a name begins the call anew, one without adds to its arguments."""
    calls: dict[int, dict[str, Any]] = {}
    for delta in deltas:
        for piece in delta.get("tool_calls") or []:
            function = piece.get("function") or {}
            if function.get("name"):
                calls[piece["index"]] = {"id": piece["id"], "name": function["name"], "arguments": ""}
            calls[piece["index"]]["arguments"] += function.get("arguments") or ""
    return [calls[index] for index in sorted(calls)]


def test_f1_the_model_test_streams_whatever_the_accept_header_says(gateway: Gateway, ask: Ask) -> None:
    mark = gateway.provider.mark()
    headers = {"accept": "application/json, text/plain, */*"}
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}], "stream": True}
    answer = ask("chat", body, headers=headers)
    assert answer.error is None
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == "You said: hi"
    assert answer.finishes == ["stop"]
    assert answer.usage is None, "nobody asked for usage"
    assert received(gateway, mark) == {**body, "stream_options": {"include_usage": True}}
    row = gateway.settled(answer.request_id)
    assert (row["status"], row["rule"], row["stream"], row["charge_usd"]) == (200, "complete", True, "0.000007")


def test_f2_a_whole_answer_with_usage_is_charged_exactly(gateway: Gateway, ask: Ask) -> None:
    answer = ask("chat", {"model": "gpt-4o-mini", "messages": HI})
    assert answer.text == "You said: one two three"
    assert answer.usage == {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
    row = gateway.settled(answer.request_id)
    assert (row["input_tokens"], row["output_tokens"], row["charge_usd"]) == (3, 5, "0.000013")


@pytest.mark.parametrize("asked", ["by the token", "by the client"])
def test_f3_one_usage_chunk_before_the_end(gateway: Gateway, ask: Ask, asked: str) -> None:
    token = gateway.token(always_usage=asked == "by the token")
    options = {} if token["always_usage"] else {"stream_options": {"include_usage": True}}
    answer = ask("chat", {"model": "gpt-4o-mini", "messages": HI, "stream": True, **options}, token=token["name"])
    assert answer.error is None
    assert answer.chunks[-1]["choices"] == []
    assert answer.usage == {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
    assert gateway.settled(answer.request_id)["charge_usd"] == "0.000013"


def test_f3_usage_in_every_chunk_reaches_the_client_once(gateway: Gateway, ask: Ask) -> None:
    options = {"stream_options": {"include_usage": True}}
    answer = ask("chat", {"model": "gpt-4o-mini-usageall", "messages": HI, "stream": True, **options})
    assert answer.usage == {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
    assert gateway.settled(answer.request_id)["charge_usd"] == "0.000013"


@pytest.mark.parametrize("stream", [False, True])
def test_f4_reasoning_arrives_apart_from_the_text(ask: Ask, stream: bool) -> None:
    answer = ask("chat", {"model": "gpt-4o-mini-think", "messages": HI, "stream": stream})
    assert answer.text == "You said: one two three"
    assert _reasoning(answer) == "Let me think about it step by step."


@pytest.mark.parametrize("stream", [False, True])
def test_f4_think_tags_become_reasoning_where_the_channel_says_so(gateway: Gateway, ask: Ask, stream: bool) -> None:
    model = f"tagged-{stream}-thinktags".lower()
    name = f"think tags {stream}"
    if not gateway.manage("GET", "/channels", params={"search": name})["items"]:
        gateway.channel([model], name=name, provider="openai-compatible", options={"think_tags": "true"})
    answer = ask("chat", {"model": model, "messages": HI, "stream": stream})
    assert answer.text == "You said: one two three"
    assert _reasoning(answer) == "Let me think about it step by step."


@pytest.mark.parametrize("stream", [False, True])
def test_f4_think_tags_stay_in_the_text_elsewhere(ask: Ask, stream: bool) -> None:
    answer = ask("chat", {"model": "gpt-4o-mini-thinktags", "messages": HI, "stream": stream})
    assert answer.text == "<think>Let me think about it step by step.</think>You said: one two three"


def _reasoning(answer: Outcome) -> str:
    if answer.data is not None:
        return str(answer.data["choices"][0]["message"]["reasoning_content"])
    return "".join(delta.get("reasoning_content") or "" for delta in answer.deltas).strip()


@pytest.mark.parametrize("model", ["gpt-4o-mini-ptool", "gpt-4o-mini-toolsplit"])
def test_f5_two_parallel_calls_and_the_loop_back(gateway: Gateway, ask: Ask, model: str) -> None:
    """``toolsplit`` is an upstream that repeats name and id in every delta, all at index 0."""
    answer = ask("chat", {"model": model, "messages": HI, "tools": TOOLS, "stream": True})
    assert answer.error is None
    pieces = [delta for delta in answer.deltas if delta.get("tool_calls")]
    assert len(pieces) >= 10, "the arguments come in pieces"
    calls = calls_as_fastgpt_reads_them(answer.deltas)
    assert [call["name"] for call in calls] == ["get_weather", "get_time"]
    assert [json.loads(call["arguments"]) for call in calls] == [
        {"city": "Paris", "unit": "celsius", "days": 0},
        {"city": "Tokyo", "unit": "celsius", "days": 1},
    ]
    assert len({call["id"] for call in calls}) == 2
    assert answer.finishes == ["tool_calls"]

    asked = [{"id": c["id"], "type": "function", "function": {k: c[k] for k in ("name", "arguments")}} for c in calls]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": f"21 {call['id']}"} for call in calls]
    messages = [*HI, {"role": "assistant", "reasoning_content": "hm", "tool_calls": asked}, *results]
    mark = gateway.provider.mark()
    final = ask("chat", {"model": model, "messages": messages, "tools": TOOLS, "stream": True})
    assert final.text == f"The tool says: 21 {calls[1]['id']}"
    assert final.finishes == ["stop"]
    assert received(gateway, mark)["messages"] == messages, "no content was added, the reasoning was kept"


def test_f5_a_whole_answer_carries_complete_calls(ask: Ask) -> None:
    answer = ask("chat", {"model": "gpt-4o-mini-ptool", "messages": HI, "tools": TOOLS})
    (choice,) = answer.data["choices"]
    assert choice["finish_reason"] == "tool_calls"
    for call, name in zip(choice["message"]["tool_calls"], ("get_weather", "get_time"), strict=True):
        assert (call["type"], call["function"]["name"]) == ("function", name)
        assert call["id"]
        assert json.loads(call["function"]["arguments"])["unit"] == "celsius"


def test_f6_a_json_schema_travels_and_the_answer_obeys(gateway: Gateway, ask: Ask) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "additionalProperties": False}
    wanted = {"type": "json_schema", "json_schema": {"name": "place", "strict": True, "schema": schema}}
    mark = gateway.provider.mark()
    answer = ask("chat", {"model": "gpt-4o-mini-json", "messages": HI, "response_format": wanted})
    assert json.loads(answer.text) == {"city": "Paris", "temperature": 21}
    assert received(gateway, mark)["response_format"] == wanted


@pytest.mark.parametrize("stream", [False, True])
def test_f7_fields_the_gateway_does_not_know_arrive(gateway: Gateway, ask: Ask, stream: bool) -> None:
    vendor = {
        "max_completion_tokens": 4,
        "enable_thinking": False,
        "chat_template_kwargs": {"enable_thinking": False, "深度": [1.0, None]},
        "thinking_budget": 0,
    }
    mark = gateway.provider.mark()
    answer = ask("chat", {"model": "gpt-4o-mini", "messages": HI, "stream": stream, **vendor})
    assert answer.text == "You said: one two"
    body = received(gateway, mark)
    assert {name: body.get(name) for name in vendor} == vendor
    assert "max_tokens" not in body


def test_f8_pictures_sound_and_video_travel_unchanged(gateway: Gateway, ask: Ask) -> None:
    parts = [
        {"type": "text", "text": "what is this"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png?x=1&y=%2F", "detail": "low"}},
        {"type": "input_audio", "input_audio": {"data": "data:audio/mp3;base64,//uQxAAA", "format": "mp3"}},
        {"type": "video_url", "video_url": {"url": "https://example.com/v.mp4"}},
    ]
    mark = gateway.provider.mark()
    answer = ask("chat", {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": parts}]})
    assert answer.text.startswith("You said: what is this")
    assert received(gateway, mark)["messages"] == [{"role": "user", "content": parts}]


def test_f9_stop_words_and_a_low_temperature_arrive(gateway: Gateway, ask: Ask) -> None:
    wish = {"stop": ["END", "。", "\n\n"], "temperature": 0.01, "top_p": 1, "max_tokens": 9}
    mark = gateway.provider.mark()
    answer = ask("chat", {"model": "gpt-4o-mini", "messages": HI, **wish})
    assert answer.error is None
    assert received(gateway, mark) == {"model": "gpt-4o-mini", "messages": HI, **wish}
    assert answer.headers.get("x-sluice-dropped") is None
