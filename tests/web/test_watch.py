"""The watch over a client's connection: it ends with the answer, not with the request's last work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from sluice.web.http import AsgiClient, Message


class Server:
    """An ASGI server's side of one request: like uvicorn, it says that the client left once it was answered."""

    def __init__(self) -> None:
        self.watched = asyncio.Event()
        self.over = asyncio.Event()

    async def receive(self) -> Message:
        self.watched.set()
        await self.over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.over.set()


@pytest.mark.parametrize(
    "finish",
    [lambda client: client.answer(200, [], b"all"), lambda client: client.finish(b"last")],
    ids=["whole", "stream"],
)
async def test_what_follows_the_answer_is_not_cancelled(finish: Callable[[AsgiClient], Awaitable[None]]) -> None:
    server = Server()
    client = AsgiClient(server.receive, server.send)
    client.watch()
    await server.watched.wait()
    await finish(client)
    for _ in range(5):
        await asyncio.sleep(0)  # what stands in the loop's line has its turn
    assert not client.gone


async def test_a_client_that_leaves_before_cancels_the_work() -> None:
    server = Server()
    client = AsgiClient(server.receive, server.send)

    async def work() -> None:
        client.watch()
        await asyncio.Event().wait()

    task = asyncio.ensure_future(work())
    await server.watched.wait()
    server.over.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert client.gone
