"""What a request made is gone with it: objects that hold each other wait for the garbage collector, whose walks, and
memory that is not warm any more, cost a sixth of all CPU time a request when there was one such ring in each."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .client_upstreams import UPSTREAMS
from .conftest import MAIN_KEY, plain_config
from .gateways import Gateway, until
from .processes import Provider
from .upstreams import told as complaint
from .upstreams import upstream, whole
from .wires import Wire, request

REQUESTS = 60
# Python imports a module of this name in each process that starts.
_HOOK = """
import collections, gc, json, os, signal

def begin(*_):
    gc.collect()
    gc.garbage.clear()
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.disable()
    tell("began")

def end(*_):
    gc.collect()
    tell("ended", collections.Counter(f"{type(it).__module__}.{type(it).__qualname__}" for it in gc.garbage))
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()

def tell(name, found=()):
    path = os.path.join(os.environ["GARBAGE"], name)
    with open(path + ".part", "w") as out:
        json.dump(dict(found), out)
    os.replace(path + ".part", path)

signal.signal(signal.SIGUSR1, begin)
signal.signal(signal.SIGUSR2, end)
"""
_CHAT = {"messages": [{"role": "user", "content": "a b c d"}]}
_MESSAGES = {**_CHAT, "max_tokens": 50}
_GEMINI = {"contents": [{"role": "user", "parts": [{"text": "a b c d"}]}]}
_MODEL = "gpt-4o-mini"


@pytest.fixture(scope="module")
def watched(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that tells, asked by a signal, what its garbage collector found."""
    hook, folder = tmp_path_factory.mktemp("hook"), tmp_path_factory.mktemp("watched")
    (hook / "sitecustomize.py").write_text(_HOOK)
    paths = os.pathsep.join(filter(None, (str(hook), os.environ.get("PYTHONPATH"))))
    config = plain_config(provider)
    config["channels"] += [
        {"name": model, "provider": kind, "base_url": provider.base(wire), "key": "up-key", "models": [model]}
        for model, (kind, wire) in UPSTREAMS.items()
    ]
    found = Gateway(folder, provider, config, environment={"PYTHONPATH": paths, "GARBAGE": str(folder)})
    yield found
    found.stop()


def told(gateway: Gateway, number: signal.Signals, name: str) -> dict[str, int]:
    """What the gateway says to a signal."""
    path: Path = gateway.folder / name
    path.unlink(missing_ok=True)
    (process,) = gateway.serving()
    os.kill(process, number)
    until(lambda: path.exists() or None, name)
    found: dict[str, int] = json.loads(path.read_text())
    return found


def rings(gateway: Gateway, ask: Callable[[], None]) -> dict[str, int]:
    """The types of objects that requests left for the garbage collector. Some 25 of one type may be found once, beside
    requests; and the last requests may still be on their way."""
    ask()
    told(gateway, signal.SIGUSR1, "began")
    for _ in range(REQUESTS):
        ask()
    found = told(gateway, signal.SIGUSR2, "ended")
    return {name: count for name, count in found.items() if count >= REQUESTS / 2}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("/v1/chat/completions", {"model": _MODEL, **_CHAT}, 200, id="chat"),
        pytest.param("/v1/chat/completions", {"model": _MODEL, **_CHAT, "stream": True}, 200, id="chat-stream"),
        pytest.param("/v1/messages", {"model": _MODEL, **_MESSAGES}, 200, id="messages"),
        pytest.param("/v1/messages", {"model": _MODEL, **_MESSAGES, "stream": True}, 200, id="messages-stream"),
        pytest.param("/v1/responses", {"model": _MODEL, "input": "a b c d"}, 200, id="responses"),
        pytest.param("/v1/responses", {"model": _MODEL, "input": "a b", "stream": True}, 200, id="responses-stream"),
        pytest.param(f"/v1beta/models/{_MODEL}:generateContent", _GEMINI, 200, id="gemini"),
        pytest.param(f"/v1beta/models/{_MODEL}:streamGenerateContent?alt=sse", _GEMINI, 200, id="gemini-stream"),
        pytest.param("/v1/embeddings", {"model": "text-embedding-3-small", "input": "a b c d"}, 200, id="embeddings"),
        pytest.param("/v1/chat/completions", {"model": "nobody-has-it", **_CHAT}, 404, id="no-such-model"),
        pytest.param("/v1/chat/completions", {"model": _MODEL, "messages": 1}, 400, id="bad-field"),
        pytest.param("/v1/chat/completions", {"model": f"{_MODEL}-429", **_CHAT}, 429, id="upstream-429"),
    ],
)
def test_a_request_leaves_nothing_to_the_garbage_collector(
    watched: Gateway, path: str, body: dict[str, Any], status: int
) -> None:
    def ask() -> None:
        answer = watched.http.post(path, json=body, headers=watched.auth())
        assert answer.status_code == status, answer.text

    assert rings(watched, ask) == {}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", UPSTREAMS)
