"""What a surface hands to the relay, and what the relay asks of the client's connection."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.base.usage import Usage
from sluice.base.wire import Closed, Header
from sluice.routing.snapshot import Token
from sluice.vendors.dialect import Form


class Voice(Protocol):
    """How a client's protocol says that something went wrong."""

    def status(self, error: GatewayError) -> int:
        """The HTTP status of an error answer, where the protocol has one of its own for it."""
        ...

    def also(self, request_id: str) -> list[Header]:
        """Headers that every answer carries in this protocol, besides ``x-request-id``."""
        ...

    def error_body(self, error: GatewayError, request_id: str) -> bytes:
        """The JSON body of an error answer."""
        ...

    def stream_error(self, error: GatewayError, request_id: str) -> bytes:
        """The closing bytes of a stream that broke after it began; b"" where the protocol has no words for it."""
        ...


class Inbound(msgspec.Struct, kw_only=True):
    """A client's request, read and checked by its surface.

    ``expected`` is the usage to set money aside for in formats whose cost does not hang on generated tokens; for the
    others ``input_estimate``, ``asked_max_output`` and ``choices`` bound the worst case. ``created_ms`` is epoch
    milliseconds, ``started`` the monotonic clock in seconds at the same moment.
    """

    id: str
    voice: Voice
    format: Format
    token: Token
    model: str
    created_ms: int
    started: float
    body: bytes = b""
    top: Mapping[str, Any] = msgspec.field(default_factory=dict)
    form: Form | None = None
    stream: bool = False
    wants_usage: bool = False
    expected: Usage | None = None
    input_estimate: int = 0
    asked_max_output: int | None = None
    choices: int = 1
    address: str = ""
    client: str = ""
    headers: tuple[Header, ...] = ()


class ClientLeft(Exception):
    """A session's client is gone, or reads nothing of what waits for it."""


class SocketClient(Protocol):
    """The client's side of a session: a websocket that is not accepted yet. ``leaving`` is set when the server is told
    to end."""

    leaving: asyncio.Event

    async def accept(self, headers: list[Header]) -> None:
        """Opens the websocket. Raises ClientLeft."""
        ...

    async def receive(self) -> str | bytes | Closed:
        """The next message; Closed at the end. While nobody asks for messages, the client cannot send more than one."""
        ...

    async def send(self, message: str | bytes) -> None:
        """Sends a message; waits while the client is slow. Raises ClientLeft."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Closes the websocket, if it still is open."""
        ...


class ClientConnection(Protocol):
    """The client's side of one request. Writing blocks while the client is slow; a client that left is noticed by
    cancellation of the task that serves it, with ``gone`` set."""

    gone: bool

    def watch(self) -> None:
        """From now on, cancel the current task when the client leaves."""
        ...

    def unwatch(self) -> None:
        """Stop cancelling: what follows must run to its end."""
        ...

    async def answer(self, status: int, headers: list[Header], body: bytes) -> None:
        """A whole answer."""
        ...

    async def start(self, status: int, headers: list[Header]) -> None:
        """The head of a streamed answer."""
        ...

    async def write(self, data: bytes) -> None:
        """A piece of a streamed answer."""
        ...

    async def finish(self, data: bytes = b"") -> None:
        """The last piece; the answer ends properly."""
        ...

    def abort(self) -> None:
        """Breaks the connection, so that the client cannot mistake what it has for the whole."""
        ...
