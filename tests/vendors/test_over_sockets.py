"""Every vendor against the fake provider over real sockets, which refuses what the real ones would: keys, turns,
batches."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault, Reply
from sluice.fake.aws import secret_of
from sluice.fake.server import serving
from sluice.formats.openai_chat.fold import fold
from sluice.formats.patch import parse_top
from sluice.upstream.client import Deadlines, Limits
from sluice.upstream.credentials import CredentialCache, CredentialFailed
from sluice.upstream.guard import Guard
from sluice.upstream.router import Transports
from sluice.vendors.bridge import speaker
from sluice.vendors.dialect import Call, ChannelSpec, Dialect, Splitter, models_request
from sluice.vendors.registry import bind

from .google_account import account

pytestmark = pytest.mark.asyncio(loop_scope="module")

ZHIPU_KEY = "abcdefabcdefabcd.abcdefabcdefabcdsecret"  # the fake derives the secret from the id
WIRES: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "openai": ("openai", "/openai/v1", "sk-1", {}),
    "openai-compatible": ("openai-compatible", "/openai", "", {}),
    "fake": ("fake", "", "", {}),
    "azure": ("azure", "/azure", "k", {}),
    "azure-v1": ("azure", "/azure", "k", {"api_version": "v1", "auth": "bearer"}),
    "qianfan": ("qianfan", "/qianfan", "bce-v3/ALTAK-x/y", {"appid": "app-1"}),
    "qianfan-v1": ("qianfan", "/qianfan", "ak|sk", {}),
    "zhipu": ("zhipu", "/zhipu", ZHIPU_KEY, {}),
    "zhipu-jwt": ("zhipu", "/zhipu/api/paas/v3", ZHIPU_KEY, {}),
    "dashscope": ("dashscope", "/dashscope", "sk-1", {}),
    "siliconflow": ("siliconflow", "/siliconflow", "sk-1", {}),
    "deepseek": ("deepseek", "/deepseek", "sk-1", {}),
    "moonshot": ("moonshot", "/moonshot/v1", "sk-1", {}),
    "hunyuan-native": ("hunyuan", "/tencent", "12345|AKIDfake|AKIDfakesecret", {}),
    "ollama": ("ollama", "/ollama", "", {}),
    "ollama-native": ("ollama", "/ollama", "", {"mode": "native"}),
    "bedrock": ("bedrock", "/bedrock", f"AKIAFAKE|{secret_of('AKIAFAKE')}|us-east-1", {}),
    "bedrock-bearer": ("bedrock", "/bedrock", "ABSKfake", {"region": "eu-west-3"}),
    "cohere": ("cohere", "/cohere", "co-1", {}),
    "vertex": ("vertex", "/vertex", "account", {"region": "us-east5"}),
    "watsonx": ("watsonx", "/watsonx", "ibm-key", {"project": "p-1"}),
}
EACH = pytest.mark.parametrize("wire", WIRES)
TOOLS = [{"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}]


class RealClock:
    """The clock of this machine."""

    def now_ms(self) -> int:
        return int(time.time() * 1000)

    def monotonic(self) -> float:
        return time.monotonic()


class Upstream:
    """The fake provider, and what is needed to talk to it."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.clock = RealClock()
        self.transports = Transports(Limits(), Guard())
        self.credentials = CredentialCache(self.transports, self.clock)

    def bound(self, wire: str, key: str | None = None) -> Dialect:
        """The dialect of a channel to one of the fake's wires."""
        provider, path, usual, options = WIRES[wire]
        secret = usual if key is None else key
        if secret == "account":
            secret = account(f"{self.origin}{path}/token")
        if provider == "watsonx":
            options = {**options, "iam_url": f"{self.origin}{path}/identity/token"}
        return bind(ChannelSpec(provider=provider, base_url=self.origin + path, key=secret, options=options))

    def call(self, body: dict[str, Any], fmt: Format = Format.OPENAI_CHAT, *, stream: bool = False) -> Call:
        """A client's call."""
        raw = json.dumps({**body, "stream": True} if stream else body).encode()
        model = body["model"]
        now = self.clock.now_ms()
        return Call(
            format=fmt, model=model, upstream_model=model, body=raw, top=parse_top(raw), stream=stream,
            wants_usage=True, now_ms=now, nonce=now << 64 | 0xABCDEF,
        )  # fmt: skip

    async def ask(self, dialect: Dialect, call: Call) -> Reply | Fault:
        """One call, whole or streamed; a stream comes back folded by what the client was told."""
        dialect = speaker(dialect, call.format) or dialect
        credential = await self.credentials.get(dialect)
        exchange = await self.transports.transport_for("").send(dialect.request(call, credential), Deadlines())
        head = exchange.head
        good = 200 <= head.status < 300
        parser = dialect.stream(call, head) if good and call.stream else None
        if parser is None:
            read = dialect.reply if good else dialect.error
            answer = read(call, head, await exchange.read(1 << 20))
            if isinstance(answer, Fault) and answer.cause is Cause.CREDENTIAL:
                self.credentials.invalidate(dialect, credential)
            return answer
        out = b""
        while piece := await exchange.chunk():
            out += parser.feed(piece)
        out += parser.finish()
        if parser.fault is not None:
            return parser.fault
        return Reply(body=fold(out), usage=parser.usage, finish_reason=parser.finish_reason)

    async def control(self, path: str) -> Any:
        """What the fake says of itself."""
        known = self.bound("fake")
        request = known.models_request("")
        assert request is not None
        sent = msgspec.structs.replace(request, target=path.encode())
        exchange = await self.transports.transport_for("").send(sent, Deadlines())
        return json.loads(await exchange.read(1 << 20))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def origin() -> AsyncIterator[str]:
    """One fake provider for all tests of this file."""
    async with serving() as address:
        yield address


