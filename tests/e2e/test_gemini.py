"""Gemini's protocol by its provider's own SDK, over channels that speak it and channels that speak another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from google.genai import errors, types

from .gateways import Gateway
from .google_sdk import HI, THOUGHT, Upstream, connected, open_channels

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
    "claude-sonnet-4-5-of-google": ("anthropic", "anthropic"),
}
"""Channels that speak the protocol, with and without signatures, and others."""


@pytest.fixture(scope="session")
def families(gateway: Gateway) -> Gateway:
    """The shared gateway, with a channel for each family."""
    open_channels(gateway, FAMILIES)
    return gateway


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


def test_tokens_are_counted_without_an_upstream(upstream: Upstream) -> None:
    mark = upstream.gateway.provider.mark()
    counted = upstream.client.models.count_tokens(model=upstream.model(), contents=HI)
    assert counted.total_tokens
    assert upstream.gateway.provider.seen(mark) == []
