"""Bills worked out by hand, and how prices are read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sluice.accounting.pricing import (
    RateError,
    Rates,
    Tier,
    batch_rates,
    charge,
    explain,
    rates_from_usd,
    rates_to_usd,
)
from sluice.base.usage import Usage

ONE = 1_000_000
TIERED = {
    "input": "1.25",
    "output": "10",
    "cached_input": "0.125",
    "tiers": [{"above_input_tokens": 200_000, "input": "2.5", "output": "15", "cached_input": "0.25"}],
}


@pytest.mark.parametrize(
    ("price", "usage", "multiplier", "nano"),
    [
        ({"input": "2.5", "output": "10"}, Usage(input_tokens=1000, output_tokens=500), ONE, 7_500_000),
        ({"input": "2.5", "output": "10"}, Usage(), ONE, 0),
        ({"input": "2.5", "output": "10"}, Usage(input_tokens=1000, output_tokens=500), 1_500_000, 11_250_000),
        ({"input": "2.5", "output": "10"}, Usage(input_tokens=1000, output_tokens=500), 0, 0),
        # A cached token at its own rate, and at the input's where it has none.
        ({"input": "2.5", "cached_input": "1.25"}, Usage(input_tokens=1000, cached_tokens=400), ONE, 2_000_000),
        ({"input": "2.5"}, Usage(input_tokens=1000, cached_tokens=400), ONE, 2_500_000),
        ({"input": "3", "cache_write": "3.75"}, Usage(input_tokens=10, cache_write_1h_tokens=10), ONE, 37_500),
        ({"input": "3", "cache_write_1h": "6"}, Usage(input_tokens=10, cache_write_1h_tokens=10), ONE, 60_000),
        # Cached audio at its own rate, at that of cached text where it has none; never more than what is cached.
        (
            {"input": "4", "cached_input": "0.4", "cached_input_audio": "2", "input_audio": "32"},
            Usage(input_tokens=100, cached_tokens=40, cached_audio_tokens=30, input_audio_tokens=50),
            ONE,
            30 * 2_000 + 10 * 400 + 50 * 32_000 + 10 * 4_000,
        ),
        (
            {"input": "4", "cached_input": "1"},
            Usage(input_tokens=9, cached_tokens=9, cached_audio_tokens=99),
            ONE,
            9_000,
        ),
        ({"training": "25"}, Usage(trained_tokens=1_000), ONE, 25_000_000),
        # A part larger than its total is the total.
        ({"input": "2.5", "cached_input": "1"}, Usage(input_tokens=10, cached_tokens=9_999), ONE, 10_000),
        ({"output": "1", "reasoning": "4"}, Usage(output_tokens=10, reasoning_tokens=11), ONE, 40_000),
        # A free part stays free; it does not fall back.
        ({"input": "2.5", "cached_input": "0"}, Usage(input_tokens=10, cached_tokens=10), ONE, 0),
        # At the bound the base rates hold, one token above the whole request is dearer.
        (TIERED, Usage(input_tokens=200_000), ONE, 250_000_000),
        (TIERED, Usage(input_tokens=200_001, output_tokens=1), ONE, 500_002_500 + 15_000),
        (TIERED, Usage(input_tokens=200_001, cached_tokens=200_001), ONE, 50_000_250),
        # Other units: a minute of audio at $0.006, 1,000 characters at $15 a million, two pictures at $0.04.
        ({"audio_second": "0.0001"}, Usage(audio_ms=60_000), ONE, 6_000_000),
        ({"audio_second": "0.0001"}, Usage(audio_ms=1), ONE, 100),
        ({"character": "15"}, Usage(characters=1000), ONE, 15_000_000),
        ({"image": "0.04"}, Usage(images=2), ONE, 80_000_000),
        ({"search": "0.002"}, Usage(search_units=1, input_tokens=50), ONE, 2_000_000),
        ({"request": "0.01", "input": "1"}, Usage(input_tokens=1), ONE, 10_001_000),
        # Half a nano-dollar is rounded up, less is rounded down, and only once, at the end.
        ({"input": "0.0005"}, Usage(input_tokens=1), ONE, 1),
        ({"input": "0.000499999"}, Usage(input_tokens=1), ONE, 0),
        ({"input": "0.0004", "output": "0.0004"}, Usage(input_tokens=1, output_tokens=1), ONE, 1),
    ],
)
def test_charge(price: dict[str, Any], usage: Usage, multiplier: int, nano: int) -> None:
    assert charge(rates_from_usd(price), usage, multiplier) == nano


def test_a_batch_has_rates_of_its_own_or_those_of_single_requests() -> None:
    usage = Usage(input_tokens=1_000, output_tokens=100, cached_tokens=200)
    own = rates_from_usd({**TIERED, "batch_input": "0.625", "batch_output": "5"})
    assert charge(batch_rates(own), usage, ONE) == 800 * 625 + 200 * 125 + 100 * 5_000
    assert batch_rates(own).tiers == ()
    plain = rates_from_usd({name: usd for name, usd in TIERED.items() if name != "tiers"})
    assert batch_rates(rates_from_usd(TIERED)) == plain


def test_counts_at_the_edge_of_what_formats_let_through_are_charged_exactly() -> None:
    assert (
        charge(Rates(input=3, output=7), Usage(input_tokens=2**53, output_tokens=2**53), ONE)
        == (10 * 2**53 + 500_000) // ONE
    )


def test_explain_shows_the_arithmetic() -> None:
    rates = rates_from_usd({"input": "2.5", "cached_input": "1.25", "output": "10", "audio_second": "0.0001"})
    usage = Usage(input_tokens=1000, cached_tokens=400, output_tokens=1, audio_ms=1500)
    lines = explain(rates, usage, 2 * ONE)
    assert [(line.rate, line.unit, line.count, line.usd, line.per, line.amount_usd) for line in lines] == [
        ("cached_input", "tokens", "400", "1.25", 1_000_000, "0.001"),
        ("input", "tokens", "600", "2.5", 1_000_000, "0.003"),
        ("output", "tokens", "1", "10", 1_000_000, "0.00002"),
        ("audio_second", "seconds", "1.5", "0.0001", 1, "0.0003"),
    ]


def test_explain_shows_what_rounding_did() -> None:
    lines = explain(Rates(input=700_000), Usage(input_tokens=1), ONE)
    assert [(line.rate, line.amount_usd) for line in lines] == [("input", "0.0000000007"), ("rounding", "0.0000000003")]
    assert explain(Rates(), Usage(input_tokens=5), ONE) == ()


def test_prices_are_read_exactly() -> None:
    assert rates_from_usd({"input": "0.000000001", "output": 15, "image": Decimal("0.040")}) == Rates(
        input=1, output=15_000_000_000, image=40_000_000_000_000
    )
    assert rates_from_usd({}) == Rates()
    assert rates_from_usd(
        {"tiers": [{"above_input_tokens": 9, "input": "2"}, {"above_input_tokens": 4, "output": "1"}]}
    ).tiers == (Tier(above_input_tokens=4, output=10**9), Tier(above_input_tokens=9, input=2 * 10**9))


@pytest.mark.parametrize(
    ("price", "field"),
    [
        ({"imput": "1"}, "imput"),
        ({"input": 0.15}, "input"),
        ({"input": True}, "input"),
        ({"input": None}, "input"),
        ({"input": "a lot"}, "input"),
        ({"input": ""}, "input"),
        ({"input": "-1"}, "input"),
        ({"input": "NaN"}, "input"),
        ({"input": "Infinity"}, "input"),
        ({"input": Decimal("1e30")}, "input"),
        ({"input": "1e999999999"}, "input"),
        ({"input": "1e-999999999"}, "input"),
        ({"input": "0.0000000001"}, "input"),
        ({"input": "1" * 50}, "input"),
        ({"image": "0.0000000000000001"}, "image"),
        ({"tiers": "none"}, "tiers"),
        ({"tiers": ["none"]}, "tiers[0]"),
        ({"tiers": [{}]}, "tiers[0].above_input_tokens"),
        ({"tiers": [{"above_input_tokens": -1}]}, "tiers[0].above_input_tokens"),
        ({"tiers": [{"above_input_tokens": 5, "input": "x"}]}, "tiers[0].input"),
        ({"tiers": [{"above_input_tokens": 5, "image": "1"}]}, "tiers[0].image"),
        ({"tiers": [{"above_input_tokens": 5}, {"above_input_tokens": 5}]}, "tiers"),
    ],
)
def test_a_bad_price_is_refused_by_the_name_of_its_field(price: dict[str, Any], field: str) -> None:
    with pytest.raises(RateError) as caught:
        rates_from_usd(price)
    assert caught.value.field == field
    assert str(caught.value).startswith(field)


def test_a_price_that_is_no_table_is_refused() -> None:
    with pytest.raises(RateError):
        rates_from_usd(["input", "1"])  # type: ignore[arg-type]


def test_written_prices_are_short() -> None:
    assert rates_to_usd(Rates(input=2_500_000_000, image=40 * 10**12)) == {"input": "2.5", "image": "0.04"}
    assert rates_to_usd(Rates()) == {"input": "0", "output": "0"}
    assert rates_to_usd(Rates(input=5, cached_input=0)) == {"input": "0.000000005", "cached_input": "0"}
