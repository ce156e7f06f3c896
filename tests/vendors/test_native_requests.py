"""What protocols of their own cannot carry is refused by name; what they can carry in another way is carried."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.base.outcome import Reply
from sluice.base.wire import WireHead
from sluice.formats.gemini.signatures import NEVER_SIGNED
from sluice.formats.patch import parse_top
from sluice.vendors.dialect import Call, ChannelSpec, Dialect, Reporter
from sluice.vendors.registry import bind

USER = {"role": "user", "content": "hi"}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLS = {"role": "assistant", "content": "Wait", "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "3"}
PICTURE = {"type": "image_url", "image_url": {"url": "https://host/cat.png"}}
TOOL = {"type": "function", "function": {"name": "f"}}

ERNIE = bind(ChannelSpec(provider="qianfan", base_url="", key="a|b"))
OLLAMA = bind(ChannelSpec(provider="ollama", base_url="", key="", options={"mode": "native"}))
GIGACHAT = bind(ChannelSpec(provider="gigachat", base_url="", key="a"))
GEMINI = bind(ChannelSpec(provider="gemini", base_url="", key="a"))
BOTH = pytest.mark.parametrize("dialect", [ERNIE, OLLAMA], ids=["ernie", "ollama"])


def call_of(body: dict[str, Any], fmt: Format = Format.OPENAI_CHAT, most: int | None = None) -> Call:
    raw = json.dumps({"model": "m", **body}).encode()
    return Call(format=fmt, model="m", upstream_model="m", body=raw, top=parse_top(raw), max_output=most)


def sent(dialect: Dialect, body: dict[str, Any], fmt: Format = Format.OPENAI_CHAT, most: int | None = None) -> Any:
    request = dialect.request(call_of(body, fmt, most), "")
    assert isinstance(request.body, bytes)
    return json.loads(request.body)


def told(dialect: Dialect, body: dict[str, Any]) -> list[str]:
    assert isinstance(dialect, Reporter)
    return list(dialect.dropped(call_of(body)))


def refusal(dialect: Dialect, body: dict[str, Any], fmt: Format = Format.OPENAI_CHAT) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        dialect.request(call_of(body, fmt), "")
    assert caught.value.status == 400
    return caught.value


@BOTH
@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "missing_field", "messages"),
        ({"messages": []}, "missing_field", "messages"),
        ({"messages": "hi"}, "missing_field", "messages"),
        ({"messages": ["hi"]}, "invalid_value", "messages[0]"),
        ({"messages": [{"role": "critic", "content": "no"}]}, "invalid_value", "messages[0].role"),
        ({"messages": [{"role": "user", "content": 7}]}, "invalid_value", "messages[0].content"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "invalid_value", "messages[0].content[0]"),
        (
            {"messages": [USER, {"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]},
            "unsupported_content",
            "messages[1].content[0]",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "file"}]}]},
            "unsupported_content",
            "messages[0].content[0]",
        ),
        ({"messages": [{"role": "system", "content": [PICTURE]}, USER]}, "unsupported_content", "messages[0].content"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
            "invalid_value",
            "messages[0].content[0].image_url.url",
        ),
        ({"messages": [USER, {"role": "assistant", "tool_calls": "f"}]}, "invalid_value", "messages[1].tool_calls"),
        (
            {"messages": [USER, {"role": "assistant", "tool_calls": [{"id": "c1"}]}]},
            "invalid_value",
            "messages[1].tool_calls[0].function.name",
        ),
        (
            {"messages": [USER, {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{"}}]}]},
            "invalid_value",
            "messages[1].tool_calls[0].function.arguments",
        ),
        ({"messages": [USER], "n": 2}, "unsupported_value", "n"),
        ({"messages": [USER], "response_format": {"type": "xml"}}, "unsupported_content", "response_format"),
    ],
)
def test_a_chat_that_cannot_be_said_is_refused_by_name(
    dialect: Dialect, body: dict[str, Any], code: str, param: str
) -> None:
    error = refusal(dialect, body)
    assert (error.code, error.param) == (code, param)


@BOTH
def test_token_ids_are_no_text(dialect: Dialect) -> None:
    assert refusal(dialect, {"input": [[1, 2]]}, Format.EMBEDDINGS).code == "unsupported_content"


@BOTH
def test_a_format_it_does_not_serve_is_refused(dialect: Dialect) -> None:
    assert not dialect.serves(Format.MODERATIONS)
    assert refusal(dialect, {"input": "x"}, Format.MODERATIONS).code == "unsupported_format"


# ERNIE's own rules.


@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ([{"role": "user", "content": [PICTURE]}], "messages[0]"),
        ([{"role": "system", "content": "only"}], "messages"),
        ([{"role": "assistant", "content": "Hello"}, USER], "messages"),
        ([USER, {"role": "assistant", "content": "And"}], "messages[1]"),
        ([USER, RESULT], "messages[1]"),
        ([USER, CALLS, {**RESULT, "tool_call_id": "c2"}], "messages[2]"),
        ([USER, CALLS, RESULT, USER], "messages[3]"),
    ],
)
def test_a_conversation_ernie_cannot_have_is_refused(messages: list[Any], param: str) -> None:
    assert refusal(ERNIE, {"messages": messages}).param == param


def test_what_an_assistant_says_before_it_calls_stays_with_the_call() -> None:
    messages = [USER, {"role": "assistant", "content": "Well"}, CALLS, RESULT]
    call, result = sent(ERNIE, {"messages": messages})["messages"][1:]
    assert call == {
        "role": "assistant",
        "content": "Well\n\nWait",
        "function_call": {"name": "f", "arguments": "{}"},
    }
    assert result == {"role": "function", "name": "f", "content": '{"result":"3"}'}


def test_a_call_without_a_result_gets_one_that_says_so() -> None:
    two = {**CALLS, "tool_calls": [CALL, {**CALL, "id": "c2"}]}
    said = sent(ERNIE, {"messages": [USER, two, RESULT]})["messages"]
    assert [message["content"] for message in said if message["role"] == "function"] == [
        '{"result":"3"}',
        '{"error":"no result"}',
    ]


def test_the_older_form_of_calls_is_understood() -> None:
    messages = [
        USER,
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": '{"x":1}'}},
        {"role": "function", "name": "f", "content": "[1]"},
    ]
    said = sent(ERNIE, {"messages": messages})["messages"]
    assert said[1]["function_call"] == {"name": "f", "arguments": '{"x":1}'}
    assert said[2] == {"role": "function", "name": "f", "content": "[1]"}
    assert sent(OLLAMA, {"messages": messages})["messages"][2] == {"role": "tool", "content": "[1]", "tool_name": "f"}


@pytest.mark.parametrize(
    ("choice", "functions", "chosen", "reported"),
    [
        (None, True, None, []),
        ("auto", True, None, []),
        ("none", False, None, []),
        ("required", True, None, ["tool_choice"]),
        ({"type": "function", "function": {"name": "f"}}, True, {"type": "function", "function": {"name": "f"}}, []),
    ],
)
def test_the_choice_of_tools_for_ernie(choice: Any, functions: bool, chosen: Any, reported: list[str]) -> None:
    body = {"messages": [USER], "tools": [TOOL], "tool_choice": choice}
    assert ("functions" in sent(ERNIE, body), sent(ERNIE, body).get("tool_choice")) == (functions, chosen)
    assert told(ERNIE, body) == reported


@pytest.mark.parametrize("parameters", ["{}", [1], True, 3])
def test_parameters_that_are_no_schema_are_refused_by_gigachat(parameters: Any) -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": parameters}}
    error = refusal(GIGACHAT, {"messages": [USER], "tools": [tool]})
    assert (error.code, error.param) == ("invalid_value", "tools[0].function.parameters")


CALLED = {"name": "weather", "arguments": "{}"}
OLD = {
    "messages": [
        USER,
        {"role": "assistant", "content": None, "function_call": CALLED},
        {"role": "function", "name": "weather", "content": "cold"},
        {"role": "assistant", "content": None, "function_call": {"name": "time", "arguments": ""}},
        {"role": "function", "name": "time", "content": '{"hour":12}'},
    ],
    "functions": [{"name": "weather", "return_parameters": {"type": "object"}}, {"name": "time"}],
    "function_call": {"name": "time"},
}


def test_functions_as_before_tools_are_gigachats_own() -> None:
    said = sent(GIGACHAT, OLD)
    assert [(turn["role"], turn.get("name"), turn["content"]) for turn in said["messages"]] == [
        ("user", None, USER["content"]),
        ("assistant", None, ""),
        ("function", "weather", '{"result":"cold"}'),
        ("assistant", None, ""),
        ("function", "time", '{"hour":12}'),
    ]
    assert [turn["function_call"] for turn in said["messages"] if turn["role"] == "assistant"] == [
        {"name": "weather", "arguments": {}},
        {"name": "time", "arguments": {}},
    ]
    empty = {"type": "object", "properties": {}}
    assert said["functions"] == [
        {"name": "weather", "parameters": empty, "return_parameters": {"type": "object"}},
        {"name": "time", "parameters": empty},
    ]
    assert said["function_call"] == {"name": "time"}
    assert told(GIGACHAT, OLD) == []
    both = {**OLD, "tools": [{"type": "function", "function": {"name": "tool"}}]}
    assert [one["name"] for one in sent(GIGACHAT, both)["functions"]] == ["tool"]
    assert told(GIGACHAT, both) == ["functions", "function_call"]
    assert told(GIGACHAT, {"messages": [USER], "functions": [{"name": "f"}], "function_call": "x"}) == [
        "function_call=auto"
    ]


@pytest.mark.parametrize(
    ("functions", "param"),
    [("f", "functions"), (["f"], "functions[0]"), ([{"name": "f", "parameters": "p"}], "functions[0].parameters")],
)
def test_functions_as_before_tools_that_are_none(functions: Any, param: str) -> None:
    error = refusal(GIGACHAT, {"messages": [USER], "functions": functions})
    assert (error.code, error.param) == ("invalid_value", param)


def test_who_offers_functions_as_before_tools_is_answered_so() -> None:
    call = call_of(OLD)
    made = {"name": "weather", "arguments": {"city": "Oslo"}}
    said = {"content": "", "role": "assistant", "function_call": made, "functions_state_id": "s"}
    choice = {"index": 0, "finish_reason": "function_call"}
    answer = {"choices": [{**choice, "message": said}], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    reply = GIGACHAT.reply(call, WireHead(200), json.dumps(answer).encode())
    assert isinstance(reply, Reply)
    (told,) = json.loads(reply.body)["choices"]
    called = {"name": "weather", "arguments": '{"city":"Oslo"}'}
    assert told == {**choice, "message": {"role": "assistant", "content": None, "function_call": called}}
    parser = GIGACHAT.stream(call, WireHead(200, [(b"content-type", b"text/event-stream")]))
    assert parser is not None
    events = b"data: " + json.dumps({"choices": [{**choice, "delta": said}]}).encode() + b"\n\ndata: [DONE]\n\n"
    chunk = json.loads(parser.feed(events).split(b"\n")[0].removeprefix(b"data: "))
    assert chunk["choices"] == [{**choice, "delta": {"role": "assistant", "function_call": called}}]


def test_a_lone_content_with_a_foreign_proof_is_cleared_as_one_of_a_list_is() -> None:
    content = {"role": "user", "parts": {"text": "hi", "thoughtSignature": NEVER_SIGNED}}
    lone, listed = (sent(GEMINI, {"contents": told}, Format.GEMINI) for told in (content, [content]))
    assert lone == listed == {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}


def test_a_tool_that_is_no_function_is_refused() -> None:
    error = refusal(ERNIE, {"messages": [USER], "tools": [TOOL, {"type": "web_search"}]})
    assert (error.code, error.param) == ("unsupported_content", "tools[1]")


@pytest.mark.parametrize(
    ("body", "most", "limit", "reported"),
    [
        ({}, None, None, []),
        ({}, 7, 7, []),
        ({"max_tokens": 100}, 7, 7, []),
        ({"max_tokens": 5}, 7, 5, []),
        ({"max_completion_tokens": 100}, None, 100, []),
        ({"max_output_tokens": 9, "max_tokens": 8}, None, 9, []),
        ({"max_output_tokens": 9}, 7, 7, []),
        ({"max_tokens": 1}, None, 2, ["max_tokens=2"]),
    ],
)
def test_the_limit_on_the_output_for_ernie(
    body: dict[str, int], most: int | None, limit: int | None, reported: list[str]
) -> None:
    assert sent(ERNIE, {"messages": [USER], **body}, most=most).get("max_output_tokens") == limit
    assert told(ERNIE, {"messages": [USER], **body}) == reported


# Ollama's own rules.


def test_a_picture_by_address_cannot_be_sent_to_ollama() -> None:
    error = refusal(OLLAMA, {"messages": [{"role": "user", "content": [PICTURE]}]})
    assert (error.code, error.param) == ("unsupported_content", "messages[0]")


@pytest.mark.parametrize(
    ("body", "most", "limit"),
    [
        ({}, None, None),
        ({}, 7, 7),
        ({"max_tokens": 100}, 7, 7),
        ({"max_completion_tokens": 5}, 7, 5),
        ({"num_predict": -1}, None, -1),
        ({"num_predict": -1}, 7, 7),
        ({"options": {"num_predict": -2}}, 7, 7),
        ({"options": {"num_predict": 100}}, 7, 7),
        ({"options": {"num_predict": 3}}, 7, 3),
    ],
)
def test_the_limit_on_the_output_for_ollama(body: dict[str, Any], most: int | None, limit: int | None) -> None:
    assert sent(OLLAMA, {"messages": [USER], **body}, most=most).get("options", {}).get("num_predict") == limit


@pytest.mark.parametrize(
    ("body", "think", "reported"),
    [
        ({"reasoning_effort": "none"}, False, []),
        ({"reasoning_effort": "high"}, "high", []),
        ({"reasoning_effort": "xhigh"}, "high", ["reasoning_effort=high"]),
        ({"reasoning_effort": "extreme"}, None, ["reasoning_effort"]),
        ({"reasoning_effort": "high", "think": True}, True, []),
    ],
)
def test_thinking_for_ollama(body: dict[str, Any], think: Any, reported: list[str]) -> None:
    assert sent(OLLAMA, {"messages": [USER], **body}).get("think") == think
    assert told(OLLAMA, {"messages": [USER], **body}) == reported


@pytest.mark.parametrize(
    ("wanted", "form"),
    [
        ({"type": "text"}, None),
        ({"type": "json_object"}, "json"),
        ({"type": "json_schema", "json_schema": {"schema": {"type": "array"}}}, {"type": "array"}),
        ({"type": "json_schema"}, "json"),
    ],
)
def test_structured_answers_of_ollama(wanted: Any, form: Any) -> None:
    assert sent(OLLAMA, {"messages": [USER], "response_format": wanted}).get("format") == form


def test_no_tools_for_ollama_when_none_may_be_chosen() -> None:
    assert "tools" not in sent(OLLAMA, {"messages": [USER], "tools": [TOOL], "tool_choice": "none"})


# Any conversation: a request in the protocol's rules, or a 400.

parts = st.lists(st.sampled_from([{"type": "text", "text": "a"}, {"type": "text", "text": ""}, PICTURE]), max_size=2)
turns = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["system", "developer", "user", "user", "assistant", "assistant", "tool"]),
        "content": st.none() | st.sampled_from(["", "x", "y"]) | parts,
    },
    optional={"tool_calls": st.lists(st.just(CALL), max_size=2), "tool_call_id": st.just("c1")},
)


@given(st.lists(turns, max_size=7))
def test_ernie_gets_an_odd_number_of_turns_that_alternate(messages: list[Any]) -> None:
    body = sent_or_status(ERNIE, {"messages": messages})
    if isinstance(body, int):
        assert body == 400
        return
    said = body["messages"]
    assert len(said) % 2 == 1
    assert [message["role"] == "assistant" for message in said] == [place % 2 == 1 for place in range(len(said))]
    assert all(message["content"] or "function_call" in message for message in said if message["role"] == "assistant")


@given(
    st.dictionaries(st.text(max_size=12), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
)
def test_any_request_is_sent_or_refused(body: dict[str, Any]) -> None:
    for dialect in (ERNIE, OLLAMA):
        for extra in ({}, {"messages": [USER]}):
            said = sent_or_status(dialect, {**body, **extra})
            assert said == 400 or isinstance(said, dict)


def sent_or_status(dialect: Dialect, body: dict[str, Any]) -> Any:
    try:
        return sent(dialect, body)
    except GatewayError as error:
        return error.status
