"""Base URLs as people type them, and where requests then go (both habits: with and without the version)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.base.formats import Format
from sluice.formats.codecs import CODECS
from sluice.vendors.dialect import ChannelSpec, Dialect
from sluice.vendors.qianfan_endpoints import ROOT
from sluice.vendors.registry import bind, resolved_url, vendors
from sluice.vendors.urls import resolve

KEY = "0123456789abcdef.0123456789abcdef"


def resolved(provider: str, base_url: str) -> str:
    return resolve(base_url, vendors()[provider]).url


@pytest.mark.parametrize(
    ("provider", "typed", "expected"),
    [
        # With and without the version, with slashes too many.
        ("openai", "", "https://api.openai.com/v1"),
        ("openai", "https://api.openai.com", "https://api.openai.com/v1"),
        ("openai", "https://api.openai.com/", "https://api.openai.com/v1"),
        ("openai", "https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("openai", "https://api.openai.com/v1/", "https://api.openai.com/v1"),
        ("openai", "  HTTPS://API.OpenAI.com:443//v1//  ", "https://api.openai.com/v1"),
        ("siliconflow", "https://api.siliconflow.cn", "https://api.siliconflow.cn/v1"),
        ("siliconflow", "https://api.siliconflow.cn/v1", "https://api.siliconflow.cn/v1"),
        # A root that is not /v1: whole, in part, or not at all.
        ("dashscope", "https://dashscope.aliyuncs.com", "https://dashscope.aliyuncs.com/compatible-mode/v1"),
        (
            "dashscope",
            "https://dashscope.aliyuncs.com/compatible-mode",
            "https://dashscope.aliyuncs.com/compatible-mode/v1",
        ),
        (
            "dashscope",
            "https://dashscope.aliyuncs.com/compatible-mode/v1",
            "https://dashscope.aliyuncs.com/compatible-mode/v1",
        ),
        ("zhipu", "https://open.bigmodel.cn", "https://open.bigmodel.cn/api/paas/v4"),
        ("zhipu", "https://open.bigmodel.cn/api", "https://open.bigmodel.cn/api/paas/v4"),
        ("zhipu", "https://open.bigmodel.cn/api/paas", "https://open.bigmodel.cn/api/paas/v4"),
        ("zhipu", "https://open.bigmodel.cn/api/paas/v4", "https://open.bigmodel.cn/api/paas/v4"),
        ("zhipu", "https://open.bigmodel.cn/api/coding/paas/v4", "https://open.bigmodel.cn/api/coding/paas/v4"),
        ("qianfan", "https://qianfan.baidubce.com", "https://qianfan.baidubce.com/v2"),
        ("qianfan", "https://qianfan.baidubce.com/v2", "https://qianfan.baidubce.com/v2"),
        ("deepseek", "https://api.deepseek.com", "https://api.deepseek.com/v1"),
        ("moonshot", "https://api.moonshot.ai", "https://api.moonshot.ai/v1"),
        # Where Anthropic's protocol lies, as guides for its clients name it.
        ("deepseek", "https://api.deepseek.com/anthropic", "https://api.deepseek.com/v1"),
        ("minimax", "https://api.minimax.io/anthropic/v1", "https://api.minimax.io/v1"),
        ("zhipu", "https://api.z.ai/api/anthropic", "https://api.z.ai/api/paas/v4"),
        (
            "dashscope",
            "https://dashscope.aliyuncs.com/apps/anthropic/v1/messages",
            "https://dashscope.aliyuncs.com/compatible-mode/v1",
        ),
        # A version anywhere in the path means that the address is complete.
        ("openai-compatible", "https://api.ppinfra.com/v3/openai", "https://api.ppinfra.com/v3/openai"),
        ("openai-compatible", "https://open.bigmodel.cn/api/paas/v4", "https://open.bigmodel.cn/api/paas/v4"),
        (
            "openai-compatible",
            "https://ark.cn-beijing.volces.com/api/v3",
            "https://ark.cn-beijing.volces.com/api/v3",
        ),
        (
            "openai-compatible",
            "https://dashscope.aliyuncs.com/compatible-mode/v1",
            "https://dashscope.aliyuncs.com/compatible-mode/v1",
        ),
        (
            "openai-compatible",
            "https://generativelanguage.googleapis.com/v1beta/openai",
            "https://generativelanguage.googleapis.com/v1beta/openai",
        ),
        ("openai-compatible", "https://api.deepinfra.com/v1/openai", "https://api.deepinfra.com/v1/openai"),
        ("openai-compatible", "https://api.upstage.ai/v1/solar", "https://api.upstage.ai/v1/solar"),
        ("openai-compatible", "https://api.novita.ai/v3/openai", "https://api.novita.ai/v3/openai"),
        ("openai-compatible", "https://api.fireworks.ai/inference/v1", "https://api.fireworks.ai/inference/v1"),
        ("openai-compatible", "https://api.groq.com/openai/v1", "https://api.groq.com/openai/v1"),
        ("openai-compatible", "https://nano-gpt.com/api/v1", "https://nano-gpt.com/api/v1"),
        ("openai-compatible", "http://host:9997/v1", "http://host:9997/v1"),
        ("openai-compatible", "http://host:8000", "http://host:8000/v1"),
        ("openai-compatible", "http://host:80/gateway", "http://host/gateway/v1"),
        ("openai-compatible", "https://api.ohmygpt.com", "https://api.ohmygpt.com/v1"),
        # A word that only looks a little like a version.
        ("openai-compatible", "https://host/vllm", "https://host/vllm/v1"),
        ("openai-compatible", "https://host/v", "https://host/v/v1"),
        # An endpoint pasted whole.
        ("openai", "https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1"),
        ("openai-compatible", "https://api.perplexity.ai/chat/completions", "https://api.perplexity.ai"),
        (
            "openai-compatible",
            "https://models.github.ai/inference/chat/completions",
            "https://models.github.ai/inference",
        ),
        ("openai-compatible", "https://host/v1/embeddings/", "https://host/v1"),
        ("openai-compatible", "https://host/v1/models", "https://host/v1"),
        ("openai-compatible", "https://host/models", "https://host/models/v1"),
        # Taken as it is typed.
        ("openai-compatible", "https://api.perplexity.ai#", "https://api.perplexity.ai"),
        ("openai-compatible", "https://host/serving-endpoints#", "https://host/serving-endpoints"),
        # Odd but right.
        ("openai-compatible", "http://[::1]:8000", "http://[::1]:8000/v1"),
        ("openai-compatible", "http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("openai-compatible", "http://bücher.example", "http://xn--bcher-kva.example/v1"),
        ("openai-compatible", "http://host/a%20b", "http://host/a%20b/v1"),
        ("openai-compatible", "http://my_service:8000", "http://my_service:8000/v1"),
    ],
)
def test_a_typed_address_resolves(provider: str, typed: str, expected: str) -> None:
    assert resolved(provider, typed) == expected
    assert resolved(provider, expected + "#") == expected


COMPLETE = [
    "https://api.lingyiwanwu.com/v1",
    "https://api.302.ai/v1",
    "https://aihubmix.com/v1",
    "https://ai.360.cn/v1",
    "https://api.ai21.com/studio/v1",
    "https://api.endpoints.anyscale.com/v1",
    "https://llm.chutes.ai/v1",
    "https://api.gmi-serving.com/v1",
    "https://api.novita.ai/v3/openai",
    "https://api.baichuan-ai.com/v1",
    "https://inference.baseten.co/v1",
    "https://api.cerebras.ai/v1",
    "https://api.deepinfra.com/v1/openai",
    "https://api.featherless.ai/v1",
    "https://api.hyperbolic.xyz/v1",
    "https://api.lambdalabs.com/v1",
    "https://api.studio.nebius.ai/v1",
    "https://inference.api.nscale.com/v1",
    "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1",
    "https://api.scaleway.ai/v1",
    "https://api.sambanova.ai/v1",
    "https://api.upstage.ai/v1/solar",
    "https://api.fireworks.ai/inference/v1",
    "https://api.friendli.ai/serverless/v1",
    "https://gigachat.devices.sberbank.ru/api/v1",
    "https://generativelanguage.googleapis.com/v1beta/openai",
    "https://router.huggingface.co/v1",
    "https://api.inceptionlabs.ai/v1",
    "https://api.inference.net/v1",
    "https://api.intelligence.io.solutions/api/v1",
    "https://api.kluster.ai/v1",
    "https://api.lepton.ai/api/v1",
    "https://api.modal.com/v1",
    "https://api.llama.com/compat/v1",
    "https://api.meta.ai/v1",
    "https://api.groq.com/openai/v1",
    "https://api-inference.modelscope.cn/v1",
    "https://integrate.api.nvidia.com/v1",
    "https://api.poe.com/v1",
    "https://api.venice.ai/api/v1",
    "https://api.synthetic.new/openai/v1",
    "https://nano-gpt.com/api/v1",
    "https://api.xiaomimimo.com/v1",
    "https://api.publicai.co/v1",
    "https://api.stima.tech/v1",
    "https://router.requesty.ai/v1",
    "https://api.portkey.ai/v1",
    "https://api.edenai.run/v3",
    "https://api.reka.ai/v1",
    "https://api.sarvam.ai/v1",
    "https://api.stepfun.com/v1",
    "https://vanchin.streamlake.ai/api/gateway/v1/endpoints",
    "https://api.inference.wandb.ai/v1",
    "https://open.bigmodel.cn/api/paas/v4",
    "https://api.z.ai/api/paas/v4",
    "https://ark.cn-beijing.volces.com/api/v3",
    "https://qianfan.baidubce.com/v2",
    "https://dashscope.aliyuncs.com/compatible-mode/v1",
    "https://api.hunyuan.cloud.tencent.com/v1",
    "https://spark-api-open.xf-yun.com/v1",
    "https://openrouter.ai/api/v1",
    "https://api.x.ai/v1",
    "https://api.mistral.ai/v1",
    "https://api.together.xyz/v1",
    "https://api.minimaxi.com/v1",
]
"""Addresses as OpenAI-compatible vendors tell them, version and all."""

UNVERSIONED = [
    "https://api.perplexity.ai",
    "https://models.github.ai/inference",
    "https://ai-gateway.helicone.ai",
    "https://host.databricks.com/serving-endpoints",
    "https://models.inference.ai.azure.com",
]
"""Vendors whose API has no version in its path: typed with ``#``, or with the whole endpoint."""


