"""The packaged data: sound, dated, and in agreement with an independent price list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from genai_prices import Usage as TheirUsage
from genai_prices import calc_price

from sluice.accounting.pricing import charge
from sluice.base.rates import UNITS, Rates
from sluice.base.usage import Usage
from sluice.catalog.data_files import read_bytes, read_toml
from sluice.catalog.litellm import read_litellm
from sluice.catalog.models import Facts, known_models, model_facts
from sluice.catalog.prices import DEFAULT_MODEL, DEFAULT_PRICE, catalog_prices
from sluice.vendors.registry import vendors

KINDS = {
    "chat", "completions", "responses", "embeddings", "rerank", "images", "speech", "transcriptions", "moderations",
    "realtime",
}  # fmt: skip
ONE = 1_000_000
DATA = Path(__file__).parents[2] / "src/sluice/catalog/data"


def test_every_price_has_rates_a_source_and_a_date() -> None:
    prices = catalog_prices()
    assert len(prices) > 2200
    free = read_toml("litellm.toml")["free"]
    for name, price in prices.items():
        assert len(price.source) > 10, name
        assert date(2024, 1, 1) <= date.fromisoformat(price.as_of) <= date(2026, 11, 26), name
        if not any(getattr(price.rates, field) for field in UNITS):
            assert name in free or "LiteLLM" not in price.source, f"{name} is free by nobody's word"


def test_no_model_stands_twice_and_rows_are_in_order() -> None:
    rows = [row["model"] for row in json.loads(read_bytes("prices.json"))["prices"]]
    assert rows == sorted(set(rows))
    assert DEFAULT_MODEL not in rows
    assert list(known_models()) == sorted(known_models())


def test_prices_are_in_the_range_of_prices() -> None:
    """Slips of a thousand are the usual mistake in price lists."""
    for name, price in catalog_prices().items():
        rates = price.rates
        assert rates.input <= 150 * 10**9, name
        assert rates.output <= 600 * 10**9, name
        assert (rates.image or 0) <= 10**15, name
        assert (rates.audio_second or 0) <= 10**12, name
        assert (rates.character or 0) <= 200 * 10**9, name
        if rates.cached_input is not None and rates.input:
            assert rates.cached_input <= rates.input, name
        for tier in rates.tiers:
            assert tier.input is None or tier.input >= rates.input, name


def test_facts_are_sound() -> None:
    for name, facts in known_models().items():
        assert facts.kind in KINDS, name
        assert facts.context is None or 256 <= facts.context <= 20_000_000, name
        assert facts.max_output is None or 64 <= facts.max_output <= 2_000_000, name
    assert set(known_models()) == set(catalog_prices())
    for pattern in read_toml("patterns.toml")["patterns"]:
        assert pattern.get("kind", "chat") in KINDS


@pytest.mark.parametrize(
    ("name", "price"),
    [
        (
            "gpt-4o",
            {
                "input": 25 * 10**8,
                "output": 10**10,
                "cached_input": 125 * 10**7,
                "batch_input": 125 * 10**7,
                "batch_output": 5 * 10**9,
            },
        ),
        ("text-embedding-3-small", {"input": 2 * 10**7, "batch_input": 10**7}),
        (
            "gpt-realtime",
            {
                "input": 4 * 10**9,
                "output": 16 * 10**9,
                "cached_input": 4 * 10**8,
                "cached_input_audio": 4 * 10**8,
                "input_audio": 32 * 10**9,
                "input_image": 5 * 10**9,
                "output_audio": 64 * 10**9,
            },
        ),
        ("tts-1", {"character": 15 * 10**9}),
        ("whisper-1", {"audio_second": 10**11}),
        ("qwen3-rerank", {"input": 10**8}),
        ("deepseek-ai/DeepSeek-V3.2", {"input": 285_714_286, "output": 428_571_429}),
        ("ernie-4.5-turbo-128k", {"input": 114_285_714, "output": 457_142_857, "cached_input": 28_571_429}),
        ("cogview-4", {"image": 8_571_429_000_000}),
        ("omni-moderation-latest", {}),
    ],
)
def test_some_prices_known_by_heart(name: str, price: dict[str, int]) -> None:
    assert catalog_prices()[name].rates == Rates(**price)


def test_tiers_come_through() -> None:
    tiers = catalog_prices()["qwen3-max"].rates.tiers
    assert [(tier.above_input_tokens, tier.input, tier.output) for tier in tiers] == [
        (32_000, 24 * 10**8, 12 * 10**9),
        (128_000, 3 * 10**9, 15 * 10**9),
    ]


def test_the_default_price_is_dear_enough_for_a_usual_model() -> None:
    chat = [p.rates for name, p in catalog_prices().items() if known_models()[name].kind == "chat"]
    cheaper = [r for r in chat if r.input <= DEFAULT_PRICE.rates.input and r.output <= DEFAULT_PRICE.rates.output]
    assert len(cheaper) > 0.85 * len(chat)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("gpt-4o", Facts(kind="chat", context=128_000, max_output=16_384)),
        ("GPT-4o", Facts(kind="chat", context=128_000, max_output=16_384)),
        ("openai/gpt-4o", Facts(kind="chat", context=128_000, max_output=16_384)),
        ("BAAI/bge-m3", Facts(kind="embeddings", context=8192)),
        ("BAAI/bge-reranker-v2-m3", Facts(kind="rerank", context=8000)),
        ("BAAI/bge-nobody", Facts(kind="embeddings")),
        ("FunAudioLLM/SenseVoiceSmall", Facts(kind="transcriptions")),
        ("FunAudioLLM/CosyVoice2-0.5B", Facts(kind="speech")),
        ("black-forest-labs/FLUX.1-schnell", Facts(kind="images")),
        ("ERNIE-4.0-8K", Facts(kind="chat", context=8192, max_output=2048)),
        ("some-model-128k", Facts(kind="chat", context=131_072)),
        ("nobody-knows", Facts()),
        ("", Facts()),
    ],
)
def test_facts_by_name_and_by_pattern(name: str, facts: Facts) -> None:
    assert model_facts(name) == facts


def test_the_licence_of_the_list_lies_beside_it() -> None:
    notice = (DATA / "NOTICE").read_text("utf-8")
    assert "MIT License" in notice
    release = {p.source.split("LiteLLM ")[1].rstrip(")") for p in catalog_prices().values() if "LiteLLM" in p.source}
    assert len(release) == 1
    assert f"release {release.pop()} of" in notice


PROVIDERS = {
    "openai.com": "openai",
    "deepseek.com": "deepseek",
    "moonshot": "moonshotai",
    "kimi": "moonshotai",
    "z.ai": "zai",
    "anthropic.com": "anthropic",
    "claude.com": "anthropic",
    "google": "google",
    "x.ai": "x-ai",
    "mistral.ai": "mistral",
    "cohere.com": "cohere",
    "voyageai.com": "voyageai",
    "minimax": "minimax",
}
"""A word in the address of a price's source -> that vendor's name in genai-prices."""

KNOWN_DIFFERENCES = {
    "claude-sonnet-4-5": "genai-prices keeps the surcharge above 200k tokens, LiteLLM has dropped it",
    "claude-sonnet-4-5-20250929": "the same",
    "codestral-latest": "LiteLLM knows the rate of cached tokens",
    "deepseek-chat": "retired name: genai-prices has the prices of 2025",
    "deepseek-reasoner": "the same",
    "devstral-small-latest": "LiteLLM knows the rate of cached tokens",
    "gemini-2.0-flash": "retired there, the price of Vertex",
    "gemini-2.5-flash-image": "LiteLLM knows the rate of cached tokens",
    "gemini-2.5-pro-preview-tts": "LiteLLM knows the rate of cached tokens",
    "gemini-3.8-flash-lite-tts": "LiteLLM knows the rate of cached tokens",
    "gemini-3.8-flash-tts": "LiteLLM knows the rate of cached tokens",
    "gemini-3.8-flash-cyber": "Vertex only; genai-prices has the price of the model beside it",
    "gemma-4-26b-a4b-it": "free there, the price of Vertex",
    "glm-4.5": "genai-prices knows the rate of cached tokens",
    "glm-4.5-air": "the same",
    "glm-4.5-airx": "the same",
    "glm-4.5-x": "the same",
    "glm-4.5v": "the same",
    "gpt-4o-mini-tts": "LiteLLM tells text from audio in the output",
    "gpt-4o-search-preview-2025-03-11": "LiteLLM knows the rate of cached tokens",
    "gpt-5.6-cyber": "LiteLLM knows the tier above 272k tokens",
    "grok-code-fast": "LiteLLM has the price of its successor",
    "grok-code-fast-1": "the same",
    "grok-code-fast-1-0825": "the same",
    "magistral-medium-latest": "what the name points to has moved on",
    "magistral-small-latest": "the same",
    "mistral-embed-2312": "genai-prices charges the output of an embedding",
    "mistral-large-latest": "what the name points to has moved on",
    "mistral-medium": "the same",
    "open-mistral-nemo": "the lists differ",
}
"""Models whose price differs by more than a hundredth in genai-prices 0.2.3, and why."""


HOSTS = {
    "groq": "groq",
    "cerebras": "cerebras",
    "together": "together",
    "fireworks": "fireworks",
    "novita": "novita",
    "baseten": "baseten",
    "databricks": "databricks",
    "cloudflare": "cloudflare",
}
"""As PROVIDERS, for those who serve models of others. Regions make Bedrock's lists differ."""

