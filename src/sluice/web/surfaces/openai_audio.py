"""The OpenAI protocol's multipart endpoints: transcriptions and translations. Files lie on disk, not in memory."""

from __future__ import annotations

import tempfile
from typing import BinaryIO, cast

from sluice.base.errors import bad_request, body_too_large
from sluice.base.formats import Format
from sluice.base.usage import Usage
from sluice.formats.multipart import FormReader, SpooledForm
from sluice.relay.admit import check_model
from sluice.relay.inbound import Inbound
from sluice.web.errors import OPENAI
from sluice.web.http import body_pieces, header
from sluice.web.surfaces.door import Door, Handler, Visit
from sluice.web.surfaces.openai_json import forwarded

_IN_MEMORY = 256 * 1024
_COMPRESSED_BYTES_PER_SECOND = 8_000
"""64 kbit/s: the usual rate of compressed speech, for guessing a file's length when the upstream tells none."""


def _spool() -> BinaryIO:
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))


def handler(fmt: Format) -> Handler:
    """The handler of one multipart audio endpoint."""

    async def handle(door: Door, visit: Visit) -> None:
        form = await _read_form(door, visit)
        try:
            await door.relay.serve(_inbound(fmt, visit, form), visit.client)
        finally:
            form.close()

    return handle


async def _read_form(door: Door, visit: Visit) -> SpooledForm:
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


def _inbound(fmt: Format, visit: Visit, form: SpooledForm) -> Inbound:
    model = _field(form, "model")
    if not model:
        raise bad_request("missing_field", "the form field 'model' is required", "model")
    check_model(visit.token, model)
    file = form.file("file")
    if file is None:
        raise bad_request("missing_field", "the form needs a file in the field 'file'", "file")
    seconds = _duration_ms(file.head, file.size)
    return Inbound(
        id=visit.id,
        voice=OPENAI,
        format=fmt,
        token=visit.token,
        model=model,
        created_ms=visit.created_ms,
        started=visit.started,
        form=form,
        stream=_field(form, "stream").lower() == "true",
        expected=Usage(audio_ms=seconds, source="estimated"),
        address=visit.address,
        client=visit.agent,
        headers=forwarded(visit.scope),
    )


def _field(form: SpooledForm, name: str) -> str:
    values = form.fields.get(name, ())
    return values[-1].strip() if values else ""


def _duration_ms(head: bytes, size: int) -> int:
    """An audio file's likely length in milliseconds: exact for plain WAV, else by compressed speech's usual rate."""
    if head[:4] == b"RIFF" and head[8:16] == b"WAVEfmt " and len(head) >= 32:
        rate = int.from_bytes(head[28:32], "little")
        if rate > 0:
            return size * 1000 // rate
    return size * 1000 // _COMPRESSED_BYTES_PER_SECOND
