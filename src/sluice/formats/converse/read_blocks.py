"""Content blocks of the Converse protocol as canon parts (wires.md 6.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sluice.formats.canon import Citation, Image, Opaque, Part, Reasoning, Text, ToolCall
from sluice.formats.reading import Unreadable, as_list, as_object, json_text, maybe_text, text

Json = dict[str, Any]


def read_block(value: Any, place: str) -> Part:
    """One block of an answer: a union, told by its one member. Raises Unreadable."""
    block = as_object(value, place)
    for name, read in _READERS.items():
        if name in block:
            return read(block[name], f"{place}.{name}")
    kind = next(iter(block), "")
    if not kind:
        raise Unreadable(place, "a block with a member")
    return Opaque(kind=kind, value=block)


def _text(value: Any, place: str) -> Part:
    if not isinstance(value, str):
        raise Unreadable(place, "a text")
    return Text(text=value)


def _reasoning(value: Any, place: str) -> Part:
    told = as_object(value, place)
    if told.get("reasoningText") is not None:
        said = as_object(told["reasoningText"], f"{place}.reasoningText")
        return Reasoning(text=text(said, "text", place), signature=maybe_text(said, "signature"))
    sealed = text(told, "redactedContent", place)
    return Reasoning(sealed=sealed) if sealed else Opaque(kind="reasoningContent", value=told)


def _call(value: Any, place: str) -> Part:
    told = as_object(value, place)
    given = told.get("input")
    arguments = "{}" if given is None else json_text(as_object(given, f"{place}.input"))
    return ToolCall(id=text(told, "toolUseId", place), name=text(told, "name", place), arguments=arguments)


def _image(value: Any, place: str) -> Part:
    told = as_object(value, place)
    data = maybe_text(as_object(told.get("source"), f"{place}.source"), "bytes")
    if not data:
        return Opaque(kind="image", value=told)
    return Image(data=data, media_type=f"image/{maybe_text(told, 'format') or 'png'}")


def _cited(value: Any, place: str) -> Part:
    """Texts of an answer with where they come from; only places on the web mean something to others."""
    told = as_object(value, place)
    pieces = [maybe_text(as_object(piece, place), "text") for piece in as_list(told.get("content"), f"{place}.content")]
    given = told.get("citations")
    listed = given if isinstance(given, list) else []
    found = [cited for cited in map(read_citation, listed) if cited is not None]
    return Text(text="".join(pieces), citations=tuple(found))


def read_citation(value: Any) -> Citation | None:
    """A citation of a page of the web; None for any other."""
    location = value.get("location") if isinstance(value, dict) else None
    web = location.get("web") if isinstance(location, dict) else None
    if not isinstance(web, dict) or not maybe_text(web, "url"):
        return None
    return Citation(url=web["url"], title=maybe_text(value, "title"))


_READERS: dict[str, Callable[[Any, str], Part]] = {
    "text": _text,
    "reasoningContent": _reasoning,
    "toolUse": _call,
    "image": _image,
    "citationsContent": _cited,
}
