"""Usage and finish reasons of Cohere's chat protocol (wires.md 17, 31.1, 31.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sluice.base.outcome import Cause, Fault
from sluice.base.usage import NO_USAGE, Usage
from sluice.formats.canon import Stop
from sluice.formats.openai_chat.usage import count

_STOPS: Mapping[str, Stop] = {
    "COMPLETE": Stop.END,
    "STOP_SEQUENCE": Stop.SEQUENCE,
    "MAX_TOKENS": Stop.LENGTH,
    "TOOL_CALL": Stop.TOOLS,
}
_FAILED: Mapping[str, Cause] = {"ERROR": Cause.SERVER, "TIMEOUT": Cause.TIMEOUT}


def read_stop(word: object) -> Stop:
    """The reason behind a ``finish_reason``; a word nobody knows is an ordinary end."""
    return _STOPS.get(word, Stop.END) if isinstance(word, str) else Stop.END


def failure(word: object, message: str = "") -> Fault | None:
    """The fault that some reasons are: what was said until then is no answer."""
    cause = _FAILED.get(word) if isinstance(word, str) else None
    if cause is None:
        return None
    return Fault(cause=cause, message=message or f"the model stopped: {word}", status=200, code=str(word))


def read_usage(given: Any) -> Usage:
    """A ``usage`` object; NO_USAGE when it is none or holds no count.

    What is billed counts: ``tokens`` holds the provider's own words around the prompt too, which nobody pays for.
    """
    if not isinstance(given, dict):
        return NO_USAGE
    for name in ("billed_units", "tokens"):
        held = given.get(name)
        if isinstance(held, dict):
            read, wrote = count(held.get("input_tokens")), count(held.get("output_tokens"))
            if read or wrote:
                cached = min(count(given.get("cached_tokens")), read)
                return Usage(input_tokens=read, cached_tokens=cached, output_tokens=wrote)
    return NO_USAGE
