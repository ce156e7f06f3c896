"""Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): how they are written, and how to
work for an answer whose client may leave at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
"""The success of an operation that answers with events, for the OpenAPI document."""


def event(name: str, data: Any, *, event_id: str | None = None) -> bytes:
    """One event. ``event_id`` is what a browser sends back as ``Last-Event-ID``."""
    number = f"id: {event_id}\n" if event_id is not None else ""
    return f"event: {name}\n{number}data: ".encode() + msgspec.json.encode(data) + b"\n\n"


def keep_alive() -> bytes:
    """A comment, so that proxies do not take silence for death."""
    return b": still here\n\n"


_running: set[asyncio.Future[Any]] = set()


async def whole(work: Coroutine[Any, Any, T]) -> T:
    """Runs database work to its end, also when its caller is cancelled because the client left.

    A call to the database that is cut off leaves a connection nobody can use or close.
    """
    task = asyncio.ensure_future(work)
    _running.add(task)  # or nobody would hold it once the caller is gone
    task.add_done_callback(_running.discard)
    return await asyncio.shield(task)
