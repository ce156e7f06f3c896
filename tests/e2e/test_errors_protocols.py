"""The rows of the error table in each client protocol: status, words and headers, on the wire as it comes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from .conftest import plain_config
from .gateways import Gateway
from .processes import Provider
from .refusals import KEY, MODEL
from .upstreams import closed_port, told, upstream, whole
from .wires import Wire, request

HI = [{"role": "user", "content": "hi"}]
SERVED = "gpt-4o-mini"


@dataclass(frozen=True)
class Told:
    """An error as a protocol says it: the gateway's own code for it, and the protocol's word."""

    code: str
    word: str
    message: str


@dataclass(frozen=True)
class Protocol:
    """How a protocol asks for words, and how it says an error."""

    path: str
    stream_path: str
    body: Callable[[str], dict[str, Any]]
    read: Callable[[dict[str, Any]], Told]
    list: str
    """The field that holds the conversation."""
    word: int
    """Which of a row's words is this protocol's."""

    def ask(self, gateway: Gateway, model: str, key: str | None, **more: Any) -> httpx.Response:
        """The answer to a request for words; ``key`` None sends none, ``content`` replaces the body."""
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        body = {"content": more["content"]} if "content" in more else {"json": {**self.body(model), **more}}
        return gateway.http.post(self.path.format(model), headers=headers, **body)


def _openai(body: dict[str, Any]) -> Told:
    error = body["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return Told(error["code"], error["type"], error["message"])


def _anthropic(body: dict[str, Any]) -> Told:
    assert body["type"] == "error"
    assert body["request_id"].startswith("req_")
    error = body["error"]
    return Told(error["details"]["error_code"], error["type"], error["message"])


def _google(body: dict[str, Any]) -> Told:
    error = body["error"]
    assert isinstance(error["code"], int)
    return Told(error["details"][0]["reason"], error["status"], error["message"])


_CHAT = "/v1/chat/completions"
PROTOCOLS = {
    "openai": Protocol(_CHAT, _CHAT, lambda m: {"model": m, "messages": HI}, _openai, "messages", 0),
    "responses": Protocol(
        "/v1/responses", "/v1/responses", lambda m: {"model": m, "input": "hi", "store": False}, _openai, "input", 0
    ),
    "messages": Protocol(
        "/v1/messages",
        "/v1/messages",
        lambda m: {"model": m, "messages": HI, "max_tokens": 50},
        _anthropic,
        "messages",
        1,
    ),
    "gemini": Protocol(
        "/v1beta/models/{}:generateContent",
        "/v1beta/models/{}:streamGenerateContent?alt=sse",
        lambda m: {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]},
        _google,
        "contents",
        2,
    ),
}
each_protocol = pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS)

WORDS = {
    400: ("invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT"),
    401: ("invalid_request_error", "authentication_error", "UNAUTHENTICATED"),
    403: ("permission_error", "permission_error", "PERMISSION_DENIED"),
    404: ("invalid_request_error", "not_found_error", "NOT_FOUND"),
    409: ("invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT"),
    413: ("invalid_request_error", "request_too_large", "INVALID_ARGUMENT"),
    422: ("invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT"),
    429: ("rate_limit_error", "rate_limit_error", "RESOURCE_EXHAUSTED"),
    502: ("upstream_error", "api_error", "INTERNAL"),
    503: ("server_error", "overloaded_error", "UNAVAILABLE"),
    504: ("upstream_error", "timeout_error", "DEADLINE_EXCEEDED"),
}


def said(answer: httpx.Response, protocol: Protocol, status: int, code: str, *, retry: str | None = "false") -> Told:
    """The error of an answer, which must be this one in the protocol's own words; it tells nothing of the inside."""
    overload = 529 if status == 503 and protocol.word == 1 else status
    assert answer.status_code == overload, answer.text
    error = protocol.read(answer.json())
    word = "insufficient_quota" if code == "insufficient_quota" and protocol.word == 0 else WORDS[status][protocol.word]
    assert (error.code, error.word) == (code, word)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"].startswith("req_")
    assert answer.headers.get("x-should-retry") == retry
    for inside in (KEY, "127.0.0.1", "localhost", "http://"):
        assert inside not in answer.text
    return error


# The door.


@each_protocol
def test_credentials(gateway: Gateway, protocol: Protocol) -> None:
    for key in (None, "sk-unknown", "rubbish"):
        said(protocol.ask(gateway, SERVED, key), protocol, 401, "invalid_api_key")
    for code, fields in (
        ("token_disabled", {"status": "disabled"}),
        ("token_expired", {"expires_ms": int(time.time() * 1000) - 1000}),
    ):
        token = gateway.token(**fields)
        assert token["name"] in said(protocol.ask(gateway, SERVED, token["key"]), protocol, 401, code).message


@each_protocol
def test_money(gateway: Gateway, protocol: Protocol) -> None:
    poor = gateway.user(balance_usd="0")
    for token in (gateway.token(user_id=poor["id"]), gateway.token(limit_usd="0")):
        said(protocol.ask(gateway, SERVED, token["key"]), protocol, 429, "insufficient_quota")


@each_protocol
def test_scope(gateway: Gateway, protocol: Protocol) -> None:
    token = gateway.token(addresses=["203.0.113.0/24"])
    said(protocol.ask(gateway, SERVED, token["key"]), protocol, 403, "ip_not_allowed")
    token = gateway.token(models=["another-model"])
    error = said(protocol.ask(gateway, SERVED, token["key"]), protocol, 403, "model_not_allowed")
    assert token["name"] in error.message
    assert SERVED in error.message


