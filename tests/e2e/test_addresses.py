"""Where the gateway may connect to: what an operator forbids nobody can name, in no form and by no detour."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from .accounts import ACCOUNTS, open_account
from .conftest import plain_config
from .gateways import Gateway
from .processes import PASSWORD, Provider
from .upstreams import Upstream, upstream, whole

HI = [{"role": "user", "content": "hi"}]
ANSWER = whole(
    200,
    {
        "object": "chat.completion",
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "inside"}, "finish_reason": "stop"}],
    },
)
LOOPBACK = (
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "0.0.0.0",
    "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
)  # fmt: skip
INSIDE = (
    *LOOPBACK, "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.1.1", "[fe80::1]", "[fc00::1]",
    "[fd12:3456::1]", "[fec0::1]", "224.0.0.1", "255.255.255.255",
)  # fmt: skip
METADATA = (
    "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "[::ffff:169.254.169.254]",
    "[fd00:ec2::254]", "100.100.100.200",
)  # fmt: skip


@pytest.fixture(scope="module")
def strict(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway of an operator who trusts public addresses only, or does so from the middle of a test on."""
    environment = {"SLUICE_CONNECT_TIMEOUT": "2"}
    found = Gateway(tmp_path_factory.mktemp("strict"), provider, plain_config(provider), environment=environment)
    yield found
    found.stop()


@pytest.fixture
def inside() -> Iterator[Upstream]:
    """A service inside that answers whoever comes."""
    with upstream(ANSWER, hold=True) as found:
        yield found


def allow_private(gateway: Gateway, allowed: bool) -> None:
    """The operator's policy, from now on."""
    gateway.manage("PATCH", "/settings", json={"values": {"allow_private_channels": allowed}})


def chat(gateway: Gateway, model: str) -> tuple[int, str]:
    """Status and code (of an answer, its words) of a conversation."""
    answer = gateway.http.post(
        "/v1/chat/completions", json={"model": model, "messages": HI}, headers=gateway.auth()
    ).json()
    if "error" in answer:
        return int(answer["error"]["code"] == "upstream_unreachable"), answer["error"]["message"]
    return 200, answer["choices"][0]["message"]["content"]


def refusals(gateway: Gateway, fields: dict[str, Any]) -> Iterator[tuple[int, str | None]]:
    """Status and field of every operation that takes a channel's address."""
    form = {"provider": "openai", "key": "k", **fields}
    for path, body in (
        ("/channels", {"name": "never", "models": ["never"], **form}),
        ("/channels/test", {"model": "m", **form}),
        ("/channels/diagnose", form),
        ("/channels/resolve", form),
        ("/channels/fetch-models", {"channel": form}),
    ):
        answer = gateway.management.post(path, json=body)
        yield answer.status_code, answer.json().get("error", {}).get("param")


@pytest.mark.parametrize("host", METADATA)
def test_where_clouds_hand_out_credentials_nobody_goes(strict: Gateway, host: str) -> None:
    allow_private(strict, True)
    assert set(refusals(strict, {"base_url": f"http://{host}/latest"})) == {(422, "base_url")}
    proxied = {"base_url": "https://api.example.com/v1", "proxy_url": f"http://{host}:80"}
    assert set(refusals(strict, proxied)) == {(422, "proxy_url")}


def test_what_is_inside_is_refused_when_it_is_typed(strict: Gateway) -> None:
    allow_private(strict, False)
    schemes = itertools.cycle(("http", "https", "socks5", "socks4", "socks5h"))
    for host in (*INSIDE, *METADATA):
        assert set(refusals(strict, {"base_url": f"http://{host}:8080/v1"})) == {(422, "base_url")}, host
        proxied = {"base_url": "https://api.example.com/v1", "proxy_url": f"{next(schemes)}://u:p@{host}:1080"}
        assert set(refusals(strict, proxied)) == {(422, "proxy_url")}, proxied
    channel = strict.channel(["never"], base_url="https://api.example.com/v1", status="disabled")
    for change in ({"base_url": "http://127.1/v1", "key": "k"}, {"proxy_url": "socks5://[::1]:1080", "key": "k"}):
        answer = strict.management.patch(f"/channels/{channel['id']}", json=change)
        assert answer.status_code == 422, answer.text