@pytest_asyncio.fixture(loop_scope="module")
async def upstream(origin: str) -> AsyncIterator[Upstream]:
    """A client of its own for each test: no connection and no credential of another."""
    upstream = Upstream(origin)
    yield upstream
    await upstream.transports.aclose()


def good(answer: Reply | Fault) -> Any:
    assert isinstance(answer, Reply), answer
    return json.loads(answer.body)


@EACH
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_chat_of_several_turns(upstream: Upstream, wire: str, stream: bool) -> None:
    messages = [
        {"role": "developer", "content": "Be brief"},
        {"role": "user", "content": "One"},
        {"role": "user", "content": [{"type": "text", "text": "Two"}]},
        {"role": "assistant", "content": "Yes"},
        {"role": "user", "content": "Three"},
    ]
    body = {"model": "m-usage-30-4", "messages": messages, "temperature": 1.9, "max_tokens": 50}
    answer = await upstream.ask(upstream.bound(wire), upstream.call(body, stream=stream))
    told = good(answer)
    assert told["choices"][0]["message"]["content"] == "You said: Three"
    assert told["choices"][0]["finish_reason"] == "stop"
    assert told["model"] == "m-usage-30-4"
    assert isinstance(answer, Reply)
    assert (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.source) == (30, 4, "upstream")


@EACH
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_tool_is_called_and_its_result_sent_back(upstream: Upstream, wire: str, stream: bool) -> None:
    dialect = upstream.bound(wire)
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Weather?"}]
    body = {"model": "m-tool", "messages": messages, "tools": TOOLS}
    told = good(await upstream.ask(dialect, upstream.call(body, stream=stream)))
    assert told["choices"][0]["finish_reason"] == "tool_calls"
    message = told["choices"][0]["message"]
    (call,) = message["tool_calls"]
    assert call["id"]
    assert call["function"]["name"] == "look_up"
    assert json.loads(call["function"]["arguments"]) == {"city": "Paris", "unit": "celsius", "days": 0}
    result = {"role": "tool", "tool_call_id": call["id"], "content": '{"t":21}'}
    again = {**body, "messages": [*messages, message, result]}
    assert good(await upstream.ask(dialect, upstream.call(again, stream=stream)))["choices"][0]["message"]["content"]


