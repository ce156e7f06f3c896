"""Bodies that are not what they should be, in every coding; names that try to break out; methods nobody offers."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from .accounts import ACCOUNTS, open_account
from .gateways import Gateway
from .wires import Answer, Wire, request

HI = [{"role": "user", "content": "hi"}]
CHAT = json.dumps({"model": "gpt-4o-mini", "messages": HI}).encode()
POSTS = (
    "/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/rerank", "/v1/images/generations",
    "/v1/audio/speech", "/v1/moderations", "/v1/messages", "/v1/messages/count_tokens", "/v1/responses",
)  # fmt: skip
FORMS = ("/v1/audio/transcriptions", "/v1/audio/translations", "/v1/images/edits", "/v1/images/variations")


@pytest.fixture(autouse=True)
def unmoved(gateway: Gateway) -> Iterator[None]:
    """After each test the gateway serves as before, and its log tells of no defect."""
    begin = gateway.log.stat().st_size
    yield
    assert send(gateway, CHAT).status == 200
    with gateway.log.open("rb") as log:
        log.seek(begin)
        assert b"Traceback" not in log.read()


def send(gateway: Gateway, body: bytes, *headers: str, path: str = "/v1/chat/completions") -> Answer:
    """The answer to a body, sent as it is."""
    with Wire(gateway.url) as wire:
        wire.send(request("POST", path, f"authorization: Bearer {gateway.key()}", *headers, body=body))
        return wire.answer()


DEEP = 200_000
MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \r\n ",
    "cut": CHAT[:-5],
    "two values": CHAT + CHAT,
    "a comment": b"/* hi */" + CHAT,
    "a trailing comma": CHAT[:-1] + b",}",
    "single quotes": CHAT.replace(b'"', b"'"),
    "NaN": CHAT[:-1] + b',"temperature":NaN}',
    "a byte order mark": b"\xef\xbb\xbf" + CHAT,
    "UTF-16": CHAT.decode().encode("utf-16"),
    "bad UTF-8 in a text": CHAT.replace(b"hi", b"\xc3\x28"),
    "an overlong NUL": CHAT.replace(b"hi", b"\xc0\x80"),
    "a surrogate": CHAT.replace(b"hi", b"\xed\xa0\x80"),
    "bad UTF-8 in a name": CHAT[:-1] + b',"\xff":1}',
    "a bare control character": CHAT.replace(b"hi", b"\x01"),
    "a list": b"[" + CHAT + b"]",
    "a number": b"1",
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep and cut": b'{"a":' * DEEP,
    "a form": b"model=gpt-4o-mini&messages=hi",
    "binary": bytes(range(256)),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_body(gateway: Gateway, body: bytes) -> None:
    for path in POSTS:
        answer = send(gateway, body, path=path)
        assert (answer.status, answer.error["type"]) == (400, "invalid_request_error"), path
        if path != "/v1/messages" and path != "/v1/messages/count_tokens":
            assert answer.error["code"] == "invalid_json", path


@pytest.mark.parametrize("where", ["messages", "tools", "metadata", "stream_options", "model", "unknown"])
@pytest.mark.parametrize("account", ["openai", "ollama native", "qianfan-v1", "zhipu"])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses"])
def test_deep_values(gateway: Gateway, path: str, account: str, where: str) -> None:
    """How deep is too deep the interpreter decides (3.11 a thousand, 3.14 what its stack holds). On both sides of that
    a value is refused, or served where nobody need read it; nothing breaks."""
    open_account(gateway, ACCOUNTS[account])
    members: dict[str, Any] = {"model": ACCOUNTS[account].chat, "messages": HI, "input": "hi", where: "DEEP"}
    for depth in (900, 9_000, 50_000, DEEP):
        for begin, end in (b"[", b"]"), (b'{"a":', b"}"):
            deep = begin * depth + b"1" + end * depth
            answer = send(gateway, json.dumps(members).encode().replace(b'"DEEP"', deep), path=path)
            assert answer.status in (200, 400)
            assert answer.status == 200 or answer.error["message"]


def test_a_name_twice_is_read_once(gateway: Gateway) -> None:
    """Whoever judges the request and whoever answers it must read the same model: the last."""
    body = b'{"model":"nobody-has-this","messages":[{"role":"user","content":"hi"}],"model":"gpt-4o-mini"}'
    mark = gateway.provider.mark()
    answer = send(gateway, body)
    assert (answer.status, answer.json["model"]) == (200, "gpt-4o-mini")
    (entry,) = gateway.provider.seen(mark)
    assert entry["body"].count('"model"') == 1
    assert (
        send(gateway, b'{"model":"gpt-4o-mini",' + body[len(b'{"model":"nobody-has-this",') : -14] + b'"x"}').status
        == 404
    )


@pytest.mark.parametrize("stream", ["true", "false"])
def test_a_model_name_of_many_letters(gateway: Gateway, stream: str) -> None:
    for model in (
        "x" * 300,
        "x" * 1_000_000,
        "\u0000",
        "🦊" * 100,
        "../../etc/passwd",
        "%2e%2e/",
        "a\r\nx-evil: 1",
        " ",
    ):
        body = json.dumps({"model": model, "messages": HI}).encode()[:-1] + b',"stream":' + stream.encode() + b"}"
        answer = send(gateway, body)
        assert (answer.status, answer.error["code"]) == (404, "model_not_found")
        assert len(answer.body) < 2000
        assert "x-evil" not in answer.headers


# Codings.


def test_a_packed_body_is_unpacked(gateway: Gateway) -> None:
    assert send(gateway, gzip.compress(CHAT), "content-encoding: gzip").status == 200
    assert send(gateway, gzip.compress(CHAT), "content-encoding: GZIP ").status == 200
    assert send(gateway, CHAT, "content-encoding: identity").status == 200


PACKED = gzip.compress(CHAT)
CODED: dict[str, tuple[bytes, str, int, str]] = {
    "not packed": (CHAT, "gzip", 400, "invalid_body"),
    "packed, unsaid": (PACKED, "identity", 400, "invalid_json"),
    "cut": (PACKED[:-12], "gzip", 400, "invalid_body"),
    "without its check": (PACKED[:-8], "gzip", 400, "invalid_body"),
    "a wrong check": (PACKED[:-8] + bytes(8), "gzip", 400, "invalid_body"),
    "rubbish behind": (PACKED + b"rubbish", "gzip", 400, "invalid_body"),
    "empty": (b"", "gzip", 400, "invalid_body"),
    "deflate": (zlib.compress(CHAT), "deflate", 400, "unsupported_encoding"),
    "brotli": (b"\x0b\x02\x80", "br", 400, "unsupported_encoding"),
    "twice": (gzip.compress(PACKED), "gzip, gzip", 400, "unsupported_encoding"),
}


@pytest.mark.parametrize(("body", "coding", "status", "code"), CODED.values(), ids=CODED)
def test_a_body_in_the_wrong_coding(gateway: Gateway, body: bytes, coding: str, status: int, code: str) -> None:
    answer = send(gateway, body, f"content-encoding: {coding}")
    assert (answer.status, answer.error["code"]) == (status, code)


def test_a_bomb_is_not_unpacked(gateway: Gateway) -> None:
    """300 MiB of zeros in 300 KiB, for a conversation and for a file."""
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join([*(packer.compress(bytes(1024 * 1024)) for _ in range(300)), packer.flush()])
    answer = send(gateway, bomb, "content-encoding: gzip")
    assert (answer.status, answer.error["code"]) == (413, "body_too_large")
    kind = "content-type: multipart/form-data; boundary=b"
    answer = send(gateway, bomb, "content-encoding: gzip", kind, path=FORMS[0])
    assert answer.status in (400, 413)


# Forms.


def part(disposition: str, value: bytes, *headers: str) -> bytes:
    """A part of a form whose boundary is ``b``."""
    lines = ["--b", f"content-disposition: form-data; {disposition}", *headers, "", ""]
    return "\r\n".join(lines).encode() + value + b"\r\n"


MODEL = part('name="model"', b"whisper-1")
FILE = part('name="file"; filename="a.wav"', b"RIFF" + bytes(400), "content-type: audio/wav")
END = b"--b--\r\n"
BOUND = "multipart/form-data; boundary=b"
BAD_FORMS: dict[str, tuple[str, bytes]] = {
    "no boundary": ("multipart/form-data", MODEL + FILE + END),
    "an empty boundary": ('multipart/form-data; boundary=""', MODEL + FILE + END),
    "a long boundary": ("multipart/form-data; boundary=" + "b" * 3000, MODEL + FILE + END),
    "another boundary": ("multipart/form-data; boundary=c", MODEL + FILE + END),
    "no form": ("application/json", CHAT),
    "no kind": ("", MODEL + FILE + END),
    "nothing": (BOUND, b""),
    "an end alone": (BOUND, END),
    "cut within a file": (BOUND, MODEL + FILE[:-50]),
    "no end": (BOUND, MODEL + FILE),
    "no model": (BOUND, FILE + END),
    "an empty model": (BOUND, part('name="model"', b"") + FILE + END),
    "a model that is no text": (BOUND, part('name="model"', b"\xff\xfe") + FILE + END),
    "no file": (BOUND, MODEL + END),
    "a file that is a text": (BOUND, MODEL + part('name="file"', b"RIFF") + END),
    "a part without a name": (BOUND, MODEL + FILE + part('filename="x"', b"") + END),
    "a part without a disposition": (BOUND, MODEL + FILE + b"--b\r\nx: y\r\n\r\n1\r\n" + END),
    "a part without headers": (BOUND, MODEL + FILE + b"--b\r\n\r\n1\r\n" + END),
    "a header without an end": (BOUND, MODEL + b"--b\r\nx: " + b"y" * 500_000),
    "a header's name without an end": (BOUND, MODEL + b"--b\r\n" + b"y" * 500_000),
    "many headers": (BOUND, MODEL + b"--b\r\n" + b"x: y\r\n" * 50_000 + b"\r\n1\r\n" + FILE + END),
    "10,000 parts": (BOUND, MODEL + part('name="x"', b"1") * 10_000 + FILE + END),
    "10,000 files": (BOUND, MODEL + FILE * 10_000 + END),
    "a text of two megabytes": (BOUND, MODEL + part('name="x"', b"1" * 2_000_000) + FILE + END),
    "bare line feeds": (BOUND, (MODEL + FILE + END).replace(b"\r\n", b"\n")),
}


@pytest.mark.parametrize(("kind", "body"), BAD_FORMS.values(), ids=BAD_FORMS)
def test_a_form_that_is_none(gateway: Gateway, kind: str, body: bytes) -> None:
    for path in FORMS:
        answer = send(gateway, body, f"content-type: {kind}", path=path)
        assert (answer.status, answer.error["type"]) == (400, "invalid_request_error"), path
        assert answer.error["message"]


def test_a_form_with_odd_names_stays_one_form(gateway: Gateway) -> None:
    """What is written again for the upstream holds what the client sent, and not a part more."""
    odd = part('name="p%22; x=%0d%0a"', b"\r\n--c\r\n") + part('name="prompt"', "ö\0\r\n".encode())
    mark = gateway.provider.mark()
    answer = send(gateway, MODEL + odd + FILE + END, f"content-type: {BOUND}", path=FORMS[0])
    assert answer.status == 200, answer.body
    (entry,) = gateway.provider.seen(mark)
    boundary = entry["headers"]["content-type"].partition("boundary=")[2]
    assert entry["body"].count(f"--{boundary}\r\n") == 4


# Names that would break out of where they stand.


@pytest.mark.parametrize("account", ["openai", "azure", "ollama native", "qianfan-v1"])
def test_a_mapped_name_stays_where_it_belongs(gateway: Gateway, account: str) -> None:
    """An admin's mapping may hold anything; it goes upstream as the name it is, or it is refused when it is saved."""
    found = ACCOUNTS[account]
    base = {"provider": found.provider, "base_url": gateway.provider.base(found.wire), "key": found.key}
    for number, name in enumerate(["a\r\nx-evil: 1", "../../other?x=1#y", "a b", "ö/🦊", "a\0b", "%2e%2e", "x" * 300]):
        model = f"mapped {account} {number}"
        fields = {**base, "options": dict(found.options), "models": [model], "model_mapping": {model: name}}
        made = gateway.management.post("/channels", json={"name": model, **fields})
        if made.status_code != 201:
            assert made.status_code == 422, made.text
            continue
        mark = gateway.provider.mark()
        body = json.dumps({"model": model, "messages": HI}).encode()
        answer = send(gateway, body)
        assert answer.status < 500 or answer.error["type"] == "upstream_error"
        for entry in gateway.provider.seen(mark):
            assert "x-evil" not in entry["headers"]
            assert "x" not in entry["query"]
        gateway.manage("DELETE", f"/channels/{made.json()['id']}")


