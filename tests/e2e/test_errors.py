"""Every error of the gateway itself, row by row: what each SDK makes of it; none costs anything or tells a secret."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from .gateways import Gateway
from .refusals import CHAT, MODEL, free, refused
from .sdks import Ask
from .test_scenarios import HI
from .wires import Wire


@pytest.fixture
def payer(gateway: Gateway) -> Iterator[dict[str, Any]]:
    """A user with $5, who must have them still when the test is over."""
    user = gateway.user(balance_usd="5")
    yield user
    after = gateway.manage("GET", f"/users/{user['id']}")
    assert (after["balance_usd"], after["spent_usd"]) == ("5.00", "0.00")


# The door: credentials, limits, scope.


@pytest.mark.parametrize("key", ["sk-unknown", "rubbish", "Bearer", "sk-main0000000000000000000000000001"])
def test_no_key_that_anyone_knows(gateway: Gateway, sdk: Any, key: str) -> None:
    error = refused(sdk.call(f"{gateway.url}/v1", key, "chat", CHAT), 401, "invalid_request_error", "invalid_api_key")
    assert error["headers"]["x-should-retry"] == "false"
    assert error["kind"] == "AuthenticationError"


@pytest.mark.parametrize(
    "header",
    ["x: y", "authorization:", "authorization: Bearer ", "authorization: Basic c2s6", "x-api-key:  "],
    ids=["none", "empty", "no key", "basic", "blank"],
)
def test_no_credential(gateway: Gateway, header: str) -> None:
    # Straight on a socket: HTTP clients do not send such headers.
    with Wire(gateway.url) as wire:
        wire.send(f"GET /v1/models HTTP/1.1\r\nhost: x\r\n{header}\r\n\r\n".encode())
        answer = wire.answer()
    assert answer.status == 401
    assert answer.error["code"] == "invalid_api_key"
    assert answer.headers["x-should-retry"] == "false"


def test_a_disabled_token(gateway: Gateway, ask: Ask, payer: dict[str, Any]) -> None:
    token = gateway.token(status="disabled", user_id=payer["id"])
    error = refused(ask("chat", CHAT, token=token["name"]), 401, "invalid_request_error", "token_disabled")
    assert token["name"] in error["message"]


def test_a_token_whose_user_is_disabled(gateway: Gateway, ask: Ask, payer: dict[str, Any]) -> None:
    token = gateway.token(user_id=payer["id"])
    gateway.manage("PATCH", f"/users/{payer['id']}", json={"status": "disabled"})
    refused(ask("chat", CHAT, token=token["name"]), 401, "invalid_request_error", "token_disabled")


def test_an_expired_token(gateway: Gateway, ask: Ask, payer: dict[str, Any]) -> None:
    token = gateway.token(expires_ms=int(time.time() * 1000) - 1000, user_id=payer["id"])
    error = refused(ask("chat", CHAT, token=token["name"]), 401, "invalid_request_error", "token_expired")
    assert error["headers"]["x-should-retry"] == "false"


def test_an_empty_balance(gateway: Gateway, ask: Ask) -> None:
    user = gateway.user(balance_usd="0")
    token = gateway.token(user_id=user["id"])
    outcome = ask("chat", CHAT, token=token["name"])
    error = refused(outcome, 429, "insufficient_quota", "insufficient_quota")
    assert error["headers"]["x-should-retry"] == "false"
    assert error["kind"] == "RateLimitError"
    assert free(gateway, outcome, "insufficient_quota")["rule"] == "refused"


def test_a_token_limit_used_up(gateway: Gateway, ask: Ask, payer: dict[str, Any]) -> None:
    token = gateway.token(user_id=payer["id"], limit_usd="0")
    outcome = ask("chat", CHAT, token=token["name"])
    refused(outcome, 429, "insufficient_quota", "insufficient_quota")
    free(gateway, outcome, "insufficient_quota")


def test_an_address_that_is_not_listed(gateway: Gateway, ask: Ask, payer: dict[str, Any]) -> None:
    token = gateway.token(user_id=payer["id"], addresses=["203.0.113.0/24"])
    error = refused(ask("chat", CHAT, token=token["name"]), 403, "permission_error", "ip_not_allowed")
    assert token["name"] in error["message"]
    assert error["kind"] == "PermissionDeniedError"


def test_a_model_outside_the_tokens_scope(gateway: Gateway, ask: Ask, payer: dict[str, Any]) -> None:
    token = gateway.token(user_id=payer["id"], models=["another-model"])
    error = refused(ask("chat", CHAT, token=token["name"]), 403, "permission_error", "model_not_allowed")
    assert token["name"] in error["message"]
    assert "gpt-4o-mini" in error["message"]


# No channel.


@pytest.mark.parametrize("model", ["nobody-has-this", "GPT-4O-MINI", "gpt-4o-mini ", "gpt-4o"])
def test_a_model_nobody_serves(gateway: Gateway, ask: Ask, model: str) -> None:
    outcome = ask("chat", {**CHAT, "model": model})
    error = refused(outcome, 404, "invalid_request_error", "model_not_found", "model")
    assert model in error["message"]
    assert error["kind"] == "NotFoundError"
    assert free(gateway, outcome, "model_not_found")["rule"] == "refused"


def test_a_model_another_group_has(gateway: Gateway, ask: Ask, channel_to: Any) -> None:
    if not any(group["name"] == "errors-group" for group in gateway.manage("GET", "/groups")["items"]):
        gateway.manage("POST", "/groups", 201, json={"name": "errors-group"})
    channel_to(gateway.provider.base(), groups=["errors-group"])
    refused(ask("chat", {**CHAT, "model": MODEL}), 404, "invalid_request_error", "model_not_found", "model")


def test_every_channel_is_disabled(gateway: Gateway, ask: Ask, channel_to: Any) -> None:
    channel_to(gateway.provider.base(), status="disabled")
    outcome = ask("chat", {**CHAT, "model": MODEL})
    error = refused(outcome, 503, "server_error", "no_available_channel")
    assert error["headers"]["x-should-retry"] == "false"
    free(gateway, outcome, "no_available_channel")


def test_a_rate_limit(gateway: Gateway, ask: Ask) -> None:
    token = gateway.token(requests_per_minute=1)
    assert ask("chat", CHAT, token=token["name"]).error is None
    error = refused(
        ask("chat", CHAT, token=token["name"], max_retries=0), 429, "rate_limit_error", "rate_limit_exceeded"
    )
    headers = error["headers"]
    assert 1 <= int(headers["retry-after"]) <= 60
    assert (headers["x-ratelimit-limit-requests"], headers["x-ratelimit-remaining-requests"]) == ("1", "0")
    assert headers["x-ratelimit-reset-requests"] == headers["retry-after"] + "s"
    assert "x-should-retry" not in headers, "after the pause it may"


# The request itself.


@pytest.mark.parametrize(
    ("op", "body", "code", "param"),
    [
        ("chat", {"model": "gpt-4o-mini", "messages": None}, "missing_field", "messages"),
        ("chat", {"model": "gpt-4o-mini", "messages": []}, "invalid_value", "messages"),
        ("chat", {"model": "gpt-4o-mini", "messages": "hi"}, "invalid_value", "messages"),
        ("chat", {"model": None, "messages": HI}, "missing_field", "model"),
        ("chat", {"model": "", "messages": HI}, "missing_field", "model"),
        ("chat", {"model": 7, "messages": HI}, "invalid_value", "model"),
        ("chat", {**CHAT, "stream": "yes"}, "invalid_value", "stream"),
        ("chat", {**CHAT, "max_tokens": -1}, "invalid_value", "max_tokens"),
        ("chat", {**CHAT, "n": 1000}, "invalid_value", "n"),
        ("embeddings", {"model": "text-embedding-3-small", "input": None}, "missing_field", "input"),
        ("rerank", {"model": "bge-reranker-v2-m3", "query": "x"}, "missing_field", "documents"),
        ("speech", {"model": "tts-1", "input": None, "voice": "alloy"}, "missing_field", "input"),
        ("images", {"model": "dall-e-3", "prompt": None}, "missing_field", "prompt"),
    ],
)
def test_a_field_that_is_missing_or_wrong(
    gateway: Gateway, ask: Ask, op: str, body: dict[str, Any], code: str, param: str
) -> None:
    error = refused(ask(op, body), 400, "invalid_request_error", code, param)
    assert param in error["message"]
    assert error["headers"]["x-should-retry"] == "false"
    assert error["kind"] == "BadRequestError"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe{}", b'{"model": "\xff"}'])
def test_a_body_that_is_no_json_object(gateway: Gateway, body: bytes) -> None:
    answer = gateway.http.post("/v1/chat/completions", content=body, headers=gateway.auth())
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["type"], error["code"]) == ("invalid_request_error", "invalid_json")


def test_a_body_that_is_too_large(gateway: Gateway) -> None:
    body = b'{"model":"gpt-4o-mini","pad":"' + b"x" * 33_554_432 + b'"}'
    answer = gateway.http.post("/v1/chat/completions", content=body, headers=gateway.auth())
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "body_too_large"
