"""The Messages wire: what its provider checks, and its strict order of events."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sluice.fake.content import Json, Said, answer, text_of, tokens_of
from sluice.fake.http import Ask

VERSIONS = ("2023-06-01", "2026-10-21")
_SAMPLING = ("temperature", "top_p", "top_k")
_STOPS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}


def error(message: str, kind: str = "invalid_request_error") -> Json:
    """The protocol's error body."""
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_fake"}


def event(kind: str, **members: Any) -> bytes:
    """One named event."""
    data = json.dumps({"type": kind, **members}, ensure_ascii=False, separators=(",", ":"))
    return f"event: {kind}\ndata: {data}\n\n".encode()


def signature_of(thought: str) -> str:
    """What proves a thought: another text, another proof."""
    return "sig_" + hashlib.sha256(thought.encode()).hexdigest()[:32]


async def messages(ask: Ask) -> None:
    """``POST /v1/messages``."""
    if "x-api-key" not in ask.headers and "authorization" not in ask.headers:
        await ask.answer(401, error("x-api-key header is required", "authentication_error"))
        return
    wrong = _refusal(ask)
    if wrong:
        await ask.answer(400, error(wrong))
        return
    said = _answer(ask)
    if ask.json.get("stream"):
        await ask.stream(_events(ask, said))
        return
    await ask.answer(200, _message(ask, said, _content(said), said.stop))


@dataclass(slots=True)
class _Spoken(Said):
    """An answer, and the protocol's own words for its end."""

    stop: str = "end_turn"
    sequence: str | None = None


def _refusal(ask: Ask) -> str:
    """Why the provider would refuse the request; "" when it would not."""
    body = ask.json
    version = ask.headers.get("anthropic-version")
    if version not in VERSIONS:
        return "anthropic-version: header is required"
    if not isinstance(body.get("max_tokens"), int):
        return "max_tokens: Field required"
    if version == VERSIONS[1]:
        for name in _SAMPLING:
            if name in body:
                return f"{name}: Extra inputs are not permitted"
    thinking = body.get("thinking") or {}
    if thinking.get("type") == "enabled":
        if not 1024 <= thinking.get("budget_tokens", 0) < body["max_tokens"]:
            return "thinking.budget_tokens: must be at least 1024 and less than max_tokens"
        if body.get("temperature", 1) != 1:
            return "`temperature` may only be set to 1 when thinking is enabled"
    return _history(body["messages"])


def _history(turns: list[Json]) -> str:
    """Every call must be answered in the very next message, every thought be proven."""
    waiting: list[str] = []
    for number, turn in enumerate(turns):
        blocks = turn["content"] if isinstance(turn["content"], list) else []
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        if sorted(results) != sorted(waiting):
            return f"messages.{number}: `tool_use` ids were found without `tool_result` blocks immediately after"
        if any(block["type"] == "text" and not block["text"] for block in blocks):
            return f"messages.{number}: text content blocks must be non-empty"
        for block in blocks:
            if block["type"] == "thinking" and block.get("signature") != signature_of(block["thinking"]):
                return f"messages.{number}: Invalid `signature` in `thinking` block"
        waiting = [block["id"] for block in blocks if block["type"] == "tool_use"]
    return "messages: the last calls have no results" if waiting else ""


def _plain(turn: Json) -> Json:
    """A turn as the fake's brain reads it: the results of tools are turns of their own."""
    blocks = turn["content"] if isinstance(turn["content"], list) else []
    results = [block for block in blocks if block["type"] == "tool_result"]
    if results:
        return {"role": "tool", "content": text_of(results[-1].get("content"))}
    return {"role": turn["role"], "content": text_of(turn["content"])}


