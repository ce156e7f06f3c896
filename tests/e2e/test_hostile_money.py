"""Money under hostile use: clients that leave at every stage, usage nobody can mean, changes and a stop midway."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import pytest

from .books import Books, read_books
from .gateways import Gateway, NewGateway
from .processes import Provider
from .test_money import KEY, START, body, config
from .upstreams import upstream, whole
from .wires import Wire, request

PRICES = {
    "h-slow-usage-1000-500": ("1.5", "2.25"),
    "h-usage-70-30": ("0.3", "7"),
    "h-split-usage-11-13": ("2", "3"),
    "h-delay-300-usage-5-5": ("1", "1"),
    "h-slow-abort": ("4", "9"),
    "h-slow-nousage": ("4", "9"),
}
AUTH = f"authorization: Bearer {KEY}"


def balanced(books: Books) -> None:
    """No charge below nothing, the balance what the charges say, nothing set aside any more."""
    assert all(charge >= 0 for charge in books.charges.values())
    assert books.balance == books.entries == START - sum(books.charges.values())
    assert books.leased == books.leases == 0


async def leave(url: str, model: str, stream: bool, after: int, abruptly: bool) -> None:
    """Asks, reads so many bytes and leaves; with nothing to read, in the middle of the request's body."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    whole_request = request("POST", "/v1/chat/completions", AUTH, body=json.dumps(body(model, stream=stream)).encode())
    writer.write(whole_request if after else whole_request[:-20])
    read = 0
    while read < after and (data := await reader.read(min(4096, after - read))):
        read += len(data)
    if abruptly:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


async def test_clients_that_leave_at_every_stage(provider: Provider, new_gateway: NewGateway) -> None:
    gateway = new_gateway(config(provider, PRICES), workers=2)
    rng = Random(7)
    models = list(PRICES)
    room = asyncio.Semaphore(60)

    async def one() -> None:
        async with room:
            # 0: before the request is whole; 1: with the first byte; some hundreds: within the head or the first words.
            after = rng.choice((0, 1, rng.randrange(1, 600), rng.randrange(1, 4000), 10**6))
            await leave(gateway.url, rng.choice(models), rng.random() < 0.7, after, rng.random() < 0.5)

    await asyncio.wait_for(asyncio.gather(*[one() for _ in range(600)]), 120)
    gateway.stop()
    books = await read_books(None, gateway.data_dir)
    balanced(books)
    assert books.rows >= 300
    assert sum(books.charges.values()) > 0
    gateway.start()


ABSURD: dict[str, Any] = {
    "below nothing": {"prompt_tokens": -5_000_000, "completion_tokens": -1, "total_tokens": -5_000_001},
    "one below nothing": {"prompt_tokens": 100, "completion_tokens": -50},
    "more than there are": {"prompt_tokens": 10**30, "completion_tokens": 10**30},
    "beyond 64 bits": {"prompt_tokens": 2**63, "completion_tokens": 1},
    "fractions": {"prompt_tokens": 10.5, "completion_tokens": 2.25},
    "words": {"prompt_tokens": "many", "completion_tokens": "12"},
    "truth": {"prompt_tokens": True, "completion_tokens": False},
    "nothing": {"prompt_tokens": None, "completion_tokens": None},
    "a list": [1, 2],
    "a string": "usage",
    "depths": {"prompt_tokens": {"prompt_tokens": 1}, "completion_tokens": [[[1]]]},
    "details that exceed the whole": {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 10**9, "audio_tokens": -3},
        "completion_tokens_details": {"reasoning_tokens": 10**9},
    },
}
MOST_USD = 1.0
"""What a hundred words can cost at these prices, generously."""


