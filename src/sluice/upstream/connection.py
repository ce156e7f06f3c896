"""One HTTP/1.1 connection and the exchange on it."""

from __future__ import annotations

import asyncio
from typing import Protocol, cast

import httptools

from sluice.base.wire import WireHead, WireRequest
from sluice.upstream.client import Broken, Deadlines, Limits, Malformed, Silent, TooLarge, TransportError

_BODILESS = frozenset({204, 304})
_FORBIDDEN = (b"\r", b"\n", b"\0")


class Stale(Exception):
    """A pooled connection died before any byte of an answer: the request may go out again on a fresh one."""


class Owner(Protocol):
    """Who a connection belongs to: its pool."""

    def give_back(self, connection: Connection) -> None:
        """The connection's answer was read to its end: it may serve again."""
        ...

    def lost(self, connection: Connection) -> None:
        """The connection is closed."""
        ...


def request_head(request: WireRequest, host: bytes) -> bytes:
    """The request's head with framing. Raises ValueError when a part of it would break out of its line."""
    lines = [b"%s %s HTTP/1.1\r\nhost: %s\r\naccept-encoding: identity\r\n" % (request.method, request.target, host)]
    for pair in request.headers:
        lines.append(b"%s: %s\r\n" % pair)
    body = request.body
    if isinstance(body, bytes):
        if body or request.method not in (b"GET", b"HEAD", b"DELETE"):
            lines.append(b"content-length: %d\r\n" % len(body))
    elif request.length is None:
        lines.append(b"transfer-encoding: chunked\r\n")
    else:
        lines.append(b"content-length: %d\r\n" % request.length)
    _check(request)
    lines.append(b"\r\n")
    return b"".join(lines)


def _check(request: WireRequest) -> None:
    joined = b"".join([request.method, request.target, *[part for pair in request.headers for part in pair]])
    if any(mark in joined for mark in _FORBIDDEN) or b" " in request.target:
        raise ValueError("a request line or header holds a line break, a NUL or a space")


