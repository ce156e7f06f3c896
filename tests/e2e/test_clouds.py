"""The clouds (Vertex AI, Bedrock, Cohere) by the SDKs of all four protocols. The fake provider verifies what is signed,
and that every proof of a thought comes back to who gave it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import anthropic
import openai
import pytest
from google.genai import types
from tests.vendors.google_account import account

from sluice.fake.aws import secret_of

from .gateways import Gateway
from .google_sdk import connected

FAMILIES = {
    "gemini-3-cloud": ("vertex", "vertex"),
    "claude-3-7-cloud": ("vertex", "vertex"),
    "anthropic.claude-3-7-cloud": ("bedrock", "bedrock"),
    "command-cloud": ("cohere", "cohere"),
}
"""Model family -> provider and wire."""
SUFFIXES = ("", "-think-tool", "-429", "-slow-errstream")
HI = "one two three"
"""Three tokens by the fake provider's count; it answers ``You said: one two three``, five."""
SAID = "You said: one two three"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
GIVEN = {"city": "Paris", "unit": "celsius", "days": 0}


def key_of(gateway: Gateway, provider: str) -> str:
    """A key of the form each cloud has."""
    if provider == "bedrock":
        return f"AKIAFAKE|{secret_of('AKIAFAKE')}|us-west-2"
    if provider == "cohere":
        return "co-1"
    return account(f"{gateway.provider.base('vertex')}/token")


@pytest.fixture(scope="session")
def clouds(gateway: Gateway) -> Gateway:
    """The shared gateway, with a channel for each family, at $1 and $2 a million input and output tokens."""
    for family, (provider, wire) in FAMILIES.items():
        names = [family + suffix for suffix in SUFFIXES]
        key = key_of(gateway, provider)
        gateway.channel(names, name=f"cloud {family}", provider=provider, wire=wire, key=key)
        for name in names:
            gateway.price(name, input="1", output="2")
    return gateway


Asked = tuple[str, int, int]
"""What an answer said, and the tokens of prompt and answer."""


def openai_client(gateway: Gateway) -> openai.OpenAI:
    """OpenAI's SDK, not to try again what failed."""
    return openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key(), max_retries=0)


def anthropic_client(gateway: Gateway) -> anthropic.Anthropic:
    """Anthropic's."""
    return anthropic.Anthropic(base_url=gateway.url, api_key=gateway.key(), max_retries=0)


# One text, whole and streamed.


def chat_text(gateway: Gateway, model: str, streamed: bool) -> Asked:
    with openai_client(gateway) as client:
        messages: Any = [{"role": "user", "content": HI}]
        if not streamed:
            whole = client.chat.completions.create(model=model, messages=messages)
            assert whole.usage is not None
            return whole.choices[0].message.content or "", whole.usage.prompt_tokens, whole.usage.completion_tokens
        options: Any = {"include_usage": True}
        chunks = list(
            client.chat.completions.create(model=model, messages=messages, stream=True, stream_options=options)
        )
        said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
        usage = chunks[-1].usage
        assert usage is not None
        return said, usage.prompt_tokens, usage.completion_tokens


def responses_text(gateway: Gateway, model: str, streamed: bool) -> Asked:
    with openai_client(gateway) as client:
        if streamed:
            with client.responses.stream(model=model, input=HI) as stream:
                told: Any = stream.get_final_response()
        else:
            told = client.responses.create(model=model, input=HI)
        return told.output_text, told.usage.input_tokens, told.usage.output_tokens


def messages_text(gateway: Gateway, model: str, streamed: bool) -> Asked:
    with anthropic_client(gateway) as client:
        given: Any = {"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": HI}]}
        if streamed:
            with client.messages.stream(**given) as stream:
                told: Any = stream.get_final_message()
        else:
            told = client.messages.create(**given)
        return told.content[0].text, told.usage.input_tokens, told.usage.output_tokens


def gemini_text(gateway: Gateway, model: str, streamed: bool) -> Asked:
    with connected(gateway) as client:
        if streamed:
            pieces: Any = list(client.models.generate_content_stream(model=model, contents=HI))
        else:
            pieces = [client.models.generate_content(model=model, contents=HI)]
        usage = pieces[-1].usage_metadata
        return "".join(p.text or "" for p in pieces), usage.prompt_token_count, usage.candidates_token_count


TEXTS: dict[str, Callable[[Gateway, str, bool], Asked]] = {
    "chat": chat_text,
    "responses": responses_text,
    "messages": messages_text,
    "gemini": gemini_text,
}


