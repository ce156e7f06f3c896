"""GigaChat's wire: tokens for keys, and chats with functions, one call at a time, whose results must be JSON."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs

from sluice.fake import openai
from sluice.fake.content import Json, Said, answer, usage
from sluice.fake.http import Ask

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_SCOPES = ("GIGACHAT_API_PERS", "GIGACHAT_API_B2B", "GIGACHAT_API_CORP")
STATE = "0b5c9a0e-1f2d-4c3b-8a79-6d5e4f3a2b1c"


def model_of(ask: Ask) -> str:
    """The model in the body."""
    model = ask.json.get("model") if isinstance(ask.json, dict) else None
    return model if isinstance(model, str) else ""


async def serve(ask: Ask) -> None:
    """Sells a token, or answers a chat."""
    if ask.path == "/api/v2/oauth":
        await _token(ask)
    elif not ask.key.startswith("eyJ."):
        await ask.answer(401, {"status": 401, "message": "Unauthorized"})
    elif ask.path == "/api/v1/models":
        await openai.models(ask)
    elif ask.path == "/api/v1/chat/completions":
        await _chat(ask)
    else:
        await ask.answer(404, {"status": 404, "message": "No such path"})


async def _token(ask: Ask) -> None:
    scope = parse_qs(ask.body.decode()).get("scope", [""])[0]
    scheme, _, key = ask.headers.get("authorization", "").partition(" ")
    try:
        pair = base64.b64decode(key, validate=True).decode()
    except ValueError:
        pair = ""
    if (
        scheme != "Basic"
        or ":" not in pair
        or pair.startswith("bad")
        or not _ID.fullmatch(ask.headers.get("rquid", ""))
    ):
        await ask.answer(401, {"code": 6, "message": "credentials doesn't match db data"})
    elif scope not in _SCOPES:
        await ask.answer(400, {"code": 1, "message": "scope data format invalid"})
    else:
        token = f"eyJ.{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        await ask.answer(200, {"access_token": token, "expires_at": int(time.time() * 1000) + 1_800_000})


async def _chat(ask: Ask) -> None:
    problem = _problem(ask.json)
    if problem:
        await ask.answer(422, {"status": 422, "message": problem})
        return
    said = answer(ask.scenario, ask.json["messages"], _tools(ask.json), ask.json.get("max_tokens"))
    if ask.json.get("stream"):
        await ask.stream(_events(ask, said))
        return
    message = {"role": "assistant", "content": said.text, **_extra(said)}
    choice = {"index": 0, "message": message, "finish_reason": _finish(said)}
    await ask.answer(200, {**_head(ask, "chat.completion"), "choices": [choice], "usage": _usage(said)})


def _problem(body: Json) -> str:
    """Why GigaChat would refuse a request; "" when it would not."""
    if strangers := body.keys() & {"tools", "tool_choice", "stream_options", "max_completion_tokens"}:
        return f"unknown fields {sorted(strangers)}"
    if body.get("temperature") == 0:
        return "temperature must be greater than 0"
    before: Json = {}
    for number, message in enumerate(body["messages"]):
        if message["role"] not in ("system", "user", "assistant", "function") or not isinstance(
            message["content"], str
        ):
            return f"message {number} is malformed"
        if message["role"] == "system" and number:
            return "system message must be the first message"
        if message["role"] == "function" and ("function_call" not in before or not message.get("name")):
            return "a function's message must follow its call"
        if message["role"] == "function" and not isinstance(_json(message["content"]), dict):
            return "the content of a function's message must be JSON"
        if not isinstance(message.get("function_call", {"arguments": {}})["arguments"], dict):
            return "arguments must be an object"
        before = message
    return ""


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _tools(body: Json) -> list[Json] | None:
    return [{"function": one} for one in body.get("functions") or []] or None


def _head(ask: Ask, kind: str) -> Json:
    return {"created": openai.CREATED, "model": ask.json["model"], "object": kind}


def _finish(said: Said) -> str:
    return {"tool_calls": "function_call", "content_filter": "blacklist"}.get(said.finish, said.finish)


def _usage(said: Said) -> Json:
    return {**usage(said), "precached_prompt_tokens": 0}


def _extra(said: Said) -> Json:
    told: Json = {"reasoning_content": said.reasoning} if said.reasoning else {}
    if said.calls:
        function = said.calls[0]["function"]
        told["function_call"] = {"name": function["name"], "arguments": json.loads(function["arguments"])}
        told["functions_state_id"] = STATE
    return told


def _events(ask: Ask, said: Said) -> Iterator[bytes]:
    head = _head(ask, "chat.completion.chunk")
    deltas: list[Json] = [{"role": "assistant", "content": "", **_extra(said)}]
    deltas += [{"content": piece} for piece in said.pieces()]
    for delta in deltas:
        yield openai.event({**head, "choices": [{"index": 0, "delta": delta}]})
    if "errstream" in ask.scenario:
        yield openai.event({"status": 500, "message": "Internal Server Error"})
        return
    last = {"index": 0, "delta": {"content": ""}, "finish_reason": _finish(said)}
    yield openai.event({**head, "choices": [last], "usage": _usage(said)})
    yield b"data: [DONE]\n\n"