@pytest.mark.parametrize("wire", [wire for wire in WIRES if wire not in ("deepseek", "moonshot", "watsonx")])
async def test_embeddings_in_base64_and_in_batches(upstream: Upstream, wire: str) -> None:
    dialect = upstream.bound(wire)
    body = {"model": "m", "input": [f"text {n}" for n in range(20)], "encoding_format": "base64"}
    call = upstream.call(body, Format.EMBEDDINGS)
    assert isinstance(dialect, Splitter)
    parts = dialect.split(call) or (call,)
    replies = [await upstream.ask(dialect, part) for part in parts]
    told = good(dialect.merge(call, [reply for reply in replies if isinstance(reply, Reply)]))
    assert [item["index"] for item in told["data"]] == list(range(20))
    assert all(isinstance(item["embedding"], str) for item in told["data"])
    assert told["usage"]["prompt_tokens"] == 40


@EACH
async def test_the_list_of_models(upstream: Upstream, wire: str) -> None:
    dialect = upstream.bound(wire)
    request = models_request(dialect, await upstream.credentials.get(dialect), upstream.clock.now_ms())
    if request is None:
        assert wire in ("qianfan-v1", "hunyuan-native")
        return
    exchange = await upstream.transports.transport_for("").send(request, Deadlines())
    models = dialect.models_reply(exchange.head, await exchange.read(1 << 20))
    assert isinstance(models, tuple)
    assert ("llama3:8b" if wire == "ollama-native" else "fake-chat") in models


@pytest.mark.parametrize("wire", ["deepseek", "moonshot", "zhipu", "dashscope"])
async def test_vendors_that_speak_anthropics_protocol_too(upstream: Upstream, wire: str) -> None:
    body = {"model": "m", "max_tokens": 50, "messages": [{"role": "user", "content": "hi"}]}
    call = upstream.call(body, Format.ANTHROPIC).changed(headers=((b"anthropic-version", b"2023-06-01"),))
    told = good(await upstream.ask(upstream.bound(wire), call))
    assert (told["content"][0]["text"], told["stop_reason"]) == ("You said: hi", "end_turn")


# Qianfan's bought tokens.


async def test_one_token_serves_many_calls_until_it_is_refused(upstream: Upstream) -> None:
    await upstream.control("/_fake/reset")
    dialect = upstream.bound("qianfan-v1")
    call = upstream.call({"model": "m", "messages": [{"role": "user", "content": "hi"}]})
    for _ in range(3):
        good(await upstream.ask(dialect, call))
    assert (await upstream.control("/_fake/stats"))["tokens_issued"] == 1
    await upstream.control("/_fake/reset")  # it forgets the tokens it gave out
    refused = await upstream.ask(dialect, call)
    assert isinstance(refused, Fault)
    assert (refused.cause, refused.code) == (Cause.CREDENTIAL, "110")
    good(await upstream.ask(dialect, call))
    assert (await upstream.control("/_fake/stats"))["tokens_issued"] == 1


async def test_a_streamed_call_tells_of_a_refused_token_too(upstream: Upstream) -> None:
    dialect = upstream.bound("qianfan-v1")
    call = upstream.call({"model": "m", "messages": [{"role": "user", "content": "hi"}]}, stream=True)
    good(await upstream.ask(dialect, call))
    await upstream.control("/_fake/reset")
    refused = await upstream.ask(dialect, call)
    assert isinstance(refused, Fault)
    assert refused.cause is Cause.CREDENTIAL
    good(await upstream.ask(dialect, call))


async def test_a_pair_of_keys_nobody_knows_is_a_matter_of_the_key(upstream: Upstream) -> None:
    with pytest.raises(CredentialFailed) as caught:
        await upstream.credentials.get(upstream.bound("qianfan-v1", "bad-ak|sk"))
    assert (caught.value.fault.cause, caught.value.fault.message) == (Cause.AUTH, "unknown client id")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_deployment_of_watsonx_knows_its_model_and_project(upstream: Upstream, stream: bool) -> None:
    body = {"model": "deployment/m-usage-3-4", "messages": [{"role": "user", "content": "hi"}], "tool_choice": "none"}
    answer = await upstream.ask(upstream.bound("watsonx"), upstream.call(body, stream=stream))
    assert good(answer)["choices"][0]["message"]["content"] == "You said: hi"


async def test_a_key_ibm_does_not_know_is_a_matter_of_the_key(upstream: Upstream) -> None:
    with pytest.raises(CredentialFailed) as caught:
        await upstream.credentials.get(upstream.bound("watsonx", "bad-key"))
    assert (caught.value.fault.cause, caught.value.fault.code) == (Cause.AUTH, "BXNIM0415E")


