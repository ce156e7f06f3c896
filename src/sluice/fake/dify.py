"""Dify's wire: applications by their keys, in events that name themselves in their data.

What an application does stands in its key: ``app-agent-think`` is an agent, which knows no blocking mode.
"""

from __future__ import annotations

from collections.abc import Iterator

from sluice.fake import openai
from sluice.fake.content import Json, Said, answer, usage
from sluice.fake.http import Ask

_WORKFLOW = "/v1/workflows/run"
_PATHS = {"/v1/chat-messages": "query", "/v1/completion-messages": "", _WORKFLOW: ""}


def model_of(ask: Ask) -> str:
    """The application a key belongs to."""
    return ask.key


async def serve(ask: Ask) -> None:
    """Answers a message, or runs a workflow."""
    body = ask.json
    if not ask.key.startswith("app-"):
        await _error(ask, 401, "unauthorized", "Access token is invalid")
    elif ask.path not in _PATHS:
        await _error(ask, 404, "not_found", "The requested URL was not found")
    elif not body.get("user") or not isinstance(body.get("inputs"), dict):
        await _error(ask, 400, "invalid_param", "user and inputs are required")
    elif _PATHS[ask.path] and not body.get("query"):
        await _error(ask, 400, "invalid_param", "query is required")
    elif body.get("response_mode") != "streaming" and "agent" in ask.key:
        await _error(ask, 400, "invalid_param", "Agent Chat App does not support blocking mode")
    else:
        text = body.get("query") or next(iter(body["inputs"].values()), "")
        said = answer(ask.scenario, [{"role": "user", "content": text}], None, None)
        conversation = body.get("conversation_id") or "conv-fake"
        await ask.stream(_workflow(said) if ask.path == _WORKFLOW else _message(said, conversation, "agent" in ask.key))


async def _error(ask: Ask, status: int, code: str, message: str) -> None:
    await ask.answer(status, {"code": code, "message": message, "status": status})


def _message(said: Said, conversation: str, agent: bool) -> Iterator[bytes]:
    head = {"conversation_id": conversation, "message_id": "msg-fake", "task_id": "task-fake", "created_at": 1}
    yield b"event: ping\n\n"
    if agent:
        yield openai.event({"event": "agent_thought", **head, "id": "t-1", "thought": said.text, "tool": ""})
    for piece in said.pieces():
        yield openai.event({"event": "agent_message" if agent else "message", **head, "answer": piece})
    money = {"total_price": "0.001", "currency": "USD", "latency": 0.5}
    metadata: Json = {"usage": {**usage(said), **money}, "retriever_resources": []}
    yield openai.event({"event": "message_end", **head, "metadata": metadata})


def _workflow(said: Said) -> Iterator[bytes]:
    head = {"workflow_run_id": "run-fake", "task_id": "task-fake"}
    yield openai.event({"event": "workflow_started", **head, "data": {"id": "run-fake"}})
    for piece in said.pieces():
        yield openai.event({"event": "text_chunk", **head, "data": {"text": piece}})
    total = said.input_tokens + said.output_tokens
    data = {"status": "succeeded", "outputs": {"text": said.text}, "error": None, "total_tokens": total}
    yield openai.event({"event": "workflow_finished", **head, "data": data})
