"""Any value in any place of a request: taken, refused with its reason, or the upstream's to judge; never a defect."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .accounts import ACCOUNTS, open_account
from .gateways import Gateway
from .upstreams import Upstream, told, upstream, whole

some = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

_leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**63, -(2**63) - 1, 2**64, 10**30, 1e308, -0.0, 0.1])
    | st.text(max_size=8)
    | st.sampled_from(["", "\0", "\ud7ff", "\u2028", "a\r\nb: c", "../..", "%00", "http://127.0.0.1/", "data:,", "🦊"])
)
VALUES = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
"""Any JSON, with a liking for what breaks things."""

_TOOL = {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}
_CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
_PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}}
CHAT: dict[str, Any] = {
    "messages": [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": [{"type": "text", "text": "hi"}, _PICTURE], "name": "n"},
        {"role": "assistant", "content": None, "tool_calls": [_CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": "2"},
        {"role": "user", "content": "so?"},
    ],
    "tools": [_TOOL],
    "tool_choice": {"type": "function", "function": {"name": "f"}},
    "stream": False,
    "stream_options": {"include_usage": True},
    "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}},
    "temperature": 0.5,
    "top_p": 1,
    "stop": ["x"],
    "n": 1,
    "seed": 1,
    "logit_bias": {"1": 2},
    "max_tokens": 10,
    "max_completion_tokens": 10,
    "reasoning_effort": "low",
    "user": "u",
    "metadata": {"a": "b"},
}
MESSAGES: dict[str, Any] = {
    "system": [{"type": "text", "text": "be brief", "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "hi"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
                {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}},
            ],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "2"}]},
    ],
    "tools": [{"name": "f", "description": "d", "input_schema": {"type": "object"}}],
    "tool_choice": {"type": "auto"},
    "thinking": {"type": "enabled", "budget_tokens": 1024},
    "stop_sequences": ["x"],
    "max_tokens": 2048,
    "stream": False,
    "temperature": 1,
    "metadata": {"user_id": "u"},
}
RESPONSES: dict[str, Any] = {
    "instructions": "be brief",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "hi"}]},
        {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": "2"},
    ],
    "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": False}],
    "tool_choice": "auto",
    "text": {"format": {"type": "text"}},
    "reasoning": {"effort": "low"},
    "max_output_tokens": 100,
    "stream": False,
    "store": False,
    "temperature": 1,
    "metadata": {"a": "b"},
}
SURFACES = {"/v1/chat/completions": CHAT, "/v1/messages": MESSAGES, "/v1/responses": RESPONSES}
OTHERS: dict[str, dict[str, Any]] = {
    "/v1/completions": {
        "model": "gpt-4o-mini", "prompt": ["a"], "max_tokens": 5, "n": 1, "best_of": 1, "stream": False, "echo": True,
    },
    "/v1/embeddings": {
        "model": "text-embedding-3-small", "input": ["a", "b"], "encoding_format": "float", "dimensions": 8,
    },
    "/v1/rerank": {
        "model": "bge-reranker-v2-m3", "query": "a", "documents": ["a", "b"], "top_n": 1, "return_documents": True,
    },
    "/v1/images/generations": {
        "model": "dall-e-3", "prompt": "a", "n": 1, "size": "1024x1024", "response_format": "b64_json",
    },
    "/v1/audio/speech": {"model": "tts-1", "input": "a", "voice": "alloy", "response_format": "mp3", "speed": 1},
    "/v1/moderations": {"input": ["a"], "model": "omni-moderation-latest"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def unmoved(gateway: Gateway) -> Iterator[None]:
    """After each test the log tells of no defect."""
    begin = gateway.log.stat().st_size
    yield
    with gateway.log.open("rb") as log:
        log.seek(begin)
        assert b"Traceback" not in log.read()


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of every value inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [deep for key, item in inner for deep in ((*path, key), *places(item, (*path, key)))]


@st.composite
def twisted(draw: st.DrawFn, body: dict[str, Any]) -> dict[str, Any]:
    """The body with one or two of its values replaced."""
    found = copy.deepcopy(body)
    for _ in range(draw(st.integers(1, 2))):
        *way, last = draw(st.sampled_from(places(found)))
        target = found
        for step in way:
            target = target[step]
        target[last] = draw(VALUES)
        if not places(found):
            break
    return found


def sent(gateway: Gateway, path: str, body: dict[str, Any]) -> int:
    """Sends a body; the answer may be anything but a defect. Returns its status."""
    content = json.dumps(body)
    with gateway.http.stream("POST", path, content=content, headers=gateway.auth()) as answer:
        got = answer.read()
    assert answer.status_code < 500, (answer.status_code, got, content)
    assert answer.headers["x-request-id"].startswith("req_")
    if answer.status_code >= 400:
        assert json.loads(got)["error"]["message"]
    return answer.status_code


@pytest.mark.parametrize("path", OTHERS)
def test_any_value_in_any_field(gateway: Gateway, path: str) -> None:
    if path == "/v1/moderations":
        gateway.channel(["omni-moderation-latest"])
    assert sent(gateway, path, OTHERS[path]) == 200

    @some
    @given(twisted(OTHERS[path]))
    def run(body: dict[str, Any]) -> None:
        sent(gateway, path, body)

    run()


@pytest.fixture(scope="module")
def refusing() -> Iterator[Upstream]:
    """An upstream that has no liking for any request."""
    with upstream(whole(400, told("no")), hold=True) as server:
        yield server


@pytest.mark.parametrize("account", ["openai", "azure", "zhipu", "qianfan-v1", "dashscope", "ollama native"])
@pytest.mark.parametrize("path", SURFACES)
def test_any_value_in_any_field_of_a_conversation(gateway: Gateway, path: str, account: str) -> None:
    """Also where the conversation has to be told in the words of another protocol."""
    open_account(gateway, ACCOUNTS[account])
    model = {"model": ACCOUNTS[account].chat}

    @some
    @given(twisted(SURFACES[path]))
    def run(body: dict[str, Any]) -> None:
        sent(gateway, path, {**model, **body})

    run()


@pytest.mark.parametrize("provider_id", ["anthropic", "gemini"])
@pytest.mark.parametrize("path", SURFACES)
def test_any_value_in_any_field_told_to_other_wires(
    gateway: Gateway, refusing: Upstream, path: str, provider_id: str
) -> None:
    model = f"bad-fields-{provider_id}-{path}"
    gateway.channel([model], provider=provider_id, base_url=refusing.url)

    @some
    @given(twisted(SURFACES[path]))
    def run(body: dict[str, Any]) -> None:
        sent(gateway, path, {"model": model, **body})

    run()


def test_names_of_ones_own_cannot_break_out_of_a_header(gateway: Gateway) -> None:
    """What an upstream cannot take is told in a header, by the names the client gave it."""
    open_account(gateway, ACCOUNTS["ollama native"])
    names = {
        "a\r\nx-evil: 1": 1,
        "b\0": 1,
        "ö": 1,
        "c,d": 1,
        "e" * 5000: 1,
        **{f"f{number}": 1 for number in range(900)},
    }
    body = {"model": ACCOUNTS["ollama native"].chat, "input": "hi", "store": False, "tool_choice": "required", **names}
    answer = gateway.http.post("/v1/responses", json=body, headers=gateway.auth())
    assert answer.status_code == 200, answer.text
    assert "x-evil" not in answer.headers
    told = answer.headers["x-sluice-dropped"]
    assert told.isascii()
    assert "a??x-evil: 1" in told
    assert len(told) < 6000
    assert gateway.settled(answer.headers["x-request-id"])["dropped"] == told.split(", ")