class Connection(asyncio.Protocol):
    """A connection to one origin; at most one exchange at a time."""

    def __init__(self, owner: Owner, limits: Limits) -> None:
        self._owner = owner
        self._limits = limits
        self._transport: asyncio.Transport | None = None
        self._drained: asyncio.Future[None] | None = None
        self._full = False
        self._lost = False
        self.exchange: Http1Exchange | None = None
        self.served = 0
        self.idle_since = 0.0

    @property
    def usable(self) -> bool:
        """Whether the connection looks alive."""
        return not self._lost and self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: connected."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came. Bytes nobody asked for mean the connection is out of step."""
        if self.exchange is None:
            self.close()
        else:
            self.exchange.received(data)

    def connection_lost(self, error: Exception | None) -> None:
        """asyncio: closed by either side."""
        self._lost = True
        self._owner.lost(self)
        self.resume_writing()
        if self.exchange is not None:
            self.exchange.disconnected()

    def pause_writing(self) -> None:
        """asyncio: the peer is slow."""
        self._full = True

    def resume_writing(self) -> None:
        """asyncio: the peer caught up."""
        self._full = False
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    def write(self, data: bytes) -> None:
        """Queues bytes for the peer."""
        if self._transport is not None:
            self._transport.write(data)

    async def drained(self) -> None:
        """Waits until the peer has room."""
        while self._full and not self._lost:
            self._drained = asyncio.get_running_loop().create_future()
            await self._drained

    def pause(self) -> None:
        """Stops reading from the peer."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Reads again."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def close(self) -> None:
        """Closes at once, dropping whatever is in flight."""
        if self._transport is not None:
            self._transport.abort()

    def give_back(self) -> None:
        """Returns to the pool."""
        self._owner.give_back(self)


class Http1Exchange:
    """One request and its answer (an Exchange of upstream/client.py). Also the parser's callbacks."""

    def __init__(
        self, connection: Connection, request: WireRequest, deadlines: Deadlines, limits: Limits, begun: float
    ) -> None:
        self.head = WireHead(0)
        self._connection = connection
        self._request = request
        self._deadlines = deadlines
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._ends = begun + deadlines.total if deadlines.total else 0.0
        self._parser = httptools.HttpResponseParser(self)
        self._waiter: asyncio.Future[None] | None = None
        self._pieces: list[bytes] = []
        self._held = 0
        self._paused = False
        self._head_bytes = 0
        self._heard = False
        self._head_done = False
        self._complete = False
        self._sent = False
        self._keep = False
        self._error: TransportError | None = None
        self._over = False

    # Sending.

    async def open(self, head: bytes) -> None:
        """Sends the request and waits for the head. Raises TransportError, or Stale on a dead pooled connection."""
        connection = self._connection
        connection.exchange = self
        body = self._request.body
        try:
            if isinstance(body, bytes):
                connection.write(head + body if body else head)
                self._sent = True
            else:
                connection.write(head)
                await self._send_body()
            while not self._head_done:
                await self._wait(self._deadlines.head)
        except Broken as error:
            reused = connection.served > 0 and not self._heard
            self.abort()
            if reused:
                raise Stale from error
            raise
        except BaseException:
            self.abort()
            raise

    async def _send_body(self) -> None:
        """Sends a body from its source; an answer that comes meanwhile ends the sending."""
        connection, request = self._connection, self._request
        assert not isinstance(request.body, bytes)
        async for piece in request.body():
            if self._head_done or self._error is not None:
                return
            if piece:
                connection.write(piece if request.length is not None else b"%x\r\n%s\r\n" % (len(piece), piece))
                await self._drain()
        if request.length is None:
            connection.write(b"0\r\n\r\n")
        self._sent = True

    async def _drain(self) -> None:
        timer = self._loop.call_later(self._deadlines.read, self._expire)
        try:
            await self._connection.drained()
        finally:
            timer.cancel()
        if self._error is not None and not self._head_done:
            raise self._error

    # Receiving: called by the connection.

    def received(self, data: bytes) -> None:
        """Bytes of the answer."""
        self._heard = True
        if not self._head_done:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail(Malformed("the upstream switched protocols"))
        except httptools.HttpParserError as error:
            # Bytes after a whole answer are the parser's error too; the answer stands, the connection does not.
            if self._complete:
                self._keep = False
            else:
                self._fail(Malformed(f"not HTTP: {type(error).__name__}"))
        if not self._head_done and self._head_bytes > self._limits.max_head_bytes:
            self._fail(Malformed("the head of the answer is too large"))
        self._wake()

    def disconnected(self) -> None:
        """The connection closed."""
        if not self._complete and self._error is None:
            if self._head_done and self._until_close():
                self._complete = True
            else:
                self._error = Broken("the upstream closed the connection")
        self._keep = False
        self._wake()

    def _until_close(self) -> bool:
        """Whether the body's end is the connection's end: neither length nor chunks were promised."""
        return self.head.get(b"content-length") is None and self.head.get(b"transfer-encoding") is None

    def _fail(self, error: TransportError) -> None:
        if self._error is None and not self._complete:
            self._error = error
        self._keep = False

    # httptools callbacks.

    def on_message_begin(self) -> None:
        """httptools: an answer begins; a second one on the same request is junk."""
        if self._complete:
            self._keep = False
        else:
            self.head = WireHead(0)

    def on_header(self, name: bytes, value: bytes) -> None:
        """httptools: one header."""
        if not self._complete:
            self.head.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """httptools: the head is whole; 1xx heads are skipped."""
        if self._complete:
            return
        status = self._parser.get_status_code()
        self.head.status = status
        if status >= 200:
            self._head_done = True
            self._keep = self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        """httptools: a piece of the body."""
        if self._complete or self._over:
            return
        self._pieces.append(body)
        self._held += len(body)
        if self._held > self._limits.high_water and not self._paused:
            self._paused = True
            self._connection.pause()

    def on_message_complete(self) -> None:
        """httptools: the answer is whole."""
        if self._head_done:
            self._complete = True

    # Reading.

    async def chunk(self) -> bytes:
        """The next piece of the body; b"" at its end."""
        while not self._pieces:
            if self._error is not None:
                raise self._error
            if self._complete:
                self._release()
                return b""
            await self._wait(self._deadlines.read)
        pieces = self._pieces
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self._held = 0
        if self._paused:
            self._paused = False
            self._connection.resume()
        return data

    async def read(self, limit: int) -> bytes:
        """The whole body."""
        parts: list[bytes] = []
        total = 0
        while data := await self.chunk():
            total += len(data)
            if total > limit:
                self.abort()
                raise TooLarge(f"the answer is larger than {limit} bytes")
            parts.append(data)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def abort(self) -> None:
        """Drops the answer; the socket closes unless the answer was read to its end."""
        if self._over:
            return
        self._over = True
        self._fail(Broken("the exchange was given up"))
        self._connection.exchange = None
        self._connection.close()
        self._wake()

    def _release(self) -> None:
        """The answer was read to its end: the connection goes back, if it can serve again."""
        if self._over:
            return
        self._over = True
        connection = self._connection
        connection.exchange = None
        connection.served += 1
        if self._keep and self._sent and connection.usable:
            connection.give_back()
        else:
            connection.close()

    # Waiting.

    async def _wait(self, seconds: float) -> None:
        """Waits for the next event, at most so long. Raises Silent, or what went wrong."""
        if self._error is not None:
            raise self._error
        if self._ends:
            seconds = min(seconds, self._ends - self._loop.time())
        waiter = self._waiter = self._loop.create_future()
        timer = self._loop.call_later(max(seconds, 0.0), self._expire)
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiter = None
        if self._error is not None and not self._pieces:
            raise self._error

    def _expire(self) -> None:
        self._fail(Silent("the upstream was silent too long"))
        self._connection.close()
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
