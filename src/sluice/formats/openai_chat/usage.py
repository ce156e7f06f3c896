"""The ``usage`` member of OpenAI-shaped answers, in its vendors' variants, as a Usage. Odd numbers never raise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sluice.base.usage import NO_USAGE, Usage
from sluice.formats.members import DECODE_ERRORS, Members

MOST = 2**53
"""Counts above this are nonsense and taken for 0."""


def count(value: Any) -> int:
    """A count an upstream sent: whole, not negative, not absurd; else 0. Strings of digits are accepted (Hunyuan)."""
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
