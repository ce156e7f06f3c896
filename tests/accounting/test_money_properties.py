"""The arithmetic of money against an independent one, and what reservations promise, for any price and any usage."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from sluice.accounting.pricing import Rates, Tier, charge, explain, rates_from_usd, rates_to_usd
from sluice.accounting.reservation import Refusal, Reservation, plan_fixed, plan_reservation
from sluice.base.usage import Usage

rate_values = st.one_of(st.integers(0, 10), st.integers(0, 10**12))
maybe_rates = st.one_of(st.none(), rate_values)
counts = st.one_of(st.integers(0, 5), st.integers(0, 2_000_000), st.integers(0, 2**53))
multipliers = st.one_of(st.just(1_000_000), st.integers(0, 3_000_000), st.integers(0, 10**8))

TIER_RATES = ("input", "output", "cached_input", "cache_write", "cache_write_1h", "reasoning")
OPTIONAL_RATES = [name for name in Rates.__struct_fields__ if name not in ("input", "output", "tiers")]

tiers = st.builds(
    Tier,
    above_input_tokens=st.one_of(st.integers(0, 10), st.integers(0, 1_000_000)),
    **dict.fromkeys(TIER_RATES, maybe_rates),
)
prices = st.builds(
    Rates,
    input=rate_values,
    output=rate_values,
    tiers=st.lists(tiers, max_size=3, unique_by=lambda tier: tier.above_input_tokens).map(tuple),
    **dict.fromkeys(OPTIONAL_RATES, maybe_rates),
)
usages = st.builds(Usage, **{name: counts for name in Usage.__struct_fields__ if name != "source"})


def expected_charge(rates: Rates, usage: Usage, multiplier_ppm: int) -> int:
    """The charge by the words of the docstrings, in fractions of a nano-dollar."""
    rate = {name: getattr(rates, name) for name in Rates.__struct_fields__}
    for tier in sorted(rates.tiers, key=lambda item: item.above_input_tokens):
        if usage.input_tokens > tier.above_input_tokens:
            rate = {name: getattr(rates, name) for name in Rates.__struct_fields__}
            rate |= {name: getattr(tier, name) for name in TIER_RATES if getattr(tier, name) is not None}

    def first(*names: str) -> int:
        return next((rate[name] for name in names if rate[name] is not None), 0)

    bill = [
        (usage.characters, first("character")),
        (Fraction(usage.audio_ms, 1000), first("audio_second")),
        (usage.images, first("image")),
        (usage.search_units, first("search")),
        (usage.trained_tokens, first("training")),
        (1, first("request")),
    ]
    left = usage.input_tokens
    for count, price in (
        (min(usage.cached_audio_tokens, usage.cached_tokens), first("cached_input_audio", "cached_input", "input")),
        (max(usage.cached_tokens - usage.cached_audio_tokens, 0), first("cached_input", "input")),
        (usage.cache_write_tokens, first("cache_write", "input")),
        (usage.cache_write_1h_tokens, first("cache_write_1h", "cache_write", "input")),
        (usage.input_audio_tokens, first("input_audio", "input")),
        (usage.input_image_tokens, first("input_image", "input")),
        (usage.input_tokens, first("input")),
    ):
        bill.append((min(count, left), price))
        left -= min(count, left)
    left = usage.output_tokens
    for count, price in (
        (usage.reasoning_tokens, first("reasoning", "output")),
        (usage.output_audio_tokens, first("output_audio", "output")),
        (usage.output_image_tokens, first("output_image", "output")),
        (usage.output_tokens, first("output")),
    ):
        bill.append((min(count, left), price))
        left -= min(count, left)
    exact = (
        sum((Fraction(count) * price for count, price in bill), Fraction(0)) / 10**6 * Fraction(multiplier_ppm, 10**6)
    )
    return floor(exact + Fraction(1, 2))


@given(prices, usages, multipliers)
def test_charge_equals_an_independent_computation(rates: Rates, usage: Usage, multiplier: int) -> None:
    assert charge(rates, usage, multiplier) == expected_charge(rates, usage, multiplier)


@given(prices, usages, multipliers)
def test_the_lines_of_a_charge_add_up_to_it(rates: Rates, usage: Usage, multiplier: int) -> None:
    lines = explain(rates, usage, multiplier)
    total = sum((Fraction(line.amount_usd) for line in lines), Fraction(0))
    assert total == Fraction(charge(rates, usage, multiplier), 10**9)
    for line in lines:
        if line.rate != "rounding":
            amount = Fraction(line.count) * Fraction(line.usd) / line.per * Fraction(multiplier, 10**6)
            assert Fraction(line.amount_usd) == amount
        else:
            assert abs(Fraction(line.amount_usd)) <= Fraction(1, 2 * 10**9)


@given(prices, st.integers(-(10**9), 10**9), usages)
def test_no_usage_however_odd_is_charged_below_nothing(rates: Rates, odd: int, usage: Usage) -> None:
    for name in Usage.__struct_fields__:
        if name != "source":
            assert charge(rates, msgspec.structs.replace(usage, **{name: odd}), 1_000_000) >= 0


@given(prices)
def test_the_written_form_of_a_price_reads_back_the_same(rates: Rates) -> None:
    ordered = msgspec.structs.replace(rates, tiers=tuple(sorted(rates.tiers, key=lambda t: t.above_input_tokens)))
    written = rates_to_usd(rates)
    assert rates_from_usd(written) == ordered
    as_numbers = {k: v if k == "tiers" else Decimal(v) for k, v in written.items()}
    assert rates_from_usd(as_numbers) == ordered


small = st.integers(0, 200_000)
money = st.one_of(st.integers(-(10**9), 10**9), st.integers(0, 10**18))


@st.composite
def parts_within(draw: st.DrawFn, inputs: int, outputs: int) -> Usage:
    """A usage of at most so many tokens, split anyhow."""
    used_in, used_out = draw(st.integers(0, inputs)), draw(st.integers(0, outputs))
    return Usage(
        input_tokens=used_in,
        cached_tokens=draw(st.integers(0, used_in)),
        cached_audio_tokens=draw(st.integers(0, used_in)),
        cache_write_tokens=draw(st.integers(0, used_in)),
        cache_write_1h_tokens=draw(st.integers(0, used_in)),
        input_audio_tokens=draw(st.integers(0, used_in)),
        input_image_tokens=draw(st.integers(0, used_in)),
        output_tokens=used_out,
        reasoning_tokens=draw(st.integers(0, used_out)),
        output_audio_tokens=draw(st.integers(0, used_out)),
        output_image_tokens=draw(st.integers(0, used_out)),
    )


@given(
    prices,
    multipliers,
    small,
    st.one_of(st.none(), small),
    st.integers(1, 8),
    st.one_of(st.none(), small),
    money,
    st.data(),
)
def test_a_reservation_covers_whatever_the_request_may_cost(
    rates: Rates,
    multiplier: int,
    inputs: int,
    asked: int | None,
    choices: int,
    model_max: int | None,
    available: int,
    data: st.DataObject,
) -> None:
    plan = plan_reservation(rates, multiplier, inputs, asked, choices, model_max, 4096, available)
    if isinstance(plan, Refusal):
        assert plan.needed >= 0
        assert plan.needed > available or available <= 0
        assert multiplier
        assert any(getattr(tier, name) for tier in (rates, *rates.tiers) for name in TIER_RATES) or any(
            getattr(rates, name) for name in OPTIONAL_RATES
        )
        return
    assert 0 <= plan.amount <= max(available, 0)
    assert plan.amount <= plan.worst
    bound = next(value for value in (plan.max_output, asked, model_max, 4096) if value is not None)
    if plan.max_output is not None:
        assert asked is None
        assert plan.max_output >= 16
        assert plan.worst > available
    usage = data.draw(parts_within(inputs, bound * choices))
    assert charge(rates, usage, multiplier) <= plan.amount


@given(prices, multipliers, usages, money, st.data())
def test_a_fixed_reservation_covers_the_expected_usage(
    rates: Rates, multiplier: int, expected: Usage, available: int, data: st.DataObject
) -> None:
    plan = plan_fixed(rates, multiplier, expected, available)
    if isinstance(plan, Refusal):
        assert plan.needed > available or available <= 0
        return
    assert 0 <= plan.amount <= max(available, 0)
    assert plan.max_output is None
    usage = msgspec.structs.replace(
        data.draw(parts_within(expected.input_tokens, expected.output_tokens)),
        characters=data.draw(st.integers(0, expected.characters)),
        audio_ms=data.draw(st.integers(0, expected.audio_ms)),
        images=data.draw(st.integers(0, expected.images)),
        search_units=data.draw(st.integers(0, expected.search_units)),
    )
    assert charge(rates, usage, multiplier) <= plan.amount


def planned(plan: Reservation | Refusal) -> int:
    return plan.amount if isinstance(plan, Reservation) else -1


@given(prices, multipliers, small, small, st.integers(0, 1000), small, money, st.integers(0, 10**12))
def test_more_of_anything_never_reserves_less(
    rates: Rates, multiplier: int, inputs: int, asked: int, more: int, model_max: int, available: int, richer: int
) -> None:
    """More tokens or a higher multiplier need more; more money never gives a smaller reservation or cap."""
    plenty = 10**40
    base = planned(plan_reservation(rates, multiplier, inputs, asked, 1, None, 4096, plenty))
    assert base >= 0
    assert planned(plan_reservation(rates, multiplier, inputs + more, asked, 1, None, 4096, plenty)) >= base
    assert planned(plan_reservation(rates, multiplier, inputs, asked + more, 1, None, 4096, plenty)) >= base
    assert planned(plan_reservation(rates, multiplier, inputs, asked, 1 + more, None, 4096, plenty)) >= base
    assert planned(plan_reservation(rates, multiplier + more, inputs, asked, 1, None, 4096, plenty)) >= base
    poor = plan_reservation(rates, multiplier, inputs, None, 1, model_max, 4096, available)
    rich = plan_reservation(rates, multiplier, inputs, None, 1, model_max, 4096, available + richer)
    assert planned(rich) >= planned(poor)


@given(prices, usages, multipliers, st.integers(1, 1000))
def test_a_part_that_costs_more_never_makes_the_charge_smaller(
    rates: Rates, usage: Usage, multiplier: int, more: int
) -> None:
    assume(not rates.tiers)
    dearer = msgspec.structs.replace(rates, input=rates.input + more, output=rates.output + more)
    assert charge(dearer, usage, multiplier) >= charge(rates, usage, multiplier)
