"""The acceptance rows about providers: each account type answers each SDK, as its wire wants it, at the right price."""

from __future__ import annotations

import json
import math

import pytest

from sluice.fake.content import vector

from .accounts import ACCOUNTS, Account, open_account
from .gateways import Gateway
from .sdks import Ask
from .test_scenarios import HI

every_account = pytest.mark.parametrize("account", ACCOUNTS.values(), ids=ACCOUNTS)
with_embeddings = pytest.mark.parametrize(
    "account", [a for a in ACCOUNTS.values() if a.embedding], ids=[a.id for a in ACCOUNTS.values() if a.embedding]
)
BY_ANY_ENCODING = [a.id for a in ACCOUNTS.values() if a.embedding and a.id != "dashscope as openai"]
"""Where base64 is known upstream, or made here. An account of the type OpenAI is taken to know what OpenAI knows."""


@every_account
def test_a1_every_provider_answers_a_chat(gateway: Gateway, ask: Ask, account: Account) -> None:
    channel = open_account(gateway, account)
    answer = ask("chat", {"model": account.chat, "messages": HI})
    assert answer.error is None
    assert answer.text == "You said: one two three"
    assert answer.data["object"] == "chat.completion"
    assert answer.data["model"] == account.chat
    assert answer.data["choices"][0]["finish_reason"] == "stop"
    assert answer.usage == {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
    row = gateway.settled(answer.request_id)
    assert (row["channel_id"], row["rule"], row["charge_usd"]) == (channel["id"], "complete", "0.000013")


@every_account
def test_a1_every_provider_streams_a_chat(gateway: Gateway, ask: Ask, account: Account) -> None:
    open_account(gateway, account)
    options = {"stream": True, "stream_options": {"include_usage": True}}
    answer = ask("chat", {"model": account.chat, "messages": HI, **options})
    assert answer.error is None
    assert answer.text == "You said: one two three"
    assert answer.finishes == ["stop"]
    assert {chunk["model"] for chunk in answer.chunks} == {account.chat}
    assert {chunk["object"] for chunk in answer.chunks} == {"chat.completion.chunk"}
    assert answer.usage == {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
    assert gateway.settled(answer.request_id)["charge_usd"] == "0.000013"


@with_embeddings
def test_a1_every_provider_makes_vectors(gateway: Gateway, ask: Ask, account: Account) -> None:
    open_account(gateway, account)
    answer = ask("embeddings", {"model": account.embedding, "input": ["one", "two three"], "encoding_format": "float"})
    assert answer.error is None
    assert [item["index"] for item in answer.data["data"]] == [0, 1]
    for item in answer.data["data"]:
        assert math.isclose(math.hypot(*item["embedding"]), 1, abs_tol=1e-6)
    assert answer.data["data"][0] != answer.data["data"][1]
    assert answer.data["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
    assert gateway.settled(answer.request_id)["charge_usd"] == "0.000003"


@pytest.mark.parametrize(
    "account", [ACCOUNTS[name] for name in ACCOUNTS if name in BY_ANY_ENCODING], ids=BY_ANY_ENCODING
)
def test_a1_the_sdks_own_encoding_of_vectors_works_everywhere(gateway: Gateway, ask: Ask, account: Account) -> None:
    """Without ``encoding_format`` the newer SDKs ask for base64, which many providers do not know."""
    open_account(gateway, account)
    plain = ask("embeddings", {"model": account.embedding, "input": "one", "encoding_format": "float"})
    answer = ask("embeddings", {"model": account.embedding, "input": "one"})
    assert answer.error is None
    assert answer.data["data"][0]["embedding"] == pytest.approx(plain.data["data"][0]["embedding"], rel=1e-6)


@every_account
def test_a5_a_channel_is_one_account_by_its_providers_wire(gateway: Gateway, account: Account) -> None:
    channel = open_account(gateway, account)
    assert channel["provider"] == account.provider
    assert "key" not in channel
    mark = gateway.provider.mark()
    body = {"model": account.chat, "messages": HI}
    answer = gateway.http.post("/v1/chat/completions", json=body, headers=gateway.auth())
    assert answer.status_code == 200, answer.text
    entry = gateway.provider.seen(mark)[-1]
    assert entry["path"] == account.path
    where, sign = account.sign
    if where == "access_token":
        assert entry["query"][where].startswith(sign)
        assert "authorization" not in entry["headers"]
    else:
        assert entry["headers"].get(where, "") == sign
    if where == "api-key":
        assert "authorization" not in entry["headers"]


def test_a5_the_command_line_makes_channels_too(gateway: Gateway) -> None:
    open_account(gateway, ACCOUNTS["zhipu"])
    flags = ("--provider", "moonshot", "--base-url", gateway.provider.base("moonshot"), "--model", "cli-kimi")
    gateway.cli("channel", "set", "made by command", *flags, environment={"SLUICE_CHANNEL_KEY": "sk-cli"})
    listed = gateway.cli("channel", "list")
    assert {line.split("  ")[0] for line in listed.splitlines()} >= {"made by command", "account zhipu"}
    tested = gateway.cli("channel", "test", "made by command")
    assert tested.splitlines()[1].split()[:3] == ["cli-kimi", "ok", "200"]


def test_a22_qianfan_can_be_chosen_and_says_what_key_it_wants(gateway: Gateway) -> None:
    providers = {item["id"]: item for item in gateway.manage("GET", "/providers")["items"]}
    qianfan = providers["qianfan"]
    assert "千帆" in qianfan["name"]["zh"]
    assert "APIKey|SecretKey" in qianfan["key_hint"]["en"]
    assert "bce-v3/" in qianfan["key_hint"]["en"]
    assert {"openai_chat", "embeddings"} <= set(qianfan["formats"])


def test_a22_one_access_token_serves_many_requests(gateway: Gateway, ask: Ask) -> None:
    open_account(gateway, ACCOUNTS["qianfan-v1"])
    body = {"model": "acc-ernie-old", "messages": HI}
    assert ask("chat", body).error is None
    before = gateway.provider.stats()["tokens_issued"]
    assert [ask("chat", body).text for _ in range(3)] == ["You said: one two three"] * 3
    assert gateway.provider.stats()["tokens_issued"] == before


def test_a22_an_expired_access_token_is_bought_anew_and_the_client_sees_nothing(gateway: Gateway) -> None:
    """The fake gives keys that begin with ``short`` tokens that live a second, and answers 110 afterwards."""
    model = "a22-short"
    gateway.channel([model], wire="qianfan", provider="qianfan", key="short|half")
    body = {"model": model, "messages": HI}
    before = gateway.provider.stats()["tokens_issued"]
    for _ in range(2):
        answer = gateway.http.post("/v1/chat/completions", json=body, headers=gateway.auth())
        assert answer.status_code == 200, answer.text
        assert answer.json()["choices"][0]["message"]["content"] == "You said: one two three"
    assert gateway.provider.stats()["tokens_issued"] > before


@pytest.mark.parametrize("base", ["/compatible-mode", "/compatible-mode/v1"])
def test_a24_qwen_as_type_openai_resolves_and_works(gateway: Gateway, base: str) -> None:
    for home in ("https://dashscope.aliyuncs.com", gateway.provider.base("dashscope")):
        wish = {"provider": "openai", "base_url": home + base, "key": "sk-x"}
        urls = gateway.manage("POST", "/channels/resolve", json=wish)["urls"]
        assert urls["openai_chat"] == f"{home}/compatible-mode/v1/chat/completions"
    result = gateway.manage("POST", "/channels/test", json={**wish, "model": "qwen-max"})
    assert (result["ok"], result["status"]) == (True, 200)


def test_a25_vectors_are_whole_normal_and_batches_are_split(gateway: Gateway, ask: Ask) -> None:
    open_account(gateway, ACCOUNTS["dashscope"])
    texts = [f"text {number}" for number in range(25)]
    mark = gateway.provider.mark()
    body = {"model": "acc-qwen-embed", "input": texts, "dimensions": 8, "encoding_format": "float"}
    answer = ask("embeddings", body)
    assert answer.error is None
    vectors = [item["embedding"] for item in answer.data["data"]]
    assert vectors == [vector(json.dumps(text), 8) for text in texts]
    assert all(math.isclose(math.hypot(*numbers), 1, abs_tol=1e-6) for numbers in vectors)
    assert [item["index"] for item in answer.data["data"]] == list(range(25))
    assert answer.data["usage"] == {"prompt_tokens": 50, "total_tokens": 50}
    sent = [json.loads(entry["body"]) for entry in gateway.provider.seen(mark)]
    assert sorted(len(item["input"]) for item in sent) == [5, 10, 10], "this provider takes ten at a time"
    assert {item["dimensions"] for item in sent} == {8}
    assert gateway.settled(answer.request_id)["charge_usd"] == "0.00005"


def test_a25_by_the_type_openai_the_providers_limit_is_explained(gateway: Gateway) -> None:
    open_account(gateway, ACCOUNTS["dashscope as openai"])
    body = {"model": "acc-qwen-as-openai-embed", "input": ["x"] * 11, "encoding_format": "float"}
    answer = gateway.http.post("/v1/embeddings", json=body, headers=gateway.auth())
    assert answer.status_code == 400
    assert "should not be larger than 10" in answer.json()["error"]["message"]


@pytest.mark.parametrize("kind", ["siliconflow", "openai-compatible"])
def test_a26_siliconflow_by_its_bare_address(gateway: Gateway, kind: str) -> None:
    wish = {"provider": kind, "base_url": "https://api.siliconflow.cn", "key": "sk-x"}
    urls = gateway.manage("POST", "/channels/resolve", json=wish)["urls"]
    home = "https://api.siliconflow.cn/v1"
    assert {
        name: urls[name] for name in ("openai_chat", "embeddings", "rerank", "speech", "transcriptions", "images")
    } == {
        "openai_chat": f"{home}/chat/completions",
        "embeddings": f"{home}/embeddings",
        "rerank": f"{home}/rerank",
        "speech": f"{home}/audio/speech",
        "transcriptions": f"{home}/audio/transcriptions",
        "images": f"{home}/images/generations",
    }


@every_account
def test_a30_changing_the_provider_changes_nothing_at_the_client(gateway: Gateway, ask: Ask, account: Account) -> None:
    """The same settings and the same body but for the model's name: the same answer in kind, tools included."""
    open_account(gateway, account)
    model = f"{account.chat}-tool"
    channel = next(
        (c for c in gateway.manage("GET", "/channels", params={"search": model})["items"] if c["name"] == model), None
    )
    if channel is None:
        base = gateway.provider.base(account.wire) + account.base
        made = {"provider": account.provider, "base_url": base, "key": account.key, "options": dict(account.options)}
        gateway.channel([model], name=model, **made)
    tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]
    answer = ask("chat", {"model": model, "messages": HI, "tools": tools, "temperature": 0.5, "max_tokens": 100})
    assert answer.error is None
    (choice,) = answer.data["choices"]
    (call,) = choice["message"]["tool_calls"]
    assert (choice["finish_reason"], call["type"], call["function"]["name"]) == ("tool_calls", "function", "f")
    assert json.loads(call["function"]["arguments"]) == {"city": "Paris", "unit": "celsius", "days": 0}
    assert set(answer.data) >= {"id", "object", "created", "model", "choices", "usage"}
