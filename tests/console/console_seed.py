"""A gateway's busy week: channels, people, tokens, and 5,000 requests, always the same ones."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from random import Random

import sqlalchemy as sa

from sluice.accounting.settlement import AttemptRecord, Settlement
from sluice.base.ids import request_id
from sluice.base.usage import Usage
from sluice.storage.apply import Applier
from sluice.storage.engine import open_database
from sluice.storage.key_marks import Mark, note_mark
from sluice.storage.tables import channels, prices, tokens

REQUESTS = 5_000
LONG = "a-channel-whose-name-somebody-made-very-long-so-that-lists-have-to-cut-it-off-somewhere"
CJK = "研发中心 · 通义千问（生产环境，请勿停用）"
FAILING = "broken: connection refused"
KEYS = "Shared account, three keys"

CONFIG = f"""
[[groups]]
name = "partners"
multiplier = "1.25"
remark = "Resellers"

[[users]]
name = "uma"
password = "uma's own password"
balance_usd = "12.5"

[[users]]
name = "王小明"
balance_usd = "0.000123"
group = "partners"

[[channels]]
name = "Fake provider"
provider = "fake"
models = ["fake-chat", "fake-chat-think", "fake-chat-slow", "fake-embedding"]
priority = 10

[[channels]]
name = "{CJK}"
provider = "fake"
models = ["qwen-max", "qwen-plus", "text-embedding-v3", "fake-chat"]
weight = 3

[[channels]]
name = "{FAILING}"
provider = "openai-compatible"
base_url = "http://127.0.0.1:9/v1"
models = ["gpt-4o", "gpt-4o-mini"]
priority = 20

[[channels]]
name = "{LONG}"
provider = "openai"
key = "sk-abcdefghijklmnopqrstuvwxyz0123456789"
base_url = "http://127.0.0.1:9/v1"
models = ["gpt-4o", "text-embedding-3-small"]
enabled = false
remark = "kept for the audit"

[[channels]]
name = "{KEYS}"
provider = "fake"
key = ["sk-first-abcdefghijklmnopqrstuv", "bad-second-abcdefghijklmnopqrst", "sk-third-abcdefghijklmnopqrstuv"]
models = ["fake-chat-long"]
priority = 5

[[tokens]]
name = "fastgpt"

[[tokens]]
name = "内部知识库"
limit_usd = "50"

[[tokens]]
name = "ci"
user = "uma"
models = ["fake-chat"]
requests_per_minute = 60
"""

_HOUR_MS = 3_600_000
_SPAN_MS = 160 * _HOUR_MS
"""Short of a week, so that the last seven days hold them all for as long as the tests run."""
_MODELS = {"fake-chat": 6, "qwen-max": 4, "qwen-plus": 2, "gpt-4o": 2, "text-embedding-v3": 2, "fake-chat-think": 1}
_CODES = {502: "upstream_unreachable", 429: "upstream_rate_limited"}
_BATCH = 500


def seed(database: Path) -> None:
    """Books the requests of a week that ends now."""
    asyncio.run(_seed(database.parent))


async def _seed(folder: Path) -> None:
    db = await open_database(None, folder)
    async with db.read() as conn:
        channel_ids = {name: number for number, name in await conn.execute(sa.select(channels.c.id, channels.c.name))}
        owners = [
            tuple(row) for row in await conn.execute(sa.select(tokens.c.id, tokens.c.user_id).order_by(tokens.c.id))
        ]
        price_id = await conn.scalar(sa.select(prices.c.id).where(prices.c.model == "*"))
    assert price_id is not None
    chance = Random(5)
    now = int(time.time() * 1000)
    made = [_request(number, now, chance, channel_ids, owners, price_id) for number in range(REQUESTS)]
    applier = Applier(db, folder)
    for at in range(0, REQUESTS, _BATCH):
        await applier.apply("seed", made[at : at + _BATCH])
    async with db.write() as conn:
        said = "Incorrect API key provided: ***."
        await note_mark(
            conn, (channel_ids[KEYS], 2), Mark(at_ms=now - 180_000, outcome="auth", status=401, message=said)
        )
    await db.close()


def _request(
    number: int, now: int, chance: Random, ids: dict[str, int], owners: list[tuple[int, int]], price_id: int
) -> Settlement:
    # More of them lately, and the last a few seconds ago.
    age = int(_SPAN_MS * (1 - (number + 1) / (REQUESTS + 1)) ** 1.4) + 4000
    at = now - age
    model = chance.choices(list(_MODELS), list(_MODELS.values()))[0]
    token_id, user_id = chance.choice(owners)
    took = int(chance.lognormvariate(7.2, 0.8))
    failing = model == "gpt-4o"
    status = 502 if failing else chance.choices([200, 429, 400, 499], [94, 3, 2, 1])[0]
    used = Usage(input_tokens=chance.randrange(20, 6000), output_tokens=chance.randrange(5, 900), source="upstream")
    good = status == 200
    first = "Fake provider" if model.startswith("fake") else CJK
    refused = "connection refused"
    unreachable = AttemptRecord(ids[FAILING], 2, 0, 31, 0, "unreachable", refused, choice=(20, 1, 1, 1, 0, 0))
    tries = [unreachable] if failing or number % 9 == 0 else []
    if not failing:
        outcome = "ok" if good else "rate" if status == 429 else "request"
        why = (0, 3, 4, 2, 1, 0) if tries else (10, 1, 1, 1, 0, 0)
        began = 35 if tries else 2
        tries.append(AttemptRecord(ids[first], began, took // 3, took - began, status, outcome, "", choice=why))
    return Settlement(
        id=request_id(at, chance),
        created_ms=at,
        user_id=user_id,
        token_id=token_id,
        group_name="default",
        format="embeddings" if "embedding" in model else "openai_chat",
        model=model,
        upstream_model=model,
        channel_id=ids[first] if good else 0,
        stream=number % 2 == 0,
        status=status,
        error_code="" if good else _CODES.get(status, "bad_request"),
        rule="complete" if good else "failed",
        matched_ms=1,
        forwarded_ms=2,
        first_ms=took // 3 if good else 0,
        duration_ms=took,
        usage=used if good else Usage(),
        charge_nano=used.input_tokens * 5000 + used.output_tokens * 15000 if good else 0,
        price_id=price_id if good else 0,
        multiplier_ppm=1_000_000,
        address="203.0.113.7",
        client="OpenAI/Python 3.57.0",
        dropped=(),
        attempts=tuple(tries),
        charges=(),
    )
