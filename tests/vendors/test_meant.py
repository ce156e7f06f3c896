"""Type OpenAI with another provider's address: what that provider does otherwise than OpenAI holds."""

from __future__ import annotations

import msgspec
import pytest

from sluice.base.formats import Format
from sluice.formats.patch import parse_top
from sluice.vendors.dialect import Call, ChannelSpec, Splitter
from sluice.vendors.registry import bind, resolved_url

ALIBABA = "https://dashscope.aliyuncs.com/compatible-mode"
SILICON = "https://api.siliconflow.cn"


def spec(base_url: str, provider: str = "openai") -> ChannelSpec:
    return ChannelSpec(provider=provider, base_url=base_url, key="sk-0123456789abcdefghij")


@pytest.mark.parametrize("provider", ["openai", "openai-compatible"])
@pytest.mark.parametrize(
    ("base", "fmt", "url"),
    [
        (ALIBABA, Format.OPENAI_CHAT, ALIBABA + "/v1/chat/completions"),
        (ALIBABA + "/v1", Format.EMBEDDINGS, ALIBABA + "/v1/embeddings"),
        (SILICON, Format.RERANK, SILICON + "/v1/rerank"),
        (SILICON + "/v1", Format.TRANSCRIPTIONS, SILICON + "/v1/audio/transcriptions"),
        ("https://qianfan.baidubce.com/v2", Format.OPENAI_CHAT, "https://qianfan.baidubce.com/v2/chat/completions"),
    ],
)
def test_the_address_says_whose_account_it_is(provider: str, base: str, fmt: Format, url: str) -> None:
    assert resolved_url(spec(base, provider), fmt, "m") == url


def test_a_large_batch_is_split_as_alibaba_wants_it() -> None:
    body = msgspec.json.encode({"model": "text-embedding-v3", "input": ["a"] * 25, "encoding_format": "base64"})
    call = Call(
        format=Format.EMBEDDINGS, model="text-embedding-v3", upstream_model="text-embedding-v3", body=body,
        top=parse_top(body),
    )  # fmt: skip
    dialect = bind(spec(ALIBABA))
    assert isinstance(dialect, Splitter)
    parts = dialect.split(call)
    assert parts is not None
    sent = [msgspec.json.decode(bytes(dialect.request(part, "k").body)) for part in parts]  # type: ignore[arg-type]
    assert [len(item["input"]) for item in sent] == [10, 10, 5]
    assert {item["encoding_format"] for item in sent} == {"float"}


@pytest.mark.parametrize(
    "base", ["https://api.openai.com/v1", "https://gateway.example/v1", "", "http://127.0.0.1:9/v1"]
)
def test_any_other_address_is_openais_own_way(base: str) -> None:
    assert not bind(spec(base)).serves(Format.RERANK)


def test_a_channel_that_has_options_gets_what_it_asks_for() -> None:
    asked = ChannelSpec(
        provider="openai-compatible", base_url=SILICON, key="sk-0123456789abcdefghij", options={"embeddings_batch": "7"}
    )
    dialect = bind(asked)
    assert dialect.serves(Format.MODERATIONS)
    assert dialect.serves(Format.RERANK)
