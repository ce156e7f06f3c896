"""Content blocks of the Messages protocol, both ways: one function for each kind (wires.md 2.1)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from typing import Any

from sluice.formats.canon import (
    Audio,
    Citation,
    File,
    Image,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from sluice.formats.codec import Told
from sluice.formats.pictures import picture_type
from sluice.formats.reading import (
    Unreadable,
    as_list,
    as_object,
    flag,
    json_text,
    maybe_text,
    object_of,
    raw_object,
    rest,
    text,
    unsupported,
)

Json = dict[str, Any]

_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_-]")
_SEALED = "redacted_thinking"
_WEB = "web_search_result_location"


# Decoding.


def decode_blocks(content: Any, place: str) -> tuple[Part, ...]:
    """A content: a bare text, or blocks. Raises Unreadable."""
    if isinstance(content, str):
        return (Text(text=content),)
    parts: list[Part] = []
    for at, block in enumerate(content if type(content) is list else as_list(content, place)):
        if type(block) is dict and len(block) == 2 and block.get("type") == "text" and type(block.get("text")) is str:
            parts.append(Text(text=block["text"]))  # as most are
        else:
            parts.append(decode_block(block, f"{place}[{at}]"))
    return tuple(parts)


def decode_block(value: Any, place: str) -> Part:
    """One block. Raises Unreadable."""
    block = as_object(value, place)
    kind = text(block, "type", place)
    decode = _DECODERS.get(kind)
    return Opaque(kind=kind, value=block) if decode is None else decode(block, place)


def _text(block: Json, place: str) -> Part:
    extras = rest(block, "type", "text")
    return Text(text=text(block, "text", place), citations=_web_citations(block.get("citations")), extras=extras)


def _web_citations(given: Any) -> tuple[Citation, ...]:
    told = given if isinstance(given, list) else []
    return tuple([cited for cited in map(decode_citation, told) if cited is not None])


def decode_citation(value: Any) -> Citation | None:
    """A citation of the web; None for those of documents, whose places mean nothing elsewhere."""
    if not isinstance(value, dict) or value.get("type") != _WEB or not maybe_text(value, "url"):
        return None
    extras = rest(value, "type", "url", "title", "cited_text")
    title, quote = maybe_text(value, "title"), maybe_text(value, "cited_text")
    return Citation(url=value["url"], title=title, quote=quote, extras=extras)


def _image(block: Json, place: str) -> Part:
    source = as_object(block.get("source"), f"{place}.source")
    extras = rest(block, "type")
    match source.get("type"):
        case "base64":
            data, kind = text(source, "data", f"{place}.source"), text(source, "media_type", f"{place}.source")
            return Image(data=data, media_type=kind, extras=extras)
        case "url":
            return Image(url=text(source, "url", f"{place}.source"), extras=extras)
        case "file":
            return Image(file_id=text(source, "file_id", f"{place}.source"), extras=extras)
        case _:
            return Opaque(kind="image", value=block)


def _document(block: Json, place: str) -> Part:
    source = as_object(block.get("source"), f"{place}.source")
    where = f"{place}.source"
    name = maybe_text(block, "title")
    extras = rest(block, "type", *(("title",) if name else ()))
    match source.get("type"):
        case "base64":
            data, kind = text(source, "data", where), text(source, "media_type", where)
            return File(name=name, data=data, media_type=kind, extras=extras)
        case "text":
            return File(name=name, text=text(source, "data", where), media_type="text/plain", extras=extras)
        case "url":
            return File(name=name, url=text(source, "url", where), extras=extras)
        case "file":
            return File(name=name, file_id=text(source, "file_id", where), extras=extras)
        case _:
            return Opaque(kind="document", value=block)


def _thinking(block: Json, place: str) -> Part:
    signature = maybe_text(block, "signature")
    extras = rest(block, "type", "thinking", *(("signature",) if signature else ()))
    return Reasoning(text=text(block, "thinking", place), signature=signature, extras=extras)


def _redacted(block: Json, place: str) -> Part:
    sealed = text(block, "data", place)
    return Reasoning(sealed=sealed, extras=rest(block, "type", "data")) if sealed else Opaque(kind=_SEALED, value=block)


def _tool_use(block: Json, place: str) -> Part:
    given = as_object(block.get("input"), f"{place}.input")
    extras = rest(block, "type", "id", "name", "input")
    return ToolCall(
        id=text(block, "id", place), name=text(block, "name", place), arguments=json_text(given), extras=extras
    )


def _tool_result(block: Json, place: str) -> Part:
    content = block.get("content")
    return ToolResult(
        call_id=text(block, "tool_use_id", place),
        parts=() if content is None else decode_blocks(content, f"{place}.content"),
        failed=bool(flag(block.get("is_error"), f"{place}.is_error")),
        plain=not isinstance(content, list),
        extras=rest(block, "type", "tool_use_id", "content", *(("is_error",) if block.get("is_error") else ())),
    )


_DECODERS: dict[str, Callable[[Json, str], Part]] = {
    "text": _text,
    "image": _image,
    "document": _document,
    "thinking": _thinking,
    _SEALED: _redacted,
    "tool_use": _tool_use,
    "tool_result": _tool_result,
}


# Encoding.


def call_id(identity: str) -> str:
    """A call's id in the characters the protocol allows; the same for a call and its result, and no other's."""
    told = _NOT_IN_IDS.sub("_", identity)
    if told == identity and told:
        return told
    return f"{told}_{hashlib.sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


class BlockEncoder:
    """Writes parts as blocks. ``native``: they came from this protocol, and go back as they came."""

    def __init__(self, *, native: bool, told: Told) -> None:
        self._native = native
        self._told = told

    def blocks(self, parts: tuple[Part, ...], place: str) -> list[Json]:
        """The blocks of a content. Raises GatewayError 400 naming what the protocol cannot carry."""
        written = []
        for number, part in enumerate(parts):
            block = self.block(part, f"{place}[{number}]")
            if block is not None:
                written.append(block)
        return written

    def block(self, part: Part, place: str) -> Json | None:
        """One block; None for a part that says nothing here."""
        block: Json | None
        match part:
            case Text():
                block = {"type": "text", "text": part.text} if part.text or self._native else None
            case Image():
                block = {"type": "image", "source": self._image_source(part, place)}
            case File():
                block = self._document(part, place)
            case Reasoning():
                block = self._reasoning(part)
            case ToolCall():
                block = self._call(part, place)
            case ToolResult():
                block = self._result(part, place)
            case Refusal():
                block = {"type": "text", "text": part.text} if part.text else None
            case Audio():
                raise unsupported(place, "input_audio")
            case Opaque() if self._native:
                return dict(part.value)
            case Opaque():
                raise unsupported(place, part.kind)
        return block if block is None else self._with_extras(block, part)

    def _with_extras(self, block: Json, part: Part) -> Json:
        if self._native:
            return {**block, **part.extras}
        if part.extras:
            self._told.foreign(part.extras)
            if part.extras.get("cache_control") is not None:
                block["cache_control"] = part.extras["cache_control"]
        return block

    def _image_source(self, part: Image, place: str) -> Json:
        if part.data:
            kind = part.media_type if self._native else picture_type(part)
            return {"type": "base64", "media_type": kind, "data": part.data}
        if part.file_id and not self._native:
            raise unsupported(place, "file_id")  # a file of another provider
        return {"type": "file", "file_id": part.file_id} if part.file_id else {"type": "url", "url": part.url}

    def _document(self, part: File, place: str) -> Json:
        block: Json = {"type": "document", "source": self._document_source(part, place)}
        return {**block, "title": part.name} if part.name else block

    def _document_source(self, part: File, place: str) -> Json:
        if part.file_id:
            if not self._native:
                raise unsupported(place, "file_id")
            return {"type": "file", "file_id": part.file_id}
        if part.url:
            return {"type": "url", "url": part.url}
        if part.data and part.media_type == "text/plain" and not self._native:
            try:
                words = base64.b64decode(part.data, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                raise Unreadable(place, "a text file in base64").refusal() from None
            return {"type": "text", "media_type": "text/plain", "data": words}
        if part.data:
            if part.media_type != "application/pdf" and not self._native:
                raise unsupported(place, part.media_type or "file")
            return {"type": "base64", "media_type": part.media_type, "data": part.data}
        return {"type": "text", "media_type": "text/plain", "data": part.text}

    def _reasoning(self, part: Reasoning) -> Json | None:
        """Thought that proves itself; thought that does not is refused by the provider, and left out."""
        if part.sealed:
            return {"type": _SEALED, "data": part.sealed}
        if part.signature or self._native:
            block = {"type": "thinking", "thinking": part.text}
            return {**block, "signature": part.signature} if part.signature else block
        self._told.add("reasoning_content")
        return None

    def _call(self, part: ToolCall, place: str) -> Json:
        try:
            given: Any = (object_of if self._native else raw_object)(part.arguments, f"{place}.arguments")
        except Unreadable as wrong:
            raise wrong.refusal() from None
        identity = part.id if self._native else call_id(part.id)
        return {"type": "tool_use", "id": identity, "name": part.name, "input": given}

    def _result(self, part: ToolResult, place: str) -> Json:
        identity = part.call_id if self._native else call_id(part.call_id)
        block: Json = {"type": "tool_result", "tool_use_id": identity}
        if part.plain and len(part.parts) == 1 and isinstance(part.parts[0], Text):
            block["content"] = part.parts[0].text
        elif part.parts or not part.plain:
            block["content"] = self.blocks(part.parts, f"{place}.content")
        if part.failed:
            block["is_error"] = True
        return block
