"""Tools that only the Responses protocol has, and what becomes of them at providers of other protocols."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.formats.canon import Reply, Stop, ToolCall
from sluice.formats.codec import Voicing
from sluice.formats.codecs import CODECS
from sluice.formats.openai_responses.tools import joined_name
from sluice.formats.tell import events_of

CODEC = CODECS[Format.OPENAI_RESPONSES]
OTHERS = [fmt for fmt in CODECS if fmt is not Format.OPENAI_RESPONSES]
AGENTS: dict[str, Any] = {
    "type": "namespace",
    "name": "agents",
    "description": "Tools for agents.",
    "tools": [
        {"type": "function", "name": "close", "parameters": {"type": "object", "properties": {"id": {}}}},
        {"type": "custom", "name": "tell", "description": "Tells an agent."},
    ],
}
SHELL: dict[str, Any] = {"type": "function", "name": "shell", "parameters": {"type": "object", "properties": {"c": {}}}}
SEARCH: dict[str, Any] = {"type": "web_search", "external_web_access": True}
HISTORY = [
    {"role": "user", "content": "go"},
    {"type": "function_call", "call_id": "c1", "namespace": "agents", "name": "close", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "c1", "output": "closed"},
]


def request(tools: list[Any], **more: Any) -> bytes:
    return json.dumps({"model": "m", "input": HISTORY, "tools": tools, **more}).encode()


@pytest.mark.parametrize("target", OTHERS)
def test_tools_of_a_namespace_are_functions_elsewhere_and_so_are_their_calls(target: Format) -> None:
    written = CODECS[target].encode_request(CODEC.decode_request(request([SHELL, AGENTS])))
    said = msgspec.json.encode(written.body).decode()
    assert [name for name in ("shell", "agents__close", "agents__tell") if f'"{name}"' in said] == [
        "shell",
        "agents__close",
        "agents__tell",
    ]
    assert said.count('"agents__close"') >= 2, "the tool, and the call of it in the conversation so far"
    assert "namespace" in written.dropped


def test_a_request_goes_back_as_it_came() -> None:
    body = request([AGENTS, SHELL, {**AGENTS, "name": "more"}, SEARCH])
    again = CODEC.encode_request(CODEC.decode_request(body)).body
    assert again["tools"] == json.loads(body)["tools"]
    assert again["input"] == HISTORY


def replied(calls: list[ToolCall]) -> tuple[list[Any], list[Any]]:
    """The items a client is told, of a whole answer and of a stream, but for their ids."""
    asked = CODEC.decode_request(request([SHELL, AGENTS]))
    voicing = Voicing(model="m", new_id="x", asked=asked)
    reply = Reply(source=Format.ANTHROPIC, id="r", model="up", parts=tuple(calls), stop=Stop.TOOLS)
    whole = CODEC.encode_reply(reply, voicing)
    assert isinstance(whole, bytes)
    encoder = CODEC.stream_encoder(voicing)
    stream = b"".join([encoder.feed(event) for event in events_of(reply)])
    last = stream.rsplit(b"data: ", 1)[1]
    return msgspec.json.decode(whole)["output"], msgspec.json.decode(last)["response"]["output"]


def test_the_client_is_told_of_calls_as_it_named_the_tools() -> None:
    calls = [
        ToolCall(id="1", name="agents__close", arguments='{"id":1}'),
        ToolCall(id="2", name="agents__tell", arguments='{"input":"hello"}'),
        ToolCall(id="3", name="shell", arguments="{}"),
        ToolCall(id="4", name="agents__unheard_of", arguments="{}"),
    ]
    whole, streamed = replied(calls)
    assert whole == streamed
    told = [{name: value for name, value in item.items() if name not in ("id", "status")} for item in whole]
    assert told == [
        {"type": "function_call", "call_id": "1", "namespace": "agents", "name": "close", "arguments": '{"id":1}'},
        {"type": "custom_tool_call", "call_id": "2", "namespace": "agents", "name": "tell", "input": "hello"},
        {"type": "function_call", "call_id": "3", "name": "shell", "arguments": "{}"},
        {"type": "function_call", "call_id": "4", "name": "agents__unheard_of", "arguments": "{}"},
    ]


def test_a_name_too_long_for_providers_is_cut_and_stays_distinct() -> None:
    names = {joined_name("n" * 40, "f" * 40 + end) for end in "ab"}
    assert len(names) == 2
    assert {len(name) for name in names} == {64}


@pytest.mark.parametrize("target", OTHERS)
def test_a_search_offered_beside_tools_is_left_out_and_reported(target: Format) -> None:
    written = CODECS[target].encode_request(CODEC.decode_request(request([SHELL, SEARCH])))
    assert "tools.web_search" in written.dropped
    assert "web_search" not in msgspec.json.encode(written.body).decode()


@pytest.mark.parametrize("target", OTHERS)
@pytest.mark.parametrize(
    ("tools", "more", "place"),
    [
        ([SEARCH], {}, "tools[0]"),
        ([SHELL, SEARCH], {"tool_choice": {"type": "web_search"}}, "tools[1]"),
        ([SHELL, {"type": "code_interpreter", "container": {"type": "auto"}}], {}, "tools[1]"),
    ],
    ids=["alone", "forced", "another server tool"],
)
def test_a_server_tool_that_is_wanted_is_refused_by_name(
    target: Format, tools: list[Any], more: dict[str, Any], place: str
) -> None:
    with pytest.raises(GatewayError) as refused:
        CODECS[target].encode_request(CODEC.decode_request(request(tools, **more)))
    assert (refused.value.status, refused.value.code, refused.value.param) == (400, "unsupported_content", place)
