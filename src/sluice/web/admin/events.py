"""Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): how they are written."""

from __future__ import annotations

from typing import Any

import msgspec

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
