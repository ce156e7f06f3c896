"""What clients see of upstreams that refuse, fail, lie, break off or fall silent; and what it costs them: nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from ..upstream.certificates import Authority  # noqa: TID252  # another room's, and tests are no package
from .gateways import Gateway, NewGateway
from .processes import Provider
from .refusals import CHAT, KEY, MODEL, free, refused
from .sdks import Ask
from .test_scenarios import HI
from .upstreams import closed_port, told, upstream, whole
from .wires import Wire, request

# What upstreams say.


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422])
def test_the_upstream_refuses_the_request(gateway: Gateway, ask: Ask, channel_to: Any, status: int) -> None:
    """The client gets the upstream's own words, without what they give away, and no second channel is bothered."""
    text = f"no {KEY} at http://127.0.0.1:1/v1: temperature too hot"
    body = told(text, type="invalid_request_error", code=f"told-{KEY}", param="temperature")
    with upstream(whole(status, body), hold=True) as server:
        channel_to(f"{server.url}/v1", priority=1)
        channel_to(f"{server.url}/v1")
        outcome = ask("chat", {**CHAT, "model": MODEL})
        asked = len(server.requests)
    error = refused(outcome, status, "invalid_request_error", "told-[redacted]", "temperature")
    assert "temperature too hot" in error["message"]
    assert error["headers"]["x-should-retry"] == "false"
    row = free(gateway, outcome, "told-[redacted]")
    # What is unknown at one channel may be known at another: a 404 is asked of all.
    assert asked == row["attempts"] == (2 if status == 404 else 1)


@pytest.mark.parametrize("status", [401, 402, 403])
def test_the_upstream_refuses_our_key(gateway: Gateway, ask: Ask, channel_to: Any, status: int) -> None:
    with upstream(whole(status, told(f"wrong key {KEY}", code="invalid_api_key")), hold=True) as server:
        channel_to(f"{server.url}/v1", priority=1)
        channel_to(f"{server.url}/v1")
        outcome = ask("chat", {**CHAT, "model": MODEL})
        assert len(server.requests) == 2, "the other channel may have a good key; the SDK asks once"
    error = refused(outcome, 502, "upstream_error", "upstream_auth")
    assert error["headers"]["x-should-retry"] == "false"
    free(gateway, outcome, "upstream_auth")


def test_the_upstream_limits_the_rate(gateway: Gateway, ask: Ask) -> None:
    outcome = ask("chat", {**CHAT, "model": "gpt-4o-mini-429"}, max_retries=0)
    error = refused(outcome, 429, "rate_limit_error", "upstream_rate_limited")
    assert error["headers"]["retry-after"] == "7"
    assert "x-should-retry" not in error["headers"]
    free(gateway, outcome, "upstream_rate_limited")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("suffix", ["500", "503", "empty200", "html200"])
def test_the_upstream_fails(gateway: Gateway, ask: Ask, suffix: str, stream: bool) -> None:
    outcome = ask("chat", {**CHAT, "model": f"gpt-4o-mini-{suffix}", "stream": stream})
    error = refused(outcome, 502, "upstream_error", "upstream_bad_response")
    assert error["headers"]["x-should-retry"] == "false"
    assert error["kind"] == "InternalServerError"
    free(gateway, outcome, "upstream_bad_response")


