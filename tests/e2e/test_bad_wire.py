"""Clients that break the rules of HTTP, or take their time: each gets an answer or an end, and nobody else notices."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from .conftest import MAIN_KEY, plain_config
from .gateways import Gateway, until
from .processes import Provider
from .upstreams import upstream
from .wires import Wire, request

AUTH = f"authorization: Bearer {MAIN_KEY}"
CHAT = json.dumps({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}).encode()
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def hurried(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway with little patience and small limits."""
    environment = {
        "SLUICE_CLIENT_READ_TIMEOUT": "2",
        "SLUICE_CLIENT_WRITE_TIMEOUT": "1",
        "SLUICE_MAX_BODY_BYTES": str(MIB),
        "SLUICE_MAX_UPLOAD_BYTES": str(4 * MIB),
    }
    found = Gateway(tmp_path_factory.mktemp("hurried"), provider, plain_config(provider), environment=environment)
    yield found
    found.stop()


@pytest.fixture(autouse=True)
def unmoved(hurried: Gateway) -> Iterator[None]:
    """After each test the gateway serves as before, and its log tells of no defect."""
    yield
    answer = hurried.http.post("/v1/chat/completions", content=CHAT, headers=hurried.auth())
    assert answer.status_code == 200, answer.text
    assert "Traceback" not in hurried.log.read_text()


MODELS = request("GET", "/v1/models", AUTH)
WRONG: dict[str, tuple[bytes, int]] = {
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300), 400),
    "no HTTP": (b"hello\r\n\r\n", 400),
    "HTTP/2's opening": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "an unknown version": (b"GET /v1/models HTTP/9.9\r\n\r\n", 400),
    "an unknown method": (b"BREW /v1/models HTTP/1.1\r\n\r\n", 400),
    "CONNECT": (request("CONNECT", "example.com:443"), 400),
    "a space in the target": (request("GET", "/v1/models and more", AUTH), 400),
    "a NUL in a header": (request("GET", "/v1/models", AUTH, "x: a\0b"), 400),
    "a bare CR in a header": (request("GET", "/v1/models", AUTH, "x: a\rx-evil: 1"), 400),
    "a folded header": (request("GET", "/v1/models", AUTH, "openai-beta: a\r\n b"), 400),
    "a space before the colon": (request("GET", "/v1/models", AUTH, "content-length : 5"), 400),
    "two lengths": (request("POST", "/v1/embeddings", AUTH, "content-length: 3", "content-length: 5") + b"{}...", 400),
    "a length and chunks": (
        request("POST", "/v1/embeddings", AUTH, "content-length: 3", "transfer-encoding: chunked") + b"0\r\n\r\n",
        400,
    ),
    "a negative length": (request("POST", "/v1/embeddings", AUTH, "content-length: -1"), 400),
    "a length of letters": (request("POST", "/v1/embeddings", AUTH, "content-length: ten"), 400),
    "a length past 64 bits": (request("POST", "/v1/embeddings", AUTH, "content-length: " + "9" * 30), 400),
    "an unknown coding": (request("POST", "/v1/embeddings", AUTH, "transfer-encoding: gzip"), 400),
    "a bad chunk": (request("POST", "/v1/embeddings", AUTH, "transfer-encoding: chunked") + b"zz\r\n", 400),
    "a bad chunk of who waits to be told to go on": (
        request("POST", "/v1/embeddings", AUTH, "expect: 100-continue", "transfer-encoding: chunked") + b"zz\r\n",
        400,
    ),
    "a chunk past 64 bits": (
        request("POST", "/v1/embeddings", AUTH, "transfer-encoding: chunked") + b"f" * 17 + b"\r\n",
        400,
    ),
    "a long target": (request("GET", "/v1/models?" + "a" * 70_000, AUTH), 431),
    "a long header": (request("GET", "/v1/models", AUTH, "x: " + "a" * 70_000), 431),
    "a header without an end": (b"GET /v1/models HTTP/1.1\r\nx: " + b"a" * 2_000_000, 431),
    "many headers": (request("GET", "/v1/models", AUTH, *[f"x-{number}: 1" for number in range(300)]), 431),
    "many long headers": (request("GET", "/v1/models", AUTH, *["x: " + "a" * 900 for _ in range(100)]), 431),
}


@pytest.mark.parametrize(("sent", "status"), WRONG.values(), ids=WRONG)
def test_what_is_not_proper_http(hurried: Gateway, sent: bytes, status: int) -> None:
    with Wire(hurried.url) as wire:
        wire.pour(iter([sent]))
        answer = wire.answer()
        assert answer.status == status
        assert answer.error["type"] == "invalid_request_error"
        assert answer.headers["x-request-id"].startswith("req_")
        assert answer.headers["connection"] == "close"
        assert wire.rest() == b"", "and the connection ends"


