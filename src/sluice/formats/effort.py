"""How much a model is to think: efforts and budgets of thought, one table for both ways (wires.md 31.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sluice.formats.canon import Effort, Thinking


class Row(NamedTuple):
    """An effort in every way it is asked for: tokens of thought, the word of models that decide by themselves in the
    Messages protocol, and in the generateContent protocol."""

    budget: int
    adaptive: str
    level: str


TABLE: Mapping[Effort, Row] = {
    "minimal": Row(1024, "low", "MINIMAL"),
    "low": Row(2048, "low", "LOW"),
    "medium": Row(8192, "medium", "MEDIUM"),
    "high": Row(16_384, "high", "HIGH"),
    "xhigh": Row(32_768, "xhigh", "XHIGH"),
    "max": Row(32_768, "max", "XHIGH"),
}
LEAST_LEVEL = "LOW"
"""What is left of no thinking, where it cannot be switched off."""


def effort_of(thinking: Thinking) -> Effort | None:
    """The effort a budget stands for, or the one that is told."""
    if not thinking.enabled:
        return "none"
    if thinking.effort is not None or thinking.budget is None:
        return thinking.effort
    ranked: tuple[Effort, ...] = ("low", "medium", "high")
    return next((effort for effort in ranked if thinking.budget <= TABLE[effort].budget), "high")