NOT_HTTP = {
    "tls": b"\x15\x03\x01\x00\x02\x02\x28",
    "smtp": b"220 mail ready\r\n",
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\ncontent-type: appl",
    "half a body": b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{",
    "bad chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
    "number": whole(200, 5),
    "list": whole(200, []),
    "no choices": whole(200, {"object": "chat.completion"}),
    "deep": whole(200, b'{"choices":' + b"[" * 200_000),
    "teapot": whole(418, b"short and stout", kind="text/plain"),
    "redirect": whole(302, b"", "location: http://127.0.0.1:1/elsewhere"),
}


@pytest.mark.parametrize("answer", NOT_HTTP.values(), ids=NOT_HTTP)
def test_the_upstream_answers_what_nobody_promised(gateway: Gateway, channel_to: Any, answer: bytes) -> None:
    with upstream(answer) as server:
        channel_to(f"{server.url}/v1")
        got = gateway.http.post("/v1/chat/completions", json={**CHAT, "model": MODEL}, headers=gateway.auth())
    assert got.status_code in (400, 502)
    error = got.json()["error"]
    assert (got.status_code, error["code"]) in ((502, "upstream_bad_response"), (400, "upstream_refused"))
    assert "127.0.0.1" not in got.text
    assert got.headers["x-should-retry"] == "false"
    row = gateway.settled(got.headers["x-request-id"])
    assert (row["rule"], row["charge_usd"]) == ("failed", "0.00")


@pytest.mark.parametrize("depth", [0, 900, 9_000, 50_000])
def test_a_response_that_cannot_be_read_whole(gateway: Gateway, channel_to: Any, depth: int) -> None:
    """It is told and can be gone on from, whatever an upstream put into a member that nobody here reads: a number that
    no double holds, or lists in lists. Deeper than this interpreter can pass over is a bad answer."""
    odd = b"[" * depth + b"1e999" + b"]" * depth
    word = b'{"type":"message","role":"assistant","content":[{"type":"output_text","text":"well"}]}'
    said = b'{"id":"resp_%d","object":"response","output":[%s],"metadata":{"a":%s}}' % (depth, word, odd)
    asked = {"model": MODEL, "input": "hi"}
    with upstream(whole(200, said), hold=True) as server:
        channel_to(f"{server.url}/v1", provider="openai")
        got = gateway.http.post("/v1/responses", json=asked, headers=gateway.auth())
        if depth and got.status_code == 502:
            assert got.json()["error"]["code"] == "upstream_bad_response"
            return
        assert (got.status_code, got.json()["output"][0]["content"][0]["text"]) == (200, "well")
        on = {**asked, "previous_response_id": f"resp_{depth}"}
        assert gateway.http.post("/v1/responses", json=on, headers=gateway.auth()).status_code == 200
        assert "well" in server.requests[-1]


def test_the_upstream_cannot_be_reached(gateway: Gateway, ask: Ask, channel_to: Any) -> None:
    channel_to(f"http://127.0.0.1:{closed_port()}/v1")
    outcome = ask("chat", {**CHAT, "model": MODEL})
    error = refused(outcome, 502, "upstream_error", "upstream_unreachable")
    assert error["headers"]["x-should-retry"] == "false"
    free(gateway, outcome, "upstream_unreachable")


@pytest.mark.parametrize("base", ["http://no-such-host.invalid/v1", "http://256.256.256.256/v1"])
def test_the_upstream_has_no_address(gateway: Gateway, channel_to: Any, base: str) -> None:
    channel_to(base)
    got = gateway.http.post("/v1/chat/completions", json={**CHAT, "model": MODEL}, headers=gateway.auth())
    assert (got.status_code, got.json()["error"]["code"]) == (502, "upstream_unreachable")
    assert "host" not in got.json()["error"]["message"]


def test_the_upstreams_certificate_is_signed_by_nobody(gateway: Gateway, channel_to: Any, tmp_path: Path) -> None:
    with upstream(whole(200, {}), tls=Authority(tmp_path).server("127.0.0.1")) as server:
        channel_to(f"{server.url}/v1")
        got = gateway.http.post("/v1/chat/completions", json={**CHAT, "model": MODEL}, headers=gateway.auth())
        assert server.requests == [], "not a byte of the request, nor the key, goes to a stranger"
    assert (got.status_code, got.json()["error"]["code"]) == (502, "upstream_unreachable")


def test_an_upstream_that_speaks_no_tls(gateway: Gateway, channel_to: Any) -> None:
    with upstream(whole(200, {})) as server:
        channel_to(f"https://127.0.0.1:{server.port}/v1")
        got = gateway.http.post("/v1/chat/completions", json={**CHAT, "model": MODEL}, headers=gateway.auth())
    assert (got.status_code, got.json()["error"]["code"]) == (502, "upstream_unreachable")


# Silence, and faults after the first words.


def test_the_upstream_is_silent(provider: Provider, new_gateway: NewGateway) -> None:
    environment = {"SLUICE_HEAD_TIMEOUT": "0.5", "SLUICE_READ_TIMEOUT": "0.5"}
    quick = new_gateway(environment=environment)
    with (
        upstream(hold=True) as mute,
        upstream(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{", hold=True) as stuck,
        openai.OpenAI(base_url=f"{quick.url}/v1", api_key=quick.key()) as client,
    ):
        for server, model in ((mute, "mute"), (stuck, "stuck")):
            quick.channel([model], base_url=f"{server.url}/v1", key=KEY)
            with pytest.raises(openai.InternalServerError) as raised:
                client.chat.completions.create(model=model, messages=HI)  # type: ignore[arg-type]
            assert (raised.value.status_code, raised.value.code) == (504, "upstream_timeout")
            assert raised.value.response.headers["x-should-retry"] == "false"
            assert len(server.requests) == 1, "the SDK asked once"
            row = quick.settled(raised.value.response.headers["x-request-id"])
            assert (row["charge_usd"], row["error_code"]) == ("0.00", "upstream_timeout")
        body = {"model": "gpt-4o-mini-stall", "messages": HI, "stream": True}
        error, end = broken_stream(quick, body, lambda: None)
        assert (error["type"], error["code"], end) == ("upstream_error", "upstream_timeout", False)


def broken_stream(gateway: Gateway, body: dict[str, Any], breaks: Callable[[], None]) -> tuple[dict[str, Any], bool]:
    """The error that ends a stream, and whether it had a clean end. ``breaks`` is called once words have come."""
    with Wire(gateway.url) as wire:
        headers = ("content-type: application/json", f"authorization: Bearer {gateway.key()}")
        wire.send(request("POST", "/v1/chat/completions", *headers, body=json.dumps(body).encode()))
        wire.until(b'"delta"')
        breaks()
        got = wire.rest()
    head, _, rest = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    last = [line for line in rest.split(b"\r\n") if line.startswith(b"data: ")][-1]
    return json.loads(last.removeprefix(b"data: "))["error"], b"[DONE]" in rest or rest.endswith(b"0\r\n\r\n")


CHUNK = {
    "id": "c",
    "object": "chat.completion.chunk",
    "model": "m",
    "choices": [{"index": 0, "delta": {"content": "a"}}],
}
AFTER_WORDS: dict[str, tuple[bytes, str]] = {
    "an error that tells": (b"data: " + json.dumps(told(KEY, code=KEY, param=KEY)).encode(), "upstream_bad_response"),
    "a rate limit": (b'data: {"error": {"message": "slow", "code": "rate_limit_exceeded"}}', "upstream_rate_limited"),
    "a refused key": (b'data: {"error": {"message": "no", "code": "invalid_api_key"}}', "upstream_auth"),
    "no JSON": (b"data: {nonsense", "upstream_bad_response"),
    "nothing more": (b": and gone", "upstream_bad_response"),
}


@pytest.mark.parametrize(("last", "code"), AFTER_WORDS.values(), ids=AFTER_WORDS)
def test_a_fault_after_the_first_words(gateway: Gateway, channel_to: Any, last: bytes, code: str) -> None:
    words = b"data: " + json.dumps(CHUNK).encode() + b"\n\n"
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    begin, end = (b"%x\r\n%s\r\n" % (len(event), event) for event in (words, last + b"\n\n"))
    with upstream(head + begin, then=end) as server:
        channel_to(f"{server.url}/v1")
        error, clean = broken_stream(gateway, {"model": MODEL, "messages": HI, "stream": True}, server.go_on.set)
    assert (error["code"], clean) == (code, False)
    assert KEY not in str(error)


def test_silence_is_how_broken_speech_ends(gateway: Gateway, channel_to: Any) -> None:
    """In the middle of audio nothing can be said; the end of the connection must do."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: 1000\r\n\r\n"
    with upstream(head + b"x" * 500) as server:
        channel_to(f"{server.url}/v1")
        body = {"model": MODEL, "input": "hello", "voice": "alloy"}
        got: list[bytes] = []
        with (
            gateway.http.stream("POST", "/v1/audio/speech", json=body, headers=gateway.auth()) as answer,
            pytest.raises(httpx.RemoteProtocolError),
        ):
            got.extend(answer.iter_raw())
    assert (answer.status_code, b"".join(got)) == (200, b"x" * 500)
