"""What real clients meet beyond a good chat: errors, streams that break, leaving early; vectors, ranks and sound."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sluice.fake.content import MP3, WAV, vector

from .gateways import Gateway, until
from .sdks import Ask
from .test_scenarios import HI, received

READ, LATER = 5, 20
"""Pieces the client reads before it leaves, and the most the upstream may send afterwards: one each 50 ms, so a
second's worth. Counted in pieces, not by the clock, so that a busy machine changes nothing."""


def test_f10_another_channel_answers_and_the_client_sees_no_retry(gateway: Gateway, ask: Ask) -> None:
    gateway_of = gateway.manage("GET", "/channels", params={"search": "f10 "})["items"]
    if not gateway_of:
        gateway.channel(["f10-model"], name="f10 first", key="down-1", priority=5)
        gateway.channel(["f10-model"], name="f10 second")
    mark = gateway.provider.mark()
    answer = ask("chat", {"model": "f10-model", "messages": HI, "stream": True}, max_retries=0)
    assert answer.error is None
    assert answer.text == "You said: one two three"
    row = gateway.settled(answer.request_id)
    assert row["channel_name"] == "f10 second"
    assert (row["rule"], row["attempts"]) == ("complete", len(gateway.provider.seen(mark)))


def test_f11_every_channel_down_is_one_error_and_no_retries(gateway: Gateway, ask: Ask) -> None:
    answer = ask("chat", {"model": "gpt-4o-mini-500", "messages": HI})
    assert answer.error is not None
    assert answer.error["status"] == 502
    assert answer.error["type"] == "upstream_error"
    assert answer.error["headers"]["x-should-retry"] == "false"
    row = gateway.settled(answer.request_id)
    assert (row["rule"], row["charge_usd"]) == ("failed", "0.00")
    listed = gateway.manage("GET", "/requests", params={"model": "gpt-4o-mini-500", "since_ms": row["created_ms"]})
    assert [item["id"] for item in listed["items"]] == [answer.request_id], "the SDK asked once"


BROKEN = {
    "slow-errstream": "upstream_bad_response",
    "slow-429-midstream": "upstream_rate_limited",
    "slow-abort": "upstream_bad_response",
}
"""Streams that break after their first words, and the code the client is told."""


@pytest.mark.parametrize("model", [f"gpt-4o-mini-{suffix}" for suffix in BROKEN])
def test_f12_an_error_in_mid_stream_keeps_the_text_so_far(gateway: Gateway, ask: Ask, model: str) -> None:
    code = BROKEN[model.removeprefix("gpt-4o-mini-")]
    answer = ask("chat", {"model": model, "messages": HI, "stream": True}, max_retries=0)
    assert answer.error is not None, "a broken stream must not look like a good end"
    # The connection is closed behind the error; the oldest SDK's HTTP client may notice that first.
    assert answer.error["code"] in (code, "ERR_STREAM_PREMATURE_CLOSE")
    assert answer.text
    assert "You said: one two three".startswith(answer.text)
    assert answer.finishes == []
    row = gateway.settled(answer.request_id)
    assert (row["rule"], row["status"], row["error_code"]) == ("upstream_broke_estimated", 200, code)
    assert float(row["charge_usd"]) > 0


@pytest.mark.parametrize("model", [f"gpt-4o-mini-{suffix}" for suffix in BROKEN])
def test_f12_the_last_bytes_are_an_error_event_and_no_end(gateway: Gateway, model: str) -> None:
    body = {"model": model, "messages": HI, "stream": True}
    pieces: list[bytes] = []
    with gateway.http.stream("POST", "/v1/chat/completions", json=body, headers=gateway.auth()) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            pieces.extend(answer.iter_raw())
    got = b"".join(pieces)
    *_, last, rest = got.split(b"\n\n")
    assert rest == b""
    error = json.loads(last.removeprefix(b"data: "))["error"]
    assert error["code"] == BROKEN[model.removeprefix("gpt-4o-mini-")]
    assert isinstance(error["message"], str)
    assert b"[DONE]" not in got


def test_f13_who_leaves_stops_the_upstream_and_pays_for_the_part(gateway: Gateway, ask: Ask) -> None:
    model = "f13-slow-chunks-400"
    gateway.price(model, input="1", output="2")
    if not gateway.manage("GET", "/channels", params={"search": "f13"})["items"]:
        gateway.channel([model], name="f13")
    mark = gateway.provider.mark()
    answer = ask("chat", {"model": model, "messages": HI, "stream": True}, stop_after=READ)
    assert answer.error is None
    assert len(answer.chunks) == READ

    def ended() -> dict[str, Any] | None:
        (entry,) = gateway.provider.seen(mark)
        return entry if "ended_ms" in entry else None

    entry = until(ended, "the upstream's notice that the client is gone")
    assert entry["gone_ms"] <= entry["ended_ms"]
    assert entry["pieces"] <= READ + LATER
    row = gateway.settled(answer.request_id)
    assert (row["status"], row["rule"]) == (499, "client_gone_estimated")
    assert 0 < row["output_tokens"] < 200, "the part, not the whole"
    assert 0 < float(row["charge_usd"]) < 400 * 2e-6