RIGHT: dict[str, bytes] = {
    "HTTP/1.0": request("GET", "/v1/models", AUTH, version="1.0"),
    "an absolute target": request("GET", "http://elsewhere.example/v1/models", AUTH),
    "two slashes": request("GET", "//v1//models", AUTH),
    "encoded letters": request("GET", "/v1/%6dodels", AUTH),
    "empty lines first": b"\r\n\r\n" + MODELS,
    "a length of zero": request("GET", "/v1/models", AUTH, body=b""),
    "an offer of WebSocket": request("GET", "/v1/models", AUTH, "connection: upgrade", "upgrade: websocket"),
    "200 headers": request("GET", "/v1/models", AUTH, *[f"x-{number}: 1" for number in range(200)]),
    "60 KB of headers": request("GET", "/v1/models", AUTH, *["x: " + "a" * 6000 for _ in range(10)]),
    "a forwarded address of rubbish": request("GET", "/v1/models", AUTH, "x-forwarded-for: " + "<é>,;" * 1000),
    "forwarded by nobody": request("GET", "/v1/models", AUTH, "x-forwarded-for: ,,,", "x-forwarded-proto: gopher"),
}


@pytest.mark.parametrize("sent", RIGHT.values(), ids=RIGHT)
def test_what_is_odd_and_yet_right(hurried: Gateway, sent: bytes) -> None:
    with Wire(hurried.url) as wire:
        wire.send(sent)
        answer = wire.answer()
        assert (answer.status, answer.json["object"]) == (200, "list")


def test_an_offer_of_http2_is_ignored(hurried: Gateway) -> None:
    """Java's client makes it with every request; the parser under the server would lose the body over it."""
    offer = ("connection: Upgrade, HTTP2-Settings", "upgrade: h2c", "http2-settings: AAEAAEAAAAIAAAAA")
    asked = request("POST", "/v1/chat/completions", AUTH, *offer, body=CHAT)
    with Wire(hurried.url) as wire:
        for at in (len(asked), len(asked) - 10, 5, asked.index(b"\r\n\r\n") + 4):
            wire.send(asked[:at])
            wire.send(asked[at:])
            answer = wire.answer()
            assert (answer.status, answer.json["object"]) == (200, "chat.completion")


def test_a_request_byte_by_byte(hurried: Gateway) -> None:
    with Wire(hurried.url) as wire:
        wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request("POST", "/v1/chat/completions", AUTH, body=CHAT):
            wire.send(bytes([byte]))
        assert wire.answer().status == 200


def test_requests_sent_ahead_are_answered_in_order(hurried: Gateway) -> None:
    with Wire(hurried.url) as wire:
        bodies = [CHAT.replace(b"hi", b"number %d" % number) for number in range(10)]
        wire.send(b"".join(request("POST", "/v1/chat/completions", AUTH, body=body) for body in bodies))
        for number in range(10):
            assert wire.answer().json["choices"][0]["message"]["content"] == f"You said: number {number}"


def test_too_many_requests_sent_ahead_end_the_connection(hurried: Gateway) -> None:
    with Wire(hurried.url) as wire:
        wire.pour(iter([MODELS * 2000]))
        assert wire.rest().count(b"HTTP/1.1 200") <= 20


def test_rubbish_behind_a_request_ends_the_connection_and_no_more(hurried: Gateway) -> None:
    with Wire(hurried.url) as wire:
        wire.pour(iter([MODELS + b"rubbish\r\n\r\n"]))
        assert b"rubbish" not in wire.rest()


@pytest.mark.parametrize("expect", ["100-continue", "the unexpected"])
def test_a_client_that_expects(hurried: Gateway, expect: str) -> None:
    sent = request("POST", "/v1/chat/completions", AUTH, f"expect: {expect}", body=CHAT)
    with Wire(hurried.url) as wire:
        wire.send(sent)
        answer = wire.answer()
        if answer.status == 100:
            answer = wire.answer()
        assert answer.status == 200


# Time.


SLOW: dict[str, tuple[bytes, int | None]] = {
    "nothing": (b"", None),
    "half a head": (b"POST /v1/chat/completions HTTP/1.1\r\nhost:", 408),
    "half a body": (request("POST", "/v1/chat/completions", AUTH, "content-length: 100") + b"{", 408),
    "no chunk": (request("POST", "/v1/chat/completions", AUTH, "transfer-encoding: chunked"), 408),
    "half a form": (
        request(
            "POST",
            "/v1/audio/transcriptions",
            AUTH,
            "content-length: 900",
            "content-type: multipart/form-data; boundary=b",
        )
        + b"--b\r\n",
        408,
    ),
    "half a management body": (request("POST", "/api/v1/session", "content-length: 100") + b"{", 408),
    "a body nobody asked for": (request("GET", "/v1/models", AUTH, "content-length: 100") + b"{", 200),
    "a body behind a refusal": (request("POST", "/v1/embeddings", "content-length: 100") + b"{", 401),
}


