"""Contents of messages and of results, both ways: one function for each kind of part (wires.md 1.11)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

from sluice.formats.canon import Audio, Citation, File, Image, Opaque, Part, Refusal, Text
from sluice.formats.codec import Told
from sluice.formats.pictures import as_data_url, detail_of, without_detail
from sluice.formats.reading import Unreadable, as_list, as_object, data_url, maybe_text, rest, text, unsupported

Json = dict[str, Any]

# Reading.


def read_content(content: Any, place: str) -> tuple[Part, ...]:
    """A content: a bare text, or parts. Raises Unreadable."""
    if isinstance(content, str):
        return (Text(text=content),)
    return tuple([_part(item, f"{place}[{at}]") for at, item in enumerate(as_list(content, place))])


def _part(value: Any, place: str) -> Part:
    part = as_object(value, place)
    kind = text(part, "type", place)
    read = _READERS.get(kind)
    return Opaque(kind=kind, value=part) if read is None else read(part, place)


def _text(part: Json, place: str) -> Part:
    return Text(text=text(part, "text", place), citations=read_citations(part), extras=rest(part, "text"))


def _refusal(part: Json, place: str) -> Part:
    return Refusal(text=text(part, "refusal", place), extras=rest(part, "refusal"))


def _image(part: Json, place: str) -> Part:
    url, identity = maybe_text(part, "image_url"), maybe_text(part, "file_id")
    if not identity and not isinstance(part.get("image_url"), str):
        raise Unreadable(place, "a picture with image_url or file_id")
    inlined = data_url(url)
    if identity or inlined is None:
        extras = rest(part, *(name for name, told in (("image_url", url), ("file_id", identity)) if told))
        return Image(url=url, file_id=identity, extras=extras)
    return Image(media_type=inlined[0], data=inlined[1], extras={**rest(part, "image_url"), "image_url": url})


def _file(part: Json, place: str) -> Part:
    name, url, identity = (maybe_text(part, member) for member in ("filename", "file_url", "file_id"))
    given = maybe_text(part, "file_data")
    inlined = data_url(given)
    if inlined is None and not (url or identity):
        raise Unreadable(place, "a file with file_id, file_url, or file_data as a data: address in base64")
    kind, data = inlined or ("", "")
    said = {"filename": name, "file_url": url, "file_id": identity}
    extras = rest(part, *(member for member, value in said.items() if value))
    return File(name=name, url=url, file_id=identity, media_type=kind, data=data, extras=extras)


def _audio(part: Json, place: str) -> Part:
    where = f"{place}.input_audio"
    sound = as_object(part.get("input_audio"), where)
    return Audio(data=text(sound, "data", where), kind=text(sound, "format", where), extras=part)


_READERS: dict[str, Callable[[Json, str], Part]] = {
    "input_text": _text,
    "output_text": _text,
    "text": _text,
    "refusal": _refusal,
    "input_image": _image,
    "input_file": _file,
    "input_audio": _audio,
}


def read_citations(part: Json) -> tuple[Citation, ...]:
    """The pages of the web a text cites."""
    given = part.get("annotations")
    told = [value for value in given if isinstance(value, dict)] if isinstance(given, list) else []
    found = [read_citation(value) for value in told]
    return tuple([citation for citation in found if citation is not None])


def read_citation(value: Json) -> Citation | None:
    """One citation; None for those of files, which mean nothing elsewhere."""
    if value.get("type") != "url_citation" or not maybe_text(value, "url"):
        return None
    return Citation(url=value["url"], title=maybe_text(value, "title"))


# Writing.


class ContentWriter:
    """Writes parts. ``native``: they came from this protocol, and go back as they came."""

    def __init__(self, *, native: bool, told: Told) -> None:
        self.native = native
        self._told = told

    def parts(self, parts: Sequence[Part], place: str, *, said: bool = False) -> list[Json]:
        """The parts of a content; ``said``: by the model. Raises GatewayError 400 naming what cannot be carried."""
        return [self.part(part, f"{place}[{at}]", said=said) for at, part in enumerate(parts)]

    def part(self, part: Part, place: str, *, said: bool = False) -> Json:
        """One part."""
        match part:
            case Text():
                written: Json = {"type": "output_text" if said else "input_text", "text": part.text}
                if said and not self.native:
                    written["annotations"] = []
            case Refusal():
                written = {"type": "refusal", "refusal": part.text}
            case Image():
                written = self._image(part, place)
            case File():
                written = self._file(part, place)
            case Audio():
                written = {"type": "input_audio", "input_audio": {"data": part.data, "format": part.kind}}
            case Opaque() if self.native:
                return dict(part.value)
            case Opaque():
                raise unsupported(place, part.kind)
            case _:
                raise unsupported(place, type(part).__name__.lower())
        if self.native:
            return {**written, **part.extras}
        self._told.foreign(without_detail(part))
        if part.extras.get("cache_control") is not None:
            self._told.add("cache_control")
        return written

    def _image(self, part: Image, place: str) -> Json:
        if self.native:
            said = {"image_url": part.url, "file_id": part.file_id}
            return {name: value for name, value in said.items() if value}
        if part.file_id:
            raise unsupported(place, "a picture by the id of a file")
        url = as_data_url(part) if part.data else part.url
        return {"type": "input_image", "image_url": url, "detail": detail_of(part) or "auto"}

    def _file(self, part: File, place: str) -> Json:
        if self.native:
            said = {"filename": part.name, "file_url": part.url, "file_id": part.file_id}
            return {name: value for name, value in said.items() if value}
        if part.file_id:
            raise unsupported(place, "a document by the id of a file")
        if part.url:
            return {"type": "input_file", "file_url": part.url}
        data = part.data or base64.b64encode(part.text.encode()).decode()
        name = part.name or ("document.pdf" if part.media_type == "application/pdf" else "document.txt")
        return {"type": "input_file", "filename": name, "file_data": f"data:{part.media_type};base64,{data}"}


def annotation(citation: Citation, start: int, end: int) -> Json:
    """A citation; the offsets are characters of the text it belongs to."""
    told = {"type": "url_citation", "url": citation.url, "title": citation.title}
    return {**told, "start_index": start, "end_index": end}