@pytest.mark.parametrize("address", COMPLETE)
def test_an_address_with_a_version_is_complete_and_needs_no_more(address: str) -> None:
    for typed in (address, address + "/", address + "/chat/completions", address + "/embeddings", address + "#"):
        assert resolved("openai-compatible", typed) == address
    without = address.removesuffix("/v1")
    if without != address:
        assert resolved("openai-compatible", without) == address


@pytest.mark.parametrize("address", UNVERSIONED)
def test_an_address_without_any_version_can_be_said(address: str) -> None:
    assert resolved("openai-compatible", address) == address + "/v1"
    assert resolved("openai-compatible", address + "#") == address
    assert resolved("openai-compatible", address + "/chat/completions") == address


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "needs a base URL"),
        ("api.openai.com", "try https://api.openai.com"),
        ("ftp://host", "http:// or https://"),
        ("https://", "has no host"),
        ("https://user:pw@host", "user name or password"),
        ("https://host/v1?key=abc", "must not have a query"),
        ("https://host/#/v1", "fragment"),
        ("https://host/../etc", "path segment"),
        ("https://ho st", "spaces"),
        ("https://host\r\nx: y", "spaces or control"),
        ("https://host:99999", "cannot be read"),
        ("https://ho$t", "no host name"),
        ("https://[::1", "cannot be read"),
    ],
)
def test_what_cannot_be_an_address_is_refused_with_the_reason(typed: str, told: str) -> None:
    with pytest.raises(ValueError, match="base URL") as caught:
        resolve(typed, vendors()["openai-compatible"])
    assert told in str(caught.value)


