"""Finish reasons: what vendors say, in the five words clients know (wires.md 31.1)."""

from __future__ import annotations

from collections.abc import Mapping

from sluice.base.outcome import Cause

KNOWN = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call"})

_VENDOR_WORDS: Mapping[str, str] = {
    "eos": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "end": "stop",
    "end_turn": "stop",
    "normal": "stop",
    "complete": "stop",
    "max_tokens": "length",
    "model_length": "length",
    "max_length": "length",
    "tool_use": "tool_calls",
    "tool_call": "tool_calls",
    "sensitive": "content_filter",
    "safety": "content_filter",
    "refusal": "content_filter",
    "moderation": "content_filter",
}

FAILURES: Mapping[str, Cause] = {
    "error": Cause.SERVER,
    "network_error": Cause.SERVER,
    "abort": Cause.SERVER,
    "insufficient_system_resource": Cause.OVERLOADED,
}
"""Words that mean the generation failed."""


def normal_finish(reason: str | None, *, called: bool) -> str | None:
    """A known word for a vendor's; None while there is none ("", "null"). ``called`` is whether a tool call was seen: then
    ``stop`` is ``tool_calls``. Unknown words count as ``stop``: clients treat unknown ones as errors."""
    if reason is None or reason in ("", "null"):
        return None
    word = reason if reason in KNOWN else _VENDOR_WORDS.get(reason.lower(), "stop")
    return "tool_calls" if called and word == "stop" else word