def test_what_leads_inside_is_refused_when_it_is_connected(strict: Gateway, inside: Upstream) -> None:
    """Channels made before, names that resolve to addresses inside, and proxies: each is judged once more."""
    allow_private(strict, True)
    port = inside.port
    bases = {f"at {host}": f"http://{host}:{port}/v1" for host in ("localhost", "127.0.0.1", "127.1", "2130706433")}
    for model, base in bases.items():
        strict.channel([model], base_url=base, provider="openai-compatible")
    proxies = {
        f"by {scheme} at {host}": f"{scheme}://{host}:{port}"
        for scheme in ("http", "https", "socks4", "socks5")
        for host in ("localhost", "127.0.0.1")
    }
    for model, proxy in proxies.items():
        strict.channel(
            [model], base_url="http://api.example.com/v1", provider="openai-compatible", proxy_url=proxy, key=""
        )
    assert chat(strict, "at localhost") == (200, "inside")
    assert chat(strict, "by http at 127.0.0.1") == (200, "inside")
    allow_private(strict, False)
    before = (inside.connections, len(inside.requests))
    for model in (*bases, *proxies):
        refused, message = chat(strict, model)
        assert refused == 1, (model, message)
        assert str(port) not in message
    # Not even by a connection that is open still.
    assert (inside.connections, len(inside.requests)) == before
    allow_private(strict, True)
    assert chat(strict, "at 127.0.0.1") == (200, "inside")


def test_an_upstream_cannot_send_the_gateway_inside(strict: Gateway, inside: Upstream) -> None:
    allow_private(strict, True)
    for status in (301, 302, 303, 307, 308):
        with upstream(whole(status, b"", f"location: {inside.url}/v1/chat/completions")) as server:
            model = f"redirecting {status}"
            channel = strict.channel([model], base_url=f"{server.url}/v1", provider="openai-compatible")
            assert chat(strict, model)[0] != 200
            tried = strict.manage("POST", f"/channels/{channel['id']}/test", json={"model": model})
            assert tried["ok"] is False
            strict.manage("POST", f"/channels/{channel['id']}/diagnose", json={})
            strict.management.post("/channels/fetch-models", json={"channel_id": channel["id"]})
    assert inside.connections == 0


@pytest.mark.parametrize("account", sorted(ACCOUNTS))
def test_an_address_in_a_request_is_never_fetched(gateway: Gateway, inside: Upstream, account: str) -> None:
    """Pictures, files and sounds a client names by address are the upstream's to fetch, or are refused."""
    open_account(gateway, ACCOUNTS[account])
    model, url = ACCOUNTS[account].chat, f"{inside.url}/secret.png"
    for part in (
        {"type": "image_url", "image_url": {"url": url}},
        {"type": "image_url", "image_url": url},
        {"type": "file", "file": {"file_data": url, "filename": "a.pdf"}},
        {"type": "input_audio", "input_audio": {"data": url, "format": "wav"}},
        {"type": "video_url", "video_url": {"url": url}},
    ):
        messages = [{"role": "user", "content": [{"type": "text", "text": "what is it?"}, part]}]
        post(gateway, "/v1/chat/completions", {"model": model, "messages": messages})
    source = {"type": "url", "url": url}
    blocks = [{"type": "image", "source": source}, {"type": "document", "source": source}]
    for block in blocks:
        turns = [{"role": "user", "content": [block]}]
        post(gateway, "/v1/messages", {"model": model, "max_tokens": 9, "messages": turns})
    for item in ({"type": "input_image", "image_url": url}, {"type": "input_file", "file_url": url}):
        post(gateway, "/v1/responses", {"model": model, "input": [{"role": "user", "content": [item]}]})
    parts = [{"fileData": {"fileUri": url, "mimeType": "image/png"}}]
    post(gateway, f"/v1beta/models/{model}:generateContent", {"contents": [{"role": "user", "parts": parts}]})
    assert inside.connections == 0


def post(gateway: Gateway, path: str, body: dict[str, Any]) -> None:
    """Asks, by an address that could also be meant for the gateway's own use; whatever comes is no defect."""
    more = {"user": "http://127.0.0.1/", "metadata": {"callback_url": "http://127.0.0.1/"}}
    answer = gateway.http.post(path, content=json.dumps({**body, **more}), headers=gateway.auth())
    assert answer.status_code != 500, answer.text


def test_a_plain_user_names_no_address_at_all(strict: Gateway, inside: Upstream) -> None:
    allow_private(strict, True)
    strict.user("plain", password=PASSWORD)
    key = strict.token(user_id=strict.manage("GET", "/users", params={"search": "plain"})["items"][0]["id"],
                       scope="management")["key"]  # fmt: skip
    form = {"provider": "openai", "key": "k", "base_url": f"{inside.url}/v1"}
    for path, body in (
        ("/channels", {"name": "mine", "models": ["mine"], **form}),
        ("/channels/test", {"model": "m", **form}),
        ("/channels/diagnose", form),
        ("/channels/fetch-models", {"channel": form}),
        ("/prices/import", {"content": inside.url}),
    ):
        answer = strict.http.post(f"/api/v1{path}", json=body, headers={"authorization": f"Bearer {key}"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert inside.connections == 0
