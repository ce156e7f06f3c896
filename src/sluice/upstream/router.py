"""Which transport carries a channel's requests."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Coroutine, Mapping
from importlib import import_module
from typing import Any

import msgspec

from sluice.base.wire import WireHead, WireRequest
from sluice.upstream.client import Deadlines, Duplex, Exchange, Limits, SocketTransport, Transport, unnoticed
from sluice.upstream.guard import AddressPolicy, Guard
from sluice.upstream.http1 import Http1Transport


class _Overriding:
    """A transport that sends requests for some origins to others."""

    def __init__(self, inner: Transport, overrides: Mapping[str, str]) -> None:
        self._inner = inner
        self._overrides = overrides

    def send(
        self, request: WireRequest, deadlines: Deadlines, connected: Callable[[], None] = unnoticed
    ) -> Coroutine[Any, Any, Exchange]:
        """Sends the request to the origin that stands for its own."""
        return self._inner.send(_meant(request, self._overrides), deadlines, connected)

    async def aclose(self) -> None:
        """Closes every connection."""
        await self._inner.aclose()


def _meant(request: WireRequest, overrides: Mapping[str, str]) -> WireRequest:
    other = overrides.get(request.origin)
    return request if other is None else msgspec.structs.replace(request, origin=other)


class Transports:
    """The direct transport, and one per proxy, made when first needed.

    ``overrides`` maps origins to those that are really meant (the built-in fake provider listens on a port of its own).
    """

    def __init__(
        self,
        limits: Limits,
        guard: Guard,
        *,
        ssl_context: ssl.SSLContext | None = None,
        overrides: Mapping[str, str] | None = None,
    ) -> None:
        self._limits = limits
        self._guard = guard
        self._tls = ssl_context
        self._plain = Http1Transport(limits, guard, ssl_context=ssl_context)
        self._direct: Transport = _Overriding(self._plain, overrides) if overrides else self._plain
        self._overrides = overrides or {}
        self._proxied: dict[tuple[str, AddressPolicy], Transport] = {}
        self._sockets: dict[tuple[str, AddressPolicy], SocketTransport] = {}

    def transport_for(self, proxy_url: str) -> Transport:
        """The transport for a channel; ``proxy_url`` is "" for none."""
        if not proxy_url:
            return self._direct
        # A connection made under another policy must not serve under this one.
        key = (proxy_url, self._guard.policy)
        found = self._proxied.get(key)
        if found is None:
            found = self._late("proxied", "ProxiedTransport", proxy_url)
            self._proxied[key] = found
        return found

    def _sockets_for(self, proxy_url: str) -> SocketTransport:
        """The transport for a channel's websockets; ``proxy_url`` is "" for none."""
        key = (proxy_url, self._guard.policy)
        found = self._sockets.get(key)
        if found is None:
            found = self._sockets[key] = self._late("websocket", "SocketTransport", proxy_url)
        return found

    async def open(
        self,
        request: WireRequest,
        proxy_url: str,
        deadlines: Deadlines,
        connected: Callable[[], None] = unnoticed,
    ) -> Duplex | WireHead:
        """Opens a channel's websocket for both sides to speak on (client.py ``SocketTransport``)."""
        if self._overrides and not proxy_url:
            request = _meant(request, self._overrides)
        return await self._sockets_for(proxy_url).open(request, deadlines, connected)

    def _late(self, module: str, name: str, proxy_url: str) -> Any:
        """A transport on aiohttp: loaded when first needed, since it would take a tenth of an idle worker's memory."""
        made = getattr(import_module(f"sluice.upstream.{module}"), name)(
            proxy_url, self._limits, self._guard, ssl_context=self._tls
        )
        return made

    def carrier(self, request: WireRequest, proxy_url: str) -> Transport:
        """The transport for a channel's request of either kind."""
        if request.socket is None:
            if not proxy_url and request.origin not in self._overrides:
                return self._plain
            return self.transport_for(proxy_url)
        sockets: Transport = self._sockets_for(proxy_url)
        return _Overriding(sockets, self._overrides) if self._overrides and not proxy_url else sockets

    async def aclose(self) -> None:
        """Closes every connection of every transport."""
        for transport in (self._direct, *self._proxied.values(), *self._sockets.values()):
            await transport.aclose()
        self._proxied.clear()
        self._sockets.clear()
