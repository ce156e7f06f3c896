"""What a fake model does, read from the suffixes of its name: ``gpt-4o-tool-split`` calls a tool, byte by byte."""

from __future__ import annotations

from dataclasses import dataclass, field

FLAGS = frozenset(
    {
        "ok", "tool", "ptool", "think", "thinktags", "slow", "split", "crlf", "429", "500", "503", "empty200",
        "html200", "nousage", "zerousage", "abort", "filter", "long", "hang", "stall", "errstream", "echo", "toolsplit",
        "nodone", "usageall", "length", "json", "comments", "nofinish", "call",
    }
)  # fmt: skip
"""Suffixes without a number. What each does: docs/reference/fake-provider.md."""
NUMBERED = frozenset({"delay", "fail", "chunks", "usage", "poll"})
"""Suffixes followed by numbers: ``-delay-250`` (milliseconds), ``-fail-2`` (the first n calls), ``-chunks-64``,
``-usage-10-20`` (input and output tokens to report)."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """The flags of one model name, and the numbers behind the numbered ones."""

    model: str
    flags: frozenset[str] = frozenset()
    numbers: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def __contains__(self, flag: str) -> bool:
        return flag in self.flags

    def number(self, name: str, default: int = 0, place: int = 0) -> int:
        """A number behind a suffix."""
        values = self.numbers.get(name, ())
        return values[place] if place < len(values) else default


def read_scenario(model: str) -> Scenario:
    """The scenario of a model name: its suffixes from the right, as far as they are known."""
    flags: set[str] = set()
    numbers: dict[str, tuple[int, ...]] = {}
    parts = model.split("-")[1:]
    while parts:
        digits: list[int] = []
        at = len(parts)
        while at and parts[at - 1].isascii() and parts[at - 1].isdigit() and len(parts[at - 1]) < 10:
            digits.insert(0, int(parts[at - 1]))
            at -= 1
        if digits and at and parts[at - 1] in NUMBERED:
            numbers[parts[at - 1]] = tuple(digits)
            flags.add(parts[at - 1])
            parts = parts[: at - 1]
        elif parts[-1] in FLAGS:
            flags.add(parts.pop())
        elif parts[-1] == "midstream" and len(parts) > 1 and parts[-2] == "429":
            flags.add("429-midstream")
            parts = parts[:-2]
        else:
            break
    return Scenario(model, frozenset(flags), numbers)
