"""Which channel answers: equal ones share equally, weights weigh, the highest priority takes all."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from typing import Any

import httpx
import pytest

from .gateways import Gateway
from .test_scenarios import HI

AT_ONCE = 40


def open_channels(gateway: Gateway, model: str, channels: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Makes channels of one model, each with a key of its own; returns sha256 of the key -> name."""
    known = {}
    for name, fields in channels.items():
        key = f"key-{model}-{name}"
        gateway.channel([model], name=f"{model} {name}", key=key, **fields)
        known[hashlib.sha256(key.encode()).hexdigest()] = name
    return known


async def shares(gateway: Gateway, model: str, names: dict[str, str], count: int) -> Counter[str]:
    """Who answered how many of ``count`` requests."""
    mark = gateway.provider.mark()
    left = iter(range(count))
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(
        base_url=gateway.url, headers=gateway.auth(), limits=limits, trust_env=False, timeout=60
    ) as client:

        async def work() -> None:
            for _ in left:
                answer = await client.post("/v1/chat/completions", json={"model": model, "messages": HI})
                assert answer.status_code == 200, answer.text

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return Counter(names[entry["key_sha256"]] for entry in gateway.provider.seen(mark))


async def test_a9_two_equal_channels_share_2000_requests(gateway: Gateway) -> None:
    """The bound is 4.5 standard deviations wide: a fair draw misses it once in 100,000 runs."""
    names = open_channels(gateway, "a9-equal", {"left": {}, "right": {}})
    found = await shares(gateway, "a9-equal", names, 2000)
    assert found.total() == 2000
    assert 900 <= found["left"] <= 1100, found


async def test_a9_weights_weigh(gateway: Gateway) -> None:
    """Three to one: 450 of 600, within 5 standard deviations."""
    names = open_channels(gateway, "a9-weights", {"heavy": {"weight": 3}, "light": {"weight": 1}})
    found = await shares(gateway, "a9-weights", names, 600)
    assert 397 <= found["heavy"] <= 503, found
    assert found.total() == 600


@pytest.mark.parametrize(("low", "high"), [(0, 1), (1, 100), (-1, 0), (-10, -1), (-1_000_000, 1_000_000)])
async def test_a10_the_highest_priority_takes_all(gateway: Gateway, low: int, high: int) -> None:
    model = f"a10-{low}-{high}"
    tiers = {"low": {"priority": low, "weight": 1000}, "first": {"priority": high}, "second": {"priority": high}}
    found = await shares(gateway, model, open_channels(gateway, model, tiers), 200)
    assert found["low"] == 0
    assert found["first"] + found["second"] == 200
    assert min(found["first"], found["second"]) > 50, "and its members share (6 standard deviations)"


async def test_a10_lower_ones_take_over_in_order_when_higher_ones_are_off(gateway: Gateway) -> None:
    model = "a10-order"
    tiers = {"top": {"priority": 0}, "middle": {"priority": -1}, "bottom": {"priority": -2}}
    names = open_channels(gateway, model, tiers)
    ids = {
        c["name"].split()[-1]: c["id"] for c in gateway.manage("GET", "/channels", params={"search": model})["items"]
    }
    for name in ("top", "middle", "bottom"):
        assert await shares(gateway, model, names, 20) == {name: 20}
        gateway.manage("PATCH", f"/channels/{ids[name]}", json={"status": "disabled"})
    answer = gateway.http.post("/v1/chat/completions", json={"model": model, "messages": HI}, headers=gateway.auth())
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_available_channel")
