"""How the answers of the formats besides chat are read, one function for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault, Reply
from sluice.base.wire import WireHead
from sluice.formats import embeddings, rerank, simple
from sluice.formats.anthropic import native
from sluice.formats.codec import Voicing
from sluice.formats.codecs import CODECS
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.tell import as_stream
from sluice.vendors.dialect import Call
from sluice.vendors.parts import EVENT_STREAM, is_whole
from sluice.vendors.responses import read_answer

Codes = Mapping[str, Cause]
Reader = Callable[[Call, WireHead, bytes, Codes], Reply | Fault]


def read_embeddings(call: Call, head: WireHead, body: bytes, codes: Codes) -> Reply | Fault:
    """Vectors in the encoding the client asked for, whatever the upstream sent."""
    asked = bytes(call.top.get("encoding_format", b"")).strip(b'"')
    encoding = asked.decode() if asked in (b"base64", b"float") else None
    return embeddings.check_reply(body, model=call.model, encoding=encoding, codes=codes)


def _rerank(call: Call, head: WireHead, body: bytes, codes: Codes) -> Reply | Fault:
    return rerank.check_reply(body, top=call.top, model=call.model, new_id=f"rerank-{call.nonce:032x}", codes=codes)


def _images(call: Call, head: WireHead, body: bytes, codes: Codes) -> Reply | Fault:
    return simple.check_images(body, created_s=call.now_ms // 1000, codes=codes)


def _moderation(call: Call, head: WireHead, body: bytes, codes: Codes) -> Reply | Fault:
    return simple.check_moderation(body, codes=codes)


def _transcription(call: Call, head: WireHead, body: bytes, codes: Codes) -> Reply | Fault:
    return simple.check_transcription(head, body, codes=codes)


def _speech(call: Call, head: WireHead, body: bytes, codes: Codes) -> Reply | Fault:
    """Audio; JSON or a page in its place is an error."""
    if body and not is_whole(head):
        return Reply(body=body, content_type=head.get(b"content-type") or b"application/octet-stream")
    fault = fault_from(head.status, head, body, code_map=codes)
    if fault.code or fault.type:
        return fault
    return Fault(cause=Cause.SHAPE, message=fault.message or "the upstream answered no audio", status=head.status)


def _messages(call: Call, head: WireHead, body: bytes, codes: Codes) -> Reply | Fault:
    """A message; as a stream, for a client that wants one from an upstream that answered whole."""
    reply = native.check_reply(body, model=call.model)
    if isinstance(reply, Fault) or not call.stream:
        return reply
    codec = CODECS[Format.ANTHROPIC]
    told = as_stream(reply.body, codec, codec, Voicing(model=call.model, new_id=f"{call.nonce:032x}"))
    return told if isinstance(told, Fault) else msgspec.structs.replace(reply, body=told, content_type=EVENT_STREAM)


READERS: Mapping[Format, Reader] = {
    Format.ANTHROPIC: _messages,
    Format.OPENAI_RESPONSES: read_answer,
    Format.EMBEDDINGS: read_embeddings,
    Format.RERANK: _rerank,
    Format.IMAGES: _images,
    Format.IMAGE_EDITS: _images,
    Format.IMAGE_VARIATIONS: _images,
    Format.MODERATIONS: _moderation,
    Format.TRANSCRIPTIONS: _transcription,
    Format.TRANSLATIONS: _transcription,
    Format.SPEECH: _speech,
}
