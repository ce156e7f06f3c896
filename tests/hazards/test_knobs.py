"""Hazards 14 to 16, 20 to 30 of the list of what conversions lose or get wrong: knobs, tools, refusals, limits."""

from __future__ import annotations

import pytest

from sluice.base.formats import Format
from sluice.formats.openai_chat.hygiene import Hygiene
from sluice.formats.openai_chat.stream import ChatStream
from sluice.vendors.bridge import speaker

from .kit import (
    CHAT,
    GEMINI,
    MESSAGES,
    RESPONSES,
    Json,
    at,
    chat,
    completion,
    events,
    google,
    message,
    refused,
    said,
    sent,
    sse,
    stream,
    user,
    whole,
)

TOOL: Json = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
SCHEMA: Json = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


def ask(**knobs: object) -> Json:
    """A request of the Messages protocol."""
    return {"model": "m", "max_tokens": 500, "messages": [user("Hi")], **knobs}


def test_hazard_14_stop_sequences() -> None:
    many = said(CHAT, at("gemini"), chat(stop=["a", "b", "c", "d"]))
    assert many.body["generationConfig"]["stopSequences"] == ["a", "b", "c", "d"]
    more = said(MESSAGES, at("gemini"), ask(stop_sequences=["a", "b", "c", "d", "e", "f"]))
    assert (len(more.body["generationConfig"]["stopSequences"]), more.dropped) == (5, ("stop_sequences",))
    blank = said(CHAT, at("anthropic"), chat(stop=["END", " ", ""]))
    assert (blank.body["stop_sequences"], blank.dropped) == (["END"], ("stop",))
    thinker = said(MESSAGES, at("openai_chat", "gpt-5"), ask(stop_sequences=["END"]))
    assert ("stop" in thinker.body, thinker.dropped) == (False, ("stop_sequences",))
    met = message({"type": "text", "text": "Hi"}, stop="stop_sequence", stop_sequence="END")
    assert whole(CHAT, at("anthropic"), met)["choices"][0]["finish_reason"] == "stop"
    assert whole(MESSAGES, at("anthropic"), met)["stop_sequence"] == "END"
    assert whole(MESSAGES, at("openai_chat"), completion({"content": "Hi"}))["stop_reason"] == "end_turn"


def test_hazard_15_n_above_1() -> None:
    assert sent(CHAT, at("openai_chat"), chat(n=2))["n"] == 2
    for wire in ("anthropic", "gemini", "openai_responses", "ollama", "qianfan"):
        wrong = refused(CHAT, at(wire), chat(n=2))
        assert (wrong.status, wrong.code, wrong.param) == (400, "unsupported_value", "n")
    pieces = [
        {"id": "c", "choices": [{"index": index, "delta": {"content": word}, "finish_reason": None}]}
        for index, word in ((0, "a"), (1, "b"), (0, "c"), (1, "d"))
    ]
    ends = [{"id": "c", "choices": [{"index": index, "delta": {}, "finish_reason": "stop"}]} for index in (0, 1)]
    out, _ = stream(CHAT, at("openai_chat"), sse(*pieces, *ends, done=True))
    told = {0: "", 1: ""}
    for event in events(out):
        for choice in event["choices"]:
            told[choice["index"]] += choice["delta"].get("content") or ""
    assert told == {0: "ac", 1: "bd"}


def test_hazard_16_logprobs() -> None:
    assert sent(CHAT, at("openai_chat"), chat(logprobs=True, top_logprobs=2))["top_logprobs"] == 2
    for wire in ("anthropic", "gemini", "openai_responses"):
        assert said(CHAT, at(wire), chat(logprobs=True, top_logprobs=2)).dropped[:2] == ("logprobs", "top_logprobs")
    choice = whole(CHAT, at("anthropic"), message({"type": "text", "text": "Hi"}))["choices"][0]
    assert choice["logprobs"] is None


