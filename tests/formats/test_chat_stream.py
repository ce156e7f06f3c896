"""Streams as vendors really send them, and what a strict client gets of them (one table; one rule a test)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluice.base.outcome import Cause
from sluice.formats.openai_chat.hygiene import Hygiene
from sluice.formats.openai_chat.stream import ChatStream

MODEL = "m"


def sse(*chunks: dict[str, Any] | str) -> bytes:
    """Chunks as an upstream sends them; strings are data as they are."""
    texts = [c if isinstance(c, str) else json.dumps(c, separators=(",", ":"), ensure_ascii=False) for c in chunks]
    return b"".join(b"data: " + text.encode() + b"\n\n" for text in texts)


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **members: Any) -> dict[str, Any]:
    """A chunk of choice 0 (or of ``index``)."""
    index = members.pop("index", 0)
    inner = members.pop("choice", {})
    head = {"id": "c-1", "object": "chat.completion.chunk", "created": 7, "model": MODEL}
    choice = {"index": index, "delta": {} if delta is None else delta, "finish_reason": finish, **inner}
    return {**head, "choices": [choice], **members}


def call(index: int | None = 0, *, id: str | None = None, name: str | None = None, args: Any = None) -> dict[str, Any]:
    """A delta with one piece of a tool call."""
    function: dict[str, Any] = {}
    if name is not None:
        function["name"] = name
    if args is not None:
        function["arguments"] = args
    piece: dict[str, Any] = {"function": function}
    if index is not None:
        piece["index"] = index
    if id is not None:
        piece |= {"id": id, "type": "function"}
    return {"tool_calls": [piece]}


USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
ROLE = chunk({"role": "assistant", "content": ""})
USAGE_CHUNK = {**chunk(), "choices": [], "usage": USAGE}
CLEAN = sse(ROLE, chunk({"content": "Hé"}), chunk({"content": "llo"}), chunk({}, "stop"), "[DONE]")
CLEAN_USAGE = sse(ROLE, chunk({"content": "Hello"}), chunk({}, "stop"), USAGE_CHUNK, "[DONE]")
CLEAN_TOOLS = sse(
    ROLE,
    chunk(call(id="a", name="f", args="")),
    chunk(call(args='{"x"')),
    chunk(call(args=":1}")),
    chunk(call(1, id="b", name="g", args="")),
    chunk(call(1, args="{}")),
    chunk({}, "tool_calls"),
    "[DONE]",
)
CLEAN_REASONING = sse(
    ROLE, chunk({"reasoning_content": "hm"}), chunk({"content": "ok", "vendor_field": 1}), chunk({}, "stop"), "[DONE]"
)
CLEAN_TWO = sse(
    chunk({"role": "assistant", "content": "a"}),
    chunk({"role": "assistant", "content": "b"}, index=1),
    chunk({"content": "c"}, index=1),
    chunk({}, "stop"),
    chunk({}, "length", index=1),
    "[DONE]",
)


def parser(**options: Any) -> ChatStream:
    return ChatStream(**{"model": MODEL, "wants_usage": False, **options})


@pytest.mark.parametrize(
    ("stream", "wants_usage"),
    [
        (CLEAN, False),
        (CLEAN, True),
        (CLEAN_USAGE, True),
        (CLEAN_TOOLS, False),
        (CLEAN_REASONING, False),
        (CLEAN_TWO, False),
    ],
    ids=["text", "text, usage wanted", "usage", "tools", "reasoning", "two choices"],
)
def test_a_clean_stream_passes_byte_for_byte(kit: Any, stream: bytes, wants_usage: bool) -> None:
    p = parser(wants_usage=wants_usage)
    assert kit.run(p, [stream]) == stream
    kit.read(stream, wants_usage=wants_usage)
    assert (p.done, p.fault, p.committed) == (True, None, True)


def test_what_was_seen_is_told(kit: Any) -> None:
    p = parser(wants_usage=True)
    kit.run(p, [CLEAN_USAGE])
    assert (p.usage.input_tokens, p.usage.output_tokens, p.usage.source) == (9, 2, "upstream")
    assert (p.output_bytes, p.finish_reason) == (5, "stop")


def test_output_is_counted_in_bytes(kit: Any) -> None:
    p = parser()
    kit.run(
        p,
        [
            sse(
                ROLE,
                chunk({"content": "é€😀"}),
                chunk({"reasoning_content": "ü"}),
                chunk(call(id="a", name="f", args="{}")),
            )
        ],
    )
    assert p.output_bytes == 2 + 3 + 4 + 2 + 2


def test_usage_that_was_not_asked_for_is_hidden(kit: Any) -> None:
    p = parser()
    told = kit.read(kit.run(p, [CLEAN_USAGE]))
    assert told.done
    assert told.usage is None
    assert p.usage.input_tokens == 9


USAGE_PLACES = {
    "own chunk": [chunk({"content": "x"}), chunk({}, "stop"), USAGE_CHUNK],
    "before the finish": [chunk({"content": "x"}), USAGE_CHUNK, chunk({}, "stop")],
    "in the last chunk": [chunk({"content": "x"}), chunk({}, "stop", usage=USAGE)],
    "in every chunk, growing": [
        chunk({"content": "x"}, usage={"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}),
        chunk({}, "stop", usage=USAGE),
    ],
    "null, then last": [chunk({"content": "x"}, usage=None), chunk({}, "stop", usage=None), USAGE_CHUNK],
    "inside the choice": [chunk({"content": "x"}), chunk({}, "stop", choice={"usage": USAGE})],
    "x_groq": [chunk({"content": "x"}), chunk({}, "stop", x_groq={"id": "r", "usage": USAGE})],
    "choices missing": [
        chunk({"content": "x"}),
        chunk({}, "stop"),
        {"id": "c-1", "created": 7, "model": MODEL, "usage": USAGE},
    ],
    "choices null": [chunk({"content": "x"}), chunk({}, "stop"), {**USAGE_CHUNK, "choices": None}],
    "twice": [chunk({"content": "x"}), chunk({}, "stop", usage=USAGE), USAGE_CHUNK],
    "zero after": [
        chunk({"content": "x"}, usage=USAGE),
        chunk({}, "stop", usage={"prompt_tokens": 0, "completion_tokens": 0}),
    ],
    "empty after": [chunk({"content": "x"}, usage=USAGE), chunk({}, "stop", usage={})],
}


@pytest.mark.parametrize("wants_usage", [True, False])
@pytest.mark.parametrize("chunks", USAGE_PLACES.values(), ids=USAGE_PLACES.keys())
def test_usage_is_found_wherever_it_is_and_told_once(kit: Any, chunks: list[Any], wants_usage: bool) -> None:
    p = parser(wants_usage=wants_usage)
    told = kit.read(kit.run(p, [sse(ROLE, *chunks, "[DONE]")]), wants_usage=wants_usage)
    assert (p.usage.input_tokens, p.usage.output_tokens) == (9, 2)
    assert told.usage == (USAGE if wants_usage else None)
    assert (told.answer.content, told.answer.finish, told.done) == ("x", "stop", True)


def test_the_name_the_client_asked_for_is_put_back(kit: Any) -> None:
    other = CLEAN_TOOLS.replace(b'"model":"m"', b'"model":"vendor/m-1"')
    assert kit.run(parser(), [other]) == CLEAN_TOOLS
    spaced = CLEAN.replace(b'"model":"m"', b'"model": "vendor/m-1"')
    assert kit.run(parser(), [spaced]).replace(b": ", b":") == CLEAN.replace(b": ", b":")
    tricky = sse(
        ROLE, chunk({"content": '"model":"x"', "model": "x"}, model="x"), chunk({}, "stop", model="x"), "[DONE]"
    )
    told = kit.read(kit.run(parser(), [tricky]))
    assert told.answer.content == '"model":"x"'
    assert told.chunks[-1]["model"] == MODEL
    assert told.answer.extras == {"model": "x"}


HEADS = {
    "ids change": [
        chunk({"content": "a"}, id="c-1"),
        chunk({"content": "b"}, id="c-2", created=8),
        chunk({}, "stop", id="c-3"),
    ],
    "id empty later": [chunk({"content": "a"}), chunk({"content": "b"}, id=""), chunk({}, "stop", id=None)],
    "model missing": [{k: v for k, v in chunk({"content": "ab"}).items() if k != "model"}, chunk({}, "stop")],
    "object wrong": [chunk({"content": "ab"}, object="chat.completion"), chunk({}, "stop", object=None)],
    "created a float": [chunk({"content": "ab"}, created=7.5), chunk({}, "stop", created="7")],
    "no head at all": [
        {"choices": [{"delta": {"content": "ab"}}]},
        {"choices": [{"delta": {}, "finish_reason": "stop"}]},
    ],
    "numbers as id": [chunk({"content": "ab"}, id=5), chunk({}, "stop", id=6)],
    "role missing": [chunk({"content": "ab"}), chunk({}, "stop")],
    "role null": [chunk({"role": None, "content": "ab"}), chunk({}, "stop")],
    "role empty": [chunk({"role": "", "content": "ab"}), chunk({}, "stop")],
    "delta null": [
        chunk({"content": "ab"}),
        {**chunk(), "choices": [{"index": 0, "delta": None, "finish_reason": "stop"}]},
    ],
    "index missing": [
        {**chunk(), "choices": [{"delta": {"content": "ab"}}]},
        {**chunk(), "choices": [{"finish_reason": "stop"}]},
    ],
    "index null": [{**chunk(), "choices": [{"index": None, "delta": {"content": "ab"}, "finish_reason": "stop"}]}],
}


@pytest.mark.parametrize("chunks", HEADS.values(), ids=HEADS.keys())
def test_heads_are_constant_and_whole(kit: Any, chunks: list[Any]) -> None:
    told = kit.read(kit.run(parser(new_id="new-1", created_s=3), [sse(*chunks, "[DONE]")]))
    assert (told.answer.content, told.answer.finish) == ("ab", "stop")
    assert all(c["id"] and isinstance(c["id"], str) for c in told.chunks)
    assert all(type(c["created"]) is int for c in told.chunks)


def test_a_first_chunk_without_choices_passes_but_is_no_content(kit: Any) -> None:
    azure = {
        "choices": [],
        "created": 0,
        "id": "",
        "model": "",
        "object": "",
        "prompt_filter_results": [{"prompt_index": 0}],
    }
    p = parser()
    p.feed(sse(azure))
    assert not p.committed
    told = kit.read(kit.run(q := parser(), [sse(azure) + CLEAN]))
    assert told.chunks[0]["prompt_filter_results"] == [{"prompt_index": 0}]
    assert q.done


def test_nothing_is_committed_before_content() -> None:
    p = parser()
    p.feed(b": hello\n\n" + sse(ROLE, chunk({"content": ""}), chunk({"content": None})))
    assert not p.committed
    p.feed(sse(chunk({"content": "x"})))
    assert p.committed


@pytest.mark.parametrize(
    "delta",
    [
        {"content": "x"},
        {"reasoning_content": "x"},
        {"reasoning": "x"},
        {"refusal": "x"},
        {"audio": {"id": "a", "data": "AAAA"}},
        {"function_call": {"name": "f", "arguments": ""}},
        call(id="a", name="f", args="{}"),
    ],
)
def test_every_kind_of_content_commits(delta: dict[str, Any]) -> None:
    p = parser()
    assert p.feed(sse(chunk({"role": "assistant", **delta})))
    assert p.committed


FINISHES = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "function_call": "function_call",
    "eos": "stop",
    "eos_token": "stop",
    "normal": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "STOP": "stop",
    "COMPLETE": "stop",
    "something_new": "stop",
    "model_length": "length",
    "max_tokens": "length",
    "MAX_TOKENS": "length",
    "sensitive": "content_filter",
    "SAFETY": "content_filter",
}


@pytest.mark.parametrize(("said", "told"), FINISHES.items())
def test_finish_reasons_are_words_clients_know(kit: Any, said: str, told: str) -> None:
    p = parser()
    assert kit.read(kit.run(p, [sse(ROLE, chunk({"content": "x"}), chunk({}, said), "[DONE]")])).answer.finish == told
    assert p.finish_reason == told


@pytest.mark.parametrize("said", ["stop", "tool_calls", "tool_use", "", "eos", None, "null"])
def test_an_answer_with_tool_calls_ends_in_tool_calls(kit: Any, said: str | None) -> None:
    stream = sse(ROLE, chunk(call(id="a", name="f", args="{}")), chunk({}, said), "[DONE]")
    assert kit.read(kit.run(parser(), [stream])).answer.finish == "tool_calls"


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("network_error", Cause.SERVER),
        ("error", Cause.SERVER),
        ("abort", Cause.SERVER),
        ("insufficient_system_resource", Cause.OVERLOADED),
    ],
)
def test_finish_reasons_that_mean_failure_are_faults(kit: Any, said: str, cause: Cause) -> None:
    p = parser()
    told = kit.read(kit.run(p, [sse(ROLE, chunk({"content": "x"}), chunk({}, said), "[DONE]")]))
    assert p.fault is not None
    assert p.fault.cause is cause
    assert (told.done, p.done) == (False, False)
    assert told.answer.content == "x"


ENDINGS = {
    "finish twice": [chunk({"content": "ab"}), chunk({}, "stop"), chunk({}, "stop")],
    "finish in every chunk": [chunk({"content": "a"}, "stop"), chunk({"content": "b"}, "stop"), chunk({}, "stop")],
    "finish with the last content": [chunk({"content": "a"}), chunk({"content": "b"}, "stop")],
    "no finish": [chunk({"content": "ab"})],
    "empty finish": [chunk({"content": "a"}, ""), chunk({"content": "b"}, ""), chunk({}, "")],
    "null as a word": [chunk({"content": "a"}, "null"), chunk({"content": "b"}, "null"), chunk({}, "stop")],
    "empty chunk after": [chunk({"content": "ab"}), chunk({}, "stop"), chunk({"content": ""})],
    "content after": [chunk({"content": "a"}), chunk({}, "stop"), chunk({"content": "b"})],
    "content after two": [
        chunk({"content": "a"}),
        chunk({}, "stop"),
        chunk({}, "stop"),
        chunk({"content": "b"}),
        chunk({}, "stop"),
    ],
    "whole message at the end": [
        chunk({"content": "a"}),
        chunk({"content": "b"}),
        {
            **chunk(),
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "ab"}, "finish_reason": "stop"}],
        },
    ],
}


@pytest.mark.parametrize("chunks", ENDINGS.values(), ids=ENDINGS.keys())
@pytest.mark.parametrize("usage", [[], [USAGE_CHUNK]], ids=["", "usage"])
def test_a_choice_finishes_once_after_its_content(kit: Any, chunks: list[Any], usage: list[Any]) -> None:
    stream = sse(ROLE, *chunks, *usage, "[DONE]")
    told = kit.read(kit.run(parser(wants_usage=True), [stream]), wants_usage=True)
    assert (told.answer.content, told.answer.finish, told.done) == ("ab", "stop", True)
    assert (told.usage is not None) == bool(usage)


def test_choices_end_each_for_itself(kit: Any) -> None:
    chunks = [
        chunk({"content": "a"}),
        chunk({"content": "b"}, index=1),
        chunk({}, "stop", index=1),
        chunk({"content": "c"}),
        "[DONE]",
    ]
    told = kit.read(kit.run(parser(), [sse(*chunks)]))
    assert [(a.content, a.finish) for _, a in sorted(told.answers.items())] == [("ac", "stop"), ("b", "stop")]


def test_several_choices_in_one_chunk(kit: Any) -> None:
    both = [{"index": i, "delta": {"content": t}, "finish_reason": None} for i, t in enumerate("ab")]
    ends = [{"index": i, "delta": {}, "finish_reason": "stop"} for i in range(2)]
    told = kit.read(kit.run(parser(), [sse({**chunk(), "choices": both}, {**chunk(), "choices": ends}, "[DONE]")]))
    assert [a.content for _, a in sorted(told.answers.items())] == ["a", "b"]


TOOLS = {
    "whole in one chunk": [call(id="a", name="f", args='{"x":1}'), call(1, id="b", name="g", args="{}")],
    "two in one delta": [
        {
            "tool_calls": [
                call(id="a", name="f", args='{"x":1}')["tool_calls"][0],
                call(1, id="b", name="g", args="{}")["tool_calls"][0],
            ]
        }
    ],
    "name and id repeated": [
        call(id="a", name="f", args=""),
        call(id="a", name="f", args='{"x"'),
        call(id="a", name="f", args=":1}"),
        call(1, id="b", name="g", args="{"),
        call(1, id="b", name="g", args="}"),
    ],
    "empty id and name later": [
        call(id="a", name="f", args='{"x"'),
        call(id="", name="", args=":1}"),
        call(1, id="b", name="g", args="{"),
        call(1, id="", name="", args="}"),
    ],
    "index 0 for all, new ids": [call(id="a", name="f", args='{"x":1}'), call(0, id="b", name="g", args="{}")],
    "index 0 for all, pieces": [
        call(id="a", name="f", args='{"x"'),
        call(0, args=":1}"),
        call(0, id="b", name="g", args=""),
        call(0, args="{}"),
    ],
    "index 0 for all, no ids": [call(name="f", args='{"x":1}'), call(0, name="g", args="{}")],
    "no index": [
        call(None, id="a", name="f", args='{"x"'),
        call(None, args=":1}"),
        call(None, id="b", name="g", args="{}"),
    ],
    "indices from 1": [call(1, id="a", name="f", args='{"x":1}'), call(2, id="b", name="g", args="{}")],
    "indices with a gap": [call(0, id="a", name="f", args='{"x":1}'), call(3, id="b", name="g", args="{}")],
    "no ids": [call(name="f", args='{"x":1}'), call(1, name="g", args="{}")],
    "split name": [
        call(id="a", name="f", args='{"x":1}'),
        call(1, id="b", name=""),
        call(1, name="g"),
        call(1, args="{}"),
    ],
    "interleaved": [
        call(id="a", name="f", args=""),
        call(1, id="b", name="g", args=""),
        call(0, args='{"x"'),
        call(1, args="{"),
        call(0, args=":1}"),
        call(1, args="}"),
    ],
    "started together": [
        call(id="a", name="f", args=""),
        call(1, id="b", name="g", args=""),
        call(0, args='{"x":1}'),
        call(1, args="{}"),
    ],
    "arguments as objects": [call(id="a", name="f", args={"x": 1}), call(1, id="b", name="g", args={})],
    "arguments null first": [
        {"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": None}}]},
        call(args='{"x":1}'),
        call(1, id="b", name="g", args="{}"),
    ],
    "id after the name": [call(name="f"), call(id="a", args='{"x":1}'), call(1, id="b", name="g", args="{}")],
    "whitespace pieces": [
        call(id="a", name="f", args=""),
        call(args=""),
        call(args='{"x"'),
        call(args=":1}"),
        call(1, id="b", name="g", args="{}"),
        call(1, args=""),
    ],
    "text beside": [
        {"content": "", **call(id="a", name="f", args='{"x":1}')},
        {"content": None, **call(1, id="b", name="g", args="{}")},
    ],
}


@pytest.mark.parametrize("deltas", TOOLS.values(), ids=TOOLS.keys())
@pytest.mark.parametrize("finish", ["tool_calls", "stop"])
def test_tool_calls_are_whole_dense_and_in_order(kit: Any, deltas: list[Any], finish: str) -> None:
    stream = sse(ROLE, *[chunk(delta) for delta in deltas], chunk({}, finish), "[DONE]")
    told = kit.read(kit.run(parser(new_id="new-1"), [stream]))
    calls = told.answer.calls
    assert [(c.name, json.loads(c.arguments)) for c in calls] == [("f", {"x": 1}), ("g", {})]
    assert told.answer.finish == "tool_calls"
    if not any("no ids" in name for name, value in TOOLS.items() if value is deltas):
        assert [c.id for c in calls] == ["a", "b"]


def test_a_name_in_pieces_arrives_whole(kit: Any) -> None:
    deltas = [call(id="a", name="get_"), call(name="wea"), call(name="ther", args=""), call(args='{"x":1}')]
    told = kit.read(kit.run(parser(), [sse(ROLE, *map(chunk, deltas), chunk({}, "tool_calls"), "[DONE]")]))
    assert [(c.name, c.arguments) for c in told.answer.calls] == [("get_weather", '{"x":1}')]


def test_the_same_tool_called_twice_under_one_index(kit: Any) -> None:
    deltas = [call(name="f", args='{"x":1}'), call(0, name="f", args='{"x":2}')]
    told = kit.read(kit.run(parser(), [sse(ROLE, *map(chunk, deltas), chunk({}, "stop"), "[DONE]")]))
    assert [c.arguments for c in told.answer.calls] == ['{"x":1}', '{"x":2}']


def test_a_call_without_arguments_is_told(kit: Any) -> None:
    deltas = [call(id="a", name="f"), call(1, id="b", name="g", args="")]
    told = kit.read(kit.run(parser(), [sse(ROLE, *map(chunk, deltas), chunk({}, "tool_calls"), "[DONE]")]))
    assert [(c.id, c.name) for c in told.answer.calls] == [("a", "f"), ("b", "g")]


def test_calls_of_different_choices_do_not_mix(kit: Any) -> None:
    chunks = [
        chunk(call(id="a", name="f", args="{")),
        chunk(call(id="b", name="g", args="{"), index=1),
        chunk(call(args="}")),
        chunk(call(args="}"), index=1),
        chunk({}, "tool_calls"),
        chunk({}, "tool_calls", index=1),
        "[DONE]",
    ]
    told = kit.read(kit.run(parser(), [sse(*chunks)]))
    assert [a.calls[0].arguments for a in told.answers.values()] == ["{}", "{}"]


def test_text_after_a_call_keeps_its_place(kit: Any) -> None:
    chunks = [chunk(call(id="a", name="f", args="{}")), chunk({"content": "x"}), chunk({}, "stop"), "[DONE]"]
    told = kit.read(kit.run(parser(), [sse(*chunks)]))
    assert (told.answer.content, told.answer.calls[0].arguments) == ("x", "{}")


def test_legacy_completions(kit: Any) -> None:
    def piece(text: str, finish: str | None = None, **members: Any) -> dict[str, Any]:
        head = {"id": "c", "object": "text_completion", "created": 7, "model": MODEL}
        return {**head, "choices": [{"text": text, "index": 0, "logprobs": None, "finish_reason": finish}], **members}

    clean = sse(piece("a"), piece("b"), piece("", "length"), "[DONE]")
    p = parser(legacy=True)
    assert kit.run(p, [clean]) == clean
    assert (p.finish_reason, p.output_bytes, p.committed) == ("length", 2, True)
    odd = sse(piece("a", usage=USAGE), piece("b", "eos", usage=USAGE))
    told = kit.read(kit.run(q := parser(legacy=True, wants_usage=True), [odd]), wants_usage=True, legacy=True)
    assert (told.answer.content, told.answer.finish, told.usage, told.done) == ("ab", "stop", USAGE, True)
    assert q.usage.output_tokens == 2
    told = kit.read(kit.run(parser(legacy=True), [sse(piece("a"), "[DONE]")]), legacy=True)
    assert told.answer.finish == "stop"


ERRORS = {
    "object": ('{"error":{"message":"boom","type":"server_error","code":"x1"}}', Cause.SERVER),
    "string": ('{"error":"boom"}', Cause.SERVER),
    "rate": ('{"error":{"message":"boom","type":"rate_limit_error","code":"rate_limit_exceeded"}}', Cause.RATE),
    "number as status": ('{"error":{"message":"boom","code":429}}', Cause.RATE),
    "with choices": (
        '{"id":"c-1","error":{"message":"boom","code":502},"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}',
        Cause.OVERLOADED,
    ),
    "groq": ('{"id":"c-1","choices":[],"x_groq":{"error":"boom"}}', Cause.SERVER),
    "quota": ('{"error":{"message":"boom","type":"insufficient_quota","code":"insufficient_quota"}}', Cause.AUTH),
    "code and message": ('{"code":"InternalError","message":"boom","request_id":"r"}', Cause.SERVER),
    "object error": ('{"object":"error","message":"boom","code":50001}', Cause.SERVER),
}


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize(("data", "cause"), ERRORS.values(), ids=ERRORS.keys())
@pytest.mark.parametrize("frame", ["data: {}\n\n", "event: error\ndata: {}\n\n", "{}\n", "{}", "\n\n{}\n\n"])
def test_an_error_in_the_stream_is_a_fault_and_no_clean_end(
    kit: Any, data: str, cause: Cause, frame: str, committed: bool
) -> None:
    p = parser()
    before = sse(ROLE, chunk({"content": "part"})) if committed else b""
    out = kit.run(p, [before, frame.replace("{}", data).encode()])
    assert p.fault is not None
    assert (p.fault.cause, p.fault.message) == (cause, "boom")
    assert (p.done, p.committed) == (False, committed)
    told = kit.read(out)
    assert not told.done
    assert [a.content for a in told.answers.values()] == (["part"] if committed else [])
    assert p.feed(sse("[DONE]")) == b""


def test_a_pretty_printed_error_body_is_understood() -> None:
    p = parser()
    body = json.dumps({"error": {"message": "data: boom", "code": "x"}}, indent=2).encode()
    p.feed(body)
    p.finish()
    assert p.fault is not None
    assert p.fault.message == "data: boom"


def test_a_whole_completion_where_a_stream_was_promised_is_streamed(kit: Any) -> None:
    reply = {"id": "c-1", "object": "chat.completion", "created": 7, "model": "other", "usage": USAGE}
    message = {
        "role": "assistant",
        "content": "hi",
        "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
    }
    body = json.dumps(
        {**reply, "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}, indent=1
    ).encode()
    told = kit.read(kit.run(parser(wants_usage=True), [body]), wants_usage=True)
    assert (told.answer.content, told.answer.calls[0].name, told.answer.finish) == ("hi", "f", "tool_calls")
    assert (told.usage, told.done) == (USAGE, True)


@pytest.mark.parametrize(
    "body",
    [b"", b"\n\n", b": hi\n\n", sse("[DONE]"), b"<html>oops</html>", b"hello", b"{}", b"[]", sse("{}"), sse("[]", "3")],
)
def test_a_stream_without_an_answer_is_a_fault(kit: Any, body: bytes) -> None:
    p = parser()
    assert kit.run(p, [body]) == b""
    assert p.fault is not None
    assert p.fault.cause in (Cause.BROKEN, Cause.SHAPE)
    assert (p.done, p.committed) == (False, False)


def test_a_stream_that_ends_after_its_finish_without_done_is_whole(kit: Any) -> None:
    p = parser()
    assert kit.run(p, [CLEAN.removesuffix(b"data: [DONE]\n\n")]) == CLEAN
    assert (p.done, p.fault) == (True, None)


@pytest.mark.parametrize("end", [b"data: [DONE]", b"data: [DONE]\n", b"data:[DONE]\r\n\r\n", b"data: [DONE] \n\n"])
def test_forms_of_the_end_mark(kit: Any, end: bytes) -> None:
    p = parser()
    assert kit.run(p, [CLEAN.removesuffix(b"data: [DONE]\n\n") + end]) == CLEAN


def test_what_follows_the_end_is_ignored(kit: Any) -> None:
    p = parser()
    assert kit.run(p, [CLEAN + sse(chunk({"content": "more"}), '{"error":"late"}'), b"garbage"]) == CLEAN
    assert p.fault is None


def test_framing_becomes_plain(kit: Any) -> None:
    odd = CLEAN.replace(b"data: ", b"event: message\r\nid: 5\r\ndata:").replace(b"\n\n", b"\r\n\r\n")
    assert kit.run(parser(), [b"\xef\xbb\xbf" + odd]) == CLEAN
    assert kit.run(parser(), [CLEAN.replace(b"\n", b"\r")]) == CLEAN
    lines = sse(ROLE).replace(b',"choices"', b',\ndata: "choices"') + CLEAN.removeprefix(sse(ROLE))
    told = kit.read(kit.run(parser(), [lines]))
    assert told.answer.content == "Héllo"


def test_comments_keep_the_client_alive_once_there_is_content(kit: Any) -> None:
    p = parser()
    assert p.feed(b": PROCESSING secret.upstream.example\n\n") == b""
    assert p.feed(sse(chunk({"role": "assistant", "content": "x"})))
    out = p.feed(b": PROCESSING secret.upstream.example\n\n")
    assert out.startswith(b":")
    assert b"secret" not in out
    assert kit.read(out).comments == 1


def test_empty_data_and_heartbeats_are_not_told(kit: Any) -> None:
    stream = sse(ROLE) + b"data:\n\ndata: \n\ndata: ping\n\nevent: ping\n\n" + CLEAN.removeprefix(sse(ROLE))
    assert kit.run(parser(), [stream]) == CLEAN


def test_unknown_fields_survive_repairs(kit: Any) -> None:
    extra = (
        '{"id":"x","object":"chat.completion.chunk","created":7,"model":"other","big":123456789012345678901234567890,'
        '"f":1e400,"choices":[{"index":0,"delta":{"content":"a","reasoning_details":[{"t": 1.10}]},'
        '"logprobs":{"content":[]},"finish_reason":null}],"service_tier":"flex"}'
    )
    out = kit.run(parser(), [sse(extra)])
    assert b'"big":123456789012345678901234567890,"f":1e400' in out
    assert b'"reasoning_details":[{"t": 1.10}]' in out
    assert b'"logprobs":{"content":[]}' in out
    assert b'"service_tier":"flex"' in out


def test_halves_of_a_character_reach_the_client(kit: Any) -> None:
    whole = json.dumps(chunk({"content": "HALF"}, id="c"), separators=(",", ":"))
    one, two = (whole.replace("HALF", half) for half in ("\\ud83d", "\\ude00"))
    out = kit.run(p := parser(), [sse(one, two, chunk({}, "stop", id="c"), "[DONE]")])
    assert p.fault is None
    texts = [
        c["choices"][0]["delta"].get("content", "") for c in map(json.loads, (b[6:] for b in out.split(b"\n\n")[:-2]))
    ]
    assert "".join(texts).encode("utf-16", "surrogatepass").decode("utf-16") == "😀"


def test_bytes_that_are_no_utf8_do_not_reach_the_client(kit: Any) -> None:
    broken = sse(ROLE) + sse(chunk({"content": "X"})).replace(b"X", b"a\xffb") + sse(chunk({}, "stop"), "[DONE]")
    out = kit.run(p := parser(), [broken])
    out.decode()
    assert p.fault is None
    assert kit.read(out).answer.content == "a\ufffdb"


def test_think_tags_become_reasoning(kit: Any) -> None:
    pieces = ["<th", "ink>", "so", " it </thi", "nk", ">", "answer <think> is text"]
    stream = sse(ROLE, *[chunk({"content": piece}) for piece in pieces], chunk({}, "stop"), "[DONE]")
    told = kit.read(kit.run(parser(hygiene=Hygiene(think_tags=True)), [stream]))
    assert (told.answer.reasoning, told.answer.content) == ("so it ", "answer <think> is text")
    told = kit.read(kit.run(parser(), [stream]))
    assert (told.answer.reasoning, told.answer.content) == ("", "".join(pieces))


@pytest.mark.parametrize("text", ["<think>never closed", "<thin", "<think>half</thi", "no tag", "<", ""])
def test_text_is_whole_when_tags_are_not(kit: Any, text: str) -> None:
    stream = sse(ROLE, *[chunk({"content": c}) for c in text], chunk({}, "stop"), "[DONE]")
    told = kit.read(kit.run(parser(hygiene=Hygiene(think_tags=True)), [stream]))
    assert told.answer.reasoning + told.answer.content == text.removeprefix("<think>")


def test_reasoning_beside_the_output_is_folded_in(kit: Any) -> None:
    usage = {
        "prompt_tokens": 5,
        "completion_tokens": 2,
        "total_tokens": 17,
        "completion_tokens_details": {"reasoning_tokens": 10},
    }
    stream = sse(ROLE, chunk({"content": "x"}), chunk({}, "stop", usage=usage), "[DONE]")
    p = parser(wants_usage=True, hygiene=Hygiene(fold_reasoning=True))
    told = kit.read(kit.run(p, [stream]), wants_usage=True)
    assert (p.usage.output_tokens, p.usage.reasoning_tokens) == (12, 10)
    assert told.usage["completion_tokens"] == 12


def test_an_event_without_end_is_a_fault() -> None:
    p = parser()
    p.feed(sse(ROLE, chunk({"content": "x"})))
    for _ in range(9):
        p.feed(b"data: " + b"x" * 1024 * 1024)
    assert p.fault is not None
    assert p.fault.cause is Cause.SHAPE


def test_a_hostile_number_of_choices_or_calls_is_a_fault() -> None:
    for pieces in (
        [chunk({"content": "x"}, index=i) for i in range(5000)],
        [chunk(call(i, id=f"c{i}", name="f", args="{}")) for i in range(5000)],
    ):
        p = parser()
        p.feed(sse(*pieces))
        assert p.fault is not None
        assert p.fault.cause is Cause.SHAPE
