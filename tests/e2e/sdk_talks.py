"""Anthropic's and Google's SDKs in conversation, and all the SDKs by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from google.genai import types

from .google_sdk import Answer
from .openai_talks import Chat, ChatInNode, Responses, ResponsesInNode
from .sdk_turns import Asked, Clients, Json, Talk, Turned


class Messages:
    """Anthropic's SDK."""

    def __init__(self, clients: Clients, model: str) -> None:
        self._clients = clients
        self._body: Json = {"model": model, "max_tokens": 3000, "messages": []}
        self._waiting: list[str] = []

    def ask(self, asked: Asked, streamed: bool) -> Turned:
        self._body["messages"].append({"role": "user", "content": self._question(asked)})
        if asked.tools:
            self._body["tools"] = [self._tool(**tool) for tool in asked.tools]
        if asked.schema is not None:
            self._body["output_config"] = {"format": {"type": "json_schema", "schema": asked.schema}}
        if asked.thinks:
            self._body["thinking"] = {"type": "enabled", "budget_tokens": 2000}
        return self._turn(streamed)

    def tell(self, results: Sequence[str], streamed: bool, model: str = "") -> Turned:
        told = zip(self._waiting, results, strict=True)
        blocks = [{"type": "tool_result", "tool_use_id": identity, "content": result} for identity, result in told]
        self._body["messages"].append({"role": "user", "content": blocks})
        self._body["model"] = model or self._body["model"]
        return self._turn(streamed)

    def _question(self, asked: Asked) -> Any:
        if not asked.picture:
            return asked.question
        source = {"type": "base64", "media_type": "image/png", "data": asked.inlined}
        return [{"type": "text", "text": asked.question}, {"type": "image", "source": source}]

    def _tool(self, name: str, description: str, parameters: Json) -> Json:
        return {"name": name, "description": description, "input_schema": parameters}

    def _turn(self, streamed: bool) -> Turned:
        if streamed:
            with self._clients.anthropic.messages.stream(**self._body) as stream:
                told = stream.get_final_message()
        else:
            told = self._clients.anthropic.messages.create(**self._body)
        calls = [block for block in told.content if block.type == "tool_use"]
        assert told.stop_reason == ("tool_use" if calls else "end_turn")
        self._waiting = [call.id for call in calls]
        blocks = [block.to_dict() for block in told.content]
        content = [{name: value for name, value in block.items() if value is not None} for block in blocks]
        self._body["messages"].append({"role": "assistant", "content": content})
        text = "".join(block.text for block in told.content if block.type == "text")
        thought = "".join(block.thinking for block in told.content if block.type == "thinking")
        made = [(call.name, call.input) for call in calls]
        return Turned(text, made, (told.usage.input_tokens, told.usage.output_tokens), thought)


class ClaudeCode(Messages):
    """Anthropic's SDK with what Claude Code sends: betas, a system of marked blocks, who asks, parts with marks."""

    def __init__(self, clients: Clients, model: str) -> None:
        super().__init__(clients, model)
        self._body |= {
            "max_tokens": 4096,
            "system": [
                {"type": "text", "text": "You are Claude Code.", **_MARK},
                {"type": "text", "text": "Be brief."},
            ],
            "metadata": {"user_id": "user_0123_account__session_4567"},
            "extra_headers": {"anthropic-beta": "claude-code-20250219,interleaved-thinking-2025-05-14", "x-app": "cli"},
            "extra_query": {"beta": "true"},
        }

    def _question(self, asked: Asked) -> Any:
        words = "<system-reminder>Today is a day.</system-reminder>"
        return [{"type": "text", "text": words}, {"type": "text", "text": asked.question, **_MARK}]

    def _tool(self, name: str, description: str, parameters: Json) -> Json:
        schema = {**parameters, "required": ["city"], "additionalProperties": False, "$schema": _DRAFT}
        return {"name": name, "description": f"{description}\n\nUsage:\n- one city a call", "input_schema": schema}


_MARK = {"cache_control": {"type": "ephemeral"}}
_DRAFT = "http://json-schema.org/draft-07/schema#"


class Gemini:
    """Google's SDK."""

    def __init__(self, clients: Clients, model: str) -> None:
        self._clients = clients
        self._model = model
        self._contents: list[types.Content] = []
        self._config: Json = {}
        self._waiting: list[types.FunctionCall] = []

    def ask(self, asked: Asked, streamed: bool) -> Turned:
        shown = [types.Part.from_bytes(data=asked.picture, mime_type="image/png")] if asked.picture else []
        self._contents.append(types.Content(role="user", parts=[types.Part(text=asked.question), *shown]))
        if asked.tools:
            functions = [_function(**tool) for tool in asked.tools]
            self._config["tools"] = [types.Tool(function_declarations=functions)]
        if asked.schema is not None:
            self._config |= {"response_mime_type": "application/json", "response_json_schema": asked.schema}
        if asked.thinks:
            self._config["thinking_config"] = types.ThinkingConfig(include_thoughts=True, thinking_budget=2000)
        return self._turn(streamed)

    def tell(self, results: Sequence[str], streamed: bool, model: str = "") -> Turned:
        told = zip(self._waiting, results, strict=True)
        answers = [
            types.FunctionResponse(id=call.id, name=call.name, response={"result": result}) for call, result in told
        ]
        parts = [types.Part(function_response=answer) for answer in answers]
        self._contents.append(types.Content(role="user", parts=parts))
        self._model = model or self._model
        return self._turn(streamed)

    def _turn(self, streamed: bool) -> Turned:
        given: Json = {"model": self._model, "contents": self._contents}
        given["config"] = types.GenerateContentConfig(**self._config)
        models = self._clients.google.models
        answer = Answer(
            list(models.generate_content_stream(**given)) if streamed else [models.generate_content(**given)]
        )
        assert answer.reason is types.FinishReason.STOP
        self._contents.append(answer.content)
        self._waiting = answer.calls
        prompt, said = answer.counted if answer.pieces[-1].usage_metadata else (None, None)
        made = [(str(call.name), call.args) for call in answer.calls]
        return Turned(answer.text, made, (prompt or 0, said or 0) if prompt is not None else None, answer.thought)


def _function(name: str, description: str, parameters: Json) -> types.FunctionDeclaration:
    return types.FunctionDeclaration(name=name, description=description, parameters_json_schema=parameters)


TALKS: dict[str, Callable[[Clients, str], Talk]] = {
    "openai-python-chat": Chat,
    "openai-python-responses": Responses,
    "openai-node-chat": ChatInNode,
    "openai-node-responses": ResponsesInNode,
    "anthropic-python": Messages,
    "claude-code": ClaudeCode,
    "google-genai": Gemini,
}
