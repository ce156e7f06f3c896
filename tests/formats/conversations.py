"""Arbitrary requests and answers of each protocol, with members nobody knows at every level."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
words = st.text(st.characters(codec="utf-8"), max_size=12)
plain_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)
unknown = st.dictionaries(st.sampled_from(["x_new", "x_deep", "cache_control"]), plain_json, max_size=2)
objects = st.dictionaries(words, plain_json, max_size=2)
names = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)


@st.composite
def with_unknown(draw: st.DrawFn, **members: st.SearchStrategy[Any]) -> Json:
    """An object with these members and unknown ones."""
    return {**draw(unknown), **{name: draw(value) for name, value in members.items()}}


def either(*kinds: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """One of several kinds of part."""
    return st.one_of(*kinds)


def just(value: str) -> st.SearchStrategy[str]:
    """Always the same."""
    return st.just(value)


def sampled(draw: st.DrawFn, knobs: dict[str, st.SearchStrategy[Any]]) -> Json:
    """Some of the optional members."""
    chosen = draw(st.sets(st.sampled_from(sorted(knobs))))
    return {name: draw(knobs[name]) for name in sorted(chosen)}


# Messages.

source = either(
    with_unknown(type=just("base64"), media_type=st.sampled_from(["image/png", "application/pdf"]), data=words),
    with_unknown(type=just("url"), url=words),
    with_unknown(type=just("file"), file_id=words),
)
text_block = with_unknown(type=just("text"), text=words)
blocks = either(
    text_block,
    with_unknown(type=just("image"), source=source),
    with_unknown(type=just("document"), source=source, title=words | st.none()),
    with_unknown(type=just("thinking"), thinking=words, signature=words),
    with_unknown(type=just("redacted_thinking"), data=words),
    with_unknown(type=just("tool_use"), id=words, name=names, input=objects),
    with_unknown(type=just("server_tool_use"), id=words, input=objects),
    with_unknown(
        type=just("tool_result"),
        tool_use_id=words,
        content=words | st.lists(text_block, max_size=2) | st.none(),
        is_error=st.booleans(),
    ),
)
block_content = words | st.lists(blocks, max_size=3)


@st.composite
def messages_requests(draw: st.DrawFn) -> Json:
    """A request of the Messages protocol."""
    message = with_unknown(role=st.sampled_from(["user", "assistant"]), content=block_content)
    tools = either(
        with_unknown(name=names, description=words | st.none(), input_schema=objects),
        with_unknown(type=just("custom"), name=names, input_schema=objects, strict=st.booleans()),
        with_unknown(type=just("web_search_20260318"), name=names),
    )
    knobs: dict[str, st.SearchStrategy[Any]] = {
        "system": words | st.lists(text_block, max_size=2),
        "max_tokens": st.integers(1, 9),
        "temperature": st.sampled_from([0, 0.5, 1]),
        "stop_sequences": st.lists(words, max_size=2),
        "tools": st.lists(tools, max_size=2),
        "tool_choice": st.sampled_from([{"type": "auto", "disable_parallel_tool_use": True}, {"type": "any"}]),
        "thinking": st.sampled_from([{"type": "enabled", "budget_tokens": 2000}, {"type": "adaptive", "x": 1}]),
        "metadata": objects,
        "stream": st.booleans(),
    }
    return {
        **draw(unknown),
        "model": draw(names),
        "messages": draw(st.lists(message, min_size=1, max_size=3)),
        **sampled(draw, knobs),
    }


@st.composite
def messages_replies(draw: st.DrawFn) -> Json:
    """An answer of the Messages protocol."""
    return {
        **draw(unknown),
        "id": draw(words),
        "type": "message",
        "role": "assistant",
        "model": draw(names),
        "content": draw(st.lists(blocks, max_size=3)),
        "stop_reason": draw(st.sampled_from(["end_turn", "tool_use", "brand_new", None])),
        "stop_sequence": draw(words | st.none()),
        "usage": draw(objects),
    }


# Chat completions.

text_part = with_unknown(type=just("text"), text=words)
parts = either(
    text_part,
    with_unknown(type=just("image_url"), image_url=with_unknown(url=words, detail=words)),
    with_unknown(type=just("image_url"), image_url=st.just({"url": "data:image/png;base64,AAAA"})),
    with_unknown(type=just("input_audio"), input_audio=with_unknown(data=words, format=words)),
    with_unknown(type=just("file"), file=with_unknown(file_id=st.just("file-1"))),
    with_unknown(type=just("video_url"), video_url=objects),
)
function = with_unknown(name=names, arguments=words)
calls = either(
    with_unknown(id=words, type=just("function"), function=function),
    with_unknown(id=words, type=just("custom"), custom=objects),
)


@st.composite
def assistant_messages(draw: st.DrawFn) -> Json:
    """What the model said."""
    said: dict[str, st.SearchStrategy[Any]] = {
        "content": words | st.none() | st.lists(text_part, max_size=2),
        "refusal": words | st.none(),
        "tool_calls": st.lists(calls, min_size=1, max_size=2) | st.none(),
        "reasoning_content": words,
        "thinking_blocks": st.just([{"type": "thinking", "thinking": "hm", "signature": "s"}]),
    }
    return {**draw(unknown), "role": "assistant", **sampled(draw, said)}


@st.composite
def chat_requests(draw: st.DrawFn) -> Json:
    """A chat completions request."""
    content = words | st.lists(parts, max_size=3)
    message = st.one_of(
        with_unknown(role=st.sampled_from(["user", "system", "developer"]), content=content),
        with_unknown(role=just("tool"), tool_call_id=words, content=words | st.lists(text_part, max_size=2)),
        assistant_messages(),
    )
    tools = either(
        with_unknown(
            type=just("function"), function=with_unknown(name=names, parameters=objects, strict=st.booleans())
        ),
        with_unknown(type=just("function"), function=with_unknown(name=names, description=words)),
        with_unknown(type=just("custom"), custom=objects),
    )
    knobs: dict[str, st.SearchStrategy[Any]] = {
        "max_tokens": st.integers(1, 9),
        "temperature": st.sampled_from([0, 0.5, 2]),
        "stop": words | st.lists(words, max_size=2) | st.none(),
        "tools": st.lists(tools, max_size=2),
        "tool_choice": st.sampled_from(["auto", "none", "required"]),
        "response_format": st.sampled_from([{"type": "json_object"}, {"type": "text"}]),
        "reasoning_effort": st.sampled_from(["none", "low", "xhigh"]),
        "stream_options": objects,
        "n": st.integers(1, 3),
    }
    return {
        **draw(unknown),
        "model": draw(names),
        "messages": draw(st.lists(message, min_size=1, max_size=3)),
        **sampled(draw, knobs),
    }


@st.composite
def chat_replies(draw: st.DrawFn) -> Json:
    """A chat completion."""
    choice = {
        **draw(unknown),
        "index": 0,
        "message": draw(assistant_messages()),
        "finish_reason": draw(st.sampled_from(["stop", "tool_calls", "eos", None])),
    }
    head = {"id": draw(words), "object": "chat.completion", "created": 1, "model": draw(names)}
    return {**draw(unknown), **head, "choices": [choice], "usage": draw(objects)}
