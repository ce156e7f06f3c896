"""Every provider's own SDK over every protocol an upstream may have: texts, pictures, answers of a shape, calls one and
several with their results, thought that proves itself, and errors; whole and streamed.

Every upstream that a conversation can be held with is here. DashScope's own API is not: reranks, pictures and speech
go by it, conversations by the endpoint that speaks as OpenAI does.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import anthropic
import openai
import pytest
from google.genai import errors
from tests.vendors.google_account import account

from sluice.fake.aws import secret_of
from sluice.fake.content import PNG
from sluice.fake.responses import SEALED

from .gateways import Gateway
from .sdk_talks import TALKS
from .sdk_turns import TOOL, Asked, Clients, Refused, Turned, clients_of
from .sdks import NodeSdk, install_node_sdks

HI = "one two three"
SAID = "You said: one two three"
PARIS = ("get_weather", {"city": "Paris", "unit": "celsius", "days": 0})
TOKYO = ("get_time", {"city": "Tokyo", "unit": "celsius", "days": 1})
OTHER_TOOL = {"name": "get_time", "description": "The time in a city.", "parameters": TOOL["parameters"]}
SHAPE = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "temperature": {"type": "integer"}},
    "required": ["city", "temperature"],
    "additionalProperties": False,
}
SHAPED = {"city": "Paris", "temperature": 21}
ERRORS = (openai.APIError, anthropic.APIError, errors.APIError, Refused)
"""What the SDKs throw."""


@dataclass(frozen=True)
class Over:
    """A channel to one of the fake's wires. ``model`` is the upstream's name; a suffix chooses what it does. Where the
    key has a place for it (``{}``), the suffix stands there: then what the account does is not the model's to choose.

    ``no_tools``: why it cannot, and so must say. ``counts``: it tells what it used, whole and in its stream. ``calls``:
    how many it makes at once. ``by_words``: it is told results as a user's words. ``thought``: what it tells of it.
    ``proof``: what stands in a request that gives it its thought back. ``blind``: what is said of pictures it does not
    take. ``breaks``: the suffix of what ends its stream with an error.
    """

    provider: str
    wire: str
    model: str
    key: str = "up-key"
    options: dict[str, str] = field(default_factory=dict)
    no_tools: str = ""
    counts: bool = True
    calls: int = 2
    by_words: bool = False
    thought: str = "Let me think about it step by step."
    proof: str = ""
    blind: str = ""
    breaks: str = "-errstream"


_ZHIPU = "abcdefabcdefabcd.abcdefabcdefabcdsecret"
_AWS = f"AKIAFAKE|{secret_of('AKIAFAKE')}|us-west-2"
OVERS = {
    "openai-chat": Over("openai-compatible", "openai", "m"),
    "openai-responses": Over("openai", "openai", "gpt-5-pro", options={"responses": "always"}, proof=SEALED),
    "azure": Over("azure", "azure", "m"),
    "azure-responses": Over("azure", "azure", "gpt-5-codex", proof=SEALED),
    "anthropic": Over("anthropic", "anthropic", "claude-sonnet-4-5", proof='"sig_'),
    "gemini": Over("gemini", "gemini", "gemini-2.5-flash"),
    "gemini-3": Over("gemini", "gemini", "gemini-3-flash", proof="thoughtSignature"),
    "vertex-gemini": Over("vertex", "vertex", "gemini-2.5-flash", "google"),
    "vertex-claude": Over("vertex", "vertex", "claude-sonnet-4-5", "google", proof='"sig_'),
    "bedrock-converse": Over("bedrock", "bedrock", "anthropic.claude-3-7", _AWS, proof='"signature"'),
    "sagemaker": Over("sagemaker", "sagemaker", "m", _AWS),
    "cohere": Over("cohere", "cohere", "command-m", "co-1"),
    "gigachat": Over("gigachat", "gigachat", "m", "aWQ6c2VjcmV0", calls=1, blind="image_url"),
    "hunyuan-tc3": Over("hunyuan", "tencent", "m", "12345|AKIDfake|AKIDfakesecret", breaks="-abort"),
    "spark-http": Over("spark", "openai", "generalv3.5"),
    "spark-websocket": Over(
        "spark", "spark", "generalv3.5", "app12345{}|keyexamplesecret|keyexample", by_words=True, blind="image_url",
        breaks="-abort",
    ),
    "qianfan-v1": Over(
        "qianfan", "qianfan", "m", "ak|sk", calls=1, thought="...", blind="image_url", breaks="-abort",
    ),
    "qianfan-v2": Over("qianfan", "qianfan", "m", "bce-v3/ALTAK-x/y"),
    "zhipu": Over("zhipu", "zhipu", "m", _ZHIPU),
    "zhipu-v3-key": Over("zhipu", "zhipu", "m", _ZHIPU, {"auth": "jwt"}),
    "dashscope": Over("dashscope", "dashscope", "m", "sk-1"),
    "ollama-native": Over("ollama", "ollama", "m", "", {"mode": "native"}, breaks="-abort"),
    "watsonx": Over("watsonx", "watsonx", "m", "ibm-key", {"project": "p-1"}),
    "coze": Over(
        "coze", "coze", "m", "pat_fake0123456789abcdef", no_tools="a bot has the tools it was built with",
        blind="pictures by address", breaks="-abort",
    ),
    "dify": Over(
        "dify", "dify", "m", "app-agent{}", no_tools="an app has the tools it was built with",
        blind="pictures by address", breaks="-abort",
    ),
    "dify-flow": Over(
        "dify", "dify", "m", "app-flow{}", {"kind": "workflow", "input": "text"}, "a workflow calls nobody",
        counts=False, blind="pictures by address", breaks="-abort",
    ),
    "replicate": Over(
        "replicate", "replicate", "meta/m", "r8_fake0123456789abcdef", no_tools="a model is a program with inputs",
        counts=False, breaks="-abort",
    ),
    "deepl": Over(
        "deepl", "deepl", "deepl-zh", "some-key{}:fx", no_tools="it translates", counts=False, blind="image_url",
        breaks="",
    ),
    "aiproxy-library": Over(
        "aiproxy-library", "aiproxy", "m", "k-1", no_tools="a library answers questions", counts=False,
        blind="image_url", breaks="-abort",
    ),
}  # fmt: skip
CALLERS = [name for name, over in OVERS.items() if not over.no_tools]
PROTOCOLS = ("openai-python-chat", "openai-python-responses", "anthropic-python", "google-genai")
"""An SDK for each protocol: the others send what these send."""


def _cells(sdks: Iterable[str], overs: Iterable[str]) -> pytest.MarkDecorator:
    cells = list(itertools.product(sdks, overs))
    return pytest.mark.parametrize(("sdk", "over"), cells, ids=["--".join(cell) for cell in cells])


each_cell = _cells(TALKS, OVERS)
each_protocol = _cells(PROTOCOLS, OVERS)


@pytest.fixture(scope="module")
def node() -> Iterator[NodeSdk]:
    """OpenAI's SDK for Node, where this machine has Node."""
    install_node_sdks()
    found = NodeSdk("openai6")
    yield found
    found.close()


