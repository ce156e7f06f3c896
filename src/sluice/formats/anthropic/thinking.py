"""How much a model is to think, in the Messages protocol's two ways: a budget or an effort (wires.md 31.4)."""

from __future__ import annotations

from typing import Any

from sluice.formats.canon import Reasoning, Request, Thinking, ToolCall, ToolResult, Turn
from sluice.formats.codec import Abilities, Told
from sluice.formats.effort import TABLE, effort_of

Json = dict[str, Any]

LEAST_BUDGET = 1024
"""The least a budget may be; it must also be less than ``max_tokens``."""

_NAME = "reasoning_effort"


def write_thinking(request: Request, abilities: Abilities, body: Json, told: Told) -> None:
    """Puts ``thinking`` and the effort into the body; reports where the model cannot think as asked."""
    wanted = request.thinking
    if wanted is None:
        return
    if not wanted.enabled or wanted.effort == "none":
        if abilities.reasons:
            body["thinking"] = {"type": "disabled"}
        return
    if not abilities.reasons:
        told.add(_NAME)
        return
    if abilities.adaptive:
        _adaptive(wanted, body)
        return
    budget = wanted.budget or TABLE[wanted.effort or "medium"].budget
    if request.max_output is None:
        body["max_tokens"] = max(body["max_tokens"], budget + LEAST_BUDGET)
    budget = min(budget, body["max_tokens"] - 1)
    forced = body.get("tool_choice", {}).get("type") in ("any", "tool")
    if budget < LEAST_BUDGET or forced or not may_think(request.turns):
        told.add(_NAME)
        return
    body["thinking"] = {"type": "enabled", "budget_tokens": budget}


def _adaptive(wanted: Thinking, body: Json) -> None:
    # Without a display the text of the thoughts comes back empty.
    body["thinking"] = {"type": "adaptive", "display": "summarized"}
    effort = effort_of(wanted)
    if effort is not None:
        body["output_config"] = {"effort": TABLE[effort].adaptive}


def may_think(turns: tuple[Turn, ...]) -> bool:
    """With a budget, the calls of an unfinished tool loop must come back with the thoughts that led to them: a client
    that has lost them cannot go on thinking in that loop."""
    for turn in reversed(turns):
        if turn.role == "user" and not any(isinstance(part, ToolResult) for part in turn.parts):
            return True
        if turn.role == "assistant" and any(isinstance(part, ToolCall) for part in turn.parts):
            return any(isinstance(part, Reasoning) and (part.signature or part.sealed) for part in turn.parts)
    return True