@pytest.mark.parametrize("protocol", TEXTS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_text_in_every_protocol(clouds: Gateway, family: str, protocol: str) -> None:
    for streamed in (False, True):
        assert TEXTS[protocol](clouds, family, streamed) == (SAID, 3, 5)


# A call of a tool that came of a thought, and its result back: with what proves the thought, which the fake verifies.


def chat_loop(gateway: Gateway, model: str) -> str:
    tools: Any = [{"type": "function", "function": {"name": "get_weather", "description": "d", "parameters": SCHEMA}}]
    turns: list[Any] = [{"role": "user", "content": HI}]
    given: Any = {"model": model, "tools": tools, "reasoning_effort": "low"}
    with openai_client(gateway) as client:
        message = client.chat.completions.create(messages=turns, **given).choices[0].message
        (call,) = message.tool_calls or []
        assert call.type == "function"
        assert json.loads(call.function.arguments) == GIVEN
        turns += [message.model_dump(exclude_none=True), {"role": "tool", "tool_call_id": call.id, "content": "21"}]
        return client.chat.completions.create(messages=turns, **given).choices[0].message.content or ""


def responses_loop(gateway: Gateway, model: str) -> str:
    tools: Any = [
        {"type": "function", "name": "get_weather", "description": "d", "parameters": SCHEMA, "strict": False}
    ]
    turns: list[Any] = [{"role": "user", "content": HI}]
    given: Any = {"model": model, "tools": tools, "reasoning": {"effort": "low"}, "store": False}
    given["include"] = ["reasoning.encrypted_content"]
    with openai_client(gateway) as client:
        first = client.responses.create(input=turns, **given)
        (call,) = [item for item in first.output if item.type == "function_call"]
        assert json.loads(call.arguments) == GIVEN
        turns += [item.model_dump(exclude_none=True) for item in first.output]
        turns.append({"type": "function_call_output", "call_id": call.call_id, "output": "21"})
        return client.responses.create(input=turns, **given).output_text


def messages_loop(gateway: Gateway, model: str) -> str:
    tools: Any = [{"name": "get_weather", "description": "d", "input_schema": SCHEMA}]
    turns: list[Any] = [{"role": "user", "content": HI}]
    given: Any = {"model": model, "max_tokens": 4000, "tools": tools}
    given["thinking"] = {"type": "enabled", "budget_tokens": 2000}
    with anthropic_client(gateway) as client:
        with client.messages.stream(messages=turns, **given) as stream:
            first = stream.get_final_message()
        (call,) = [block for block in first.content if block.type == "tool_use"]
        assert call.input == GIVEN
        result = {"type": "tool_result", "tool_use_id": call.id, "content": "21"}
        turns += [{"role": "assistant", "content": first.content}, {"role": "user", "content": [result]}]
        final: Any = client.messages.create(messages=turns, **given)
        return "".join(block.text for block in final.content if block.type == "text")


def gemini_loop(gateway: Gateway, model: str) -> str:
    schema = types.Schema(type=types.Type.OBJECT, properties={"city": types.Schema(type=types.Type.STRING)})
    function = types.FunctionDeclaration(name="get_weather", description="d", parameters=schema)
    config = types.GenerateContentConfig(
        tools=[types.Tool(function_declarations=[function])],
        thinking_config=types.ThinkingConfig(thinking_budget=2000, include_thoughts=True),
    )
    turns: list[Any] = [types.Content(role="user", parts=[types.Part(text=HI)])]
    with connected(gateway) as client:
        first = client.models.generate_content(model=model, contents=turns, config=config)
        assert first.candidates
        content = first.candidates[0].content
        (call,) = first.function_calls or []
        assert call.args == GIVEN
        assert call.name
        answer = types.FunctionResponse(id=call.id, name=call.name, response={"result": "21"})
        turns += [content, types.Content(role="user", parts=[types.Part(function_response=answer)])]
        return client.models.generate_content(model=model, contents=turns, config=config).text or ""


LOOPS: dict[str, Callable[[Gateway, str], str]] = {
    "chat": chat_loop,
    "responses": responses_loop,
    "messages": messages_loop,
    "gemini": gemini_loop,
}


@pytest.mark.parametrize("protocol", LOOPS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_thoughtful_tool_loop_in_every_protocol(clouds: Gateway, family: str, protocol: str) -> None:
    assert LOOPS[protocol](clouds, f"{family}-think-tool") == "The tool says: 21"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_rate_limit_and_a_break_are_told(clouds: Gateway, family: str) -> None:
    with openai_client(clouds) as client:
        messages: Any = [{"role": "user", "content": HI}]
        with pytest.raises(openai.RateLimitError):
            client.chat.completions.create(model=f"{family}-429", messages=messages)
        with pytest.raises(openai.APIError):
            list(client.chat.completions.create(model=f"{family}-slow-errstream", messages=messages, stream=True))


@pytest.mark.parametrize("cloud", ["bedrock", "vertex"])
def test_a_key_the_cloud_refuses_is_ours_to_mend(clouds: Gateway, cloud: str) -> None:
    key = "AKIAFAKE|another-secret|us-west-2"
    if cloud == "vertex":
        key = account(f"{clouds.provider.base('vertex')}/token", client_email="stranger@example.com")
    model = f"refused-{cloud}"
    clouds.channel([model], provider=cloud, wire=cloud, key=key)
    with openai_client(clouds) as client, pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model=model, messages=[{"role": "user", "content": HI}])
    assert caught.value.status_code == 502
    assert caught.value.code == "upstream_auth"
    assert "secret" not in caught.value.message
