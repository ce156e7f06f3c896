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
from .conftest import plain_config
from .gateways import Gateway, until
from .processes import Provider

REQUESTS = 100
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
