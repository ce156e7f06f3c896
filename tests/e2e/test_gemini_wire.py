"""Gemini's endpoints without its SDK, and clients of other protocols over channels that speak it."""

from __future__ import annotations

import json
from typing import Any

import anthropic
import httpx
import openai
import pytest
from google.genai import errors, types

from .gateways import Gateway
from .google_sdk import HI, THOUGHT, connected, open_channels

NATIVE = ("gemini-3-wire", "gemini-2-wire")
FAMILIES = {
    **dict.fromkeys(NATIVE, ("gemini", "gemini")),
    "gpt-wire": ("openai-compatible", "openai"),
    "claude-3-7-wire": ("anthropic", "anthropic"),
}


@pytest.fixture(scope="session")
def families(gateway: Gateway) -> Gateway:
    """The shared gateway, with a channel for each family, and one for vectors."""
    open_channels(gateway, FAMILIES)
    gateway.channel(["gemini-embedding-fake"], name="google vectors", provider="gemini", wire="gemini")
    return gateway


each_way = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])


def path_of(model: str, method: str) -> str:
    """The path of a method of a model."""
    return f"/v1beta/models/{model}:{method}"


BODY: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": HI}]}]}


@pytest.mark.parametrize("family", FAMILIES)
def test_without_events_the_stream_is_one_array(families: Gateway, family: str) -> None:
    headers = {"x-goog-api-key": families.key()}
    answer = families.http.post(path_of(family, "streamGenerateContent"), json=BODY, headers=headers)
    assert answer.headers["content-type"] == "application/json"
    parts = [part for piece in answer.json() for part in piece["candidates"][0]["content"]["parts"]]
    assert "".join(part["text"] for part in parts) == "You said: one two three"
    assert answer.json()[-1]["candidates"][0]["finishReason"] == "STOP"
    refused = families.http.post(path_of(f"{family}-429", "streamGenerateContent"), json=BODY, headers=headers)
    (told,) = refused.json()
    assert (refused.status_code, told["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"} in told["error"]["details"]


def test_a_broken_array_has_no_end(families: Gateway) -> None:
    headers = {"x-goog-api-key": families.key()}
    url = path_of("gpt-wire-slow-errstream", "streamGenerateContent")
    got: list[bytes] = []
    with families.http.stream("POST", url, json=BODY, headers=headers) as raw, pytest.raises(httpx.RemoteProtocolError):
        got.extend(raw.iter_raw())
    assert got[0].startswith(b"[{")
    last = json.loads(b"".join(got) + b"]")[-1]
    assert last["error"]["status"] in ("INTERNAL", "UNAVAILABLE")


@pytest.mark.parametrize("prefix", ["/v1beta", "/v1"])
def test_the_key_in_the_query_is_a_key(families: Gateway, prefix: str) -> None:
    url = f"{prefix}/models/gemini-3-wire:generateContent"
    answer = families.http.post(url, params={"key": families.key()}, json=BODY)
    assert answer.status_code == 200, answer.text
    (key, wrong) = (families.key(), "sk-wrong-in-the-query")
    refused = families.http.post(url, params={"key": wrong}, json=BODY)
    assert (refused.status_code, refused.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert refused.json()["error"]["details"][0]["reason"] == "invalid_api_key"
    for secret in (key, wrong):
        assert secret not in refused.text
        assert secret not in families.log.read_text("utf-8")


def test_names_may_be_spelled_both_ways(families: Gateway) -> None:
    body = {
        "system_instruction": {"parts": [{"text": "Be brief"}]},
        "contents": [{"parts": [{"inline_data": {"mime_type": "image/png", "data": "iVBORw0KGgo="}}, {"text": HI}]}],
        "generation_config": {"max_output_tokens": 2},
        "safety_settings": [],
    }
    headers = {"x-goog-api-key": families.key()}
    answer = families.http.post(path_of("gpt-wire", "generateContent"), json=body, headers=headers)
    candidate = answer.json()["candidates"][0]
    assert (candidate["finishReason"], candidate["content"]["parts"]) == ("MAX_TOKENS", [{"text": "You said:"}])
    assert answer.headers["x-sluice-dropped"] == "safetySettings"


@pytest.mark.parametrize(
    ("model", "body", "status", "reason"),
    [
        ("gpt-wire", {"contents": []}, 400, "invalid_value"),
        ("gpt-wire", {}, 400, "invalid_value"),
        ("gpt-wire", {**BODY, "tools": [{"googleSearch": {}}]}, 400, "unsupported_content"),
        ("gpt-wire", {**BODY, "cachedContent": "cachedContents/1"}, 400, "unsupported_content"),
        ("gpt-wire", {"contents": [{"parts": [{"executableCode": {}}]}]}, 400, "unsupported_content"),
        ("nobodys-model", BODY, 404, "model_not_found"),
    ],
)
def test_what_cannot_be_is_refused_in_googles_shape(
    families: Gateway, model: str, body: dict[str, Any], status: int, reason: str
) -> None:
    headers = {"x-goog-api-key": families.key()}
    refused = families.http.post(path_of(model, "generateContent"), json=body, headers=headers)
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["details"][0]["reason"]) == (status, status, reason)
    assert error["details"][1]["requestId"] == refused.headers["x-request-id"]


def test_an_unknown_path_is_told_in_googles_shape(families: Gateway) -> None:
    refused = families.http.post("/v1beta/models/x:dream", json=BODY, headers={"x-goog-api-key": families.key()})
    assert (refused.status_code, refused.json()["error"]["status"]) == (404, "NOT_FOUND")


def test_models_are_listed_in_pages_and_shown(families: Gateway) -> None:
    families.token("google scoped", models=["gemini-3-wire", "gemini-2-wire", "gpt-wire"])
    with connected(families, families.key("google scoped")) as client:
        listed = [model.name for model in client.models.list(config={"page_size": 2})]
        assert listed == ["models/gemini-2-wire", "models/gemini-3-wire", "models/gpt-wire"]
        assert client.models.get(model="gpt-wire").name == "models/gpt-wire"
        with pytest.raises(errors.ClientError) as refused:
            client.models.get(model="claude-3-7-wire")
    assert refused.value.code == 404


@pytest.mark.parametrize("model", ["gemini-embedding-fake", "text-embedding-3-small"])
def test_vectors(families: Gateway, model: str) -> None:
    with connected(families) as client:
        asked = [types.Content(parts=[types.Part(text=text)]) for text in ("a", "b")]
        told = client.models.embed_content(model=model, contents=asked)  # type: ignore[arg-type]
    assert told.embeddings is not None
    assert len(told.embeddings) == 2
    assert told.embeddings[0].values != told.embeddings[1].values
    body = {"content": {"parts": [{"text": "a"}]}}
    single = families.http.post(path_of(model, "embedContent"), json=body, headers={"x-goog-api-key": families.key()})
    assert single.json()["embedding"]["values"] == pytest.approx(told.embeddings[0].values)


# Clients of other protocols.


@each_way
@pytest.mark.parametrize("family", NATIVE)
def test_a_chat_client_is_served_by_a_channel_of_this_protocol(families: Gateway, family: str, streamed: bool) -> None:
    """The loop of parallel calls: the upstream checks that what it signed comes back, or was never signed."""
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]
    turns: list[Any] = [{"role": "user", "content": HI}]
    with openai.OpenAI(base_url=f"{families.url}/v1", api_key=families.key(), max_retries=0) as client:
        ask = {"model": f"{family}-think-ptool", "tools": tools, "reasoning_effort": "low"}
        message = chat(client, streamed, messages=turns, **ask)
        assert message["reasoning_content"].strip() == THOUGHT
        assert [call["function"]["name"] for call in message["tool_calls"]] == ["get_weather", "get_weather"]
        assert len({call["id"] for call in message["tool_calls"]}) == 2
        results = [{"role": "tool", "tool_call_id": call["id"], "content": "21"} for call in message["tool_calls"]]
        final = chat(client, streamed, messages=[*turns, message, *results], **ask)
        assert final["content"] == "The tool says: 21"
        forgetful = {name: value for name, value in message.items() if name != "thinking_blocks"}
        again = chat(client, streamed, messages=[*turns, forgetful, *results], **ask)
        assert again["content"] == "The tool says: 21"


