"""One request and its answer on a client's connection: ASGI's ``receive`` and ``send`` at the price of a few writes.

It stands in for uvicorn's own cycle (docs/decisions/0010-own-cycle.md says why).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Protocol

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from sluice.base.wire import Header
from sluice.web.http import CYCLE, Message, Scope

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What a header's name is made of (RFC 9110, 5.6.2)."""
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_BODILESS = frozenset({204, 304})


@lru_cache(maxsize=1024)
def _opening(name: bytes) -> bytes:
    """How a header's line begins. Raises RuntimeError for what is no name."""
    if not _TOKEN.fullmatch(name):
        raise RuntimeError("a header of an answer has no proper name")
    return name.lower() + b": "


class Writer(Protocol):
    """What a cycle asks of its connection's transport."""

    def write(self, data: bytes) -> None:
        """Sends the bytes, after those written before."""
        ...

    def is_closing(self) -> bool:
        """Whether nothing can be sent any more."""
        ...

    def close(self) -> None:
        """Closes the connection once all is sent."""
        ...


class Cycle:
    """One request, told by the connection's parser, and its answer, told by an application.

    ``keep_alive``: whether the connection may serve further requests; ``more_body``: whether more of this one is to
    come; ``disconnected``: nobody reads what is still sent; ``task`` runs the application.
    """

    __slots__ = (
        "_chunked",
        "_endless",
        "_expects_continue",
        "_fixed",
        "_flow",
        "_gone",
        "_head",
        "_left",
        "_news",
        "_on_complete",
        "_pieces",
        "_silent",
        "_size",
        "_told",
        "_transport",
        "disconnected",
        "keep_alive",
        "more_body",
        "response_complete",
        "response_started",
        "scope",
        "task",
    )

    def __init__(
        self,
        scope: Scope,
        transport: Writer,
        flow: FlowControl,
        fixed: list[Header],
        *,
        keep_alive: bool,
        expects_continue: bool,
        on_complete: Callable[[], None],
    ) -> None:
        self.scope = scope
        self.task: asyncio.Task[None] | None = None
        self.keep_alive = keep_alive
        self.more_body = True
        self.disconnected = False
        self.response_started = False
        self.response_complete = False
        self._transport = transport
        self._flow = flow
        self._fixed = fixed
        self._expects_continue = expects_continue
        self._on_complete: Callable[[], None] | None = on_complete
        self._pieces: list[bytes] = []
        self._size = 0
        self._told = False
        self._news: asyncio.Event | None = None
        self._gone: Callable[[], None] | None = None
        self._head = b""
        self._chunked = self._endless = self._silent = False
        self._left = 0

    # The request, told by the connection.

    def feed(self, body: bytes) -> None:
        """A piece of the body."""
        self._pieces.append(body)
        self._size += len(body)
        if self._size > HIGH_WATER_LIMIT:
            self._flow.pause_reading()
        if self._news is not None:
            self._news.set()

    def end(self) -> None:
        """The request is whole."""
        self.more_body = False
        if self._news is not None:
            self._news.set()

    def disconnect(self) -> None:
        """The client is gone, or is no longer listened to."""
        if not self.response_complete:
            self.disconnected = True
            self._tell_gone()
        if self._news is not None:
            self._news.set()

    # The application's side.

    def watch(self, gone: Callable[[], None] | None) -> None:
        """Once the client leaves unanswered, calls and then cancels the request's task; None: no longer."""
        self._gone = gone
        if self.disconnected:
            self._tell_gone()

    def _tell_gone(self) -> None:
        if self._gone is not None and self.task is not None:
            self._gone()
            self.task.cancel()

    def rest_of_body(self) -> bytes | None:
        """What was not received yet of the request's body, where all of it has come; else None."""
        if self.more_body or self._told or self.disconnected:
            return None
        self._expects_continue = False
        return self._taken()

    async def receive(self) -> Message:
        """ASGI: what has come of the request since the last time; ``http.disconnect`` once nobody waits for more."""
        if self._expects_continue:
            self._expects_continue = False
            if not (self.disconnected or self._transport.is_closing()):
                self._transport.write(_CONTINUE)
        while not (self.disconnected or self.response_complete):
            if self._pieces or not (self.more_body or self._told):
                return self._news_of_body()
            self._flow.resume_reading()
            if self._news is None:
                self._news = asyncio.Event()
            await self._news.wait()
            self._news.clear()
        return {"type": "http.disconnect"}

    def _news_of_body(self) -> Message:
        return {"type": "http.request", "body": self._taken(), "more_body": self.more_body}

    def _taken(self) -> bytes:
        pieces, self._pieces, self._size = self._pieces, [], 0
        self._told = not self.more_body
        if self._flow.read_paused:
            self._flow.resume_reading()
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def send(self, message: Message) -> None:
        """ASGI: the head of an answer, or a piece of its body. Waits while the client is slow."""
        if self._flow.write_paused and not self.disconnected:
            await self._flow.drain()
        if self.disconnected:
            return
        if not self.response_started:
            if message["type"] != "http.response.start":
                raise RuntimeError(f"an answer begins with its head, not with {message['type']}")
            self._start(message["status"], message.get("headers", ()))
        elif not self.response_complete:
            self._write(message.get("body", b""), message.get("more_body", False))

    async def answer(self, status: int, headers: list[Header], body: bytes) -> None:
        """A whole answer, as two messages to ``send`` would give it, but for its length."""
        if self._flow.write_paused and not self.disconnected:
            await self._flow.drain()
        if self.disconnected:
            return
        lines = self._lines(headers)
        lines.append(b"content-length: %d" % len(body))
        head = self._begin(status, lines)
        self._transport.write(head if self.scope["method"] == "HEAD" else head + body)
        self._complete()

    def _start(self, status: int, told: Iterable[Header]) -> None:
        headers = list(told)
        length = next((int(value) for name, value in headers if name.lower() == b"content-length"), None)
        lines = self._lines(headers)
        self._silent = self.scope["method"] == "HEAD"
        if length is None and not self._silent and status not in _BODILESS:
            if self.scope["http_version"] == "1.0":  # knows no chunks: the end of the connection is that of the body
                self._endless, self.keep_alive = True, False
            else:
                self._chunked = True
                lines.append(b"transfer-encoding: chunked")
        self._left = 0 if self._silent else length or 0
        head = self._begin(status, lines)
        if self._left:
            self._head = head  # leaves in one write with the body, which is ready
        else:
            self._transport.write(head)

    def _lines(self, headers: Iterable[Header]) -> list[bytes]:
        """The headers as they are written. Raises RuntimeError for one that would break out of its line."""
        lines, values = [], []
        for name, value in (*self._fixed, *headers):
            opening = _opening(name)
            if opening == b"connection: " and b"close" in value.lower():
                self.keep_alive = False
                continue
            lines.append(opening + value)
            values.append(value)
        if _CONTROL.search(b" ".join(values)):
            raise RuntimeError("a header of an answer holds a control character")
        return lines

    def _begin(self, status: int, lines: list[bytes]) -> bytes:
        """The head of the answer, which begins with it."""
        self.response_started = True
        self._expects_continue = False
        if not self.keep_alive:
            lines.append(b"connection: close")
        return b"%s%s\r\n\r\n" % (STATUS_LINE[status], b"\r\n".join(lines))

    def _write(self, body: bytes, more: bool) -> None:
        if self._silent:
            body = b""
        elif self._chunked:
            body = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
            if not more:
                body += b"0\r\n\r\n"
        elif not self._endless:
            self._left -= len(body)
            if self._left < 0 or (self._left and not more):
                raise RuntimeError("the body of an answer is not as long as its head says")
        if self._head:
            body, self._head = self._head + body, b""
        if body:
            self._transport.write(body)
        if not more:
            self._complete()

    def _complete(self) -> None:
        self.response_complete = True
        self._gone = None
        if self._news is not None:
            self._news.set()
        if not self.keep_alive:
            self._transport.close()
        if self._on_complete is not None:
            self._on_complete()

    def release(self) -> None:
        """The application is done: lets go of what leads back here, so that the collector finds nothing to do."""
        self._on_complete = self._gone = self.task = None
        self.scope.pop(CYCLE, None)