def test_hazard_20_refusals() -> None:
    spoken = completion({"refusal": "No."}, "content_filter")
    assert whole(MESSAGES, at("openai_chat"), spoken)["stop_reason"] == "refusal"
    assert whole(MESSAGES, at("openai_chat"), spoken)["content"][0]["text"] == "No."
    assert whole(GEMINI, at("openai_chat"), spoken)["candidates"][0]["finishReason"] == "SAFETY"
    item = whole(RESPONSES, at("openai_chat"), spoken)
    assert item["output"][0]["content"] == [{"type": "refusal", "refusal": "No."}]
    assert item["incomplete_details"] == {"reason": "content_filter"}
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 5}}
    for client, finish in ((CHAT, "content_filter"), (MESSAGES, "refusal")):
        told = whole(client, at("gemini"), blocked)
        assert finish in (told.get("stop_reason"), *(one["finish_reason"] for one in told.get("choices", ())))
    declined = message({"type": "text", "text": "No."}, stop="refusal")
    assert whole(CHAT, at("anthropic"), declined)["choices"][0]["finish_reason"] == "content_filter"


def test_hazard_21_citations() -> None:
    web = {"type": "web_search_result_location", "url": "https://a.example", "title": "A", "cited_text": "x"}
    place = {"type": "char_location", "document_index": 0, "start_char_index": 0, "end_char_index": 1}
    blocks = [{"type": "text", "text": "\u00e4\u00f6. "}, {"type": "text", "text": "So.", "citations": [web, place]}]
    (note,) = whole(CHAT, at("anthropic"), message(*blocks))["choices"][0]["message"]["annotations"]
    cited = note["url_citation"]
    assert (cited["url"], cited["start_index"], cited["end_index"]) == ("https://a.example", 4, 7)
    spans = whole(GEMINI, at("anthropic"), message(*blocks))["candidates"][0]["citationMetadata"]["citations"]
    assert (spans[0]["startIndex"], spans[0]["endIndex"]) == (6, 9), "bytes there"
    grounded = google({"text": "So."})
    grounded["candidates"][0]["groundingMetadata"] = {"groundingChunks": [{"web": {"uri": "https://a.example"}}]}
    assert whole(MESSAGES, at("gemini"), grounded)["content"][0]["citations"][0]["url"] == "https://a.example"


def test_hazard_22_structured_output() -> None:
    wish = {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA, "strict": True}}
    asked = chat(response_format=wish)
    assert sent(CHAT, at("anthropic"), asked)["output_config"]["format"] == {"type": "json_schema", "schema": SCHEMA}
    config = sent(CHAT, at("gemini"), asked)["generationConfig"]
    assert (config["responseMimeType"], config["responseJsonSchema"]) == ("application/json", SCHEMA)
    there = sent(CHAT, at("openai_responses"), asked)["text"]["format"]
    assert there == {"type": "json_schema", "name": "n", "schema": SCHEMA, "strict": True}
    assert sent(CHAT, at("ollama"), asked)["format"] == SCHEMA
    foreign = ask(output_config={"format": {"type": "json_schema", "schema": SCHEMA}})
    named = sent(MESSAGES, at("openai_chat"), foreign)["response_format"]["json_schema"]
    assert named == {"name": "answer", "schema": SCHEMA}, "no foreign schema is called strict"
    older = said(CHAT, at("anthropic", "claude-3-7-sonnet-20250219"), asked)
    assert ("output_config" in older.body, older.dropped) == (False, ("response_format",))
    loose = said(CHAT, at("anthropic"), chat(response_format={"type": "json_object"}))
    assert loose.dropped == ("response_format",)


