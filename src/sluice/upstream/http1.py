"""Our HTTP/1.1 transport for the hot path: asyncio protocols on uvloop, httptools as the parser.

No task per request, one future per wait, one timer per phase. A connection carries one exchange at a time and goes back
to its origin's pool once the answer was read to its end.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

from sluice.base.wire import WireRequest
from sluice.upstream.client import Deadlines, Exchange, Limits, Unreachable, unnoticed
from sluice.upstream.connection import Connection
from sluice.upstream.decoding import decoded
from sluice.upstream.exchange import Http1Exchange, Stale
from sluice.upstream.framing import request_head
from sluice.upstream.guard import Guard, origin_host


class Pool:
    """The connections to one origin: idle ones are used last-in first-out, requests over the limit wait in line."""

    def __init__(self, origin: str, limits: Limits, guard: Guard, tls: ssl.SSLContext) -> None:
        self._host = origin_host(origin)
        parts = urlsplit(origin)
        self._secure = parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 80)
        self._limits = limits
        self._guard = guard
        self._tls = tls if self._secure else None
        self._idle: deque[Connection] = deque()
        self._all: set[Connection] = set()
        self._opening = 0
        self._closed = False
        self._waiters: deque[asyncio.Future[None]] = deque()
        self.loop = asyncio.get_running_loop()
        self.host_header = parts.netloc.rpartition("@")[2].encode("ascii")

    async def take(self, deadline: float, *, fresh: bool) -> Connection:
        """A connection for one exchange: an idle one unless ``fresh``, else a new one. Raises Unreachable."""
        while True:
            if not fresh:
                idle = self.idle(self.loop.time())
                if idle is not None:
                    return idle
            if len(self._all) + self._opening < self._limits.max_connections_per_origin:
                return await self._open(deadline)
            if self._idle:
                self._idle.pop().close()  # makes room for the fresh one
            await self._wait_turn(deadline)

    def idle(self, now: float) -> Connection | None:
        """A connection that waits for work; None when a new one must be made."""
        while self._idle:
            connection = self._idle.pop()
            if (
                connection.usable
                and connection.policy is self._guard.policy
                and now - connection.idle_since < self._limits.idle_expiry
            ):
                return connection
            connection.close()
        return None

    async def _wait_turn(self, deadline: float) -> None:
        waiter: asyncio.Future[None] = self.loop.create_future()
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout_at(deadline):
                await waiter
        except TimeoutError:
            self._left(waiter)
            raise Unreachable("no connection to the upstream became free in time") from None
        except asyncio.CancelledError:
            self._left(waiter)
            raise

    def _left(self, waiter: asyncio.Future[None]) -> None:
        """A waiter gave up: it leaves the line, and hands on the turn it may have won meanwhile."""
        if waiter in self._waiters:
            self._waiters.remove(waiter)
        else:
            self._wake()

    async def _open(self, deadline: float) -> Connection:
        self._opening += 1
        try:
            async with asyncio.timeout_at(deadline):
                connection = await self._connect()
        except BaseException as error:
            self._opening -= 1
            self._wake()
            if isinstance(error, TimeoutError):
                raise Unreachable("connecting to the upstream took too long") from None
            raise
        self._opening -= 1
        self._all.add(connection)
        if self._closed:
            connection.close()
            raise Unreachable("the gateway is closing its connections")
        return connection

    async def _connect(self) -> Connection:
        policy = self._guard.policy
        addresses = await self._guard.resolve(self._host, self._port)
        name = self._host if self._tls else None
        for number, address in enumerate(addresses):
            try:
                _, connection = await self.loop.create_connection(
                    lambda: Connection(self, policy), address, self._port, ssl=self._tls, server_hostname=name
                )
            except (OSError, ssl.SSLError) as error:
                if number + 1 == len(addresses):
                    raise Unreachable(f"connecting to the upstream failed: {type(error).__name__}") from error
            else:
                return connection
        raise Unreachable("the upstream has no address")

    def give_back(self, connection: Connection) -> None:
        """An exchange is over and its connection can serve again."""
        connection.idle_since = self.loop.time()
        if self._closed or len(self._idle) >= self._limits.max_idle_per_origin:
            connection.close()
            return
        self._idle.append(connection)
        if self._waiters:
            self._wake()

    def lost(self, connection: Connection) -> None:
        """A connection closed."""
        self._all.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        self._wake()

    def _wake(self) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def sweep(self, now: float) -> None:
        """Closes idle connections past their time."""
        expiry = self._limits.idle_expiry
        while self._idle and (not self._idle[0].usable or now - self._idle[0].idle_since >= expiry):
            self._idle.popleft().close()

    def close(self) -> None:
        """Closes every connection, and those that are still to come."""
        self._closed = True
        for connection in list(self._all):
            connection.close()
        self._idle.clear()

    @property
    def empty(self) -> bool:
        """Whether nothing of this pool is alive."""
        return not self._all and not self._opening and not self._waiters


class Http1Transport:
    """A Transport straight on sockets (upstream/client.py)."""

    _SWEEP = 5.0

    def __init__(self, limits: Limits, guard: Guard, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self._limits = limits
        self._guard = guard
        self._tls = ssl_context or ssl.create_default_context()
        self._pools: dict[str, Pool] = {}
        self._sweeper: asyncio.TimerHandle | None = None

    async def send(
        self, request: WireRequest, deadlines: Deadlines, connected: Callable[[], None] = unnoticed
    ) -> Exchange:
        """Sends the request; a pooled connection that proves dead before any byte of an answer is replaced once."""
        pool = self._pools.get(request.origin)
        if pool is None:
            pool = self._pools[request.origin] = Pool(request.origin, self._limits, self._guard, self._tls)
            self._schedule_sweep()
        head = request_head(request, pool.host_header)
        begun = pool.loop.time()
        fresh = False
        while True:
            connection = None if fresh else pool.idle(begun)
            if connection is None:
                connection = await pool.take(pool.loop.time() + deadlines.connect, fresh=fresh)
            connected()
            exchange = Http1Exchange(connection, request, deadlines, self._limits, begun)
            try:
                await exchange.open(head)
            except Stale:
                fresh = True
                continue
            return decoded(exchange)

    def _schedule_sweep(self) -> None:
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(self._SWEEP, self._sweep)

    def _sweep(self) -> None:
        self._sweeper = None
        now = asyncio.get_running_loop().time()
        for origin, pool in list(self._pools.items()):
            pool.sweep(now)
            if pool.empty:
                del self._pools[origin]
        if self._pools:
            self._schedule_sweep()

    async def aclose(self) -> None:
        """Closes every connection."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()
        await asyncio.sleep(0)  # lets the event loop run the closing callbacks
