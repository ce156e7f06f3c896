"""The acceptance rows about money, addresses and credentials as clients use them, and about models added by hand."""

from __future__ import annotations

import http.client
import json
from decimal import Decimal
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from .gateways import Gateway, until
from .sdks import Ask, Sdk
from .test_checklist import chat, code_of
from .test_scenarios import HI


@pytest.mark.parametrize("by", ["management API", "command line"])
def test_a18_a_balance_that_is_used_up_refuses_and_a_raised_one_works_at_once(gateway: Gateway, by: str) -> None:
    model = f"a18-{by[:3].lower()}"
    gateway.channel([model])
    gateway.price(model, input="10000", output="0")  # a cent a token
    owner = gateway.user(balance_usd="0.00")
    token = gateway.token(user_id=owner["id"])["name"]

    def set_balance(usd: str) -> None:
        if by == "management API":
            gateway.manage("PUT", f"/users/{owner['id']}/balance", json={"balance_usd": usd})
        else:
            gateway.cli("user", "balance", owner["name"], usd)

    set_balance("0.01")
    mark = gateway.provider.mark()
    refused = until(lambda: _answered(gateway, model, token, 429), "the refusal")
    assert refused["error"]["code"] == refused["error"]["type"] == "insufficient_quota"
    assert gateway.provider.seen(mark) == [], "nothing was sent upstream"
    set_balance("1")
    until(lambda: _answered(gateway, model, token, 200), "the answer")
    entries = until(lambda: _charged(gateway, owner["id"]), "the charge")
    assert [Decimal(entry["amount_usd"]) for entry in entries["items"] if entry["kind"] == "charge"] == [
        Decimal("-0.03")
    ]
    shown = gateway.manage("GET", f"/users/{owner['id']}")
    assert Decimal(shown["balance_usd"]) == Decimal("0.97")


def _answered(gateway: Gateway, model: str, token: str, status: int) -> dict[str, Any] | None:
    answer = chat(gateway, model, token)
    assert answer.status_code in (200, 429), answer.text
    if answer.status_code == 429:
        assert answer.headers["x-should-retry"] == "false"
    found: dict[str, Any] = answer.json()
    return found if answer.status_code == status else None


def _charged(gateway: Gateway, user_id: int) -> dict[str, Any] | None:
    page: dict[str, Any] = gateway.manage("GET", f"/users/{user_id}/entries")
    return page if any(entry["kind"] == "charge" for entry in page["items"]) else None


def test_a18_the_sdks_do_not_retry_when_the_money_is_used_up(gateway: Gateway, ask: Ask) -> None:
    owner = gateway.user()
    token = gateway.token(user_id=owner["id"])
    answer = ask("chat", {"model": "gpt-4o-mini", "messages": HI}, token=token["name"])
    assert answer.error is not None
    assert (answer.error["kind"], answer.error["status"]) == ("RateLimitError", 429)
    assert answer.error["code"] == "insufficient_quota"
    assert "$0.00 is left" in answer.error["message"]
    gateway.settled(answer.request_id)
    rows = gateway.manage("GET", "/requests", params={"token_id": token["id"]})["items"]
    assert [row["status"] for row in rows] == [429], "asked once"


@pytest.mark.parametrize("form", ["{}/v1", "{}/v1/", "{}/v1/v1", "{}", "{}/", "{}//v1", "{}/v1//"])
def test_a19_base_urls_pasted_wrong_work_too(gateway: Gateway, sdk: Sdk, form: str) -> None:
    base = form.format(gateway.url)
    answer = sdk.call(base, gateway.key(), "chat", {"model": "gpt-4o-mini", "messages": HI})
    assert answer.text == "You said: one two three"
    streamed = sdk.call(base, gateway.key(), "chat", {"model": "gpt-4o-mini", "messages": HI, "stream": True})
    assert streamed.text == "You said: one two three"
    vectors = sdk.call(base, gateway.key(), "embeddings", {"model": "text-embedding-3-small", "input": "x"})
    assert len(vectors.data["data"]) == 1
    listed = sdk.call(base, gateway.key(), "models", {})
    assert "gpt-4o-mini" in {model["id"] for model in listed.data["data"]}


def test_a19_other_paths_are_refused_as_json(gateway: Gateway) -> None:
    for path in ("/v1/chat/completion", "/v1/v2/chat/completions", "/v1/"):
        answer = gateway.http.post(path, json={}, headers=gateway.auth())
        assert answer.status_code == 404, path
        assert answer.json()["error"]["type"] == "invalid_request_error"
    answer = gateway.http.get("/v1/chat/completions", headers=gateway.auth())
    assert (answer.status_code, code_of(answer)) == (405, "method_not_allowed")


@pytest.mark.parametrize("host", ["sluice:3000", "10.0.0.7", "llm.internal.example", "[::1]:3000", "xn--bcher-kva"])
def test_a20_plain_http_under_any_name(gateway: Gateway, host: str) -> None:
    headers = {**gateway.auth(), "host": host}
    answer = gateway.http.post(
        "/v1/chat/completions", json={"model": "gpt-4o-mini", "messages": HI}, headers=headers, follow_redirects=False
    )
    assert answer.status_code == 200
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert "strict-transport-security" not in answer.headers


