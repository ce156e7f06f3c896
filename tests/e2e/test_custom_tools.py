"""Custom tools of chat completions through a gateway, by OpenAI's SDK: whole, streamed, and what comes after."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from .gateways import Gateway
from .test_sdk_matrix import OVERS

PATCH = 'a "b"\n\\c'
CUSTOM: Any = {"type": "custom", "custom": {"name": "patch", "description": "Patches."}}
FUNCTION: Any = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}, "custom": None}


@pytest.mark.parametrize(
    "name", ["anthropic", "gemini", "openai-responses", "azure-responses", "cohere", "bedrock-converse"]
)
@pytest.mark.parametrize(("arguments", "said"), [('{"input": "a \\"b\\"\\n\\\\c"}', PATCH), ("{}", "")])
def test_a_custom_tool_is_called_as_such(gateway: Gateway, name: str, arguments: str, said: str) -> None:
    over, model = OVERS[name], f"custom-{name}-{len(said)}"
    gateway.channel(
        [model],
        provider=over.provider,
        wire=over.wire,
        key=over.key,
        options=over.options,
        model_mapping={model: f"{over.model}-call"},
    )
    gateway.price(model, input="1", output="2")
    asked: Any = [{"role": "user", "content": f"call patch {arguments}"}]
    tools = [FUNCTION, CUSTOM]
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key(), max_retries=0) as client:
        choice = client.chat.completions.create(model=model, messages=asked, tools=tools).choices[0]
        call: Any = (choice.message.tool_calls or [None])[0]
        assert call.type == "custom"
        assert (call.custom.name, call.custom.input, choice.finish_reason) == ("patch", said, "tool_calls")
        chunks = list(client.chat.completions.create(model=model, messages=asked, tools=tools, stream=True))
        pieces: Any = [piece for chunk in chunks for piece in chunk.choices[0].delta.tool_calls or ()]
        assert (pieces[0].type, pieces[0].custom["name"]) == ("custom", "patch")
        assert "".join(piece.custom["input"] for piece in pieces) == said
        asked += [choice.message.to_dict(), {"role": "tool", "tool_call_id": call.id, "content": "done"}]
        told = client.chat.completions.create(model=model, messages=asked, tools=tools).choices[0].message.content
        assert told == "The tool says: done"
