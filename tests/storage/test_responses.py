"""Kept answers: whose they are, and what bounds them."""

from __future__ import annotations

import random

from sluice.storage.engine import Database
from sluice.storage.responses import Bounds, Kept, ResponseStore

ANNE, BOB = 1, 2


def noise(size: int) -> bytes:
    """Bytes that do not deflate."""
    return random.Random(size).randbytes(size)


async def test_an_answer_is_its_users_alone(database: Database) -> None:
    store = ResponseStore(database)
    kept = Kept(b'{"id":"resp_1"}', b'[{"type":"message"}]')
    await store.keep(ANNE, "resp_1", kept, 1)
    await store.keep(ANNE, "resp_1", kept, 2)
    assert await store.find(ANNE, "resp_1") == kept
    assert await store.find(BOB, "resp_1") is None
    assert not await store.forget(BOB, "resp_1")
    assert await store.forget(ANNE, "resp_1")
    assert not await store.forget(ANNE, "resp_1")
    assert await store.find(ANNE, "resp_1") is None


async def test_the_oldest_answers_of_a_user_go_first(database: Database) -> None:
    store = ResponseStore(database, Bounds(user_rows=3, user_bytes=10_000))
    await store.keep(BOB, "bob", Kept(b"{}", b"[]"), 1)
    for number in range(5):
        await store.keep(ANNE, f"r{number}", Kept(b"{}", b"[]"), number)
    assert [await store.find(ANNE, f"r{number}") is not None for number in range(5)] == [False, False, True, True, True]
    await store.keep(ANNE, "big", Kept(noise(9_970), b"[]"), 6)
    assert await store.find(ANNE, "r4") is None
    assert await store.find(ANNE, "big") is not None
    await store.keep(ANNE, "too big", Kept(noise(10_001), b"[]"), 7)
    assert await store.find(ANNE, "too big") is None, "what is larger than all there is room for is not kept"
    assert await store.find(BOB, "bob") is not None


async def test_answers_are_kept_for_a_time(database: Database) -> None:
    store = ResponseStore(database, Bounds(age_ms=1000))
    await store.keep(ANNE, "old", Kept(b"{}", b"[]"), 1)
    await store.keep(BOB, "new", Kept(b"{}", b"[]"), 1002)
    assert await store.find(ANNE, "old") is None
    assert await store.find(BOB, "new") is not None
