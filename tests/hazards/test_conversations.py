"""Hazards 1 to 13 of the list of what conversions lose or get wrong: conversations and their parts."""

from __future__ import annotations

import pytest
from tests.conformance.cells import thinking_loop
from tests.conformance.questions import QUESTIONS

from sluice.base.formats import Format
from sluice.vendors.call_ids import short_call_id

from .kit import (
    CHAT,
    GEMINI,
    MESSAGES,
    RESPONSES,
    Json,
    assistant,
    at,
    chat,
    completion,
    google,
    message,
    refused,
    result,
    said,
    sent,
    user,
    whole,
)

PIXEL: Json = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}
PICTURE: Json = {"type": "image_url", "image_url": {"url": "https://a.example/p.png", "detail": "high"}}
TOOL: Json = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


def test_hazard_01_tool_call_ids() -> None:
    calls = [{"functionCall": {"name": name, "args": {}}} for name in ("f", "g")]
    ids = []
    for identity in ("r1", "r2"):
        told = whole(CHAT, at("gemini"), google(*calls, responseId=identity))
        ids += [call["id"] for call in told["choices"][0]["message"]["tool_calls"]]
    assert len(set(ids)) == 4, "where the upstream gives none each call has its own, in later answers too"
    back = sent(CHAT, at("gemini"), chat(user("Hi"), assistant((ids[0], "f")), result(ids[0])))
    answer = back["contents"][2]["parts"][0]["functionResponse"]
    assert answer == {"name": "f", "response": {"result": "ok"}}, "the name is the call's, and a made id is not told"
    odd = chat(user("Hi"), assistant(("a.b", "f"), ("a/b", "f"), ("a_b", "f")), *map(result, ("a/b", "a.b", "a_b")))
    calls_there, results_there = sent(CHAT, at("anthropic"), odd)["messages"][1:]
    told_ids = [block["id"] for block in calls_there["content"]]
    assert len(set(told_ids)) == 3, "what is not allowed in an id is replaced, and no two become one"
    assert all(set(one) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-") for one in told_ids)
    assert [block["tool_use_id"] for block in results_there["content"]] == [told_ids[1], told_ids[0], told_ids[2]]
    assert short_call_id("call_very_long") == short_call_id("call_very_long") != short_call_id("call_other")
    items = sent(CHAT, at("openai_responses"), chat(user("Hi"), assistant(("call_1", "f")), result("call_1")))["input"]
    assert [item.get("call_id") for item in items] == [None, "call_1", "call_1"]
    assert not any("id" in item for item in items)


@pytest.mark.parametrize("wire", ["openai_chat", "openai_responses", "anthropic", "gemini"])
def test_hazard_02_parallel_tool_results_ordering(wire: str) -> None:
    calls = assistant(("c0", "f"), ("c1", "g"), ("c2", "h"))
    asked = chat(user("Hi"), calls, result("c2", "two"), result("c0"), user("?"))
    body = sent(CHAT, at(wire), asked)
    match wire:
        case "openai_chat":
            assert [turn["role"] for turn in body["messages"][2:]] == ["tool", "tool", "user"], "native: as it came"
            return
        case "openai_responses":
            outputs = [item for item in body["input"] if item["type"] == "function_call_output"]
            assert [item["call_id"] for item in outputs] == ["c2", "c0", "c1"]
            assert outputs[2]["output"] == "no result"
            assert body["input"][-1]["role"] == "user", "what the user says comes after the results"
        case "anthropic":
            blocks = body["messages"][2]["content"]
            assert [block.get("tool_use_id") for block in blocks] == ["c2", "c0", "c1", None]
            assert blocks[2] == {"type": "tool_result", "tool_use_id": "c1", "content": "no result", "is_error": True}
        case "gemini":
            parts = body["contents"][2]["parts"]
            names = [part["functionResponse"]["name"] for part in parts[:3]]
            assert names == ["f", "g", "h"], "in the order of the calls"
            assert parts[1]["functionResponse"]["response"] == {"error": "no result"}
            assert parts[3] == {"text": "?"}


def test_hazard_02_results_of_no_call_are_refused_where_they_must_name_it() -> None:
    wrong = refused(CHAT, at("gemini"), chat(user("Hi"), result("c9")))
    assert (wrong.status, wrong.param) == (400, "messages[1].content[0]")


def test_hazard_03_thinking_blocks_and_signatures() -> None:
    for client in (CHAT, MESSAGES, RESPONSES, GEMINI):
        for maker in ("anthropic", "gemini"):
            for wire in ("anthropic", "gemini", "openai_chat"):
                body = thinking_loop(client, at(wire), at(maker)).sent
                assert (b"cHJvb2YgMQ==" in body) is (maker == wire), (client, maker, wire)
        unsigned = thinking_loop(client, at("anthropic"), at("openai_chat"))
        assert "thinking" not in unsigned.body, "a loop that lost its thought does not think with a budget"
    other_model = thinking_loop(CHAT, at("anthropic", "claude-opus-4-5"), at("anthropic"))
    assert b"cHJvb2YgMQ==" not in other_model.sent, "not even to another model of the same maker"
    sealed = message({"type": "redacted_thinking", "data": "c2VhbGVk"}, {"type": "text", "text": "Hi"})
    told = whole(CHAT, at("anthropic"), sealed)["choices"][0]["message"]
    back = sent(CHAT, at("anthropic"), chat(user("Hi"), told, user("?")))
    assert back["messages"][1]["content"][0] == {"type": "redacted_thinking", "data": "c2VhbGVk"}


def test_hazard_04_reasoning_replay_rules_differ() -> None:
    thought = {"type": "thinking", "thinking": "Hm.", "signature": ""}
    use = {"type": "tool_use", "id": "c0", "name": "f", "input": {}}
    ended = {"type": "tool_result", "tool_use_id": "c0", "content": "ok"}
    loop = [user("Hi"), {"role": "assistant", "content": [thought, use]}, user([ended])]
    talk = [user("Hi"), {"role": "assistant", "content": [thought, {"type": "text", "text": "Yes"}]}, user("?")]

    def words(model: str, messages: list[Json]) -> object:
        body = sent(MESSAGES, at("openai_chat", model), {"model": "m", "max_tokens": 9, "messages": messages})
        return body["messages"][1].get("reasoning_content")

    assert words("kimi-k2-thinking", loop) == words("deepseek-v4-pro", loop) == "Hm."
    assert words("kimi-k2-thinking", talk) is None, "only with the calls it led to"
    assert words("deepseek-r1-0528", loop) is None
    assert words("gpt-4o", loop) is None


def test_hazard_05_think_inline() -> None:
    inline = completion({"content": "<think>Hm.</think>Hello"})
    assert whole(CHAT, at("openai_chat"), inline)["choices"][0]["message"]["content"] == "<think>Hm.</think>Hello"
    # On by a channel's option or a vendor's quirk: tests/formats/test_chat_stream.py splits the tags everywhere.


def test_hazard_06_cache_control() -> None:
    mark = {"type": "ephemeral"}
    parts = [{"type": "text", "text": "a", "cache_control": mark}, {"type": "text", "text": "b"}]
    asked = chat({"role": "system", "content": parts}, user(parts), tools=[{**TOOL, "cache_control": mark}])
    body = sent(CHAT, at("anthropic"), asked)
    assert [block.get("cache_control") for block in body["system"]] == [mark, None], "neither merged nor moved"
    assert [block.get("cache_control") for block in body["messages"][0]["content"]] == [mark, None]
    assert body["tools"][0]["cache_control"] == mark
    for wire in ("gemini", "openai_responses"):
        assert "cache_control" in said(CHAT, at(wire), asked).dropped
    usage = {"input_tokens": 5, "cache_creation_input_tokens": 7, "cache_read_input_tokens": 11, "output_tokens": 2}
    told = whole(CHAT, at("anthropic"), message({"type": "text", "text": "Hi"}, usage=usage))["usage"]
    assert told["prompt_tokens"] == 23
    assert told["prompt_tokens_details"] == {"cached_tokens": 11, "cache_write_tokens": 7}


def test_hazard_07_system_role_positions() -> None:
    asked = chat({"role": "system", "content": "A"}, user("Hi"), {"role": "developer", "content": "B"}, user("?"))
    body = sent(CHAT, at("anthropic"), asked)
    assert [block["text"] for block in body["system"]] == ["A", "B"]
    assert [turn["role"] for turn in body["messages"]] == ["user"], "hoisted; the user's turns meet and are one"
    assert sent(CHAT, at("gemini"), asked)["systemInstruction"] == {"parts": [{"text": "A"}, {"text": "B"}]}
    assert sent(CHAT, at("qianfan"), asked)["system"] == "A\n\nB"
    system = [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}]
    said_there = sent(
        MESSAGES, at("openai_chat"), {"model": "m", "max_tokens": 9, "system": system, "messages": [user("Hi")]}
    )
    assert said_there["messages"][0] == {"role": "system", "content": "A\n\nB"}


