"""Planted secrets, and everything a gateway says: no answer, log, export, metric or file gives one of them away."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpx
import pytest

from .gateways import Gateway, NewGateway
from .processes import PASSWORD
from .upstreams import Upstream, closed_port, told, upstream, whole

UPSTREAM_KEY = "planted-upstream-9f8e7d6c5b4a3210"
HALVES = ("plantedapikey5512", "planted-secret-half-8844")
PROXY_PASSWORD = "planted-proxy-3c2b1a"
TOKEN_KEY = "sk-plantedtoken00000000000000000001"
DATABASE_PASSWORD = "planted-database-77aa"
SECRETS = (UPSTREAM_KEY, *HALVES, PROXY_PASSWORD, TOKEN_KEY, DATABASE_PASSWORD, PASSWORD)
CHAT = "/v1/chat/completions"
HI = [{"role": "user", "content": "hi"}]


def forms(secret: str) -> set[bytes]:
    """The ways a secret may hide: plain, quoted, and in base64 wherever it begins there."""
    found = {secret.encode(), quote(secret, safe="").encode(), json.dumps(secret).encode()[1:-1]}
    for before in range(3):
        # The letters at both ends hang on what stands beside the secret.
        packed = base64.b64encode(bytes(before) + secret.encode()).rstrip(b"=")
        found.add(packed[-(-8 * before // 6) : -1])
    return found


FORMS = {form: secret for secret in SECRETS for form in forms(secret)}


class Ears:
    """Listens to all that is said, and remembers who said what."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []

    def hear(self, source: str, *texts: object) -> None:
        """Takes down what a source said."""
        self.heard.append((source, b"\n".join(t if isinstance(t, bytes) else str(t).encode() for t in texts)))

    def told(self) -> list[str]:
        """Each leak: who gave away which secret, and how."""
        return [
            f"{source} tells {secret!r} as {form!r}: {text[max(0, text.find(form) - 200) :][:500]!r}"
            for source, text in self.heard
            for form, secret in FORMS.items()
            if form in text
        ]


def test_the_ears_hear_a_secret_in_every_form() -> None:
    ears = Ears()
    for before in ("", "a", "ab", "abc"):
        ears.hear("x", base64.b64encode(f"{before}:{UPSTREAM_KEY}:more".encode()))
        assert len(ears.told()) >= len(ears.heard)
    ears.hear("y", json.dumps({"key": PASSWORD}))
    assert any("y tells" in line for line in ears.told())


def echoes() -> dict[str, bytes]:
    """Answers of upstreams that say back what they were sent."""
    key = UPSTREAM_KEY
    packed = base64.b64encode(key.encode()).decode()
    text = f"key {key} ({packed}), Bearer {key}, at http://h/?key={key}"
    body = told(text, code=key, type=key, param=packed)
    event = b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": "a"}}]}).encode() + b"\n\n"
    stream = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
    error = b"data: " + json.dumps(body).encode() + b"\n\n"
    return {
        **{
            f"status {status}": whole(status, body)
            for status in (400, 401, 402, 403, 404, 408, 409, 422, 429, 500, 503)
        },
        "plain text": whole(500, text.encode(), kind="text/plain"),
        "markup": whole(502, f"<h1>{text}</h1>".encode(), kind="text/html"),
        "an error that says 200": whole(200, body),
        "no choices": whole(200, {"object": "x", "message": text}),
        "an error in a stream": stream + error,
        "an error after words": stream + event,
        "not HTTP": f"{text}\r\n\r\n".encode(),
        "a redirect": whole(302, b"", f"location: http://127.0.0.1:1/?key={key}"),
        "a header": whole(429, body, f"retry-after: {key}", f"x-key: {key}"),
    }


@pytest.fixture
def planted(new_gateway: NewGateway, database_url: str | None) -> Gateway:
    """A gateway that talks as much as it can, with every secret in its place."""
    environment = {"SLUICE_LOG_LEVEL": "debug", "SLUICE_CONNECT_TIMEOUT": "0.3"}
    if database_url is not None:
        # The server asks nobody for a password; what is sent is in the address all the same.
        parts = urlsplit(database_url)
        login = f"{parts.username or 'postgres'}:{DATABASE_PASSWORD}@{parts.netloc.rpartition('@')[2]}"
        environment["SLUICE_DATABASE_URL"] = urlunsplit(parts._replace(netloc=login))
    return new_gateway({"tokens": [{"name": "main", "key": TOKEN_KEY}]}, environment=environment)


