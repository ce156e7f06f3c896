"""A real gateway on a real socket, in a thread of its own, and the people who use it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from sluice.app import Application
from sluice.cli.first_start import prepare
from sluice.cli.office import opened
from sluice.settings import Settings

API = "/api/v1"
ROOT_PASSWORD = "a long enough root password"
PASSWORD = "a password of a person"
FAKE_URL = "http://fake.sluice.internal"
PLANTED = "sk-planted-upstream-key-0123456789abcdef"
"""An upstream key that no answer may ever hold."""


class _Server(uvicorn.Server):
    """Tells when it serves, and when it cannot."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.decided = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.decided.set()


@dataclass
class Gateway:
    """A running gateway. Its clients are closed when it ends."""

    origin: str
    settings: Settings
    secret: str | None
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self, **headers: str) -> httpx.Client:
        """A client of the management API that nobody is signed in with."""
        made = httpx.Client(base_url=self.origin + API, headers=headers, timeout=60)
        self.clients.append(made)
        return made

    def signed_in(self, name: str, password: str) -> httpx.Client:
        """A client with a session's cookie, which shows the csrf value with each request."""
        client = self.client()
        answer = client.post("/session", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        client.headers["x-csrf-token"] = answer.json()["csrf"]
        return client


@dataclass(frozen=True)
class People:
    """One client for each kind of caller; ``user`` and ``other`` are plain users."""

    anonymous: httpx.Client
    user: httpx.Client
    other: httpx.Client
    admin: httpx.Client
    root: httpx.Client
    key: httpx.Client
    """Root's management token."""
    ids: dict[str, int]


async def _prepare(settings: Settings) -> str | None:
    async with opened(settings) as office:
        secret, _ = await prepare(office, settings)
        return secret


@contextmanager
def running(data_dir: Path, database_url: str | None = None, **changes: Any) -> Iterator[Gateway]:
    """Prepares a data folder as ``sluice serve`` does, and serves it until the block ends."""
    values: dict[str, Any] = {"admin_password": ROOT_PASSWORD, "database_url": database_url, **changes}
    settings = Settings(data_dir=data_dir, **values)
    secret = asyncio.run(_prepare(settings))
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    config = uvicorn.Config(Application(settings), log_config=None, access_log=False, lifespan="on", ws="none")
    server = _Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, name="gateway")
    thread.start()
    server.decided.wait()
    gateway = Gateway(f"http://127.0.0.1:{sock.getsockname()[1]}", settings, secret)
    try:
        assert server.started, "the gateway did not start"
        yield gateway
    finally:
        for client in gateway.clients:
            client.close()
        server.should_exit = True
        thread.join()
        sock.close()


def ok(answer: httpx.Response, status: int = 200) -> Any:
    """The JSON of an answer that must have this status."""
    assert answer.status_code == status, f"{answer.request.method} {answer.request.url}: {answer.text}"
    return answer.json()


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The error of an answer that must be this refusal, in the one shape errors have."""
    assert answer.status_code == status, f"{answer.request.method} {answer.request.url}: {answer.text}"
    error: dict[str, Any] = answer.json()["error"]
    assert error["code"] == code, error
    assert error["message"]
    assert error["request_id"] == answer.headers["x-request-id"]
    return error


def all_pages(client: httpx.Client, path: str, **params: Any) -> list[dict[str, Any]]:
    """Every item of a list, page by page."""
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = ok(client.get(path, params={**params, **({"cursor": cursor} if cursor else {})}))
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            return items
