"""The fake provider on a real socket, and a plain HTTP client to read it with: no code of Sluice's formats."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sluice.fake.server import serving

HI = [{"role": "user", "content": "one two three"}]


class Reader:
    """Asks the fake provider as a provider's client would."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def chat(self, suffix: str = "", wire: str = "openai/v1", **members: Any) -> httpx.Response:
        """A chat with the model ``m`` and a suffix."""
        body = {"model": f"m{suffix}", "messages": HI, **members}
        return await self.http.post(f"/{wire}/chat/completions", json=body)

    async def raw(self, suffix: str = "", wire: str = "openai/v1", **members: Any) -> bytes:
        """The bytes of a streamed chat."""
        answer = await self.chat(suffix, wire, stream=True, **members)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "text/event-stream"
        return answer.content

    async def events(self, suffix: str = "", wire: str = "openai/v1", **members: Any) -> list[Any]:
        """The events of a streamed chat: parsed, ``[DONE]`` as it is."""
        return read_events(await self.raw(suffix, wire, **members))

    async def requests(self) -> list[dict[str, Any]]:
        """What it received."""
        found: list[dict[str, Any]] = (await self.http.get("/_fake/requests")).json()
        return found


def read_events(raw: bytes) -> list[Any]:
    """The data of each event; comments are left out."""
    blocks = [block for block in raw.replace(b"\r\n", b"\n").split(b"\n\n") if block and not block.startswith(b":")]
    assert all(block.startswith(b"data: ") for block in blocks), raw
    texts = [block.removeprefix(b"data: ").decode() for block in blocks]
    return [text if text == "[DONE]" else json.loads(text) for text in texts]


def deltas(events: list[Any], number: int = 0) -> list[dict[str, Any]]:
    """What the events add to one choice."""
    found = (choice for event in events if event != "[DONE]" for choice in event.get("choices", ()))
    return [choice["delta"] for choice in found if choice["index"] == number]


def text_of(events: list[Any], number: int = 0) -> str:
    """The streamed text of one choice."""
    return "".join(delta.get("content") or "" for delta in deltas(events, number))


@pytest.fixture
async def fake() -> AsyncIterator[Reader]:
    """A fresh fake provider."""
    async with serving() as origin, httpx.AsyncClient(base_url=origin, trust_env=False, timeout=30) as http:
        yield Reader(http)
