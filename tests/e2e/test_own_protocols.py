"""Providers with protocols of their own, through a gateway, for clients of every protocol, by their SDKs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import anthropic
import httpx
import openai
import pytest

from .gateways import Gateway


class Wire(NamedTuple):
    """A channel to one of the fake's wires: ``model`` is the client's name for ``upstream``."""

    provider: str
    path: str
    key: str
    model: str
    upstream: str
    options: dict[str, str]


WIRES = {
    wire.model: wire
    for wire in (
        Wire("hunyuan", "tencent", "12345|AKIDfake|AKIDfakesecret", "own-hunyuan", "m", {}),
        Wire("spark", "spark", "app12345|keyexamplesecret|keyexample", "own-spark", "generalv3.5", {}),
        Wire("coze", "coze", "pat_fake0123456789abcdef", "own-coze", "bot-7", {"user_id": "u-1"}),
        Wire("dify", "dify", "app-agent", "own-dify", "m", {}),
        Wire("dify", "dify", "app-flow", "own-dify-flow", "m", {"kind": "workflow", "input": "text"}),
        Wire("replicate", "replicate", "r8_fake0123456789abcdef", "own-replicate", "meta/m", {}),
        Wire("replicate", "replicate", "r8_fake0123456789abcdef", "own-replicate-poll", "meta/nostream-poll-2", {}),
        Wire("deepl", "deepl", "some-key:fx", "own-deepl", "deepl-zh", {}),
    )
}
HI: list[Any] = [{"role": "user", "content": "one two three"}]
SAID = "You said: one two three"
SLOW = "own-replicate-slow"


@pytest.fixture(scope="module")
def own(gateway: Gateway) -> Gateway:
    """The shared gateway, with a channel for each wire."""
    for wire in WIRES.values():
        gateway.channel(
            [wire.model],
            provider=wire.provider,
            wire=wire.path,
            key=wire.key,
            options=wire.options,
            model_mapping={wire.model: wire.upstream},
        )
        gateway.price(wire.model, input="1", output="2", character="25")
    gateway.channel(
        [SLOW],
        provider="replicate",
        wire="replicate",
        key="r8_fake0123456789abcdef",
        model_mapping={SLOW: "meta/nostream-poll-900"},
    )
    return gateway


@pytest.fixture
def client(own: Gateway) -> Iterator[openai.OpenAI]:
    """OpenAI's SDK."""
    with openai.OpenAI(base_url=f"{own.url}/v1", api_key=own.key(), max_retries=0) as made:
        yield made


