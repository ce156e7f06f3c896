"""Money adds up: to the nano-dollar, over several workers, on both databases, and when the process is killed."""

from __future__ import annotations

import asyncio
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from .books import NANO, Load, read_books
from .gateways import NewGateway
from .processes import Provider

START = 200 * NANO
KEY = "sk-money0000000000000000000000000000"


def config(provider: Provider, prices: dict[str, tuple[str, str]], **token: Any) -> dict[str, Any]:
    """A gateway whose models have these prices: USD per million tokens in and out, exact decimals."""
    channel = {"provider": "openai-compatible", "base_url": provider.base(), "key": "up", "models": list(prices)}
    return {
        "channels": [{"name": "fake", **channel}],
        "tokens": [{"name": "main", "key": KEY, **token}],
        "prices": [{"model": model, "input": one, "output": two} for model, (one, two) in prices.items()],
    }


def body(model: str, **members: Any) -> dict[str, Any]:
    """A small chat request."""
    return {"model": model, "messages": [{"role": "user", "content": "How long is a river?"}], **members}


def expected(model: str, price: tuple[str, str]) -> int:
    """What a request costs: worked out by the decimals of the standard library, from the usage in the model's name."""
    given, made = (int(part) for part in model.split("-")[-2:])
    usd = (Decimal(given) * Decimal(price[0]) + Decimal(made) * Decimal(price[1])) / 1_000_000
    return int((usd * NANO).quantize(Decimal(1), ROUND_HALF_UP))


async def test_ten_thousand_charges_add_up_to_the_nano_dollar(
    provider: Provider, new_gateway: NewGateway, database_url: str | None
) -> None:
    rng = Random(20)  # the same at every run
    prices = {
        f"m{number}-usage-{rng.randrange(1, 5000)}-{rng.randrange(1, 5000)}": (
            str(Decimal(rng.randrange(1, 4_000_000)) / 1_000_000),
            str(Decimal(rng.randrange(1, 4_000_000)) / 1_000_000),
        )
        for number in range(40)
    }
    environment = {"SLUICE_DATABASE_URL": database_url} if database_url else {}
    gateway = new_gateway(config(provider, prices), workers=2, environment=environment)
    load = Load(gateway.url, KEY, 200)
    models = list(prices)
    await load.run(body(rng.choice(models), stream=not n % 10) for n in range(10_000))
    gateway.stop()

    assert [answer.status for answer in load.answers] == [200] * 10_000
    costs = {answer.id: expected(answer.model, prices[answer.model]) for answer in load.answers}
    assert len(costs) == 10_000
    books = await read_books(database_url, gateway.data_dir)
    assert books.charges == costs
    assert books.balance == books.entries == START - sum(costs.values())
    assert books.leased == books.leases == 0
    gateway.start()  # for the fixture to stop


async def test_twenty_kills_lose_no_answer_and_charge_none_twice(provider: Provider, new_gateway: NewGateway) -> None:
    prices = {"k-usage-1000-500": ("1.5", "2.25"), "k-slow-usage-70-30": ("0.3", "7")}
    rng = Random(9)
    gateway = new_gateway(config(provider, prices), workers=2)
    got: dict[str, str] = {}
    models = list(prices)
    for _ in range(20):
        load = Load(gateway.url, KEY, 40)
        wanted = 60 + rng.randrange(200)
        bodies = (body(rng.choice(models), stream=rng.random() < 0.5) for _ in range(100_000))
        asking = asyncio.create_task(load.run(bodies))
        while len(load.answers) < wanted:
            await asyncio.sleep(0.001)
            assert not asking.done()
        gateway.kill()
        asking.cancel()
        await asyncio.wait([asking])
        whole = [a for a in load.answers if a.status == 200 and (b"[DONE]" in a.body or a.body.endswith(b"}"))]
        assert len(whole) >= wanted
        got |= {answer.id: answer.model for answer in whole}
        gateway.start()
        books = await read_books(None, gateway.data_dir)
        assert got.keys() <= books.charges.keys()
        assert {books.charges[key] for key, model in got.items() if model.startswith("k-usage")} == {
            expected("k-usage-1000-500", prices["k-usage-1000-500"])
        }
        assert books.balance == books.entries == START - sum(books.charges.values())
        assert books.leased == books.leases == 0


async def test_a_token_of_one_cent_spends_one_cent(provider: Provider, new_gateway: NewGateway) -> None:
    """With 200 requests at once over two workers: nothing but the error of the prompt's estimate may pass the limit."""
    prices = {"cent-usage-25-40": ("5", "15")}
    gateway = new_gateway(config(provider, prices, limit_usd="0.01"), workers=2)
    load = Load(gateway.url, KEY, 200)
    await load.run(body("cent-usage-25-40", max_tokens=40) for _ in range(600))
    statuses = {answer.status for answer in load.answers}
    assert statuses == {200, 429}
    cost = expected("cent-usage-25-40", prices["cent-usage-25-40"])
    served = sum(answer.status == 200 for answer in load.answers)
    assert served * cost <= NANO // 100
    refused = next(answer for answer in load.answers if answer.status == 429)
    assert b"insufficient_quota" in refused.body
    gateway.stop()
    books = await read_books(None, gateway.data_dir)
    assert sum(books.charges.values()) == served * cost == START - books.balance
    gateway.start()
