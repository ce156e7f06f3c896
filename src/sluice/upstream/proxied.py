"""The same seam on aiohttp: for channels behind an HTTP or SOCKS proxy, where convenience counts more than speed."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError
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
)
from sluice.upstream.connection import request_head
from sluice.upstream.decoding import decoded
from sluice.upstream.guard import Guard


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


class ProxiedTransport:
    """A Transport through a proxy; ``proxy_url`` is http://, socks4:// or socks5://, or "" for none."""

    def __init__(self, proxy_url: str, limits: Limits, guard: Guard) -> None:
        self._proxy_url = proxy_url
        self._limits = limits
        self._guard = guard
        self._session: aiohttp.ClientSession | None = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            limits = self._limits
            common: dict[str, Any] = {
                "limit_per_host": limits.max_connections_per_origin,
                "limit": 0,
                "keepalive_timeout": limits.idle_expiry,
            }
            if self._proxy_url.startswith("socks"):
                connector: aiohttp.BaseConnector = ProxyConnector.from_url(self._proxy_url, **common)
            else:
                connector = aiohttp.TCPConnector(resolver=_GuardedResolver(self._guard), **common)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                max_line_size=limits.max_head_bytes,
                max_field_size=limits.max_head_bytes,
                read_bufsize=limits.high_water,
            )
        return self._session

    async def send(self, request: WireRequest, deadlines: Deadlines) -> Exchange:
        """Sends the request and waits for the head."""
        request_head(request, b"")  # the same rules against header injection
        timeout = aiohttp.ClientTimeout(total=deadlines.total or None, sock_connect=deadlines.connect)
        headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in request.headers]
        headers.append(("accept-encoding", "identity"))
        body: Any = request.body
        if not isinstance(body, bytes):
            if request.length is not None:
                headers.append(("content-length", str(request.length)))
            body = body()
        proxy = self._proxy_url if self._proxy_url.startswith("http") else None
        try:
            async with asyncio.timeout(deadlines.connect + deadlines.head):
                response = await self._open().request(
                    request.method.decode(),
                    URL(request.origin + request.target.decode("latin-1"), encoded=True),
                    data=body or None,
                    headers=headers,
                    skip_auto_headers=("User-Agent", "Accept", "Content-Type", "Accept-Encoding"),
                    allow_redirects=False,
                    timeout=timeout,
                    proxy=proxy,
                )
        except (aiohttp.ClientError, TimeoutError, ProxyError, ProxyConnectionError, OSError) as error:
            raise _failure(error) from error
        return decoded(_AioExchange(response, deadlines))

    async def aclose(self) -> None:
        """Closes every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _failure(error: Exception) -> TransportError:
    """aiohttp's failure in the seam's words."""
    match error:
        case aiohttp.ConnectionTimeoutError() | aiohttp.ClientConnectorError() | ProxyError():
            return Unreachable(f"connecting to the upstream failed: {type(error).__name__}")
        case ProxyConnectionError() | ProxyTimeoutError() | aiohttp.ClientHttpProxyError():
            return Unreachable(f"the proxy failed: {type(error).__name__}")
        case TimeoutError():
            return Silent("the upstream was silent too long")
        case aiohttp.ClientResponseError():
            return Malformed("the answer is not HTTP")
        case _:
            return Broken(f"the exchange with the upstream broke: {type(error).__name__}")


class _AioExchange:
    """An Exchange on an aiohttp response."""

    def __init__(self, response: aiohttp.ClientResponse, deadlines: Deadlines) -> None:
        self._response = response
        self._deadlines = deadlines
        self._aborted = False
        self._reading: asyncio.Task[Any] | None = None
        self.head = WireHead(response.status, [(k.lower(), v) for k, v in response.raw_headers])

    async def chunk(self) -> bytes:
        """The next piece; b"" at the end."""
        if self._aborted:
            raise Broken("the exchange was given up")
        try:
            async with asyncio.timeout(self._deadlines.read):
                data = await self._response.content.readany()
        except TimeoutError as error:
            self.abort()
            raise Silent("the upstream was silent too long") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Broken(f"the exchange with the upstream broke: {type(error).__name__}") from error
        if self._aborted:
            raise Broken("the exchange was given up")
        if not data:
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
        if not self._aborted and not self._response.content.at_eof():
            self._aborted = True
            self._response.close()
