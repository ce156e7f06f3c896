"""Each call has one result, right behind it, whatever a client made of that."""

from __future__ import annotations

from collections.abc import Sequence

from sluice.formats.canon import Text, ToolCall, ToolResult, Turn
from sluice.formats.unanswered import NO_RESULT, answered


def calls(*ids: str) -> Turn:
    return Turn(role="assistant", parts=tuple([ToolCall(id=one, name="f", arguments="{}") for one in ids]))


def results(*told: str, place: str = "") -> Turn:
    """Results, each ``id`` or ``id=words``."""
    parts = []
    for one in told:
        identity, _, words = one.partition("=")
        parts.append(ToolResult(call_id=identity, parts=(Text(text=words or identity),)))
    return Turn(role="tool", parts=tuple(parts), place=place)


def words(text: str) -> Turn:
    return Turn(role="user", parts=(Text(text=text),))


def shown(turns: Sequence[Turn]) -> list[str]:
    """Each part of each turn in a word."""
    told = []
    for turn in turns:
        for part in turn.parts:
            match part:
                case ToolCall():
                    told.append(f"call {part.id}")
                case ToolResult():
                    inner = "+".join(text.text for text in part.parts if isinstance(text, Text))
                    told.append(f"result {part.call_id}: {inner}{' failed' if part.failed else ''}")
                case Text():
                    told.append(part.text)
    return told


def test_what_is_right_stays_as_it_is() -> None:
    turns = [words("q"), calls("a", "b"), results("b"), results("a"), words("x"), calls("c"), results("c")]
    assert answered(turns) == turns
    assert answered(turns[:1]) == turns[:1]


def test_what_is_missing_is_told_as_a_failure_behind_what_is_there() -> None:
    turns = [calls("a", "b"), results("b"), words("x"), calls("c")]
    assert shown(answered(turns)) == [
        "call a", "call b", "result b: b", f"result a: {NO_RESULT} failed", "x", "call c",
        f"result c: {NO_RESULT} failed",
    ]  # fmt: skip


def test_what_is_told_later_is_told_where_it_belongs() -> None:
    turns = [calls("a", "b"), results("b"), words("x"), results("a", place="input[4]"), words("y")]
    told = answered(turns)
    assert shown(told) == ["call a", "call b", "result b: b", "result a: a", "x", "y"]
    assert told[2].place == "input[4]"


def test_several_results_of_a_call_are_one() -> None:
    turns = [calls("a"), results("a=1", "a=2"), words("x"), results("a=3")]
    assert shown(answered(turns)) == ["call a", "result a: 1+2+3", "x"]


def test_an_id_that_is_called_twice_has_the_results_behind_each() -> None:
    turns = [calls("a"), results("a=1"), calls("a"), words("x"), results("a=2"), calls("a"), results("a=3")]
    assert shown(answered(turns)) == [
        "call a", "result a: 1", "call a", "result a: 2", "x", "call a", "result a: 3",
    ]  # fmt: skip


def test_results_of_no_call_stay() -> None:
    turns = [results("z"), words("x"), calls("a"), results("a", "y")]
    assert shown(answered(turns)) == ["result z: z", "x", "call a", "result a: a", "result y: y"]