AZURE = "https://r.openai.azure.com"
ONE_DEPLOYMENT = f"{AZURE}/openai/deployments/d/chat/completions?api-version=2025-01-01-preview"


@pytest.mark.parametrize(
    ("provider", "options", "typed", "fmt", "expected"),
    [
        (
            "deepseek",
            {},
            "https://api.deepseek.com/v1",
            "openai_completions",
            "https://api.deepseek.com/beta/completions",
        ),
        ("dashscope", {}, "", "rerank", "https://dashscope.aliyuncs.com/compatible-api/v1/reranks"),
        ("qianfan", {}, "", "rerank", "https://qianfan.baidubce.com/v2/rerankers"),
        ("qianfan", {"api": "v1"}, "", "embeddings", f"https://aip.baidubce.com{ROOT}/embeddings/m"),
        ("qianfan", {"api": "v1"}, "http://p/x", "openai_chat", f"http://p/x{ROOT}/chat/m"),
        ("zhipu", {}, "https://z/api/paas/v3", "openai_chat", "https://z/api/paas/v4/chat/completions"),
        ("azure", {}, AZURE, "embeddings", f"{AZURE}/openai/deployments/m/embeddings?api-version=2024-10-21"),
        ("azure", {"api_version": "v1"}, AZURE, "openai_chat", f"{AZURE}/openai/v1/chat/completions"),
        ("azure", {}, f"{AZURE}/openai/v1/", "openai_chat", f"{AZURE}/openai/v1/chat/completions"),
        ("azure", {}, ONE_DEPLOYMENT, "openai_chat", ONE_DEPLOYMENT.replace("/d/", "/m/")),
        ("ollama", {}, "http://h:11434", "openai_chat", "http://h:11434/v1/chat/completions"),
        ("ollama", {}, "http://h:11434/api/", "embeddings", "http://h:11434/v1/embeddings"),
        ("ollama", {"mode": "native"}, "http://h:11434/v1", "openai_chat", "http://h:11434/api/chat"),
        ("ollama", {"mode": "native"}, "http://h/v1/chat/completions", "embeddings", "http://h/api/embed"),
        ("ollama", {"mode": "native"}, "http://h/o/api/chat", "openai_completions", "http://h/o/v1/completions"),
    ],
)
def test_the_address_shown_is_where_a_format_goes(
    provider: str, options: dict[str, str], typed: str, fmt: str, expected: str
) -> None:
    key = "a|b" if options.get("api") == "v1" else KEY
    spec = ChannelSpec(provider=provider, base_url=typed, key=key, options=options)
    assert resolved_url(spec, Format(fmt), "m") == expected


