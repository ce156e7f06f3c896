"""What a model can do, by the family its name belongs to: what translations between protocols must know of it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import Literal

import msgspec

from sluice.catalog.data_files import read_toml
from sluice.catalog.models import model_facts
from sluice.formats.codec import Abilities, Sampling

Reasoning = Literal["none", "budget", "effort", "adaptive"]
Replay = Literal["proofs", "calls", "never"]
DEFAULT_OUTPUT = 8192
"""The limit on the output where a protocol must name one and nobody knows the model's."""


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of abilities.toml: see there for the words. ``context`` and ``max_output`` are tokens."""

    match: tuple[str, ...]
    source: str
    as_of: str
    context: int | None = None
    max_output: int | None = None
    input: tuple[str, ...] = ("text",)
    reasoning: Reasoning = "effort"
    sampling: Sampling = "always"
    thinks: bool = True
    stops: bool = True
    prefill: bool = True
    structured: bool = True
    seals: bool = False
    signed: bool = False
    replay: Replay = "calls"


@cache
def families() -> tuple[Family, ...]:
    """All rows, in order."""
    return tuple(msgspec.convert(row, Family) for row in read_toml("abilities.toml")["families"])


@lru_cache(maxsize=4096)
def family_of(model: str) -> Family | None:
    """The family of a model by the name an upstream knows it under; None for one nobody knows."""
    bare = model.lower().rpartition("/")[2]
    return next((one for one in families() if any(fnmatchcase(bare, glob) for glob in one.match)), None)


@lru_cache(maxsize=4096)
def model_abilities(model: str) -> Abilities:
    """What a model can do; of one nobody knows, whatever its protocol allows."""
    family = family_of(model)
    most = (family.max_output if family else None) or model_facts(model).max_output
    limit = most or DEFAULT_OUTPUT
    if family is None:
        return Abilities(max_output=limit, most_output=most)
    return Abilities(
        max_output=limit,
        most_output=most,
        sampling=family.sampling,
        thinks=family.thinks,
        reasons=family.reasoning != "none",
        adaptive=family.reasoning == "adaptive",
        signed=family.signed,
        seals=family.seals,
        stops=family.stops,
        prefill=family.prefill,
        structured=family.structured,
        replays=family.replay == "calls",
    )
