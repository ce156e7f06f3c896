"""Coze's wire: v3 chat, in events whose names say what they are; errors with status 200."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sluice.fake.content import Json, Said, answer
from sluice.fake.http import Ask


def model_of(ask: Ask) -> str:
    """The bot a request names."""
    return str(ask.json.get("bot_id", ""))


async def serve(ask: Ask) -> None:
    """Answers a chat."""
    if ask.path != "/v3/chat" or ask.method != "POST":
        await _error(ask, 4200, "Requested resource does not exist")
        return
    body = ask.json
    if not ask.key.startswith("pat_"):
        await _error(ask, 4100, "authentication is invalid")
        return
    problem = _problem(body)
    if problem:
        await _error(ask, 4000, problem)
        return
    plain = [{"role": one["role"], "content": _text(one)} for one in body["additional_messages"]]
    said = answer(ask.scenario, plain, None, None)
    conversation = ask.query.get("conversation_id", "conv-fake")
    await ask.stream(_events(said, conversation, str(body["bot_id"])))


async def _error(ask: Ask, code: int, message: str) -> None:
    await ask.answer(200, {"code": code, "msg": message, "detail": {"logid": "fake"}})


def _problem(body: Json) -> str:
    """Why Coze would refuse a request; "" when it would not."""
    if not body.get("bot_id") or not body.get("user_id"):
        return "bot_id and user_id are required"
    if not body.get("stream") and body.get("auto_save_history") is False:
        return "auto_save_history must be true when stream is false"
    for message in body["additional_messages"]:
        if message["role"] not in ("user", "assistant") or message["content_type"] not in ("text", "object_string"):
            return "the role or content_type of a message is unknown"
        if message["type"] != {"user": "question", "assistant": "answer"}[message["role"]]:
            return "the type of a message does not fit its role"
    return ""


def _text(message: Json) -> str:
    if message["content_type"] == "text":
        return str(message["content"])
    return " ".join(part.get("text", "") for part in json.loads(message["content"]))


def _event(name: str, data: Json) -> bytes:
    return f"event:{name}\ndata:{json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _events(said: Said, conversation: str, bot: str) -> Iterator[bytes]:
    chat = {"id": "chat-fake", "conversation_id": conversation, "bot_id": bot}
    yield _event("conversation.chat.created", {**chat, "status": "created"})
    yield _event("conversation.chat.in_progress", {**chat, "status": "in_progress"})
    message = {"id": "msg-fake", "chat_id": "chat-fake", "role": "assistant", "type": "answer", "content_type": "text"}
    if said.reasoning:
        yield _event("conversation.message.delta", {**message, "content": "", "reasoning_content": said.reasoning})
    for piece in said.pieces():
        yield _event("conversation.message.delta", {**message, "content": piece})
    yield _event("conversation.message.completed", {**message, "content": said.text})
    yield _event("conversation.message.completed", {**message, "id": "msg-2", "type": "follow_up", "content": "More?"})
    usage = {"input_count": said.input_tokens, "output_count": said.output_tokens}
    usage["token_count"] = said.input_tokens + said.output_tokens
    yield _event("conversation.chat.completed", {**chat, "status": "completed", "usage": usage})
    yield b'event:done\ndata:"[DONE]"\n\n'
