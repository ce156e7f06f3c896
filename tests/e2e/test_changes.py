"""A change to a channel or a token works on every worker within a second, whoever makes it, on both databases."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .gateways import Gateway
from .processes import Provider
from .test_scenarios import HI

PROMISE_SECONDS = 1.0
LONGEST_ROUND = 0.2
WORKERS = 2
MODEL = "fake-chat-echo"
"""Each worker serves the provider ``fake`` on a port of its own, and this model tells which: so a worker is known."""
CONFIG = {
    "channels": [{"name": "echo", "provider": "fake", "models": [MODEL]}],
    "tokens": [{"name": "main", "key": "sk-main0000000000000000000000000000"}],
}


class Crew:
    """A gateway of two workers, and a connection to each of them."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.workers: dict[str, httpx.AsyncClient] = {}

    async def meet(self) -> None:
        """Opens connections until every worker holds one; they stay with it as long as they live."""
        for _ in range(20):
            fresh = [httpx.AsyncClient(base_url=self.gateway.url, trust_env=False, timeout=60) for _ in range(8)]
            for client, port in zip(fresh, await asyncio.gather(*map(self._worker, fresh)), strict=True):
                if port in self.workers:
                    await client.aclose()
                else:
                    self.workers[port] = client
            if len(self.workers) == WORKERS:
                return
        raise AssertionError(f"only {len(self.workers)} of {WORKERS} workers answered")

    async def _worker(self, client: httpx.AsyncClient) -> str:
        answer = await client.post(
            "/v1/chat/completions", json={"model": MODEL, "messages": HI}, headers=self.gateway.auth()
        )
        echoed: dict[str, Any] = json.loads(answer.json()["choices"][0]["message"]["content"])
        return str(echoed["headers"]["host"])

    async def agree(self, status: int, code: str | None = None, *, model: str = MODEL, token: str = "main") -> None:
        """Waits until every worker answers so; fails when one has not within the promised second."""
        headers = self.gateway.auth(token)
        await asyncio.gather(*(self._agree(each, headers, model, (status, code)) for each in self.workers.values()))

    async def _agree(
        self, client: httpx.AsyncClient, headers: dict[str, str], model: str, wanted: tuple[int, str | None]
    ) -> None:
        passed, last = 0.0, time.monotonic()
        while True:
            answer = await client.post("/v1/chat/completions", json={"model": model, "messages": HI}, headers=headers)
            told = (answer.status_code, answer.json().get("error", {}).get("code"))
            if told == wanted:
                return
            assert passed <= PROMISE_SECONDS, f"still {told} after a second"
            await asyncio.sleep(0.01)
            now = time.monotonic()
            # A round takes milliseconds. Where one took longer the machine stood still, for the workers too.
            passed, last = passed + min(now - last, LONGEST_ROUND), now


@pytest.fixture
async def crew(provider: Provider, tmp_path: Path, database_url: str | None) -> AsyncIterator[Crew]:
    """Two workers over SQLite and over PostgreSQL."""
    environment = {"SLUICE_DATABASE_URL": database_url} if database_url else {}
    gateway = Gateway(tmp_path, provider, CONFIG, workers=WORKERS, environment=environment)
    found = Crew(gateway)
    try:
        await found.meet()
        yield found
    finally:
        for client in found.workers.values():
            await client.aclose()
        gateway.stop()


async def test_changes_work_on_every_worker_within_a_second(crew: Crew) -> None:
    gateway = crew.gateway
    # By the management API.
    channel = gateway.channel(["changing"])
    await crew.agree(200, model="changing")
    path = f"/channels/{channel['id']}"
    gateway.manage("PATCH", path, json={"status": "disabled"})
    await crew.agree(503, "no_available_channel", model="changing")
    gateway.manage("PATCH", path, json={"status": "enabled", "models": ["changed"]})
    await crew.agree(404, "model_not_found", model="changing")
    await crew.agree(200, model="changed")
    gateway.manage("DELETE", path)
    await crew.agree(404, "model_not_found", model="changed")
    token = gateway.token("fresh")
    await crew.agree(200, token="fresh")
    path = f"/tokens/{token['id']}"
    gateway.manage("PATCH", path, json={"status": "disabled"})
    await crew.agree(401, "token_disabled", token="fresh")
    gateway.manage("PATCH", path, json={"status": "enabled", "models": ["other"]})
    await crew.agree(403, "model_not_allowed", token="fresh")
    gateway.manage("DELETE", path)
    await crew.agree(401, "invalid_api_key", token="fresh")
    # By the command line.
    gateway.cli("token", "disable", "main")
    await crew.agree(401, "token_disabled")
    gateway.cli("token", "enable", "main")
    await crew.agree(200)
    gateway.cli("channel", "set", "by command", "--provider", "fake", "--model", "commanded")
    await crew.agree(200, model="commanded")
    # By a file.
    file = gateway.folder / "more.toml"
    file.write_text('[[channels]]\nname = "by command"\nprovider = "fake"\nmodels = ["filed"]\n')
    gateway.cli("apply", str(file))
    await crew.agree(200, model="filed")
    await crew.agree(404, "model_not_found", model="commanded")