@pytest.mark.parametrize("family", NATIVE)
def test_vectors_usage_and_refusals_for_chat_clients(families: Gateway, family: str) -> None:
    with openai.OpenAI(base_url=f"{families.url}/v1", api_key=families.key(), max_retries=0) as client:
        turns: list[Any] = [{"role": "user", "content": HI}]
        told = client.chat.completions.create(model=family, messages=turns)
        assert told.usage is not None
        assert (told.usage.prompt_tokens, told.usage.completion_tokens) == (3, 5)
        refused = client.chat.completions.create(model=f"{family}-filter", messages=turns)
        assert refused.choices[0].finish_reason == "content_filter"
        with pytest.raises(openai.RateLimitError):
            client.chat.completions.create(model=f"{family}-429", messages=turns)
        vectors = client.embeddings.create(model="gemini-embedding-fake", input=["a", "b"])
        assert [row.index for row in vectors.data] == [0, 1]


@each_way
def test_a_messages_client_is_served_by_a_channel_of_this_protocol(families: Gateway, streamed: bool) -> None:
    tools: Any = [{"name": "get_weather", "input_schema": {"type": "object", "properties": {}}}]
    ask: dict[str, Any] = {"model": "gemini-3-wire-think-ptool", "max_tokens": 4000, "tools": tools}
    ask["thinking"] = {"type": "enabled", "budget_tokens": 2000}
    turns: list[Any] = [{"role": "user", "content": HI}]
    with anthropic.Anthropic(base_url=families.url, api_key=families.key(), max_retries=0) as client:

        def said(messages: list[Any]) -> anthropic.types.Message:
            if not streamed:
                return client.messages.create(messages=messages, **ask)
            with client.messages.stream(messages=messages, **ask) as stream:
                return stream.get_final_message()

        message = said(turns)
        calls = [block for block in message.content if block.type == "tool_use"]
        assert [call.name for call in calls] == ["get_weather", "get_weather"]
        results = [{"type": "tool_result", "tool_use_id": call.id, "content": "21"} for call in calls]
        answered = {"role": "user", "content": results}
        final = said([*turns, {"role": "assistant", "content": message.content}, answered])
    assert [block.text for block in final.content if block.type == "text"] == ["The tool says: 21"]


def chat(client: openai.OpenAI, streamed: bool, **options: Any) -> dict[str, Any]:
    """The message of a chat completion, put together from its stream or whole."""
    if not streamed:
        told: dict[str, Any] = client.chat.completions.create(**options).choices[0].message.to_dict()
        return {name: value for name, value in told.items() if value}
    message: dict[str, Any] = {"role": "assistant", "content": "", "reasoning_content": "", "tool_calls": []}
    message["thinking_blocks"] = []
    for chunk in client.chat.completions.create(stream=True, **options):
        delta = chunk.choices[0].delta.to_dict() if chunk.choices else {}
        message["content"] += delta.get("content") or ""
        message["reasoning_content"] += delta.get("reasoning_content") or ""
        message["thinking_blocks"] += delta.get("thinking_blocks") or []
        for piece in delta.get("tool_calls") or ():
            if piece.get("id"):
                message["tool_calls"].append({"id": piece["id"], "type": "function", "function": piece["function"]})
            else:
                message["tool_calls"][piece["index"]]["function"]["arguments"] += piece["function"]["arguments"]
    return {name: value for name, value in message.items() if value}