HOSTS_FAR_APART = {
    "@cf/meta/llama-2-7b-chat-fp16": "LiteLLM has the price of 2024",
    "@cf/mistral/mistral-7b-instruct-v0.1": "the same",
    "accounts/fireworks/models/gemma-3-27b-it": "genai-prices has the price of a small model",
    "accounts/fireworks/models/llama-v3p1-8b-instruct": "genai-prices has the price of its size",
    "mistralai/mistral-nemo": "genai-prices has the price of 2024",
}
"""Models of hosts on whose price the lists differ by more than a factor of two, and why."""


def differences(providers: Mapping[str, str] = PROVIDERS) -> tuple[dict[str, tuple[float, float]], int]:
    """Models on which the two lists disagree about a small or a large request, and how many both know."""
    found, known = {}, 0
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)
    for name, price in catalog_prices().items():
        host = price.source.lower().split("(")[0]
        provider = next((vendor for word, vendor in providers.items() if word in host), None)
        if provider is None or "genai-prices" in host:
            continue
        for size in (1_000, 300_000):
            theirs = TheirUsage(input_tokens=size, cache_read_tokens=size // 5, output_tokens=500)
            try:
                answer = calc_price(theirs, name, provider_id=provider, genai_request_timestamp=now)
            except LookupError:
                break
            known += 1
            usage = Usage(input_tokens=size, cached_tokens=size // 5, output_tokens=500)
            ours, other = Fraction(charge(price.rates, usage, ONE), 10**9), Fraction(answer.total_price)
            if abs(ours - other) > other / 100:
                found[name] = (float(ours), float(other))
    return found, known


def test_charges_agree_with_an_independent_price_list() -> None:
    """Both lists, and both ways of reckoning, to within a hundredth; every exception is known and still one."""
    found, known = differences()
    assert known > 400
    unknown = {name: pair for name, pair in found.items() if name not in KNOWN_DIFFERENCES}
    assert not unknown
    assert sorted(found) == sorted(KNOWN_DIFFERENCES)


def test_prices_of_hosts_agree_with_it_but_for_a_few() -> None:
    found, known = differences(HOSTS)
    assert known > 350
    assert len(found) < known / 20, found
    far = [name for name, (ours, theirs) in found.items() if not theirs / 2 < ours < theirs * 2]
    assert sorted(far) == sorted(HOSTS_FAR_APART)


def test_of_hosts_that_share_a_name_the_dearest_decides_and_a_maker_goes_before() -> None:
    rates = {"mode": "chat", "output_cost_per_token": Decimal("1e-6")}
    cheap = rates | {"litellm_provider": "groq", "input_cost_per_token": Decimal("1e-7")}
    dear = rates | {"litellm_provider": "together_ai", "input_cost_per_token": Decimal("3e-7")}
    maker = rates | {"litellm_provider": "mistral", "input_cost_per_token": Decimal("1e-8")}
    for entries in ({"groq/o/m": cheap, "together_ai/o/m": dear}, {"together_ai/o/m": dear, "groq/o/m": cheap}):
        price = read_litellm(entries, source="LiteLLM 0", as_of="2026-11-20").prices["o/m"]
        assert (price.rates.input, price.source) == (3 * 10**8, "together_ai (LiteLLM 0)")
    for entries in ({"groq/m": dear, "mistral/m": maker}, {"mistral/m": maker, "groq/m": dear}):
        price = read_litellm(entries, source="LiteLLM 0", as_of="2026-11-20").prices["m"]
        assert (price.rates.input, price.source) == (10**7, "LiteLLM 0")


def test_a_region_of_bedrock_is_no_model() -> None:
    entry = {"mode": "chat", "litellm_provider": "bedrock", "input_cost_per_token": Decimal("1e-7")}
    taken = read_litellm({"bedrock/eu-west-1/a.b-v1:0": entry, "us.a.b-v1:0": entry}, source="", as_of="2026-11-20")
    assert list(taken.prices) == ["us.a.b-v1:0"]


@pytest.mark.parametrize("name", sorted(vendors()))
def test_every_vendor_has_prices_or_says_why_not(name: str) -> None:
    vendor = vendors()[name]
    priced = [model for model in vendor.all_base_models() if model in catalog_prices()]
    assert bool(priced) != bool(vendor.unpriced), f"{name}: {len(priced)} priced, unpriced = {vendor.unpriced!r}"