def open_channels(gateway: Gateway, stack: ExitStack) -> dict[str, int]:
    """A channel for every way to fail; by model."""
    made: dict[str, int] = {}

    def add(model: str, base_url: str, **fields: Any) -> None:
        channel = gateway.channel([model], base_url=base_url, **{"key": UPSTREAM_KEY, "name": model, **fields})
        made[model] = channel["id"]

    servers: dict[str, Upstream] = {}
    for name, answer in echoes().items():
        server = servers[name] = stack.enter_context(upstream(answer))
        kind = "openai-compatible"
        add(name, f"{server.url}/v1", provider=kind)
    refusal = {"error": "invalid_client", "error_description": f"unknown client {HALVES[0]} {HALVES[1]}"}
    minting = stack.enter_context(upstream(whole(401, refusal)))
    add("minted", minting.url, provider="qianfan", key="|".join(HALVES))
    add("native", servers["status 400"].url, provider="ollama", options={"mode": "native"})
    add("other words", servers["status 400"].url, provider="anthropic")
    add("nobody there", f"http://127.0.0.1:{closed_port()}/v1")
    far = servers["status 400"].url
    echo = stack.enter_context(upstream(whole(407, f"no {PROXY_PASSWORD}".encode(), "proxy-authenticate: Basic")))
    for scheme in ("http", "socks5"):
        proxy = f"{scheme}://planted-user:{PROXY_PASSWORD}@127.0.0.1"
        add(f"{scheme} proxy gone", f"{far}/v1", proxy_url=f"{proxy}:{closed_port()}")
        add(f"{scheme} proxy refuses", f"{far}/v1", proxy_url=f"{proxy}:{echo.port}")
    return made


def relay_everything(gateway: Gateway, ears: Ears, models: list[str]) -> list[str]:
    """Every model whole and streamed, and by one protocol more; returns the request ids."""
    ids: list[str] = []
    limits = {"max_tokens": 10, "max_output_tokens": 10}
    others = itertools.cycle(("/v1/messages", "/v1/responses", "/v1/embeddings"))
    for model in models:
        for path, stream in ((CHAT, False), (CHAT, True), (next(others), len(ids) % 2 > 0)):
            body = {"model": model, "messages": HI, "input": "hi", "stream": stream, **limits}
            ears.hear(f"{path} {model}", *relayed(gateway, path, body, ids))
    return ids


def relayed(gateway: Gateway, path: str, body: dict[str, Any], ids: list[str]) -> Iterator[object]:
    """What the relay says, headers and body, also where the stream breaks off."""
    with gateway.http.stream("POST", path, json=body, headers=gateway.auth()) as answer:
        ids.append(answer.headers["x-request-id"])
        yield answer.headers
        try:
            yield from answer.iter_raw()
        except httpx.TransportError as error:
            yield repr(error)


def read_management(gateway: Gateway, ears: Ears, names: dict[str, list[Any]]) -> int:
    """Every GET of the management API, with every id there is; returns how many were asked."""
    document = gateway.management.get("/openapi.json")
    ears.hear("the document", document.content)
    count = 0
    for path, operations in document.json()["paths"].items():
        short = path.removeprefix("/api/v1")
        if "get" not in operations or short == "/requests/live":
            continue
        parameters = operations["get"].get("parameters", ())
        parameter = next((item["name"] for item in parameters if item["in"] == "path"), "")
        wanted = [item["name"] for item in parameters if item["in"] == "query" and item.get("required")]
        for value in names[parameter] if parameter else [""]:
            required = {"since_ms": 0, "until_ms": 2**41, "model": "planted"}
            place = short.replace(f"{{{parameter}}}", str(value))
            answer = gateway.management.get(place, params={name: required[name] for name in wanted})
            assert answer.status_code == 200, (short, answer.text)
            ears.hear(f"GET {short} {value}", answer.headers, answer.content)
            count += 1
    return count


def try_channels(gateway: Gateway, ears: Ears, channels: dict[str, int]) -> None:
    """Tests, diagnoses and lists the models of every channel."""
    for model, number in channels.items():
        for action, body in (
            ("test", {"model": model}),
            ("diagnose", {"model": model}),
            ("diagnose", {}),
            ("models", {}),
        ):
            answer = gateway.management.post(f"/channels/{number}/{action}", json=body)
            ears.hear(f"{action} of {model}", answer.headers, answer.content)


