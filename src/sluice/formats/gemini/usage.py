"""Usage and stop reasons of the generateContent protocol (wires.md 3.2, 31.1, 31.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sluice.base.usage import NO_USAGE, Usage
from sluice.formats.canon import Stop
from sluice.formats.openai_chat.usage import count

Json = dict[str, Any]

STOPS: Mapping[str, Stop] = {
    "STOP": Stop.END,
    "MAX_TOKENS": Stop.LENGTH,
    "SAFETY": Stop.REFUSAL,
    "RECITATION": Stop.REFUSAL,
    "BLOCKLIST": Stop.REFUSAL,
    "PROHIBITED_CONTENT": Stop.REFUSAL,
    "SPII": Stop.REFUSAL,
    "IMAGE_SAFETY": Stop.REFUSAL,
    "IMAGE_PROHIBITED_CONTENT": Stop.REFUSAL,
    "IMAGE_RECITATION": Stop.REFUSAL,
    "MODEL_ARMOR": Stop.REFUSAL,
}
STOP_WORDS: Mapping[Stop, str] = {
    Stop.END: "STOP",
    Stop.SEQUENCE: "STOP",
    Stop.TOOLS: "STOP",
    Stop.PAUSE: "STOP",
    Stop.LENGTH: "MAX_TOKENS",
    Stop.CONTEXT: "MAX_TOKENS",
    Stop.REFUSAL: "SAFETY",
}
MALFORMED = "MALFORMED_FUNCTION_CALL"
FAILURES = frozenset(
    {
        MALFORMED, "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE",
        "MALFORMED_RESPONSE",
    }
)  # fmt: skip
"""Ends that are no answer: in another protocol they would look like an ordinary stop with nothing said."""


def read_stop(word: object, *, called: bool) -> Stop:
    """The reason behind a ``finishReason``. There is none for calls: they end with STOP, which may come in a later
    piece than they. A word nobody knows is an ordinary end."""
    stop = STOPS.get(word, Stop.END) if isinstance(word, str) else Stop.END
    return Stop.TOOLS if called and stop is Stop.END else stop


def read_usage(given: Any) -> Usage:
    """A ``usageMetadata``; NO_USAGE when it is none or holds no count.

    ``promptTokenCount`` includes what was cached, but not what tools brought; ``candidatesTokenCount`` excludes what
    was thought.
    """
    if not isinstance(given, dict):
        return NO_USAGE
    prompt = count(given.get("promptTokenCount")) + count(given.get("toolUsePromptTokenCount"))
    thought = count(given.get("thoughtsTokenCount"))
    output = count(given.get("candidatesTokenCount")) + thought
    if not (prompt or output):
        return NO_USAGE
    heard, made = given.get("promptTokensDetails"), given.get("candidatesTokensDetails")
    return Usage(
        input_tokens=prompt,
        cached_tokens=min(count(given.get("cachedContentTokenCount")), prompt),
        input_audio_tokens=min(_of_kind(heard, "AUDIO"), prompt),
        input_image_tokens=min(_of_kind(heard, "IMAGE"), prompt),
        output_tokens=output,
        reasoning_tokens=thought,
        output_audio_tokens=min(_of_kind(made, "AUDIO"), output - thought),
        output_image_tokens=min(_of_kind(made, "IMAGE"), output - thought),
    )


def _of_kind(details: Any, modality: str) -> int:
    told = [one for one in details if isinstance(one, dict)] if isinstance(details, list) else []
    return sum(count(one.get("tokenCount")) for one in told if one.get("modality") == modality)


def write_usage(usage: Usage) -> Json:
    """The ``usageMetadata`` of a Usage."""
    told: Json = {
        "promptTokenCount": usage.input_tokens,
        "candidatesTokenCount": max(usage.output_tokens - usage.reasoning_tokens, 0),
        "totalTokenCount": usage.input_tokens + usage.output_tokens,
    }
    if usage.cached_tokens:
        told["cachedContentTokenCount"] = usage.cached_tokens
    if usage.reasoning_tokens:
        told["thoughtsTokenCount"] = usage.reasoning_tokens
    return told
