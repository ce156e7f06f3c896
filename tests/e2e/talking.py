"""Talks over ``/v1/realtime``: by the Python SDK, by a bare websocket, and what the log says of it."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import openai
import websockets
from openai.resources.realtime.realtime import AsyncRealtimeConnection

from .gateways import Gateway, until

RATES = {
    "input": "4",
    "output": "16",
    "cached_input": "0.4",
    "input_audio": "32",
    "cached_input_audio": "2",
    "output_audio": "64",
}
"""Dollars per million tokens of each kind."""
SOUND = bytes(48_000)
"""A second of silence in pcm16: ten tokens at the fake."""


def sdk(gateway: Gateway, key: str = "main") -> openai.AsyncOpenAI:
    """The SDK, set up with base URL and key alone."""
    return openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key(key), max_retries=0)


def address(gateway: Gateway, model: str, path: str = "/v1/realtime") -> str:
    """Where a session with a model is opened."""
    return f"{gateway.url.replace('http', 'ws', 1)}{path}?model={model}"


async def bare(gateway: Gateway, model: str, key: str = "main", **options: Any) -> websockets.ClientConnection:
    """A websocket that is open and greeted."""
    socket = await websockets.connect(
        address(gateway, model), additional_headers=gateway.auth(key), proxy=None, compression=None, **options
    )
    assert json.loads(await socket.recv())["type"] == "session.created"
    return socket


async def say(socket: websockets.ClientConnection, kind: str, **members: Any) -> None:
    """Sends an event over a bare websocket."""
    await socket.send(json.dumps({"type": kind, **members}))


async def hear(socket: websockets.ClientConnection, kind: str) -> dict[str, Any]:
    """The next event of a kind; those before it are passed over."""
    while True:
        event: dict[str, Any] = json.loads(await socket.recv())
        if event["type"] == kind:
            return event


async def ask(talk: AsyncRealtimeConnection, text: str) -> tuple[str, Any]:
    """One turn in text: what was said, and the answer's usage."""
    content = [{"type": "input_text", "text": text}]
    await talk.conversation.item.create(item={"type": "message", "role": "user", "content": content})  # type: ignore[typeddict-item]
    await talk.response.create()
    said = ""
    async for event in talk:
        if event.type == "response.output_text.delta":
            said += event.delta
        elif event.type == "response.done":
            assert event.response.status == "completed"
            return said, event.response.usage
        assert event.type != "error", event
    raise AssertionError("the session ended")


def cost(usage: Any) -> Fraction:
    """What an answer costs by its own words and ``RATES``, in dollars: cached audio is both audio and cached."""
    given, made = usage.input_token_details, usage.output_token_details
    cached = given.cached_tokens_details
    rate = {name: Fraction(dollars) / 1_000_000 for name, dollars in RATES.items()}
    return (
        (given.text_tokens - cached.text_tokens) * rate["input"]
        + cached.text_tokens * rate["cached_input"]
        + (given.audio_tokens - cached.audio_tokens) * rate["input_audio"]
        + cached.audio_tokens * rate["cached_input_audio"]
        + made.text_tokens * rate["output"]
        + made.audio_tokens * rate["output_audio"]
    )


def rows(gateway: Gateway, model: str, count: int) -> list[dict[str, Any]]:
    """The rows of a model's sessions and answers, the oldest first, once there are so many; there are no more."""

    def look() -> dict[str, Any] | None:
        found = gateway.manage("GET", "/requests", params={"model": model, "limit": 200})["items"]
        return {"items": found} if len(found) >= count else None

    items = until(look, f"{count} rows of {model}")["items"]
    assert len(items) == count, items
    return [gateway.manage("GET", f"/requests/{item['id']}") for item in reversed(items)]


def parted(found: list[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The session's row, and those of its answers."""
    sessions = [row for row in found if row["rule"] == "session"]
    assert len(sessions) == 1, found
    return sessions[0], [row for row in found if row["rule"] != "session"]


def charge(row: dict[str, Any]) -> Fraction:
    """A row's charge in dollars."""
    return Fraction(row["charge_usd"])
