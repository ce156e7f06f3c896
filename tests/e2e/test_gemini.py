"""Gemini's protocol by its provider's own SDK, over channels that speak it and channels that speak another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import anthropic
import httpx
import openai
import pytest
from google import genai
from google.genai import errors, types

from .gateways import Gateway

SUFFIXES = (
    "", "-tool", "-ptool", "-think", "-think-ptool", "-json", "-filter", "-429", "-500", "-split", "-crlf",
    "-slow-errstream", "-slow-abort",
)  # fmt: skip
HI = "one two three"
"""Three tokens by the fake provider's count; it answers ``You said: one two three``, five."""
THOUGHT = "Let me think about it step by step."
TOOLS = [
    types.Tool(
        function_declarations=[
            types.FunctionDeclaration(
                name=name,
                description="Tells",
                parameters=types.Schema(
                    type=types.Type.OBJECT, properties={"city": types.Schema(type=types.Type.STRING)}
                ),
            )
            for name in ("get_weather", "get_time")
        ]
    )
]
NATIVE = ("gemini-3-native", "gemini-2-native")
FAMILIES = {
    "gemini-3-native": ("gemini", "gemini"),
    "gemini-2-native": ("gemini", "gemini"),
    "gpt-of-google": ("openai-compatible", "openai"),
    "claude-3-7-of-google": ("anthropic", "anthropic"),
}
"""Model family -> provider and wire: channels that speak the protocol, with and without signatures, and others."""


@dataclass
class Upstream:
    """The SDK's client, and the models of the channel it is to be tried with."""

    client: genai.Client
    gateway: Gateway
    family: str

    def model(self, suffix: str = "") -> str:
        """The name of a model with a scenario."""
        return self.family + suffix

    def ask(self, streamed: bool, suffix: str = "", contents: Any = HI, **config: Any) -> Answer:
        """An answer, in one of both ways."""
        given: dict[str, Any] = {"model": self.model(suffix), "contents": contents}
        given["config"] = types.GenerateContentConfig(**config)
        if not streamed:
            return Answer([self.client.models.generate_content(**given)])
        return Answer(list(self.client.models.generate_content_stream(**given)))

    def received(self, since: int) -> dict[str, Any]:
        """The body of the one request the upstream received after a mark."""
        (entry,) = self.gateway.provider.seen(since)
        body: dict[str, Any] = json.loads(entry["body"])
        return body


@dataclass
class Answer:
    """An answer in its pieces: one when it came whole."""

    pieces: list[types.GenerateContentResponse]

    @property
    def parts(self) -> list[types.Part]:
        """All parts."""
        contents = [piece.candidates[0].content for piece in self.pieces if piece.candidates]
        return [part for content in contents if content for part in content.parts or []]

    @property
    def text(self) -> str:
        """The words that are no thought."""
        return "".join(part.text or "" for part in self.parts if not part.thought)

    @property
    def thought(self) -> str:
        """The words that are."""
        return "".join(part.text or "" for part in self.parts if part.thought)

    @property
    def calls(self) -> list[types.FunctionCall]:
        """The calls."""
        return [part.function_call for part in self.parts if part.function_call]

    @property
    def reason(self) -> types.FinishReason | None:
        """Why it ended: told once, in the last piece."""
        told = [piece.candidates[0].finish_reason for piece in self.pieces if piece.candidates]
        assert all(reason is None for reason in told[:-1])
        return told[-1]

    @property
    def counted(self) -> tuple[int | None, int | None]:
        """Tokens of the prompt, and of the answer without its thoughts."""
        usage = self.pieces[-1].usage_metadata
        assert usage is not None
        return usage.prompt_token_count, usage.candidates_token_count

    @property
    def content(self) -> types.Content:
        """What goes back into the conversation."""
        return types.Content(
            role="model", parts=[part for part in self.parts if part.text != "" or part.thought_signature]
        )


@pytest.fixture(scope="session")
def families(gateway: Gateway) -> Gateway:
    """The shared gateway, with a channel for each family, at $1 and $2 a million input and output tokens."""
    for family, (provider, wire) in FAMILIES.items():
        names = [family + suffix for suffix in SUFFIXES]
        gateway.channel(names, name=f"google {family}", provider=provider, wire=wire)
        for name in names:
            gateway.price(name, input="1", output="2")
    gateway.channel(["gemini-embedding-fake"], name="google vectors", provider="gemini", wire="gemini")
    return gateway


def connected(gateway: Gateway, key: str = "") -> genai.Client:
    """The SDK, set up with address and key alone; it is not to try again what failed."""
    retry = types.HttpRetryOptions(attempts=1)
    options = types.HttpOptions(base_url=gateway.url, retry_options=retry)
    return genai.Client(api_key=key or gateway.key(), http_options=options)


@pytest.fixture(params=FAMILIES)
def upstream(request: pytest.FixtureRequest, families: Gateway) -> Iterator[Upstream]:
    """Each family in turn."""
    with connected(families) as client:
        yield Upstream(client, families, request.param)


each_way = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])