@pytest.fixture(scope="module")
def odd(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway for upstreams that report odd things."""
    found = Gateway(tmp_path_factory.mktemp("odd"), provider, config(provider, PRICES))
    yield found
    found.stop()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("usage", ABSURD.values(), ids=ABSURD)
def test_usage_nobody_can_mean_never_pays_the_client_nor_ruins_it(odd: Gateway, usage: Any, stream: bool) -> None:
    name = f"odd-{crc32(json.dumps([usage, stream]).encode())}"
    odd.price(name, input="10", output="30")
    if stream:
        chunk = {"id": "c", "object": "chat.completion.chunk", "model": name, "created": 1}
        said = [
            {**chunk, "choices": [{"index": 0, "delta": {"content": "a river"}, "finish_reason": None}]},
            {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
            {**chunk, "choices": [], "usage": usage},
        ]
        events = "".join(f"data: {json.dumps(one)}\n\n" for one in said) + "data: [DONE]\n\n"
        answer = whole(200, events.encode(), kind="text/event-stream")
    else:
        choice = {"index": 0, "message": {"role": "assistant", "content": "a river"}, "finish_reason": "stop"}
        members = {"id": "c", "object": "chat.completion", "created": 1, "model": name}
        answer = whole(200, {**members, "choices": [choice], "usage": usage})
    with upstream(answer) as server:
        odd.channel([name], base_url=f"{server.url}/v1")
        got = odd.http.post("/v1/chat/completions", json=body(name, stream=stream), headers=odd.auth())
    assert got.status_code == 200, got.text
    assert "a river" in got.text
    row = odd.settled(got.headers["x-request-id"])
    assert 0 < float(row["charge_usd"]) < MOST_USD, row
    assert odd.http.get("/v1/models", headers=odd.auth()).status_code == 200


def _change(gateway: Gateway, what: str, token: int) -> None:
    model = "h-slow-usage-1000-500"
    match what:
        case "a price a thousand times as high":
            gateway.price(model, input="1500", output="2250")
        case "an empty balance":
            root = gateway.manage("GET", "/users", params={"search": "root"})["items"][0]
            gateway.manage("PUT", f"/users/{root['id']}/balance", json={"balance_usd": "0"})
        case "a disabled token":
            gateway.manage("PATCH", f"/tokens/{token}", json={"status": "disabled"})
        case "a deleted token":
            gateway.manage("DELETE", f"/tokens/{token}")
        case "an expired token":
            gateway.manage("PATCH", f"/tokens/{token}", json={"expires_ms": 1})
        case "a deleted channel":
            found = gateway.manage("GET", "/channels", params={"search": "fake"})["items"][0]
            gateway.manage("DELETE", f"/channels/{found['id']}")


@pytest.mark.parametrize(
    "what",
    [
        *("a price a thousand times as high", "an empty balance", "a disabled token", "a deleted token"),
        *("an expired token", "a deleted channel", "a stop"),
    ],
)
async def test_what_changes_in_mid_stream(provider: Provider, new_gateway: NewGateway, what: str) -> None:
    """The answer that was begun is finished, and charged as was agreed when it began: once."""
    gateway = new_gateway(config(provider, PRICES))
    made = gateway.token("midway")
    headers = ("content-type: application/json", f"authorization: Bearer {made['key']}")
    with Wire(gateway.url) as wire:
        asked = json.dumps(body("h-slow-usage-1000-500", stream=True)).encode()
        wire.send(request("POST", "/v1/chat/completions", *headers, body=asked))
        wire.until(b'"content"')
        stopping = None
        if what == "a stop":
            stopping = asyncio.get_running_loop().run_in_executor(None, gateway.stop)
        else:
            _change(gateway, what, made["id"])
        wire.until(b"[DONE]")
        answer = wire.answer()
    if stopping is not None:
        await stopping
    else:
        row = gateway.settled(answer.headers["x-request-id"])
        assert (row["status"], row["charge_usd"]) == (200, "0.002625")
        gateway.stop()
    books = await read_books(None, gateway.data_dir)
    assert books.charges == {answer.headers["x-request-id"]: 2_625_000}
    if what == "an empty balance":
        assert books.balance == books.entries == -2_625_000
    else:
        assert books.balance == books.entries == START - 2_625_000
    assert books.leased == books.leases == 0
    gateway.start()


@pytest.mark.parametrize("what", ["disabled", "deleted", "of another group"])
async def test_whose_owner_changes_in_mid_stream(provider: Provider, new_gateway: NewGateway, what: str) -> None:
    """The same of the token's user: charged as it began; who is gone is served nothing more."""
    gateway = new_gateway(config(provider, PRICES))
    owner = gateway.user(balance_usd="1")["id"]
    made = gateway.token("midway", user_id=owner)
    headers = ("content-type: application/json", f"authorization: Bearer {made['key']}")
    with Wire(gateway.url) as wire:
        asked = json.dumps(body("h-slow-usage-1000-500", stream=True)).encode()
        wire.send(request("POST", "/v1/chat/completions", *headers, body=asked))
        wire.until(b'"content"')
        match what:
            case "disabled":
                gateway.manage("PATCH", f"/users/{owner}", json={"status": "disabled"})
            case "deleted":
                gateway.manage("DELETE", f"/users/{owner}")
            case _:
                gateway.manage("POST", "/groups", 201, json={"name": "dear", "multiplier": "1000"})
                gateway.manage("PATCH", f"/users/{owner}", json={"group": "dear"})
        wire.until(b"[DONE]")
        answer = wire.answer()
    row = gateway.settled(answer.headers["x-request-id"])
    assert (row["status"], row["charge_usd"]) == (200, "0.002625")
    again = gateway.http.post(
        "/v1/chat/completions", json=body("h-slow-usage-1000-500"), headers=gateway.auth("midway")
    )
    assert again.status_code == (404 if what == "of another group" else 401), again.text
    if what != "deleted":
        assert gateway.manage("GET", f"/users/{owner}")["balance_usd"] == "0.997375"
    gateway.stop()
    books = await read_books(None, gateway.data_dir)
    assert {identity: charge for identity, charge in books.charges.items() if charge} == {row["id"]: 2_625_000}
    assert (books.balance, books.leases) == (START, 0)
    gateway.start()