def test_a_format_the_provider_does_not_offer_has_no_address() -> None:
    with pytest.raises(ValueError, match="does not offer rerank"):
        resolved_url(ChannelSpec(provider="openai", base_url="", key=KEY), Format.RERANK, "m")


@pytest.mark.parametrize(
    ("provider", "typed", "expected"),
    [
        ("ai360", "https://ai.360.cn", "https://ai.360.cn/v1"),
        ("baichuan", "https://api.baichuan-ai.com", "https://api.baichuan-ai.com/v1"),
        ("groq", "https://api.groq.com/openai", "https://api.groq.com/openai/v1"),
        ("lingyiwanwu", "https://api.lingyiwanwu.com", "https://api.lingyiwanwu.com/v1"),
        ("minimax", "https://api.minimax.chat", "https://api.minimax.chat/v1"),
        ("mistral", "https://api.mistral.ai", "https://api.mistral.ai/v1"),
        ("novita", "https://api.novita.ai/v3/openai", "https://api.novita.ai/v3/openai"),
        ("openrouter", "https://openrouter.ai/api", "https://openrouter.ai/api/v1"),
        ("spark", "https://spark-api-open.xf-yun.com", "https://spark-api-open.xf-yun.com/v1"),
        ("stepfun", "https://api.stepfun.com", "https://api.stepfun.com/v1"),
        ("together", "https://api.together.xyz", "https://api.together.xyz/v1"),
        ("volcengine", "https://ark.cn-beijing.volces.com", "https://ark.cn-beijing.volces.com/api/v3"),
        ("xai", "https://api.x.ai", "https://api.x.ai/v1"),
    ],
)
def test_the_addresses_one_api_keeps_lead_to_the_same_place(provider: str, typed: str, expected: str) -> None:
    """Its defaults: One API ``relay/channeltype/url.go``."""
    assert resolved(provider, typed) == expected


@pytest.mark.parametrize("provider", [name for name, vendor in vendors().items() if vendor.base_urls])
def test_the_addresses_a_vendor_ships_are_complete(provider: str) -> None:
    for address in vendors()[provider].base_urls:
        pair = "a|b" if "aip." in address else "AKIAEXAMPLE00|b" if "sagemaker." in address else ""
        options = {"account_id": "0" * 32} if "{account_id}" in vendors()[provider].root else {}
        spec = ChannelSpec(provider=provider, base_url=address, key=pair or KEY, options=options)
        fmt = next(fmt for fmt in (*CODECS, *Format) if fmt in vendors()[provider].formats())
        shown = resolved_url(spec, fmt, "m")
        assert shown.startswith(address)
        assert resolved_url(replace(spec, base_url=shown.partition("?")[0]), fmt, "m") == shown


@given(st.text(max_size=40), st.sampled_from(sorted(vendors())))
def test_any_text_is_an_address_or_a_reason(typed: str, provider: str) -> None:
    spec = ChannelSpec(provider=provider, base_url=typed, key=KEY)
    told = bound_or_reason(spec)
    assert KEY not in told if isinstance(told, str) else any(told.serves(fmt) for fmt in Format)


def bound_or_reason(spec: ChannelSpec) -> Dialect | str:
    try:
        return bind(spec)
    except ValueError as error:
        return str(error)


@given(st.lists(st.sampled_from(["v1", "v2", "api", "openai", "compatible-mode", "x"]), max_size=4))
def test_resolving_is_done_once(segments: list[str]) -> None:
    once = resolved("dashscope", "https://host/" + "/".join(segments))
    assert resolved("dashscope", once) == once
