"""The acceptance rows about starting, routing and the log: each claim of the page One API's users know, as a test."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from sluice.fake.content import MP3, WAV

from .gateways import Gateway
from .processes import PASSWORD, Process, await_ready, check_log
from .sdks import Ask
from .test_scenarios import HI, received

WAV_FILE = {"name": "a.wav", "base64": base64.b64encode(WAV).decode()}
DOCUMENTS = ["a dog", "the red fox", "red fox"]
KINDS: dict[str, dict[str, Any]] = {
    "chat": {"messages": HI},
    "completions": {"prompt": "one two three"},
    "embeddings": {"input": "one"},
    "rerank": {"query": "red fox", "documents": DOCUMENTS},
    "speech": {"input": "hello", "voice": "alloy"},
    "transcription": {"file": WAV_FILE},
    "images": {"prompt": "a dog"},
    "moderations": {"input": "a good dog"},
}
"""A good request of every kind, but for the model."""


def chat(gateway: Gateway, model: str, token: str = "main", **members: Any) -> httpx.Response:
    """A chat by plain HTTP."""
    body = {"model": model, "messages": HI, **members}
    return gateway.http.post("/v1/chat/completions", json=body, headers=gateway.auth(token))


def code_of(answer: httpx.Response) -> str:
    """The code in an error's body."""
    return str(answer.json()["error"]["code"])


def test_a2_and_a17_one_command_in_an_empty_folder_and_root_has_200_dollars(tmp_path: Path) -> None:
    process = Process(["serve", "--port", "0", "--data-dir", str(tmp_path / "data")], tmp_path / "log", {})
    url = process.address()
    assert process.popen.stdout is not None
    printed = [process.popen.stdout.readline() for _ in range(2)]
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        await_ready(client, "/readyz")
        page = client.get("/")
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        for password in ("123456", "root", "admin", ""):
            refused = client.post("/api/v1/session", json={"name": "root", "password": password})
            assert refused.status_code == 401, "there is no default password"
        link = re.search(rf"{re.escape(url)}/setup#(\S+)", "".join(printed))
        assert link, printed
        wish = {"token": link[1], "password": PASSWORD}
        user = client.post("/api/v1/session/setup", json=wish).json()["user"]
        assert (user["name"], user["role"], user["balance_usd"]) == ("root", "root", "200.00")
        assert client.post("/api/v1/session/setup", json=wish).status_code == 401, "the link works once"
    check_log(process.stop())


def test_a17_the_units_of_one_api_say_200_dollars_too(gateway: Gateway) -> None:
    gateway.user("a17", balance_usd="200")
    owner = next(u for u in gateway.manage("GET", "/users", params={"search": "a17"})["items"])
    token = gateway.token(user_id=owner["id"])["name"]
    answer = gateway.http.get("/dashboard/billing/subscription", headers=gateway.auth(token))
    assert answer.json()["hard_limit_usd"] == 200
    assert gateway.http.get("/v1/dashboard/billing/usage", headers=gateway.auth(token)).json()["total_usage"] == 0


def test_a3_rerank_by_the_common_form(gateway: Gateway) -> None:
    model = "a3/reranker"
    gateway.channel([model], wire="siliconflow", provider="siliconflow")
    gateway.price(model, input="1")
    body = {"model": model, "query": "red fox", "documents": DOCUMENTS, "top_n": 2, "return_documents": True}
    answer = gateway.http.post("/v1/rerank", json=body, headers=gateway.auth())
    results = answer.json()["results"]
    assert [item["index"] for item in results] == [1, 2]
    assert results[0]["relevance_score"] >= results[1]["relevance_score"]
    assert [item["document"]["text"] for item in results] == ["the red fox", "red fox"]
    assert gateway.settled(answer.headers["x-request-id"])["charge_usd"] == "0.000009", "nine words"


def test_a6_one_key_serves_many_models(gateway: Gateway, client: Any) -> None:
    models = [f"a6-model-{number}" for number in range(60)]
    channel = gateway.channel(models)
    mark = gateway.provider.mark()
    for model in models:
        assert client.chat.completions.create(model=model, messages=HI).choices[0].message.content
    assert [json.loads(entry["body"])["model"] for entry in gateway.provider.seen(mark)] == models
    listed = {item.id for item in client.models.list()}
    assert listed >= set(models)
    rows = gateway.manage("GET", "/requests", params={"channel_id": channel["id"], "limit": 200})["items"]
    assert {row["model"] for row in rows} <= set(models)


