"""Price x usage = exact integers, rounded once.

Counts are believed as they come: the formats have already made them integers from 0 to 100 million. What would still
break the arithmetic is bounded here: a part larger than its total counts as the total, a negative count as none.
"""

from __future__ import annotations

import msgspec

from sluice.base.money import Nano
from sluice.base.rates import (
    MILLION,
    UNITS,
    RateError,
    Rates,
    Tier,
    decimal_text,
    rates_from_usd,
    rates_to_usd,
    usd_text,
)
from sluice.base.usage import Usage

__all__ = [
    "Line",
    "PriceRow",
    "RateError",
    "Rates",
    "Tier",
    "batch_rates",
    "charge",
    "crossed_tier",
    "explain",
    "rates_from_usd",
    "rates_to_usd",
]

SCALE = 1000 * MILLION * MILLION
"""Turns thousandths of units x nano-dollars per million units x millionths of a multiplier into nano-dollars."""

Part = tuple[str, int, int]
"""A rate's name, thousandths of units, nano-dollars per million units."""


class PriceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stored price: ``id`` is its row in the prices table."""

    id: int
    model: str
    rates: Rates


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a charge's arithmetic, as exact decimal text.

    ``rate`` names the member of Rates; the line ``rounding`` closes the sum. ``count`` is how many ``unit`` were used,
    ``usd`` the price of ``per`` of them, ``amount_usd`` = count x usd / per x multiplier.
    """

    rate: str
    unit: str
    count: str
    per: int
    usd: str
    amount_usd: str


