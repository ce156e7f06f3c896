"""Texts that databases do not take, from clients and from upstreams: answered, stored, and in nobody's way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from .books import read_books
from .gateways import NewGateway
from .processes import Provider

KEY = "sk-oddtexts000000000000000000000000"
LONG = "".join(map(chr, range(0x4E00, 0x9000)))
"""A name no index of PostgreSQL holds, however it is packed."""


@asynccontextmanager
async def upstream() -> AsyncIterator[str]:
    """An upstream that refuses every request with a NUL in each of its words."""
    body = json.dumps({"error": {"message": "no\0", "type": "t\0", "code": "c\0"}}).encode()
    answer = b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer + body)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}/v1"


async def test_odd_texts_hold_nothing_up(provider: Provider, new_gateway: NewGateway, database_url: str | None) -> None:
    async with upstream() as refusing:
        channels = [
            {"name": "good", "provider": "openai-compatible", "base_url": provider.base(), "models": ["plain"]},
            {"name": "odd", "provider": "openai-compatible", "base_url": refusing, "models": ["refused"]},
        ]
        config = {
            "channels": [{"key": "up", **channel} for channel in channels],
            "tokens": [{"name": "main", "key": KEY}],
            "prices": [{"model": "plain", "input": "1", "output": "2"}],
        }
        environment = {"SLUICE_DATABASE_URL": database_url} if database_url else {}
        gateway = new_gateway(config, environment=environment)
        async with httpx.AsyncClient(base_url=f"{gateway.url}/v1", headers=gateway.auth(), trust_env=False) as client:

            async def ask(model: str) -> tuple[int, dict[str, Any]]:
                body = {"model": model, "messages": [{"role": "user", "content": "hello"}]}
                answer = await client.post("/chat/completions", json=body)
                return answer.status_code, answer.json()

            assert [(await ask(model))[0] for model in ("refused", "x\0y", "x" * 256)] == [400, 404, 404]
            status, told = await ask(LONG)
            assert (status, told["error"]["code"]) == (404, "model_not_found")
            assert len(told["error"]["message"]) < 200
            assert (await ask("plain"))[0] == 200
        gateway.stop()
        assert not list((gateway.data_dir / "journal").iterdir())
        books = await read_books(database_url, gateway.data_dir)
    assert (books.rows, len([charge for charge in books.charges.values() if charge])) == (4, 1)
