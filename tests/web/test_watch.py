"""The watch over a client's connection: it ends with the answer, not with the request's last work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from uvicorn.protocols.http.flow_control import FlowControl

from sluice.web.cycle import Cycle
from sluice.web.http import CYCLE, AsgiClient, Scope


class Wire(asyncio.Transport):
    """A client's connection that takes everything."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        pass


Work = Callable[[AsgiClient], Coroutine[Any, Any, None]]


def serve(work: Work) -> tuple[Cycle, AsgiClient]:
    """A request in hand, and the relay's view of its client."""
    wire = Wire()
    scope: Scope = {"method": "POST", "http_version": "1.1"}
    cycle = Cycle(scope, wire, FlowControl(wire), [], keep_alive=True, expects_continue=False, on_complete=lambda: None)
    scope[CYCLE] = cycle
    client = AsgiClient(scope, cycle.send)
    cycle.task = asyncio.create_task(work(client))
    return cycle, client


async def whole(client: AsgiClient) -> None:
    await client.answer(200, [], b"all")


async def stream(client: AsgiClient) -> None:
    await client.start(200, [])
    await client.finish(b"last")


@pytest.mark.parametrize("finish", [whole, stream])
async def test_what_follows_the_answer_is_not_cancelled(finish: Work) -> None:
    answered, rest = asyncio.Event(), asyncio.Event()

    async def work(client: AsgiClient) -> None:
        client.watch()
        await finish(client)
        answered.set()
        await rest.wait()

    cycle, client = serve(work)
    assert cycle.task is not None
    told = asyncio.ensure_future(answered.wait())
    await asyncio.wait([told, cycle.task], return_when=asyncio.FIRST_COMPLETED)
    assert told.done(), "the work ended before it answered"
    cycle.disconnect()
    rest.set()
    await cycle.task
    assert not client.gone


async def test_a_client_that_leaves_before_cancels_the_work() -> None:
    waits = asyncio.Event()

    async def work(client: AsgiClient) -> None:
        client.watch()
        waits.set()
        await asyncio.Event().wait()

    cycle, client = serve(work)
    await waits.wait()
    cycle.disconnect()
    assert cycle.task is not None
    with pytest.raises(asyncio.CancelledError):
        await cycle.task
    assert client.gone


async def test_a_client_that_left_before_the_watch_cancels_the_work_too() -> None:
    async def work(client: AsgiClient) -> None:
        await asyncio.sleep(0)
        client.watch()
        await asyncio.Event().wait()

    cycle, client = serve(work)
    cycle.disconnect()
    assert cycle.task is not None
    with pytest.raises(asyncio.CancelledError):
        await cycle.task
    assert client.gone
