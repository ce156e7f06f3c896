"""Answers on their way to a client, put into another frame: the relay speaks events and OpenAI's embeddings, the client
of another protocol is told the same in its own way."""

from __future__ import annotations

from typing import Any

import msgspec

from sluice.base.wire import Header
from sluice.formats.gemini.framing import ArrayWriter
from sluice.formats.sse import SseDecoder
from sluice.relay.inbound import ClientConnection

_JSON: Header = (b"content-type", b"application/json")


class Reframed:
    """A ClientConnection (relay/inbound.py) before another: what passes is as it came, unless a kind says otherwise."""

    def __init__(self, client: ClientConnection) -> None:
        self._client = client

    @property
    def gone(self) -> bool:
        """Whether the client left."""
        return self._client.gone

    @gone.setter
    def gone(self, left: bool) -> None:
        """The relay's own finding."""
        self._client.gone = left

    def watch(self) -> None:
        """As the connection's."""
        self._client.watch()

    def unwatch(self) -> None:
        """As the connection's."""
        self._client.unwatch()

    def abort(self) -> None:
        """As the connection's."""
        self._client.abort()

    async def answer(self, status: int, headers: list[Header], body: bytes) -> None:
        """A whole answer."""
        await self._client.answer(status, headers, body)

    async def start(self, status: int, headers: list[Header]) -> None:
        """The head of a stream."""
        await self._client.start(status, headers)

    async def write(self, data: bytes) -> None:
        """A piece of a stream."""
        await self._client.write(data)

    async def finish(self, data: bytes = b"") -> None:
        """The last piece of a stream."""
        await self._client.finish(data)


class AsArray(Reframed):
    """A stream of events as one JSON array, for clients that did not ask for events. A stream that breaks has no
    closing bracket: nobody can take it for the whole."""

    def __init__(self, client: ClientConnection) -> None:
        super().__init__(client)
        self._events = SseDecoder()
        self._array = ArrayWriter()

    def _elements(self, data: bytes) -> bytes:
        return b"".join([self._array.add(event.data) for event in self._events.feed(data)])

    async def answer(self, status: int, headers: list[Header], body: bytes) -> None:
        """A whole stream."""
        await super().answer(status, _as_json(headers), self._elements(body) + self._array.end())

    async def start(self, status: int, headers: list[Header]) -> None:
        """The head of the array."""
        await super().start(status, _as_json(headers))

    async def write(self, data: bytes) -> None:
        """Further elements."""
        await super().write(self._elements(data))

    async def finish(self, data: bytes = b"") -> None:
        """The last elements, and the end."""
        await super().finish(self._elements(data) + self._array.end())


class AsVectors(Reframed):
    """An embeddings answer in OpenAI's shape as ``embeddings``, or as the one ``embedding`` (wires.md 3.4)."""

    def __init__(self, client: ClientConnection, *, single: bool) -> None:
        super().__init__(client)
        self._single = single

    async def answer(self, status: int, headers: list[Header], body: bytes) -> None:
        """The vectors; what the relay answers with was checked to hold them."""
        told = msgspec.json.decode(body)
        vectors: list[Any] = [{"values": item["embedding"]} for item in told["data"]]
        answer: dict[str, Any] = {"embedding": vectors[0]} if self._single and vectors else {"embeddings": vectors}
        usage = told.get("usage")
        if isinstance(usage, dict) and "prompt_tokens" in usage:
            answer["usageMetadata"] = {"promptTokenCount": usage["prompt_tokens"]}
        await super().answer(status, headers, msgspec.json.encode(answer))


def _as_json(headers: list[Header]) -> list[Header]:
    return [_JSON, *[pair for pair in headers if pair[0] != b"content-type"]]
