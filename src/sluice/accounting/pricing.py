"""Price x usage = exact integers, rounded once."""

from __future__ import annotations

import msgspec


class Tier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rates for the whole request once its input passes ``above_input_tokens``. None keeps the base rate."""

    above_input_tokens: int
    input: int | None = None
    output: int | None = None
    cached_input: int | None = None
    cache_write: int | None = None


class Rates(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Nano-dollars per **million** units: tokens, characters, seconds of audio, images, searches, requests.

    A rate that is None falls back: cached_input, cache_write, input_audio, input_image -> input;
    cache_write_1h -> cache_write; reasoning, output_audio, output_image -> output; others -> 0.
    """

    input: int = 0
    output: int = 0
    cached_input: int | None = None
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
    tiers: tuple[Tier, ...] = ()


class PriceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stored price: ``id`` is its row in the prices table."""

    id: int
    model: str
    rates: Rates