_NO_LINE = ["\0", "\x0b", "\x0c", "\x7f", "\x85", "\u2028"]


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        *((field, bad) for field in ("base_url", "proxy_url") for bad in ["\r\nx-evil: 1", "\n", *_NO_LINE]),
        # A line in a key's field ends one key and begins the next; what only looks like a line's end does not.
        *(("key", bad) for bad in _NO_LINE),
    ],
)
def test_a_channel_takes_no_line_breaks(gateway: Gateway, field: str, bad: str) -> None:
    good = {"key": "sk-x", "base_url": "http://127.0.0.1:9/v1", "proxy_url": "http://127.0.0.1:9"}
    wish = {
        "name": "breaks out",
        "provider": "openai",
        "models": ["breaks-out"],
        **good,
        field: good[field][:3] + bad + good[field][3:],
    }
    answer = gateway.management.post("/channels", json=wish)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"].get("param", field) == field
    assert "evil" not in answer.text


@pytest.mark.parametrize("header", ["openai-beta", "anthropic-beta", "anthropic-version", "user-agent"])
def test_header_values_travel_as_they_are_or_not_at_all(gateway: Gateway, header: str) -> None:
    mark = gateway.provider.mark()
    answer = send(gateway, CHAT, f'{header}: é;\t"{"x" * 5000}"')
    assert answer.status == 200
    (entry,) = gateway.provider.seen(mark)
    assert entry["headers"].get(header, "") in ("", f'é;\t"{"x" * 5000}"') or header == "user-agent"


# Methods and paths.


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "TRACE", "OPTIONS"])
def test_methods_nobody_offers(gateway: Gateway, method: str) -> None:
    for path in (*POSTS, *FORMS):
        answer = gateway.http.request(method, path, headers=gateway.auth())
        assert answer.status_code == (204 if method == "OPTIONS" else 405), path
        assert answer.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/models/",
        "/v1/models/%00",
        "/v1/models/" + "a" * 5000,
        "/v1/%ff",
        "/v1/../api",
    ],
)
def test_paths_nobody_serves(gateway: Gateway, path: str) -> None:
    with Wire(gateway.url) as wire:
        wire.send(request("GET", path, f"authorization: Bearer {gateway.key()}"))
        answer = wire.answer()
    assert answer.status in (200, 404)
    assert answer.status == 404 or path == "/v1/models/"
    assert answer.headers["x-request-id"].startswith("req_")
