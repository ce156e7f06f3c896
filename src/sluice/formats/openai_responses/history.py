"""Conversations that are gone on with: what earlier answers said, put before what is said now."""

from __future__ import annotations

import re
from typing import Any

Items = list[dict[str, Any]]

_NAMED_ANEW = frozenset(
    {"message", "reasoning", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output"}
)
"""Items that need no id: an upstream that did not make them would look for theirs in vain."""
_PREFIXES = {"message": "msg", "reasoning": "rs", "function_call": "fc", "function_call_output": "fco"}


def continued(before: tuple[Items, Items], now: Items) -> Items:
    """The items of an earlier request, of its answer, and of this request."""
    given, said = before
    return [*map(_nameless, given), *map(_nameless, said), *now]


def _nameless(item: dict[str, Any]) -> dict[str, Any]:
    if str(item.get("type") or "message") not in _NAMED_ANEW:
        return item
    return {name: value for name, value in item.items() if name != "id"}


_OWN = re.compile(r"[a-z_]+_([0-9a-f]{32})(?:[0-9]{3}|_[0-9]+)")
"""The ids that items of this gateway's answers have (outputs.py), and those of what they answer (below)."""


def references(items: Items) -> list[tuple[int, str, str]]:
    """The items that only name one an answer of this gateway holds: place, the item's id, the answer's id. Names that
    are an upstream's own are left to it."""
    named = []
    for at, item in enumerate(items):
        # The type may be left out: openai-python 3.54, types/responses/response_input_item_param.py.
        if "role" in item or item.get("type", "item_reference") != "item_reference":
            continue
        identity = item.get("id")
        found = _OWN.fullmatch(identity) if isinstance(identity, str) else None
        if found is not None:
            named.append((at, found[0], f"resp_{found[1]}"))
    return named


def kept_item(identity: str, before: tuple[Items, Items]) -> dict[str, Any] | None:
    """An item of a kept answer, or of what it answers, as it may be said anew; None when there is none of this id."""
    given, said = before
    found = (item for item in (*said, *given) if item.get("id") == identity)
    return next(map(_nameless, found), None)


def with_ids(items: Items, response_id: str) -> Items:
    """Items each with a type and an id, to be listed by."""
    named = []
    for number, item in enumerate(items):
        kind = str(item.get("type") or "message")
        identity = f"{_PREFIXES.get(kind, 'item')}_{response_id.removeprefix('resp_')}_{number}"
        named.append({"id": identity, "type": kind, **{key: value for key, value in item.items() if value is not None}})
    return named


def page(items: Items, limit: int, after: str | None, *, ascending: bool) -> dict[str, Any] | None:
    """A page of a list of items, the newest first or last; None when ``after`` is the id of none of them."""
    ordered = items if ascending else items[::-1]
    start = 0
    if after is not None:
        found = [number for number, item in enumerate(ordered) if item.get("id") == after]
        if not found:
            return None
        start = found[0] + 1
    shown = ordered[start : start + limit]
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
        "has_more": start + limit < len(ordered),
    }
