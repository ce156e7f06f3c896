"""What the fake's wires share: a request that was read whole, and ways to answer it well or badly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from sluice.fake.scenario import Scenario, read_scenario

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Cut(Exception):
    """The answer is to break off here."""


@dataclass(slots=True)
class Ask:
    """One request. ``path`` is what follows the wire's prefix; ``raw_path`` all of it as it travelled; ``json``
    the body when it is JSON; ``pieces`` how many of a stream were sent."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    send: Send
    gone: asyncio.Event
    json: Any = None
    key: str = ""
    scenario: Scenario = field(default_factory=lambda: Scenario(""))
    started: bool = False
    pieces: int = 0
    raw_path: str = ""

    def use_model(self, model: str) -> None:
        """Reads the scenario from the model's name."""
        self.scenario = read_scenario(model)

    async def answer(self, status: int, value: Any, **headers: str) -> None:
        """A whole JSON answer."""
        await self.raw(status, json.dumps(value, ensure_ascii=False).encode(), "application/json", **headers)

    async def raw(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        """A whole answer of any kind."""
        pairs = {"content-type": kind, "content-length": str(len(body)), **headers}
        await self.start(status, pairs)
        await self.send({"type": "http.response.body", "body": body})

    async def start(self, status: int, headers: dict[str, str]) -> None:
        """The head of an answer."""
        self.started = True
        pairs = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": pairs})

    async def pause(self, seconds: float) -> None:
        """Waits, unless the client leaves first: then raises Cut."""
        try:
            await asyncio.wait_for(self.gone.wait(), seconds)
        except TimeoutError:
            return
        raise Cut

    async def stream(self, pieces: Iterable[bytes], kind: str = "text/event-stream") -> None:
        """Pieces one by one, as the scenario wants them: slowly, byte by byte, cut, stalled."""
        await self.start(200, {"content-type": kind, "cache-control": "no-cache"})
        async for piece in self._paced(pieces):
            if self.gone.is_set():
                raise Cut
            await self.send({"type": "http.response.body", "body": piece, "more_body": True})
            self.pieces += 1
        await self.send({"type": "http.response.body", "body": b""})

    async def _paced(self, pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
        scenario = self.scenario
        for number, piece in enumerate(pieces):
            if number == 3 and "abort" in scenario:
                raise Cut
            if number == 3 and "stall" in scenario:
                await self.pause(3600)
            if "slow" in scenario:
                await self.pause(0.05)
            if "crlf" in scenario:
                piece = piece.replace(b"\n", b"\r\n")
            if "split" in scenario:
                for at in range(len(piece)):
                    yield piece[at : at + 1]
            else:
                yield piece
            # One turn of the event loop between pieces: each is a write of its own.
            await asyncio.sleep(0)
