"""Whatever an upstream sends, and however it is cut: what holds for every stream."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluice.base.outcome import Cause, Reply
from sluice.formats.openai_chat.fold import fold, stream_of
from sluice.formats.openai_chat.hygiene import Hygiene
from sluice.formats.openai_chat.stream import ChatStream
from sluice.formats.openai_chat.unary import check_reply

MODEL = "the/model"
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
pieces = st.lists(words, max_size=4)
arguments = st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=4), max_size=3).map(json.dumps)


@dataclass
class Meant:
    """What the upstream means to say in one choice."""

    content: list[str]
    reasoning: list[str]
    calls: list[tuple[str, list[str]]]  # name, pieces of the arguments
    finish: str


@dataclass
class Upstream:
    """A stream as some vendor sends it, and what it means."""

    meant: Meant
    usage: dict[str, Any] | None
    chunks: list[dict[str, Any]] = field(default_factory=list)
    data: bytes = b""
    done: bool = True


@st.composite
def cut_text(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> list[str]:
    text = draw(texts)
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=3)))
    edges = [0, *places, len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


meanings = st.builds(
    Meant,
    content=pieces,
    reasoning=pieces,
    calls=st.lists(st.tuples(st.sampled_from(["f", "get_weather", "a-b"]), cut_text(arguments)), max_size=3),
    finish=st.sampled_from(["stop", "length"]),
)
usages = st.none() | st.builds(
    lambda a, b: {"prompt_tokens": a, "completion_tokens": b, "total_tokens": a + b},
    st.integers(1, 10**6),
    st.integers(1, 10**6),
)


def call_deltas(meant: Meant, style: str, repeat: bool) -> list[dict[str, Any]]:
    """The deltas of the tool calls in a vendor's style."""
    told: list[list[dict[str, Any]]] = []
    for number, (name, parts) in enumerate(meant.calls):
        index = {"dense": number, "zero": 0, "gaps": number * 2 + 1, "none": None}[style]
        deltas = []
        for place, part in enumerate(parts):
            piece: dict[str, Any] = {} if index is None else {"index": index}
            function: dict[str, Any] = {"arguments": part}
            if place == 0 or repeat:
                piece |= {"id": f"id{number}", "type": "function"}
                function["name"] = name
            deltas.append({"tool_calls": [{**piece, "function": function}]})
        told.append(deltas)
    return [delta for deltas in told for delta in deltas]


@st.composite
def upstreams(draw: st.DrawFn, *, clean: bool = False) -> Upstream:
    meant, usage = draw(meanings), draw(usages)
    odd = st.just(False) if clean else st.booleans()
    style = "dense" if clean else draw(st.sampled_from(["dense", "zero", "gaps", "none"]))
    deltas: list[dict[str, Any]] = [{"reasoning_content": text} for text in meant.reasoning]
    deltas += [{"content": text} for text in meant.content]
    deltas += call_deltas(meant, style, draw(odd))
    ends = "tool_calls" if meant.calls and meant.finish == "stop" else meant.finish
    finish = ends if clean else draw(st.sampled_from([ends, meant.finish, "eos" if meant.finish == "stop" else ends]))
    in_all, late, drop_role, ids = draw(odd), draw(odd), draw(odd), draw(odd)
    model = MODEL if clean else draw(st.sampled_from([MODEL, "vendor-name", "", None]))
    told = [{"content": "", **({} if drop_role else {"role": "assistant"})}, *deltas, {}]
    up = Upstream(meant, usage)
    for number, delta in enumerate(told):
        last = number == len(told) - 1
        choice = {"index": 0, "delta": delta, "finish_reason": finish if last or (in_all and finish != "eos") else None}
        head = {"id": f"c{number if ids else ''}", "object": "chat.completion.chunk", "created": 5, "model": model}
        up.chunks.append({**head, "choices": [choice]})
        if usage and (late and last):
            up.chunks[-1]["usage"] = usage
    if usage and not late:
        up.chunks.append({**head, "choices": [], "usage": usage})
    up.done = True if clean else draw(st.booleans())
    up.data = framed(up, b"\n" if clean else draw(st.sampled_from([b"\n", b"\r\n", b"\r"])), draw(odd), draw(odd))
    return up


def framed(up: Upstream, line_end: bytes, comments: bool, spaced: bool) -> bytes:
    """The chunks as bytes on the wire."""
    separators = (", ", ": ") if spaced else (",", ":")
    blocks = [json.dumps(chunk, separators=separators, ensure_ascii=spaced).encode() for chunk in up.chunks]
    blocks += [b"[DONE]"] if up.done else []
    lead = b": note" + line_end + line_end if comments else b""
    return b"".join([lead + b"data: " + block + line_end * 2 for block in blocks])


def new(wants_usage: bool = True, **options: Any) -> ChatStream:
    return ChatStream(model=MODEL, wants_usage=wants_usage, new_id="chatcmpl-new", created_s=9, **options)


@quick
@given(upstreams(), st.booleans())
def test_every_vendors_stream_is_what_it_means_and_keeps_every_rule(kit: Any, up: Upstream, wants_usage: bool) -> None:
    p = new(wants_usage)
    told = kit.read(kit.run(p, [up.data]), wants_usage=wants_usage)
    assert p.fault is None
    assert told.done
    answer, meant = told.answer, up.meant
    assert (answer.content, answer.reasoning) == ("".join(meant.content), "".join(meant.reasoning))
    assert [(c.name, c.arguments) for c in answer.calls] == [(name, "".join(parts)) for name, parts in meant.calls]
    assert answer.finish == ("tool_calls" if meant.calls and meant.finish == "stop" else meant.finish)
    assert p.finish_reason == answer.finish
    assert told.usage == (up.usage if wants_usage else None)
    if up.usage:
        assert (p.usage.input_tokens, p.usage.output_tokens) == (
            up.usage["prompt_tokens"],
            up.usage["completion_tokens"],
        )
    said = answer.content + answer.reasoning + "".join(c.arguments for c in answer.calls)
    assert p.output_bytes == len(said.encode())
    assert {c["model"] for c in told.chunks} == {MODEL}


