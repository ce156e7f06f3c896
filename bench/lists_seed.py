"""A database as it is after a busy month: many tokens, many requests. Written by plain SQL, for speed."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from sluice.base.ids import request_id
from sluice.cli.first_start import prepare
from sluice.cli.office import opened
from sluice.settings import Settings
from sluice.storage.usage_windows import renew_windows

DAY_MS = 86_400_000
USERS = 1_000
CHANNELS = 40
DAYS = 30
_CHUNK = 50_000
_HOUR_MS = 3_600_000
_KINDS = (
    ("none", "''", _HOUR_MS),
    ("model", "model", _HOUR_MS),
    ("channel", "CAST(channel_id AS TEXT)", _HOUR_MS),
    ("user", "CAST(user_id AS TEXT)", 24 * _HOUR_MS),
    ("token", "CAST(token_id AS TEXT)", 24 * _HOUR_MS),
)
"""The sums the gateway keeps at settlement: kind, key, span (storage/usage_totals.py)."""
_ATTEMPTS = (
    "INSERT INTO attempts (request_id, seq, channel_id, started_ms, head_ms, duration_ms, status, outcome, message) "
    "SELECT id, 0, channel_id, 2, 300, duration_ms, status, CASE WHEN status < 400 THEN 'ok' ELSE 'server' END, '' "
    "FROM requests"
)


async def seed(folder: Path, password: str, tokens: int, requests: int, chance: random.Random) -> None:
    """Fills the folder, unless it is filled already."""
    settings = Settings(data_dir=folder, admin_password=SecretStr(password))
    async with opened(settings) as office:
        await prepare(office, settings)
    _fill(folder, tokens, requests, chance)
    async with opened(settings) as office:
        await renew_windows(office.db, int(time.time() * 1000))


def _fill(folder: Path, tokens: int, requests: int, chance: random.Random) -> None:
    with sqlite3.connect(folder / "sluice.db", isolation_level=None) as db:
        if db.execute("SELECT count(*) FROM channels").fetchone()[0]:
            return
        print(f"seeding {folder}: {tokens} tokens, {requests} requests", flush=True)
        db.execute("PRAGMA synchronous=OFF")
        db.execute("BEGIN")
        now = int(time.time() * 1000)
        _people(db, now)
        _channels(db, now)
        _insert(db, "tokens", _tokens(tokens, now))
        _insert(db, "requests", _requests(requests, tokens, now, chance))
        db.execute(_ATTEMPTS)
        for kind, key, span in _KINDS:
            db.execute(_totals(kind, key, span))
        db.execute("UPDATE revision SET value = value + 1")
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _insert(db: sqlite3.Connection, table: str, rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows)
    names = ", ".join(first)
    statement = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(first))})"
    batch = [tuple(first.values())]
    for row in rows:
        batch.append(tuple(row.values()))
        if len(batch) == _CHUNK:
            db.executemany(statement, batch)
            batch.clear()
    db.executemany(statement, batch)


def _people(db: sqlite3.Connection, now: int) -> None:
    tracked = {"created_ms": now, "updated_ms": now, "rev": 1}
    accounts = (
        {"id": n, "kind": "user", "balance_nano": n * 10**9, "deposited_nano": n * 10**9, "leased_nano": 0}
        | {"created_ms": now, "rev": 1}
        for n in range(2, USERS + 2)
    )
    _insert(db, "accounts", accounts)
    users = (
        {"id": n, "name": f"user {n}", "role": "user", "status": "enabled", "group_name": "default", "account_id": n}
        | {"remark": ""}
        | tracked
        for n in range(2, USERS + 2)
    )
    _insert(db, "users", users)
    hour = now // _HOUR_MS * _HOUR_MS
    entries = (
        {"account_id": 2 + n % USERS, "kind": "charge", "amount_nano": -n, "requests": 1}
        | {"created_ms": hour - n // USERS * _HOUR_MS}
        for n in range(200_000)
    )
    _insert(db, "entries", entries)


def _channels(db: sqlite3.Connection, now: int) -> None:
    models = json.dumps([f"model-{n}" for n in range(20)])
    rows = (
        {"id": n, "name": f"channel {n}", "provider": "fake", "base_url": ""}
        | {"options": "{}", "models": models, "model_mapping": "{}", "priority": 0, "weight": 1}
        | {"groups": '["default"]', "status": "disabled", "created_ms": now, "updated_ms": now, "rev": 1}
        for n in range(1, CHANNELS + 1)
    )
    _insert(db, "channels", rows)


def _tokens(count: int, now: int) -> Iterator[dict[str, Any]]:
    for n in range(1, count + 1):
        yield {
            "id": n,
            "user_id": 2 + n % USERS,
            "name": f"key {n}",
            "scope": "management" if n % 1000 == 0 else "relay",
            "key_hash": hashlib.sha256(b"%d" % n).digest(),
            "key_hint": f"sk-{n:04d}",
            "status": "disabled" if n % 50 == 0 else "enabled",
            "always_usage": 0,
            "created_ms": now - (n * 7919) % (90 * DAY_MS),
            "updated_ms": now,
            "rev": 1,
        }


def _requests(count: int, tokens: int, now: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    start, step = now - DAYS * DAY_MS, DAYS * DAY_MS // count
    usage = json.dumps({"input_tokens": 1200, "output_tokens": 300, "cached_input": 200})
    for n in range(count):
        at = start + n * step
        token = chance.randrange(1, tokens + 1)
        first = int(chance.lognormvariate(6, 0.7))
        status = 200 if chance.random() < 0.97 else chance.choice((400, 429, 499, 502))
        yield {
            "id": request_id(at, chance),
            "created_ms": at,
            "user_id": 2 + token % USERS,
            "token_id": token,
            "group_name": "default",
            "format": "openai_chat",
            "model": "model-rare" if n % 50_000 == 0 else f"model-{int(chance.random() ** 2 * 20)}",
            "upstream_model": "",
            "channel_id": chance.randrange(1, CHANNELS + 1),
            "stream": n % 2,
            "status": status,
            "error_code": "" if status < 400 else "upstream_error",
            "rule": "complete",
            "matched_ms": 1,
            "forwarded_ms": 2,
            "first_ms": first if status < 400 else 0,
            "duration_ms": first + int(chance.expovariate(1 / 4000)),
            "input_tokens": 1200,
            "cached_tokens": 200,
            "output_tokens": 300,
            "usage": usage,
            "charge_nano": chance.randrange(10**7),
            "price_id": 1,
            "multiplier_ppm": 1_000_000,
            "address": "203.0.113.7",
            "client": "OpenAI/Python 3.57.0",
            "dropped": "[]",
            "attempts": 1,
        }


def _totals(kind: str, key: str, span: int) -> str:
    columns = ("input_tokens", "cached_tokens", "output_tokens", "charge_nano", "duration_ms")
    return (
        f"INSERT INTO usage_totals (kind, start_ms, key, requests, errors, {', '.join(columns)}) "
        f"SELECT '{kind}', created_ms / {span} * {span} AS start, {key} AS key, COUNT(*), SUM(status >= 400), "
        f"{', '.join(f'SUM({name})' for name in columns)} FROM requests GROUP BY start, key"
    )
