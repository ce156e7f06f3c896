"""The OpenAI protocol's multipart endpoints: audio to text, pictures from pictures. Files lie on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, cast

from sluice.base.errors import bad_request, body_too_large
from sluice.base.formats import Format
from sluice.base.usage import Usage
from sluice.formats.multipart import FormReader, Part, SpooledForm
from sluice.relay.admit import check_model
from sluice.relay.inbound import Inbound
from sluice.web.errors import OPENAI
from sluice.web.http import body_pieces, bounded, header
from sluice.web.surfaces.door import Door, Handler, Visit
from sluice.web.surfaces.openai_json import MAX_CHOICES, forwarded

_IN_MEMORY = 256 * 1024
_COMPRESSED_BYTES_PER_SECOND = 8_000
"""64 kbit/s: the usual rate of compressed speech, for guessing a file's length when the upstream tells none."""


def _spool() -> BinaryIO:
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))


@dataclass(frozen=True, slots=True, kw_only=True)
class FormEndpoint:
    """One endpoint as data: the names its file may have, and the usage to reserve for."""

    format: Format
    files: tuple[str, ...]
    expected: Callable[[SpooledForm, Part], Usage]


def _heard(form: SpooledForm, file: Part) -> Usage:
    return Usage(audio_ms=_duration_ms(file.head, file.size), source="estimated")


def _painted(form: SpooledForm, file: Part) -> Usage:
    number = bounded(form_field(form, "n") or "1", MAX_CHOICES)
    if number is None:
        raise bad_request("invalid_value", f"the form field 'n' must be between 1 and {MAX_CHOICES}", "n")
    return Usage(images=number, source="estimated")


_PICTURE = ("image", "image[]")
ENDPOINTS: Mapping[str, FormEndpoint] = {
    "/audio/transcriptions": FormEndpoint(format=Format.TRANSCRIPTIONS, files=("file",), expected=_heard),
    "/audio/translations": FormEndpoint(format=Format.TRANSLATIONS, files=("file",), expected=_heard),
    "/images/edits": FormEndpoint(format=Format.IMAGE_EDITS, files=_PICTURE, expected=_painted),
    "/images/variations": FormEndpoint(format=Format.IMAGE_VARIATIONS, files=_PICTURE, expected=_painted),
}


def handler(endpoint: FormEndpoint) -> Handler:
    """The handler of one multipart endpoint."""

    async def handle(door: Door, visit: Visit) -> None:
        form = await read_form(door, visit)
        try:
            await door.relay.serve(_inbound(endpoint, visit, form), visit.client)
        finally:
            form.close()

    return handle


async def read_form(door: Door, visit: Visit) -> SpooledForm:
    """The whole form, its files on disk. Raises GatewayError."""
    content_type = header(visit.scope, b"content-type") or b""
    if not content_type.lower().startswith(b"multipart/form-data"):
        raise bad_request("invalid_content_type", "this endpoint takes multipart/form-data", "content-type")
    declared = header(visit.scope, b"content-length")
    if declared is not None and declared.isdigit() and int(declared) > door.max_upload:
        raise body_too_large(door.max_upload)
    reader = FormReader(content_type, spool=_spool)
    try:
        async for piece in body_pieces(visit.scope, visit.receive, door.max_upload):
            reader.feed(piece)
        return reader.finish()
    except BaseException:
        reader.close()
        raise


def _inbound(endpoint: FormEndpoint, visit: Visit, form: SpooledForm) -> Inbound:
    model = form_field(form, "model")
    if not model:
        raise bad_request("missing_field", "the form field 'model' is required", "model")
    check_model(visit.token, model)
    file = next((found for name in endpoint.files if (found := form.file(name)) is not None), None)
    if file is None:
        name = endpoint.files[0]
        raise bad_request("missing_field", f"the form needs a file in the field {name!r}", name)
    return Inbound(
        id=visit.id,
        voice=OPENAI,
        format=endpoint.format,
        token=visit.token,
        model=model,
        created_ms=visit.created_ms,
        started=visit.started,
        form=form,
        stream=form_field(form, "stream").lower() == "true",
        expected=endpoint.expected(form, file),
        address=visit.address,
        client=visit.agent,
        headers=forwarded(visit.scope),
    )


def form_field(form: SpooledForm, name: str) -> str:
    """The last value of a text field; "" when there is none."""
    values = form.fields.get(name, ())
    return values[-1].strip() if values else ""


def _duration_ms(head: bytes, size: int) -> int:
    """An audio file's likely length in milliseconds: exact for plain WAV, else by compressed speech's usual rate."""
    if head[:4] == b"RIFF" and head[8:16] == b"WAVEfmt " and len(head) >= 32:
        rate = int.from_bytes(head[28:32], "little")
        if rate > 0:
            return size * 1000 // rate
    return size * 1000 // _COMPRESSED_BYTES_PER_SECOND
