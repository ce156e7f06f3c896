"""Calls and their results: every provider wants each call answered once, right behind it (wires.md 32.2).

Clients leave results out, tell them later or in pieces: one of Responses may put a message between the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import msgspec

from sluice.formats.canon import Part, Text, ToolCall, ToolResult, Turn

NO_RESULT = "no result"

_Place = tuple[int, int]
"""A turn, and a part of it."""


def answered(turns: Sequence[Turn]) -> Sequence[Turn]:
    """The turns of a conversation, each call with one result, right behind it: what is told later is told there, what
    is told in several results is one, and what is missing is told as a failure. Results of no call stay."""
    if not _has_calls(turns):
        return turns
    results: dict[str, list[_Place]] = {}
    callers: list[tuple[int, list[str]]] = []
    for at, turn in enumerate(turns):
        for number, part in enumerate(turn.parts):
            if isinstance(part, ToolResult):
                results.setdefault(part.call_id, []).append((at, number))
        calls = [part.id for part in turn.parts if isinstance(part, ToolCall)]
        if calls:
            callers.append((at, calls))
    parts: list[list[Part | None]] = [list(turn.parts) for turn in turns]
    moved: dict[int, list[Turn]] = {}
    # From the last on: an id that is called again takes the results behind it with it.
    for at, calls in reversed(callers):
        end = _behind(turns, at + 1)
        for identity in dict.fromkeys(calls):
            places = results.get(identity, [])
            own = [place for place in places if place[0] > at]
            del places[len(places) - len(own) :]
            whole = _taken(parts, own, identity)
            if own and own[0][0] < end:
                parts[own[0][0]][own[0][1]] = whole
            else:
                place = turns[own[0][0]].place if own else ""
                moved.setdefault(end, []).append(Turn(role="tool", parts=(whole,), place=place))
    return _told(turns, parts, moved)


def _has_calls(turns: Sequence[Turn]) -> bool:
    # Not by ``any``: a conversation has many turns, and most of one part.
    for turn in turns:
        for part in turn.parts:
            if type(part) is ToolCall:
                return True
    return False


def _behind(turns: Sequence[Turn], at: int) -> int:
    """Where the results that are told at once end."""
    return at + sum(1 for _ in takewhile(_has_results, turns[at:]))


def _has_results(turn: Turn) -> bool:
    return any(isinstance(part, ToolResult) for part in turn.parts)


def _taken(parts: list[list[Part | None]], places: Sequence[_Place], identity: str) -> ToolResult:
    """The result of a call, taken from its places."""
    found = [part for turn, number in places if isinstance(part := parts[turn][number], ToolResult)]
    for turn, number in places:
        parts[turn][number] = None
    if not found:
        return ToolResult(call_id=identity, parts=(Text(text=NO_RESULT),), failed=True)
    if len(found) == 1:
        return found[0]
    whole = tuple([part for result in found for part in result.parts])
    failed = any(result.failed for result in found)
    return msgspec.structs.replace(found[-1], parts=whole, plain=False, failed=failed)


def _told(turns: Sequence[Turn], parts: list[list[Part | None]], moved: dict[int, list[Turn]]) -> list[Turn]:
    told: list[Turn] = []
    for at in range(len(turns) + 1):
        told += moved.get(at, ())
        if at == len(turns):
            break
        kept = tuple([part for part in parts[at] if part is not None])
        if kept == turns[at].parts:
            told.append(turns[at])
        elif kept:
            told.append(msgspec.structs.replace(turns[at], parts=kept))
    return told
