"""What clients may say but seldom do: nothing of it is lost in silence, and nothing breaks.

Each case goes to every wire but those of its own protocol: what it holds comes through, is told as left out, or the
request is refused with a 400 that names what cannot be carried.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from sluice.base.errors import GatewayError
from sluice.base.formats import Format

from . import odd_chat, odd_gemini, odd_messages, odd_responses
from .cells import CLIENTS, Said, refusal, say
from .questions import CHAT, CHAT_TOOL, GEMINI, MESSAGES, RESPONSES, RESPONSES_TOOL
from .wires import Wire, wires

Json = dict[str, Any]

ODD: Mapping[Format, Mapping[str, tuple[Json, dict[str, str]]]] = {
    CHAT: odd_chat.ODD,
    MESSAGES: odd_messages.ODD,
    RESPONSES: odd_responses.ODD,
    GEMINI: odd_gemini.ODD,
}
OTHER = {"type": "function", "function": {"name": "other"}}
OTHER_FLAT = {"type": "function", "name": "other"}


def to(name: str) -> Wire:
    return wires()[name]


@pytest.mark.parametrize("wire", wires().values(), ids=lambda wire: wire.name)
@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_nothing_is_lost_in_silence(client: Format, wire: Wire) -> None:
    if client is wire.format:
        return  # it travels as it came
    wrong = {}
    for name, (body, marks) in ODD[client].items():
        told = _fate(client, wire, body, marks)
        if told:
            wrong[name] = told
    assert wrong == {}


def _fate(client: Format, wire: Wire, body: Json, marks: dict[str, str]) -> str:
    """What is wrong with what became of a request; "" for nothing."""
    try:
        said = say(client, wire, copy.deepcopy(body))
    except GatewayError as error:
        named = bool(error.param) and bool(error.message)
        return "" if refusal(client, error)[0] == 400 and named else f"{error.status} {error.message}"
    lost = [mark for mark, names in marks.items() if not _came_through(said, mark) and not _told(said, names)]
    return f"lost {lost}, told {said.dropped}" if lost else ""


def _came_through(said: Said, mark: str) -> bool:
    """Whether a text is in what is sent; schemas may travel as a text within it."""
    sent = said.sent.decode()
    return mark in sent or mark in sent.replace('\\"', '"')


def _told(said: Said, names: str) -> bool:
    dropped = {name.partition("=")[0] for name in said.dropped}
    return not dropped.isdisjoint(names.split("|"))


# What becomes of some of it, in particular.


def refused(client: Format, wire: Wire, body: Json) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        say(client, wire, body)
    return caught.value


@pytest.mark.parametrize("mode", ["auto", "required"])
def test_of_allowed_tools_only_those_are_offered(mode: str) -> None:
    named = [{"type": "function", "function": {"name": "weather"}}]
    choice = {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": named}}
    chat = odd_chat.request(tools=[CHAT_TOOL, OTHER], tool_choice=choice)
    flat = {"type": "allowed_tools", "mode": mode, "tools": [{"type": "function", "name": "weather"}]}
    responses = odd_responses.request(tools=[RESPONSES_TOOL, OTHER_FLAT], tool_choice=flat)
    for client, body in ((CHAT, chat), (RESPONSES, responses)):
        said = say(client, to("anthropic"), body)
        assert [tool["name"] for tool in said.body["tools"]] == ["weather"]
        assert said.body["tool_choice"] == {"type": "auto" if mode == "auto" else "any"}
        assert said.dropped == ()
    assert len(say(CHAT, to("openai_chat"), chat).body["tools"]) == 2


def test_where_none_of_the_allowed_tools_is_known_all_are_offered_and_it_is_told() -> None:
    flat = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "mcp", "server_label": "s"}]}
    said = say(RESPONSES, to("anthropic"), odd_responses.request(tools=[RESPONSES_TOOL], tool_choice=flat))
    assert len(said.body["tools"]) == 1


def test_a_limit_of_nothing_is_not_made_another() -> None:
    assert say(CHAT, to("anthropic"), odd_chat.request(max_tokens=0)).body["max_tokens"] == 0
    bedrock = next(wire for name, wire in wires().items() if name.startswith("bedrock"))
    assert say(CHAT, bedrock, odd_chat.request(max_tokens=0)).body["inferenceConfig"]["maxTokens"] == 0


def test_a_lone_object_stands_for_a_list_of_one() -> None:
    """As Google's examples for curl have it."""
    body: Json = {
        "system_instruction": {"parts": {"text": "Be brief."}},
        "contents": {"parts": {"text": "Hi"}},
        "tools": {"functionDeclarations": {"name": "weather"}},
    }
    said = say(GEMINI, to("openai_chat"), body).body
    assert said["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    assert [tool["function"]["name"] for tool in said["tools"]] == ["weather"]


@pytest.mark.parametrize("level", ["low", "LOW"])
def test_levels_of_thought_are_read_in_small_letters_too(level: str) -> None:
    said = say(GEMINI, to("openai_chat"), odd_gemini.config(thinkingConfig={"thinkingLevel": level}))
    assert said.body["reasoning_effort"] == "low"


@pytest.mark.parametrize("uri", ["gs://bucket/a.png", "https://generativelanguage.googleapis.com/v1beta/files/a1"])
@pytest.mark.parametrize("kind", ["image/png", "application/pdf"])
def test_files_that_only_google_can_read_are_refused_elsewhere(uri: str, kind: str) -> None:
    body = odd_gemini.asked([{"fileData": {"mimeType": kind, "fileUri": uri}}])
    for wire in wires().values():
        if wire.format is not GEMINI:
            assert refused(GEMINI, wire, copy.deepcopy(body)).code == "unsupported_content"


def test_offered_tools_of_servers_are_left_out_beside_functions_at_every_wire() -> None:
    body = odd_responses.request(tools=[RESPONSES_TOOL, {"type": "web_search"}])
    for wire in wires().values():
        if wire.format is RESPONSES or _calls_nobody(wire):
            continue
        assert "tools.web_search" in say(RESPONSES, wire, copy.deepcopy(body)).dropped, wire.name


def _calls_nobody(wire: Wire) -> bool:
    try:
        say(RESPONSES, wire, odd_responses.request(tools=[RESPONSES_TOOL]))
    except GatewayError as error:
        return error.param == "tools"
    return False


def test_how_closely_to_look_is_the_same_in_both_of_openais_protocols() -> None:
    shown = {"type": "image_url", "image_url": {"url": "https://a.example/p.png", "detail": "high"}}
    chat = say(CHAT, to("openai_responses"), odd_chat.request([odd_chat.user([shown])]))
    assert chat.body["input"][0]["content"][0]["detail"] == "high"
    flat = {"type": "input_image", "image_url": "https://a.example/p.png", "detail": "high"}
    responses = say(RESPONSES, to("openai_chat"), odd_responses.request([odd_responses.user([flat])]))
    assert responses.body["messages"][0]["content"] == [shown]
    assert chat.dropped == responses.dropped == ()


def test_what_both_of_openais_protocols_ask_for_is_carried() -> None:
    knobs = {"metadata": {"k": "v"}, "service_tier": "flex", "prompt_cache_key": "p", "verbosity": "low"}
    said = say(CHAT, to("openai_responses"), odd_chat.request(**knobs))
    assert said.dropped == ()
    assert {name: said.body[name] for name in list(knobs)[:3]} == {name: knobs[name] for name in list(knobs)[:3]}
    assert said.body["text"] == {"verbosity": "low"}


def test_a_refusal_of_several_answers_names_what_the_client_wrote() -> None:
    for wire in wires().values():
        if wire.format is not GEMINI:
            error = refused(GEMINI, wire, odd_gemini.config(candidateCount=2))
            assert error.param == "generationConfig.candidateCount", wire.name


def test_a_model_that_translates_refuses_what_comes_behind_the_users_words() -> None:
    deepl = next(wire for name, wire in wires().items() if name.startswith("deepl"))
    body = odd_chat.request([odd_chat.user("Hi"), odd_chat.said("Hello")])
    assert refused(CHAT, deepl, body).param == "messages[1]"
