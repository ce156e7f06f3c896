"""The same seam on aiohttp: for channels behind an HTTP or SOCKS proxy, where convenience counts more than speed."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError, ProxyType
from yarl import URL

from sluice.base.wire import WireHead, WireRequest
from sluice.upstream.client import (
    Broken,
    Deadlines,
    Exchange,
    Limits,
    Malformed,
    Silent,
    TooLarge,
    TransportError,
    Unreachable,
    unnoticed,
)
from sluice.upstream.decoding import decoded
from sluice.upstream.framing import check
from sluice.upstream.guard import Guard, origin_host

FAILURES = (aiohttp.ClientError, ProxyError, ProxyConnectionError, ProxyTimeoutError, TimeoutError, OSError)
_UNHEARD = aiohttp.ServerDisconnectedError().message
"""What aiohttp says when a connection closed before any byte of an answer."""
_SOCKS_PORT = 1080


class _GuardedResolver(AbstractResolver):
    """aiohttp's resolver, asking the guard."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Addresses the guard allows. Raises OSError for those it does not."""
        try:
            found = await self._guard.resolve(host, port)
        except Unreachable as error:
            raise OSError(str(error)) from error
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        """Nothing to close."""


class _SocksConnector(ProxyConnector):
    """aiohttp's connections through a SOCKS proxy; the guard sees the proxy's own address.

    SOCKS 5 resolves the upstream's name at the proxy, with or without the ``h`` some write; SOCKS 4 knows no names.
    """

    def __init__(self, proxy: SplitResult, guard: Guard, **common: Any) -> None:
        super().__init__(
            host=proxy.hostname or "",
            port=proxy.port or _SOCKS_PORT,
            proxy_type=ProxyType.SOCKS4 if proxy.scheme.startswith("socks4") else ProxyType.SOCKS5,
            username=unquote(proxy.username or ""),
            password=unquote(proxy.password or ""),
            **common,
        )
        self._guard = guard
        self._name = proxy.hostname or ""

    async def _connect_via_proxy(
        self,
        host: str,
        port: int,
        ssl: ssl.SSLContext | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # aiohttp_socks has it so
    ) -> Any:
        if self._proxy_type is ProxyType.SOCKS4:
            host = _version_4(await self._guard.resolve(host, port))
        # What was judged is what is connected to: the library would ask for the name's address once more.
        [self._proxy_host, *_] = await self._guard.resolve(self._name, self._proxy_port)
        return await super()._connect_via_proxy(host, port, ssl, timeout)


def _version_4(addresses: list[str]) -> str:
    found = next((address for address in addresses if ":" not in address), None)
    if found is None:
        raise Unreachable("the upstream has no address of the kind its proxy takes")
    return found


@dataclass(slots=True)
class _Progress:
    """How far a request got: what a failure means depends on it. ``head``: seconds for the head of the answer."""

    head: float
    told: Callable[[], None]
    connected: bool = False
    reused: bool = False
    clock: asyncio.Timeout | None = None
    """Runs while the head of the answer is awaited."""

    def connection(self) -> None:
        """The request has its connection."""
        self.connected = True
        self.told()
        self.within(self.head)

    def within(self, seconds: float) -> None:
        """The head of the answer must come within so many seconds from now."""
        if self.clock is not None:
            self.clock.reschedule(asyncio.get_running_loop().time() + seconds)


def _watching() -> aiohttp.TraceConfig:
    """Tells the request's _Progress what becomes of its connection; websockets have none."""

    async def connected(_session: aiohttp.ClientSession, context: Any, _params: object) -> None:
        if context.trace_request_ctx is not None:
            context.trace_request_ctx.connection()

    async def reused(_session: aiohttp.ClientSession, context: Any, _params: object) -> None:
        if context.trace_request_ctx is not None:
            context.trace_request_ctx.connection()
            context.trace_request_ctx.reused = True

    async def redirected(_session: aiohttp.ClientSession, _context: Any, _params: object) -> None:
        # Requests are sent so that none is followed; aiohttp's websockets know no such option.
        raise Malformed("the upstream wants another address asked")

    config = aiohttp.TraceConfig()
    config.on_request_redirect.append(redirected)
    config.on_connection_create_end.append(connected)
    config.on_connection_reuseconn.append(reused)
    return config


