"""What upstreams of the four protocols answer, byte for byte as they write it: whole and streamed, for each scenario.

Written by hand from the protocols' descriptions, never by Sluice's own encoders.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sluice.base.formats import Format
from sluice.base.wire import WireHead

Json = dict[str, Any]

_JSON = (b"content-type", b"application/json")
_EVENTS = (b"content-type", b"text/event-stream")


@dataclass(frozen=True)
class Answer:
    """An answer, whole and as a stream; None where a scenario has no such form. ``broken``: the stream has no end.
    ``folds``: it says what the whole answer says."""

    whole: bytes | None
    stream: bytes | None
    head: WireHead = field(default_factory=lambda: WireHead(200, [_JSON]))
    stream_head: WireHead = field(default_factory=lambda: WireHead(200, [_EVENTS]))
    broken: bool = False
    folds: bool = True


PROOF = "cHJvb2YgMQ=="
SEALED = "c2VhbGVk"
ARGS = '{"city":"Oslo"}'


def _body(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _answer(whole: Json, events: list[Json], ends: bytes = b"", *, named: bool = False) -> Answer:
    told = [
        (b"event: " + event["type"].encode() + b"\n" if named else b"") + b"data: " + _body(event) for event in events
    ]
    return Answer(_body(whole), b"".join(event + b"\n\n" for event in told) + ends)


# Chat completions.


def _chat(message: Json, finish: str, deltas: list[Json], usage: Json | None = None) -> Answer:
    head = {"id": "chatcmpl-up", "object": "chat.completion", "created": 9, "model": "some-model-0613"}
    told = usage or {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
    choice = {"index": 0, "message": {"role": "assistant", "content": None, **message}, "finish_reason": finish}
    chunk = {**head, "object": "chat.completion.chunk"}
    steps: list[Json] = [
        {**chunk, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        for delta in ({"role": "assistant", "content": ""}, *deltas)
    ]
    steps.append({**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    steps.append({**chunk, "choices": [], "usage": told})
    return _answer({**head, "choices": [choice], "usage": told}, steps, b"data: [DONE]\n\n")


def _call(at: int, city: str) -> Json:
    return {
        "id": f"call_{at}",
        "type": "function",
        "function": {"name": "weather", "arguments": json.dumps({"city": city}, separators=(",", ":"))},
    }


def _call_deltas(at: int, city: str) -> list[Json]:
    call = _call(at, city)
    words = call["function"]["arguments"]
    first = {"index": at, **call, "function": {"name": "weather", "arguments": ""}}
    pieces = [{"index": at, "function": {"arguments": piece}} for piece in (words[:5], words[5:])]
    return [{"tool_calls": [one]} for one in (first, *pieces)]


_CITED: Json = {
    "type": "url_citation",
    "url_citation": {"url": "https://a.example", "title": "A", "start_index": 0, "end_index": 5},
}
_BLOCK = {"type": "thinking", "thinking": "Hm.", "signature": PROOF}
_CHAT = {
    "text": _chat({"content": "Hello"}, "stop", [{"content": "Hel"}, {"content": "lo"}]),
    "usage": _chat(
        {"content": "Hello"},
        "stop",
        [{"content": "Hello"}],
        {
            "prompt_tokens": 100, "completion_tokens": 30, "total_tokens": 130,
            "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 20},
            "completion_tokens_details": {"reasoning_tokens": 25},
        },
    ),
    "tools": _chat({"tool_calls": [_call(0, "Oslo")]}, "tool_calls", _call_deltas(0, "Oslo")),
    "parallel tools": _chat(
        {"content": "I look.", "tool_calls": [_call(0, "Oslo"), _call(1, "Rome")]},
        "tool_calls",
        [{"content": "I look."}, *_call_deltas(0, "Oslo"), *_call_deltas(1, "Rome")],
    ),
    "thought": _chat(
        {"content": "Hello", "reasoning_content": "Hm."}, "stop", [{"reasoning_content": "Hm."}, {"content": "Hello"}]
    ),
    "thought and tools": _chat(
        {"reasoning_content": "Hm.", "tool_calls": [_call(0, "Oslo")]},
        "tool_calls",
        [{"reasoning_content": "Hm."}, *_call_deltas(0, "Oslo")],
    ),
    "length": _chat({"content": "Hel"}, "length", [{"content": "Hel"}]),
    "refusal": _chat({"content": None, "refusal": "No."}, "content_filter", [{"refusal": "No."}]),
    "citation": _chat(
        {"content": "Hello", "annotations": [_CITED]}, "stop", [{"content": "Hello"}, {"annotations": [_CITED]}]
    ),
}  # fmt: skip


# Responses.


def _response(output: list[Json], middle: list[Json], usage: Json | None = None, **state: Any) -> Answer:
    head: Json = {
        "id": "resp_up", "object": "response", "created_at": 9, "status": "completed", "error": None,
        "incomplete_details": None, "model": "gpt-5-2025", "output": [],
    }  # fmt: skip
    told = usage or {"input_tokens": 9, "output_tokens": 4, "total_tokens": 13}
    whole = {**head, **state, "output": output, "usage": told}
    begun = {**head, "status": "in_progress"}
    last = "response.incomplete" if whole["status"] == "incomplete" else "response.completed"
    events: list[Json] = [
        {"type": "response.created", "response": begun}, *middle, {"type": last, "response": whole},
    ]  # fmt: skip
    numbered = [{**event, "sequence_number": at} for at, event in enumerate(events)]
    return _answer(whole, numbered, named=True)


def _item(at: int, item: Json, parts: list[Json]) -> list[Json]:
    empty = {**item, "status": "in_progress"}
    empty |= {
        name: [] if name in ("content", "summary") else ""
        for name in ("content", "summary", "arguments")
        if name in item
    }
    added = {"type": "response.output_item.added", "output_index": at, "item": empty}
    done = {"type": "response.output_item.done", "output_index": at, "item": item}
    return [added, *[{"item_id": item["id"], "output_index": at, **part} for part in parts], done]


def _said(
    at: int, words: str, *, kind: str = "output_text", notes: list[Json] | None = None
) -> tuple[Json, list[Json]]:
    name = "text" if kind == "output_text" else "refusal"
    part: Json = {"type": kind, name: words, **({"annotations": notes or []} if name == "text" else {})}
    item = {"id": f"msg_{at}", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
    steps: list[Json] = [
        {
            "type": "response.content_part.added",
            "content_index": 0,
            "part": {**part, name: "", **({"annotations": []} if name == "text" else {})},
        },
        {"type": f"response.{kind}.delta", "content_index": 0, "delta": words},
        *[
            {
                "type": "response.output_text.annotation.added",
                "content_index": 0,
                "annotation_index": 0,
                "annotation": note,
            }
            for note in notes or []
        ],
        {"type": f"response.{kind}.done", "content_index": 0, name: words},
        {"type": "response.content_part.done", "content_index": 0, "part": part},
    ]
    return item, _item(at, item, steps)


def _function(at: int, number: int, city: str) -> tuple[Json, list[Json]]:
    words = _call(number, city)["function"]["arguments"]
    item = {
        "id": f"fc_{at}", "type": "function_call", "status": "completed", "call_id": f"call_{number}",
        "name": "weather", "arguments": words,
    }  # fmt: skip
    deltas = [{"type": "response.function_call_arguments.delta", "delta": piece} for piece in (words[:5], words[5:])]
    return item, _item(at, item, [*deltas, {"type": "response.function_call_arguments.done", "arguments": words}])


def _thought(at: int) -> tuple[Json, list[Json]]:
    part = {"type": "summary_text", "text": "Hm."}
    item = {"id": f"rs_{at}", "type": "reasoning", "summary": [part], "encrypted_content": SEALED}
    steps: list[Json] = [
        {"type": "response.reasoning_summary_part.added", "summary_index": 0, "part": {**part, "text": ""}},
        {"type": "response.reasoning_summary_text.delta", "summary_index": 0, "delta": "Hm."},
        {"type": "response.reasoning_summary_text.done", "summary_index": 0, "text": "Hm."},
        {"type": "response.reasoning_summary_part.done", "summary_index": 0, "part": part},
    ]
    return item, _item(at, item, steps)


def _output(*told: tuple[Json, list[Json]], usage: Json | None = None, **state: Any) -> Answer:
    return _response([item for item, _ in told], [step for _, steps in told for step in steps], usage, **state)


_RESPONSES = {
    "text": _output(_said(0, "Hello")),
    "usage": _output(
        _said(0, "Hello"),
        usage={
            "input_tokens": 100, "output_tokens": 30, "total_tokens": 130,
            "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 20},
            "output_tokens_details": {"reasoning_tokens": 25},
        },
    ),
    "tools": _output(_function(0, 0, "Oslo")),
    "parallel tools": _output(_said(0, "I look."), _function(1, 0, "Oslo"), _function(2, 1, "Rome")),
    "thought": _output(_thought(0), _said(1, "Hello")),
    "thought and tools": _output(_thought(0), _function(1, 0, "Oslo")),
    "length": _output(_said(0, "Hel"), status="incomplete", incomplete_details={"reason": "max_output_tokens"}),
    "refusal": _output(_said(0, "No.", kind="refusal")),
    "citation": _output(
        _said(0, "Hello", notes=[{"type": "url_citation", **_CITED["url_citation"]}])
    ),
}  # fmt: skip


# Messages.


def _message(blocks: list[Json], stop: str, usage: Json | None = None, sequence: str | None = None) -> Answer:
    told = usage or {"input_tokens": 9, "output_tokens": 4}
    head = {"id": "msg_up", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5-20250929"}
    whole = {**head, "content": blocks, "stop_reason": stop, "stop_sequence": sequence, "usage": told}
    begun = {**head, "content": [], "stop_reason": None, "stop_sequence": None, "usage": {**told, "output_tokens": 1}}
    events: list[Json] = [{"type": "message_start", "message": begun}, {"type": "ping"}]
    for at, block in enumerate(blocks):
        events += _block(at, block)
    ended = {"stop_reason": stop, "stop_sequence": sequence}
    events.append({"type": "message_delta", "delta": ended, "usage": {"output_tokens": told["output_tokens"]}})
    return _answer(whole, [*events, {"type": "message_stop"}], named=True)


def _block(at: int, block: Json) -> list[Json]:
    empty, deltas = dict(block), list[Json]()
    match block["type"]:
        case "text":
            words = block["text"]
            empty = {"type": "text", "text": ""}
            deltas = [{"type": "text_delta", "text": piece} for piece in (words[:3], words[3:]) if piece]
            deltas += [{"type": "citations_delta", "citation": cited} for cited in block.get("citations", ())]
        case "thinking":
            empty = {"type": "thinking", "thinking": "", "signature": ""}
            deltas = [
                {"type": "thinking_delta", "thinking": block["thinking"]},
                {"type": "signature_delta", "signature": block["signature"]},
            ]
        case "tool_use":
            words = _body(block["input"]).decode()
            empty = {**block, "input": {}}
            deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in (words[:5], words[5:])]
    steps = [{"type": "content_block_delta", "index": at, "delta": delta} for delta in deltas]
    begun = {"type": "content_block_start", "index": at, "content_block": empty}
    return [begun, *steps, {"type": "content_block_stop", "index": at}]


def _use(at: int, city: str) -> Json:
    return {"type": "tool_use", "id": f"toolu_{at}", "name": "weather", "input": {"city": city}}


_HELLO = {"type": "text", "text": "Hello"}
_WEB = {
    "type": "web_search_result_location",
    "url": "https://a.example",
    "title": "A",
    "cited_text": "a",
    "encrypted_index": "x",
}
_MESSAGES = {
    "text": _message([_HELLO], "end_turn"),
    "usage": _message(
        [_HELLO],
        "end_turn",
        {
            "input_tokens": 20, "cache_read_input_tokens": 60, "cache_creation_input_tokens": 20,
            "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 0},
            "output_tokens": 30, "output_tokens_details": {"thinking_tokens": 25},
        },
    ),
    "tools": _message([_use(0, "Oslo")], "tool_use"),
    "parallel tools": _message([{"type": "text", "text": "I look."}, _use(0, "Oslo"), _use(1, "Rome")], "tool_use"),
    "thought": _message([_BLOCK, _HELLO], "end_turn"),
    "thought and tools": _message([_BLOCK, _use(0, "Oslo")], "tool_use"),
    "sealed thought and tools": _message([{"type": "redacted_thinking", "data": SEALED}, _use(0, "Oslo")], "tool_use"),
    "sequence": _message([{"type": "text", "text": "Hel"}], "stop_sequence", sequence="lo"),
    "length": _message([{"type": "text", "text": "Hel"}], "max_tokens"),
    "refusal": _message([{"type": "text", "text": "No."}], "refusal"),
    "citation": _message([{**_HELLO, "citations": [_WEB]}], "end_turn"),
}  # fmt: skip


# generateContent.


def _gemini(parts: list[Json], finish: str = "STOP", usage: Json | None = None, **candidate: Any) -> Answer:
    told = usage or {"promptTokenCount": 9, "candidatesTokenCount": 4, "totalTokenCount": 13}
    head = {"modelVersion": "gemini-3-flash-002", "responseId": "resp-up"}
    first = {"content": {"parts": parts, "role": "model"}, "finishReason": finish, "index": 0, **candidate}
    pieces: list[Json] = [
        {"candidates": [{"content": {"parts": [part], "role": "model"}, "index": 0}], **head} for part in parts
    ]
    last = {
        "candidates": [
            {"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": finish, "index": 0, **candidate}
        ]
    }
    return _answer(
        {"candidates": [first], "usageMetadata": told, **head}, [*pieces, {**last, "usageMetadata": told, **head}]
    )


def _google_call(city: str, **proof: str) -> Json:
    return {"functionCall": {"name": "weather", "args": {"city": city}}, **proof}


def _blocked() -> Answer:
    told: Json = {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9},
        "modelVersion": "gemini-3-flash-002", "responseId": "resp-up",
    }  # fmt: skip
    return _answer(told, [told])


_GEMINI = {
    "text": _gemini([{"text": "Hello"}]),
    "usage": _gemini(
        [{"text": "Hello"}],
        usage={
            "promptTokenCount": 100, "cachedContentTokenCount": 60, "candidatesTokenCount": 5, "thoughtsTokenCount": 25,
            "totalTokenCount": 130,
        },
    ),
    "tools": _gemini([_google_call("Oslo")]),
    "parallel tools": _gemini(
        [{"text": "I look."}, _google_call("Oslo", thoughtSignature=PROOF), _google_call("Rome")]
    ),
    "thought": _gemini([{"text": "Hm.", "thought": True}, {"text": "Hello", "thoughtSignature": PROOF}]),
    "thought and tools": _gemini([{"text": "Hm.", "thought": True}, _google_call("Oslo", thoughtSignature=PROOF)]),
    "length": _gemini([{"text": "Hel"}], "MAX_TOKENS"),
    "refusal": _blocked(),
    "malformed call": _gemini([{"text": "I"}], "MALFORMED_FUNCTION_CALL"),
    "citation": _gemini(
        [{"text": "Hello"}],
        groundingMetadata={"groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}]},
    ),
}  # fmt: skip


# Errors: before an answer, in place of one, in its midst; and an answer that is cut off.


def _errors(told: Answer, error: Json, event: Json, *, named: bool = False) -> dict[str, Answer]:
    assert told.stream is not None
    events = told.stream.split(b"\n\n")
    begun = b"\n\n".join(events[: len(events) // 2]) + b"\n\n"
    refused = WireHead(429, [_JSON, (b"retry-after", b"7")])
    broken = (b"event: error\n" if named else b"") + b"data: " + _body(event) + b"\n\n"
    return {
        "error before": Answer(_body(error), None, head=refused),
        "error in its place": Answer(_body(error), broken, broken=True),
        "error in the stream": Answer(None, begun + broken, broken=True),
        "cut off": Answer(None, begun, broken=True),
    }


_SLOW = {"error": {"message": "Too fast.", "type": "rate_limit_error", "param": None, "code": "rate_limit_exceeded"}}
_BUSY = {"type": "error", "error": {"type": "rate_limit_error", "message": "Too fast."}}
_FAILED = {"type": "error", "code": "rate_limit_exceeded", "message": "Too fast.", "param": None, "sequence_number": 4}
_EXHAUSTED = {"error": {"code": 429, "message": "Too fast.", "status": "RESOURCE_EXHAUSTED"}}

ANSWERS: Mapping[Format, Mapping[str, Answer]] = {
    Format.OPENAI_CHAT: _CHAT | _errors(_CHAT["text"], _SLOW, _SLOW),
    Format.OPENAI_RESPONSES: _RESPONSES | _errors(_RESPONSES["text"], _SLOW, _FAILED, named=True),
    Format.ANTHROPIC: _MESSAGES | _errors(_MESSAGES["text"], _BUSY, _BUSY, named=True),
    Format.GEMINI: _GEMINI | _errors(_GEMINI["text"], _EXHAUSTED, _EXHAUSTED),
}
"""By protocol and scenario."""
