"""Multipart forms read as they come: fields in memory, files in spools the caller gives; written again for each
attempt."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from sluice.base.errors import bad_request
from sluice.base.wire import BodySource

Spool = Callable[[], BinaryIO]

MAX_FIELD_BYTES = 1024 * 1024
MAX_PARTS = 200
MAX_HEADER_BYTES = 8 * 1024
_PIECE = 64 * 1024


@dataclass(slots=True)
class Part:
    """One part of a form. ``headers`` are as the client sent them; ``head`` holds a file's first bytes."""

    headers: list[tuple[bytes, bytes]]
    name: str
    filename: str | None
    spool: BinaryIO | None = None
    value: bytearray = field(default_factory=bytearray)
    size: int = 0
    head: bytes = b""


class SpooledForm:
    """A whole form; what vendors/dialect.py calls a Form."""

    def __init__(self, parts: list[Part]) -> None:
        self._parts = parts
        self.fields: Mapping[str, tuple[str, ...]] = self._texts()

    def _texts(self) -> dict[str, tuple[str, ...]]:
        texts: dict[str, tuple[str, ...]] = {}
        for part in self._parts:
            if part.spool is None:
                texts[part.name] = (*texts.get(part.name, ()), _text(part))
        return texts

    def count(self, name: str) -> int:
        """How many parts have a name."""
        return sum(part.name == name for part in self._parts)

    def file(self, name: str) -> Part | None:
        """The first file under a name."""
        return next((part for part in self._parts if part.name == name and part.spool is not None), None)

    def encode(self, replace: Mapping[str, str]) -> tuple[bytes, BodySource, int]:
        """Content type, body source and length of the form with some text fields replaced, or added where missing."""
        boundary = self._boundary(replace)
        pieces: list[bytes | BinaryIO] = []
        length = 0
        left = dict(replace)
        for part in self._parts:
            value = bytes(part.value)
            if part.spool is None and part.name in replace:
                if part.name not in left:
                    continue
                value = left.pop(part.name).encode()
            head = b"".join(b"%s: %s\r\n" % pair for pair in part.headers)
            pieces.append(b"--%s\r\n%s\r\n" % (boundary, head))
            pieces.append(value if part.spool is None else part.spool)
            pieces.append(b"\r\n")
            length += len(boundary) + len(head) + 8 + (len(value) if part.spool is None else part.size)
        for name, text in left.items():
            added = b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (
                boundary,
                name.encode(),
                text.encode(),
            )
            pieces.append(added)
            length += len(added)
        pieces.append(b"--%s--\r\n" % boundary)
        length += len(boundary) + 6
        return b"multipart/form-data; boundary=" + boundary, lambda: _read(pieces), length

    def _boundary(self, replace: Mapping[str, str]) -> bytes:
        """A boundary that depends on the content, so that nobody can plant it there."""
        digest = hashlib.sha256(repr(sorted(replace.items())).encode())
        for part in self._parts:
            digest.update(repr((part.headers, part.size)).encode() + bytes(part.value) + part.head)
        return b"sluice-" + digest.hexdigest()[:40].encode()

    def close(self) -> None:
        """Drops the spools."""
        for part in self._parts:
            if part.spool is not None:
                part.spool.close()


async def _read(pieces: list[bytes | BinaryIO]) -> AsyncIterator[bytes]:
    for piece in pieces:
        if isinstance(piece, bytes):
            yield piece
            continue
        piece.seek(0)
        while data := piece.read(_PIECE):
            yield data


def _text(part: Part) -> str:
    try:
        return part.value.decode()
    except UnicodeDecodeError:
        raise bad_request("invalid_form", f"the form field {part.name!r} is not UTF-8", part.name) from None


class FormReader:
    """Fed with a multipart body piece by piece. Raises GatewayError 400 for what is no proper form."""

    def __init__(self, content_type: bytes, *, spool: Spool) -> None:
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if not boundary or len(boundary) > 200:
            raise bad_request("invalid_form", "the content-type names no boundary", "content-type")
        self._spool = spool
        self._parts: list[Part] = []
        self._headers: list[tuple[bytes, bytes]] = []
        self._name = bytearray()
        self._value = bytearray()
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_name,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header,
                "on_headers_finished": self._open,
                "on_part_data": self._data,
                "on_end": self._end,
            },
        )

    def feed(self, data: bytes) -> None:
        """Takes a piece of the body."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise bad_request("invalid_form", f"the multipart body is malformed: {error}") from None

    def finish(self) -> SpooledForm:
        """The form, once the body has ended."""
        if not self._ended:
            raise bad_request("invalid_form", "the multipart body ends too early")
        self._parser.callbacks = {}  # they hold this reader: a ring
        return SpooledForm(self._parts)

    def close(self) -> None:
        """Drops what was read."""
        self._parser.callbacks = {}
        SpooledForm([part for part in self._parts if part.spool is not None]).close()

    def _begin(self) -> None:
        self._headers = []
        if len(self._parts) >= MAX_PARTS:
            raise bad_request("invalid_form", f"the form has more than {MAX_PARTS} parts")

    def _on_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        if len(self._value) > MAX_HEADER_BYTES:
            raise bad_request("invalid_form", "a header of a form part is too long")

    def _on_header(self) -> None:
        self._headers.append((bytes(self._name), bytes(self._value)))
        self._name.clear()
        self._value.clear()

    def _open(self) -> None:
        dispositions = [value for name, value in self._headers if name.lower() == b"content-disposition"]
        if len(dispositions) > 1:  # another reader might believe the other
            raise bad_request("invalid_form", "a part of the form has two content-disposition headers")
        _, options = parse_options_header(dispositions[0] if dispositions else b"")
        name = options.get(b"name")
        if name is None:
            raise bad_request("invalid_form", "a part of the form has no name")
        filename = options.get(b"filename")
        text = None if filename is None else filename.decode("utf-8", "replace")
        part = Part(self._headers, name.decode("utf-8", "replace"), text)
        if filename is not None:
            part.spool = self._spool()
        self._parts.append(part)

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._parts[-1]
        part.size += end - start
        if part.spool is not None:
            part.spool.write(data[start:end])
            if len(part.head) < 64:
                part.head += data[start : min(end, start + 64)]
        elif part.size > MAX_FIELD_BYTES:
            raise bad_request("invalid_form", f"the form field {part.name!r} is too long", part.name)
        else:
            part.value += data[start:end]

    def _end(self) -> None:
        self._ended = True
