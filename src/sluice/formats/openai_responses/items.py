"""Input and output items as canon turns: one function for each type of item (wires.md 1.11).

An item is a turn of its own, but for what the model said and called in one go: those are one turn, as in every other
protocol. Each turn keeps the shells of its items (what its parts do not say) in ``extras["items"]``, to write them back
as they came.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from sluice.formats.canon import Opaque, Part, Reasoning, Role, Text, ToolCall, ToolResult, Turn
from sluice.formats.free_text import as_arguments
from sluice.formats.openai_responses.contents import read_content
from sluice.formats.openai_responses.proofs import unseal
from sluice.formats.openai_responses.tools import NAMESPACE, joined_name
from sluice.formats.reading import Unreadable, as_list, as_object, maybe_text, rest, text

Json = dict[str, Any]

ITEMS = "items"
INPUT = "input"
"""The place of the turn that a bare text as input makes."""
_KNOWN = frozenset({"type", "role", "content", "id", "status", "call_id", "name", "arguments", "input", "output"})


class Shell(msgspec.Struct, frozen=True, gc=False):
    """What is left of an item: its members, how many of the turn's parts are its, and whether its content was a bare
    text."""

    item: Json
    size: int = 1
    bare: bool = False


class _Read(msgspec.Struct, frozen=True, gc=False):
    role: Role
    parts: tuple[Part, ...]
    shell: Shell


def read_input(given: Any) -> tuple[Turn, ...]:
    """The conversation of ``input``: a bare text, or items. Raises Unreadable."""
    if given is None:
        return ()
    if isinstance(given, str):
        return (Turn(role="user", parts=read_content(given, INPUT), place=INPUT),)
    turns: list[Turn] = []
    for at, value in enumerate(as_list(given, INPUT)):
        place = f"{INPUT}[{at}]"
        read = read_item(value, place)
        shell = read.shell
        if turns and read.role == "assistant" and _belongs(read, turns[-1]):
            turns[-1] = _joined(turns[-1], read)
            continue
        extras: Json = {ITEMS: (shell,)}
        if not shell.item.keys() <= _KNOWN or None in shell.item.values():
            extras = {**rest(shell.item, *_KNOWN), **extras}
        plain = shell.bare or not _is_message(shell.item)
        turns.append(Turn(role=read.role, parts=read.parts, plain=plain, place=place, extras=extras))
    return tuple(turns)


def read_item(value: Any, place: str) -> _Read:
    """One item. Raises Unreadable."""
    if not isinstance(value, dict):
        raise Unreadable(place, "an object")
    kind = value.get("type", "message")
    if not isinstance(kind, str):
        raise Unreadable(f"{place}.type", "a text")
    return _READERS.get(kind, _opaque)(value, place)


def _belongs(read: _Read, turn: Turn) -> bool:
    """Whether what the model said goes on with a turn of its own: two messages in a row stay two."""
    if turn.role != "assistant":
        return False
    last: Shell = turn.extras[ITEMS][-1]
    return not (_is_message(last.item) and _is_message(read.shell.item))


def _is_message(item: Json) -> bool:
    kind: object = item.get("type", "message")
    return kind == "message"


def _joined(turn: Turn, read: _Read) -> Turn:
    shells = (*turn.extras[ITEMS], read.shell)
    extras = {**turn.extras, **rest(read.shell.item, *_KNOWN), ITEMS: shells}
    return Turn(role=turn.role, parts=turn.parts + read.parts, plain=turn.plain, place=turn.place, extras=extras)


def _message(item: Json, place: str) -> _Read:
    role: Role
    match item.get("role"):
        case "system" | "developer" | "user" | "assistant" as role:
            pass
        case _:
            raise Unreadable(f"{place}.role", "system, developer, user or assistant")
    content: Any = item.get("content")
    bare = isinstance(content, str)
    parts = (Text(text=content),) if bare else read_content(content, f"{place}.content")
    left = dict(item)
    del left["content"]
    return _Read(role, parts, Shell(left, len(parts), bare))


def _call(item: Json, place: str) -> _Read:
    arguments = text(item, "arguments", place)
    call = ToolCall(id=text(item, "call_id", place), name=_called(item, place), arguments=arguments)
    return _Read("assistant", (call,), Shell(_without(item, "call_id", "arguments")))


def _custom_call(item: Json, place: str) -> _Read:
    """A call whose input is free text: elsewhere, a function with one argument."""
    arguments = as_arguments(text(item, "input", place))
    call = ToolCall(id=text(item, "call_id", place), name=_called(item, place), arguments=arguments)
    return _Read("assistant", (call,), Shell(_without(item, "call_id")))


def _called(item: Json, place: str) -> str:
    """The function's name where there are no namespaces."""
    namespace, name = maybe_text(item, NAMESPACE), text(item, "name", place)
    return joined_name(namespace, name) if namespace else name


def _result(item: Json, place: str) -> _Read:
    output = item.get("output")
    parts = read_content(output, f"{place}.output")
    bare = isinstance(output, str)
    result = ToolResult(call_id=text(item, "call_id", place), parts=parts, plain=bare)
    return _Read("tool", (result,), Shell(_without(item, "call_id", "output"), 1, bare))


def _reasoning(item: Json, place: str) -> _Read:
    """A thought, and behind its words its seal."""
    parts = read_thought(item, place)
    return _Read("assistant", parts, Shell(item, len(parts)))


def read_thought(item: Json, place: str) -> tuple[Reasoning, ...]:
    """The words of a reasoning item: their sum, or where there is none, all of them; and its seal, or the proof of
    another protocol that travels in it. Raises Unreadable."""
    proven = unseal(item)
    if proven is not None:
        return (proven,)
    told = (words(item, "summary", place), words(item, "content", place))
    said = Reasoning(text=next((one for one in told if one), ""))
    sealed = maybe_text(item, "encrypted_content")
    seal = (Reasoning(sealed=sealed),) if sealed else ()
    return (said, *seal) if said.text or not seal else seal


def words(item: Json, member: str, place: str) -> str:
    """The texts of a list of parts, a blank line between them. Raises Unreadable."""
    given = item.get(member)
    parts = [] if given is None else as_list(given, f"{place}.{member}")
    texts = [maybe_text(as_object(part, f"{place}.{member}"), "text") for part in parts]
    return "\n\n".join(told for told in texts if told)


def _opaque(item: Json, place: str) -> _Read:
    kind = item["type"]
    role: Role = "assistant" if kind.endswith("_call") or kind == "compaction" else "user"
    return _Read(role, (Opaque(kind=kind, value=item),), Shell(item))


def _without(item: Json, *names: str) -> Json:
    left = dict(item)
    for name in names:
        left.pop(name, None)
    return left


_READERS: dict[str, Callable[[Json, str], _Read]] = {
    "message": _message,
    "function_call": _call,
    "function_call_output": _result,
    "custom_tool_call": _custom_call,
    "custom_tool_call_output": _result,
    "reasoning": _reasoning,
}