@pytest.mark.parametrize("kind", KINDS)
def test_a7_the_model_decides_the_upstream_for_every_kind(gateway: Gateway, ask: Ask, kind: str) -> None:
    keys = {f"a7-{kind}-{side}": f"key-of-{side}" for side in ("left", "right")}
    known = {channel["name"] for channel in gateway.manage("GET", "/channels", params={"search": "a7-"})["items"]}
    for model, key in keys.items():
        if model not in known:
            gateway.channel([model], name=model, provider="openai-compatible", key=key)
    for model, key in keys.items():
        mark = gateway.provider.mark()
        answer = ask(kind, {"model": model, **KINDS[kind]})
        assert answer.error is None
        (entry,) = gateway.provider.seen(mark)
        assert entry["key_sha256"] == hashlib.sha256(key.encode()).hexdigest()
        assert model in entry["body"]


@pytest.mark.parametrize(
    "model", ["a8/org/Model-X:7b", "a8 with spaces", "a8-模型 №1", "a8.v1_x@2024", "a8-ÄÖ+plus%20", " a8-outer "]
)
def test_a8_any_name_matches_exactly(gateway: Gateway, ask: Ask, model: str) -> None:
    known = {name for channel in gateway.manage("GET", "/channels", params={"search": model.strip()})["items"]
             for name in channel["models"]}  # fmt: skip
    if model not in known:
        gateway.channel([model], name=model.strip())
    mark = gateway.provider.mark()
    answer = ask("chat", {"model": model, "messages": HI})
    assert answer.error is None
    assert received(gateway, mark)["model"] == model


@pytest.mark.parametrize(
    "model", ["GPT-4o-mini", "gpt-4o-min", "gpt-4o-mini ", " gpt-4o-mini", "gpt-4o-mini-latest", "openai/gpt-4o-mini"]
)
def test_a8_nearly_is_not_exactly(gateway: Gateway, ask: Ask, model: str) -> None:
    mark = gateway.provider.mark()
    answer = ask("chat", {"model": model, "messages": HI})
    assert answer.error is not None
    assert (answer.error["status"], answer.error["code"]) == (404, "model_not_found")
    assert model.strip() in answer.error["message"]
    assert gateway.provider.seen(mark) == [], "and the SDK does not try again"


def test_a11_and_a12_base_url_and_one_key_are_all_a_client_needs(gateway: Gateway, ask: Ask) -> None:
    channels = gateway.manage("GET", "/channels", params={"search": "a11"})["items"]
    if not channels:
        gateway.channel(["a11-all"], name="a11", provider="openai-compatible")
    data = {kind: ask(kind, {"model": "a11-all", **body}).data for kind, body in KINDS.items()}
    assert data["chat"]["choices"][0]["message"]["content"] == "You said: one two three"
    assert data["completions"]["choices"][0]["text"] == "You said: one two three"
    assert len(data["embeddings"]["data"][0]["embedding"]) == 16
    assert data["rerank"]["results"][0]["relevance_score"] > 0
    assert base64.b64decode(data["speech"]).startswith(MP3)
    assert data["transcription"]["text"] == f"heard {len(WAV)} bytes of a.wav"
    assert base64.b64decode(data["images"]["data"][0]["b64_json"]).startswith(b"\x89PNG")
    assert data["moderations"]["results"][0]["flagged"] is False


