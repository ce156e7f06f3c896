"""What a model is and how much it takes, by its exact name or else by a pattern."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache, lru_cache

import msgspec

from sluice.catalog.data_files import read_bytes, read_toml


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Facts about a model. ``context`` and ``max_output`` are tokens, None when not known.

    ``kind`` is chat, completions, responses, embeddings, rerank, images, speech, transcriptions, moderations or
    realtime.
    """

    kind: str = "chat"
    context: int | None = None
    max_output: int | None = None


class _Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of patterns.toml: the first whose ``match`` fits the lower-case name gives the facts."""

    match: tuple[str, ...]
    kind: str = "chat"
    context: int | None = None
    max_output: int | None = None


@lru_cache(maxsize=4096)
def model_facts(name: str) -> Facts:
    """The facts of a model: by its exact name, in lower case, without its owner's prefix (``owner/model``), by pattern.

    A name nobody knows is a chat model of unknown size.
    """
    known = known_models()
    lower = name.lower()
    bare = lower.rpartition("/")[2]
    facts = known.get(name) or known.get(lower) or known.get(bare)
    if facts is not None:
        return facts
    for pattern in _patterns():
        if any(fnmatchcase(bare, match) for match in pattern.match):
            return Facts(kind=pattern.kind, context=pattern.context, max_output=pattern.max_output)
    return Facts()


def load_facts() -> None:
    """Reads the packaged facts, which are else read when the first is asked for."""
    known_models()
    _patterns()


@cache
def known_models() -> Mapping[str, Facts]:
    """The packaged facts by exact model name. Read once."""
    return msgspec.json.decode(read_bytes("models.json"), type=dict[str, Facts])


@cache
def _patterns() -> tuple[_Pattern, ...]:
    return tuple(msgspec.convert(row, _Pattern) for row in read_toml("patterns.toml")["patterns"])
