"""Realtime events: what is counted, what is kept to its model, what is redacted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluice.base.errors import GatewayError
from sluice.base.usage import NO_USAGE, Usage
from sluice.formats.realtime import (
    SessionFacts,
    error_event,
    event_of,
    heard_tokens,
    heard_usage,
    redacted_error,
    said,
    session_facts,
    session_usage,
    spoken_tokens,
    told,
)

USAGE = {
    "total_tokens": 253, "input_tokens": 132, "output_tokens": 121,
    "input_token_details": {
        "text_tokens": 102, "audio_tokens": 20, "image_tokens": 10, "cached_tokens": 64,
        "cached_tokens_details": {"text_tokens": 50, "audio_tokens": 12, "image_tokens": 2},
    },
    "output_token_details": {"text_tokens": 30, "audio_tokens": 91},
}  # fmt: skip


def test_no_token_of_an_answer_is_counted_twice() -> None:
    assert session_usage(USAGE) == Usage(
        input_tokens=132,
        output_tokens=121,
        cached_tokens=64,
        cached_audio_tokens=12,
        input_audio_tokens=8,
        input_image_tokens=8,
        output_audio_tokens=91,
    )


@pytest.mark.parametrize("odd", [None, 7, "x", [], {}, {"input_token_details": 1}, {"input_tokens": -3}])
def test_odd_usage_is_none(odd: Any) -> None:
    assert session_usage(odd) is NO_USAGE


@pytest.mark.parametrize(
    ("told_usage", "usage"),
    [
        ({"type": "duration", "seconds": 2.5}, Usage(audio_ms=2500)),
        ({"type": "duration", "seconds": "2"}, NO_USAGE),
        ({"type": "tokens", "input_tokens": 9, "output_tokens": 2}, Usage(input_tokens=9, output_tokens=2)),
        (None, NO_USAGE),
    ],
)
def test_a_transcript_is_counted_in_tokens_or_seconds(told_usage: Any, usage: Usage) -> None:
    assert heard_usage(told_usage) == usage


@pytest.mark.parametrize(
    ("session", "facts"),
    [
        ({}, SessionFacts()),
        ({"max_output_tokens": "inf"}, SessionFacts()),
        ({"max_output_tokens": 300, "audio": {"input": {"transcription": {"model": "w"}}}}, SessionFacts(300, "w")),
        ({"max_response_output_tokens": 7, "input_audio_transcription": {"model": "w"}}, SessionFacts(7, "w")),
        ({"input_audio_format": "g711_ulaw", "output_audio_format": "pcm16"}, SessionFacts(heard_per_second=8000)),
        ({"audio": {"output": {"format": {"type": "audio/pcma"}}}}, SessionFacts(spoken_per_second=8000)),
        ({"max_output_tokens": True, "audio": [], "input_audio_transcription": 3}, SessionFacts()),
    ],
)
def test_what_a_session_says_of_itself_in_both_generations(session: dict[str, Any], facts: SessionFacts) -> None:
    assert session_facts(session) == facts


def update(**session: Any) -> str:
    return json.dumps({"type": "session.update", "session": session, "x": [1.0]})


def test_the_model_travels_by_the_name_each_side_knows() -> None:
    asked = update(type="realtime", model="mine", tools=[{"n": 1.50}])
    sent = said("session.update", asked, "mine", "theirs", None)
    assert json.loads(sent) == {**json.loads(asked), "session": {**json.loads(asked)["session"], "model": "theirs"}}
    assert json.loads(told(sent, "mine", "theirs"))["session"]["model"] == "mine"
    assert said("session.update", asked, "mine", "mine", None) is asked
    assert told(asked, "mine", "mine") is asked
    plain = update(type="realtime")
    assert said("session.update", plain, "mine", "theirs", None) is plain
    assert said("response.create", asked, "other", "theirs", None) is asked


@pytest.mark.parametrize(
    ("session", "code"),
    [
        ({"model": "theirs"}, "invalid_value"),
        ({"model": 7}, "invalid_value"),
        ({"audio": {"input": {"transcription": {"model": "ears"}}}}, "model_not_allowed"),
        ({"input_audio_transcription": {"model": "ears"}}, "model_not_allowed"),
    ],
)
def test_no_other_model_gets_in(session: dict[str, Any], code: str) -> None:
    with pytest.raises(GatewayError) as refused:
        said("session.update", update(**session), "mine", "theirs", frozenset({"mine"}))
    assert refused.value.code == code


def test_a_second_of_sound_is_ten_tokens_heard_and_twenty_spoken() -> None:
    base64_of_a_second = "A" * 64_000
    assert heard_tokens("input_audio_buffer.append", base64_of_a_second, SessionFacts()) == 11
    assert spoken_tokens(base64_of_a_second.encode(), SessionFacts()) == 21
    assert heard_tokens("conversation.item.create", "x" * 400, SessionFacts()) == 101


@pytest.mark.parametrize("message", ["", "[]", "7", '{"type":3}', "{", b"\xff", "null", "[" * 5000])
def test_what_is_no_event_has_no_type(message: str | bytes) -> None:
    assert event_of(message).type == ""


def test_errors_show_no_secret() -> None:
    error = {"type": "error", "error": {"message": "Incorrect API key provided: topsecret1.", "code": "x"}, "n": 1}
    shown = json.loads(redacted_error(json.dumps(error), ("topsecret1",)))
    assert shown == {**error, "error": {"message": "Incorrect API key provided: [redacted].", "code": "x"}}
    harmless = json.dumps({"type": "error", "error": {"message": "no"}})
    assert redacted_error(harmless, ("topsecret1",)) is harmless
    assert redacted_error("closing topsecret1", ("topsecret1",)) == "closing [redacted]"


def test_an_error_of_ours_is_an_event() -> None:
    event = json.loads(error_event(GatewayError(429, "insufficient_quota", "insufficient_quota", "m"), "e1", "c1"))
    assert event == {
        "type": "error",
        "event_id": "e1",
        "error": {
            "type": "insufficient_quota", "code": "insufficient_quota", "message": "m", "param": None, "event_id": "c1",
        },
    }  # fmt: skip
