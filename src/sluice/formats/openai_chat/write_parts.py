"""Canon parts as the parts, calls and results of chat completions (wires.md 1.1; hazards 3, 11 to 13 of section 32)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from sluice.formats.canon import (
    Audio,
    File,
    Image,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    Turn,
)
from sluice.formats.codec import Told
from sluice.formats.free_text import is_custom
from sluice.formats.openai_chat.messages import FOREIGN_CALL
from sluice.formats.pictures import as_data_url, detail_of, without_detail
from sluice.formats.reading import unsupported

Json = dict[str, Any]

_SPOKEN = (Text, Refusal, Opaque)
_SHOWN_BELOW = "[see the attachment in the next message]"


class PartEncoder:
    """Writes parts. ``native``: they came from this protocol, and go back as they came. ``replays``: thought goes back
    with the calls it led to."""

    def __init__(self, *, native: bool, told: Told, replays: bool = True) -> None:
        self.native = native
        self._replays = replays
        self._told = told

    def content(self, turn: Turn, parts: Sequence[Part]) -> Any:
        """A content: a bare text where that says it all, else parts."""
        if turn.plain if self.native else len(parts) == 1:
            words = self._words(parts)
            if words is not None:
                return words
        return [self.part(part, f"{turn.place}.content[{at}]") for at, part in enumerate(parts)]

    def _words(self, parts: Sequence[Part]) -> str | None:
        """The text of parts that are nothing but text."""
        words = [part.text for part in parts if isinstance(part, Text)]
        if len(words) != len(parts):
            return None
        for part in parts:
            self._note(part)
        return words[0] if len(words) == 1 else "".join(words)

    def part(self, part: Part, place: str) -> Json:
        """One part. Raises GatewayError 400 naming what the protocol cannot carry."""
        match part:
            case Text():
                written: Json = {"type": "text", "text": part.text}
            case Refusal():
                written = {"type": "refusal", "refusal": part.text}
            case Image():
                detail = {"detail": told} if (told := detail_of(part)) not in ("", "auto") else {}
                written = {"type": "image_url", "image_url": {"url": self._picture(part, place), **detail}}
            case Audio():
                written = {"type": "input_audio", "input_audio": {"data": part.data, "format": part.kind}}
            case File():
                written = self._file(part, place)
            case Opaque() if self.native:
                return dict(part.value)
            case Opaque():
                raise unsupported(place, part.kind)
            case _:
                raise unsupported(place, type(part).__name__.lower())
        self._note(part)
        return {**written, **part.extras} if self.native else written

    def _note(self, part: Part) -> None:
        if part.extras and not self.native:
            self._told.foreign(without_detail(part))
            if part.extras.get("cache_control") is not None:
                self._told.add("cache_control")

    def _picture(self, part: Image, place: str) -> str:
        if part.file_id:
            raise unsupported(place, "a picture by the id of a file")
        if not part.data:
            return part.url
        return f"data:{part.media_type};base64,{part.data}" if self.native else as_data_url(part)

    def _file(self, part: File, place: str) -> Json:
        if part.url or (part.file_id and not self.native):
            raise unsupported(place, "a document by its address" if part.url else "a document by the id of a file")
        if part.file_id:
            return {"type": "file", "file": {"file_id": part.file_id}}
        data = part.data or base64.b64encode(part.text.encode()).decode()
        name = part.name or ("document.pdf" if part.media_type == "application/pdf" else "document.txt")
        return {"type": "file", "file": {"filename": name, "file_data": f"data:{part.media_type};base64,{data}"}}

    def assistant(self, turn: Turn) -> Json | None:
        """What the model said earlier; None when of another protocol's turn nothing is left to say."""
        message: Json = {"role": "assistant"}
        spoken = [part for part in turn.parts if isinstance(part, _SPOKEN) and not _is_apart(part)]
        words = None if self.native or not spoken else self._words(spoken)
        if words is not None:
            message["content"] = words
        elif spoken or (self.native and not turn.plain):
            message["content"] = self.content(turn, spoken)
        apart = [part.text for part in turn.parts if isinstance(part, Refusal) and part.apart]
        if apart:
            message["refusal"] = apart[0]
        calls = [self._call(part) for part in turn.parts if _is_call(part)]
        if calls:
            message["tool_calls"] = calls
        if self.native:
            return {**message, **turn.extras}
        self._think(turn, message)
        if calls:
            message.setdefault("content", None)
        return message if len(message) > 1 else None

    def _think(self, turn: Turn, message: Json) -> None:
        """Thought goes back with the calls it led to (some models refuse them without); a proof, to who made it."""
        thoughts = [part for part in turn.parts if isinstance(part, Reasoning)]
        if not thoughts:
            return
        words = "".join(part.text for part in thoughts if not part.signature)
        if words and "tool_calls" in message and self._replays:
            message["reasoning_content"] = words
        elif words:
            self._told.add("reasoning_content")
        if any(part.signature or part.sealed for part in thoughts):
            self._told.add("thinking")

    def _call(self, part: Part) -> Json:
        if isinstance(part, Opaque):
            return dict(part.value)
        assert isinstance(part, ToolCall)
        if self.native and is_custom(part.extras):
            return {"id": part.id, **part.extras}
        call: Json = {"id": part.id, "type": "function"}
        function = {"name": part.name, "arguments": part.arguments or ("" if self.native else "{}")}
        if self.native:
            return {"id": part.id, "function": function, **part.extras}
        return {**call, "function": function}

    def results(self, turn: Turn) -> list[Json]:
        """The results of a turn as messages of their own; what a result shows comes in a user message behind them."""
        messages: list[Json] = []
        shown: list[Json] = []
        for at, result in enumerate(turn.parts):
            if not isinstance(result, ToolResult):
                continue
            place = f"{turn.place}.content[{at}]"
            message, attached = self._result(turn, result, place)
            messages.append(message)
            shown += attached
            self._note(result)
            if result.failed and turn.place:  # not one that was made up
                self._told.add("is_error")
        return [*messages, {"role": "user", "content": shown}] if shown else messages

    def _result(self, turn: Turn, result: ToolResult, place: str) -> tuple[Json, list[Json]]:
        message: Json = {"role": "tool", "tool_call_id": result.call_id}
        if self.native:
            inner = Turn(role="tool", plain=result.plain, place=turn.place)
            if result.parts or not result.plain:
                message["content"] = self.content(inner, result.parts)
            return {**message, **turn.extras}, []
        words = [part.text for part in result.parts if isinstance(part, Text)]
        rest = [part for part in result.parts if not isinstance(part, Text)]
        attached = [self.part(part, f"{place}.content") for part in rest]
        if attached:
            words.append(_SHOWN_BELOW)
            attached.insert(0, {"type": "text", "text": f"The attachment of the tool result {result.call_id}:"})
        return {**message, "content": "\n".join(words)}, attached


def _is_apart(part: Part) -> bool:
    return not isinstance(part, Text) and (_is_call(part) or (isinstance(part, Refusal) and part.apart))


def _is_call(part: Part) -> bool:
    return isinstance(part, ToolCall) or (isinstance(part, Opaque) and part.kind.startswith(FOREIGN_CALL))