def test_hazard_08_alternation() -> None:
    asked = chat(user("a"), user("b"), assistant(content="c"), assistant(content="d"), user("e"))
    contents = sent(CHAT, at("gemini"), asked)["contents"]
    assert [content["role"] for content in contents] == ["user", "model", "user"]
    assert [turn["role"] for turn in sent(CHAT, at("anthropic"), asked)["messages"]][:2] == ["user", "assistant"]
    assert len(sent(CHAT, at("qianfan"), asked)["messages"]) % 2 == 1
    wrong = refused(CHAT, at("qianfan"), chat(user("a"), assistant(content="b")))
    assert (wrong.status, wrong.param) == (400, "messages[1]")


def test_hazard_09_empty_content() -> None:
    asked = chat(user("Hi"), assistant(("c0", "f")), result("c0", ""), assistant(content=""), user("?"))
    messages = sent(CHAT, at("anthropic"), asked)["messages"]
    assert [block["type"] for block in messages[1]["content"]] == ["tool_use"], "no empty text beside the calls"
    assert [turn["role"] for turn in messages] == ["user", "assistant", "user"], "an empty turn is none"
    assert messages[2]["content"][0] == {"type": "tool_result", "tool_use_id": "c0", "content": ""}
    contents = sent(CHAT, at("gemini"), asked)["contents"]
    assert contents[2]["parts"][0]["functionResponse"]["response"] == {"result": ""}
    assert all(content["parts"] for content in contents)


