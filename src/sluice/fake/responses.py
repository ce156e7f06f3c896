"""The Responses wire of OpenAI: items, tools without a wrapper, events that are numbered and named."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

from sluice.fake.content import Json, Said, answer
from sluice.fake.http import Ask

CREATED = 1_700_000_000
SEALED = "fake-sealed-thought"
"""What the fake seals every thought with; it takes no other back."""

_numbers = itertools.count(1)
_RESULTS = ("function_call_output", "custom_tool_call_output")
_ITEM_PREFIXES = {"message": "msg", "reasoning": "rs", "function_call": "fc"}


async def responses(ask: Ask) -> None:
    """``POST /responses``. Holds no conversation: each request must bring its own."""
    body = ask.json
    refused = _refusal(body)
    if refused is not None:
        message, param = refused
        error = {"message": message, "type": "invalid_request_error", "param": param, "code": None}
        await ask.answer(400, {"error": error})
        return
    messages = _messages(body)
    tools = [{"type": "function", "function": tool} for tool in body.get("tools") or () if "name" in tool]
    said = answer(ask.scenario, messages, tools or None, body.get("max_output_tokens"))
    if "echo" in ask.scenario:
        said = Said(text=json.dumps({"path": ask.path, "body": body}), input_tokens=1, output_tokens=1)
    response = _response(ask, said, next(_numbers))
    if body.get("stream"):
        await ask.stream(_events(ask, response))
        return
    await ask.answer(200, response)


def _refusal(body: Json) -> tuple[str, str] | None:
    """What is wrong with a request, and which member."""
    if not isinstance(body.get("input"), str | list) or not body["input"]:
        return "'input' must be a text or a list of items", "input"
    if body.get("previous_response_id"):
        return f"Previous response with id '{body['previous_response_id']}' not found.", "previous_response_id"
    items = body["input"] if isinstance(body["input"], list) else []
    calls = {(f"{item.get('type')}_output", item.get("call_id")) for item in items}
    for at, item in enumerate(items):
        kind = item.get("type", "message")
        if kind == "reasoning" and item.get("encrypted_content") != SEALED:
            return f"Item with id '{item.get('id')}' not found.", f"input[{at}]"
        if kind in _RESULTS and (kind, item.get("call_id")) not in calls:
            return f"No tool call found for function call output with call_id {item.get('call_id')}.", f"input[{at}]"
    return None


def _messages(body: Json) -> list[Json]:
    """The conversation as the content of answers is made of."""
    given = body["input"]
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    messages: list[Json] = []
    if body.get("instructions"):
        messages.append({"role": "system", "content": body["instructions"]})
    for item in items:
        match item.get("type", "message"):
            case "message":
                messages.append({"role": item["role"], "content": item["content"]})
            case "function_call_output" | "custom_tool_call_output":
                messages.append({"role": "tool", "content": item["output"]})
    return messages


def _response(ask: Ask, said: Said, number: int) -> Json:
    status, details = "completed", None
    if said.finish in ("length", "content_filter"):
        reason = "max_output_tokens" if said.finish == "length" else said.finish
        status, details = "incomplete", {"reason": reason}
    repeated = {name: value for name, value in ask.json.items() if name not in ("input", "stream", "include")}
    response: Json = {
        "id": f"resp_fake{number}",
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "error": None,
        "incomplete_details": details,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        **repeated,
        "output": [{"id": f"{_ITEM_PREFIXES[item['type']]}_{number}", **item} for item in _items(ask, said)],
        "usage": None,
    }
    if "nousage" not in ask.scenario:
        total = said.input_tokens + said.output_tokens
        response["usage"] = {
            "input_tokens": said.input_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": said.output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": total,
        }
    return response


def _items(ask: Ask, said: Said) -> Iterator[Json]:
    if said.reasoning:
        sealed = "reasoning.encrypted_content" in (ask.json.get("include") or ())
        summary = [{"type": "summary_text", "text": said.reasoning}]
        yield {"type": "reasoning", "summary": summary, "encrypted_content": SEALED if sealed else None}
    if said.text:
        text = {"type": "output_text", "text": said.text, "annotations": [], "logprobs": []}
        yield {"type": "message", "role": "assistant", "status": "completed", "content": [text]}
    for call in said.calls:
        yield {"type": "function_call", "call_id": call["id"], "status": "completed", **call["function"]}


def _events(ask: Ask, response: Json) -> Iterator[bytes]:
    """The events of a stream, numbered from 0."""
    numbers = itertools.count()

    def event(kind: str, **members: Any) -> bytes:
        told = {"type": kind, "sequence_number": next(numbers), **members}
        return f"event: {kind}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n".encode()

    begun = {**response, "status": "in_progress", "output": [], "usage": None, "incomplete_details": None}
    yield event("response.created", response=begun)
    yield event("response.in_progress", response=begun)
    for index, item in enumerate(response["output"]):
        empty = {**item, "status": "in_progress"} | _EMPTY[item["type"]]
        yield event("response.output_item.added", output_index=index, item=empty)
        for kind, members in _pieces(item):
            yield event(kind, item_id=item["id"], output_index=index, **members)
        yield event("response.output_item.done", output_index=index, item=item)
    if "errstream" in ask.scenario:
        yield event("error", code="server_error", message="the fake upstream failed on purpose", param=None)
        return
    if "429-midstream" in ask.scenario:
        failed = {"code": "rate_limit_exceeded", "message": "too many requests"}
        yield event("response.failed", response={**response, "status": "failed", "error": failed})
        return
    if "nofinish" not in ask.scenario:
        yield event(f"response.{response['status']}", response=response)


_EMPTY: dict[str, Json] = {"message": {"content": []}, "reasoning": {"summary": []}, "function_call": {"arguments": ""}}


def _pieces(item: Json) -> Iterator[tuple[str, Json]]:
    """What an item grows by."""
    match item["type"]:
        case "reasoning":
            text, place = item["summary"][0]["text"], {"summary_index": 0}
            yield "response.reasoning_summary_part.added", {**place, "part": {"type": "summary_text", "text": ""}}
            for word in _words(text):
                yield "response.reasoning_summary_text.delta", {**place, "delta": word}
            yield "response.reasoning_summary_text.done", {**place, "text": text}
            yield "response.reasoning_summary_part.done", {**place, "part": item["summary"][0]}
        case "message":
            part, place = item["content"][0], {"content_index": 0}
            yield "response.content_part.added", {**place, "part": {**part, "text": ""}}
            for word in _words(part["text"]):
                yield "response.output_text.delta", {**place, "delta": word, "logprobs": []}
            yield "response.output_text.done", {**place, "text": part["text"], "logprobs": []}
            yield "response.content_part.done", {**place, "part": part}
        case _:
            text = item["arguments"]
            for at in range(0, len(text), 8):
                yield "response.function_call_arguments.delta", {"delta": text[at : at + 8]}
            yield "response.function_call_arguments.done", {"arguments": text}


def _words(text: str) -> list[str]:
    first, *others = text.split(" ")
    return [first, *(f" {word}" for word in others)]
