"""From the upstream's stream to the client's, with back-pressure; nothing is sent before there is content to send."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sluice.base.outcome import Fault
from sluice.base.wire import Header
from sluice.relay.attempt import OpenStream
from sluice.relay.inbound import ClientConnection
from sluice.relay.refusal import transport_fault
from sluice.upstream.client import Exchange, TransportError

_PATIENCE = 0.25
"""Seconds an upstream has to end a body whose protocol has already ended, before its connection is given up."""


async def pump(
    stream: OpenStream,
    client: ClientConnection,
    headers: list[Header],
    on_commit: Callable[[], None],
    settle: Callable[[], None],
) -> Fault | None:
    """Pumps a stream to its end. Returns the fault that ended it, if one did.

    ``on_commit`` is called before the first byte goes to the client: until then a fault leaves the client untouched,
    and another channel may take over. ``settle`` is called once, before the last bytes of a stream that ended well,
    and may refuse them by raising.
    """
    parser, exchange = stream.parser, stream.exchange
    held: list[bytes] = []
    started = False
    try:
        while True:
            data = await exchange.chunk()
            out = parser.feed(data) if data else parser.finish()
            if parser.fault is not None:
                if started and out:
                    await client.write(out)
                return parser.fault
            last = parser.done or not data
            if not started:
                if out:
                    held.append(out)
                if not (parser.committed or last):
                    continue
                if last:
                    settle()
                on_commit()
                started = True
                await client.start(200, headers)
                out = b"".join(held)
            elif last:
                settle()
            if last:
                await client.finish(out)
                return None
            if out:
                await client.write(out)
    except TransportError as error:
        return transport_fault(error)


async def drain(exchange: Exchange) -> None:
    """Reads what little follows the end of a stream, so that the connection can serve again."""
    timer = asyncio.get_running_loop().call_later(_PATIENCE, exchange.abort)
    try:
        while await exchange.chunk():
            pass
    except TransportError:
        pass
    finally:
        timer.cancel()