def test_who_does_not_go_on_is_dropped(hurried: Gateway) -> None:
    with ExitStack() as stack:
        wires = {name: stack.enter_context(Wire(hurried.url)) for name in SLOW}
        for name, wire in wires.items():
            wire.send(SLOW[name][0])
        for name, wire in wires.items():
            status = SLOW[name][1]
            if status is not None:
                answer = wire.answer()
                assert answer.status == status, name
                assert status != 408 or answer.error["code"] == "request_timeout", name
            assert wire.rest() == b"", name


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_drip_is_no_way_to_stay(hurried: Gateway, where: str) -> None:
    """A byte now and then keeps no connection open."""
    begun = b"GET /v1/models HTTP/1.1\r\nx: "
    if where == "body":
        begun = request("POST", "/v1/chat/completions", AUTH, "content-length: 1000000")
    with Wire(hurried.url) as wire:
        wire.send(begun)
        wire.socket.settimeout(0.05)
        dripped = 0
        while dripped < 400 and not wire.heard():
            dripped += wire.pour(iter([b"a"]))
        wire.socket.settimeout(30)
        assert wire.answer().status == 408
        assert dripped < 400


def test_a_slow_but_steady_body_is_taken(hurried: Gateway) -> None:
    """It takes longer than the patience for a head: what came so far earns it more."""
    body = CHAT[:-1] + b" " * 60_000 + b"}"
    sent = request("POST", "/v1/chat/completions", AUTH, body=body)
    with Wire(hurried.url) as wire:
        for at in range(0, len(sent), 2000):
            wire.send(sent[at : at + 2000])
            time.sleep(0.1)
        assert wire.answer().status == 200


def test_a_client_that_shuts_its_side_gets_an_end(hurried: Gateway) -> None:
    for sent in (MODELS, request("POST", "/v1/chat/completions", AUTH, body=CHAT), MODELS[:20], b""):
        with Wire(hurried.url) as wire:
            wire.send(sent)
            wire.socket.shutdown(socket.SHUT_WR)
            got = wire.rest()
            assert got == b"" or got.startswith(b"HTTP/1.1 200")


def memory(gateway: Gateway) -> int:
    """Bytes of memory the gateway's process holds."""
    status = Path(f"/proc/{gateway.process.popen.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


FORM = "content-type: multipart/form-data; boundary=b"
PART = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
FLOODS: dict[str, tuple[str, tuple[str, ...], bytes]] = {
    "json of a length": ("/v1/chat/completions", ("content-length: 100000000",), b""),
    "json in chunks": ("/v1/chat/completions", ("transfer-encoding: chunked",), b'{"model":"'),
    "a form of a length": ("/v1/audio/transcriptions", (FORM, "content-length: 100000000"), PART),
    "a form in chunks": ("/v1/audio/transcriptions", (FORM, "transfer-encoding: chunked"), PART),
    "management in chunks": ("/api/v1/session", ("transfer-encoding: chunked", "content-type: application/json"), b'"'),
}


@pytest.mark.parametrize(("path", "headers", "begin"), FLOODS.values(), ids=FLOODS)
def test_a_flood_is_refused_early(hurried: Gateway, path: str, headers: tuple[str, ...], begin: bytes) -> None:
    chunked = "transfer-encoding: chunked" in headers
    piece = b"x" * 100_000

    def pieces() -> Iterator[bytes]:
        for data in [begin, *[piece] * 1000]:
            if not chunked:
                yield data
            elif data:
                yield b"%x\r\n%s\r\n" % (len(data), data)

    before = memory(hurried)
    with Wire(hurried.url) as wire:
        wire.send(request("POST", path, AUTH, *headers))
        wire.pour(pieces())
        answer = wire.answer()
        grown = memory(hurried) - before
    assert answer.status == 413
    assert answer.error["code"] == "body_too_large"
    # The management API takes price files of 20 MiB; the others have the limits of this gateway.
    assert grown < (64 if path.startswith("/api") else 16) * MIB


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="tells a process's memory by /proc")
def test_a_client_that_stops_reading_is_dropped(hurried: Gateway) -> None:
    """It holds up its upstream, not the gateway's memory; and after the deadline it is gone."""
    event = b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": "a" * 60_000}}]}).encode() + b"\n\n"
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
    with upstream(head + event * 1500) as server:
        hurried.channel(["endless"], base_url=f"{server.url}/v1", provider="openai-compatible")
        body = json.dumps({"model": "endless", "stream": True, "messages": [{"role": "user", "content": "x"}]}).encode()
        before = memory(hurried)
        with Wire(hurried.url) as wire:
            wire.send(request("POST", "/v1/chat/completions", AUTH, body=body))
            wire.until(b"x-request-id: req_")

            def row() -> dict[str, Any] | None:
                found = hurried.manage("GET", "/requests", params={"model": "endless"})["items"]
                return found[0] if found else None

            found = until(row, "the end of a stream nobody reads")
            assert memory(hurried) - before < 16 * MIB
            assert len(wire.rest()) < 80 * MIB, "the end is not that of the stream"
    assert (found["status"], found["error_code"]) == (499, "client_gone")
