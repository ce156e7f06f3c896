"""Each wire of the fake provider: addresses, credentials, refusals and shapes as the vendor's own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import struct
import time
from typing import Any

import httpx
import openai
import pytest

from sluice.catalog.models import model_facts
from sluice.fake.content import MP3, PNG, WAV, vector
from sluice.vendors.registry import vendors

from .conftest import HI, Reader, read_events

TEXT = "You said: one two three"


async def post(fake: Reader, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
    """A JSON request; underscores in header names stand for hyphens."""
    return await fake.http.post(path, json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})


async def test_openais_own_sdk_is_content(fake: Reader) -> None:
    async with openai.AsyncOpenAI(base_url=f"{fake.http.base_url}/openai/v1", api_key="k") as client:
        answer = await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "one"}])
        assert answer.choices[0].message.content == "You said: one"
        stream = await client.chat.completions.create(
            model="m-tool", messages=[{"role": "user", "content": "one"}], stream=True
        )
        async with stream:
            assert [c.choices[0].finish_reason async for c in stream][-1] == "tool_calls"
        vectors = await client.embeddings.create(model="m", input=["a", "b"])
        assert vectors.data[1].embedding == pytest.approx(vector('"b"', 16))
        assert (await client.models.list()).data[0].id == "fake-chat"


async def test_embeddings_as_numbers_and_base64(fake: Reader) -> None:
    body = {"model": "m", "input": ["one", "two three"], "dimensions": 8}
    plain = (await post(fake, "/openai/v1/embeddings", {**body, "encoding_format": "float"})).json()
    coded = (await post(fake, "/openai/v1/embeddings", {**body, "encoding_format": "base64"})).json()
    for number, (one, other) in enumerate(zip(plain["data"], coded["data"], strict=True)):
        assert one["index"] == number
        assert math.isclose(math.hypot(*one["embedding"]), 1, abs_tol=1e-6)
        assert list(struct.unpack("<8f", base64.b64decode(other["embedding"]))) == one["embedding"]
    assert plain["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
    tokens = (await post(fake, "/openai/v1/embeddings", {"model": "m", "input": [[1, 2, 3]]})).json()
    assert tokens["usage"]["prompt_tokens"] == 3


async def test_pictures_speech_and_moderation(fake: Reader) -> None:
    pictures = (await post(fake, "/openai/v1/images/generations", {"model": "m", "prompt": "p", "n": 2})).json()
    assert [base64.b64decode(item["b64_json"]) for item in pictures["data"]] == [PNG, PNG]
    spoken = await post(fake, "/openai/v1/audio/speech", {"model": "m", "input": "x" * 30})
    assert (spoken.headers["content-type"], spoken.content) == ("audio/mpeg", MP3 * 3)
    wav = await post(fake, "/openai/v1/audio/speech", {"model": "m", "input": "x", "response_format": "wav"})
    assert wav.content == WAV
    judged = (await post(fake, "/openai/v1/moderations", {"input": ["good", "bad"]})).json()
    assert [item["flagged"] for item in judged["results"]] == [False, True]


async def test_transcription_reads_the_form(fake: Reader) -> None:
    files = {"file": ("ä.wav", b"12345", "audio/wav")}
    heard = await fake.http.post("/openai/v1/audio/transcriptions", data={"model": "m"}, files=files)
    assert heard.json() == {"text": "heard 5 bytes of ä.wav", "usage": {"type": "duration", "seconds": 2.5}}
    form = {"model": "m-nousage", "response_format": "verbose_json"}
    told = (await fake.http.post("/openai/v1/audio/translations", data=form, files=files)).json()
    assert told["duration"] == 2.5
    assert "usage" not in told
    plain = await fake.http.post(
        "/openai/v1/audio/transcriptions", data={"model": "m", "response_format": "srt"}, files=files
    )
    assert plain.headers["content-type"].startswith("text/plain")
    none = await fake.http.post("/openai/v1/audio/transcriptions", files={"model": (None, "m")})
    assert (none.status_code, none.json()["error"]["param"]) == (400, "file")


async def test_rerank_scores_by_shared_words_unsorted(fake: Reader) -> None:
    body = {"model": "m", "query": "red fox", "documents": ["dog", "red fox", "fox"], "return_documents": True}
    answer = (await post(fake, "/siliconflow/v1/rerank", body)).json()
    assert [item["index"] for item in answer["results"]] == [0, 1, 2]
    assert max(answer["results"], key=lambda item: item["relevance_score"])["document"] == {"text": "red fox"}
    top = (await post(fake, "/siliconflow/v1/rerank", {**body, "top_n": 2})).json()
    assert [item["index"] for item in top["results"]] == [1, 2]


async def test_azure_wants_version_and_key_on_the_classic_path(fake: Reader) -> None:
    path, body = "/azure/openai/deployments/dep/chat/completions", {"messages": HI}
    assert (await post(fake, path, body)).status_code == 401
    assert (await post(fake, path, body, api_key="k")).status_code == 404
    assert (await post(fake, f"{path}?api-version=2024-10-21", body, authorization="Bearer k")).status_code == 404
    answer = await post(fake, f"{path}?api-version=2024-10-21", body, api_key="k")
    assert (answer.status_code, answer.json()["model"]) == (200, "dep")
    v1 = await post(fake, "/azure/openai/v1/chat/completions", {"model": "m", **body}, authorization="Bearer k")
    assert v1.json()["choices"][0]["message"]["content"] == TEXT
    streamed = await post(fake, f"{path}?api-version=1", {**body, "stream": True}, api_key="k")
    first = read_events(streamed.content)[0]
    assert (first["choices"], "prompt_filter_results" in first) == ([], True)
    filtered = path.replace("dep/", "dep-filter/") + "?api-version=1"
    refused = await post(fake, filtered, body, api_key="k")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "content_filter")


async def _token(fake: Reader, client_id: str) -> httpx.Response:
    query = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": "s"}
    return await fake.http.post("/qianfan/oauth/2.0/token", params=query)


async def test_qianfan_sells_tokens_and_speaks_its_own_chat(fake: Reader) -> None:
    assert (await _token(fake, "bad-id")).json()["error"] == "invalid_client"
    bought = (await _token(fake, "id")).json()
    assert bought["expires_in"] == 2_592_000
    path = "/qianfan/rpc/2.0/ai_custom/v1/wenxinworkshop/chat/ernie"
    refused = await post(fake, f"{path}?access_token=nonsense", {"messages": HI})
    assert (refused.status_code, refused.json()["error_code"]) == (200, 110)
    address = f"{path}?access_token={bought['access_token']}"
    answer = (await post(fake, address, {"messages": HI})).json()
    assert (answer["result"], answer["usage"]["total_tokens"]) == (TEXT, 8)
    for messages in (HI * 2, [*HI, {"role": "assistant", "content": "x"}]):
        assert (await post(fake, address, {"messages": messages})).json()["error_code"] == 336003
    events = read_events((await post(fake, address, {"messages": HI, "stream": True})).content)
    assert "".join(event["result"] for event in events) == TEXT
    assert [event["is_end"] for event in events] == [False] * (len(events) - 1) + [True]
    called = await post(fake, address.replace("ernie?", "ernie-tool?"), {"messages": HI, "functions": [{"name": "f"}]})
    assert called.json()["function_call"]["name"] == "f"
    assert (await fake.http.get("/_fake/stats")).json()["tokens_issued"] == 1


async def test_short_lived_tokens_expire(fake: Reader) -> None:
    bought = (await _token(fake, "short-id")).json()
    assert bought["expires_in"] == 1
    path = f"/qianfan/rpc/2.0/ai_custom/v1/wenxinworkshop/chat/e?access_token={bought['access_token']}"
    deadline = time.monotonic() + 10
    while "result" in (answer := (await post(fake, path, {"messages": HI})).json()):
        assert time.monotonic() < deadline
    assert answer["error_code"] == 110


def _jwt(secret: str = "idsecret", **changes: Any) -> str:
    now = int(time.time() * 1000)
    head = {"alg": "HS256", "sign_type": "SIGN", **changes.pop("head", {})}
    payload = {"api_key": "id", "exp": now + 60_000, "timestamp": now, **changes}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, payload)]
    signature = hmac.new(secret.encode(), b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


async def test_zhipu_takes_a_key_or_a_good_jwt(fake: Reader) -> None:
    path, body = "/zhipu/api/paas/v4/chat/completions", {"model": "glm", "messages": HI}
    for good in ("id.secret", _jwt()):
        assert (await post(fake, path, body, authorization=f"Bearer {good}")).status_code == 200
    seconds = int(time.time())
    bad = [
        "nodots", "a.b.c", _jwt("wrong"), _jwt(exp=1), _jwt(timestamp=seconds), _jwt(exp=seconds),
        _jwt(head={"sign_type": "X"}), _jwt(head={"alg": "none"}),
    ]  # fmt: skip
    for key in bad:
        answer = await post(fake, path, body, authorization=f"Bearer {key}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "1000"), key
    hot = await post(fake, path, {**body, "temperature": 1.5}, authorization="Bearer id.secret")
    assert (hot.status_code, hot.json()["error"]["code"]) == (400, "1210")


async def test_dashscope_bounds_batches_and_thinking(fake: Reader) -> None:
    home = "/dashscope/compatible-mode/v1"
    assert (await post(fake, f"{home}/embeddings", {"model": "m", "input": ["x"] * 10})).status_code == 200
    assert (await post(fake, f"{home}/embeddings", {"model": "m", "input": ["x"] * 11})).status_code == 400
    coded = {"model": "m", "input": "x", "encoding_format": "base64"}
    assert (await post(fake, f"{home}/embeddings", coded)).status_code == 400
    body = {"model": "qwen3-8b", "messages": HI}
    assert (await post(fake, f"{home}/chat/completions", body)).status_code == 400
    assert (await post(fake, f"{home}/chat/completions", {**body, "enable_thinking": False})).status_code == 200
    assert (await post(fake, f"{home}/chat/completions", {**body, "stream": True})).status_code == 200
    ranked = await post(fake, "/dashscope/compatible-api/v1/reranks", {"model": "m", "query": "x", "documents": ["x"]})
    assert ranked.json()["results"][0]["index"] == 0


async def test_ollama_streams_lines_unless_told_not_to(fake: Reader) -> None:
    answer = await post(fake, "/ollama/api/chat", {"model": "m-think", "messages": HI})
    assert answer.headers["content-type"] == "application/x-ndjson"
    *lines, last = [json.loads(line) for line in answer.content.splitlines()]
    assert "".join(line["message"]["content"] for line in lines) == TEXT
    assert lines[0]["message"]["thinking"]
    assert (last["done"], last["done_reason"], last["prompt_eval_count"]) == (True, "stop", 3)
    whole = (await post(fake, "/ollama/api/chat", {"model": "m-tool", "messages": HI, "stream": False})).json()
    (call,) = whole["message"]["tool_calls"]
    assert "id" not in call
    assert isinstance(call["function"]["arguments"], dict)
    vectors = (await post(fake, "/ollama/api/embed", {"model": "m", "input": ["a", "b c"]})).json()
    assert (len(vectors["embeddings"]), vectors["prompt_eval_count"]) == (2, 3)
    assert {"llama3:8b"} < {item["name"] for item in (await fake.http.get("/ollama/api/tags")).json()["models"]}
    missing = await post(fake, "/ollama/api/chat", {"model": "missing", "messages": HI})
    assert (missing.status_code, missing.json()) == (404, {"error": "model 'missing' not found"})


async def test_it_tells_what_it_received_and_forgets_on_request(fake: Reader) -> None:
    await fake.chat()
    await post(fake, "/openai/v1/embeddings?a=b", {"model": "m", "input": "x"}, authorization="Bearer sk-1")
    first, second = await fake.requests()
    assert (first["number"], first["method"], first["path"]) == (1, "POST", "/openai/v1/chat/completions")
    assert (second["query"], json.loads(second["body"])["input"]) == ({"a": "b"}, "x")
    assert second["key_sha256"] == hashlib.sha256(b"sk-1").hexdigest()
    assert first["at_ms"] <= first["ended_ms"]
    assert (first["pieces"], second["pieces"]) == (0, 0), "no streams"
    assert "gone_ms" not in first
    since = await fake.http.get("/_fake/requests", params={"since": 1})
    assert [entry["number"] for entry in since.json()] == [2]
    await fake.http.post("/_fake/reset")
    assert await fake.requests() == []
    assert (await fake.http.get("/_fake/stats")).json() == {"total": 0, "open": 0, "tokens_issued": 0}
    assert (await fake.http.get("/_fake/else")).status_code == 404


@pytest.mark.parametrize("path", ["/openai/v1/nothing", "/nowhere", "/", "/zhipu/x", "/ollama/api/x", "/dashscope/x"])
async def test_unknown_addresses_are_404_or_401(fake: Reader, path: str) -> None:
    assert (await post(fake, path, {"model": "m"})).status_code in ((401,) if "zhipu" in path else (404,))


NONSENSE = [
    b"", b"{", b"[]", b'"x"', b"\xff", b'{"model": 5}', b'{"model": null, "messages": []}', b'{"messages": []}',
    b'{"model": "m", "messages": ["x"]}', b'{"model": "m", "messages": [{"role": "user"}], "tools": 5}',
    b'{"model": "m", "messages": [{"role": "user"}], "max_tokens": "many"}',
]  # fmt: skip
PATHS = [
    "openai/v1/chat/completions", "openai/v1/embeddings", "openai/v1/rerank", "openai/v1/audio/transcriptions",
    "azure/openai/deployments/d/chat/completions?api-version=1", "zhipu/api/paas/v4/chat/completions",
    "dashscope/compatible-mode/v1/chat/completions", "ollama/api/chat",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
async def test_nonsense_is_refused_in_order(fake: Reader, path: str) -> None:
    for body in NONSENSE:
        answer = await fake.http.post(f"/{path}", content=body, headers={"api-key": "id.secret"})
        assert answer.status_code in (200, 400, 404), body
        assert answer.status_code == 200 or answer.json()["error"]


async def test_the_models_it_lists_are_those_its_channel_offers(fake: Reader) -> None:
    listed = {item["id"] for item in (await fake.http.get("/v1/models")).json()["data"]}
    assert listed == {name for names in vendors()["fake"].base_models.values() for name in names}
    assert model_facts("fake-chat").kind == "chat"
