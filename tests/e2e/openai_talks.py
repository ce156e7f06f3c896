"""OpenAI's SDKs for Python and Node in conversation, by chat completions and by Responses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .sdk_turns import Asked, Clients, Json, Refused, Turned


class Chat:
    """OpenAI's SDK for Python, by chat completions."""

    def __init__(self, clients: Clients, model: str) -> None:
        self._clients = clients
        self._body: Json = {"model": model, "messages": []}
        self._waiting: list[str] = []

    def ask(self, asked: Asked, streamed: bool) -> Turned:
        shown = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{asked.inlined}"}}
        content = [{"type": "text", "text": asked.question}, shown] if asked.picture else asked.question
        self._body["messages"].append({"role": "user", "content": content})
        if asked.tools:
            self._body["tools"] = [{"type": "function", "function": tool} for tool in asked.tools]
        if asked.schema is not None:
            wanted = {"name": "answer", "schema": asked.schema, "strict": True}
            self._body["response_format"] = {"type": "json_schema", "json_schema": wanted}
        if asked.thinks:
            self._body["reasoning_effort"] = "medium"
        return self._turn(streamed)

    def tell(self, results: Sequence[str], streamed: bool, model: str = "") -> Turned:
        for identity, result in zip(self._waiting, results, strict=True):
            self._body["messages"].append({"role": "tool", "tool_call_id": identity, "content": result})
        self._body["model"] = model or self._body["model"]
        return self._turn(streamed)

    def _turn(self, streamed: bool) -> Turned:
        more = {"stream": True, "stream_options": {"include_usage": True}} if streamed else {}
        told = self._send({**self._body, **more})
        message, usage = _chunks(told) if streamed else _completion(told)
        self._body["messages"].append(message)
        calls = message.get("tool_calls") or []
        self._waiting = [call["id"] for call in calls]
        made = [(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in calls]
        counted = (usage["prompt_tokens"], usage["completion_tokens"]) if usage else None
        return Turned(message.get("content") or "", made, counted, message.get("reasoning_content") or "")

    def _send(self, body: Json) -> Any:
        answer: Any = self._clients.openai.chat.completions.create(**body)
        return [one.to_dict() for one in answer] if "stream" in body else answer.to_dict()


class ChatInNode(Chat):
    """The same for Node."""

    def _send(self, body: Json) -> Any:
        return _by_node(self._clients, "chat", body)


def _by_node(clients: Clients, op: str, body: Json) -> Any:
    assert clients.node is not None
    gateway = clients.gateway
    came = clients.node.call(f"{gateway.url}/v1", gateway.key(), op, body, max_retries=0)
    if came.error is not None:
        raise Refused(came.error["kind"], came.error["status"], came.error["message"])
    return came.chunks if "stream" in body else came.data


def _completion(told: Json) -> tuple[Json, Json | None]:
    """The message, as clients that know the protocol append it to the conversation; and the usage."""
    (choice,) = told["choices"]
    assert choice["finish_reason"] == ("tool_calls" if choice["message"].get("tool_calls") else "stop")
    return choice["message"], told.get("usage")


def _chunks(told: list[Json]) -> tuple[Json, Json | None]:
    """The same of a stream, put together as most clients do: words and calls, and nothing they do not know of."""
    choices = [choice for chunk in told for choice in chunk["choices"]]
    calls: dict[int, Json] = {}
    for piece in (piece for choice in choices for piece in choice["delta"].get("tool_calls") or []):
        call = calls.setdefault(piece["index"], {"type": "function", "function": {"name": "", "arguments": ""}})
        if piece.get("id"):
            assert "id" not in call, "an id is told once"
            call["id"] = piece["id"]
        for member in call["function"]:
            call["function"][member] += piece["function"].get(member) or ""
    assert list(calls) == list(range(len(calls)))
    reasons = [choice["finish_reason"] for choice in choices if choice.get("finish_reason")]
    assert reasons == ["tool_calls" if calls else "stop"]
    said = {name: "".join(c["delta"].get(name) or "" for c in choices) for name in ("content", "reasoning_content")}
    made = {"tool_calls": list(calls.values())} if calls else {}
    return {"role": "assistant", **{name: text for name, text in said.items() if text}, **made}, told[-1].get("usage")


class Responses:
    """OpenAI's SDK for Python, by Responses; the client holds the conversation itself."""

    def __init__(self, clients: Clients, model: str) -> None:
        self._clients = clients
        self._body: Json = {"model": model, "input": [], "store": False}
        self._waiting: list[str] = []

    def ask(self, asked: Asked, streamed: bool) -> Turned:
        shown = {"type": "input_image", "image_url": f"data:image/png;base64,{asked.inlined}", "detail": "auto"}
        parts = [{"type": "input_text", "text": asked.question}, shown]
        self._body["input"].append({"role": "user", "content": parts if asked.picture else asked.question})
        if asked.tools:
            self._body["tools"] = [{"type": "function", **tool, "strict": False} for tool in asked.tools]
        if asked.schema is not None:
            wanted = {"type": "json_schema", "name": "answer", "schema": asked.schema, "strict": True}
            self._body["text"] = {"format": wanted}
        if asked.thinks:
            self._body |= {"reasoning": {"effort": "medium"}, "include": ["reasoning.encrypted_content"]}
        return self._turn(streamed)

    def tell(self, results: Sequence[str], streamed: bool, model: str = "") -> Turned:
        for identity, result in zip(self._waiting, results, strict=True):
            self._body["input"].append({"type": "function_call_output", "call_id": identity, "output": result})
        self._body["model"] = model or self._body["model"]
        return self._turn(streamed)

    def _turn(self, streamed: bool) -> Turned:
        told = self._send({**self._body, **({"stream": True} if streamed else {})})
        answer = _last(told) if streamed else told
        assert answer["status"] == "completed"
        self._body["input"] += answer["output"]
        items: Mapping[str, list[Json]] = {
            kind: [item for item in answer["output"] if item["type"] == kind]
            for kind in ("message", "function_call", "reasoning")
        }
        self._waiting = [item["call_id"] for item in items["function_call"]]
        text = "".join(part["text"] for item in items["message"] for part in item["content"])
        thought = "".join(part["text"] for item in items["reasoning"] for part in item["summary"])
        made = [(call["name"], json.loads(call["arguments"])) for call in items["function_call"]]
        if streamed:
            _check_growth(told, text, [call["arguments"] for call in items["function_call"]])
        usage = answer.get("usage")
        return Turned(text, made, (usage["input_tokens"], usage["output_tokens"]) if usage else None, thought)

    def _send(self, body: Json) -> Any:
        answer: Any = self._clients.openai.responses.create(**body)
        return [one.to_dict() for one in answer] if "stream" in body else answer.to_dict()


class ResponsesInNode(Responses):
    """The same for Node."""

    def _send(self, body: Json) -> Any:
        return _by_node(self._clients, "responses", body)


def _last(told: list[Json]) -> Json:
    """The answer that the last event holds. An event of an error is for the SDK's users to see."""
    kind = told[-1]["type"]
    if kind == "response.failed":
        raise Refused(kind, None, told[-1]["response"]["error"]["code"])
    answer: Json = told[-1]["response"]
    return answer


def _check_growth(told: list[Json], text: str, arguments: list[str]) -> None:
    """The pieces of a stream say what its last event says."""
    assert [event["sequence_number"] for event in told] == list(range(len(told)))
    grown = {
        kind: "".join(event["delta"] for event in told if event["type"] == f"response.{kind}.delta")
        for kind in ("output_text", "function_call_arguments")
    }
    assert (grown["output_text"], grown["function_call_arguments"]) == (text, "".join(arguments))
