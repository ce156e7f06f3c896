"""Runs the fake provider: as a server of its own (``sluice fake-provider``), or beside something else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from typing import Any, cast

import uvicorn

from sluice.fake.app import create_app

ORIGIN = "http://fake.sluice.internal"
"""Where channels of the built-in fake provider point: each worker serves it on a port of its own."""


def run(host: str, port: int) -> None:
    """Serves until interrupted; port 0 takes a free one. The first line printed says where. Raises OSError."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    sock.listen(2048)
    print(f"the fake provider listens on http://{host}:{sock.getsockname()[1]}", flush=True)
    config = uvicorn.Config(create_app(), log_level="warning", access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[sock])


class _Guest(uvicorn.Server):
    """A server that leaves the process's signals to its host."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield


def _late_sockets(**options: Any) -> asyncio.Protocol:
    """uvicorn's websockets, loaded with the first: 2.6 MB that an idle worker does without."""
    made: asyncio.Protocol = import_module("uvicorn.protocols.websockets.auto").AutoWebSocketsProtocol(**options)
    return made


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    """Serves on a free loopback port as long as the block runs; gives the origin."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    # From here on connections wait, though the server has not started yet.
    sock.listen(2048)
    config = uvicorn.Config(
        create_app(), log_level="error", access_log=False, lifespan="off", ws=cast(Any, _late_sockets)
    )
    server = _Guest(config)
    task = asyncio.ensure_future(server.serve(sockets=[sock]))
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        # It closes its sockets itself: a cancelled server would leave them open.
        server.should_exit = True
        await task
