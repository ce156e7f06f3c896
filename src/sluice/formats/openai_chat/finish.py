"""Finish reasons: what vendors say, in the five words clients know (wires.md 31.1; clients: fastgpt.md 1.5, 1.6)."""

from __future__ import annotations

from collections.abc import Mapping

from sluice.base.outcome import Cause, Fault

KNOWN = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call"})

_VENDOR_WORDS: Mapping[str, str] = {
    "model_length": "length",
    "max_length": "length",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "length_limit": "length",
    "tool_use": "tool_calls",
    "tool_call": "tool_calls",
    "sensitive": "content_filter",
    "safety": "content_filter",
    "refusal": "content_filter",
    "moderation": "content_filter",
    "content_filtered": "content_filter",
    "recitation": "content_filter",
}
"""What means neither ``stop`` nor a failure; every other word (eos, normal, end_turn, COMPLETE, ...) is ``stop``."""

_FAILURES: Mapping[str, Cause] = {
    "error": Cause.SERVER,
    "failed": Cause.SERVER,
    "network_error": Cause.SERVER,
    "abort": Cause.SERVER,
    "timeout": Cause.TIMEOUT,
    "insufficient_system_resource": Cause.OVERLOADED,
}


def failure(reason: str | None) -> Fault | None:
    """The fault, when the word means that the generation failed."""
    cause = _FAILURES.get(reason.lower()) if reason else None
    return Fault(cause=cause, message=f"the upstream ended its answer with {reason!r}", status=200) if cause else None


def normal_finish(reason: str | None, *, called: bool) -> str | None:
    """A known word for a vendor's; None while there is none (None, "", "null").

    ``called`` is whether a tool call was seen: then ``stop`` is ``tool_calls``. An unknown word counts as ``stop``,
    as clients take unknown ones for errors.
    """
    if not reason or reason == "null":
        return None
    word = reason if reason in KNOWN else _VENDOR_WORDS.get(reason.lower(), reason.lower())
    word = word if word in KNOWN else "stop"
    return "tool_calls" if called and word == "stop" else word
