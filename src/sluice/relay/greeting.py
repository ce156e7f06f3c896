"""Opens a session at an upstream: the websocket, and the first event, which may be a refusal after all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from sluice.base.outcome import Cause, Fault
from sluice.base.wire import Closed, WireHead
from sluice.formats.realtime import event_of
from sluice.relay.refusal import transport_fault
from sluice.upstream.client import Duplex, TransportError
from sluice.vendors.dialect import Call, Reader

_PATIENCE = 30.0
"""Seconds an upstream has to open a session: both sides are people's devices, and somebody waits."""
_OPEN = 101


@dataclass(slots=True)
class Opened:
    """A session an upstream has begun, and its first event, which the client has not seen yet."""

    socket: Duplex
    greeting: str | bytes


async def greeted(found: Duplex | WireHead, reader: Reader, call: Call, patience: float = _PATIENCE) -> Opened | Fault:
    """The session behind an opened websocket once its first event is there; a Fault for a refusal of either kind."""
    if isinstance(found, WireHead):
        return reader.error(call, found, b"")
    fault = Fault(cause=Cause.TIMEOUT, message="the upstream did not begin the session in time")
    kept = False
    try:
        async with asyncio.timeout(patience):
            first = await found.receive()
        answer = _judged(first, reader, call)
        if answer is None:
            assert not isinstance(first, Closed)
            kept = True
            return Opened(found, first)
        return answer
    except TimeoutError:
        return fault
    except TransportError as error:
        return transport_fault(error)
    finally:
        if not kept:
            await found.close(1000, "")


def _judged(first: str | bytes | Closed, reader: Reader, call: Call) -> Fault | None:
    """Why there is no session."""
    if isinstance(first, Closed):
        text = f"the upstream closed the session at once ({first.code})"
        return Fault(cause=Cause.BROKEN, message=f"{text}: {first.reason}" if first.reason else text, status=_OPEN)
    if event_of(first).type != "error":
        return None
    body = first.encode() if isinstance(first, str) else first
    return replace(reader.error(call, WireHead(200), body), status=0)
