"""What upstreams keep for users: whose it is, in what order, and that each charge is taken up once."""

from __future__ import annotations

import asyncio
from typing import Any

from sluice.storage.engine import Database
from sluice.storage.holdings import Holding, HoldingStore

ANNE, BOB = 1, 2
FILES, BATCHES = "files", "batches"


def holding(identity: str, user: int = ANNE, kind: str = FILES, at: int = 1, **fields: Any) -> Holding:
    return Holding(
        user_id=user,
        id=identity,
        kind=kind,
        token_id=7,
        group_name="default",
        accounts=(3, 4),
        channel_id=5,
        key_id=2,
        model="m",
        created_ms=at,
        object=b'{"id":"x"}',
        **fields,
    )


async def test_a_thing_is_its_owners_alone(database: Database) -> None:
    store = HoldingStore(database)
    held = holding("file-1", purpose="batch", size=9, tokens=2)
    await store.keep([held, holding("file-1", BOB)])
    await store.keep([holding("file-1", at=99)])  # known already
    assert await store.find(ANNE, "file-1", FILES) == held
    assert await store.find(ANNE, "file-1", BATCHES) is None
    assert await store.find(BOB, "file-2", FILES) is None
    await store.told(held, b'{"id":"y"}')
    found = await store.find(ANNE, "file-1", FILES)
    assert found is not None
    assert found.object == b'{"id":"y"}'
    await store.forget(held)
    assert await store.find(ANNE, "file-1", FILES) is None
    assert await store.find(BOB, "file-1", FILES) is not None


async def test_lists_go_on_where_they_ended_also_within_one_moment(database: Database) -> None:
    store = HoldingStore(database)
    await store.keep([holding(f"f{n}", at=n // 2, purpose="batch" if n % 3 else "other") for n in range(6)])
    newest = await store.listed(ANNE, FILES, 4, None, ascending=False)
    assert [held.id for held in newest] == ["f5", "f4", "f3", "f2"]
    rest = await store.listed(ANNE, FILES, 4, newest[-1], ascending=False)
    assert [held.id for held in rest] == ["f1", "f0"]
    forward = await store.listed(ANNE, FILES, 9, rest[-1], ascending=True)
    assert [held.id for held in forward] == ["f1", "f2", "f3", "f4", "f5"]
    some = await store.listed(ANNE, FILES, 9, None, ascending=True, purpose="other")
    assert [held.id for held in some] == ["f0", "f3"]
    assert await store.listed(BOB, FILES, 9, None, ascending=True) == []


async def test_a_charge_is_taken_up_by_one_and_again_under_the_same_id(database: Database) -> None:
    store = HoldingStore(database)
    held = holding("batch_1", kind=BATCHES, open=True, estimate_nano=50)
    await store.keep([held])
    assert await store.owed(ANNE) == 50
    claims = await asyncio.gather(*[store.claim(held, f"req_{n}", 1_000_000) for n in range(5)])
    [taken] = [claim for claim in claims if claim]
    assert await store.claim(held, "req_later", 1_300_000) is None
    assert await store.claim(held, "req_later", 1_300_001) == taken
    await store.unclaim(held)
    assert await store.claim(held, "req_other", 1_300_002) == taken
    await store.charged(held)
    assert await store.claim(held, "req_last", 9_000_000) is None
    assert await store.owed(ANNE) == 0


async def test_what_is_open_is_asked_after_by_one_at_a_time(database: Database) -> None:
    store = HoldingStore(database)
    await store.keep([holding("b1", kind=BATCHES, open=True), holding("b2", kind=BATCHES, open=True, next_ms=500)])
    await store.keep([holding("b3", kind=BATCHES)])
    assert [held.id for held in await store.due(100, lambda made: 200 if made else 900, 9)] == ["b1"]
    assert await store.due(199, lambda _: 900, 9) == []
    assert [held.id for held in await store.due(500, lambda _: 600, 1)] == ["b1"]
    assert [held.id for held in await store.due(500, lambda _: 600, 9)] == ["b2"]


async def test_a_clock_that_was_ahead_delays_nothing(database: Database) -> None:
    store, hour = HoldingStore(database), 3_600_000
    now = 100 * hour
    held = holding("b1", kind=BATCHES, open=True)
    await store.keep([held])
    ahead = now + 5 * hour
    assert await store.due(ahead, lambda _: ahead + 60_000, 9) == [held]
    taken = await store.claim(held, "req_1", ahead)
    # Set right again: what was to be asked after in a minute is not asked after in five hours.
    assert [one.id for one in await store.due(now, lambda _: now + 60_000, 9)] == ["b1"]
    assert await store.due(now, lambda _: now + 60_000, 9) == []
    assert await store.claim(held, "req_2", now) == taken == "req_1"
    assert await store.claim(held, "req_3", now) is None
