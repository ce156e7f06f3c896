"""One HTTP/1.1 connection: bytes in, bytes out, back-pressure both ways."""

from __future__ import annotations

import asyncio
from typing import Protocol, cast

from sluice.upstream.alarm import Alarm
from sluice.upstream.gathered import Gathered
from sluice.upstream.guard import AddressPolicy


class Owner(Protocol):
    """Who a connection belongs to: its pool."""

    def give_back(self, connection: Connection) -> None:
        """The connection's answer was read to its end: it may serve again."""
        ...

    def lost(self, connection: Connection) -> None:
        """The connection is closed."""
        ...


class Listener(Protocol):
    """Who hears what comes on a connection: the exchange on it."""

    def received(self, data: bytes) -> None:
        """Bytes came."""
        ...

    def disconnected(self, error: Exception | None) -> None:
        """No more will come; ``error`` is None where the other side closed properly."""
        ...


class Connection(asyncio.Protocol):
    """A connection to one origin; at most one exchange at a time. ``policy`` is the one its address was judged by."""

    def __init__(self, owner: Owner, policy: AddressPolicy) -> None:
        self._owner = owner
        self.policy = policy
        self.loop = asyncio.get_running_loop()
        self._transport: Gathered | None = None
        self._drained: asyncio.Future[None] | None = None
        self._full = False
        self._lost = False
        self.alarm = Alarm()
        self.exchange: Listener | None = None
        self.served = 0
        self.idle_since = 0.0

    @property
    def usable(self) -> bool:
        """Whether the connection looks alive."""
        return not self._lost and self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: connected."""
        self._transport = Gathered(cast(asyncio.Transport, transport), self.loop)

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came. Bytes nobody asked for mean the connection is out of step."""
        if self.exchange is None:
            self.close()
        else:
            self.exchange.received(data)

    def connection_lost(self, error: Exception | None) -> None:
        """asyncio: closed by either side."""
        self._lost = True
        self.alarm.stop()
        self._owner.lost(self)
        self.resume_writing()
        if self.exchange is not None:
            self.exchange.disconnected(error)

    def pause_writing(self) -> None:
        """asyncio: the peer is slow."""
        self._full = True

    def resume_writing(self) -> None:
        """asyncio: the peer caught up."""
        self._full = False
        self.wake_writer()

    def wake_writer(self) -> None:
        """Ends a wait for room, whether there is room or not."""
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    def write(self, data: bytes) -> None:
        """Queues bytes for the peer."""
        if self._transport is not None:
            self._transport.write(data)

    @property
    def full(self) -> bool:
        """Whether the peer is slow: what is written piles up here."""
        return self._full and not self._lost

    async def drained(self) -> None:
        """Waits until the peer has room, or ``wake_writer``."""
        if self.full:
            self._drained = self.loop.create_future()
            await self._drained

    def pause(self) -> None:
        """Stops reading from the peer."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Reads again."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def close(self) -> None:
        """Closes at once, dropping whatever is in flight."""
        if self._transport is not None:
            self._transport.abort()

    def release(self, *, whole: bool) -> None:
        """The exchange is over: back to the pool, if it was ``whole`` and the connection can serve again."""
        self.exchange = None
        self.served += 1
        transport = self._transport
        if not whole or self._lost or transport is None or transport.is_closing() or transport.get_write_buffer_size():
            self.close()
        else:
            self._owner.give_back(self)
