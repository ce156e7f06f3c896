"""How long each list of the console takes with 100,000 tokens and 1,000,000 requests in SQLite.

    python bench/lists.py [--folder DIR] [--requests N] [--tokens N] [--postgresql]

Seeds the folder once (a later run uses it again), starts the gateway as a process, and asks it over HTTP. Prints the
median and the slowest of five times each; ends with code 1 when a median is above 300 ms. With --postgresql the same
rows are copied into a PostgreSQL of its own first.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from lists_postgresql import copied
from lists_seed import DAY_MS, seed

PASSWORD = "bench password"
BOUND_MS = 300
ROUNDS = 5


@contextmanager
def serving(folder: Path, database: str | None = None) -> Iterator[str]:
    """A gateway on the folder, as a process of its own; its origin. ``database``: the address of another database."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "SLUICE_ADMIN_PASSWORD": PASSWORD, "SLUICE_LOG_LEVEL": "error"}
    if database is not None:
        environment["SLUICE_DATABASE_URL"] = database
    command = [sys.executable, "-m", "sluice.cli", "serve", "--port", str(port), "--data-dir", str(folder)]
    process = subprocess.Popen(command, env=environment)
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                httpx.get(origin + "/healthz").raise_for_status()
                break
            except httpx.TransportError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise
                time.sleep(0.1)
        yield origin
    finally:
        process.terminate()
        process.wait()


TOKEN_LISTS: dict[str, dict[str, Any]] = {
    "first page": {},
    "first page, counted": {"total": "true"},
    "by name": {"sort": "name"},
    "by user, descending": {"sort": "-user"},
    "by status": {"sort": "status"},
    "by creation": {"sort": "-created"},
    "search that finds many": {"search": "key 12"},
    "search that finds one, counted": {"search": "key 99999", "total": "true"},
    "search that finds nothing": {"search": "no such token"},
    "of one user": {"user_id": 5},
    "disabled": {"status": "disabled", "total": "true"},
    "disabled, by name": {"status": "disabled", "sort": "name", "total": "true"},
    "management": {"scope": "management", "total": "true"},
}
"""Name -> query of the list of tokens."""


SUMMARIES: dict[str, dict[str, Any]] = {
    "all": {},
    "failed": {"status": "error"},
    "succeeded": {"status": "ok"},
    "a model": {"model": "model-3"},
    "a model's failures": {"model": "model-0", "status": "error"},
    "a channel and a model": {"channel_id": 3, "model": "model-0"},
    "a user": {"user_id": 7},
    "one status": {"status": "502"},
    "a status nothing has": {"status": "418"},
    "slow ones": {"min_duration_ms": 59_000},
}
"""Name -> filter of the requests that are summed up and told apart."""


