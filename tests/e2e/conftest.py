"""Fixtures of the end-to-end tests: real processes, real sockets, real SDKs.

``gateway`` is one gateway for the session, with a fake provider as upstream; a test that needs another (more workers,
other settings, a restart) starts one with ``new_gateway``. Tests share it: each makes the channels, users and tokens it
needs, under model names of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from .client_upstreams import called_model, calling_gateway  # noqa: F401
from .gateways import Gateway, NewGateway
from .processes import Provider
from .refusals import KEY, MODEL
from .sdks import Ask, NodeSdk, Outcome, PythonSdk, Sdk, install_node_sdks

MAIN_KEY = "sk-main0000000000000000000000000000"
MODELS = [
    f"gpt-4o-mini{suffix}"
    for suffix in (
        "", "-tool", "-ptool", "-toolsplit", "-think", "-thinktags", "-slow", "-split", "-crlf", "-429", "-500",
        "-503", "-empty200", "-html200", "-nousage", "-zerousage", "-abort", "-filter", "-long", "-hang", "-stall",
        "-errstream", "-429-midstream", "-echo", "-nodone", "-usageall", "-length", "-json", "-comments", "-nofinish",
        "-usage-1000-500", "-slow-errstream", "-slow-429-midstream", "-slow-abort", "-chunks-64",
    )
]  # fmt: skip
"""What the session's gateway serves from its start, each at $1 and $2 a million input and output tokens."""


def plain_config(provider: Provider) -> dict[str, Any]:
    """The config file of the session's gateway."""
    return {
        "channels": [
            {
                "name": "fake",
                "provider": "openai-compatible",
                "base_url": provider.base(),
                "key": "up-fake-secret",
                "models": [*MODELS, "text-embedding-3-small", "bge-reranker-v2-m3", "tts-1", "whisper-1", "dall-e-3"],
            }
        ],
        "tokens": [{"name": "main", "key": MAIN_KEY}],
        "prices": [{"model": model, "input": "1", "output": "2"} for model in MODELS],
    }


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """The fake provider every gateway here uses."""
    found = Provider(tmp_path_factory.mktemp("provider"))
    yield found
    found.stop()


@pytest.fixture(scope="session")
def gateway(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The gateway the tests share: one worker, the config of ``plain_config``. It asks after no batch by itself: what
    one test left open would come between the requests another one counts."""
    environment = {"SLUICE_FOLLOW_SECONDS": "86400"}
    found = Gateway(tmp_path_factory.mktemp("gateway"), provider, plain_config(provider), environment=environment)
    yield found
    found.stop()


@pytest.fixture
def new_gateway(provider: Provider, tmp_path: Path) -> Iterator[NewGateway]:
    """Starts further gateways: ``new_gateway(config=None, workers=1, environment=None)``; stopped with the test."""
    made: list[Gateway] = []

    def start(config: dict[str, Any] | None = None, **options: Any) -> Gateway:
        folder = tmp_path / f"gateway{len(made)}"
        folder.mkdir()
        made.append(Gateway(folder, provider, plain_config(provider) if config is None else config, **options))
        return made[-1]

    yield start
    for found in made:
        found.stop()


@pytest.fixture
def client(gateway: Gateway) -> Iterator[openai.OpenAI]:
    """The Python SDK, set up with base URL and key alone."""
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key()) as found:
        yield found


@pytest.fixture
async def async_client(gateway: Gateway) -> Any:
    """The same, asynchronous."""
    async with openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key()) as found:
        yield found


@pytest.fixture(scope="session", params=["python", "openai4", "openai6"])
def sdk(request: pytest.FixtureRequest) -> Iterator[Sdk]:
    """Each SDK: OpenAI's for Python, and for Node in the two versions that clients pin."""
    if request.param == "python":
        yield PythonSdk()
        return
    install_node_sdks()
    node = NodeSdk(request.param)
    yield node
    node.close()


@pytest.fixture
def ask(gateway: Gateway, sdk: Sdk) -> Ask:
    """Calls the shared gateway by an SDK: ``ask(op, body, token="main", headers=, max_retries=, stop_after=)``."""

    def call(op: str, body: dict[str, Any] | None = None, *, token: str = "main", **options: Any) -> Outcome:
        return sdk.call(f"{gateway.url}/v1", gateway.key(token), op, body or {}, **options)

    return call


@pytest.fixture
def channel_to(gateway: Gateway) -> Iterator[Any]:
    """Makes channels to an address, deleted with the test: ``channel_to(url, **fields)``; they serve ``refusals.MODEL``
    and hold ``refusals.KEY`` where nothing else is said."""
    made: list[int] = []

    def make(url: str, **fields: Any) -> dict[str, Any]:
        values = {"models": [MODEL], "key": KEY, "provider": "openai-compatible", **fields}
        found = gateway.channel(base_url=url, **values)
        made.append(found["id"])
        return found

    yield make
    for number in made:
        gateway.manage("DELETE", f"/channels/{number}")
