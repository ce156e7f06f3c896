"""What a request used, in one form for every protocol."""

from __future__ import annotations

from typing import Literal

import msgspec

UsageSource = Literal["upstream", "estimated", "none"]


class Usage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Counts of what was consumed. Totals include their parts: ``input_tokens`` includes the cached, cache-write, audio
    and image tokens listed beside it, ``output_tokens`` the reasoning and audio tokens. No token is in two parts:
    ``cache_write_1h_tokens`` (kept for an hour) are not among ``cache_write_tokens``. Only ``cached_audio_tokens`` are:
    they are those of ``cached_tokens`` that are audio.

    ``characters`` counts text to be spoken; ``audio_ms`` audio to be transcribed, in milliseconds;
    ``images`` pictures made; ``search_units`` rerank searches; ``trained_tokens`` those a fine-tuning job was trained
    on. ``source`` tells who counted.
    """

    input_tokens: int = 0
    cached_tokens: int = 0
    cached_audio_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0
    input_audio_tokens: int = 0
    input_image_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    output_audio_tokens: int = 0
    output_image_tokens: int = 0
    characters: int = 0
    audio_ms: int = 0
    images: int = 0
    search_units: int = 0
    trained_tokens: int = 0
    source: UsageSource = "upstream"


NO_USAGE = Usage(source="none")