def test_a11_upstream_keys_are_seen_nowhere(gateway: Gateway) -> None:
    secret = "bad-supersecret-0123456789abcdef"  # the fake refuses it, and repeats it in its message
    channel = gateway.channel(["a11-leak"], key=secret)
    answer = chat(gateway, "a11-leak")
    assert (answer.status_code, code_of(answer)) == (502, "upstream_auth")
    row = gateway.settled(answer.headers["x-request-id"])
    assert "Incorrect API key provided" in row["tries"][0]["message"], "the operator is told why"
    tested = gateway.manage("POST", f"/channels/{channel['id']}/test", json={"model": "a11-leak"})
    assert tested["ok"] is False
    shown = gateway.manage("GET", f"/channels/{channel['id']}")
    exported = gateway.cli("export")
    audit = gateway.manage("GET", "/audit", params={"limit": 200})
    places = [
        answer.text,
        str(answer.headers),
        json.dumps([row, tested, shown, audit]),
        exported,
        gateway.log.read_text(),
    ]
    for place in places:
        assert secret not in place
        assert secret.removeprefix("bad-") not in place
    raw = b"".join(path.read_bytes() for path in gateway.data_dir.rglob("*") if path.is_file())
    assert secret.encode() not in raw, "nor in the database's files"
    assert gateway.key().encode() not in raw


def test_a13_unrestricted_is_the_default(gateway: Gateway) -> None:
    token = gateway.token()
    assert token["models"] is None
    assert chat(gateway, "gpt-4o-mini", token["name"]).status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_a13_a_restricted_token_is_refused_clearly_by_every_kind(gateway: Gateway, ask: Ask, kind: str) -> None:
    token = gateway.token(models=["gpt-4o-mini", "tts-1"])["name"]
    mark = gateway.provider.mark()
    answer = ask(kind, {"model": "whisper-1", **KINDS[kind]}, token=token)
    assert answer.error is not None
    assert (answer.error["status"], answer.error["code"]) == (403, "model_not_allowed")
    assert "whisper-1" in answer.error["message"]
    assert token in answer.error["message"]
    assert gateway.provider.seen(mark) == []
    assert sorted(model["id"] for model in ask("models", token=token).data["data"]) == ["gpt-4o-mini", "tts-1"]
    assert ask("chat", {"model": "gpt-4o-mini", "messages": HI}, token=token).error is None


def test_a14_request_match_forward_return(gateway: Gateway) -> None:
    """The four steps stand in the log with their times; body and answer are changed in nothing that matters."""
    body = {"model": "gpt-4o-mini", "messages": HI, "x_unknown": {"b": [1, 2.50, None], "a": "é"}, "seed": 10**17 + 1}
    mark = gateway.provider.mark()
    answer = gateway.http.post("/v1/chat/completions", json=body, headers=gateway.auth())
    (entry,) = gateway.provider.seen(mark)
    assert json.loads(entry["body"]) == body
    message = {"role": "assistant", "content": "You said: one two three"}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    usage = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
    head = {"id": "chatcmpl-fake", "object": "chat.completion", "created": 1_700_000_000, "model": "gpt-4o-mini"}
    assert answer.json() == {**head, "choices": [choice], "usage": usage}
    row = gateway.settled(answer.headers["x-request-id"])
    assert 0 <= row["matched_ms"] <= row["forwarded_ms"] <= row["first_ms"] <= row["duration_ms"]
    assert row["created_ms"] <= entry["at_ms"]
    (attempt,) = row["tries"]
    assert (attempt["channel_name"], attempt["outcome"], attempt["status"]) == ("fake", "ok", 200)
    assert [line["rate"] for line in row["price"]["lines"]] == ["input", "output"]


def test_a15_base_models_hold_every_kind_a_provider_has(gateway: Gateway) -> None:
    offered = {item["id"]: item["base_models"] for item in gateway.manage("GET", "/providers")["items"]}
    assert {"text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002"} <= set(
        offered["openai"]["embeddings"]
    )
    assert "text-embedding-v3" in offered["dashscope"]["embeddings"]
    for kind in ("openai_chat", "embeddings", "rerank", "speech", "transcriptions", "images"):
        assert offered["siliconflow"][kind], kind
    for provider in (
        "openai",
        "azure",
        "zhipu",
        "qianfan",
        "dashscope",
        "siliconflow",
        "deepseek",
        "moonshot",
        "ollama",
    ):
        assert offered[provider]["openai_chat"], provider
    gateway.cli("channel", "set", "a15", "--provider", "zhipu", environment={"SLUICE_CHANNEL_KEY": "zhipuid.secret"})
    (channel,) = gateway.manage("GET", "/channels", params={"search": "a15"})["items"]
    assert set(channel["models"]) == {name for names in offered["zhipu"].values() for name in names}
    gateway.manage("DELETE", f"/channels/{channel['id']}")
