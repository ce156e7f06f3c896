"""The Messages protocol by its provider's own SDK, over channels that speak it and channels that speak another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import anthropic
import openai
import pytest

from sluice.formats.proofs import UNPROVEN

from .gateways import Gateway

SUFFIXES = (
    "", "-tool", "-ptool", "-think-ptool", "-filter", "-429", "-500", "-split", "-crlf", "-slow-errstream",
)  # fmt: skip
HI: list[Any] = [{"role": "user", "content": "one two three"}]
"""Three tokens by the fake provider's count; it answers ``You said: one two three``, five."""
TOOLS: list[Any] = [
    {"name": name, "description": "Tells", "input_schema": {"type": "object", "properties": {}}}
    for name in ("get_weather", "get_time")
]
THOUGHT = "Let me think about it step by step."


@dataclass
class Upstream:
    """The SDK's client, and the models of the channel it is to be tried with."""

    client: anthropic.Anthropic
    gateway: Gateway
    family: str

    def model(self, suffix: str = "") -> str:
        """The name of a model with a scenario."""
        return self.family + suffix

    def create(self, suffix: str = "", **options: Any) -> anthropic.types.Message:
        """A whole answer."""
        given = {"max_tokens": 100, "messages": HI, **options}
        return self.client.messages.create(model=self.model(suffix), **given)

    def stream(self, suffix: str = "", **options: Any) -> anthropic.types.Message:
        """A streamed answer, put together by the SDK."""
        given = {"max_tokens": 100, "messages": HI, **options}
        with self.client.messages.stream(model=self.model(suffix), **given) as stream:
            return stream.get_final_message()

    def ask(self, streamed: bool, suffix: str = "", **options: Any) -> anthropic.types.Message:
        """An answer, in one of both ways."""
        return self.stream(suffix, **options) if streamed else self.create(suffix, **options)

    def received(self, since: int) -> dict[str, Any]:
        """The body of the one request the upstream received after a mark."""
        (entry,) = self.gateway.provider.seen(since)
        body: dict[str, Any] = json.loads(entry["body"])
        return body


FAMILIES = {"claude-3-7-sonnet": ("anthropic", "anthropic"), "gpt-bridged": ("openai-compatible", "openai")}
"""Model family -> provider and wire: one channel that speaks the protocol, one that speaks chat completions."""


@pytest.fixture(scope="session")
def families(gateway: Gateway) -> Gateway:
    """The shared gateway, with a channel for each family, at $1 and $2 a million input and output tokens."""
    for family, (provider, wire) in FAMILIES.items():
        names = [family + suffix for suffix in SUFFIXES]
        gateway.channel(names, name=f"messages {family}", provider=provider, wire=wire)
        for name in names:
            gateway.price(name, input="1", output="2")
    return gateway


@pytest.fixture(params=FAMILIES)
def upstream(request: pytest.FixtureRequest, families: Gateway) -> Iterator[Upstream]:
    """Each family in turn."""
    with anthropic.Anthropic(base_url=families.url, api_key=families.key(), max_retries=0) as client:
        yield Upstream(client, families, request.param)


each_way = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])


def text_of(message: anthropic.types.Message) -> str:
    """The texts of an answer."""
    return "".join(block.text for block in message.content if block.type == "text")


@each_way
def test_a_text_with_usage_and_charge(upstream: Upstream, streamed: bool) -> None:
    message = upstream.ask(streamed)
    assert text_of(message) == "You said: one two three"
    assert (message.model, message.role, message.stop_reason) == (upstream.model(), "assistant", "end_turn")
    assert (message.usage.input_tokens, message.usage.output_tokens) == (3, 5)


def test_the_request_is_settled_under_both_names_of_its_id(upstream: Upstream) -> None:
    raw = upstream.client.messages.with_raw_response.create(model=upstream.model(), max_tokens=9, messages=HI)
    identity = raw.headers["request-id"]
    assert identity == raw.headers["x-request-id"] == raw.parse()._request_id
    row = upstream.gateway.settled(identity)
    assert (row["status"], row["rule"], row["charge_usd"]) == (200, "complete", "0.000013")
    assert (row["input_tokens"], row["output_tokens"]) == (3, 5)


@each_way
@pytest.mark.parametrize(("suffix", "count"), [("-tool", 1), ("-ptool", 2)])
def test_calls_and_the_loop_back(upstream: Upstream, streamed: bool, suffix: str, count: int) -> None:
    message = upstream.ask(streamed, suffix, tools=TOOLS)
    calls = [block for block in message.content if block.type == "tool_use"]
    assert message.stop_reason == "tool_use"
    assert [call.name for call in calls] == ["get_weather", "get_time"][:count]
    assert [call.input for call in calls] == [
        {"city": city, "unit": "celsius", "days": days} for days, city in enumerate(("Paris", "Tokyo")[:count])
    ]
    results = [{"type": "tool_result", "tool_use_id": call.id, "content": f"21 {call.name}"} for call in calls]
    turns: list[Any] = [*HI, {"role": "assistant", "content": message.content}, {"role": "user", "content": results}]
    final = upstream.ask(streamed, suffix, tools=TOOLS, messages=turns)
    assert text_of(final) == f"The tool says: 21 {calls[-1].name}"
    assert final.stop_reason == "end_turn"