@pytest.mark.parametrize("model", WIRES)
def test_a_chat_whole_and_streamed(own: Gateway, client: openai.OpenAI, model: str) -> None:
    whole = client.chat.completions.with_raw_response.create(model=model, messages=HI)
    told = whole.parse()
    assert told.choices[0].message.content == SAID
    assert (told.choices[0].finish_reason, told.model) == ("stop", model)
    row = own.settled(whole.headers["x-request-id"])
    assert (row["status"], row["rule"]) == (200, "complete_estimated" if model == "own-dify-flow" else "complete")
    assert row["charge_usd"] != "0"
    chunks = list(
        client.chat.completions.create(model=model, messages=HI, stream=True, stream_options={"include_usage": True})
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == SAID
    told_usage = chunks[-1].usage is not None
    assert told_usage or model in ("own-dify-flow", "own-replicate")  # their streams do not tell


@pytest.mark.parametrize("model", WIRES)
def test_clients_of_anthropics_protocol(own: Gateway, model: str) -> None:
    with anthropic.Anthropic(base_url=own.url, api_key=own.key(), max_retries=0) as client:
        whole = client.messages.create(model=model, max_tokens=100, messages=HI)
        with client.messages.stream(model=model, max_tokens=100, messages=HI) as stream:
            streamed = stream.get_final_message()
    for message in (whole, streamed):
        assert "".join(block.text for block in message.content if block.type == "text") == SAID
        assert message.stop_reason == "end_turn"


@pytest.mark.parametrize("model", WIRES)
def test_clients_of_responses_and_of_gemini(own: Gateway, client: openai.OpenAI, model: str) -> None:
    assert client.responses.create(model=model, input="one two three").output_text == SAID
    with client.responses.stream(model=model, input="one two three") as stream:
        assert stream.until_done().get_final_response().output_text == SAID
    body = {"contents": [{"role": "user", "parts": [{"text": "one two three"}]}]}
    answer = own.http.post(f"/v1beta/models/{model}:generateContent", json=body, headers=own.auth())
    assert answer.json()["candidates"][0]["content"]["parts"][0]["text"] == SAID


@pytest.mark.parametrize("model", WIRES)
def test_a_channel_is_tried(own: Gateway, model: str) -> None:
    wire = WIRES[model]
    wish = {
        "provider": wire.provider,
        "base_url": own.provider.base(wire.path),
        "key": wire.key,
        "options": wire.options,
        "model_mapping": {model: wire.upstream},
    }
    result = own.manage("POST", "/channels/test", json={**wish, "model": model})
    assert result["ok"], result
    assert "hi" in result["answer"]


def test_characters_are_paid_for(own: Gateway, client: openai.OpenAI) -> None:
    raw = client.chat.completions.with_raw_response.create(model="own-deepl", messages=HI)
    assert own.settled(raw.headers["x-request-id"])["charge_usd"] == "0.000325"  # 13 at $25 a million


def test_a_conversation_is_kept_upstream(own: Gateway, client: openai.OpenAI) -> None:
    for model in ("own-coze", "own-dify"):
        first = client.chat.completions.create(model=model, messages=HI)
        assert first.to_dict()["conversation_id"] == "conv-fake"
        mark = own.provider.mark()
        again = client.chat.completions.create(model=model, messages=HI, extra_body={"conversation_id": "conv-9"})
        assert again.to_dict()["conversation_id"] == "conv-9"
        (entry,) = own.provider.seen(mark)
        assert "conv-9" in json.dumps([entry["query"], entry["body"]])


def test_a_job_is_asked_after_until_it_is_done(own: Gateway, client: openai.OpenAI) -> None:
    mark = own.provider.mark()
    client.chat.completions.create(model="own-replicate-poll", messages=HI)
    paths = [(entry["method"], entry["path"].rpartition("/v1/")[2]) for entry in own.provider.seen(mark)]
    seen = [(method, path.partition("/job")[0]) for method, path in paths]
    assert seen == [("POST", "models/meta/nostream-poll-2/predictions"), ("GET", "predictions"), ("GET", "predictions")]


def test_a_job_nobody_waits_for_is_cancelled(own: Gateway) -> None:
    mark = own.provider.mark()
    waiting = threading.Thread(target=_ask_and_leave, args=(own,))
    waiting.start()
    waiting.join()
    while not any(entry["path"].endswith("/cancel") for entry in own.provider.seen(mark)):
        pass


def _ask_and_leave(own: Gateway) -> None:
    body = {"model": SLOW, "messages": HI}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{own.url}/v1/chat/completions", json=body, headers=own.auth(), timeout=1.0, trust_env=False)


def test_a_wrong_key_is_the_gateways_matter(own: Gateway) -> None:
    keys = {
        "hunyuan": "1|bad|x",
        "spark": "a|b|c",
        "coze": "nonsense",
        "dify": "none",
        "replicate": "no",
        "deepl": "bad",
    }
    for number, wire in enumerate(WIRES.values()):
        model = f"own-wrong-{number}"
        own.channel(
            [model], provider=wire.provider, wire=wire.path, key=keys[wire.provider], options=wire.options,
            model_mapping={model: wire.upstream},
        )  # fmt: skip
        answer = own.http.post("/v1/chat/completions", json={"model": model, "messages": HI}, headers=own.auth())
        assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream_auth"), wire


def test_what_the_compatible_endpoint_does_not_serve(own: Gateway, client: openai.OpenAI) -> None:
    """DashScope's own API: older rerankers, embeddings of several contents, pictures as jobs, speech to be fetched."""
    models = ["gte-rerank-own", "multimodal-embedding-own", "wan-own", "qwen-image-own", "qwen3-tts-own"]
    own.channel(models, provider="dashscope", wire="dashscope", key="sk-0123456789abcdef")
    body = {"model": models[0], "query": "q", "documents": ["a", "b", "c"], "top_n": 2}
    ranked = own.http.post("/v1/rerank", json=body, headers=own.auth()).json()
    assert [result["index"] for result in ranked["results"]] == [0, 1]
    vectors = client.embeddings.create(model=models[1], input=["a", "b"])
    assert [len(row.embedding) for row in vectors.data] == [16, 16]
    for model in models[2:4]:
        pictures = client.images.generate(model=model, prompt="A cat", size="1024x1024")
        assert pictures.data is not None
        assert ".aliyuncs.com/" in (pictures.data[0].url or "")
    sound = client.audio.speech.create(model=models[4], voice="Cherry", input="Hello", response_format="wav")
    assert sound.read()[:4] == b"RIFF"


def test_functions_as_before_tools(gateway: Gateway, client: openai.OpenAI) -> None:
    """GigaChat has them in this form: they go there, and the call comes back, as the client says them."""
    model = "own-gigachat-tool"
    service = gateway.provider.base("gigachat/api/v2/oauth")
    gateway.channel(
        [model], provider="gigachat", wire="gigachat", key="aWQ6c2VjcmV0", options={"auth_url": service},
        model_mapping={model: "m-tool"},
    )  # fmt: skip
    functions: Any = [{"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {}}}}]
    first = client.chat.completions.create(model=model, messages=HI, functions=functions).choices[0]
    assert first.finish_reason == "function_call"
    called = first.message.function_call
    assert called is not None
    assert called.name == "get_weather"
    assert isinstance(json.loads(called.arguments), dict)
    heard: Any = [*HI, first.message, {"role": "function", "name": called.name, "content": "sunny"}]
    chunks = list(client.chat.completions.create(model=model, messages=heard, functions=functions, stream=True))
    assert "sunny" in "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    chunks = list(client.chat.completions.create(model=model, messages=HI, functions=functions, stream=True))
    calls = [chunk.choices[0].delta.function_call for chunk in chunks if chunk.choices]
    assert [call.name for call in calls if call] == ["get_weather"]
