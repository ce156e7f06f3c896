"""Parts of the generateContent protocol as canon parts: one function for each kind (wires.md 3.1, 3.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sluice.formats.canon import Audio, File, Image, Opaque, Part, Reasoning, Text, ToolCall, ToolResult
from sluice.formats.gemini.names import named, repeated
from sluice.formats.gemini.signatures import is_own, read_signature
from sluice.formats.reading import as_list, as_object, json_text, maybe_text, rest, text

Json = dict[str, Any]

MADE = "call_made_"
"""Begins the ids of calls whose maker gave none: they are never told to a server of this protocol."""
ALONE = "alone"
"""In ``extras``: the proof stood on a part that holds nothing else."""
PLAIN_ANSWERS = ("result", "output")
"""Members under which the answer of a function stands that answers with a bare text."""
_AUDIO = "audio/"
_HELD = ("gs://", "https://generativelanguage.googleapis.com/")
"""What begins the addresses of files that only Google can read."""
_KINDS = {"mpeg": "mp3", "x-wav": "wav", "wave": "wav"}


class PartReader:
    """Reads the parts of one conversation, in order: calls without an id get one, answers find their calls."""

    def __init__(self, seed: str = "") -> None:
        self._seed = seed
        self._calls = 0
        self._waiting: list[tuple[str, str]] = []

    def parts(self, value: Any, place: str) -> list[Part]:
        """The parts of a content. Raises Unreadable."""
        found: list[Part] = []
        for at, item in enumerate(value if type(value) is list else repeated(value, place)):
            if type(item) is dict and len(item) == 1 and type(words := item.get("text")) is str:
                found.append(Text(text=words))  # as most are
            else:
                found += self.part(item, f"{place}[{at}]")
        return _whole_thoughts(found) if len(found) > 1 else found

    def part(self, value: Any, place: str) -> list[Part]:
        """One part, behind what proves the thought it came of. Raises Unreadable."""
        part = named(value, place)
        told = maybe_text(part, "thoughtSignature")
        if part.get("thought") is True and isinstance(part.get("text"), str):
            return [_thought(part, told)]
        if told and len(part) == 1:
            proof = read_signature(told)
            return [Reasoning(signature=proof.signature, sealed=proof.sealed, extras={"thought": ALONE})]
        kind = next((name for name in _READERS if name in part), "")
        if not kind:
            return [Opaque(kind=next((name for name in part if name not in _ASIDE), "part"), value=part)]
        if told:
            del (part := dict(part))["thoughtSignature"]
        read = _READERS[kind](self, part, place)
        return [read_signature(told), read] if told else [read]

    def _text(self, part: Json, place: str) -> Part:
        return Text(text=text(part, "text", place), extras=rest(part, "text"))

    def _data(self, part: Json, place: str) -> Part:
        blob = named(part["inlineData"], f"{place}.inlineData")
        data, kind = text(blob, "data", f"{place}.inlineData"), text(blob, "mimeType", f"{place}.inlineData")
        if kind.startswith("image/"):
            return Image(data=data, media_type=kind, extras=part)
        if kind.startswith(_AUDIO):
            sound = kind.removeprefix(_AUDIO).partition(";")[0]
            return Audio(data=data, kind=_KINDS.get(sound, sound), extras=part)
        return File(data=data, media_type=kind, name=maybe_text(blob, "displayName"), extras=part)

    def _file(self, part: Json, place: str) -> Part:
        told = named(part["fileData"], f"{place}.fileData")
        url, kind = text(told, "fileUri", f"{place}.fileData"), maybe_text(told, "mimeType")
        held = url if url.startswith(_HELD) else ""
        where = {"file_id": held} if held else {"url": url}
        if kind.startswith("image/"):
            return Image(**where, media_type=kind, extras=part)
        return File(**where, media_type=kind, name=maybe_text(told, "displayName"), extras=part)

    def _call(self, part: Json, place: str) -> Part:
        where = f"{place}.functionCall"
        call = as_object(part["functionCall"], where)
        name = text(call, "name", where)
        identity = maybe_text(call, "id") or f"{MADE}{self._seed}{self._calls}"
        self._calls += 1
        self._waiting.append((identity, name))
        given = call.get("args")
        arguments = "{}" if given is None else json_text(as_object(given, f"{where}.args"))
        return ToolCall(id=identity, name=name, arguments=arguments, extras=part)

    def _answer(self, part: Json, place: str) -> Part:
        where = f"{place}.functionResponse"
        told = as_object(part["functionResponse"], where)
        identity = maybe_text(told, "id") or self._asked(text(told, "name", where))
        self._waiting = [call for call in self._waiting if call[0] != identity]
        response = as_object(told.get("response", {}), f"{where}.response")
        shown = self._shown(told.get("parts"), f"{where}.parts")
        words, failed = _answered(response)
        parts = ((Text(text=words),) if words or not shown else ()) + tuple(shown)
        return ToolResult(call_id=identity, parts=parts, failed=failed, plain=not shown, extras=part)

    def _shown(self, value: Any, place: str) -> list[Part]:
        """What an answer shows beside its words: data, and nothing that holds parts again."""
        found: list[Part] = []
        for at, item in enumerate([] if value is None else as_list(value, place)):
            part = named(item, f"{place}[{at}]")
            kind = next((name for name in ("inlineData", "fileData") if name in part), "")
            shown = _READERS[kind](self, part, f"{place}[{at}]") if kind else Opaque(kind="part", value=part)
            found.append(shown)
        return found

    def _asked(self, name: str) -> str:
        """The id of the first call of a function that waits for its answer."""
        for identity, waiting in self._waiting:
            if waiting == name:
                return identity
        return f"{MADE}{name}"


def _thought(part: Json, told: str) -> Reasoning:
    """A thought, with what proves it. Without words it is told by its extras from a proof that stood on a part."""
    words = part["text"]
    proof = read_signature(told) if told else Reasoning()
    known = ("text", "thought", "thoughtSignature") if told else ("text", "thought")
    extras = rest(part, *known) | ({} if words else {"thought": True})
    return Reasoning(text=words, signature=proof.signature, sealed=proof.sealed, extras=extras)


def _whole_thoughts(parts: list[Part]) -> list[Part]:
    """A thought of another maker that was streamed to its client comes back in pieces, the proof on the last: it proves
    only the whole. The pieces wait in ``extras``."""
    found: list[Part] = []
    pieces: list[Reasoning] = []
    for part in parts:
        if not isinstance(part, Reasoning) or is_own(part):
            pieces = []
        elif part.signature and pieces:
            pieces.append(part)
            del found[-len(pieces) + 1 :]
            words = "".join(piece.text for piece in pieces)
            part = Reasoning(text=words, signature=part.signature, extras={"thought": pieces})
            pieces = []
        elif part.signature or part.sealed or not part.text:
            pieces = []
        else:
            pieces.append(part)
        found.append(part)
    return found


def _answered(response: Json) -> tuple[str, bool]:
    """The text of a function's answer, and whether it tells of a failure."""
    if len(response) == 1:
        [(name, value)] = response.items()
        if name == "error":
            return (value if isinstance(value, str) else json_text(value)), True
        if name in PLAIN_ANSWERS and isinstance(value, str):
            return value, False
    return json_text(response), False


_ASIDE = ("thought", "thoughtSignature", "videoMetadata", "mediaResolution", "partMetadata")
"""Members that qualify a part, and are none."""
_READERS: dict[str, Callable[[PartReader, Json, str], Part]] = {
    "text": PartReader._text,
    "inlineData": PartReader._data,
    "fileData": PartReader._file,
    "functionCall": PartReader._call,
    "functionResponse": PartReader._answer,
}