def interactions(folder: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    """Name -> (path, query) of what the console asks for."""
    with sqlite3.connect(folder / "sluice.db") as db:
        newest = db.execute("SELECT max(created_ms) FROM requests").fetchone()[0] + 1
        some = db.execute("SELECT id FROM requests ORDER BY id LIMIT 1 OFFSET 500").fetchone()[0]
        token = db.execute("SELECT token_id FROM requests ORDER BY id DESC LIMIT 1").fetchone()[0]
    day, week, month = ({"since_ms": newest - n * DAY_MS, "until_ms": newest} for n in (1, 7, 30))
    logs: dict[str, dict[str, Any]] = {
        "newest": {},
        "200 at once": {"limit": 200},
        "failed": {"status": "error"},
        "succeeded": {"status": "ok"},
        "one status": {"status": "502"},
        "a status nothing has": {"status": "418"},
        "a model": {"model": "model-3"},
        "a rare model": {"model": "model-rare"},
        "a rare model's failures": {"model": "model-rare", "status": "error"},
        "a channel": {"channel_id": 3},
        "a token": {"token_id": token},
        "a user": {"user_id": 7},
        "a user's failures of a model": {"user_id": 7, "status": "error", "model": "model-1"},
        "slow ones": {"min_duration_ms": 59_000},
        "a day": day,
        "an old week": {"since_ms": newest - 29 * DAY_MS, "until_ms": newest - 22 * DAY_MS},
        "one id": {"id": some},
    }
    asked = {f"tokens: {name}": ("/tokens", query) for name, query in TOKEN_LISTS.items()}
    asked |= {f"logs: {name}": ("/requests", query) for name, query in logs.items()}
    asked["log detail"] = (f"/requests/{some}", {})
    for name, query in (("day", day), ("month", month)):
        for what, filters in [*SUMMARIES.items(), ("a token", {"token_id": token})]:
            asked[f"facets: {name}, {what}"] = ("/requests/facets", {**query, **filters})
            asked[f"summary: {name}, {what}"] = ("/requests/summary", {**query, **filters})
    for by in ("none", "model", "channel", "user", "token"):
        asked[f"stats: a day by hour and {by}"] = ("/stats", {**day, "bucket": "hour", "by": by})
        asked[f"stats: a week by day and {by}"] = ("/stats", {**week, "bucket": "day", "by": by})
        asked[f"stats: a month by {by}"] = ("/stats", {**month, "by": by})
    asked["stats: a month by day and model"] = ("/stats", {**month, "bucket": "day", "by": "model"})
    asked["stats: a month of one user by day"] = ("/stats", {**month, "bucket": "day", "user_id": 7})
    asked["users"] = ("/users", {"total": "true"})
    asked["users: by balance"] = ("/users", {"sort": "-balance"})
    asked["users: search"] = ("/users", {"search": "user 77"})
    asked["entries of a user"] = ("/users/7/entries", {"total": "true"})
    asked["channels"] = ("/channels", {"total": "true"})
    asked["prices: search"] = ("/prices", {"search": "gpt", "total": "true"})
    asked["unpriced models"] = ("/prices/unpriced", {})
    asked["troubles"] = ("/routing/troubles", {})
    asked["explain"] = ("/routing/explain", {"model": "model-3", "token_id": token})
    asked["audit"] = ("/audit", {"total": "true"})
    return asked


def measure(client: httpx.Client, path: str, query: dict[str, Any]) -> tuple[list[float], httpx.Response]:
    """Milliseconds of each round, and the last answer."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = client.get(path, params=query)
        times.append((time.perf_counter() - began) * 1000)
        answer.raise_for_status()
    return times, answer


def walk(client: httpx.Client, path: str, pages: int) -> list[float]:
    """Milliseconds of each page, one after the other."""
    times, cursor = [], None
    for _ in range(pages):
        began = time.perf_counter()
        answer = client.get(path, params={"limit": 200, **({"cursor": cursor} if cursor else {})})
        times.append((time.perf_counter() - began) * 1000)
        cursor = answer.raise_for_status().json()["next"]
    return times


def main() -> int:
    """Seeds, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/sluice-lists"))
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--tokens", type=int, default=100_000)
    parser.add_argument("--postgresql", action="store_true")
    given = parser.parse_args()
    asyncio.run(seed(given.folder, PASSWORD, given.tokens, given.requests, random.Random(1)))
    slow = 0
    elsewhere = copied(given.folder) if given.postgresql else nullcontext()
    with (
        elsewhere as url,
        serving(given.folder, url) as origin,
        httpx.Client(base_url=f"{origin}/api/v1", timeout=60) as client,
    ):
        client.post("/session", json={"name": "root", "password": PASSWORD}).raise_for_status()
        for name, (path, query) in interactions(given.folder).items():
            times, answer = measure(client, path, query)
            slow += median(times) > BOUND_MS
            count = len(answer.json().get("items", [])) if isinstance(answer.json(), dict) else 0
            print(f"{name:<42} {median(times):8.1f} ms  slowest {max(times):8.1f}  {count:>5} items", flush=True)
        for path in ("/tokens", "/requests"):
            times = walk(client, path, 50)
            slow += median(times) > BOUND_MS
            print(f"{path}: 50 pages in a row: median {median(times):.1f} ms, slowest {max(times):.1f} ms")
        print(json.dumps({"above_bound": slow, "bound_ms": BOUND_MS}))
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
