"""What is set aside is what may be charged: by every name of a limit, and at the price of whoever is asked next."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from .gateways import Gateway

CHAT = {"messages": [{"role": "user", "content": "hi"}]}
GEMINI = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
PAYS = "2.00"
"""Dollars of the client, where a token of output costs one."""

TWINS: dict[str, tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "the older name is larger": ("/v1/chat/completions", CHAT, {"max_completion_tokens": 1}, {"max_tokens": 9}),
    "the newer name is larger": ("/v1/chat/completions", CHAT, {"max_tokens": 1}, {"max_completion_tokens": 9}),
    "a name few know": ("/v1/chat/completions", CHAT, {"max_tokens": 1}, {"max_output_tokens": 9}),
    "choices": ("/v1/chat/completions", CHAT, {"max_tokens": 1}, {"n": 9}),
    "candidates": ("/v1/completions", {"prompt": "hi"}, {"max_tokens": 1, "n": 1}, {"best_of": 9}),
    "prompts": ("/v1/completions", {"prompt": ["hi"]}, {"max_tokens": 1}, {"prompt": ["hi"] * 9}),
    "prompts as tokens": ("/v1/completions", {"prompt": [1, 2, 3, 4]}, {"max_tokens": 1}, {"prompt": [[1], [2], [3]]}),
    "either spelling": (
        "/v1beta/models/{model}:generateContent",
        GEMINI,
        {"generationConfig": {"maxOutputTokens": 1}},
        {"generationConfig": {"maxOutputTokens": 1, "max_output_tokens": 9}},
    ),
    "either place": (
        "/v1beta/models/{model}:generateContent",
        GEMINI,
        {"generationConfig": {"maxOutputTokens": 1}},
        {"generation_config": {"maxOutputTokens": 9}},
    ),
    "pictures": ("/v1/images/generations", {"prompt": "hi"}, {"n": 1}, {"batch_size": 9}),
}


@pytest.fixture
def poor(gateway: Gateway) -> dict[str, str]:
    """The header of a client that has ``PAYS``."""
    owner = gateway.user(balance_usd=PAYS)
    return gateway.auth(gateway.token(user_id=owner["id"])["name"])


@pytest.mark.parametrize("case", TWINS)
def test_the_larger_of_twin_fields_is_set_aside(gateway: Gateway, poor: dict[str, str], case: str) -> None:
    path, body, small, large = TWINS[case]
    model = f"twins {case}".replace(" ", "-")
    gateway.channel([model], model_mapping={model: "fake-usage-1-1"})
    gateway.price(model, input="0", output="1000000", image="1")

    def ask(members: dict[str, Any]) -> httpx.Response:
        return gateway.http.post(path.format(model=model), headers=poor, json={**body, "model": model, **members})

    mark = gateway.provider.mark()
    refused = ask(small | large)
    assert refused.status_code == 429, refused.text
    assert "insufficient" in refused.text or "RESOURCE_EXHAUSTED" in refused.text
    assert gateway.provider.seen(mark) == []
    assert ask(small).status_code == 200


def test_a_limit_few_know_is_no_limit_by_itself(gateway: Gateway, poor: dict[str, str]) -> None:
    model = "rare-limit"
    gateway.channel([model], model_mapping={model: "fake-usage-1-1"})
    gateway.price(model, input="0", output="1000000")
    body = {**CHAT, "model": model, "max_output_tokens": 1}
    assert gateway.http.post("/v1/chat/completions", headers=poor, json=body).status_code == 429


class Fallback:
    """A model whose first channel fails; the others follow, each under an upstream name with a price of its own."""

    def __init__(self, gateway: Gateway, name: str, *dollars: str) -> None:
        self.gateway, self.model = gateway, name
        self.uppers = [f"{name}-500", *(f"{name}-{number}-usage-1-10" for number in range(1, len(dollars)))]
        for number, (upper, price) in enumerate(zip(self.uppers, dollars, strict=True)):
            gateway.channel([name], model_mapping={name: upper}, priority=-number)
            gateway.price(upper, input="0", output=price)

    def ask(self, usd: str) -> tuple[httpx.Response, list[str], str]:
        """The answer to a client with so much money, the upstream models that were asked, and what it has left."""
        owner = self.gateway.user(balance_usd=usd)
        header = self.gateway.auth(self.gateway.token(user_id=owner["id"])["name"])
        mark = self.gateway.provider.mark()
        body = {**CHAT, "model": self.model, "max_tokens": 10}
        answer = self.gateway.http.post("/v1/chat/completions", headers=header, json=body)
        self.gateway.settled(answer.headers["x-request-id"])
        asked = [httpx.Response(200, text=seen["body"]).json()["model"] for seen in self.gateway.provider.seen(mark)]
        return answer, asked, self.gateway.manage("GET", f"/users/{owner['id']}")["balance_usd"]


def test_a_dearer_fallback_is_asked_only_if_it_can_be_paid(gateway: Gateway) -> None:
    found = Fallback(gateway, "dearer", "1", "1000000")  # $10 for ten tokens by the second channel
    answer, asked, left = found.ask("1")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "insufficient_quota")
    assert answer.headers["x-should-retry"] == "false"
    assert "may cost up to $10" in answer.json()["error"]["message"]
    assert (asked, Decimal(left)) == (found.uppers[:1], 1)

    answer, asked, left = found.ask("10.50")
    assert answer.status_code == 200
    assert (asked, Decimal(left)) == (found.uppers, Decimal("0.50"))


def test_a_fallback_too_dear_is_passed_over(gateway: Gateway) -> None:
    found = Fallback(gateway, "passed-over", "1", "1000000", "50000")
    answer, asked, left = found.ask("1")
    assert answer.status_code == 200
    assert asked == [found.uppers[0], found.uppers[2]]
    assert Decimal(left) == Decimal("0.50")