def _header_forms(key: str) -> dict[str, dict[str, str]]:
    bare = key.removeprefix("sk-")
    return {
        "bearer": {"authorization": f"Bearer {key}"},
        "lower case": {"authorization": f"bearer {key}"},
        "blanks": {"authorization": f"  Bearer    {key}  "},
        "no scheme": {"authorization": key},
        "bearer without sk-": {"authorization": f"Bearer {bare}"},
        "x-api-key": {"x-api-key": key},
        "api-key": {"api-key": f" {key} "},
        "x-goog-api-key": {"x-goog-api-key": key},
    }


def raw_chat(gateway: Gateway, headers: dict[str, str]) -> tuple[int, Any, Message]:
    """Status, body and headers of a chat sent with headers byte for byte, which better clients refuse to send."""
    connection = http.client.HTTPConnection(urlsplit(gateway.url).netloc, timeout=60)
    try:
        body = json.dumps({"model": "gpt-4o-mini", "messages": HI})
        connection.request("POST", "/v1/chat/completions", body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), answer.headers
    finally:
        connection.close()


@pytest.mark.parametrize("form", _header_forms(""))
def test_a21_the_key_in_any_customary_header(gateway: Gateway, form: str) -> None:
    headers = _header_forms(gateway.key())[form]
    status, answer, _ = raw_chat(gateway, headers)
    assert (status, answer["choices"][0]["finish_reason"]) == (200, "stop")


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer "}, {"authorization": "Bearer sk-nope"}, {"x-api-key": "é"}]
)
def test_a21_no_key_or_a_wrong_one_is_a_401(gateway: Gateway, headers: dict[str, str]) -> None:
    status, answer, told = raw_chat(gateway, headers)
    assert (status, answer["error"]["code"]) == (401, "invalid_api_key")
    assert answer["error"]["type"] == "invalid_request_error"
    assert told["x-should-retry"] == "false"


def test_a23_a_model_without_a_price_works_and_is_pointed_out(gateway: Gateway) -> None:
    model = "a23/made-up-by-hand"
    channel = gateway.channel([model])
    answer = chat(gateway, model)
    assert answer.status_code == 200
    row = gateway.settled(answer.headers["x-request-id"])
    unpriced = gateway.manage("GET", "/prices/unpriced")
    assert {"model": model, "channels": [channel["name"]]} in unpriced["items"]
    rates = unpriced["default"]["rates"]
    assert row["price"]["model"] == "*"
    assert Decimal(row["charge_usd"]) == (3 * Decimal(rates["input"]) + 5 * Decimal(rates["output"])) / 10**6 > 0
    gateway.price(model, input="1", output="2")
    assert model not in {item["model"] for item in gateway.manage("GET", "/prices/unpriced")["items"]}
    again = gateway.settled(chat(gateway, model).headers["x-request-id"])
    assert (again["charge_usd"], again["price"]["model"]) == ("0.000013", model)


def test_a27_custom_names_are_kept_as_typed_and_duplicates_dropped(gateway: Gateway) -> None:
    typed = ["a27/Б-модель", "a27:x y", "a27/Б-модель", "a27:x y", "a27-last"]
    channel = gateway.channel(typed)
    assert channel["models"] == ["a27/Б-модель", "a27:x y", "a27-last"]
    assert set(channel["models"]) <= {
        model["id"] for model in gateway.http.get("/v1/models", headers=gateway.auth()).json()["data"]
    }
    assert [chat(gateway, model).status_code for model in channel["models"]] == [200] * 3


@pytest.mark.parametrize("wire", ["openai", "ollama", "dashscope", "azure", "zhipu"])
def test_a28_models_are_fetched_from_the_upstream(gateway: Gateway, wire: str) -> None:
    form = {"provider": wire, "base_url": gateway.provider.base(wire), "key": "zhipuid.secret"}
    offered = gateway.manage("POST", "/channels/fetch-models", json={"channel": form})["models"]
    channel = gateway.channel(offered, wire=wire, provider=wire, key="zhipuid.secret")
    assert channel["models"] == offered
    assert "fake-chat" in offered
    assert chat(gateway, "fake-chat").status_code == 200
    gateway.manage("DELETE", f"/channels/{channel['id']}")


def test_a28_a_wrong_address_is_explained(gateway: Gateway) -> None:
    for key, base in (("bad-key", "openai"), ("k", "nowhere/else")):
        form = {"provider": "openai", "base_url": f"{gateway.provider.url}/{base}", "key": key}
        answer = gateway.management.post("/channels/fetch-models", json={"channel": form})
        assert answer.status_code == 422
        error = answer.json()["error"]
        assert error["code"] == "upstream_failed"
        assert key not in json.dumps(error) or key == "k"


def test_a28_the_list_of_models_is_quick_and_complete_for_a_client(gateway: Gateway, ask: Ask) -> None:
    answer = ask("models")
    names = [model["id"] for model in answer.data["data"]]
    assert names == sorted(set(names))
    one = ask("model", {"model": "gpt-4o-mini"})
    assert (one.data["id"], one.data["object"]) == ("gpt-4o-mini", "model")
    none = ask("model", {"model": "not-there"})
    assert none.error is not None
    assert (none.error["status"], none.error["code"]) == (404, "model_not_found")


def test_every_answer_has_a_request_id(gateway: Gateway) -> None:
    answers: list[httpx.Response] = [
        chat(gateway, "gpt-4o-mini"),
        chat(gateway, "no-such-model"),
        gateway.http.get("/v1/models"),
        gateway.http.post("/v1/nothing"),
        gateway.http.get("/v1/models", headers=gateway.auth()),
        gateway.management.get("/channels"),
    ]
    ids = [answer.headers.get("x-request-id") for answer in answers]
    assert all(ids), ids
    assert len(set(ids)) == len(ids)