def fail_to_sign_in(gateway: Gateway, ears: Ears) -> None:
    """Wrong requests that carry right secrets: what was sent must not be said back."""
    wrong: list[tuple[str, Any]] = [
        ("/session", {"name": "root", "password": PASSWORD, "more": PASSWORD}),
        ("/session", {"name": PASSWORD, "password": [PASSWORD]}),
        ("/session", {"name": "nobody", "password": PASSWORD}),
        ("/channels", {"name": 1, "provider": "openai", "key": [UPSTREAM_KEY], "proxy_url": {"a": PROXY_PASSWORD}}),
        ("/channels", {"name": "x", "provider": "zhipu", "key": UPSTREAM_KEY + "\u2028" + UPSTREAM_KEY}),
        ("/channels", {"name": "x", "provider": "openai", "base_url": f"http://u:{PROXY_PASSWORD}@h/"}),
        ("/channels", {"name": "x", "provider": "openai", "proxy_url": f"ftp://u:{PROXY_PASSWORD}@h/"}),
        ("/tokens", {"name": "main", "key": TOKEN_KEY}),
        ("/tokens", {"name": "x", "key": {TOKEN_KEY: TOKEN_KEY}}),
    ]
    for path, body in wrong:
        answer = gateway.management.post(path, json=body)
        assert answer.status_code >= 400, answer.text
        ears.hear(f"wrong POST {path}", answer.headers, answer.content)
    for key in (UPSTREAM_KEY, TOKEN_KEY + "x", PASSWORD.replace(" ", "-")):
        answer = gateway.http.post(CHAT, json={"model": key}, headers={"authorization": f"Bearer {key}"})
        ears.hear("a wrong key", answer.headers, *([] if key.startswith(TOKEN_KEY) else [answer.content]))


def run_commands(gateway: Gateway, ears: Ears) -> None:
    """What the command line prints."""
    for args in (("export",), ("channel", "list"), ("channel", "test", "http proxy refuses"), ("doctor", "status 401")):
        ears.hear(" ".join(args), gateway.cli(*args, ok=len(args) < 3 and args[0] != "doctor"))
    away = f"postgresql://planted:{DATABASE_PASSWORD}@127.0.0.1:{closed_port()}/x"
    wrong = {"serve": away, "migrate": away.replace("postgresql:", "oracle:"), "export": away.replace("127.0.0.1", "[")}
    for command, address in wrong.items():
        environment = {"SLUICE_DATABASE_URL": address}
        ears.hear(f"{command} at a wrong address", gateway.cli(command, ok=False, environment=environment))


def test_no_secret_is_told(planted: Gateway) -> None:
    ears = Ears()
    with ExitStack() as stack:
        channels = open_channels(planted, stack)
        ids = relay_everything(planted, ears, list(channels))
        for number in ids:
            planted.settled(number)
        try_channels(planted, ears, channels)
    fail_to_sign_in(planted, ears)
    names = {
        "channel_id": list(channels.values()),
        "token_id": [item["id"] for item in planted.manage("GET", "/tokens")["items"]],
        "user_id": [item["id"] for item in planted.manage("GET", "/users")["items"]],
        "group_id": [item["id"] for item in planted.manage("GET", "/groups")["items"]],
        "request_id": ids,
    }
    assert read_management(planted, ears, names) > len(ids) + len(channels)
    for path in ("/metrics", "/healthz", "/readyz", "/", "/v1/models", "/v1/dashboard/billing/subscription"):
        answer = planted.http.get(path, headers=planted.auth())
        ears.hear(path, answer.headers, answer.content)
    run_commands(planted, ears)
    planted.stop()
    ears.hear("the log", planted.log.read_bytes())
    ears.hear("the journal", *[path.read_bytes() for path in planted.data_dir.glob("journal/*")])
    for path in files(planted.data_dir):
        ears.hear(f"the file {path.name}", path.read_bytes())
    assert ears.told() == []
    planted.start()  # for the fixture to stop


def files(folder: Path) -> list[Path]:
    """Every file in a folder and below."""
    return [path for path in folder.rglob("*") if path.is_file()]
