"""What the makers of models behind the Converse protocol have of their own: thinking, and a few knobs.

Sources: AWS's pages on extended thinking of Claude, https://docs.aws.amazon.com/nova/latest/nova2-userguide/
extended-thinking.html for Nova 2, and on OpenAI's open models [the last unverified].
"""

from __future__ import annotations

from typing import Any

from sluice.formats.anthropic.thinking import write_thinking
from sluice.formats.canon import Request
from sluice.formats.codec import Abilities, Told
from sluice.formats.effort import effort_of

Json = dict[str, Any]

FIELDS = "additionalModelRequestFields"
_NAME = "reasoning_effort"
_THINKING = ("enabled", "adaptive")


def write_own(request: Request, abilities: Abilities, body: Json, config: Json, told: Told) -> bool:
    """Puts the maker's own fields into the body; returns whether the model will think, and so take no sampling."""
    own: Json = {}
    thinks = False
    match abilities.own:
        case "claude":
            thinks = _claude(request, abilities, body, config, own, told)
        case "nova":
            thinks = _nova(request, config, own, told)
        case "gpt":
            _gpt(request, own)
        case _:
            _told_thinking(request, told)
    if request.top_k is not None:
        if abilities.own == "claude" and abilities.samples(request.thinking) and not thinks:
            own["top_k"] = request.top_k
        else:
            told.add("top_k")
    if own:
        body[FIELDS] = own
    return thinks


def _claude(request: Request, abilities: Abilities, body: Json, config: Json, own: Json, told: Told) -> bool:
    """As in the Messages protocol (formats/anthropic/thinking.py), whose members are the maker's fields here."""
    choice = request.tool_choice
    forced = choice is not None and choice.mode in ("any", "named")
    messages: Json = {"max_tokens": request.max_output or abilities.max_output}
    if forced:
        messages["tool_choice"] = {"type": "any"}
    write_thinking(request, abilities, messages, told)
    if request.thinking is not None and messages["max_tokens"] != (request.max_output or abilities.max_output):
        config["maxTokens"] = messages["max_tokens"]
    for name in ("thinking", "output_config"):
        if name in messages:
            own[name] = messages[name]
    thinks = own.get("thinking", {}).get("type") in _THINKING
    if thinks and not request.max_output:
        config["maxTokens"] = messages["max_tokens"]
    if request.stop:
        body["additionalModelResponseFieldPaths"] = ["/stop_sequence"]
    return thinks


def _nova(request: Request, config: Json, own: Json, told: Told) -> bool:
    """Levels low, medium and high; with high there is neither sampling nor a limit on the output."""
    effort = effort_of(request.thinking) if request.thinking is not None else "none"
    if effort == "none":
        return False
    level = {"minimal": "low", "low": "low", "medium": "medium", None: "medium"}.get(effort, "high")
    own["reasoningConfig"] = {"type": "enabled", "maxReasoningEffort": level}
    if level == "high" and config.pop("maxTokens", None) is not None:
        told.add("max_tokens")
    return level == "high"


def _gpt(request: Request, own: Json) -> None:
    effort = effort_of(request.thinking) if request.thinking is not None else None
    if effort not in (None, "none"):
        own["reasoning_effort"] = {"minimal": "low", "xhigh": "high", "max": "high"}.get(str(effort), effort)


def _told_thinking(request: Request, told: Told) -> None:
    if request.thinking is not None and effort_of(request.thinking) != "none":
        told.add(_NAME)
