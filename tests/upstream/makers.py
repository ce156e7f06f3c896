"""One way to make a transport of any kind."""

from __future__ import annotations

import ssl
from contextlib import AsyncExitStack

from sluice.upstream.client import Limits, Transport
from sluice.upstream.guard import Guard
from sluice.upstream.http1 import Http1Transport
from sluice.upstream.proxied import ProxiedTransport

PUBLIC_TRUST = ssl.create_default_context()
"""What transports trust by themselves; made once, for reading the system's authorities takes longer than a test."""


class Maker:
    """Makes transports of one kind; they are closed after the test."""

    def __init__(self, kind: str, proxy_url: str, stack: AsyncExitStack) -> None:
        self.kind = kind
        self._proxy_url = proxy_url
        self._stack = stack

    def __call__(
        self, limits: Limits | None = None, guard: Guard | None = None, tls: ssl.SSLContext | None = None
    ) -> Transport:
        """A transport."""
        limits, guard, tls = limits or Limits(), guard or Guard(), tls or PUBLIC_TRUST
        transport: Transport
        if self.kind == "own":
            transport = Http1Transport(limits, guard, ssl_context=tls)
        else:
            transport = ProxiedTransport(self._proxy_url, limits, guard, ssl_context=tls)
        self._stack.push_async_callback(transport.aclose)
        return transport
