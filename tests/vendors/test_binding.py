"""From a channel to its dialect: which protocol, and what is told to people when a channel cannot work."""

from __future__ import annotations

import re

import pytest

from sluice.vendors.dialect import ChannelSpec
from sluice.vendors.ollama import NativeOllama, Ollama
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.qianfan_v1 import QianfanV1
from sluice.vendors.registry import bind, vendors

SECRET = "sk-very-secret-key-000"


def channel(provider: str, key: str = SECRET, base_url: str = "", **options: str) -> ChannelSpec:
    return ChannelSpec(provider=provider, base_url=base_url, key=key, options=options)


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        (channel("qianfan", "bce-v3/ALTAK-x/y"), OpenAiLike),
        (channel("qianfan", "a|b"), QianfanV1),
        (channel("qianfan", "a|b", "https://qianfan.baidubce.com/v2"), QianfanV1),
        (channel("qianfan", "a|b", "https://aip.baidubce.com"), QianfanV1),
        (channel("qianfan", "a|b", api="v1"), QianfanV1),
        (channel("qianfan", "bce-v3/ALTAK-x/y", api="v2"), OpenAiLike),
        (channel("ollama", ""), Ollama),
        (channel("ollama", "", mode="compatible"), Ollama),
        (channel("ollama", "", mode="native"), NativeOllama),
    ],
)
def test_the_channel_says_which_protocol(spec: ChannelSpec, kind: type) -> None:
    assert type(bind(spec)) is kind


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (channel("nobody"), "there is no provider 'nobody'"),
        (channel("openai", ""), "needs a key"),
        (channel("openai", "  "), "needs a key"),
        (channel("openai", "sk-ключ"), "characters no key has"),
        (channel("openai", "sk-a\nb"), "characters no key has"),
        (channel("openai", color="red"), "has no option 'color'"),
        (channel("azure"), "needs a base URL"),
        (channel("azure", base_url="https://r", api_version="soon"), "does not look right"),
        (channel("ollama", mode="both"), "must be one of compatible, native"),
        (channel("ollama", mode="native", num_ctx="many"), "must be a whole number"),
        (channel("ollama", mode="native", keep_alive="long"), "does not look right"),
        (channel("ollama", base_url="http://h?x=1"), "must not have a query"),
        (channel("qianfan", f"{SECRET}|b", api="v2"), "v2 takes one key"),
        (channel("qianfan", SECRET, api="v1"), "APIKey|SecretKey"),
        (channel("qianfan", f"{SECRET}|"), "APIKey|SecretKey"),
        (channel("qianfan", SECRET, "https://aip.baidubce.com"), "APIKey|SecretKey"),
        (channel("zhipu", SECRET, auth="jwt"), "id.secret"),
        (channel("openai-compatible", base_url="https://h", embeddings_batch="-1"), "must be a whole number"),
        (channel("openai-compatible", base_url="https://h", think_tags="perhaps"), "must be true or false"),
        (channel("qianfan", appid="app\x00"), "control character"),
        (channel("cloudflare"), "the option 'account_id' is required"),
        (channel("vertex", ""), "needs a key"),
        (channel("vertex", "a|b|c"), "must be a service account's JSON"),
        (channel("vertex", "p|{}"), "must be a service account's JSON"),
        (channel("vertex", '{"type":'), "copy the whole file"),
        (channel("vertex", '{"type": "service_account"}'), "has no client_email"),
        (channel("vertex", '{"client_email": "a", "private_key": "-----BEGIN"}'), "private_key in the key's JSON"),
        (channel("vertex", '{"client_email": "a", "private_key": "b", "token_uri": "ftp://x"}'), "no address"),
        (channel("vertex", "ya29.abc"), "the key names no project"),
        (channel("vertex", base_url="https://h?x=1"), "must not have a query"),
        (channel("cloudflare", account_id="../x"), "does not look right"),
        (channel("qianfan", appid="приложение"), "plain ASCII"),
    ],
)
def test_a_channel_that_cannot_work_says_why_without_its_key(spec: ChannelSpec, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)) as caught:
        bind(spec)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(spec)


def test_every_vendor_ships_what_people_need() -> None:
    numbers = [number for vendor in vendors().values() for number in vendor.numbers.one_api]
    assert len(numbers) == len(set(numbers)), "two vendors have one number of One API"
    assert set(range(1, 52)) <= set(numbers), "each of One API's types has a provider"
    for vendor in vendors().values():
        assert {int(number) for number in vendor.numbers.one_api_urls} <= set(vendor.numbers.one_api)
        assert vendor.names.en
        assert vendor.names.zh
        own_server = not vendor.base_urls  # which serves what its operator loads
        own_models = vendor.dialect and not vendor.models_path  # bots and applications, which their owners name
        assert vendor.base_models.get(next(iter(vendor.paths))) or own_server or own_models
