"""Tool loops by clients that drop what proved the model's thought: it goes back to the model that thought it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest
from tests.conformance.answers import ANSWERS, PROOF

from sluice.base.formats import Format

from .gateways import Gateway
from .upstreams import Upstream, upstream, whole

WIRES = {
    "gemini": ("gemini-3-loop", Format.GEMINI, "/v1beta"),
    "anthropic": ("claude-sonnet-4-5-loop", Format.ANTHROPIC, "/v1"),
}
TOOLS: Any = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
each_way = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
ASKED: list[Any] = [{"role": "user", "content": "Weather?"}]


@pytest.fixture(params=WIRES)
def thinker(request: pytest.FixtureRequest, channel_to: Any, streamed: bool) -> Iterator[tuple[str, Upstream]]:
    """A model of each protocol with proofs, and the upstream that thinks for it."""
    model, fmt, path = WIRES[request.param]
    told = ANSWERS[fmt]["thought and tools"]
    answer = whole(200, told.stream, kind="text/event-stream") if streamed else whole(200, told.whole)
    with upstream(answer) as found:
        channel_to(found.url + path, provider=request.param, models=[model])
        yield model, found


def asked(gateway: Gateway, streamed: bool, model: str, turns: list[Any], token: str = "main") -> list[Any]:
    """The turns, and what a client that knows of no proofs says next: the call and its result, nothing else."""
    ask: dict[str, Any] = {"model": model, "messages": turns, "tools": TOOLS, "reasoning_effort": "medium"}
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key(token), max_retries=0) as client:
        if streamed:
            with client.chat.completions.stream(**ask) as stream:
                message: Any = stream.get_final_completion().choices[0].message
        else:
            message = client.chat.completions.create(**ask).choices[0].message
    (call,) = message.tool_calls
    function = {"name": call.function.name, "arguments": call.function.arguments}
    said = {"role": "assistant", "tool_calls": [{"id": call.id, "type": "function", "function": function}]}
    return [*turns, said, {"role": "tool", "tool_call_id": call.id, "content": "sun"}]


@each_way
def test_the_proof_goes_back_though_the_client_dropped_it(
    gateway: Gateway, thinker: tuple[str, Upstream], streamed: bool
) -> None:
    model, found = thinker
    asked(gateway, streamed, model, asked(gateway, streamed, model, ASKED))
    assert PROOF not in found.requests[0]
    assert found.requests[1].count(f'"{PROOF}"') == 1


@each_way
def test_another_token_finds_nothing_and_is_served_all_the_same(
    gateway: Gateway, thinker: tuple[str, Upstream], streamed: bool
) -> None:
    model, found = thinker
    turns = asked(gateway, streamed, model, ASKED)
    token = f"another {model} {streamed}"
    gateway.token(token)
    asked(gateway, streamed, model, turns, token)
    assert PROOF not in found.requests[1]
    if model.startswith("gemini"):
        # What Google's servers want to hear of a call that nobody signed.
        assert '"thoughtSignature":"c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="' in found.requests[1]
    else:
        # With a budget of thought a loop must show the thought that began it: here it goes on without thinking.
        assert '"thinking"' in found.requests[0]
        assert '"thinking"' not in found.requests[1]
