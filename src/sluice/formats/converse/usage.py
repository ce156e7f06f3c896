"""Usage and stop reasons of the Converse protocol (wires.md 6.1, 31.1, 31.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sluice.base.usage import NO_USAGE, Usage
from sluice.formats.canon import Stop
from sluice.formats.openai_chat.usage import count

_STOPS: Mapping[str, Stop] = {
    "end_turn": Stop.END,
    "tool_use": Stop.TOOLS,
    "max_tokens": Stop.LENGTH,
    "stop_sequence": Stop.SEQUENCE,
    "guardrail_intervened": Stop.REFUSAL,
    "content_filtered": Stop.REFUSAL,
    "model_context_window_exceeded": Stop.CONTEXT,
}
_MALFORMED = frozenset({"malformed_model_output", "malformed_tool_use"})


def is_malformed(word: object) -> bool:
    """Whether a ``stopReason`` makes an answer none: what the model wrote could not be read."""
    return isinstance(word, str) and word in _MALFORMED


def read_stop(word: object) -> Stop:
    """The reason behind a ``stopReason``; a word nobody knows is an ordinary end."""
    return _STOPS.get(word, Stop.END) if isinstance(word, str) else Stop.END


def read_usage(given: Any) -> Usage:
    """A ``usage`` object; NO_USAGE when it is none or holds no count.

    ``inputTokens`` excludes what was read from and written to the cache; a Usage's input includes both. What was
    written for an hour is told in ``cacheDetails``.
    """
    if not isinstance(given, dict):
        return NO_USAGE
    read, written = count(given.get("cacheReadInputTokens")), count(given.get("cacheWriteInputTokens"))
    fresh, output = count(given.get("inputTokens")), count(given.get("outputTokens"))
    if not (read or written or fresh or output):
        return NO_USAGE
    hour = min(_hourly(given.get("cacheDetails")), written)
    return Usage(
        input_tokens=fresh + read + written,
        cached_tokens=read,
        cache_write_tokens=written - hour,
        cache_write_1h_tokens=hour,
        output_tokens=output,
    )


def _hourly(details: Any) -> int:
    rows = details if isinstance(details, list) else []
    return sum(count(row.get("inputTokens")) for row in rows if isinstance(row, dict) and row.get("ttl") == "1h")