# Google's tokens, bought with what a service account signs.


HELLO = {"model": "gemini-3", "messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("{json}", {"region": "us-east5"}),
        ("other-project|eu|{json}", {}),
        ("europe-west1|other-project|{json}", {}),
        ("AIzaKey", {}),
        ("AIzaKey", {"project": "p-1"}),
    ],
)
async def test_every_form_of_a_google_key(upstream: Upstream, form: str, options: dict[str, str]) -> None:
    key = form.replace("{json}", account(f"{upstream.origin}/vertex/token"))
    dialect = bind(ChannelSpec(provider="vertex", base_url=f"{upstream.origin}/vertex", key=key, options=options))
    good(await upstream.ask(dialect, upstream.call(HELLO)))


async def test_a_google_token_serves_until_it_is_refused(upstream: Upstream) -> None:
    await upstream.control("/_fake/reset")
    dialect, call = upstream.bound("vertex"), upstream.call(HELLO, stream=True)
    for _ in range(3):
        good(await upstream.ask(dialect, call))
    assert (await upstream.control("/_fake/stats"))["tokens_issued"] == 1
    await upstream.control("/_fake/reset")
    refused = await upstream.ask(dialect, upstream.call(HELLO))
    assert isinstance(refused, Fault)
    assert (refused.cause, refused.code) == (Cause.CREDENTIAL, "UNAUTHENTICATED")
    good(await upstream.ask(dialect, call))


async def test_a_users_login_is_renewed(upstream: Upstream) -> None:
    login = {"type": "authorized_user", "client_id": "1.apps", "client_secret": "s", "refresh_token": "1//fake"}
    token_uri = f"{upstream.origin}/vertex/token"
    good_login = json.dumps({**login, "token_uri": token_uri})
    good(await upstream.ask(upstream.bound("vertex", f"p-1|global|{good_login}"), upstream.call(HELLO)))
    old = json.dumps({**login, "refresh_token": "1//old", "token_uri": token_uri})
    with pytest.raises(CredentialFailed) as caught:
        await upstream.credentials.get(upstream.bound("vertex", f"p-1|global|{old}"))
    assert caught.value.fault.cause is Cause.AUTH


async def test_an_account_with_another_key_is_refused(upstream: Upstream) -> None:
    stranger = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key = account(f"{upstream.origin}/vertex/token", private_key=stranger.decode())
    with pytest.raises(CredentialFailed) as caught:
        await upstream.credentials.get(upstream.bound("vertex", key))
    assert (caught.value.fault.cause, caught.value.fault.message) == (Cause.AUTH, "Invalid JWT Signature.")


async def test_a_wrong_signing_secret_is_refused(upstream: Upstream) -> None:
    dialect = upstream.bound("zhipu-jwt", "abcdefabcdefabcd.anothersecret")
    answer = await upstream.ask(dialect, upstream.call({"model": "m", "messages": [{"role": "user", "content": "hi"}]}))
    assert isinstance(answer, Fault)
    assert answer.cause is Cause.AUTH


# Scenarios in which the answer is none.


@EACH
@pytest.mark.parametrize(
    ("scenario", "cause"),
    [
        ("429", Cause.RATE),
        ("500", Cause.SERVER),
        ("503", Cause.OVERLOADED),
        ("empty200", Cause.SHAPE),
        ("html200", Cause.SHAPE),
    ],
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_failure_is_known_for_what_it_is(
    upstream: Upstream, wire: str, scenario: str, cause: Cause, stream: bool
) -> None:
    body = {"model": f"m-{scenario}", "messages": [{"role": "user", "content": "hi"}]}
    answer = await upstream.ask(upstream.bound(wire), upstream.call(body, stream=stream))
    assert isinstance(answer, Fault)
    assert answer.cause is cause


@EACH
async def test_what_the_vendor_does_not_offer_is_refused_here(upstream: Upstream, wire: str) -> None:
    dialect = upstream.bound(wire)
    call = upstream.call({"model": "m", "input": "x"}, Format.MODERATIONS)
    if dialect.serves(Format.MODERATIONS):
        assert good(await upstream.ask(dialect, call))["results"]
        return
    with pytest.raises(GatewayError):
        dialect.request(call, "")