def test_hazard_10_assistant_prefill() -> None:
    begun = QUESTIONS["prefill"]
    for client in (CHAT, RESPONSES, GEMINI):
        old = sent(client, at("anthropic", "claude-sonnet-4-5"), begun[client])
        assert old["messages"][-1] == {"role": "assistant", "content": [{"type": "text", "text": "Well,"}]}
        wrong = refused(client, at("anthropic", "claude-opus-4-6"), begun[client])
        assert (wrong.status, wrong.code) == (400, "unsupported_value")
        assert wrong.param
    assert sent(MESSAGES, at("openai_chat"), begun[MESSAGES])["messages"][-1]["content"] == "Well,"


def test_hazard_11_multi_modal_tool_results() -> None:
    shown = [{"type": "text", "text": "see"}, PIXEL]
    use = {"type": "tool_use", "id": "c0", "name": "f", "input": {}}
    ended = {"type": "tool_result", "tool_use_id": "c0", "content": shown}
    turns = [user("Hi"), {"role": "assistant", "content": [use]}, user([ended, {"type": "text", "text": "?"}])]
    asked = {"model": "m", "max_tokens": 9, "messages": turns}
    tool, picture, words = sent(MESSAGES, at("openai_chat"), asked)["messages"][2:]
    assert tool["content"].startswith("see\n")
    assert "c0" in picture["content"][0]["text"]
    assert picture["content"][1]["image_url"]["url"].startswith("data:image/png;base64,")
    assert words == {"role": "user", "content": "?"}
    output = sent(MESSAGES, at("openai_responses"), asked)["input"][2]["output"]
    assert [part["type"] for part in output] == ["input_text", "input_image"]
    newer = sent(MESSAGES, at("gemini"), asked)["contents"][2]["parts"]
    assert "inlineData" in newer[0]["functionResponse"]["parts"][0]
    older = sent(MESSAGES, at("gemini", "gemini-2.5-pro"), asked)["contents"][2]["parts"]
    assert [next(iter(part)) for part in older] == ["functionResponse", "inlineData", "text"]


@pytest.mark.parametrize("client", [CHAT, MESSAGES, RESPONSES, GEMINI], ids=str)
def test_hazard_12_documents(client: Format) -> None:
    asked = QUESTIONS["document"][client]
    for wire in ("openai_chat", "openai_responses", "anthropic", "gemini"):
        assert b"JVBERi0=" in said(client, at(wire), asked).sent
    for wire in ("ollama", "qianfan"):
        wrong = refused(client, at(wire), asked)
        assert (wrong.status, wrong.code) == (400, "unsupported_content")


def test_hazard_13_images() -> None:
    there = said(CHAT, at("anthropic"), chat(user([PICTURE])))
    assert there.body["messages"][0]["content"][0]["source"] == {"type": "url", "url": "https://a.example/p.png"}
    assert there.dropped == ("detail",)
    assert (
        sent(CHAT, at("gemini"), chat(user([PICTURE])))["contents"][0]["parts"][0]["fileData"]["mimeType"]
        == "image/png"
    )
    wrong = refused(CHAT, at("ollama"), chat(user([PICTURE])))
    assert (wrong.status, wrong.code) == (400, "unsupported_content")
    held = {"type": "image", "source": {"type": "file", "file_id": "file_1"}}
    wrong = refused(MESSAGES, at("openai_chat"), {"model": "m", "max_tokens": 9, "messages": [user([held])]})
    assert wrong.code == "unsupported_content", "a file lies with one provider"
