"""One request and its answer on an HTTP/1.1 connection: the parser's callbacks, the reader's waiting, the deadlines."""

from __future__ import annotations

import asyncio
from math import inf

import httptools

from sluice.base.wire import WireHead, WireRequest
from sluice.upstream.client import Broken, Deadlines, Limits, Malformed, Silent, TooLarge, TransportError
from sluice.upstream.connection import Connection

_BODILESS = frozenset({204, 304})
_TOO_LONG = "the upstream was silent too long"
_TOO_LARGE = "the head of the answer is too large"


class Stale(Exception):
    """A pooled connection died before any byte of an answer: the request may go out again on a fresh one."""


class Http1Exchange:
    """One request and its answer (an Exchange of upstream/client.py). Also the parser's callbacks."""

    __slots__ = (
        "_complete",
        "_connection",
        "_deadlines",
        "_ends",
        "_error",
        "_head_bytes",
        "_head_done",
        "_head_lines",
        "_heard",
        "_held",
        "_keep",
        "_limits",
        "_loop",
        "_over",
        "_parser",
        "_paused",
        "_pieces",
        "_raw_bytes",
        "_request",
        "_sent",
        "_waiter",
        "head",
    )

    def __init__(
        self, connection: Connection, request: WireRequest, deadlines: Deadlines, limits: Limits, begun: float
    ) -> None:
        self.head = WireHead(0)
        self._connection = connection
        self._request = request
        self._deadlines = deadlines
        self._limits = limits
        self._loop = connection.loop
        self._ends = begun + deadlines.total if deadlines.total else inf
        self._parser = httptools.HttpResponseParser(self)
        self._waiter: asyncio.Future[None] | None = None
        self._pieces: list[bytes] = []
        self._held = 0
        self._paused = False
        self._head_bytes = 0
        self._head_lines = 0
        self._raw_bytes = 0
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
            latest = self._loop.time() + self._deadlines.head
            while not self._head_done:
                await self._wait(latest)
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
        total = 0
        async for piece in request.body():
            if self._head_done or self._error is not None:
                return
            total += len(piece)
            if request.length is not None and total > request.length:
                raise Broken("the request's body is longer than was promised")
            if piece:
                connection.write(piece if request.length is not None else b"%x\r\n%s\r\n" % (len(piece), piece))
                await self._drain()
        if request.length is not None and total < request.length:
            raise Broken("the request's body is shorter than was promised")
        if request.length is None:
            connection.write(b"0\r\n\r\n")
        self._sent = True

    async def _drain(self) -> None:
        connection = self._connection
        if connection.full:
            due = min(self._loop.time() + self._deadlines.read, self._ends)
            timer = self._loop.call_at(due, self._expire)
            try:
                while connection.full and not self._head_done and self._error is None:
                    await connection.drained()
            finally:
                timer.cancel()
        if self._error is not None and not self._head_done:
            raise self._error.again()

    # Receiving: called by the connection.

    def received(self, data: bytes) -> None:
        """Bytes of the answer."""
        self._heard = True
        if not self._head_done:
            self._raw_bytes += len(data)
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
        if not self._head_done and (
            self._raw_bytes > self._limits.max_head_bytes or len(self.head.headers) > self._limits.max_headers
        ):
            self._fail(Malformed(_TOO_LARGE))
        self._wake()

    def disconnected(self, error: Exception | None) -> None:
        """The connection closed: in good order, or with an error."""
        if not self._complete and self._error is None:
            if self._head_done and self._until_close() and error is None:
                self._complete = True
            else:
                self._error = Broken("the upstream closed the connection")
        self._keep = False
        self._wake()

    def _until_close(self) -> bool:
        """Whether the body's end is the connection's end: neither length nor chunks were promised."""
        codings = [value for name, value in self.head.headers if name == b"transfer-encoding"]
        if codings:
            return not codings[-1].lower().endswith(b"chunked")
        return self.head.get(b"content-length") is None

    def _fail(self, error: TransportError) -> None:
        if self._error is None and not self._complete:
            self._error = error
            self._connection.close()
        self._keep = False

    # httptools callbacks.

    def on_message_begin(self) -> None:
        """httptools: an answer begins; a second one on the same request is junk."""
        if self._complete:
            self._keep = False
        elif self.head.status:
            self.head = WireHead(0)  # what came before was a 1xx

    def on_status(self, reason: bytes) -> None:
        """httptools: the reason beside the status, which nobody needs."""
        self._head_bytes += len(reason)

    def on_header(self, name: bytes, value: bytes) -> None:
        """httptools: one header, or a trailer; trailers are counted, not kept."""
        if not self._head_done:
            self.head.headers.append((name.lower(), value.rstrip(b" \t")))
        elif not self._complete:
            self._head_bytes += len(name) + len(value)
            self._head_lines += 1
            self._bound_head()

    def _bound_head(self) -> None:
        if self._head_bytes > self._limits.max_head_bytes or self._head_lines > self._limits.max_headers:
            self._fail(Malformed(_TOO_LARGE))

    def on_headers_complete(self) -> None:
        """httptools: the head is whole; 1xx heads are skipped."""
        if self._complete or self._error is not None:
            return
        headers = self.head.headers
        self._head_lines += len(headers)
        if self._raw_bytes > self._limits.max_head_bytes or self._head_lines > self._limits.max_headers:
            # Some of those bytes may be the body's.
            self._head_bytes += sum([len(name) + len(value) for name, value in headers])
            self._bound_head()
            if self._error is not None:
                return
        status = self._parser.get_status_code()
        self.head.status = status
        if status >= 200:
            self._head_done = True
            self._keep = self._parser.should_keep_alive()
            if not self._sent:
                self._connection.wake_writer()
        if status in _BODILESS:
            # A length here speaks of another answer's body (RFC 9110, 8.6); the parser would wait for it.
            self._complete = True
            self._keep &= self.head.get(b"content-length") is None and self.head.get(b"transfer-encoding") is None

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
                raise self._error.again()
            if self._complete:
                self._release()
                return b""
            await self._wait(self._loop.time() + self._deadlines.read)
        if self._deadlines.total and self._loop.time() >= self._ends and not self._complete:
            self._pieces.clear()
            self._expire()
            raise Silent(_TOO_LONG)
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
        if self._complete and not self._over and self._held <= limit:
            # It came with the head, as most do.
            pieces, self._pieces = self._pieces, []
            if self._paused:
                self._connection.resume()
            self._release()
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)
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
        self._end()
        if self._error is None:
            self._error = Broken("the exchange was given up")
        self._pieces.clear()
        self._connection.exchange = None
        self._connection.close()
        self._wake()

    def _release(self) -> None:
        """The answer was read to its end: the connection goes back, if it can serve again."""
        if self._over:
            return
        self._end()
        self._connection.release(whole=self._keep and self._sent)

    def _end(self) -> None:
        self._over = True
        # It holds on to this exchange: a ring, and the garbage collector's walks cost a sixth of a request's CPU time.
        del self._parser

    # Waiting.

    async def _wait(self, due: float) -> None:
        """Waits for the next event, at most until then (the loop's seconds) or until the whole exchange's time is over.
        Raises Silent, or what went wrong."""
        if self._error is not None:
            raise self._error.again()
        waiter = self._waiter = self._loop.create_future()
        alarm = self._connection.alarm
        alarm.set(due if due < self._ends else self._ends, self._expire)
        try:
            await waiter
        finally:
            alarm.clear()
            self._waiter = None
        if self._error is not None and not self._pieces:
            raise self._error.again()

    def _expire(self) -> None:
        self._fail(Silent(_TOO_LONG))
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