def test_hazard_23_tool_schema_cleaning() -> None:
    bare = chat(tools=[{"type": "function", "function": {"name": "f"}}])
    assert sent(CHAT, at("anthropic"), bare)["tools"][0]["input_schema"] == {"type": "object", "properties": {}}
    assert sent(CHAT, at("gemini"), bare)["tools"][0]["functionDeclarations"] == [{"name": "f"}]
    empty = chat(
        tools=[{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]
    )
    assert sent(CHAT, at("gemini"), empty)["tools"][0]["functionDeclarations"] == [{"name": "f"}]
    upper = {"type": "OBJECT", "properties": {"a": {"type": "STRING", "nullable": True}}}
    google_tool = {"functionDeclarations": [{"name": "f", "parameters": upper}]}
    asked = {"contents": [{"parts": [{"text": "Hi"}]}], "tools": [google_tool]}
    schema = sent(GEMINI, at("openai_chat"), asked)["tools"][0]["function"]["parameters"]
    assert schema["type"] == "object"
    assert "STRING" not in str(schema)
    strict = chat(tools=[{"type": "function", "function": {"name": "f", "parameters": SCHEMA, "strict": True}}])
    assert "strict" in said(CHAT, at("anthropic"), strict).dropped
    told = said(MESSAGES, at("openai_responses"), ask(tools=[{"name": "f", "input_schema": SCHEMA, "strict": True}]))
    assert (told.body["tools"][0]["strict"], told.dropped) == (False, ("strict",))


def test_hazard_24_tool_choice() -> None:
    named = {"type": "function", "function": {"name": "f"}}
    choices: list[tuple[object, Json, Json]] = [
        ("required", {"type": "any"}, {"mode": "ANY"}),
        ("auto", {"type": "auto"}, {"mode": "AUTO"}),
        ("none", {"type": "none"}, {"mode": "NONE"}),
        (named, {"type": "tool", "name": "f"}, {"mode": "ANY", "allowedFunctionNames": ["f"]}),
    ]
    for told, theirs, google_s in choices:
        asked = chat(tools=[TOOL], tool_choice=told)
        assert sent(CHAT, at("anthropic"), asked)["tool_choice"] == theirs
        assert sent(CHAT, at("gemini"), asked)["toolConfig"]["functionCallingConfig"] == google_s
    serial = chat(tools=[TOOL], parallel_tool_calls=False)
    assert sent(CHAT, at("anthropic"), serial)["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": True}
    assert "parallel_tool_calls" in said(CHAT, at("gemini"), serial).dropped, "told, not cut to the first call"
    there = ask(
        tools=[{"name": "f", "input_schema": SCHEMA}], tool_choice={"type": "any", "disable_parallel_tool_use": True}
    )
    body = sent(MESSAGES, at("openai_chat"), there)
    assert (body["tool_choice"], body["parallel_tool_calls"]) == ("required", False)


def test_hazard_25_built_in_tools() -> None:
    server = {"type": "web_search_20260318", "name": "web_search"}
    for wire in ("openai_chat", "openai_responses", "gemini"):
        wrong = refused(MESSAGES, at(wire), ask(tools=[server]))
        assert (wrong.status, wrong.param) == (400, "tools[0]")
        assert "web_search_20260318" in wrong.message
    assert sent(MESSAGES, at("anthropic"), ask(tools=[server]))["tools"] == [server]
    custom = {"type": "custom", "name": "apply_patch", "format": {"type": "text"}}
    asked = {"model": "m", "input": "Hi", "tools": [custom]}
    function = sent(RESPONSES, at("openai_chat"), asked)["tools"][0]["function"]
    assert function["parameters"]["required"] == ["input"], "free text is a function's one argument elsewhere"


def test_hazard_26_max_tokens() -> None:
    assert sent(CHAT, at("anthropic"), chat())["max_tokens"] == 64_000, "the model's own limit, no constant"
    assert sent(CHAT, at("anthropic", "claude-3-5-haiku-latest"), chat())["max_tokens"] == 8192
    above = said(CHAT, at("anthropic", "claude-3-5-haiku-latest"), chat(max_tokens=99_999))
    assert (above.body["max_tokens"], above.dropped) == (8192, ("max_tokens=8192",))
    assert sent(CHAT, at("anthropic", "glm-4.6-of-another-host"), chat(max_tokens=99_999))["max_tokens"] == 99_999
    thinking = sent(CHAT, at("anthropic"), chat(reasoning_effort="high", max_tokens=4000))
    assert thinking["thinking"]["budget_tokens"] < thinking["max_tokens"] == 4000
    assert sent(CHAT, at("qianfan"), chat(max_tokens=1))["max_output_tokens"] == 2
    empty = google(finish="MAX_TOKENS")
    choice = whole(CHAT, at("gemini"), empty)["choices"][0]
    assert choice["finish_reason"] == "length", "all of it went into thought: no error"


def test_hazard_27_temperature_ranges() -> None:
    clamped = said(CHAT, at("anthropic"), chat(temperature=1.5))
    assert (clamped.body["temperature"], clamped.dropped) == (1, ("temperature=1",))
    assert sent(CHAT, at("qianfan"), chat(temperature=0))["temperature"] == 0.01
    newer = said(CHAT, at("anthropic", "claude-opus-5-5"), chat(temperature=0.5, top_p=0.9))
    assert ("temperature" in newer.body, newer.dropped) == (False, ("temperature", "top_p"))
    assert said(CHAT, at("anthropic", "claude-opus-5-5"), chat(temperature=1)).dropped == ()
    thinker = said(MESSAGES, at("openai_chat", "o4-mini"), ask(temperature=0.5))
    assert ("temperature" in thinker.body, thinker.dropped) == (False, ("temperature",))
    unthinking = said(MESSAGES, at("openai_chat", "gpt-5.2"), ask(temperature=0.5, thinking={"type": "disabled"}))
    assert (unthinking.body["temperature"], unthinking.body["reasoning_effort"]) == (0.5, "none")
    while_thinking = said(CHAT, at("anthropic"), chat(temperature=0.5, reasoning_effort="low"))
    assert while_thinking.dropped == ("temperature",)


def test_hazard_28_metadata_and_user() -> None:
    assert sent(CHAT, at("anthropic"), chat(user="u-1"))["metadata"] == {"user_id": "u-1"}
    assert sent(MESSAGES, at("openai_chat"), ask(metadata={"user_id": "u-1"}))["user"] == "u-1"
    assert sent(RESPONSES, at("anthropic"), {"model": "m", "input": "Hi", "safety_identifier": "s-1"})["metadata"] == {
        "user_id": "s-1"
    }
    assert said(CHAT, at("gemini"), chat(user="u-1")).dropped == ("user",)
    assert "metadata" not in sent(CHAT, at("anthropic"), chat()), "nothing of the gateway's own is told"


def test_hazard_29_service_tier() -> None:
    for client, wire, body in (
        (CHAT, "anthropic", chat(service_tier="flex")),
        (MESSAGES, "openai_chat", ask(service_tier="standard_only")),
        (CHAT, "gemini", chat(service_tier="priority")),
    ):
        told = said(client, at(wire), body)
        assert ("service_tier" in told.body, told.dropped) == (False, ("service_tier",))
    assert sent(CHAT, at("openai_chat"), chat(service_tier="flex"))["service_tier"] == "flex"


@pytest.mark.parametrize("wire", ["anthropic", "gemini", "openai_responses"])
def test_hazard_30_legacy_completions(wire: str) -> None:
    assert speaker(at(wire).dialect(), Format.OPENAI_COMPLETIONS) is None, "never half translated: no channel serves it"


def test_hazard_30_legacy_completions_stay_what_they_are() -> None:
    head = {"id": "c", "object": "text_completion", "created": 1, "model": "up"}
    piece = {**head, "choices": [{"index": 0, "text": "Hi", "finish_reason": None}]}
    ended = {**head, "choices": [{"index": 0, "text": "", "finish_reason": "stop"}]}
    parser = ChatStream(model="m", wants_usage=True, hygiene=Hygiene(), legacy=True, new_id="c", created_s=1)
    out = parser.feed(sse(piece, ended, done=True))
    assert parser.done
    assert {event["object"] for event in events(out)} == {"text_completion"}
