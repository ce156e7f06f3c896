"""Messages of chat completions as canon turns (wires.md 1.1)."""

from __future__ import annotations

from collections.abc import Callable
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
from sluice.formats.free_text import as_arguments
from sluice.formats.reading import (
    Unreadable,
    as_list,
    as_object,
    data_url,
    maybe_text,
    rest,
    text,
)

Json = dict[str, Any]

FOREIGN_CALL = "tool_calls."
"""Marks an Opaque that is a call of another kind than a function's, not a part of the content."""
_THOUGHT = frozenset({"reasoning_content", "reasoning", "thinking_blocks"})
_SAID = ("role", "content", "refusal", "tool_calls")


def read_turns(top: Json) -> tuple[Turn, ...]:
    """The conversation. Raises Unreadable."""
    messages = as_list(top.get("messages"), "messages")
    if not messages:
        raise Unreadable("messages", "a list of at least one message")
    return tuple([_turn(message, f"messages[{at}]") for at, message in enumerate(messages)])


def _turn(value: Any, place: str) -> Turn:
    message = as_object(value, place)
    content = message.get("content")
    plain = not isinstance(content, list)
    match message.get("role"):
        case "system" | "developer" | "user" as role:
            parts = read_content(content, f"{place}.content")
            return Turn(role=role, parts=parts, plain=plain, place=place, extras=rest(message, "role", "content"))
        case "assistant":
            extras = rest(message, *_SAID)
            return Turn(role="assistant", parts=read_said(message, place), plain=plain, place=place, extras=extras)
        case "tool":
            result = ToolResult(
                call_id=text(message, "tool_call_id", place),
                parts=read_content(content, f"{place}.content"),
                plain=plain,
            )
            extras = rest(message, "role", "content", "tool_call_id")
            return Turn(role="tool", parts=(result,), plain=plain, place=place, extras=extras)
        case _:
            raise Unreadable(f"{place}.role", "system, developer, user, assistant or tool")


def read_said(message: Json, place: str) -> tuple[Part, ...]:
    """What an assistant's message says, thought first, calls last. Raises Unreadable."""
    parts: list[Part] = [] if _THOUGHT.isdisjoint(message) else read_thought(message)
    parts += read_content(message.get("content"), f"{place}.content")
    if isinstance(message.get("refusal"), str):
        parts.append(Refusal(text=message["refusal"], apart=True))
    calls = message.get("tool_calls")
    if calls is not None:
        items = as_list(calls, f"{place}.tool_calls")
        parts += [_call(call, f"{place}.tool_calls[{at}]") for at, call in enumerate(items)]
    return tuple(parts)


def read_thought(message: Json) -> list[Part]:
    """The thought of a message: ``thinking_blocks`` prove themselves to who made them; ``reasoning_content`` (or
    ``reasoning``) is words alone, and the same words where both are there."""
    words = maybe_text(message, "reasoning_content") or maybe_text(message, "reasoning")
    blocks = message.get("thinking_blocks")
    proven = [read_block(block) for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
    if words and not any(block.text for block in proven):
        return [Reasoning(text=words), *proven]
    return [*proven]


def read_block(block: Json) -> Reasoning:
    """One of ``thinking_blocks``. Without words it proves what came of the thought, not the thought."""
    return Reasoning(
        text=maybe_text(block, "thinking"), signature=maybe_text(block, "signature"), sealed=maybe_text(block, "data")
    )


def read_content(content: Any, place: str) -> tuple[Part, ...]:
    """A content: nothing, a bare text, or parts. Raises Unreadable."""
    if content is None:
        return ()
    if isinstance(content, str):
        return (Text(text=content),)
    items = as_list(content, place)
    return tuple([_part(item, f"{place}[{at}]") for at, item in enumerate(items)])


def _part(value: Any, place: str) -> Part:
    part = as_object(value, place)
    kind = text(part, "type", place)
    read = _READERS.get(kind)
    return Opaque(kind=kind, value=part) if read is None else read(part, place)


def _text(part: Json, place: str) -> Part:
    return Text(text=text(part, "text", place), extras=rest(part, "type", "text"))


def _refusal(part: Json, place: str) -> Part:
    return Refusal(text=text(part, "refusal", place), extras=rest(part, "type", "refusal"))


def _image(part: Json, place: str) -> Part:
    image = part.get("image_url")
    url = image if isinstance(image, str) else text(as_object(image, f"{place}.image_url"), "url", f"{place}.image_url")
    extras = rest(part, "type")
    inlined = data_url(url)
    return (
        Image(url=url, extras=extras)
        if inlined is None
        else Image(media_type=inlined[0], data=inlined[1], extras=extras)
    )


def _audio(part: Json, place: str) -> Part:
    where = f"{place}.input_audio"
    sound = as_object(part.get("input_audio"), where)
    return Audio(data=text(sound, "data", where), kind=text(sound, "format", where), extras=rest(part, "type"))


def _file(part: Json, place: str) -> Part:
    where = f"{place}.file"
    file = as_object(part.get("file"), where)
    name, identity = maybe_text(file, "filename"), maybe_text(file, "file_id")
    inlined = data_url(maybe_text(file, "file_data"))
    if inlined is None and not identity:
        raise Unreadable(where, "a file_id, or file_data as a data: address in base64")
    kind, data = inlined or ("", "")
    return File(name=name, file_id=identity, media_type=kind, data=data, extras=rest(part, "type"))


_READERS: dict[str, Callable[[Json, str], Part]] = {
    "text": _text,
    "refusal": _refusal,
    "image_url": _image,
    "input_audio": _audio,
    "file": _file,
}


def _call(value: Any, place: str) -> Part:
    call = as_object(value, place)
    kind = call.get("type", "function")
    match call:
        case {"type": "custom", "id": str(identity), "custom": {"name": str(name), "input": str(said)}}:
            return ToolCall(id=identity, name=name, arguments=as_arguments(said), extras=rest(call, "id"))
    if kind != "function":
        return Opaque(kind=f"{FOREIGN_CALL}{kind}", value=call)
    function = as_object(call.get("function"), f"{place}.function")
    given = function.get("arguments")
    inner = given is None or rest(function, "name", "arguments")
    return ToolCall(
        id=text(call, "id", place),
        name=text(function, "name", f"{place}.function"),
        arguments="" if given is None else text(function, "arguments", f"{place}.function"),
        extras=rest(call, "id", "function") | ({"function": function} if inner else {}),
    )
