"""Calls that have no result yet: a history in which one is missing is refused by every provider (wires.md 32.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sluice.formats.canon import Text, ToolCall, ToolResult, Turn

NO_RESULT = "no result"


class Unanswered:
    """Follows a conversation, turn by turn."""

    def __init__(self) -> None:
        self._waiting: dict[str, ToolCall] = {}

    def before(self, turn: Turn) -> list[ToolResult]:
        """The results that must be made up before this turn is told: those of calls it leaves behind."""
        if turn.role == "assistant":
            missing = self.rest()
            self._waiting = {part.id: part for part in turn.parts if isinstance(part, ToolCall)}
            return missing
        if not self._waiting:
            return []
        results = {part.call_id for part in turn.parts if isinstance(part, ToolResult)}
        for identity in results:
            self._waiting.pop(identity, None)
        return [] if results else self.rest()

    def rest(self) -> list[ToolResult]:
        """The results that must be made up at the end."""
        waiting, self._waiting = self._waiting, {}
        return [ToolResult(call_id=identity, parts=(Text(text=NO_RESULT),), failed=True) for identity in waiting]


def answered(turns: tuple[Turn, ...]) -> Iterable[Turn]:
    """The turns of a conversation, the results that are missing told where they belong, as failures."""
    for turn in turns:
        for part in turn.parts:
            if isinstance(part, ToolCall):
                return _answered(turns)
    return turns


def _answered(turns: tuple[Turn, ...]) -> Iterator[Turn]:
    unanswered = Unanswered()
    for turn in turns:
        if missing := unanswered.before(turn):
            yield Turn(role="tool", parts=tuple(missing))
        yield turn
    if missing := unanswered.rest():
        yield Turn(role="tool", parts=tuple(missing))
