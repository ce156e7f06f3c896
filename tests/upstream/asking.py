"""Short words for sending a request in a test."""

from __future__ import annotations

from sluice.base.wire import BodySource, Header, WireRequest
from sluice.upstream.client import Deadlines, Transport

PATIENT = Deadlines(connect=60.0, head=60.0, read=60.0)
"""Long enough to be never the reason, also on a machine that stalls; short enough to end a test that hangs."""


def post(
    origin: str, body: bytes | BodySource = b"{}", *headers: Header, length: int | None = None, target: bytes = b"/v1"
) -> WireRequest:
    """A POST request."""
    return WireRequest(b"POST", origin, target, headers, body, length)


def get(origin: str, *headers: Header) -> WireRequest:
    """A GET request."""
    return WireRequest(b"GET", origin, b"/v1/models?a=b%20c", headers)


async def fetch(transport: Transport, request: WireRequest, deadlines: Deadlines = PATIENT) -> tuple[int, bytes]:
    """The status and the body of the answer."""
    exchange = await transport.send(request, deadlines)
    return exchange.head.status, await exchange.read(1 << 26)