def _answer(ask: Ask) -> _Spoken:
    body = ask.json
    turns = [_plain(turn) for turn in body["messages"]]
    if body.get("system"):
        turns.insert(0, {"role": "system", "content": text_of(body["system"])})
    tools = [{"function": {"name": tool["name"]}} for tool in body.get("tools") or []]
    told = answer(ask.scenario, turns, tools, body["max_tokens"])
    said = _Spoken(told.text, told.reasoning, told.calls, told.finish, told.input_tokens, told.output_tokens)
    said.stop = _STOPS[said.finish]
    if "echo" in ask.scenario:
        said.text = json.dumps({"path": ask.path, "headers": ask.headers, "body": body})
    for stop in body.get("stop_sequences") or []:
        if stop in said.text:
            said.text = said.text.partition(stop)[0]
            said.stop, said.sequence, said.output_tokens = "stop_sequence", stop, tokens_of(said.text)
    return said


def _usage(ask: Ask, said: Said) -> Json:
    """With marks for the cache in the request, a part of the prompt was read from it and a part written to it."""
    cached = b'"cache_control"' in ask.body
    return {
        "input_tokens": said.input_tokens,
        "cache_creation_input_tokens": 3 if cached else 0,
        "cache_read_input_tokens": 2 if cached else 0,
        "output_tokens": said.output_tokens,
    }


def _content(said: Said) -> list[Json]:
    blocks: list[Json] = []
    if said.reasoning:
        blocks.append({"type": "thinking", "thinking": said.reasoning, "signature": signature_of(said.reasoning)})
    if said.text:
        blocks.append({"type": "text", "text": said.text})
    for call in said.calls:
        given = json.loads(call["function"]["arguments"])
        name = call["function"]["name"]
        blocks.append({"type": "tool_use", "id": f"toolu_{call['id']}", "name": name, "input": given})
    return blocks


def _message(ask: Ask, said: _Spoken, content: list[Json], stop: str | None) -> Json:
    head = {"id": "msg_fake", "type": "message", "role": "assistant", "model": ask.json["model"]}
    sequence = said.sequence if stop else None
    usage = _usage(ask, said) if stop else {**_usage(ask, said), "output_tokens": 1}
    return {**head, "content": content, "stop_reason": stop, "stop_sequence": sequence, "usage": usage}


def _events(ask: Ask, said: _Spoken) -> Iterator[bytes]:
    """The events of a stream: blocks one after another, usage in totals."""
    scenario = ask.scenario
    yield event("message_start", message=_message(ask, said, [], None))
    yield event("ping")
    for index, block in enumerate(_content(said)):
        yield from _block(index, block)
    if "errstream" in scenario:
        yield event("error", error={"type": "overloaded_error", "message": "Overloaded"})
        return
    if "429-midstream" in scenario:
        yield event("error", error={"type": "rate_limit_error", "message": "too many requests"})
        return
    delta = {"stop_reason": said.stop, "stop_sequence": said.sequence}
    yield event("message_delta", delta=delta, usage={"output_tokens": said.output_tokens})
    if "nodone" not in scenario:
        yield event("message_stop")


def _block(index: int, block: Json) -> Iterator[bytes]:
    kind = block["type"]
    if kind == "text":
        yield event("content_block_start", index=index, content_block={"type": "text", "text": ""})
        pieces = [{"type": "text_delta", "text": piece} for piece in Said(text=block["text"]).pieces()]
    elif kind == "thinking":
        empty = {"type": "thinking", "thinking": "", "signature": ""}
        yield event("content_block_start", index=index, content_block=empty)
        words = Said(text=block["thinking"]).pieces()
        pieces = [{"type": "thinking_delta", "thinking": word} for word in words]
        pieces.append({"type": "signature_delta", "signature": block["signature"]})
    else:
        yield event("content_block_start", index=index, content_block={**block, "input": {}})
        text = json.dumps(block["input"])
        size = max(len(text) // 6, 1)
        pieces = [
            {"type": "input_json_delta", "partial_json": text[at : at + size]} for at in range(0, len(text), size)
        ]
    for delta in pieces:
        yield event("content_block_delta", index=index, delta=delta)
    yield event("content_block_stop", index=index)


async def models(ask: Ask) -> None:
    """``GET /v1/models``."""
    names = ("claude-fake",)
    data = [{"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"} for name in names]
    await ask.answer(200, {"data": data, "has_more": False, "first_id": names[0], "last_id": names[-1]})