def test_nor_does_one_that_is_translated(watched: Gateway, model: str, stream: bool) -> None:
    def ask() -> None:
        body = {"model": model, **_CHAT, "stream": stream}
        answer = watched.http.post("/v1/chat/completions", json=body, headers=watched.auth())
        assert answer.status_code == 200, answer.text

    assert rings(watched, ask) == {}


def test_nor_does_one_whose_upstream_breaks_off(watched: Gateway) -> None:
    body = {"model": f"{_MODEL}-abort", **_CHAT, "stream": True}

    def ask() -> None:
        with pytest.raises(httpx.RemoteProtocolError):
            watched.http.post("/v1/chat/completions", json=body, headers=watched.auth())

    assert rings(watched, ask) == {}


def test_nor_one_whose_client_leaves(watched: Gateway) -> None:
    body = {"model": f"{_MODEL}-slow", **_CHAT, "stream": True}

    def ask() -> None:
        with watched.http.stream("POST", "/v1/chat/completions", json=body, headers=watched.auth()) as answer:
            assert next(answer.iter_lines()).startswith("data: ")

    assert rings(watched, ask) == {}


def test_nor_one_whose_upstream_never_ends_its_body(watched: Gateway) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    chunk = b'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
    with upstream(head + b"%x\r\n%s\r\n" % (len(chunk), chunk), hold=True) as found:
        watched.channel(["endless"], provider="openai-compatible", base_url=found.url)

        def ask() -> None:
            body = {"model": "endless", **_CHAT, "stream": True}
            answer = watched.http.post("/v1/chat/completions", json=body, headers=watched.auth())
            assert answer.text.endswith("[DONE]\n\n")
            if found.connections > REQUESTS:
                until(lambda: found.left or None, "the gateway to give up every answer")

        assert rings(watched, ask) == {}


def test_nor_does_a_form(watched: Gateway) -> None:
    def ask() -> None:
        files, fields = {"file": ("a.mp3", b"a" * 1000)}, {"model": "whisper-1"}
        answer = watched.http.post("/v1/audio/transcriptions", files=files, data=fields, headers=watched.auth())
        assert answer.status_code == 200, answer.text

    assert rings(watched, ask) == {}


def test_nor_one_too_many(watched: Gateway) -> None:
    token = watched.token(requests_per_minute=1)

    def ask() -> None:
        body = {"model": _MODEL, **_CHAT}
        watched.http.post("/v1/chat/completions", json=body, headers=watched.auth(token["name"]))

    assert rings(watched, ask) == {}


def test_nor_one_whose_fallback_cannot_be_paid(watched: Gateway) -> None:
    token = watched.token(user_id=watched.user(balance_usd="1.00")["id"])
    body = {"model": "fallback", **_CHAT, "max_tokens": 10}
    with upstream(whole(404, complaint("no such model", code="model_not_found")), hold=True) as found:
        watched.channel(["fallback"], base_url=found.url, model_mapping={"fallback": "cheap"}, priority=1)
        watched.channel(["fallback"], model_mapping={"fallback": "dear"})
        watched.price("cheap", input="0", output="1")
        watched.price("dear", input="0", output="1000000")

        def ask() -> None:
            answer = watched.http.post("/v1/chat/completions", json=body, headers=watched.auth(token["name"]))
            assert answer.json()["error"]["code"] == "insufficient_quota", answer.text

        assert rings(watched, ask) == {}
        assert len(found.requests) > REQUESTS


@pytest.mark.parametrize("answer", [b"", whole(407, {}), whole(200, b"half of it")[:-5]], ids=["none", "407", "half"])
def test_nor_one_that_fails_behind_a_proxy(watched: Gateway, answer: bytes) -> None:
    model = f"proxied-{len(answer)}"
    with upstream(answer) as proxy:
        url = proxy.url if answer else "http://127.0.0.1:9"
        watched.channel([model], provider="openai-compatible", proxy_url=url)

        def ask() -> None:
            body = {"model": model, **_CHAT}
            assert watched.http.post("/v1/chat/completions", json=body, headers=watched.auth()).status_code == 502

        assert rings(watched, ask) == {}


_STALLS = json.dumps({"model": f"{_MODEL}-stall", **_CHAT, "stream": True}).encode()
_AHEAD = request("POST", "/v1/chat/completions", f"authorization: Bearer {MAIN_KEY}", body=_STALLS)


@pytest.mark.parametrize(
    ("data", "heard"),
    [
        pytest.param(request("GET", "/", "x-long: " + "a" * 70_000), b" 431 ", id="head-too-large"),
        pytest.param(request("CONNECT", "a:1"), b" 400 ", id="no-proxy"),
        pytest.param(_AHEAD * 5, b"data: ", id="sent-ahead"),
    ],
)
def test_nor_a_connection_that_ends_early(watched: Gateway, data: bytes, heard: bytes) -> None:
    def ask() -> None:
        with Wire(watched.url) as wire:
            wire.send(data)
            wire.until(heard)

    assert rings(watched, ask) == {}
