"""OpenAI's two protocols of conversation: which of them a request goes by."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conformance.questions import CHAT_TOOL, MESSAGES_TOOL, QUESTIONS, RESPONSES_TOOL

from sluice.base.formats import Format
from sluice.base.outcome import Reply
from sluice.base.wire import WireHead
from sluice.formats.patch import parse_top
from sluice.vendors.bridge import bridges, speaker
from sluice.vendors.dialect import Call, ChannelSpec, Reporter
from sluice.vendors.openai import OpenAi
from sluice.vendors.registry import bind

CHAT, MESSAGES, RESPONSES, GEMINI = (
    Format.OPENAI_CHAT,
    Format.ANTHROPIC,
    Format.OPENAI_RESPONSES,
    Format.GEMINI,
)
OWN = "https://api.openai.com/v1"
ELSEWHERE = "https://a.example/v1"
FUNCTION = {"tools": [CHAT_TOOL]}


def channel(url: str = OWN, **options: str) -> OpenAi:
    found = bind(ChannelSpec(provider="openai", base_url=url, key="sk-1", options=options))
    assert isinstance(found, OpenAi)
    return found


def call_of(fmt: Format, model: str, **members: Any) -> Call:
    body = json.dumps({**QUESTIONS["text"][fmt], "model": model, **members}).encode()
    return Call(format=fmt, model=model, upstream_model=model, body=body, top=parse_top(body))


def way(dialect: OpenAi, fmt: Format, model: str, **members: Any) -> str:
    """The end of the address a request goes to."""
    speaking = speaker(dialect, fmt)
    assert speaking is not None
    return speaking.request(call_of(fmt, model, **members), "sk-1").target.decode().removeprefix("/v1")


@pytest.mark.parametrize("fmt", [CHAT, MESSAGES, GEMINI, RESPONSES])
@pytest.mark.parametrize(
    "model",
    [
        "gpt-5-pro", "gpt-5.4-pro-2026-03-05", "o1-pro", "o3-pro-2025-06-10", "gpt-5-codex", "gpt-5.1-codex-max",
        "codex-mini-latest", "o3-deep-research", "computer-use-preview",
    ],
)  # fmt: skip
def test_some_models_are_spoken_to_in_responses_alone(fmt: Format, model: str) -> None:
    assert way(channel(), fmt, model) == "/responses"
    assert channel().url(fmt, model) == f"{OWN}/responses"


@pytest.mark.parametrize(
    ("model", "members", "expected"),
    [
        ("gpt-5.6", FUNCTION, "/responses"),
        ("gpt-5.6", FUNCTION | {"reasoning_effort": "low"}, "/responses"),
        ("gpt-5.6", FUNCTION | {"reasoning_effort": None}, "/responses"),
        ("gpt-6.1-sol", FUNCTION, "/responses"),
        ("gpt-5.4", FUNCTION | {"reasoning_effort": "high"}, "/responses"),
        ("gpt-5.4", FUNCTION, "/chat/completions"),
        ("gpt-5.6", FUNCTION | {"reasoning_effort": "none"}, "/chat/completions"),
        ("gpt-5.6", {"reasoning_effort": "high"}, "/chat/completions"),
        ("gpt-5.6", {"tools": []}, "/chat/completions"),
        ("gpt-5.6", {"tools": None}, "/chat/completions"),
        ("gpt-5.6", {"tools": 7}, "/chat/completions"),
        ("gpt-5.6", {"tools": [{"type": "custom", "custom": {"name": "patch"}}]}, "/chat/completions"),
        ("gpt-5.6-chat-latest", FUNCTION, "/chat/completions"),
        ("gpt-5.1", FUNCTION | {"reasoning_effort": "high"}, "/chat/completions"),
        ("gpt-4o", FUNCTION, "/chat/completions"),
    ],
)
def test_chats_with_functions_go_by_responses_where_the_model_is_to_think(
    model: str, members: dict[str, Any], expected: str
) -> None:
    assert way(channel(), CHAT, model, **members) == expected


@pytest.mark.parametrize(("fmt", "tool"), [(MESSAGES, MESSAGES_TOOL), (GEMINI, None)])
@pytest.mark.parametrize(
    ("model", "expected"),
    [("gpt-5.6", "/responses"), ("o4-mini", "/responses"), ("gpt-4o", "/chat/completions")],
)
def test_foreign_clients_reach_models_that_seal_their_thought_by_responses(
    fmt: Format, tool: Any, model: str, expected: str
) -> None:
    members = {"tools": [tool]} if tool else {}
    assert way(channel(), fmt, model, **members) == expected


@pytest.mark.parametrize(
    ("url", "option", "expected"),
    [
        (OWN, "", "/responses"),
        (OWN, "never", "/chat/completions"),
        ("https://api.openai.com", "auto", "/responses"),
        (ELSEWHERE, "", "/chat/completions"),
        (ELSEWHERE, "always", "/responses"),
    ],
)
def test_elsewhere_responses_must_be_asked_for(url: str, option: str, expected: str) -> None:
    for fmt in (CHAT, MESSAGES, GEMINI):
        assert way(channel(url, responses=option), fmt, "gpt-5-pro") == expected


def test_a_client_of_responses_is_never_translated() -> None:
    call = call_of(RESPONSES, "gpt-5-pro", tools=[RESPONSES_TOOL], odd=1)
    dialect = channel()
    assert json.loads(dialect.request(call, "sk-1").body)["odd"] == 1  # type: ignore[arg-type]
    assert dialect.dropped(call) == ()


def test_what_is_left_out_is_told_and_the_answer_is_the_clients() -> None:
    dialect = channel()
    call = call_of(CHAT, "gpt-5-pro", stop=["END"])
    assert isinstance(dialect, Reporter)
    assert dialect.dropped(call) == ("stop",)
    said = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "Hi", "annotations": []}],
    }
    answer = {"id": "r", "object": "response", "status": "completed", "model": "gpt-5-pro", "output": [said]}
    head = WireHead(200, [(b"content-type", b"application/json")])
    reply = dialect.reply(call, head, json.dumps(answer).encode())
    assert isinstance(reply, Reply)
    assert json.loads(reply.body)["choices"][0]["message"]["content"] == "Hi"
    assert dialect.stream(call, WireHead(200, [(b"content-type", b"text/event-stream")])) is not None
    refused = dialect.error(call, WireHead(400), b'{"error":{"message":"no"}}')
    assert (refused.status, refused.message) == (400, "no")


def test_it_answers_for_protocols_it_does_not_serve() -> None:
    dialect = channel()
    assert dict(bridges(dialect)) == {MESSAGES: dialect, GEMINI: dialect}
    assert not dialect.serves(MESSAGES)
