"""Whatever an upstream answers, a dialect says a Reply or a Fault: it never raises, and never tells a half answer as
whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sluice.base.formats import Format
from sluice.base.outcome import Fault, Reply
from sluice.base.wire import WireHead
from sluice.formats.patch import parse_top
from sluice.vendors.bridge import speaker
from sluice.vendors.dialect import Call, ChannelSpec, Dialect, Minted
from sluice.vendors.registry import bind

DIALECTS: dict[str, Any] = {
    "openai": bind(ChannelSpec(provider="openai", base_url="", key="sk-1")),
    "ernie": bind(ChannelSpec(provider="qianfan", base_url="", key="a|b")),
    "claude, bridged": speaker(bind(ChannelSpec(provider="anthropic", base_url="", key="k")), Format.OPENAI_CHAT),
    "bedrock, bridged": speaker(bind(ChannelSpec(provider="bedrock", base_url="", key="k")), Format.OPENAI_CHAT),
    "cohere, bridged": speaker(bind(ChannelSpec(provider="cohere", base_url="", key="k")), Format.OPENAI_CHAT),
    "cohere": bind(ChannelSpec(provider="cohere", base_url="", key="k")),
    "bedrock": bind(ChannelSpec(provider="bedrock", base_url="", key="k")),
    "vertex": bind(ChannelSpec(provider="vertex", base_url="", key="k")),
    "ollama": bind(ChannelSpec(provider="ollama", base_url="", key="", options={"mode": "native"})),
}
EACH = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
BODIES = {
    Format.OPENAI_CHAT: b'{"model":"m","messages":[{"role":"user","content":"hi"}]}',
    Format.EMBEDDINGS: b'{"model":"m","input":["a"],"encoding_format":"base64"}',
    Format.RERANK: b'{"model":"m","query":"q","documents":["a"],"return_documents":true}',
}
NAMES = (
    "id", "object", "created", "result", "is_end", "is_truncated", "need_clear_history", "finish_reason", "usage",
    "function_call", "name", "arguments", "thoughts", "error_code", "error_msg", "error", "message", "content",
    "thinking", "tool_calls", "function", "done", "done_reason", "prompt_eval_count", "eval_count", "embeddings",
    "embedding", "data", "index", "results", "relevance_score", "choices", "delta", "prompt_tokens",
    "completion_tokens", "access_token", "expires_in", "models", "error_description", "document", "model",
)  # fmt: skip

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "x", "assistant", "stop", "é", "\ud800"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=15,
)
functions = st.fixed_dictionaries({}, optional={"name": values, "arguments": values, "thoughts": values})
calls = st.lists(values | st.fixed_dictionaries({"function": functions}, optional={"id": values}), max_size=3)
near = st.one_of(
    # An answer of each protocol, in which any part may be anything.
    st.fixed_dictionaries(
        {"result": scalars},
        optional={
            "is_end": values, "function_call": values | functions, "usage": values, "created": values, "id": values,
            "finish_reason": values, "is_truncated": values, "need_clear_history": values, "choices": values,
        },
    ),
    st.fixed_dictionaries(
        {"message": st.fixed_dictionaries({}, optional={"content": values, "thinking": values, "tool_calls": calls})},
        optional={"done": values, "done_reason": values, "prompt_eval_count": scalars, "eval_count": scalars},
    ),
    st.fixed_dictionaries(
        {"type": st.just("message"), "content": st.lists(st.fixed_dictionaries(
            {"type": st.sampled_from(["text", "tool_use", "thinking", "odd"]), "text": values, "thinking": values},
            optional={"id": values, "name": values, "input": values, "signature": values}), max_size=3)},
        optional={"usage": values, "stop_reason": values, "id": values},
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["message_start", "content_block_start", "content_block_delta", "content_block_stop",
                                  "message_delta", "message_stop", "error"])},
        optional={"index": scalars, "delta": values, "content_block": values, "message": values, "usage": values},
    ),
    st.fixed_dictionaries({"embeddings": st.lists(values, max_size=2)}, optional={"prompt_eval_count": values}),
    st.fixed_dictionaries({"data": st.lists(values, max_size=2)}, optional={"usage": values, "object": values}),
    st.fixed_dictionaries({"results": st.lists(values, max_size=2)}, optional={"usage": values, "meta": values}),
    st.fixed_dictionaries(
        {"output": st.fixed_dictionaries({"message": st.fixed_dictionaries({"content": st.lists(st.dictionaries(
            st.sampled_from(["text", "toolUse", "reasoningContent", "citationsContent"]), values, max_size=1),
            max_size=3)})})},
        optional={"usage": values, "stopReason": values},
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["message-start", "content-start", "content-delta", "tool-plan-delta",
                                  "tool-call-start", "tool-call-delta", "citation-start", "message-end"])},
        optional={"index": scalars, "delta": values | st.fixed_dictionaries(
            {"message": values}, optional={"finish_reason": values, "usage": values}), "id": values},
    ),
    st.fixed_dictionaries({"access_token": values}, optional={"expires_in": values, "error": values}),
)  # fmt: skip
objects = near | st.dictionaries(st.sampled_from(NAMES), values, max_size=8)
bodies = st.binary(max_size=60) | objects.map(lambda value: json.dumps(value).encode())


def call_of(fmt: Format, *, stream: bool = False) -> Call:
    body = BODIES[fmt]
    return Call(format=fmt, model="m", upstream_model="m", body=body, top=parse_top(body), stream=stream, nonce=7)


@EACH
@given(body=bodies)
@example(body=b'{"output": {"message": {"content": []}}, "stopReason": []}')
def test_a_whole_answer_is_a_reply_or_a_fault(dialect: Dialect, body: bytes) -> None:
    for fmt in BODIES:
        if dialect.serves(fmt):
            for kind in (b"application/json", b"text/html", b"text/plain"):
                answer = dialect.reply(call_of(fmt), WireHead(200, [(b"content-type", kind)]), body)
                assert isinstance(answer, Reply | Fault)
                if isinstance(answer, Reply):
                    assert isinstance(json.loads(answer.body), dict)


@EACH
@given(events=st.lists(bodies, max_size=5), status=st.sampled_from([400, 401, 404, 429, 500, 503]))
def test_a_stream_and_an_error_never_raise(dialect: Dialect, events: list[bytes], status: int) -> None:
    kinds = {b"text/event-stream": b"data: %s\n\n", b"application/x-ndjson": b"%s\n"}
    for kind, form in kinds.items():
        parser = dialect.stream(call_of(Format.OPENAI_CHAT, stream=True), WireHead(200, [(b"content-type", kind)]))
        assert parser is not None
        out = b"".join([parser.feed(form % event) for event in events]) + parser.finish()
        assert parser.done is (parser.fault is None)
        if dialect.serves(Format.OPENAI_CHAT):
            assert (b"data: [DONE]" in out) is parser.done
    for event in events:
        assert isinstance(dialect.error(call_of(Format.OPENAI_CHAT), WireHead(status), event), Fault)


@EACH
@given(body=bodies, status=st.sampled_from([200, 404]))
def test_a_list_of_models_is_names_or_a_fault(dialect: Dialect, body: bytes, status: int) -> None:
    told = dialect.models_reply(WireHead(status), body)
    assert isinstance(told, Fault) or all(isinstance(name, str) and name for name in told)


@given(body=bodies, status=st.sampled_from([200, 401, 503]))
def test_a_token_service_gives_a_token_or_a_fault(body: bytes, status: int) -> None:
    minter = DIALECTS["ernie"].minter
    assert minter is not None
    told: Any = minter.accept(WireHead(status), body, 1_000)
    assert isinstance(told, Minted | Fault)
    assert isinstance(told, Fault) or (told.value and told.expires_ms > 1_000)
