"""Which transport carries a channel's requests."""

from __future__ import annotations

import dataclasses
import ssl
from collections.abc import Callable, Coroutine, Mapping
from importlib import import_module
from typing import Any

from sluice.base.wire import WireRequest
from sluice.upstream.client import Deadlines, Exchange, Limits, Transport, unnoticed
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
        other = self._overrides.get(request.origin)
        if other is not None:
            request = dataclasses.replace(request, origin=other)
        return self._inner.send(request, deadlines, connected)

    async def aclose(self) -> None:
        """Closes every connection."""
        await self._inner.aclose()


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
        direct: Transport = Http1Transport(limits, guard, ssl_context=ssl_context)
        self._direct = _Overriding(direct, overrides) if overrides else direct
        self._overrides = overrides
        self._proxied: dict[tuple[str, AddressPolicy], Transport] = {}
        self._sockets: dict[tuple[str, AddressPolicy], Transport] = {}

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

    def sockets_for(self, proxy_url: str) -> Transport:
        """The transport for a channel's websockets; ``proxy_url`` is "" for none."""
        key = (proxy_url, self._guard.policy)
        found = self._sockets.get(key)
        if found is None:
            made = self._late("websocket", "SocketTransport", proxy_url)
            found = _Overriding(made, self._overrides) if self._overrides and not proxy_url else made
            self._sockets[key] = found
        return found

    def _late(self, module: str, name: str, proxy_url: str) -> Transport:
        """A transport on aiohttp: loaded when first needed, since it would take a tenth of an idle worker's memory."""
        made: Transport = getattr(import_module(f"sluice.upstream.{module}"), name)(
            proxy_url, self._limits, self._guard, ssl_context=self._tls
        )
        return made

    def carrier(self, request: WireRequest, proxy_url: str) -> Transport:
        """The transport for a channel's request of either kind."""
        return self.transport_for(proxy_url) if request.socket is None else self.sockets_for(proxy_url)

    async def aclose(self) -> None:
        """Closes every connection of every transport."""
        for transport in (self._direct, *self._proxied.values(), *self._sockets.values()):
            await transport.aclose()
        self._proxied.clear()
        self._sockets.clear()
