"""Several workers are one gateway: a limit of rate is one limit, and a data folder has one server."""

from __future__ import annotations

import asyncio
import base64
import os
import resource
import signal
from pathlib import Path

import aiohttp
import httpx
import pytest

from .conftest import plain_config
from .gateways import Gateway, NewGateway, until
from .processes import Process, Provider

LIMIT = 7
BODY = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 5}


async def _ask(session: aiohttp.ClientSession, gateway: Gateway, token: str) -> tuple[int, dict[str, str]]:
    async with session.post(f"{gateway.url}/v1/chat/completions", json=BODY, headers=gateway.auth(token)) as answer:
        await answer.read()
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}


async def _over_new_connections(gateway: Gateway, token: str, count: int) -> list[int]:
    """Each request over a connection of its own, so that every worker gets some."""
    closing = aiohttp.TCPConnector(force_close=True, limit=0)
    async with aiohttp.ClientSession(connector=closing) as session:
        return [status for status, _ in await asyncio.gather(*(_ask(session, gateway, token) for _ in range(count)))]


async def test_a_limit_of_rate_is_one_limit_over_all_workers(provider: Provider, new_gateway: NewGateway) -> None:
    limits = {"many": LIMIT, "single": LIMIT, "one": 1}
    # Of the config file, so that every worker knows them from its start.
    tokens = [{"name": name, "key": f"sk-{name:0<32}", "requests_per_minute": limit} for name, limit in limits.items()]
    gateway = new_gateway(plain_config(provider) | {"tokens": tokens}, workers=2)

    statuses = await _over_new_connections(gateway, "many", 60)
    assert sorted(statuses) == [200] * LIMIT + [429] * (60 - LIMIT), "never above, whichever workers they came to"

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        found = [await _ask(session, gateway, "single") for _ in range(LIMIT + 1)]
    assert [status for status, _ in found] == [200] * LIMIT + [429], "one connection may use it all"
    headers = found[-1][1]
    assert headers["x-ratelimit-limit-requests"] == str(LIMIT)
    assert 1 <= int(headers["retry-after"]) <= 60

    # A limit smaller than the number of workers, and a worker that takes the place of one that died.
    assert sorted(await _over_new_connections(gateway, "one", 20)) == [200] + [429] * 19
    for worker in gateway.serving():
        os.kill(worker, signal.SIGKILL)
    until(lambda: _ready(gateway) or None, "new workers")
    assert set(await _over_new_connections(gateway, "one", 10)) == {429}


def _ready(gateway: Gateway) -> bool:
    try:
        return gateway.http.get("/readyz", headers={"connection": "close"}).status_code == 200
    except httpx.TransportError:
        return False


def test_workers_that_die_while_they_are_asked_for_a_sign_of_life_are_replaced(new_gateway: NewGateway) -> None:
    gateway = new_gateway(workers=2)
    supervisor = Path(f"/proc/{gateway.process.popen.pid}/wchan")
    workers = gateway.serving()
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    looks: list[bool] = []  # one alone may have seen the end of an answer that was given before the stop

    def asks() -> bool | None:
        looks.append("poll" in supervisor.read_text())
        return looks[-5:] == [True] * 5 or None

    until(asks, "a question that is not answered")
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    until(lambda: _ready(gateway) or None, "new workers")


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_a_data_folder_has_one_server(new_gateway: NewGateway, database_url: str | None, tmp_path: Path) -> None:
    environment = {"SLUICE_DATABASE_URL": database_url} if database_url else {}
    gateway = new_gateway(workers=2, environment=environment)
    flags = ["serve", "--port", "0", "--data-dir"]
    second = Process([*flags, str(gateway.data_dir)], tmp_path / "second.log", environment)
    assert second.popen.wait(60) == 1
    said = second.stop()
    assert str(gateway.data_dir.resolve()) in said
    assert f"pid {gateway.process.popen.pid}" in said
    assert "--data-dir" in said
    gateway.cli("token", "list")  # commands work beside it
    assert gateway.http.get("/readyz").status_code == 200

    # Killed, it leaves nothing in the way; and its workers do not outlive it.
    orphans = gateway.serving()
    os.kill(gateway.process.popen.pid, signal.SIGKILL)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in orphans) or None, "their end")
    gateway.kill()
    gateway.start()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_servers_with_folders_of_their_own_share_a_database(new_gateway: NewGateway, database_url: str) -> None:
    environment = {
        "SLUICE_DATABASE_URL": database_url,
        "SLUICE_SECRET_KEY": base64.b64encode(bytes(range(32))).decode(),
    }
    for found in [new_gateway(environment=environment) for _ in range(2)]:
        assert found.http.post("/v1/chat/completions", json=BODY, headers=found.auth()).status_code == 200


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_with_another_secret_says_what_to_do(
    new_gateway: NewGateway, database_url: str, tmp_path: Path
) -> None:
    environment = {"SLUICE_DATABASE_URL": database_url}
    first = new_gateway(environment=environment)
    flags = ["serve", "--port", "0", "--data-dir", str(tmp_path / "another"), "--config", str(first.config)]
    second = Process(flags, tmp_path / "second.log", environment)
    with pytest.raises(AssertionError, match="SLUICE_SECRET_KEY"):
        second.address()
    assert "Traceback" not in second.log.read_text()


def test_a_terminal_that_closes_cuts_no_answer_off(new_gateway: NewGateway) -> None:
    # Who runs the tests by "nohup" has all their children ignore it.
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        gateway = new_gateway()
    finally:
        signal.signal(signal.SIGHUP, before)
    asked = {"model": "gpt-4o-mini-slow", "stream": True, "messages": [{"role": "user", "content": "a b c d"}]}
    with gateway.http.stream("POST", "/v1/chat/completions", json=asked, headers=gateway.auth()) as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith("data: ")
        gateway.process.popen.send_signal(signal.SIGHUP)
        assert [line for line in lines if line][-1] == "data: [DONE]"
    assert gateway.process.popen.wait(30) == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_opens_as_many_files_as_it_may(new_gateway: NewGateway, workers: int) -> None:
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), most))
    try:
        gateway = new_gateway(workers=workers)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))
    for process in gateway.serving():
        assert resource.prlimit(process, resource.RLIMIT_NOFILE) == (most, most)