@pytest.fixture(scope="module")
def plain_clients(gateway: Gateway) -> Iterator[Clients]:
    """The SDKs for Python, over the shared gateway with channels to each wire: to models of every suffix."""
    for name, over in OVERS.items():
        broken = [over.breaks] if over.breaks else []
        calling = [] if over.no_tools else ["-tool", "-ptool", "-think-tool"]
        suffixes = ["", "-json", "-429", *broken, *calling]
        if "{}" in over.key:
            for suffix in suffixes:
                _open(gateway, over, over.key.format(suffix), {f"mx-{name}{suffix}": over.model})
        else:
            _open(gateway, over, over.key, {f"mx-{name}{suffix}": over.model + suffix for suffix in suffixes})
    with clients_of(gateway, None) as found:
        yield found


def _open(gateway: Gateway, over: Over, key: str, mapping: dict[str, str]) -> None:
    options = dict(over.options)
    if over.provider == "watsonx":
        options["iam_url"] = gateway.provider.base("watsonx/identity/token")
    if over.provider == "gigachat":
        options["auth_url"] = gateway.provider.base("gigachat/api/v2/oauth")
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


def told_upstream(gateway: Gateway, mark: int) -> str:
    """The bodies the upstream received after a mark; "" over a websocket, where the journal sees only its opening."""
    return "".join(entry["body"] for entry in gateway.provider.seen(mark))


@each_cell
def test_a_text(clients: Clients, sdk: str, over: str) -> None:
    for streamed in (False, True):
        told = TALKS[sdk](clients, f"mx-{over}").ask(Asked(HI), streamed)
        assert told.text.endswith("three"), streamed
        if sdk != "claude-code":
            assert told.text == SAID, streamed
        assert told.calls == []
        if OVERS[over].counts:
            assert told.counted is not None
            assert min(told.counted) > 0, (streamed, told.counted)


