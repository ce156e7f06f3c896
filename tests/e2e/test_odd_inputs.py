"""Odd but legal requests over real sockets, at upstreams of foreign protocols: answered, or refused in the client's own
words; never a fault of the gateway's, nor of the upstream that is only the request's."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.conformance.test_odd import ODD

from sluice.base.formats import Format

from .gateways import Gateway

UPSTREAMS = {
    "odd-chat": ("openai-compatible", "openai"),
    "odd-responses-gpt-5-pro": ("openai", "openai"),
    "odd-anthropic": ("anthropic", "anthropic"),
    "odd-gemini-2.5-flash": ("gemini", "gemini"),
}
PATHS: Mapping[Format, str] = {
    Format.OPENAI_CHAT: "/v1/chat/completions",
    Format.OPENAI_RESPONSES: "/v1/responses",
    Format.ANTHROPIC: "/v1/messages",
    Format.GEMINI: "/v1beta/models/{model}:{method}",
}
METHODS = {False: "generateContent", True: "streamGenerateContent?alt=sse"}


@pytest.fixture(scope="module")
def odd_gateway(gateway: Gateway) -> Gateway:
    """The shared gateway, with a channel of each protocol."""
    for model, (provider, wire) in UPSTREAMS.items():
        upstream = model.removeprefix("odd-").removeprefix("responses-")
        options = {"responses": "always"} if provider == "openai" else {}
        gateway.channel([model], provider=provider, wire=wire, options=options, model_mapping={model: upstream})
    return gateway


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("model", UPSTREAMS)
@pytest.mark.parametrize("client", ODD, ids=str)
def test_no_odd_request_is_a_fault(odd_gateway: Gateway, client: Format, model: str, streamed: bool) -> None:
    wrong = {}
    for name, (body, _) in ODD[client].items():
        asked = {**body, "model": model}
        if client is Format.GEMINI:
            del asked["model"]
        elif streamed:
            asked["stream"] = True
        path = PATHS[client].format(model=model, method=METHODS[streamed])
        answer = odd_gateway.http.post(path, json=asked, headers=odd_gateway.auth())
        if answer.status_code not in (200, 400):
            wrong[name] = f"{answer.status_code} {answer.text[:200]}"
    assert wrong == {}
