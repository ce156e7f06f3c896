"""The ``usage`` member of OpenAI-shaped answers, in its vendors' variants, as a Usage. Odd numbers never raise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sluice.base.usage import NO_USAGE, Usage
from sluice.formats.members import DECODE_ERRORS, Members, encode

MOST = 100_000_000
"""Counts above this are nonsense and taken for 0: no model reads or writes a tenth of it in one request, and money is
charged for what is believed."""


def count(value: Any) -> int:
    """A count an upstream sent: whole, not negative, not absurd; else 0. Strings of digits are accepted (Hunyuan)."""
    if value is None:
        return 0
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:20])
    if isinstance(value, float) and value == value and abs(value) < MOST:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST else 0


def _details(usage: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        found = usage.get(name)
        if isinstance(found, dict):
            return found
    return {}


def read_usage(usage: Any, *, fold_reasoning: bool = False) -> Usage:
    """The usage of an answer, decoded or as JSON; NO_USAGE when it is not an object or holds no count.

    Input totals include cached and cache-write tokens, output totals reasoning (OpenAI SDK docs). Understood besides:
    ``input_tokens``/``output_tokens``, ``total_tokens`` alone, ``prompt_cache_hit_tokens``, a top-level
    ``cached_tokens``. ``fold_reasoning`` adds reasoning tokens to the output when the total says they are not in it.
    """
    if isinstance(usage, bytes):
        usage = _decoded(usage)
    if not isinstance(usage, dict):
        return NO_USAGE
    first = usage.get("prompt_tokens")
    prompt = count(usage.get("input_tokens") if first is None else first)
    second = usage.get("completion_tokens")
    output = count(usage.get("output_tokens") if second is None else second)
    total = count(usage.get("total_tokens"))
    if not prompt and total > output:
        prompt = total - output
    inner = _details(usage, "prompt_tokens_details", "input_tokens_details", "input_token_details")
    outer = _details(usage, "completion_tokens_details", "output_tokens_details", "output_token_details")
    reasoning = count(outer.get("reasoning_tokens"))
    if fold_reasoning and reasoning and total == prompt + output + reasoning:
        output += reasoning
    if not (prompt or output):
        return NO_USAGE
    cached = inner.get("cached_tokens") or usage.get("prompt_cache_hit_tokens") or usage.get("cached_tokens")
    return Usage(
        input_tokens=prompt,
        output_tokens=output,
        cached_tokens=min(count(cached), prompt),
        cache_write_tokens=min(count(inner.get("cache_write_tokens")), prompt),
        input_audio_tokens=min(count(inner.get("audio_tokens")), prompt),
        input_image_tokens=min(count(inner.get("image_tokens")), prompt),
        reasoning_tokens=min(reasoning, output),
        output_audio_tokens=min(count(outer.get("audio_tokens")), output),
        output_image_tokens=min(count(outer.get("image_tokens")), output),
    )


def _decoded(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except DECODE_ERRORS:
        return None


class _Details(msgspec.Struct):
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    audio_tokens: int = 0
    image_tokens: int = 0
    reasoning_tokens: int = 0


class _Plain(msgspec.Struct):
    """A usage in OpenAI's own words; what other vendors say otherwise is named here only to be seen."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None
    prompt_cache_hit_tokens: Any = None
    cached_tokens: Any = None
    input_tokens_details: Any = None
    output_tokens_details: Any = None
    input_token_details: Any = None
    output_token_details: Any = None


_plain = msgspec.json.Decoder(_Plain)
_NONE = _Details()


def plain_usage(raw: bytes) -> Usage | None:
    """The usage when its JSON is as OpenAI writes it, fit for a client as it is; None when it needs a closer look.

    Agrees with ``read_usage`` and ``client_usage``, in a third of the time.
    """
    try:
        told = _plain.decode(raw)
    except DECODE_ERRORS:
        return None
    prompt, output = told.prompt_tokens, told.completion_tokens
    if not (0 < prompt <= MOST and 0 <= output <= MOST and prompt + output == told.total_tokens):
        return None
    if not (told.prompt_cache_hit_tokens is told.cached_tokens is told.input_tokens_details is None):
        return None
    if not (told.output_tokens_details is told.input_token_details is told.output_token_details is None):
        return None
    inner, outer = told.prompt_tokens_details or _NONE, told.completion_tokens_details or _NONE
    if inner is _NONE and outer is _NONE:
        return Usage(input_tokens=prompt, output_tokens=output)
    parts = (inner.cached_tokens, inner.cache_write_tokens, inner.audio_tokens, inner.image_tokens)
    made = (outer.reasoning_tokens, outer.audio_tokens, outer.image_tokens)
    if min(parts) < 0 or min(made) < 0 or max(parts) > prompt or max(made) > output:
        return None
    return Usage(
        input_tokens=prompt,
        output_tokens=output,
        cached_tokens=inner.cached_tokens,
        cache_write_tokens=inner.cache_write_tokens,
        input_audio_tokens=inner.audio_tokens,
        input_image_tokens=inner.image_tokens,
        reasoning_tokens=outer.reasoning_tokens,
        output_audio_tokens=outer.audio_tokens,
        output_image_tokens=outer.image_tokens,
    )


def decoded_usage(usage: Any) -> Usage:
    """As ``read_usage``, for what is decoded already and is mostly as OpenAI writes it."""
    return (plain_usage(encode(usage)) if usage else None) or read_usage(usage)


def client_usage(raw: bytes, usage: Usage) -> bytes:
    """The ``usage`` object a client is told: the upstream's own, its totals made to agree with what is metered."""
    members = Members(raw)
    told = {"prompt_tokens": usage.input_tokens, "completion_tokens": usage.output_tokens}
    for name, value in told.items():
        members.put(name, value)
    total = members.whole("total_tokens")
    if total is None or total < usage.input_tokens + usage.output_tokens:
        members.put("total_tokens", usage.input_tokens + usage.output_tokens)
    return members.encode() if members.changed else raw