@each_way
def test_thought_comes_first_and_goes_back_with_its_calls(upstream: Upstream, streamed: bool) -> None:
    wish: dict[str, Any] = {"max_tokens": 4000, "thinking": {"type": "enabled", "budget_tokens": 2000}, "tools": TOOLS}
    message = upstream.ask(streamed, "-think-ptool", **wish)
    assert [block.type for block in message.content] == ["thinking", "tool_use", "tool_use"]
    thought = message.content[0]
    assert thought.type == "thinking"
    assert thought.thinking.strip() == THOUGHT
    assert (thought.signature == UNPROVEN) is (upstream.family != "claude-3-7-sonnet")
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": "21"}
        for block in message.content
        if block.type == "tool_use"
    ]
    turns: list[Any] = [*HI, {"role": "assistant", "content": message.content}, {"role": "user", "content": results}]
    mark = upstream.gateway.provider.mark()
    final = upstream.ask(streamed, "-think-ptool", **wish, messages=turns)
    assert text_of(final) == "The tool says: 21"
    body = upstream.received(mark)
    if upstream.family == "gpt-bridged":
        assert body["messages"][1]["reasoning_content"].strip() == THOUGHT
        assert body["reasoning_effort"] == "low"


def test_a_picture_and_a_document(upstream: Upstream) -> None:
    picture = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
    blocks: list[Any] = [
        {"type": "image", "source": picture},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}},
        {"type": "text", "text": "what is this"},
    ]
    mark = upstream.gateway.provider.mark()
    message = upstream.create(messages=[{"role": "user", "content": blocks}])
    assert text_of(message).endswith("what is this")
    (turn,) = upstream.received(mark)["messages"]
    if upstream.family == "claude-3-7-sonnet":
        assert turn == {"role": "user", "content": blocks}
    else:
        assert turn["content"] == [
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
            {"type": "file", "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}},
            {"type": "text", "text": "what is this"},
        ]


@each_way
def test_the_limit_and_a_refusal_say_so(upstream: Upstream, streamed: bool) -> None:
    short = upstream.ask(streamed, max_tokens=2)
    assert (text_of(short), short.stop_reason, short.usage.output_tokens) == ("You said:", "max_tokens", 2)
    assert upstream.ask(streamed, "-filter").stop_reason == "refusal"


def test_a_stop_text_travels(upstream: Upstream) -> None:
    mark = upstream.gateway.provider.mark()
    message = upstream.create(stop_sequences=["two"])
    if upstream.family == "claude-3-7-sonnet":
        assert (message.stop_reason, message.stop_sequence) == ("stop_sequence", "two")
        assert text_of(message) == "You said: one "
    else:
        assert upstream.received(mark)["stop"] == ["two"]


@pytest.mark.parametrize("suffix", ["-split", "-crlf"])
def test_a_stream_however_it_is_cut(upstream: Upstream, suffix: str) -> None:
    assert text_of(upstream.stream(suffix)) == "You said: one two three"


@each_way
def test_an_error_before_the_answer(upstream: Upstream, streamed: bool) -> None:
    with pytest.raises(anthropic.RateLimitError) as refused:
        upstream.ask(streamed, "-429")
    assert refused.value.body["error"]["type"] == "rate_limit_error"  # type: ignore[index]
    with pytest.raises(anthropic.InternalServerError) as failed:
        upstream.ask(streamed, "-500")
    body: Any = failed.value.body
    assert (body["type"], body["error"]["type"]) == ("error", "api_error")
    assert body["request_id"] == failed.value.response.headers["request-id"]


def test_an_error_in_the_stream_is_raised_and_what_was_said_is_charged(upstream: Upstream) -> None:
    model = upstream.model("-slow-errstream")
    with upstream.client.messages.stream(model=model, max_tokens=50, messages=HI) as stream:
        with pytest.raises(anthropic.APIStatusError) as broken:
            list(stream.text_stream)
        identity = stream.response.headers["request-id"]
    body: Any = broken.value.body
    assert (body["type"], body["request_id"]) == ("error", identity)
    row = upstream.gateway.settled(identity)
    told = upstream.family == "claude-3-7-sonnet"  # this protocol tells the prompt's tokens first
    assert row["rule"] == ("upstream_broke" if told else "upstream_broke_estimated")
    assert row["charge_usd"] != "0.00"


@pytest.mark.parametrize("key", ["", "sk-unknown"])
def test_a_wrong_key_is_an_authentication_error(families: Gateway, key: str) -> None:
    client = anthropic.Anthropic(base_url=families.url, api_key=key or "sk-x", max_retries=0)
    with client, pytest.raises(anthropic.AuthenticationError) as refused:
        client.messages.create(model="claude-3-7-sonnet", max_tokens=9, messages=HI)
    assert refused.value.body["error"]["type"] == "authentication_error"  # type: ignore[index]


def test_both_ways_to_send_a_key_and_the_beta_mark(families: Gateway) -> None:
    body = {"model": "claude-3-7-sonnet", "max_tokens": 9, "messages": HI}
    for headers in ({"x-api-key": families.key()}, {"authorization": f"Bearer {families.key()}"}):
        both = {"authorization": "Bearer sk-wrong", **headers}
        answer = families.http.post("/v1/messages?beta=true", json=body, headers=both)
        assert answer.status_code == 200, answer.text


def test_the_clients_version_and_betas_travel(families: Gateway) -> None:
    body = {"model": "claude-3-7-sonnet", "max_tokens": 9, "messages": HI, "temperature": 0.5}
    headers = {"x-api-key": families.key(), "anthropic-version": "2026-10-21", "anthropic-beta": "x-1"}
    refused = families.http.post("/v1/messages", json=body, headers=headers)
    assert refused.status_code == 400
    assert refused.json()["error"]["message"] == "temperature: Extra inputs are not permitted"
    mark = families.provider.mark()
    del body["temperature"]
    assert families.http.post("/v1/messages", json=body, headers=headers).status_code == 200
    (seen,) = families.provider.seen(mark)
    assert (seen["headers"]["anthropic-version"], seen["headers"]["anthropic-beta"]) == ("2026-10-21", "x-1")


def test_what_is_lost_is_reported_and_what_cannot_be_is_refused(families: Gateway) -> None:
    headers = {"x-api-key": families.key()}
    body: dict[str, Any] = {"model": "gpt-bridged", "max_tokens": 9, "messages": HI, "top_k": 5, "service_tier": "auto"}
    answer = families.http.post("/v1/messages", json=body, headers=headers)
    assert answer.headers["x-sluice-dropped"] == "service_tier, top_k"
    body["tools"] = [{"type": "web_search_20260318", "name": "web_search"}]
    refused = families.http.post("/v1/messages", json=body, headers=headers)
    assert refused.status_code == 400
    assert "web_search_20260318" in refused.json()["error"]["message"]
    del body["max_tokens"]
    missing = families.http.post("/v1/messages", json=body, headers=headers)
    assert (missing.status_code, missing.json()["error"]["details"]) == (400, {"error_code": "missing_field"})


def test_tokens_are_counted_without_an_upstream(upstream: Upstream) -> None:
    mark = upstream.gateway.provider.mark()
    counted = upstream.client.messages.count_tokens(model=upstream.model(), messages=HI)
    assert counted.input_tokens > 0
    assert upstream.gateway.provider.seen(mark) == []


@each_way
def test_a_chat_client_is_served_by_a_channel_of_this_protocol(families: Gateway, streamed: bool) -> None:
    """The other way round: the loop of calls with proven thoughts, which the upstream checks."""
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]
    turns: list[Any] = list(HI)
    with openai.OpenAI(base_url=f"{families.url}/v1", api_key=families.key(), max_retries=0) as client:
        ask = {"model": "claude-3-7-sonnet-think-ptool", "tools": tools, "extra_body": {"reasoning_effort": "low"}}
        message = _chat(client, streamed, messages=turns, **ask)
        assert message["reasoning_content"] == THOUGHT
        assert [call["function"]["name"] for call in message["tool_calls"]] == ["get_weather", "get_weather"]
        results = [{"role": "tool", "tool_call_id": call["id"], "content": "21"} for call in message["tool_calls"]]
        final = _chat(client, streamed, messages=[*turns, message, *results], **ask)
    assert final["content"] == "The tool says: 21"


def _chat(client: openai.OpenAI, streamed: bool, **options: Any) -> dict[str, Any]:
    """The message of a chat completion, put together from its stream or whole."""
    if not streamed:
        return client.chat.completions.create(**options).choices[0].message.to_dict(exclude_none=True)  # type: ignore[no-any-return]
    message: dict[str, Any] = {"role": "assistant", "content": "", "reasoning_content": "", "tool_calls": []}
    for chunk in client.chat.completions.create(stream=True, **options):
        delta = chunk.choices[0].delta.to_dict()
        message["content"] += delta.get("content") or ""
        message["reasoning_content"] += delta.get("reasoning_content") or ""
        message |= {name: value for name, value in delta.items() if name == "thinking_blocks"}
        for piece in delta.get("tool_calls") or ():
            if piece.get("id"):
                message["tool_calls"].append({"id": piece["id"], "type": "function", "function": piece["function"]})
            else:
                message["tool_calls"][piece["index"]]["function"]["arguments"] += piece["function"]["arguments"]
    return {name: value for name, value in message.items() if value}
