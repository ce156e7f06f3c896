"""The bridge before a dialect of another protocol."""

from __future__ import annotations

import json

from sluice.base.formats import Format
from sluice.base.outcome import Reply
from sluice.base.wire import WireHead
from sluice.formats.patch import parse_top
from sluice.vendors.bridge import speaker
from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.registry import bind

ANSWER = json.dumps(
    {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
).encode()
HEAD = WireHead(200, [(b"content-type", b"application/json")])


def asked(words: str) -> Call:
    body = json.dumps(
        {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": words}], "top_k": 5}
    ).encode()
    return Call(format=Format.ANTHROPIC, model="m", upstream_model="m", body=body, top=parse_top(body), nonce=7)


def test_a_call_is_translated_once_whatever_is_asked_meanwhile() -> None:
    bridge = speaker(bind(ChannelSpec(provider="openai-compatible", base_url="http://u/v1", key="k")), Format.ANTHROPIC)
    assert bridge is not None
    first, second = asked("first"), asked("second")
    assert b"first" in bridge.request(first, "k").body
    said = first.said
    assert b"second" in bridge.request(second, "k").body
    assert isinstance(bridge.reply(first, HEAD, ANSWER), Reply)
    assert first.said is said is not None
    assert first.changed(upstream_model="other").said is None, "a changed copy says something else"
