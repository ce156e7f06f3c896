"""What things cost: rates as exact integers, and the form people write them in (USD as decimal text)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

MILLION = 1_000_000

MAX_RATE = 10**18
"""The highest rate taken, in nano-dollars per million units: a billion dollars per million tokens."""


class Tier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rates for the whole request once its input passes ``above_input_tokens``. None keeps the base rate."""

    above_input_tokens: int
    input: int | None = None
    output: int | None = None
    cached_input: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    reasoning: int | None = None


class Rates(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, cache_hash=True):
    """Nano-dollars per **million** units: tokens, characters, seconds of audio, images, searches, requests.

    A rate that is None falls back: cached_input, cache_write, input_audio, input_image -> input;
    cached_input_audio -> cached_input; cache_write_1h -> cache_write; reasoning, output_audio, output_image -> output;
    batch_input, batch_output, batch_cached_input -> the rate they are named after; others -> 0.

    The ``batch`` ones are those of requests sent by a batch, ``training`` that of a fine-tuning job's trained tokens.
    """

    input: int = 0
    output: int = 0
    cached_input: int | None = None
    cached_input_audio: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    input_audio: int | None = None
    input_image: int | None = None
    reasoning: int | None = None
    output_audio: int | None = None
    output_image: int | None = None
    character: int | None = None
    audio_second: int | None = None
    image: int | None = None
    search: int | None = None
    request: int | None = None
    batch_input: int | None = None
    batch_output: int | None = None
    batch_cached_input: int | None = None
    training: int | None = None
    tiers: tuple[Tier, ...] = ()


UNITS: Mapping[str, tuple[str, int]] = {
    "input": ("tokens", MILLION),
    "output": ("tokens", MILLION),
    "cached_input": ("tokens", MILLION),
    "cached_input_audio": ("tokens", MILLION),
    "cache_write": ("tokens", MILLION),
    "cache_write_1h": ("tokens", MILLION),
    "input_audio": ("tokens", MILLION),
    "input_image": ("tokens", MILLION),
    "reasoning": ("tokens", MILLION),
    "output_audio": ("tokens", MILLION),
    "output_image": ("tokens", MILLION),
    "character": ("characters", MILLION),
    "audio_second": ("seconds", 1),
    "image": ("images", 1),
    "search": ("searches", 1),
    "request": ("requests", 1),
    "batch_input": ("tokens", MILLION),
    "batch_output": ("tokens", MILLION),
    "batch_cached_input": ("tokens", MILLION),
    "training": ("tokens", MILLION),
}
"""How people write each rate: what it counts, and for how many the dollars are (a million tokens, one image)."""

TIER_FIELDS = ("input", "output", "cached_input", "cache_write", "cache_write_1h", "reasoning")


class RateError(ValueError):
    """A price that cannot be read. ``field`` names the member: ``cached_input``, ``tiers[0].input``."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


def rates_from_usd(prices: Mapping[str, Any]) -> Rates:
    """Rates from dollars as the config file has them: per million tokens or characters, per one image, second of audio,
    search or request (``UNITS``). Amounts are str, int or Decimal; ``tiers`` is a list of mappings with
    ``above_input_tokens``.

    Raises RateError naming the field: unknown, negative, a float, too large, or finer than can be kept.
    """
    if not isinstance(prices, Mapping):
        raise RateError("", "a price must be a table of rates")
    values: dict[str, Any] = {}
    for name, amount in prices.items():
        if name == "tiers":
            values["tiers"] = _tiers(amount)
        elif name in UNITS:
            values[name] = _rate(name, UNITS[name][1], amount)
        else:
            raise RateError(str(name), f"unknown; the rates are {', '.join(UNITS)}, tiers")
    return Rates(**values)


def rates_to_usd(rates: Rates) -> dict[str, Any]:
    """The config-file form of rates, amounts as exact decimal text; ``rates_from_usd`` reads the same rates back."""
    prices: dict[str, Any] = {}
    for name, (_, per) in UNITS.items():
        value = getattr(rates, name)
        if value or (value is not None and name not in ("input", "output")):
            prices[name] = usd_text(value, per)
    if not prices:
        prices = {"input": "0", "output": "0"}
    if rates.tiers:
        prices["tiers"] = [_tier_to_usd(tier) for tier in rates.tiers]
    return prices


def _tier_to_usd(tier: Tier) -> dict[str, Any]:
    prices: dict[str, Any] = {"above_input_tokens": tier.above_input_tokens}
    for name in TIER_FIELDS:
        value = getattr(tier, name)
        if value is not None:
            prices[name] = usd_text(value, MILLION)
    return prices


def _tiers(items: Any) -> tuple[Tier, ...]:
    if not isinstance(items, list | tuple):
        raise RateError("tiers", "must be a list of tables")
    tiers = [_tier(f"tiers[{index}]", item) for index, item in enumerate(items)]
    bounds = {tier.above_input_tokens for tier in tiers}
    if len(bounds) < len(tiers):
        raise RateError("tiers", "two tiers begin at the same above_input_tokens")
    return tuple(sorted(tiers, key=lambda tier: tier.above_input_tokens))


def _tier(place: str, item: Any) -> Tier:
    if not isinstance(item, Mapping):
        raise RateError(place, "must be a table of rates")
    above = item.get("above_input_tokens")
    if type(above) is not int or not 0 <= above < 2**53:
        raise RateError(f"{place}.above_input_tokens", "must be a whole number of tokens")
    values = {}
    for name, amount in item.items():
        if name in TIER_FIELDS:
            values[name] = _rate(f"{place}.{name}", MILLION, amount)
        elif name != "above_input_tokens":
            raise RateError(f"{place}.{name}", f"unknown; a tier has {', '.join(TIER_FIELDS)}")
    return Tier(above_input_tokens=above, **values)


def _rate(field: str, per: int, amount: Any) -> int:
    """Nano-dollars per million units of ``amount`` dollars per ``per`` units."""
    if isinstance(amount, bool) or not isinstance(amount, str | int | Decimal):
        raise RateError(field, "must be an amount of dollars as text or a decimal number")
    if isinstance(amount, str) and len(amount) > 40:
        raise RateError(field, "not an amount of dollars")
    try:
        value = Decimal(amount)
    except InvalidOperation:
        raise RateError(field, f"not an amount of dollars: {amount!r}") from None
    if not value.is_finite() or value < 0:
        raise RateError(field, "must not be negative or infinite")
    decimals = _decimals(per)
    highest = MAX_RATE // 10**decimals
    if value > highest:
        raise RateError(field, f"is more than {highest} dollars")
    # A tiny exponent is refused before it becomes a huge denominator.
    numerator, denominator = value.as_integer_ratio() if not value or value.adjusted() >= -decimals else (1, 10**16)
    rate, finer = divmod(int(numerator * 10**decimals), denominator)
    if finer:
        raise RateError(field, f"may have at most {decimals} decimals")
    return rate


def _decimals(per: int) -> int:
    """Decimals a rate written in dollars per ``per`` units can have."""
    return 9 if per == MILLION else 15


def usd_text(rate: int, per: int) -> str:
    """A rate as people write it: dollars per ``per`` units, plain decimal text without trailing zeros."""
    return decimal_text(rate, _decimals(per))


def decimal_text(value: int, decimals: int) -> str:
    """``value`` / 10**``decimals`` as exact decimal text without trailing zeros."""
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), 10**decimals)
    return f"{sign}{whole}.{rest:0{decimals}d}".rstrip("0").rstrip(".")
