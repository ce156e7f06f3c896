"""What a vendor's answers need beyond the rules that hold for all: switches set in the vendor's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sluice.base.outcome import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Hygiene:
    """``think_tags``: text between ``<think>`` tags is reasoning. ``fold_reasoning``: reasoning tokens are reported
    beside the output, not in it. ``content_parts``: a content may be a list of parts. ``codes``: the vendor's own error
    codes."""

    think_tags: bool = False
    fold_reasoning: bool = False
    content_parts: bool = False
    codes: Mapping[str, Cause] = field(default_factory=dict)


DEFAULT = Hygiene()
