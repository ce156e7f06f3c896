"""One turn by each provider's own SDK, told in the same words whatever protocol it went by: for matrices of clients and
upstreams."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import anthropic
import openai
from google import genai
from google.genai import types

from .gateways import Gateway
from .google_sdk import connected
from .sdks import NodeSdk

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = {"name": "get_weather", "description": "The weather of a city.", "parameters": SCHEMA}


class Turned(NamedTuple):
    """What came of a turn: the words, the calls (name and arguments), the tokens of prompt and answer."""

    text: str
    calls: list[tuple[str, Any]]
    counted: tuple[int, int] | None


@dataclass
class Clients:
    """The SDKs, each set up once with address and key alone, and not to try again what failed."""

    gateway: Gateway
    openai: openai.OpenAI
    anthropic: anthropic.Anthropic
    google: genai.Client
    node: NodeSdk | None


@contextmanager
def clients_of(gateway: Gateway, node: NodeSdk | None) -> Iterator[Clients]:
    """The SDKs for a gateway."""
    with (
        openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key(), max_retries=0) as ours,
        anthropic.Anthropic(base_url=gateway.url, api_key=gateway.key(), max_retries=0) as theirs,
        connected(gateway) as google,
    ):
        yield Clients(gateway, ours, theirs, google, node)


Turn = Callable[[Clients, str, str, bool, bool], Turned]
"""Asks a model a question: ``(clients, model, question, streamed, with_tool)``."""


def _chat_body(model: str, question: str, streamed: bool, tool: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": question}]}
    if streamed:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return body | ({"tools": [{"type": "function", "function": TOOL}]} if tool else {})


def _responses_body(model: str, question: str, streamed: bool, tool: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"model": model, "input": question, "store": False}
    if streamed:
        body["stream"] = True
    return body | ({"tools": [{"type": "function", **TOOL, "strict": False}]} if tool else {})


def chat(clients: Clients, model: str, question: str, streamed: bool, tool: bool) -> Turned:
    """OpenAI's SDK for Python, by chat completions."""
    answer: Any = clients.openai.chat.completions.create(**_chat_body(model, question, streamed, tool))
    return _chunks([one.to_dict() for one in answer]) if streamed else _completion(answer.to_dict())


def chat_in_node(clients: Clients, model: str, question: str, streamed: bool, tool: bool) -> Turned:
    """The same for Node."""
    told = _by_node(clients, "chat", _chat_body(model, question, streamed, tool))
    return _chunks(told) if streamed else _completion(told)


def responses(clients: Clients, model: str, question: str, streamed: bool, tool: bool) -> Turned:
    """OpenAI's SDK for Python, by Responses."""
    answer: Any = clients.openai.responses.create(**_responses_body(model, question, streamed, tool))
    return _events([one.to_dict() for one in answer]) if streamed else _response(answer.to_dict())


def responses_in_node(clients: Clients, model: str, question: str, streamed: bool, tool: bool) -> Turned:
    """The same for Node."""
    told = _by_node(clients, "responses", _responses_body(model, question, streamed, tool))
    return _events(told) if streamed else _response(told)


def _by_node(clients: Clients, op: str, body: dict[str, Any]) -> Any:
    assert clients.node is not None
    gateway = clients.gateway
    came = clients.node.call(f"{gateway.url}/v1", gateway.key(), op, body, max_retries=0)
    if came.error is not None:
        raise Refused(came.error["status"], came.error["message"])
    return came.chunks if body.get("stream") else came.data


