"""JSON of any shape is asked for in words where the upstream's protocol wants that (formats/json_mode.py)."""

from __future__ import annotations

import json

import pytest

from sluice.base.formats import Format
from sluice.formats.codecs import CODECS, UPSTREAM_CODECS
from sluice.formats.json_mode import ASKED

WORDY = [Format.OPENAI_CHAT, Format.OPENAI_RESPONSES, Format.COHERE_CHAT]
"""Protocols of upstreams that want the word."""


def gemini(words: str, system: str = "", **config: object) -> bytes:
    """A request of Gemini's clients."""
    body: dict[str, object] = {
        "model": "m",
        "contents": [{"role": "user", "parts": [{"text": words}]}],
        "generationConfig": {"responseMimeType": "application/json", **config},
    }
    return json.dumps(body | ({"systemInstruction": {"parts": [{"text": system}]}} if system else {})).encode()


def said(body: bytes, upstream: Format) -> str:
    """What is said to an upstream, as text."""
    written = UPSTREAM_CODECS[upstream].encode_request(CODECS[Format.GEMINI].decode_request(body))
    return json.dumps(written.body, ensure_ascii=False)


@pytest.mark.parametrize("upstream", WORDY)
def test_the_word_is_said_where_nobody_says_it(upstream: Format) -> None:
    told = said(gemini("Name three rivers."), upstream)
    assert told.count(ASKED) == 1
    assert "json_object" in told


@pytest.mark.parametrize("upstream", WORDY)
def test_the_systems_own_words_stay_and_come_first(upstream: Format) -> None:
    told = said(gemini("Name three rivers.", "Be brief."), upstream)
    assert told.index("Be brief.") < told.index(ASKED)
    assert told.count('"system"') <= 1, "one message of the system: some servers take no second"


@pytest.mark.parametrize("upstream", WORDY)
@pytest.mark.parametrize(
    "body",
    [
        gemini("Name three rivers as Json."),
        gemini("Name three rivers.", "Speak JSON."),
        gemini("Name three rivers.", responseSchema={"type": "OBJECT", "properties": {"a": {"type": "STRING"}}}),
        gemini("Name three rivers.", responseMimeType="text/plain"),
    ],
    ids=["in the question", "in the system's words", "a schema", "no JSON"],
)
def test_it_is_not_said_twice_or_without_need(upstream: Format, body: bytes) -> None:
    assert ASKED not in said(body, upstream)


def test_what_stays_in_its_protocol_is_left_as_it_is() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "response_format": {"type": "json_object"}}
    codec = CODECS[Format.OPENAI_CHAT]
    assert codec.encode_request(codec.decode_request(json.dumps(body).encode())).body == body
