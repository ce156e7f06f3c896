"""Usage and stop reasons of the Messages protocol (wires.md 2.2, 31.1, 31.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sluice.base.usage import NO_USAGE, Usage
from sluice.formats.canon import Stop
from sluice.formats.openai_chat.usage import count

Json = dict[str, Any]

STOPS: Mapping[str, Stop] = {
    "end_turn": Stop.END,
    "max_tokens": Stop.LENGTH,
    "model_context_window_exceeded": Stop.CONTEXT,
    "stop_sequence": Stop.SEQUENCE,
    "tool_use": Stop.TOOLS,
    "refusal": Stop.REFUSAL,
    "pause_turn": Stop.PAUSE,
}
STOP_WORDS: Mapping[Stop, str] = {stop: word for word, stop in STOPS.items()}


def read_stop(word: object) -> Stop:
    """The reason behind a ``stop_reason``; a word nobody knows is an ordinary end."""
    return STOPS.get(word, Stop.END) if isinstance(word, str) else Stop.END


def read_usage(given: Any) -> Usage:
    """A ``usage`` object; NO_USAGE when it is none or holds no count.

    ``input_tokens`` excludes what was read from and written to the cache; a Usage's input includes both. What was
    written for an hour is told in ``cache_creation``.
    """
    if not isinstance(given, dict):
        return NO_USAGE
    read, written = count(given.get("cache_read_input_tokens")), count(given.get("cache_creation_input_tokens"))
    fresh, output = count(given.get("input_tokens")), count(given.get("output_tokens"))
    if not (read or written or fresh or output):
        return NO_USAGE
    hourly = given.get("cache_creation")
    hour = min(count(hourly.get("ephemeral_1h_input_tokens")), written) if isinstance(hourly, dict) else 0
    details = given.get("output_tokens_details")
    thought = count(details.get("thinking_tokens")) if isinstance(details, dict) else 0
    return Usage(
        input_tokens=fresh + read + written,
        cached_tokens=read,
        cache_write_tokens=written - hour,
        cache_write_1h_tokens=hour,
        output_tokens=output,
        reasoning_tokens=min(thought, output),
    )


def write_usage(usage: Usage) -> Json:
    """The ``usage`` object of a Usage."""
    written = usage.cache_write_tokens + usage.cache_write_1h_tokens
    told: Json = {
        "input_tokens": max(usage.input_tokens - usage.cached_tokens - written, 0),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
    }
    if usage.cache_write_1h_tokens:
        told["cache_creation"] = {
            "ephemeral_5m_input_tokens": usage.cache_write_tokens,
            "ephemeral_1h_input_tokens": usage.cache_write_1h_tokens,
        }
    if usage.reasoning_tokens:
        told["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return told


def merged(first: Json, later: Json) -> Json:
    """A stream's usage: later counts replace earlier ones, as all are totals; null says nothing."""
    return {**first, **{name: value for name, value in later.items() if value is not None}}
