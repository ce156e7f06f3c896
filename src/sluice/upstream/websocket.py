"""The same seam for upstreams that answer over a websocket: opened, told its messages, read as a body of lines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
from yarl import URL

from sluice.base.wire import Messages, WireHead, WireRequest
from sluice.upstream.client import Broken, Deadlines, Duplex, Exchange, Silent, TooLarge, Unreachable, unnoticed
from sluice.upstream.duplex import AioDuplex
from sluice.upstream.proxied import FAILURES, ProxiedTransport, bare

_CLOSING = 1.0
"""Seconds an upstream has to answer a closing before its connection is cut."""
_MOST_BYTES = 16 * 1024 * 1024
"""Of one message."""
_SILENT = "the upstream was silent too long"
_LINES = [(b"content-type", b"application/x-ndjson")]
_GOOD_CLOSES = frozenset({1000, 1001, 1005})
"""Normal, going away, no code told (RFC 6455, 7.4.1)."""


class SocketTransport(ProxiedTransport):
    """A Transport for requests that have a ``socket``; through a proxy or, with "", without one."""

    async def send(
        self, request: WireRequest, deadlines: Deadlines, connected: Callable[[], None] = unnoticed
    ) -> Exchange:
        """Opens the socket and sends its messages. The head is then 200; one that is refused has the refusal's, and no
        body. ``connected`` is called once the socket is open: what opens it says nothing of the request."""
        self.judge(request)
        said = request.socket
        assert said is not None, "this transport is for websockets"
        socket = await self._connect(request, deadlines)
        if isinstance(socket, WireHead):
            return _Refusal(socket)
        exchange = _SocketExchange(socket, said, deadlines)
        try:
            connected()
            async with asyncio.timeout(deadlines.read):
                for message in said.send:
                    await socket.send_str(message.decode())
        except TimeoutError as error:
            exchange.abort()
            raise Silent(_SILENT) from error
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            exchange.abort()
            raise Broken(f"the exchange with the upstream broke: {type(error).__name__}") from bare(error)
        except BaseException:
            exchange.abort()
            raise
        return exchange

    async def open(
        self, request: WireRequest, deadlines: Deadlines, connected: Callable[[], None] = unnoticed
    ) -> Duplex | WireHead:
        """Opens the socket for both sides to speak on; the head of the refusal when the upstream would not."""
        self.judge(request)
        socket = await self._connect(request, deadlines)
        if isinstance(socket, WireHead):
            return socket
        connected()
        return AioDuplex(socket, deadlines.read)

    async def _connect(self, request: WireRequest, deadlines: Deadlines) -> aiohttp.ClientWebSocketResponse | WireHead:
        """The open socket, or the head of the refusal. Raises Unreachable."""
        try:
            async with asyncio.timeout(deadlines.connect + deadlines.head):
                return await self.session().ws_connect(
                    URL(request.origin + request.target.decode("latin-1"), encoded=True),
                    headers=[(name.decode(), value.decode()) for name, value in request.headers],
                    timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSING),
                    proxy=self._proxy_url if self._proxy_url.startswith("http") else None,
                    max_msg_size=_MOST_BYTES,
                )
        except aiohttp.WSServerHandshakeError as error:
            told = error.headers.items() if error.headers else ()
            return WireHead(error.status, [(name.lower().encode(), value.encode()) for name, value in told])
        except FAILURES as error:
            raise Unreachable(f"opening a websocket to the upstream failed: {type(error).__name__}") from bare(error)


class _Refusal:
    """An Exchange for a socket that the upstream would not open."""

    def __init__(self, head: WireHead) -> None:
        self.head = head

    async def chunk(self) -> bytes:
        """Nothing: aiohttp keeps no body of a refusal."""
        return b""

    async def read(self, limit: int) -> bytes:
        """Nothing, likewise."""
        return b""

    def abort(self) -> None:
        """Nothing is open."""


class _SocketExchange:
    """An Exchange on an open websocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, said: Messages, deadlines: Deadlines) -> None:
        self.head = WireHead(200, list(_LINES))
        self._socket = socket
        self._said = said
        self._deadlines = deadlines
        self._loop = asyncio.get_running_loop()
        self._ends = self._loop.time() + deadlines.total if deadlines.total else 0.0
        self._aborted = False
        self._ended = False
        self._closing: asyncio.Task[bool] | None = None

    async def chunk(self) -> bytes:
        """The next message as a line; b"" after the last, or when the upstream closed in good order."""
        if self._aborted:
            raise Broken("the exchange was given up")
        if self._ended:
            return b""
        try:
            async with asyncio.timeout(self._patience()):
                message = await self._socket.receive()
        except TimeoutError as error:
            self.abort()
            raise Silent(_SILENT) from error
        if self._aborted:
            raise Broken("the exchange was given up")
        match message.type:
            case aiohttp.WSMsgType.TEXT:
                return self._line(message.data.encode())
            case aiohttp.WSMsgType.BINARY:
                return self._line(bytes(message.data))
            case aiohttp.WSMsgType.ERROR:
                self.abort()
                raise TooLarge(f"a message is larger than {_MOST_BYTES} bytes, or no message")
        self._end()
        if self._socket.close_code not in _GOOD_CLOSES:
            raise Broken(f"the upstream closed the websocket ({self._socket.close_code})")
        return b""

    def _line(self, data: bytes) -> bytes:
        if self._said.last(data):
            self._end()
        return data.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"

    def _patience(self) -> float:
        if not self._ends:
            return self._deadlines.read
        return max(0.0, min(self._deadlines.read, self._ends - self._loop.time()))

    async def read(self, limit: int) -> bytes:
        """All messages, a line each."""
        parts: list[bytes] = []
        total = 0
        while data := await self.chunk():
            total += len(data)
            if total > limit:
                self.abort()
                raise TooLarge(f"the answer is larger than {limit} bytes")
            parts.append(data)
        return b"".join(parts)

    def abort(self) -> None:
        """Tells the upstream that nobody listens any more, and closes."""
        if not self._ended:
            self._aborted = True
            self._end()

    def _end(self) -> None:
        self._ended = True
        if self._closing is None:
            self._closing = self._loop.create_task(self._socket.close())