@each_way
def test_a_text_with_usage_and_charge(upstream: Upstream, streamed: bool) -> None:
    answer = upstream.ask(streamed)
    assert answer.text == "You said: one two three"
    assert answer.reason is types.FinishReason.STOP
    assert answer.counted == (3, 5)
    assert {piece.model_version for piece in answer.pieces} == {upstream.model()}
    assert len(answer.pieces) > 1 or not streamed
    headers = answer.pieces[0].sdk_http_response
    assert headers is not None
    assert headers.headers is not None
    row = upstream.gateway.settled(headers.headers["x-request-id"])
    assert (row["status"], row["rule"], row["charge_usd"]) == (200, "complete", "0.000013")


@each_way
@pytest.mark.parametrize(("suffix", "count"), [("-tool", 1), ("-ptool", 2), ("-think-ptool", 2)])
def test_calls_and_the_loop_back(upstream: Upstream, streamed: bool, suffix: str, count: int) -> None:
    """The upstreams check that every call is answered, and that what proves a thought came back unharmed."""
    wish: dict[str, Any] = {"tools": TOOLS, "max_output_tokens": 4000}
    if "think" in suffix:
        wish["thinking_config"] = types.ThinkingConfig(thinking_budget=2000, include_thoughts=True)
    first = upstream.ask(streamed, suffix, **wish)
    assert [call.name for call in first.calls] == ["get_weather", "get_time"][:count]
    assert [call.args for call in first.calls] == [
        {"city": city, "unit": "celsius", "days": days} for days, city in enumerate(("Paris", "Tokyo")[:count])
    ]
    assert first.reason is types.FinishReason.STOP
    assert first.thought.strip() == (THOUGHT if "think" in suffix else "")
    answers = [
        types.Part(function_response=types.FunctionResponse(id=call.id, name=call.name, response={"result": "21"}))
        for call in first.calls
    ]
    asked = types.Content(role="user", parts=[types.Part(text=HI)])
    turns = [asked, first.content, types.Content(role="user", parts=answers)]
    final = upstream.ask(streamed, suffix, turns, **wish)
    assert final.text == "The tool says: 21"


@each_way
def test_thought_is_told_apart_and_counted_apart(upstream: Upstream, streamed: bool) -> None:
    budget = types.ThinkingConfig(thinking_budget=2000, include_thoughts=True)
    answer = upstream.ask(streamed, "-think", thinking_config=budget, max_output_tokens=4000)
    assert (answer.thought.strip(), answer.text) == (THOUGHT, "You said: one two three")
    assert answer.counted == ((3, 5) if upstream.family in NATIVE else (3, 13))