class Refused(Exception):
    """What the SDK for Node threw."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status_code = status


def _completion(told: dict[str, Any]) -> Turned:
    (choice,) = told["choices"]
    calls = [call["function"] for call in choice["message"].get("tool_calls") or []]
    assert choice["finish_reason"] == ("tool_calls" if calls else "stop")
    return _turned(choice["message"].get("content"), calls, told.get("usage"))


def _chunks(told: list[dict[str, Any]]) -> Turned:
    choices = [choice for chunk in told for choice in chunk["choices"]]
    calls: dict[int, dict[str, str]] = {}
    for piece in (piece for choice in choices for piece in choice["delta"].get("tool_calls") or []):
        call = calls.setdefault(piece["index"], {"name": "", "arguments": ""})
        for member in call:
            call[member] += piece["function"].get(member) or ""
    reasons = [choice["finish_reason"] for choice in choices if choice.get("finish_reason")]
    assert reasons == ["tool_calls" if calls else "stop"]
    text = "".join(choice["delta"].get("content") or "" for choice in choices)
    return _turned(text, list(calls.values()), told[-1].get("usage"))


def _turned(text: str | None, calls: list[dict[str, str]], usage: dict[str, Any] | None) -> Turned:
    made = [(call["name"], json.loads(call["arguments"])) for call in calls]
    return Turned(text or "", made, (usage["prompt_tokens"], usage["completion_tokens"]) if usage else None)


def _response(told: dict[str, Any]) -> Turned:
    assert told["status"] == "completed"
    contents = [part for item in told["output"] if item["type"] == "message" for part in item["content"]]
    calls = [item for item in told["output"] if item["type"] == "function_call"]
    usage = told.get("usage")
    counted = (usage["input_tokens"], usage["output_tokens"]) if usage else None
    text = "".join(part["text"] for part in contents)
    return Turned(text, [(call["name"], json.loads(call["arguments"])) for call in calls], counted)


def _events(told: list[dict[str, Any]]) -> Turned:
    """What the last event says, after the pieces have been found to say the same."""
    assert [event["sequence_number"] for event in told] == list(range(len(told)))
    turned = _response(told[-1]["response"])
    grown = {kind: "".join(e["delta"] for e in told if e["type"] == f"response.{kind}.delta") for kind in _GROWING}
    assert grown["output_text"] == turned.text
    arguments = grown["function_call_arguments"]
    assert ([json.loads(arguments)] if arguments else []) == [call[1] for call in turned.calls]
    return turned


_GROWING = ("output_text", "function_call_arguments")


def messages(clients: Clients, model: str, question: str, streamed: bool, tool: bool) -> Turned:
    """Anthropic's SDK."""
    body: dict[str, Any] = {"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": question}]}
    if tool:
        body["tools"] = [{"name": TOOL["name"], "description": TOOL["description"], "input_schema": SCHEMA}]
    return _message(clients, body, streamed)


def claude_code(clients: Clients, model: str, question: str, streamed: bool, tool: bool) -> Turned:
    """Anthropic's SDK with what Claude Code sends: betas, a system of marked blocks, who asks, parts with marks."""
    mark = {"cache_control": {"type": "ephemeral"}}
    words = "<system-reminder>Today is a day.</system-reminder>"
    parts = [{"type": "text", "text": words}, {"type": "text", "text": question, **mark}]
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": 32000 if streamed else 4096,
        "system": [{"type": "text", "text": "You are Claude Code.", **mark}, {"type": "text", "text": "Be brief."}],
        "messages": [{"role": "user", "content": parts}],
        "metadata": {"user_id": "user_0123_account__session_4567"},
        "extra_headers": {"anthropic-beta": "claude-code-20250219,interleaved-thinking-2025-05-14", "x-app": "cli"},
        "extra_query": {"beta": "true"},
    }
    if tool:
        described = "The weather of a city.\n\nUsage:\n- one city a call"
        body["tools"] = [{"name": TOOL["name"], "description": described, "input_schema": _CODE_SCHEMA}]
    return _message(clients, body, streamed)


_CODE_SCHEMA = {
    **SCHEMA, "required": ["city"], "additionalProperties": False, "$schema": "http://json-schema.org/draft-07/schema#",
}  # fmt: skip


def _message(clients: Clients, body: dict[str, Any], streamed: bool) -> Turned:
    if streamed:
        with clients.anthropic.messages.stream(**body) as stream:
            told = stream.get_final_message()
    else:
        told = clients.anthropic.messages.create(**body)
    calls = [(block.name, block.input) for block in told.content if block.type == "tool_use"]
    assert told.stop_reason == ("tool_use" if calls else "end_turn")
    text = "".join(block.text for block in told.content if block.type == "text")
    return Turned(text, calls, (told.usage.input_tokens, told.usage.output_tokens))


def gemini(clients: Clients, model: str, question: str, streamed: bool, tool: bool) -> Turned:
    """Google's SDK."""
    function = types.FunctionDeclaration(
        name=TOOL["name"], description=TOOL["description"], parameters_json_schema=SCHEMA
    )
    given: dict[str, Any] = {"model": model, "contents": question}
    if tool:
        given["config"] = types.GenerateContentConfig(tools=[types.Tool(function_declarations=[function])])
    models = clients.google.models
    pieces = list(models.generate_content_stream(**given)) if streamed else [models.generate_content(**given)]
    candidates = [piece.candidates[0] for piece in pieces if piece.candidates]
    parts = [part for one in candidates if one.content for part in one.content.parts or []]
    calls = [(part.function_call.name, part.function_call.args) for part in parts if part.function_call]
    assert candidates[-1].finish_reason is types.FinishReason.STOP
    usage = pieces[-1].usage_metadata
    counted = (usage.prompt_token_count or 0, usage.candidates_token_count or 0) if usage else None
    text = "".join(part.text or "" for part in parts if not part.thought)
    return Turned(text, [(str(n), a) for n, a in calls], counted)


TURNS: dict[str, Turn] = {
    "openai-python-chat": chat,
    "openai-python-responses": responses,
    "openai-node-chat": chat_in_node,
    "openai-node-responses": responses_in_node,
    "anthropic-python": messages,
    "claude-code": claude_code,
    "google-genai": gemini,
}