def test_f14_a_batch_of_vectors_comes_back_in_order(gateway: Gateway, ask: Ask) -> None:
    texts = [f"text {number}" for number in range(20)]
    mark = gateway.provider.mark()
    answer = ask("embeddings", {"model": "text-embedding-3-small", "input": texts, "encoding_format": "float"})
    assert [item["index"] for item in answer.data["data"]] == list(range(20))
    assert [item["embedding"] for item in answer.data["data"]] == [vector(json.dumps(text), 16) for text in texts]
    assert answer.data["usage"] == {"prompt_tokens": 40, "total_tokens": 40}
    assert received(gateway, mark)["encoding_format"] == "float"
    row = gateway.settled(answer.request_id)
    assert (row["input_tokens"], row["charge_usd"]) == (40, "0.0000008"), "$0.02 a million"


def test_f14_the_sdks_own_choice_of_encoding_gives_the_same_vectors(ask: Ask) -> None:
    answer = ask("embeddings", {"model": "text-embedding-3-small", "input": "one"})
    (item,) = answer.data["data"]
    assert item["embedding"] == pytest.approx(vector('"one"', 16), rel=1e-6)


def test_f15_ranks_come_sorted_and_in_range(gateway: Gateway, ask: Ask) -> None:
    documents = ["a dog", "the red fox", "red fox", "nothing at all"]
    answer = ask("rerank", {"model": "bge-reranker-v2-m3", "query": "red fox", "documents": documents})
    scores = [item["relevance_score"] for item in answer.data["results"]]
    assert scores == sorted(scores, reverse=True)
    assert sorted(item["index"] for item in answer.data["results"]) == [0, 1, 2, 3]
    assert {item["index"] for item in answer.data["results"][:2]} == {1, 2}
    assert all(0 <= score <= 1 for score in scores)


def test_f16_speech_is_the_upstreams_bytes(gateway: Gateway, ask: Ask) -> None:
    body = {"model": "tts-1", "voice": "alloy", "input": "x" * 40, "response_format": "mp3", "speed": 1}
    mark = gateway.provider.mark()
    answer = ask("speech", body)
    assert base64.b64decode(answer.data) == MP3 * 4
    assert answer.headers["content-type"] == "audio/mpeg"
    assert received(gateway, mark) == body
    row = gateway.settled(answer.request_id)
    assert row["usage"]["characters"] == 40
    assert row["charge_usd"] == "0.0006", "$15 a million characters"


def test_f17_a_transcription_by_each_sdk(gateway: Gateway, ask: Ask) -> None:
    file = {"name": "speech ü.wav", "base64": base64.b64encode(WAV).decode()}
    answer = ask("transcription", {"model": "whisper-1", "file": file})
    assert answer.data["text"] == f"heard {len(WAV)} bytes of speech ü.wav"


def test_f17_a_form_sent_in_chunks_arrives_whole(gateway: Gateway) -> None:
    """As FastGPT's axios sends one: a stream without a length."""
    mark = gateway.provider.mark()
    headers = {**gateway.auth(), "content-type": "multipart/form-data; boundary=----b"}
    answer = gateway.http.post("/v1/audio/transcriptions", content=_chunked_form(), headers=headers)
    assert answer.json()["text"] == f"heard {len(WAV)} bytes of a.wav"
    (entry,) = gateway.provider.seen(mark)
    assert entry["path"] == "/openai/v1/audio/transcriptions"
    row = gateway.settled(answer.headers["x-request-id"])
    assert (row["model"], row["rule"]) == ("whisper-1", "complete")
    assert row["usage"]["audio_ms"] == 2500, "what the upstream said it heard"
    assert row["charge_usd"] == "0.00025", "$0.006 a minute"


def _chunked_form() -> Iterator[bytes]:
    part = b'------b\r\ncontent-disposition: form-data; name="%s"%s\r\n\r\n'
    whole = (
        part % (b"model", b"") + b"whisper-1\r\n" + part % (b"file", b'; filename="a.wav"') + WAV + b"\r\n------b--\r\n"
    )
    for at in range(0, len(whole), 97):
        yield whole[at : at + 97]
