"""The formats that pass nearly as they are: images, moderations, transcriptions, speech."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sluice.base.outcome import Cause, Fault, Reply
from sluice.base.usage import NO_USAGE, Usage
from sluice.base.wire import WireHead
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.openai_chat.usage import count, read_usage
from sluice.formats.sse import SseDecoder, SseTooLong

_any = msgspec.json.Decoder()
_encode = msgspec.json.Encoder().encode


def _object(body: bytes, member: str, codes: Mapping[str, Cause]) -> dict[str, Any] | Fault:
    """The answer as an object holding a list under ``member``, or the fault it is."""
    try:
        reply = _any.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        reply = None
    if isinstance(reply, dict) and isinstance(reply.get(member), list):
        return reply
    fault = fault_from(200, WireHead(200), body, code_map=codes)
    if isinstance(reply, dict) and (reply.get("error") or fault.code):
        return fault
    return Fault(cause=Cause.SHAPE, message="the upstream's answer is not of the promised shape", status=200)


def check_images(body: bytes, *, created_s: int, codes: Mapping[str, Cause]) -> Reply | Fault:
    """An image answer; SiliconFlow's ``images`` becomes ``data``. Counts the pictures."""
    reply = _object(body, "data", codes)
    if isinstance(reply, Fault):
        other = _object(body, "images", codes)
        if isinstance(other, Fault):
            return reply
        reply = {"created": created_s, "data": other.pop("images"), **other}
        body = _encode(reply)
    tokens = read_usage(reply.get("usage"))
    pictures = len(reply["data"])
    usage = Usage(
        input_tokens=tokens.input_tokens,
        output_tokens=tokens.output_tokens,
        input_image_tokens=tokens.input_image_tokens,
        images=pictures,
    )
    return Reply(body=body, usage=usage)


def check_moderation(body: bytes, *, codes: Mapping[str, Cause]) -> Reply | Fault:
    """A moderation answer."""
    reply = _object(body, "results", codes)
    return reply if isinstance(reply, Fault) else Reply(body=body, usage=read_usage(reply.get("usage")))


def check_transcription(head: WireHead, body: bytes, *, codes: Mapping[str, Cause]) -> Reply | Fault:
    """A transcription: JSON with ``text``, or a plain text body (``text``, ``srt``, ``vtt``)."""
    content_type = head.get(b"content-type") or b"application/json"
    if b"json" not in content_type and not body.lstrip().startswith(b"{"):
        if b"html" in content_type:
            return Fault(cause=Cause.SHAPE, message="the upstream answered with a web page", status=200)
        return Reply(body=body, content_type=content_type)
    try:
        reply = _any.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        reply = None
    if not isinstance(reply, dict) or not isinstance(reply.get("text"), str):
        return fault_from(200, WireHead(200), body, code_map=codes)
    return Reply(body=body, usage=audio_usage(reply))


def audio_usage(reply: Mapping[str, Any]) -> Usage:
    """``usage`` in tokens or seconds (OpenAI SDK), or the verbose form's ``duration``."""
    told = reply.get("usage")
    told = told if isinstance(told, dict) else {}
    seconds = told.get("seconds", reply.get("duration"))
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds < 10**7:
        return Usage(audio_ms=round(seconds * 1000))
    tokens = read_usage(told)
    return tokens if tokens.source == "upstream" else NO_USAGE


class PassingStream:
    """A StreamParser for streams that pass byte for byte: audio, or events whose usage lies in a member ``usage``."""

    def __init__(self, *, events: bool) -> None:
        self.committed = False
        self.usage: Usage = NO_USAGE
        self.output_bytes = 0
        self.finish_reason: str | None = None
        self.done = False
        self.fault: Fault | None = None
        self._sse = SseDecoder() if events else None

    def feed(self, data: bytes) -> bytes:
        """Passes the bytes, looking for usage and errors in events."""
        if self.done or self.fault is not None:
            return b""
        if self._sse is None:
            self.output_bytes += len(data)
        elif not self._watch(data):
            return b""
        self.committed = True
        return data

    def _watch(self, data: bytes) -> bool:
        assert self._sse is not None
        try:
            events = self._sse.feed(data)
        except SseTooLong:
            self.fault = Fault(cause=Cause.SHAPE, message="an event of the upstream's stream has no end")
            return False
        for event in events:
            try:
                value = _any.decode(event.data)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
            if not isinstance(value, dict):
                continue
            if value.get("error") or value.get("type") == "error":
                self.fault = fault_from(200, WireHead(200), event.data)
                return False
            usage = audio_usage(value)
            if usage.source == "upstream":
                self.usage = usage
            self.output_bytes += count(len(str(value.get("delta", ""))))
        return True

    def finish(self) -> bytes:
        """The end of the body is the end of the stream."""
        if self.fault is None and not self.committed:
            self.fault = Fault(cause=Cause.SHAPE, message="the upstream's answer is empty")
        self.done = self.fault is None
        return b""
