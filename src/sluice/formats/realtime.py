"""OpenAI's Realtime events (wires.md 1.12; the ``openai`` SDK, types/realtime), as far as a session must be understood
to be metered and kept to its model. All else travels as it comes.

Both generations of names are known: the beta's session has its transcription at its top, today's below ``audio.input``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from sluice.base.errors import GatewayError, bad_request
from sluice.base.usage import NO_USAGE, Usage
from sluice.formats.members import DECODE_ERRORS
from sluice.formats.openai_chat.usage import MOST, count, read_usage
from sluice.formats.patch import Top, encode_top
from sluice.formats.redact import redact

SESSION_EVENTS = frozenset({"session.created", "session.updated", "transcription_session.updated"})
HEARD = "conversation.item.input_audio_transcription.completed"
DONE = "response.done"
CREATED = "response.created"
AUDIO_DELTAS = frozenset({"response.output_audio.delta", "response.audio.delta"})
TEXT_DELTAS = frozenset(
    {
        "response.output_text.delta",
        "response.text.delta",
        "response.function_call_arguments.delta",
    }
)
PCM_PER_SECOND = 48_000
_LAW_PER_SECOND = 8_000
"""Bytes of a second of audio: 16 bits at 24 kHz, and 8 bits at 8 kHz (pcmu, pcma)."""
HEARD_PER_SECOND = 10
SPOKEN_PER_SECOND = 20
"""Tokens of a second of audio in and out: a user's is a token per 100 ms, a model's per 50
(https://platform.openai.com/docs/guides/realtime-costs)."""
_APPEND = "input_audio_buffer.append"
_UPDATES = frozenset({"session.update", "transcription_session.update"})
_TRANSCRIBER = "session.audio.input.transcription.model"


class Event(msgspec.Struct):
    """What of an event is looked at first. ``delta`` is undecoded."""

    type: str = ""
    response_id: Any = ""
    delta: msgspec.Raw = msgspec.Raw(b"")


_event = msgspec.json.Decoder(Event)
_object = msgspec.json.Decoder(dict[str, Any])
_top = msgspec.json.Decoder(dict[str, msgspec.Raw])


def event_of(message: str | bytes) -> Event:
    """The event a message is; one without a type when it is none."""
    try:
        return _event.decode(message)
    except DECODE_ERRORS:
        return Event()


def members_of(message: str | bytes) -> dict[str, Any]:
    """The members of an event, decoded; {} when it is no object."""
    try:
        return _object.decode(message)
    except DECODE_ERRORS:
        return {}


def inner(value: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The object below some names; {} where there is none."""
    found: Any = value
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def session_usage(told: Any) -> Usage:
    """The usage of an answer. It tells cached audio twice, as audio and as cached; here it is cached audio alone."""
    usage = read_usage(told)
    if usage is NO_USAGE or not isinstance(told, dict):
        return usage
    cached = inner(told, "input_token_details", "cached_tokens_details")
    audio = min(count(cached.get("audio_tokens")), usage.cached_tokens)
    pictures = count(cached.get("image_tokens"))
    return msgspec.structs.replace(
        usage,
        cached_audio_tokens=audio,
        input_audio_tokens=max(usage.input_audio_tokens - audio, 0),
        input_image_tokens=max(usage.input_image_tokens - pictures, 0),
    )


def heard_usage(told: Any) -> Usage:
    """The usage of a transcription: tokens, or seconds of audio."""
    if isinstance(told, dict) and told.get("type") == "duration":
        seconds = told.get("seconds")
        if isinstance(seconds, int | float) and 0 < seconds < 1e6:
            return Usage(audio_ms=round(seconds * 1000))
        return NO_USAGE
    return session_usage(told)


class SessionFacts(msgspec.Struct, frozen=True):
    """What the upstream says of a session: the most tokens of an answer (None: as many as the model gives), the model
    that transcribes ("": none does), bytes of a second of its audio in and out."""

    max_output: int | None = None
    transcriber: str = ""
    heard_per_second: int = PCM_PER_SECOND
    spoken_per_second: int = PCM_PER_SECOND


def most_output(bounded: Mapping[str, Any]) -> int | None:
    """The most tokens of an answer a ``session`` or ``response`` says; None where it leaves that to the model."""
    most = bounded.get("max_output_tokens", bounded.get("max_response_output_tokens"))
    return most if isinstance(most, int) and not isinstance(most, bool) and 0 < most <= MOST else None


def session_facts(session: Mapping[str, Any]) -> SessionFacts:
    """The facts of a ``session`` member."""
    given = inner(session, "audio", "input")
    transcription = inner(given, "transcription") or inner(session, "input_audio_transcription")
    model = transcription.get("model")
    heard = given.get("format", session.get("input_audio_format"))
    spoken = inner(session, "audio", "output").get("format", session.get("output_audio_format"))
    return SessionFacts(
        max_output=most_output(session),
        transcriber=model if isinstance(model, str) else "",
        heard_per_second=_per_second(heard),
        spoken_per_second=_per_second(spoken),
    )


def _per_second(form: Any) -> int:
    name = form.get("type") if isinstance(form, dict) else form
    narrow = isinstance(name, str) and any(word in name for word in ("pcmu", "pcma", "law"))
    return _LAW_PER_SECOND if narrow else PCM_PER_SECOND


def heard_tokens(kind: str, message: str | bytes, facts: SessionFacts) -> int:
    """About how many tokens a client's event of a kind adds to the conversation."""
    if kind == _APPEND:
        return len(message) * 3 // 4 * HEARD_PER_SECOND // facts.heard_per_second + 1
    return len(message) // 4 + 1


def spoken_tokens(delta: bytes, facts: SessionFacts) -> int:
    """About how many tokens a piece of base64 audio is."""
    return len(delta) * 3 // 4 * SPOKEN_PER_SECOND // facts.spoken_per_second + 1


def said(kind: str, message: str, model: str, upstream_model: str, allowed: frozenset[str] | None) -> str:
    """A client's event of a kind as the upstream is to get it: the session's model by its name there.

    Raises GatewayError: 400 for what is no event (an upstream may read in it what was not seen here) and for a session
    that is to change its model, whose price it was opened at; 403 where it is to be transcribed by a model outside
    ``allowed`` (None: any).
    """
    members = members_of(message) if not kind or kind in _UPDATES else None
    if members is None:
        return message
    if not kind or not members:
        raise bad_request("invalid_json", "an event must be a JSON object with a 'type'", "type" if members else None)
    session = inner(members, "session")
    transcriber = session_facts(session).transcriber
    if transcriber and allowed is not None and transcriber not in allowed:
        text = f"this token may not use the model {transcriber!r}"
        raise GatewayError(403, "permission_error", "model_not_allowed", text, _TRANSCRIBER)
    named = session.get("model")
    if named is None:
        return message
    if named != model:
        raise bad_request("invalid_value", "the model of a session cannot be changed", "session.model")
    return message if model == upstream_model else _with_model(message, upstream_model)


def told(message: str, model: str, upstream_model: str) -> str:
    """A server's event about the session as the client is to get it: the model by the name it was asked for."""
    if model == upstream_model or "model" not in inner(members_of(message), "session"):
        return message
    return _with_model(message, model)


def _with_model(message: str, model: str) -> str:
    members: Top = _top.decode(message)
    session: Top = _top.decode(members["session"])
    session["model"] = msgspec.Raw(msgspec.json.encode(model))
    members["session"] = msgspec.Raw(encode_top(session))
    return encode_top(members).decode()


def redacted_error(message: str, secrets: Sequence[str]) -> str:
    """An ``error`` event of the upstream, or any text of it, without what would show its key or address."""
    try:
        members = _object.decode(message)
    except DECODE_ERRORS:
        return redact(message, secrets)
    error = inner(members, "error")
    text = error.get("message")
    if not isinstance(text, str) or redact(text, secrets) == text:
        return message
    error["message"] = redact(text, secrets)
    return msgspec.json.encode(members).decode()


def error_event(error: GatewayError, event_id: str, cause: str | None = None) -> str:
    """An error in a session; ``cause`` is the id of the client's event that led to it."""
    inner_error = {
        "type": error.type,
        "code": error.code,
        "message": error.message,
        "param": error.param,
        "event_id": cause,
    }
    return msgspec.json.encode({"type": "error", "event_id": event_id, "error": inner_error}).decode()