def test_a_picture_and_a_document(upstream: Upstream) -> None:
    mark = upstream.gateway.provider.mark()
    picture = types.Part.from_bytes(data=b"\x89PNG\r\n\x1a\n", mime_type="image/png")
    paper = types.Part.from_bytes(data=b"%PDF-", mime_type="application/pdf")
    answer = upstream.ask(False, "", [picture, paper, "what is this"], system_instruction="Be brief")
    assert answer.text.endswith("what is this")
    body = upstream.received(mark)
    if upstream.family in NATIVE:
        # The SDK spells some names in the other way.
        told = [{"inlineData": {"mime_type": "image/png", "data": "iVBORw0KGgo="}}, {"text": "what is this"}]
        assert [body["contents"][0]["parts"][at] for at in (0, 2)] == told
        assert body.keys() == {"contents", "systemInstruction", "generationConfig"}
    elif upstream.family.startswith("gpt"):
        assert body["messages"][0] == {"role": "system", "content": "Be brief"}
        assert body["messages"][1]["content"] == [
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
            {"type": "file", "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}},
            {"type": "text", "text": "what is this"},
        ]
    else:
        assert [block["type"] for block in body["messages"][0]["content"]] == ["image", "document", "text"]


@each_way
def test_an_answer_in_a_form(upstream: Upstream, streamed: bool) -> None:
    mark = upstream.gateway.provider.mark()
    form = types.Schema(
        type=types.Type.OBJECT, properties={"city": types.Schema(type=types.Type.STRING, nullable=True)}
    )
    answer = upstream.ask(streamed, "-json", response_mime_type="application/json", response_schema=form)
    assert json.loads(answer.text) == {"city": "Paris", "temperature": 21}
    wanted = {"type": "object", "properties": {"city": {"type": ["string", "null"]}}}
    body = upstream.received(mark)
    if upstream.family.startswith("gpt"):
        assert body["response_format"]["json_schema"]["schema"] == wanted
    elif upstream.family.startswith("claude"):
        assert body["output_config"]["format"] == {"type": "json_schema", "schema": wanted}


@each_way
def test_the_limit_and_a_refusal_say_so(upstream: Upstream, streamed: bool) -> None:
    short = upstream.ask(streamed, max_output_tokens=2)
    assert (short.text, short.reason, short.counted[1]) == ("You said:", types.FinishReason.MAX_TOKENS, 2)
    refused = upstream.ask(streamed, "-filter")
    assert refused.text == ""
    if upstream.family in NATIVE:
        assert refused.pieces[-1].prompt_feedback is not None
        assert refused.pieces[-1].prompt_feedback.block_reason is types.BlockedReason.PROHIBITED_CONTENT
    else:
        assert refused.reason is types.FinishReason.SAFETY


def test_a_stop_text_travels(upstream: Upstream) -> None:
    mark = upstream.gateway.provider.mark()
    answer = upstream.ask(False, stop_sequences=["two"], seed=7)
    if upstream.family.startswith("gpt"):
        assert upstream.received(mark)["stop"] == ["two"]
    else:
        assert answer.text == "You said: one "


@pytest.mark.parametrize("suffix", ["-split", "-crlf"])
def test_a_stream_however_it_is_cut(upstream: Upstream, suffix: str) -> None:
    assert upstream.ask(True, suffix).text == "You said: one two three"


@each_way
def test_an_error_before_the_answer(upstream: Upstream, streamed: bool) -> None:
    with pytest.raises(errors.ClientError) as refused:
        upstream.ask(streamed, "-429")
    assert (refused.value.code, refused.value.status) == (429, "RESOURCE_EXHAUSTED")
    with pytest.raises(errors.ServerError) as failed:
        upstream.ask(streamed, "-500")
    assert (failed.value.code, failed.value.status) == (502, "INTERNAL")


def test_an_error_in_the_stream_is_raised_and_what_was_said_is_charged(upstream: Upstream) -> None:
    stream = upstream.client.models.generate_content_stream(model=upstream.model("-slow-errstream"), contents=HI)
    first = next(stream)
    with pytest.raises(errors.APIError) as broken:
        list(stream)
    assert broken.value.code in (429, 502, 503)
    assert first.sdk_http_response is not None
    assert first.sdk_http_response.headers is not None
    row = upstream.gateway.settled(first.sdk_http_response.headers["x-request-id"])
    assert row["rule"].startswith("upstream_broke")
    assert row["charge_usd"] != "0.00"


def test_a_broken_connection_is_no_clean_end(families: Gateway) -> None:
    with connected(families) as client, pytest.raises(errors.APIError):
        list(client.models.generate_content_stream(model="gemini-3-native-slow-abort", contents=HI))


# The surface itself.


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
    url = path_of("gpt-of-google-slow-errstream", "streamGenerateContent")
    got: list[bytes] = []
    with families.http.stream("POST", url, json=BODY, headers=headers) as raw, pytest.raises(httpx.RemoteProtocolError):
        got.extend(raw.iter_raw())
    assert got[0].startswith(b"[{")
    last = json.loads(b"".join(got) + b"]")[-1]
    assert last["error"]["status"] in ("INTERNAL", "UNAVAILABLE")


@pytest.mark.parametrize("prefix", ["/v1beta", "/v1"])
def test_the_key_in_the_query_is_a_key(families: Gateway, prefix: str) -> None:
    url = f"{prefix}/models/gemini-3-native:generateContent"
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
    answer = families.http.post(path_of("gpt-of-google", "generateContent"), json=body, headers=headers)
    candidate = answer.json()["candidates"][0]
    assert (candidate["finishReason"], candidate["content"]["parts"]) == ("MAX_TOKENS", [{"text": "You said:"}])
    assert answer.headers["x-sluice-dropped"] == "safetySettings"


@pytest.mark.parametrize(
    ("model", "body", "status", "reason"),
    [
        ("gpt-of-google", {"contents": []}, 400, "invalid_value"),
        ("gpt-of-google", {}, 400, "invalid_value"),
        ("gpt-of-google", {**BODY, "tools": [{"googleSearch": {}}]}, 400, "unsupported_content"),
        ("gpt-of-google", {**BODY, "cachedContent": "cachedContents/1"}, 400, "unsupported_content"),
        ("gpt-of-google", {"contents": [{"parts": [{"executableCode": {}}]}]}, 400, "unsupported_content"),
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


def test_tokens_are_counted_without_an_upstream(upstream: Upstream) -> None:
    mark = upstream.gateway.provider.mark()
    counted = upstream.client.models.count_tokens(model=upstream.model(), contents=HI)
    assert counted.total_tokens
    assert upstream.gateway.provider.seen(mark) == []


def test_models_are_listed_in_pages_and_shown(families: Gateway) -> None:
    families.token("google scoped", models=["gemini-3-native", "gemini-2-native", "gpt-of-google"])
    with connected(families, families.key("google scoped")) as client:
        listed = [model.name for model in client.models.list(config={"page_size": 2})]
        assert listed == ["models/gemini-2-native", "models/gemini-3-native", "models/gpt-of-google"]
        assert client.models.get(model="gpt-of-google").name == "models/gpt-of-google"
        with pytest.raises(errors.ClientError) as refused:
            client.models.get(model="claude-3-7-of-google")
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
    ask: dict[str, Any] = {"model": "gemini-3-native-think-ptool", "max_tokens": 4000, "tools": tools}
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
