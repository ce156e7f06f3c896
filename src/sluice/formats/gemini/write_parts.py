"""Canon parts as parts of the generateContent protocol (wires.md 3.1, 3.5; hazards 2, 3, 9, 11 to 13 of section 32)."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from sluice.base.errors import bad_request
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
from sluice.formats.gemini.read_parts import ALONE, MADE
from sluice.formats.gemini.signatures import NEVER_SIGNED, is_own, write_signature
from sluice.formats.pictures import picture_type
from sluice.formats.reading import Unreadable, object_of, raw_object, unsupported

Json = dict[str, Any]

_AUDIO_TYPES = {"mp3": "audio/mpeg"}
_ANY_IMAGE = "image/jpeg"
_ANY_FILE = "application/pdf"
_BY_SUFFIX = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif",
    "heic": "image/heic", "heif": "image/heif", "pdf": "application/pdf", "txt": "text/plain", "md": "text/markdown",
    "html": "text/html", "csv": "text/csv", "json": "application/json", "mp4": "video/mp4", "mp3": "audio/mpeg",
    "wav": "audio/wav",
}  # fmt: skip
"""Media types by the end of an address: the protocol wants one, and others do not tell it."""


def native_parts(parts: Sequence[Part]) -> list[Json]:
    """Parts that came from this protocol, as they came."""
    written: list[Json] = []
    proof = ""
    for part in parts:
        if isinstance(part, Reasoning) and not part.text and not part.extras.get("thought"):
            proof = write_signature(part)
        elif isinstance(part, Reasoning):
            told = part.extras.get("thought")
            pieces = told if isinstance(told, list) else [part]
            written += [_as_it_came(piece) for piece in pieces]
        else:
            one = _as_it_came(part)
            written.append({**one, "thoughtSignature": proof} if proof else one)
            proof = ""
    return written


def _as_it_came(part: Part) -> Json:
    match part:
        case Text():
            return {"text": part.text, **part.extras}
        case Opaque():
            return dict(part.value)
        case Reasoning():
            signature = write_signature(part)
            proof = {"thoughtSignature": signature} if signature else {}
            if part.extras.get("thought") == ALONE:
                return proof
            return {"text": part.text, "thought": True, **proof, **part.extras}
        case _:
            return dict(part.extras)


def write_thought(part: Reasoning) -> Json:
    """A thought, with its proof (another maker's wrapped), as a client of this protocol takes it and sends it back."""
    signature = write_signature(part)
    thought: Json = {"text": part.text, "thought": True}
    return {**thought, "thoughtSignature": signature} if signature else thought


class PartWriter:
    """Writes the parts of another protocol's turns. ``names`` gives the function each call's id stands for; ``signed``
    whether the model refuses calls that nobody signed."""

    def __init__(self, told: Told, names: Mapping[str, str], *, signed: bool) -> None:
        self._told = told
        self._names = names
        self._signed = signed

    def said(self, parts: Sequence[Part], place: str) -> list[Json]:
        """What the model said. Proofs that came before a part go back onto it; those whose places a client has lost,
        onto the first call."""
        written: list[Json] = []
        proofs: list[str] = []
        calls = [at for at, part in enumerate(parts) if isinstance(part, ToolCall)]
        for at, part in enumerate(parts):
            if isinstance(part, Reasoning):
                written += self._thought(part, proofs)
                continue
            told = self.part(part, f"{place}[{at}]")
            ahead = any(call > at for call in calls)
            if isinstance(part, ToolCall):
                proof = proofs.pop() if proofs else NEVER_SIGNED if self._signed and at == calls[0] else ""
                proofs.clear()
            else:
                proof = proofs.pop(0) if told and proofs and (len(proofs) > 1 or not ahead) else ""
            written += [{**one, "thoughtSignature": proof} if proof and one is told[0] else one for one in told]
        return [*written, *[{"text": "", "thoughtSignature": proof} for proof in proofs]]

    def _thought(self, part: Reasoning, proofs: list[str]) -> list[Json]:
        """A thought of this protocol's models goes back; another's would be refused, and is left out."""
        if not is_own(part):
            self._told.add("thinking" if part.signature or part.sealed else "reasoning_content")
            return []
        if part.text:
            return [write_thought(part)]
        proofs.append(write_signature(part))
        return []

    def parts(self, parts: Sequence[Part], place: str) -> list[Json]:
        """What a user or the system says. Raises GatewayError 400 naming what the protocol cannot carry."""
        return [written for at, part in enumerate(parts) for written in self.part(part, f"{place}[{at}]")]

    def part(self, part: Part, place: str) -> list[Json]:
        """One part; none for a part that says nothing here."""
        self._note(part)
        match part:
            case Text() | Refusal():
                return [{"text": part.text}] if part.text else []
            case Image():
                return [self._image(part, place)]
            case Audio():
                kind = _AUDIO_TYPES.get(part.kind, f"audio/{part.kind}")
                return [{"inlineData": {"mimeType": kind, "data": part.data}}]
            case File():
                return [self._file(part, place)]
            case ToolCall():
                return [self._call(part, place)]
            case ToolResult():
                return self._result(part, place)
            case Opaque():
                raise unsupported(place, part.kind)
            case Reasoning():
                return []

    def _note(self, part: Part) -> None:
        if part.extras:
            self._told.foreign(part.extras)
            if part.extras.get("cache_control") is not None:
                self._told.add("cache_control")

    def _image(self, part: Image, place: str) -> Json:
        if part.file_id:
            raise unsupported(place, "a picture by the id of a file")
        if part.data:
            return {"inlineData": {"mimeType": picture_type(part) or _ANY_IMAGE, "data": part.data}}
        return _at(part.url, part.media_type or _guessed(part.url, _ANY_IMAGE))

    def _file(self, part: File, place: str) -> Json:
        if part.file_id:
            raise unsupported(place, "a document by the id of a file")
        if part.url:
            return _at(part.url, part.media_type or _guessed(part.url, _ANY_FILE))
        data = part.data or base64.b64encode(part.text.encode()).decode()
        if part.name:
            self._told.add("filename")
        return {"inlineData": {"mimeType": part.media_type or _ANY_FILE, "data": data}}

    def _call(self, part: ToolCall, place: str) -> Json:
        return {"functionCall": write_call(part, f"{place}.arguments")}

    def _result(self, part: ToolResult, place: str) -> list[Json]:
        """An answer must name its function; what it shows stands in it for newer models, beside it for older ones."""
        name = self._names.get(part.call_id)
        if name is None:
            raise bad_request("invalid_value", f"{place} answers no call of this conversation", place)
        words = "\n".join([said.text for said in part.parts if isinstance(said, Text)])
        shown = self.parts([said for said in part.parts if not isinstance(said, Text)], place)
        told: Json = {} if part.call_id.startswith(MADE) else {"id": part.call_id}
        told |= {"name": name, "response": _response(words, part.failed)}
        if shown and self._signed:
            return [{"functionResponse": {**told, "parts": shown}}]
        return [{"functionResponse": told}, *shown]


def write_call(part: ToolCall, place: str) -> Json:
    """A call; its arguments are an object here. Raises GatewayError 400 when they are none."""
    try:
        given = raw_object(part.arguments, place)
    except Unreadable as wrong:
        raise wrong.refusal() from None
    identity = {} if not part.id or part.id.startswith(MADE) else {"id": part.id}
    return {**identity, "name": part.name, "args": given}


def _response(words: str, failed: bool) -> Json:
    """The answer of a function must be an object."""
    if failed:
        return {"error": words}
    try:
        return object_of(words, "") if words.lstrip().startswith("{") else {"result": words}
    except Unreadable:
        return {"result": words}


def _at(url: str, kind: str) -> Json:
    return {"fileData": {"mimeType": kind, "fileUri": url}}


def _guessed(url: str, otherwise: str) -> str:
    return _BY_SUFFIX.get(url.partition("?")[0].rpartition(".")[2].lower(), otherwise)
