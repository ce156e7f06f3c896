"""Custom tools of chat completions, whose input is free text, before upstreams of other protocols."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai.types.chat import ChatCompletion
from openai.types.chat.chat_completion_message_custom_tool_call import ChatCompletionMessageCustomToolCall

from sluice.base.formats import Format
from sluice.base.outcome import Fault
from sluice.formats.canon import ToolCall
from sluice.formats.codec import PLAIN, Voicing
from sluice.formats.codecs import CODECS, UPSTREAM_CODECS
from sluice.formats.free_text import free_text
from sluice.formats.members import encode
from sluice.formats.openai_chat.stream import ChatStream
from sluice.formats.tell import events_of

CHAT, RESPONSES, MESSAGES = Format.OPENAI_CHAT, Format.OPENAI_RESPONSES, Format.ANTHROPIC
PATCH = '*** Begin Patch\n-"a"\n+b\\\n*** End Patch'
GRAMMAR = {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: /.+/"}}
ASKED: dict[str, Any] = {
    "model": "m",
    "messages": [
        {"role": "user", "content": "mend it"},
        {
            "role": "assistant",
            "tool_calls": [
                {"id": "call_1", "type": "custom", "custom": {"name": "patch", "input": PATCH}},
                {"id": "call_2", "type": "function", "function": {"name": "look", "arguments": "{}"}},
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "done"},
        {"role": "tool", "tool_call_id": "call_2", "content": "seen"},
    ],
    "tools": [
        {"type": "custom", "custom": {"name": "patch", "description": "Patches.", "format": GRAMMAR}},
        {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}},
    ],
    "tool_choice": {"type": "custom", "custom": {"name": "patch"}},
}


def said(upstream: Format, asked: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The request as the upstream gets it, and what is told as left out."""
    written = UPSTREAM_CODECS[upstream].encode_request(CODECS[CHAT].decode_request(json.dumps(asked).encode()), PLAIN)
    return json.loads(encode(written.body)), written.dropped


def answered(upstream: Format, body: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The upstream's answer as the client gets it: whole, and the deltas of a stream."""
    reply = UPSTREAM_CODECS[upstream].decode_reply(json.dumps(body).encode())
    assert not isinstance(reply, Fault)
    voicing = Voicing(model="m", asked=CODECS[CHAT].decode_request(json.dumps(ASKED).encode()))
    whole = CODECS[CHAT].encode_reply(reply, voicing)
    assert not isinstance(whole, Fault)
    encoder = CODECS[CHAT].stream_encoder(voicing)
    stream = b"".join([encoder.feed(event) for event in events_of(reply)])
    chunks = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith(b"data: {")]
    return json.loads(whole), [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]


def test_responses_gets_them_as_its_own() -> None:
    body, dropped = said(RESPONSES, ASKED)
    form = {"type": "grammar", "syntax": "lark", "definition": "start: /.+/"}
    assert body["tools"][0] == {"type": "custom", "name": "patch", "description": "Patches.", "format": form}
    assert body["tools"][1]["type"] == "function"
    assert body["tool_choice"] == {"type": "custom", "name": "patch"}
    assert body["input"][1:] == [
        {"type": "custom_tool_call", "call_id": "call_1", "name": "patch", "input": PATCH},
        {"type": "function_call", "call_id": "call_2", "name": "look", "arguments": "{}"},
        {"type": "custom_tool_call_output", "call_id": "call_1", "output": "done"},
        {"type": "function_call_output", "call_id": "call_2", "output": "seen"},
    ]
    assert dropped == ()


@pytest.mark.parametrize("given", [None, {"type": "text"}])
def test_without_a_grammar(given: Any) -> None:
    tool = {"name": "patch"} if given is None else {"name": "patch", "format": given}
    body, _ = said(RESPONSES, {**ASKED, "tools": [{"type": "custom", "custom": tool}]})
    assert body["tools"] == [{"type": "custom", **tool}]


def test_elsewhere_they_are_functions_of_one_argument_and_the_grammar_is_told_as_lost() -> None:
    body, dropped = said(MESSAGES, ASKED)
    assert body["tools"][0]["input_schema"]["required"] == ["input"]
    assert body["messages"][1]["content"][0] == {
        "type": "tool_use", "id": "call_1", "name": "patch", "input": {"input": PATCH},
    }  # fmt: skip
    assert body["tool_choice"] == {"type": "tool", "name": "patch"}
    assert dropped == ("format",)


