"""Canon turns as input items (wires.md 1.11; hazards 1, 3, 11 of section 32)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sluice.formats.canon import Opaque, Part, Reasoning, ToolCall, ToolResult, Turn
from sluice.formats.codec import Told
from sluice.formats.free_text import free_text, is_custom
from sluice.formats.openai_responses.contents import ContentWriter
from sluice.formats.openai_responses.items import ITEMS, Shell
from sluice.formats.reading import unsupported

Json = dict[str, Any]


def native_items(turn: Turn, writer: ContentWriter) -> list[Json]:
    """The items a turn came from, as they came."""
    left = iter(turn.parts)
    shells: tuple[Shell, ...] = turn.extras[ITEMS]
    return [_native_item(shell, [next(left) for _ in range(shell.size)], writer) for shell in shells]


def _native_item(shell: Shell, parts: list[Part], writer: ContentWriter) -> Json:
    if shell.item.get("type", "message") == "message":
        return {**shell.item, "content": _content(tuple(parts), shell.bare, writer)}
    match parts[0]:
        case ToolCall() as call:
            arguments = {} if "input" in shell.item else {"arguments": call.arguments}
            return {**shell.item, "call_id": call.id, **arguments}
        case ToolResult() as result:
            return {**shell.item, "call_id": result.call_id, "output": _content(result.parts, shell.bare, writer)}
        case _:
            return dict(shell.item)


def _content(parts: tuple[Part, ...], bare: bool, writer: ContentWriter) -> Any:
    written = writer.parts(parts, "content")
    return written[0]["text"] if bare else written


class ItemWriter:
    """Writes the turns of another protocol."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._content = ContentWriter(native=False, told=told)
        self._custom: set[str] = set()

    def items(self, turn: Turn) -> Iterator[Json]:
        """The items of a turn. Raises GatewayError 400 naming what cannot be carried."""
        self._told.foreign(turn.extras)
        if turn.role == "assistant":
            yield from self._said(turn)
            return
        for at, part in enumerate(turn.parts):
            if isinstance(part, ToolResult):
                yield self._result(part, f"{turn.place}.content[{at}]")
        parts = [part for part in turn.parts if not isinstance(part, ToolResult)]
        if parts:
            yield {"type": "message", "role": turn.role, "content": self._content.parts(parts, f"{turn.place}.content")}

    def _said(self, turn: Turn) -> Iterator[Json]:
        """What the model thought, said and called, in that order as it came: texts in a row are one message."""
        spoken: list[Json] = []
        words = ""
        for at, part in enumerate(turn.parts):
            place = f"{turn.place}.content[{at}]"
            if spoken and isinstance(part, Reasoning | ToolCall):
                yield {"type": "message", "role": "assistant", "content": spoken}
                spoken = []
            match part:
                case Reasoning(sealed=""):
                    words += part.text
                case Reasoning():
                    yield _thought(words, part.sealed)
                    words = ""
                case ToolCall():
                    yield self._call(part)
                case Opaque():
                    raise unsupported(place, part.kind)
                case _:
                    spoken.append(self._content.part(part, place, said=True))
        if words:
            self._told.add("reasoning_content")  # without its seal a thought is refused
        if spoken:
            yield {"type": "message", "role": "assistant", "content": spoken}

    def _call(self, part: ToolCall) -> Json:
        called = {"call_id": part.id, "name": part.name}
        if is_custom(part.extras):
            self._custom.add(part.id)
            return {"type": "custom_tool_call", **called, "input": free_text(part)}
        return {"type": "function_call", **called, "arguments": part.arguments or "{}"}

    def _result(self, part: ToolResult, place: str) -> Json:
        output: Any = self._content.parts(part.parts, place)
        if all(told["type"] == "input_text" for told in output):
            output = "\n".join(told["text"] for told in output)
        if part.failed and not place.startswith("."):  # not one that was made up
            self._told.add("is_error")
        self._told.foreign(part.extras)
        kind = "custom_tool_call_output" if part.call_id in self._custom else "function_call_output"
        return {"type": kind, "call_id": part.call_id, "output": output}


def _thought(words: str, sealed: str) -> Json:
    """A thought this protocol's upstream sealed itself: only such may come back to it."""
    summary = [{"type": "summary_text", "text": words}] if words else []
    return {"type": "reasoning", "summary": summary, "encrypted_content": sealed}
