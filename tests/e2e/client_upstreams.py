"""What the large clients are driven over: a gateway with a channel of each protocol an upstream may speak."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .gateways import Gateway
from .processes import Provider

UPSTREAMS = {
    "gpt-chat-call": ("openai-compatible", "openai"),
    "gpt-responses-call": ("openai", "openai"),
    "claude-sonnet-4-5-call": ("anthropic", "anthropic"),
    "gemini-3-call": ("gemini", "gemini"),
}
"""Models whose channels have that provider, and that wire at the fake provider, which calls the tool that the question
asks for."""


@pytest.fixture(scope="session")
def calling_gateway(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway with a channel of each kind."""
    config = {
        "channels": [
            {"name": model, "provider": kind, "base_url": provider.base(wire), "key": "up-key", "models": [model]}
            for model, (kind, wire) in UPSTREAMS.items()
        ],
        "tokens": [{"name": "main", "key": "sk-main0000000000000000000000000000"}],
        "prices": [{"model": model, "input": "1", "output": "2"} for model in UPSTREAMS],
    }
    found = Gateway(tmp_path_factory.mktemp("calling"), provider, config)
    yield found
    found.stop()


@pytest.fixture(params=UPSTREAMS)
def called_model(request: pytest.FixtureRequest) -> str:
    """Each model in turn."""
    return str(request.param)