@each_cell
def test_a_call_and_its_result(clients: Clients, sdk: str, over: str) -> None:
    if OVERS[over].no_tools:
        for streamed in (False, True):
            with pytest.raises(ERRORS) as caught:
                TALKS[sdk](clients, f"mx-{over}").ask(Asked(HI, [TOOL]), streamed)
            assert _status(caught.value) == 400
            assert "tools" in str(caught.value)
        return
    for streamed in (False, True):
        talk = TALKS[sdk](clients, f"mx-{over}-tool")
        told = talk.ask(Asked(HI, [TOOL]), streamed)
        assert (told.text, told.calls) == ("", [PARIS]), streamed
        assert told.counted is not None
        assert min(told.counted) > 0, (streamed, told.counted)
        _heard(OVERS[over], talk.tell(["sunny"], streamed, _listener(over)), "sunny")


def _listener(over: str) -> str:
    """The model that is told the results, where it is another: one that takes them for a user's words, and would call
    again."""
    return f"mx-{over}" if OVERS[over].by_words else ""


def _heard(over: Over, told: Turned, result: str) -> None:
    """The model has heard the result of its call."""
    assert result in told.text
    assert over.by_words or told.text.startswith("The tool says: ")
    assert told.calls == []


@_cells(PROTOCOLS, [name for name in CALLERS if OVERS[name].calls > 1])
def test_calls_at_once_and_their_results(clients: Clients, sdk: str, over: str) -> None:
    for streamed in (False, True):
        talk = TALKS[sdk](clients, f"mx-{over}-ptool")
        told = talk.ask(Asked(HI, [TOOL, OTHER_TOOL]), streamed)
        assert (told.text, told.calls) == ("", [PARIS, TOKYO]), streamed
        mark = clients.gateway.provider.mark()
        _heard(OVERS[over], talk.tell(["sunny", "midnight"], streamed, _listener(over)), "midnight")
        assert "sunny" in (told_upstream(clients.gateway, mark) or "sunny")


@each_protocol
def test_a_picture(clients: Clients, sdk: str, over: str) -> None:
    for streamed in (False, True):
        asked = Asked(HI, picture=PNG)
        mark = clients.gateway.provider.mark()
        if not OVERS[over].blind:
            assert TALKS[sdk](clients, f"mx-{over}").ask(asked, streamed).text.rstrip() == SAID
            assert asked.inlined in told_upstream(clients.gateway, mark)
            continue
        with pytest.raises(ERRORS) as caught:
            TALKS[sdk](clients, f"mx-{over}").ask(asked, streamed)
        assert _status(caught.value) == 400
        assert OVERS[over].blind in str(caught.value)


@each_protocol
def test_an_answer_of_a_shape(clients: Clients, sdk: str, over: str) -> None:
    """The shape is asked for upstream, or told to be left out."""
    for streamed in (False, True):
        mark = clients.gateway.provider.mark()
        told = TALKS[sdk](clients, f"mx-{over}-json").ask(Asked(HI, schema=SHAPE), streamed)
        assert json.loads(told.text) == SHAPED
        asked = "integer" in told_upstream(clients.gateway, mark)
        assert asked is not any(name in clients.dropped for name in _SHAPES), clients.dropped


_SHAPES = ("response_format", "text.format", "output_config.format", "generationConfig.responseMimeType")


@_cells(PROTOCOLS, CALLERS)
def test_a_thought_goes_back_with_its_call(clients: Clients, sdk: str, over: str) -> None:
    """Where a thought proves itself it comes back to its maker, also by clients that know of no proofs."""
    for streamed in (False, True):
        talk = TALKS[sdk](clients, f"mx-{over}-think-tool")
        told = talk.ask(Asked(HI, [TOOL], thinks=True), streamed)
        assert told.calls == [PARIS]
        assert told.thought.strip() == OVERS[over].thought
        mark = clients.gateway.provider.mark()
        _heard(OVERS[over], talk.tell(["sunny"], streamed, _listener(over)), "sunny")
        assert OVERS[over].proof in told_upstream(clients.gateway, mark)
        assert "sluice" not in told_upstream(clients.gateway, mark)


@each_cell
def test_an_error_in_place_of_an_answer(clients: Clients, sdk: str, over: str) -> None:
    for streamed in (False, True):
        with pytest.raises((openai.RateLimitError, anthropic.RateLimitError, errors.ClientError, Refused)) as caught:
            TALKS[sdk](clients, f"mx-{over}-429").ask(Asked(HI), streamed)
        assert _status(caught.value) == 429
        assert getattr(caught.value, "kind", "RateLimitError") == "RateLimitError"


@_cells(TALKS, [name for name, over in OVERS.items() if over.breaks])
def test_an_error_inside_a_stream(clients: Clients, sdk: str, over: str) -> None:
    with pytest.raises(ERRORS):
        TALKS[sdk](clients, f"mx-{over}{OVERS[over].breaks}").ask(Asked(HI), True)


def _status(error: Any) -> int | None:
    found: int | None = error.code if isinstance(error, errors.APIError) else error.status_code
    return found
