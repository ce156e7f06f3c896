"""Requests said and answers told through the codecs and dialects that a channel uses, in one line each."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tests.conformance.answers import Answer
from tests.conformance.cells import Said, events_of, hear, listen, say
from tests.conformance.wires import Wire, wires
from tests.formats.folding import Folded, fold

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.base.outcome import Fault, Reply, StreamParser

Json = dict[str, Any]
CHAT, MESSAGES, RESPONSES, GEMINI = (
    Format.OPENAI_CHAT,
    Format.ANTHROPIC,
    Format.OPENAI_RESPONSES,
    Format.GEMINI,
)


def at(name: str, model: str = "") -> Wire:
    """A wire by its name, or by the beginning of it; for another model there."""
    found = next(wire for key, wire in wires().items() if key.startswith(name))
    return replace(found, model=model) if model else found


def sent(client: Format, wire: Wire, body: Json) -> Json:
    """The body that goes out."""
    return say(client, wire, body).body


def said(client: Format, wire: Wire, body: Json) -> Said:
    """What goes out, and what is left out."""
    return say(client, wire, body)


def refused(client: Format, wire: Wire, body: Json) -> GatewayError:
    """Why a request is refused."""
    try:
        told = say(client, wire, body)
    except GatewayError as error:
        return error
    raise AssertionError(f"it was said: {told.body}")


def chat(*messages: Json, **knobs: Any) -> Json:
    """A chat request."""
    return {"model": "m", "messages": list(messages) or [user("Hi")], **knobs}


def user(content: Any) -> Json:
    """A user's message."""
    return {"role": "user", "content": content}


def assistant(*calls: tuple[str, str], content: Any = None, arguments: str = "{}", **more: Any) -> Json:
    """An assistant's chat message with calls (id, name)."""
    made = [
        {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}
        for identity, name in calls
    ]
    return {"role": "assistant", "content": content, **({"tool_calls": made} if made else {}), **more}


def result(identity: str, content: Any = "ok") -> Json:
    """A tool's chat message."""
    return {"role": "tool", "tool_call_id": identity, "content": content}


def whole(client: Format, wire: Wire, answer: Json | bytes) -> Json:
    """What a client is told of a whole answer."""
    reply = _whole(client, wire, answer)
    assert isinstance(reply, Reply), reply
    told: Json = json.loads(reply.body)
    return told


def failed(client: Format, wire: Wire, answer: Json | bytes) -> Fault:
    """The fault a whole answer is."""
    reply = _whole(client, wire, answer)
    assert isinstance(reply, Fault), reply
    return reply


def _whole(client: Format, wire: Wire, answer: Json | bytes) -> Reply | Fault:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return hear(client, replace(wire, answers={"it": Answer(body, None)}), "it")


def sse(*events: Json | bytes, done: bool = False) -> bytes:
    """Events of a stream; those with a type are named by it."""
    out = []
    for event in events:
        name = f"event: {event['type']}\n".encode() if isinstance(event, dict) and "type" in event else b""
        out.append(name + b"data: " + (event if isinstance(event, bytes) else json.dumps(event).encode()) + b"\n\n")
    return b"".join(out) + (b"data: [DONE]\n\n" if done else b"")


def stream(client: Format, wire: Wire, *pieces: bytes) -> tuple[bytes, StreamParser]:
    """What a client is told of a stream, and the parser that told it."""
    return listen(client, replace(wire, answers={"it": Answer(None, b"")}), "it", pieces)


def folded(client: Format, wire: Wire, *pieces: bytes) -> Folded:
    """A client's stream put together."""
    return fold(events_of(client, stream(client, wire, *pieces)[0]))


def events(out: bytes) -> list[Json]:
    """The events of a client's stream."""
    blocks = [block.split(b"data: ", 1)[1] for block in out.split(b"\n\n") if b"data: " in block]
    return [json.loads(block) for block in blocks if not block.startswith(b"[DONE]")]


def chunk(delta: Json, finish: str | None = None, **more: Any) -> Json:
    """A chunk of a chat stream."""
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "up"}
    return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


def completion(message: Json, finish: str = "stop", **more: Any) -> Json:
    """A chat completion."""
    head = {"id": "c", "object": "chat.completion", "created": 1, "model": "up"}
    choice = {"index": 0, "message": {"role": "assistant", "content": None, **message}, "finish_reason": finish}
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
    return {**head, "choices": [choice], "usage": usage, **more}


def message(*blocks: Json, stop: str = "end_turn", **more: Any) -> Json:
    """An answer of the Messages protocol."""
    head = {"id": "msg_up", "type": "message", "role": "assistant", "model": "claude-up"}
    usage = {"input_tokens": 5, "output_tokens": 2}
    return {**head, "content": list(blocks), "stop_reason": stop, "stop_sequence": None, "usage": usage, **more}


def google(*parts: Json, finish: str = "STOP", **more: Any) -> Json:
    """An answer of the generateContent protocol."""
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": finish, "index": 0}
    usage = {"promptTokenCount": 5, "candidatesTokenCount": 2, "totalTokenCount": 7}
    return {"candidates": [candidate], "usageMetadata": usage, "responseId": "r", "modelVersion": "up", **more}
