"""Canon parts as content blocks of the Converse protocol (wires.md 6.1; hazards 9, 11 to 13 of section 32)."""

from __future__ import annotations

import base64
import hashlib
import re
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
)
from sluice.formats.codec import Told
from sluice.formats.pictures import picture_type
from sluice.formats.reading import Unreadable, object_of, unsupported

Json = dict[str, Any]

_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_.:-]")
_LONGEST_ID = 64
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9 \-()\[\]]+")
_FORMATS = {
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/jpg": "jpeg",
    "image/gif": "gif",
    "image/webp": "webp",
}
_DOCUMENTS = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
}
_EMPTY = " "
"""What an empty result is called: the protocol takes no empty text."""


def call_id(identity: str) -> str:
    """A call's id in the characters and the length the protocol allows; the same for a call and its result."""
    allowed = _NOT_IN_IDS.sub("_", identity) or "_"
    if len(allowed) <= _LONGEST_ID:
        return allowed
    return f"{allowed[:31]}_{hashlib.sha256(identity.encode()).hexdigest()[:32]}"


class BlockWriter:
    """Writes the parts of one conversation. ``caching``: the model knows cache points."""

    def __init__(self, told: Told, *, caching: bool) -> None:
        self._told = told
        self._caching = caching
        self._names: set[str] = set()

    def blocks(self, parts: tuple[Part, ...], place: str) -> list[Json]:
        """The blocks of a content. Raises GatewayError 400 naming what the protocol cannot carry."""
        written: list[Json] = []
        for at, part in enumerate(parts):
            block = self._block(part, f"{place}[{at}]")
            if block is not None:
                written.append(block)
                self._told.foreign(part.extras)
                written += self.cache_point(part.extras)
        return written

    def cache_point(self, extras: Any) -> list[Json]:
        """The mark behind a part whose source marked it, as a block of its own."""
        mark = extras.get("cache_control")
        if mark is None or not self._caching:
            return []
        ttl = mark.get("ttl") if isinstance(mark, dict) else None
        point = {"type": "default", **({"ttl": ttl} if ttl in ("5m", "1h") else {})}
        return [{"cachePoint": point}]

    def _block(self, part: Part, place: str) -> Json | None:
        match part:
            case Text() | Refusal():
                return {"text": part.text} if part.text.strip() else None
            case Image():
                return {"image": _image(part, place)}
            case File():
                return {"document": self._document(part, place)}
            case Audio():
                return {"audio": {"format": part.kind, "source": {"bytes": part.data}}}
            case Reasoning():
                return self._reasoning(part)
            case ToolCall():
                return {"toolUse": _call(part, place)}
            case ToolResult():
                return {"toolResult": self._result(part, place)}
            case Opaque():
                raise unsupported(place, part.kind)

    def _reasoning(self, part: Reasoning) -> Json | None:
        """Thought that proves itself; any other is refused by the models that think, and left out."""
        if part.sealed:
            return {"reasoningContent": {"redactedContent": part.sealed}}
        if part.signature:
            return {"reasoningContent": {"reasoningText": {"text": part.text, "signature": part.signature}}}
        if part.text:
            self._told.add("reasoning_content")
        return None

    def _result(self, part: ToolResult, place: str) -> Json:
        content = [block for block in self.blocks(part.parts, f"{place}.content") if "cachePoint" not in block]
        strangers = [name for block in content for name in block if name not in ("text", "image", "document")]
        if strangers:
            raise unsupported(f"{place}.content", strangers[0])
        result: Json = {"toolUseId": call_id(part.call_id), "content": content or [{"text": _EMPTY}]}
        return {**result, "status": "error"} if part.failed else result

    def _document(self, part: File, place: str) -> Json:
        if part.url.startswith("s3://"):
            source: Json = {"s3Location": {"uri": part.url}}
        elif part.text:
            source = {"bytes": base64.b64encode(part.text.encode()).decode()}
        elif part.data:
            source = {"bytes": part.data}
        else:
            raise unsupported(place, "file_id" if part.file_id else "url")
        kind = _DOCUMENTS.get(part.media_type.partition(";")[0].strip() or "text/plain", "")
        if part.url and not part.media_type:
            kind = part.url.rpartition(".")[2].lower()
        if kind not in _DOCUMENTS.values():
            raise unsupported(place, part.media_type or "url")
        return {"format": kind, "name": self._name(part.name), "source": source}

    def _name(self, given: str) -> str:
        """A name in the characters the protocol allows, no other document of the request has."""
        stem = given.rpartition(".")[0] or given
        name = " ".join(_NOT_IN_NAMES.sub(" ", stem).split())[:180] or "document"
        unique, number = name, 2
        while unique in self._names:
            unique, number = f"{name} ({number})", number + 1
        self._names.add(unique)
        return unique


def _image(part: Image, place: str) -> Json:
    """A picture as data: servers of this protocol fetch none from the web. What it is, its first bytes tell."""
    if part.url.startswith("s3://"):
        kind = _FORMATS.get(part.media_type) or part.url.rpartition(".")[2].lower().replace("jpg", "jpeg")
        return {"format": kind, "source": {"s3Location": {"uri": part.url}}}
    if not part.data:
        raise unsupported(place, "file_id" if part.file_id else "an image at an address: send it as data")
    kind = _FORMATS.get(picture_type(part).lower(), "")
    if not kind:
        raise unsupported(place, part.media_type or "image")
    return {"format": kind, "source": {"bytes": part.data}}


def _call(part: ToolCall, place: str) -> Json:
    try:
        given = object_of(part.arguments, f"{place}.arguments")
    except Unreadable as wrong:
        raise wrong.refusal() from None
    return {"toolUseId": call_id(part.id), "name": part.name, "input": given}