@pytest.mark.parametrize(
    ("upstream", "body"),
    [
        pytest.param(
            RESPONSES,
            {
                "id": "r", "object": "response", "status": "completed", "model": "m",
                "output": [{"type": "custom_tool_call", "call_id": "call_9", "name": "patch", "input": PATCH}],
            },
            id="responses",
        ),
        pytest.param(
            MESSAGES,
            {
                "id": "msg", "type": "message", "role": "assistant", "model": "m", "stop_reason": "tool_use",
                "content": [{"type": "tool_use", "id": "call_9", "name": "patch", "input": {"input": PATCH}}],
                "usage": {"input_tokens": 1, "output_tokens": 1},
            },
            id="messages",
        ),
    ],
)  # fmt: skip
def test_the_client_is_called_by_the_name_and_kind_it_offered(upstream: Format, body: dict[str, Any]) -> None:
    whole, deltas = answered(upstream, body)
    (call,) = ChatCompletion.model_validate(whole).choices[0].message.tool_calls or ()
    assert isinstance(call, ChatCompletionMessageCustomToolCall)
    assert (call.id, call.custom.name, call.custom.input) == ("call_9", "patch", PATCH)
    assert whole["choices"][0]["finish_reason"] == "tool_calls"
    pieces = [piece for delta in deltas for piece in delta.get("tool_calls", ())]
    assert {key: pieces[0][key] for key in ("index", "id", "type")} == {"index": 0, "id": "call_9", "type": "custom"}
    assert pieces[0]["custom"]["name"] == "patch"
    assert "".join(piece["custom"]["input"] for piece in pieces) == PATCH
    assert not any("function" in piece for piece in pieces)


@pytest.mark.parametrize(
    "tool",
    [{"type": "custom"}, {"type": "custom", "custom": {}}, {"type": "custom", "custom": {"name": ""}}, {"type": "x"}],
)
def test_what_is_no_custom_tool_is_refused_by_name(tool: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="tools\\[0\\]"):
        said(MESSAGES, {**ASKED, "tools": [tool]})


@pytest.mark.parametrize("echoed", [None, {}, "", {"name": "", "input": ""}])
def test_functions_with_an_echoed_member_are_functions_still(echoed: Any) -> None:
    tool = {**ASKED["tools"][1], "custom": echoed}
    call = {**ASKED["messages"][1]["tool_calls"][1], "custom": echoed}
    asked = {**ASKED, "messages": [{"role": "assistant", "tool_calls": [call]}], "tools": [tool], "tool_choice": "auto"}
    body, _ = said(RESPONSES, asked)
    assert body["tools"][0]["type"] == "function"
    assert body["input"][0] == {"type": "function_call", "call_id": "call_2", "name": "look", "arguments": "{}"}
    assert body["input"][1]["type"] == "function_call_output"
    body, _ = said(CHAT, asked)
    assert body["tools"] == [tool]
    assert body["messages"][0]["tool_calls"] == [call]


def test_a_function_may_have_the_name_of_a_custom_tool() -> None:
    tools = [{"type": "function", "function": {"name": "patch"}}, {"type": "custom", "custom": {"name": "patch"}}]
    body, _ = said(RESPONSES, {**ASKED, "tools": tools})
    assert [tool["type"] for tool in body["tools"]] == ["function", "custom"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", ""),
        ("{}", ""),
        ('{"input": ""}', ""),
        ('{"text":"a"}', '{"text":"a"}'),
        ('{"input":"a"}b', '{"input":"a"}b'),
        ('{"input": "a\\n\\"b', 'a\n"b'),
        ('{"input":"a\\', "a"),
        ('{"input":"a\\u00', "a"),
        ('{"input":"a"', "a"),
        ("free words", "free words"),
    ],
)
def test_the_text_of_odd_arguments_and_of_those_that_were_cut(arguments: str, expected: str) -> None:
    assert free_text(ToolCall(id="call_9", name="patch", arguments=arguments)) == expected


@pytest.mark.parametrize(
    ("kind", "echoed", "member"), [("function", "custom", "arguments"), ("custom", "function", "input")]
)
def test_streams_of_chat_completions_may_echo_the_other_kinds_member(kind: str, echoed: str, member: str) -> None:
    first = {"index": 0, "id": "a", "type": kind, kind: {"name": "f", member: ""}, echoed: {}}
    more = [{"index": 0, kind: {member: piece}, echoed: {}} for piece in ('{"x"', ":1}")]
    deltas: list[dict[str, Any]] = [{"role": "assistant"}, *[{"tool_calls": [piece]} for piece in (first, *more)]]
    parser = ChatStream(model="m", wants_usage=False)
    out = b""
    for delta in deltas:
        chunk = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        out += parser.feed(b"data: " + json.dumps(chunk).encode() + b"\n\n")
    lines = [json.loads(line[6:]) for line in (out + parser.finish()).splitlines() if line.startswith(b"data: {")]
    told = [piece for line in lines for piece in line["choices"][0]["delta"].get("tool_calls", ())]
    assert (told[0]["type"], told[0][kind]["name"]) == (kind, "f")
    assert "".join(piece[kind].get(member, "") for piece in told) == '{"x":1}'
