"""How much a model is to think: efforts and budgets of thought, one table for both ways (wires.md 31.4)."""

from __future__ import annotations

from collections.abc import Mapping

from sluice.formats.canon import Effort, Thinking

BUDGETS: Mapping[Effort, int] = {
    "minimal": 1024,
    "low": 2048,
    "medium": 8192,
    "high": 16_384,
    "xhigh": 32_768,
    "max": 32_768,
}
"""Tokens of thought for an effort, where a model wants a number."""


def effort_of(thinking: Thinking) -> Effort | None:
    """The effort a budget stands for, or the one that is told."""
    if not thinking.enabled:
        return "none"
    if thinking.effort is not None or thinking.budget is None:
        return thinking.effort
    ranked: tuple[Effort, ...] = ("low", "medium", "high")
    return next((effort for effort in ranked if thinking.budget <= BUDGETS[effort]), "high")
