"""The ceiling: a bare socket proxy on uvloop that copies bytes both ways and understands nothing.

``python bench/ceiling.py PORT UPSTREAM_PORT``. No gateway written in Python on this event loop can be faster.
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop


class Upstream(asyncio.Protocol):
    """The far side of one proxied connection."""

    def __init__(self, client: asyncio.WriteTransport) -> None:
        self._client = client

    def data_received(self, data: bytes) -> None:
        self._client.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        self._client.close()


class Client(asyncio.Protocol):
    """The near side: opens its own upstream connection and keeps it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._upstream: asyncio.WriteTransport | None = None
        self._waiting: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        near = cast(asyncio.WriteTransport, transport)
        self._opening = asyncio.ensure_future(self._open(near))

    async def _open(self, transport: asyncio.WriteTransport) -> None:
        loop = asyncio.get_running_loop()
        upstream, _ = await loop.create_connection(lambda: Upstream(transport), "127.0.0.1", self._port)
        upstream.writelines(self._waiting)
        self._upstream = upstream

    def data_received(self, data: bytes) -> None:
        if self._upstream is None:
            self._waiting.append(data)
        else:
            self._upstream.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self._upstream is not None:
            self._upstream.close()


async def main(port: int, upstream: int) -> None:
    """Serves until killed."""
    server = await asyncio.get_running_loop().create_server(lambda: Client(upstream), "127.0.0.1", port, backlog=2048)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2])))