def charge(rates: Rates, usage: Usage, multiplier_ppm: int) -> Nano:
    """Nano-dollars for a usage: exact, rounded half up once at the very end, never negative.

    ``multiplier_ppm`` is the group's price multiplier in millionths.
    """
    total = 0
    for _, milli, rate in _parts(rates, usage):
        total += milli * rate
    return (total * multiplier_ppm + SCALE // 2) // SCALE


def explain(rates: Rates, usage: Usage, multiplier_ppm: int) -> tuple[Line, ...]:
    """The arithmetic of ``charge`` line by line; the amounts add up to the charge exactly."""
    lines = []
    total = 0
    for name, milli, rate in _parts(rates, usage):
        product = milli * rate * multiplier_ppm
        total += product
        unit, per = UNITS[name]
        lines.append(
            Line(
                rate=name,
                unit=unit,
                count=decimal_text(milli, 3),
                per=per,
                usd=usd_text(rate, per),
                amount_usd=decimal_text(product, 24),
            )
        )
    rounded = (total + SCALE // 2) // SCALE
    rest = rounded * SCALE - total
    if rest:
        lines.append(Line(rate="rounding", unit="", count="", per=1, usd="", amount_usd=decimal_text(rest, 24)))
    return tuple(lines)


def crossed_tier(rates: Rates, input_tokens: int) -> Tier | None:
    """The highest tier whose bound the input passes: it prices the whole request."""
    crossed = None
    for tier in rates.tiers:
        above = tier.above_input_tokens
        if above < input_tokens and (crossed is None or above > crossed.above_input_tokens):
            crossed = tier
    return crossed


def at_tier(rates: Rates, tier: Tier) -> Rates:
    """The base rates with those of a tier in their place."""
    overrides = {name: value for name in Tier.__struct_fields__[1:] if (value := getattr(tier, name)) is not None}
    return msgspec.structs.replace(rates, tiers=(), **overrides)


def batch_rates(rates: Rates) -> Rates:
    """The rates of requests that a batch sent: its own, where there are any, else those of single requests. No tiers:
    they are bounds of one request, and a batch's are counted together."""
    own = {
        "input": rates.batch_input,
        "output": rates.batch_output,
        "cached_input": rates.batch_cached_input,
    }
    known = {name: value for name, value in own.items() if value is not None}
    return msgspec.structs.replace(rates, tiers=(), **known)


def _parts(rates: Rates, usage: Usage) -> list[Part]:
    """What is counted at which rate, after tiers, clamps and fallbacks; nothing that counts or costs nothing."""
    inputs, outputs = usage.input_tokens, usage.output_tokens
    if rates.tiers and (tier := crossed_tier(rates, inputs)):
        rates = at_tier(rates, tier)
    parts: list[Part] = []
    if inputs > 0:
        inputs = _input_parts(rates, usage, inputs, parts)
        if inputs and rates.input:
            parts.append(("input", inputs * 1000, rates.input))
    if outputs > 0:
        outputs = _output_parts(rates, usage, outputs, parts)
        if outputs and rates.output:
            parts.append(("output", outputs * 1000, rates.output))
    if rates.character and usage.characters > 0:
        parts.append(("character", usage.characters * 1000, rates.character))
    if rates.audio_second and usage.audio_ms > 0:
        parts.append(("audio_second", usage.audio_ms, rates.audio_second))
    if rates.image and usage.images > 0:
        parts.append(("image", usage.images * 1000, rates.image))
    if rates.search and usage.search_units > 0:
        parts.append(("search", usage.search_units * 1000, rates.search))
    if rates.training and usage.trained_tokens > 0:
        parts.append(("training", usage.trained_tokens * 1000, rates.training))
    if rates.request:
        parts.append(("request", 1000, rates.request))
    return parts


def _input_parts(rates: Rates, usage: Usage, rest: int, parts: list[Part]) -> int:
    """Adds the parts of the input that have a rate of their own; returns the tokens left over."""
    if usage.cached_tokens > 0:
        rest = _cached_parts(rates, usage, rest, parts)
    if usage.cache_write_tokens > 0:
        rest = _take(parts, "cache_write", usage.cache_write_tokens, rest, rates.cache_write, rates.input)
    if usage.cache_write_1h_tokens > 0:
        fallback = rates.input if rates.cache_write is None else rates.cache_write
        rest = _take(parts, "cache_write_1h", usage.cache_write_1h_tokens, rest, rates.cache_write_1h, fallback)
    if usage.input_audio_tokens > 0:
        rest = _take(parts, "input_audio", usage.input_audio_tokens, rest, rates.input_audio, rates.input)
    if usage.input_image_tokens > 0:
        rest = _take(parts, "input_image", usage.input_image_tokens, rest, rates.input_image, rates.input)
    return rest


def _cached_parts(rates: Rates, usage: Usage, rest: int, parts: list[Part]) -> int:
    fallback = rates.input if rates.cached_input is None else rates.cached_input
    audio = min(max(usage.cached_audio_tokens, 0), usage.cached_tokens)
    if audio:
        rest = _take(parts, "cached_input_audio", audio, rest, rates.cached_input_audio, fallback)
    return _take(parts, "cached_input", usage.cached_tokens - audio, rest, rates.cached_input, rates.input)


def _output_parts(rates: Rates, usage: Usage, rest: int, parts: list[Part]) -> int:
    """Adds the parts of the output that have a rate of their own; returns the tokens left over."""
    if usage.reasoning_tokens > 0:
        rest = _take(parts, "reasoning", usage.reasoning_tokens, rest, rates.reasoning, rates.output)
    if usage.output_audio_tokens > 0:
        rest = _take(parts, "output_audio", usage.output_audio_tokens, rest, rates.output_audio, rates.output)
    if usage.output_image_tokens > 0:
        rest = _take(parts, "output_image", usage.output_image_tokens, rest, rates.output_image, rates.output)
    return rest


def _take(parts: list[Part], name: str, count: int, rest: int, own: int | None, fallback: int) -> int:
    """Moves ``count`` tokens, at most ``rest``, to a line of their own; returns what is left."""
    if count > rest:
        count = rest
    rate = fallback if own is None else own
    if count and rate:
        parts.append((name, count * 1000, rate))
    return rest - count
