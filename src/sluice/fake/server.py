"""Runs the fake provider as a server of its own: ``sluice fake-provider``."""

from __future__ import annotations

import socket

import uvicorn

from sluice.fake.app import create_app


def run(host: str, port: int) -> None:
    """Serves until interrupted; port 0 takes a free one. The first line printed says where."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, port))
    sock.listen(2048)
    print(f"the fake provider listens on http://{host}:{sock.getsockname()[1]}", flush=True)
    config = uvicorn.Config(create_app(), log_level="warning", access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[sock])
