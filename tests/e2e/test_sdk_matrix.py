"""Every provider's own SDK over every protocol an upstream may have: a text and a call, whole and streamed, counted."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import anthropic
import openai
import pytest
from google.genai import errors
from tests.vendors.google_account import account

from sluice.fake.aws import secret_of

from .gateways import Gateway
from .sdk_turns import TURNS, Clients, Refused, clients_of
from .sdks import NodeSdk, install_node_sdks

HI = "one two three"
SAID = "You said: one two three"
CALLED = [("get_weather", {"city": "Paris", "unit": "celsius", "days": 0})]


@dataclass(frozen=True)
class Over:
    """A channel to one of the fake's wires. ``model`` is the upstream's name; a suffix makes it call the tool.
    ``no_tools``: why it cannot, and so must say. ``counts``: it tells what it used, whole and in its stream."""

    provider: str
    wire: str
    model: str
    key: str = "up-key"
    options: dict[str, str] = field(default_factory=dict)
    no_tools: str = ""
    counts: bool = True


_ZHIPU = "abcdefabcdefabcd.abcdefabcdefabcdsecret"
_AWS = f"AKIAFAKE|{secret_of('AKIAFAKE')}|us-west-2"
OVERS = {
    "openai-chat": Over("openai-compatible", "openai", "m"),
    "openai-responses": Over("openai", "openai", "gpt-5-pro"),
    "azure": Over("azure", "azure", "m"),
    "anthropic": Over("anthropic", "anthropic", "claude-sonnet-4-5"),
    "gemini": Over("gemini", "gemini", "gemini-2.5-flash"),
    "vertex-gemini": Over("vertex", "vertex", "gemini-2.5-flash", "google"),
    "vertex-claude": Over("vertex", "vertex", "claude-sonnet-4-5", "google"),
    "bedrock-converse": Over("bedrock", "bedrock", "anthropic.claude-3-7", _AWS),
    "cohere": Over("cohere", "cohere", "command-m", "co-1"),
    "hunyuan-tc3": Over("hunyuan", "tencent", "m", "12345|AKIDfake|AKIDfakesecret"),
    "spark-websocket": Over("spark", "spark", "generalv3.5", "app12345|keyexamplesecret|keyexample"),
    "qianfan-v1": Over("qianfan", "qianfan", "m", "ak|sk"),
    "qianfan-v2": Over("qianfan", "qianfan", "m", "bce-v3/ALTAK-x/y"),
    "zhipu": Over("zhipu", "zhipu", "m", _ZHIPU),
    "dashscope": Over("dashscope", "dashscope", "m", "sk-1"),
    "ollama-native": Over("ollama", "ollama", "m", "", {"mode": "native"}),
    "watsonx": Over("watsonx", "watsonx", "m", "ibm-key", {"project": "p-1"}),
    "coze": Over("coze", "coze", "m", "pat_fake0123456789abcdef", no_tools="a bot has the tools it was built with"),
    "dify": Over("dify", "dify", "m", "app-agent", no_tools="an app has the tools it was built with"),
    "dify-flow": Over(
        "dify", "dify", "m", "app-flow", {"kind": "workflow", "input": "text"}, "a workflow calls nobody", counts=False
    ),
    "replicate": Over(
        "replicate", "replicate", "meta/m", "r8_fake0123456789abcdef", no_tools="a model is a program with inputs",
        counts=False,
    ),
    "deepl": Over("deepl", "deepl", "deepl-zh", "some-key:fx", no_tools="it translates", counts=False),
}  # fmt: skip
CELLS = list(itertools.product(TURNS, OVERS))
each_cell = pytest.mark.parametrize(("sdk", "over"), CELLS, ids=["--".join(cell) for cell in CELLS])


@pytest.fixture(scope="module")
def node() -> Iterator[NodeSdk]:
    """OpenAI's SDK for Node, where this machine has Node."""
    install_node_sdks()
    found = NodeSdk("openai6")
    yield found
    found.close()


@pytest.fixture(scope="module")
def plain_clients(gateway: Gateway) -> Iterator[Clients]:
    """The SDKs for Python, over the shared gateway with a channel to each wire: to a model that talks, and to one that
    calls tools."""
    for name, over in OVERS.items():
        if over.provider == "spark":
            # Its models are a closed set: there the account's name is what makes it call.
            _open(gateway, over, over.key, {f"mx-{name}": over.model})
            _open(gateway, over, over.key.replace("|", "-tool|", 1), {f"mx-{name}-tool": over.model})
        else:
            calling = over.model if over.no_tools else f"{over.model}-tool"
            _open(gateway, over, over.key, {f"mx-{name}": over.model, f"mx-{name}-tool": calling})
    with clients_of(gateway, None) as found:
        yield found


def _open(gateway: Gateway, over: Over, key: str, mapping: dict[str, str]) -> None:
    options = dict(over.options)
    if over.provider == "watsonx":
        options["iam_url"] = gateway.provider.base("watsonx/identity/token")
    if key == "google":
        key = account(f"{gateway.provider.base('vertex')}/token")
    gateway.channel(
        list(mapping), provider=over.provider, wire=over.wire, key=key, options=options, model_mapping=mapping
    )


@pytest.fixture
def clients(plain_clients: Clients, request: pytest.FixtureRequest, sdk: str) -> Clients:
    """All SDKs a cell needs."""
    if "node" in sdk:
        plain_clients.node = request.getfixturevalue("node")
    return plain_clients


@each_cell
def test_a_text(clients: Clients, sdk: str, over: str) -> None:
    for streamed in (False, True):
        told = TURNS[sdk](clients, f"mx-{over}", HI, streamed, False)
        assert told.text.endswith("three"), streamed
        if sdk != "claude-code":
            assert told.text == SAID, streamed
        assert told.calls == []
        if OVERS[over].counts:
            assert told.counted is not None
            assert min(told.counted) > 0, (streamed, told.counted)


@each_cell
def test_a_call(clients: Clients, sdk: str, over: str) -> None:
    if OVERS[over].no_tools:
        for streamed in (False, True):
            with pytest.raises((openai.APIStatusError, anthropic.APIStatusError, errors.APIError, Refused)) as caught:
                TURNS[sdk](clients, f"mx-{over}-tool", HI, streamed, True)
            told = caught.value
            assert (told.code if isinstance(told, errors.APIError) else told.status_code) == 400
            assert "tools" in str(caught.value)
        return
    for streamed in (False, True):
        told = TURNS[sdk](clients, f"mx-{over}-tool", HI, streamed, True)
        assert (told.text, told.calls) == ("", CALLED), streamed
        assert told.counted is not None
        assert min(told.counted) > 0, (streamed, told.counted)