@each_protocol
def test_a_rate_limit(gateway: Gateway, protocol: Protocol) -> None:
    token = gateway.token(requests_per_minute=1)
    assert protocol.ask(gateway, SERVED, token["key"]).status_code == 200
    answer = protocol.ask(gateway, SERVED, token["key"])
    said(answer, protocol, 429, "rate_limit_exceeded", retry=None)
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.headers["x-ratelimit-limit-requests"] == "1"


# The request.


@each_protocol
def test_no_channel(gateway: Gateway, protocol: Protocol, channel_to: Any) -> None:
    error = said(protocol.ask(gateway, "nobody-has-this", gateway.key()), protocol, 404, "model_not_found")
    assert "nobody-has-this" in error.message
    channel_to(gateway.provider.base(), status="disabled")
    said(protocol.ask(gateway, MODEL, gateway.key()), protocol, 503, "no_available_channel")


@each_protocol
def test_a_bad_body(gateway: Gateway, protocol: Protocol) -> None:
    for body in (b"", b"{", b"[]", b'{"a": "\xff"}'):
        said(protocol.ask(gateway, SERVED, gateway.key(), content=body), protocol, 400, "invalid_json")
    answer = protocol.ask(gateway, SERVED, gateway.key(), **{protocol.list: None})
    error = protocol.read(answer.json())
    assert said(answer, protocol, 400, error.code).code in ("missing_field", "invalid_value")
    assert protocol.list in error.message


@each_protocol
def test_a_body_too_large(gateway: Gateway, protocol: Protocol) -> None:
    with Wire(gateway.url) as wire:
        auth = f"authorization: Bearer {gateway.key()}"
        wire.send(request("POST", protocol.path.format(SERVED), auth, "content-length: 100000000"))
        answer = wire.answer()
    headers = httpx.Headers(answer.headers)
    said(httpx.Response(answer.status, headers=headers, content=answer.body), protocol, 413, "body_too_large")


# The upstream.


@each_protocol
@pytest.mark.parametrize("status", [400, 404, 409, 413, 422])
def test_the_upstream_refuses_the_request(gateway: Gateway, protocol: Protocol, channel_to: Any, status: int) -> None:
    body = told(f"no {KEY} at http://127.0.0.1:1/v1: too hot", type="invalid_request_error", code="told")
    with upstream(whole(status, body)) as server:
        channel_to(f"{server.url}/v1")
        answer = protocol.ask(gateway, MODEL, gateway.key())
    assert "too hot" in said(answer, protocol, status, "told").message


@each_protocol
@pytest.mark.parametrize("status", [401, 402, 403])
def test_the_upstream_refuses_our_key(gateway: Gateway, protocol: Protocol, channel_to: Any, status: int) -> None:
    with upstream(whole(status, told(f"wrong key {KEY}"))) as server:
        channel_to(f"{server.url}/v1")
        said(protocol.ask(gateway, MODEL, gateway.key()), protocol, 502, "upstream_auth")


@each_protocol
def test_the_upstream_fails(gateway: Gateway, protocol: Protocol, channel_to: Any) -> None:
    answer = protocol.ask(gateway, "gpt-4o-mini-429", gateway.key())
    said(answer, protocol, 429, "upstream_rate_limited", retry=None)
    assert answer.headers["retry-after"] == "7"
    for suffix in ("500", "empty200", "html200"):
        said(protocol.ask(gateway, f"gpt-4o-mini-{suffix}", gateway.key()), protocol, 502, "upstream_bad_response")
    channel_to(f"http://127.0.0.1:{closed_port()}/v1")
    said(protocol.ask(gateway, MODEL, gateway.key()), protocol, 502, "upstream_unreachable")


@pytest.fixture(scope="module")
def hasty(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that waits half a second for an upstream."""
    quick = {"SLUICE_HEAD_TIMEOUT": "0.5", "SLUICE_READ_TIMEOUT": "0.5"}
    found = Gateway(tmp_path_factory.mktemp("hasty"), provider, plain_config(provider), environment=quick)
    yield found
    found.stop()


@each_protocol
def test_the_upstream_is_silent(hasty: Gateway, protocol: Protocol) -> None:
    with upstream(hold=True) as mute:
        made = hasty.channel([MODEL], base_url=f"{mute.url}/v1", key=KEY)
        answer = protocol.ask(hasty, MODEL, hasty.key())
        hasty.manage("DELETE", f"/channels/{made['id']}")
    said(answer, protocol, 504, "upstream_timeout")
    assert len(mute.requests) == 1, "nobody asks twice what may have been done"
    assert hasty.settled(answer.headers["x-request-id"])["charge_usd"] == "0.00"


@each_protocol
@pytest.mark.parametrize("suffix", ["slow-errstream", "abort"])
def test_a_fault_after_the_first_words(gateway: Gateway, protocol: Protocol, suffix: str) -> None:
    model = f"gpt-4o-mini-{suffix}"
    body = json.dumps({**protocol.body(model), **({} if protocol.word == 2 else {"stream": True})}).encode()
    with Wire(gateway.url) as wire:
        auth = f"authorization: Bearer {gateway.key()}"
        wire.send(request("POST", protocol.stream_path.format(model), auth, body=body))
        got = wire.rest()
    assert got.startswith(b"HTTP/1.1 200 ")
    assert not got.endswith(b"0\r\n\r\n"), "a broken stream has no clean end"
    assert b"[DONE]" not in got
    assert b"message_stop" not in got
    last = json.loads([line for line in got.split(b"\r\n") if b"data: {" in line][-1].rpartition(b"data: ")[2])
    match last.get("type"):
        case "response.failed":
            assert last["response"]["status"] == "failed"
            assert last["response"]["error"]["code"] == "upstream_bad_response"
        case _:
            assert protocol.read(last).code == "upstream_bad_response"