@quick
@given(upstreams(clean=True))
def test_clean_streams_pass_byte_for_byte(kit: Any, up: Upstream) -> None:
    assert kit.run(new(), [up.data]) == up.data


@quick
@given(upstreams(), st.data())
def test_a_stream_may_be_cut_anywhere(kit: Any, up: Upstream, data: st.DataObject) -> None:
    whole, bytewise, cut = new(), new(), new()
    expected = kit.run(whole, [up.data])
    assert kit.run(bytewise, [up.data[i : i + 1] for i in range(len(up.data))]) == expected
    places = data.draw(st.lists(st.integers(0, len(up.data)), max_size=6))
    assert kit.run(cut, kit.cut(up.data, places)) == expected
    assert whole.usage == bytewise.usage == cut.usage
    assert whole.output_bytes == bytewise.output_bytes == cut.output_bytes


@quick
@given(upstreams(), st.data())
def test_a_truncated_stream_never_ends_cleanly_before_its_finish(kit: Any, up: Upstream, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(up.data)))
    p = new()
    told = kit.read(kit.run(p, [up.data[:place]]), wants_usage=True)
    if p.fault is None:
        assert told.done
        assert any(c["choices"] and c["choices"][0]["finish_reason"] for c in up.chunks)
        assert b"finish_reason" in up.data[:place]
    else:
        assert p.fault.cause is Cause.BROKEN
        assert not told.done
        assert not p.done
    meant = up.meant
    for answer in told.answers.values():
        assert "".join(meant.content).startswith(answer.content)
        assert "".join(meant.reasoning).startswith(answer.reasoning)
        for call, (name, parts) in zip(answer.calls, meant.calls, strict=False):
            assert call.name == name
            assert "".join(parts).startswith(call.arguments)


@quick
@given(st.lists(st.binary(max_size=60), max_size=6))
def test_arbitrary_bytes_never_raise(kit: Any, data: list[bytes]) -> None:
    p = new()
    out = kit.run(p, data)
    out.decode()
    assert p.fault is not None or p.done


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
names = ["id", "object", "created", "model", "choices", "usage", "error", "x_groq", "other"]
inner_names = ["index", "delta", "finish_reason", "text", "message", "usage", "logprobs"]
delta_names = ["role", "content", "reasoning_content", "tool_calls", "function_call", "audio"]
call_names = ["index", "id", "type", "function", "custom"]
hostile_calls = st.dictionaries(
    st.sampled_from(call_names),
    json_values | st.dictionaries(st.sampled_from(["name", "arguments", "input"]), json_values),
)
hostile_deltas = st.dictionaries(
    st.sampled_from(delta_names), json_values | st.lists(hostile_calls | json_values, max_size=3)
)
hostile_choices = st.dictionaries(st.sampled_from(inner_names), json_values | hostile_deltas)
hostile_chunks = st.dictionaries(
    st.sampled_from(names), json_values | st.lists(hostile_choices | json_values, max_size=3)
)


@quick
@given(st.lists(hostile_chunks, max_size=5), st.booleans(), st.booleans())
def test_chunks_of_any_shape_never_raise(kit: Any, chunks: list[Any], legacy: bool, think: bool) -> None:
    p = new(legacy=legacy, hygiene=Hygiene(think_tags=think, fold_reasoning=think))
    data = b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks)
    out = kit.run(p, [data, b"data: [DONE]\n\n"])
    assert p.fault is not None or p.done
    for block in out.split(b"\n\n")[:-1]:
        assert block == b"data: [DONE]" or isinstance(json.loads(block.removeprefix(b"data: ")), dict)


@quick
@given(upstreams())
def test_a_folded_stream_is_the_whole_answer(kit: Any, up: Upstream) -> None:
    stream = kit.run(new(), [up.data])
    whole = json.loads(fold(stream))
    message = whole["choices"][0]["message"]
    meant = up.meant
    assert (message["content"] or "") == "".join(meant.content)
    assert message.get("reasoning_content", "") == "".join(meant.reasoning)
    calls = message.get("tool_calls", [])
    assert [(c["function"]["name"], c["function"]["arguments"]) for c in calls] == [
        (name, "".join(parts)) for name, parts in meant.calls
    ]
    assert whole.get("usage") == up.usage
    checked = check_reply(fold(stream), model=MODEL, nonce=1)
    assert isinstance(checked, Reply)
    assert checked.body == fold(stream), "a folded stream is a clean answer"
    assert json.loads(fold(stream_of(checked.body, wants_usage=True))) == whole


@quick
@given(hostile_chunks, st.booleans(), st.booleans())
def test_whole_answers_of_any_shape_never_raise(answer: Any, legacy: bool, think: bool) -> None:
    body = json.dumps(answer).encode()
    reply = check_reply(body, model=MODEL, nonce=1, legacy=legacy, hygiene=Hygiene(think_tags=think))
    if isinstance(reply, Reply):
        assert json.loads(reply.body)["model"] == MODEL


@quick
@given(st.binary(max_size=60))
def test_arbitrary_answers_never_raise(body: bytes) -> None:
    check_reply(body, model=MODEL, nonce=1)