class ProxiedTransport:
    """A Transport through a proxy; ``proxy_url`` has one of guard.py's schemes, or is "" for none.

    Through a proxy the guard sees the proxy's own address and upstreams written as numbers; names are the proxy's to
    resolve.
    """

    def __init__(
        self, proxy_url: str, limits: Limits, guard: Guard, *, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        self._proxy_url = proxy_url
        self._proxy = urlsplit(proxy_url)
        self._tls = ssl_context or ssl.create_default_context()
        self._limits = limits
        self._guard = guard
        self._session: aiohttp.ClientSession | None = None

    def session(self) -> aiohttp.ClientSession:
        """The session, made when it is first needed."""
        if self._session is None:
            limits = self._limits
            common: dict[str, Any] = {
                "limit_per_host": limits.max_connections_per_origin,
                "limit": 0,
                "keepalive_timeout": limits.idle_expiry,
                "ssl": self._tls,
            }
            if self._proxy_url.startswith("socks"):
                connector: aiohttp.BaseConnector = _SocksConnector(self._proxy, self._guard, **common)
            else:
                connector = aiohttp.TCPConnector(resolver=_GuardedResolver(self._guard), **common)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                max_line_size=limits.max_head_bytes,
                max_field_size=limits.max_head_bytes,
                max_headers=limits.max_headers,
                read_bufsize=limits.high_water,
                trace_configs=[_watching()],
            )
        return self._session

    async def send(
        self, request: WireRequest, deadlines: Deadlines, connected: Callable[[], None] = unnoticed
    ) -> Exchange:
        """Sends the request and waits for the head; a pooled connection found dead is replaced once."""
        self.judge(request)
        progress = _Progress(deadlines.head, connected)
        try:
            response = await self._ask(request, deadlines, progress)
        except aiohttp.ServerDisconnectedError as error:
            if not progress.reused or error.message != _UNHEARD:
                raise _failure(error, progress) from bare(error)
            progress = _Progress(deadlines.head, connected)
            try:
                response = await self._ask(request, deadlines, progress)
            except FAILURES as again:
                raise _failure(again, progress) from bare(again)
        except FAILURES as error:
            raise _failure(error, progress) from bare(error)
        head = WireHead(response.status, [(k.lower(), v) for k, v in response.raw_headers])
        try:
            self._accept(head)
        except TransportError:
            response.close()
            raise
        return decoded(_AioExchange(response, head, deadlines))

    def judge(self, request: WireRequest) -> None:
        """Raises ValueError for a head that would break out of its line, Unreachable for an address that is not allowed
        or usable."""
        check(request)
        self._guard.check_numbers(origin_host(request.origin))
        if self._proxy.hostname:
            self._guard.check_numbers(self._proxy.hostname)  # aiohttp asks no resolver about numbers

    def _accept(self, head: WireHead) -> None:
        """Raises TransportError for a head that is not one to hand on."""
        if head.status == 407 and self._proxy_url:
            raise Unreachable("the proxy wants other credentials")
        if head.status < 200:
            raise Malformed("the upstream switched protocols")
        if sum(len(name) + len(value) for name, value in head.headers) > self._limits.max_head_bytes:
            raise Malformed("the head of the answer is too large")

    async def _ask(self, request: WireRequest, deadlines: Deadlines, progress: _Progress) -> aiohttp.ClientResponse:
        # Lower case: aiohttp takes names that differ in case for one, and keeps only the last.
        headers = [(k.decode().lower(), v.decode()) for k, v in request.headers]
        headers.append(("accept-encoding", "identity"))
        body: Any = request.body
        if not isinstance(body, bytes):
            if request.length is not None:
                headers.append(("content-length", str(request.length)))
            body = _measured(request, deadlines, progress)
        async with asyncio.timeout(deadlines.connect + deadlines.head) as progress.clock:
            try:
                return await self.session().request(
                    request.method.decode(),
                    URL(request.origin + request.target.decode("latin-1"), encoded=True),
                    data=body or None,
                    headers=headers,
                    skip_auto_headers=("User-Agent", "Accept", "Content-Type", "Accept-Encoding"),
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(
                        total=deadlines.total or None, connect=deadlines.connect, sock_connect=deadlines.connect
                    ),
                    proxy=self._proxy_url if self._proxy_url.startswith("http") else None,
                    trace_request_ctx=progress,
                )
            finally:
                progress.clock = None

    async def aclose(self) -> None:
        """Closes every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _measured(request: WireRequest, deadlines: Deadlines, progress: _Progress) -> AsyncIterator[bytes]:
    """The request's body from its source, held to its promised length; the answer's deadline follows its progress."""
    assert not isinstance(request.body, bytes)
    total = 0
    async for piece in request.body():
        total += len(piece)
        if request.length is not None and total > request.length:
            raise Broken("the request's body is longer than was promised")
        progress.within(deadlines.read)
        yield piece
    if request.length is not None and total < request.length:
        raise Broken("the request's body is shorter than was promised")
    progress.within(deadlines.head)


def bare(error: BaseException) -> BaseException:
    """The error without tracebacks: aiohttp keeps errors beside what they broke and in its own frames, so that request
    and answer would be in a ring with them."""
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__cause__ or link.__context__
    return error


def _failure(error: BaseException, progress: _Progress) -> TransportError:
    """aiohttp's failure in the seam's words."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, TransportError):
            return cause.again()
        cause = cause.__cause__
    kind = type(error).__name__
    if not progress.connected:
        return Unreachable(f"connecting to the upstream failed: {kind}")
    match error:
        case TimeoutError():
            return Silent("the upstream was silent too long")
        case aiohttp.ClientResponseError():
            return Malformed("the answer is not HTTP")
        case _:
            return Broken(f"the exchange with the upstream broke: {kind}")


class _AioExchange:
    """An Exchange on an aiohttp response."""

    def __init__(self, response: aiohttp.ClientResponse, head: WireHead, deadlines: Deadlines) -> None:
        self.head = head
        self._response = response
        self._deadlines = deadlines
        self._aborted = False
        self._ended = False

    async def chunk(self) -> bytes:
        """The next piece; b"" at the end."""
        if self._aborted:
            raise Broken("the exchange was given up")
        if self._ended:
            return b""
        try:
            async with asyncio.timeout(self._deadlines.read):
                data = await self._response.content.readany()
        except TimeoutError as error:
            self.abort()
            raise Silent("the upstream was silent too long") from error
        except (aiohttp.ClientError, OSError, RuntimeError) as error:  # the last: its session was closed
            self.abort()
            raise Broken(f"the exchange with the upstream broke: {type(error).__name__}") from bare(error)
        if self._aborted:
            raise Broken("the exchange was given up")
        if not data:
            self._ended = True
            self._response.release()
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
        return b"".join(parts)

    def abort(self) -> None:
        """Closes the connection unless the answer was read to its end."""
        if not self._aborted and not self._ended:
            self._aborted = True
            self._response.close()
