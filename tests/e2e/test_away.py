"""With the database away clients are still served, and what they used is charged when it is back."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from .books import NANO, read_books
from .gateways import Gateway, NewGateway, until
from .processes import Provider
from .test_money import KEY, START, body, config, expected
from .wire_cutter import WireCutter

MODEL = "away-usage-1000-500"
PRICES = {MODEL: ("1", "2")}


def ask(gateway: Gateway, key: str = KEY) -> str:
    """One chat; the id of its answer."""
    headers = {"authorization": f"Bearer {key}"}
    answer = gateway.http.post("/v1/chat/completions", json=body(MODEL), headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.headers["x-request-id"]


def becomes(gateway: Gateway, status: int) -> None:
    """Waits for a word of readiness."""
    until(
        lambda: {"status": status} if gateway.http.get("/readyz").status_code == status else None,
        f"readiness to answer {status}",
    )


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_database_that_is_away_stops_nobody(
    provider: Provider, new_gateway: NewGateway, database_url: str
) -> None:
    cutter = WireCutter(database_url)
    environment = {"SLUICE_DATABASE_URL": cutter.url}
    gateway = new_gateway(config(provider, PRICES), environment=environment)
    served = [ask(gateway)]
    becomes(gateway, 200)
    assert gateway.management.get("/channels").status_code == 200, "root is signed in"

    cutter.cut()
    becomes(gateway, 503)
    served += [ask(gateway) for _ in range(20)]
    models = gateway.http.get("/v1/models", headers={"authorization": f"Bearer {KEY}"})
    assert [model["id"] for model in models.json()["data"]] == [MODEL]
    unknown = gateway.http.get("/v1/models", headers={"authorization": "Bearer sk-unknown"})
    assert unknown.status_code == 401
    # The management API cannot work without it, and says so: it signs nobody out.
    away = gateway.management.get("/channels")
    assert away.status_code == 503, away.text
    assert away.json()["error"]["code"] == "database_away"

    cutter.mend()
    becomes(gateway, 200)
    assert gateway.management.get("/channels").status_code == 200
    served.append(ask(gateway))
    gateway.stop()
    books = await read_books(database_url, gateway.data_dir)
    cost = expected(MODEL, PRICES[MODEL])
    assert books.charges == dict.fromkeys(served, cost)
    assert books.balance == books.entries == START - len(served) * cost
    assert books.leased == 0
    cutter.cut()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_without_money_at_hand_it_is_said_that_the_database_is_away(
    provider: Provider, new_gateway: NewGateway, database_url: str
) -> None:
    cutter = WireCutter(database_url)
    environment = {"SLUICE_DATABASE_URL": cutter.url}
    gateway = new_gateway(config(provider, PRICES), environment=environment)
    cutter.cut()
    answer = gateway.http.post("/v1/chat/completions", json=body(MODEL), headers={"authorization": f"Bearer {KEY}"})
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "ledger_unavailable"
    assert answer.headers["retry-after"]
    cutter.mend()
    becomes(gateway, 200)
    ask(gateway)
    gateway.stop()
    books = await read_books(database_url, gateway.data_dir)
    assert START - books.balance == expected(MODEL, PRICES[MODEL]) < NANO
    cutter.cut()


def workers(gateway: Gateway) -> set[int]:
    """The processes that serve for a gateway of several workers."""
    parent = gateway.process.popen.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return {int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_worker_that_dies_meanwhile_is_replaced_and_the_other_serves_on(
    provider: Provider, new_gateway: NewGateway, database_url: str
) -> None:
    cutter = WireCutter(database_url)
    environment = {"SLUICE_DATABASE_URL": cutter.url}
    gateway = new_gateway(config(provider, PRICES), workers=2, environment=environment)
    before = workers(gateway)
    assert len(before) == 2
    cutter.cut()
    lost = before.pop()
    os.kill(lost, signal.SIGKILL)
    replaced = until(
        lambda: {"now": now} if lost not in (now := workers(gateway)) and len(now) == 2 else None,
        "another worker in the place of the dead one",
    )
    # The new one waits for the database; the old one answers.
    assert before < replaced["now"]
    assert gateway.http.get("/healthz").status_code == 200
    cutter.mend()
    becomes(gateway, 200)
    served = {ask(gateway) for _ in range(20)}
    assert workers(gateway) == replaced["now"]
    gateway.stop()
    books = await read_books(database_url, gateway.data_dir)
    assert books.charges.keys() == served
    assert books.leased == 0
    cutter.cut()
