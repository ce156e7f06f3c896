"""What proves a model's thought to its maker, on its way through clients of other protocols (wires.md 32.3).

A proof (a signature, a sealed thought) is worth something only to who made it, and is refused by everybody else. So
where an answer is told in another protocol its proofs bear their maker's mark, and of what a client sends back only
those of the maker that is asked go on. In a protocol's own lane proofs travel unmarked, as they came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from sluice.formats.canon import Event, Part, PartBegan, PartGrew, Reasoning, Turn

MARK = "sluice."
"""Begins every proof that is told in another protocol than its maker's."""
UNPROVEN = MARK + "none"
"""What is told where a protocol wants a proof and there is none."""


@lru_cache(maxsize=4096)
def maker_id(*names: str) -> str:
    """Who can read a proof, in ten characters: the names say which account, where, which model."""
    return hashlib.sha256("\n".join(names).encode("utf-8", "surrogatepass")).hexdigest()[:10]


def is_proof(part: Part) -> bool:
    """Whether a part proves a thought to somebody."""
    return isinstance(part, Reasoning) and bool((part.signature and part.signature != UNPROVEN) or part.sealed)


def is_of(part: Reasoning, maker: str) -> bool:
    """Whether a part bears the maker's mark."""
    return (part.signature or part.sealed).startswith(f"{MARK}{maker}.")


def marked(part: Part, maker: str) -> Part:
    """A part of an answer, its proofs with their maker's mark."""
    if not isinstance(part, Reasoning) or not (part.signature or part.sealed):
        return part
    signature, sealed = (f"{MARK}{maker}.{proof}" if proof else "" for proof in (part.signature, part.sealed))
    return Reasoning(text=part.text, signature=signature, sealed=sealed, extras=part.extras)


class Marker:
    """Marks the proofs of one stream."""

    def __init__(self, maker: str) -> None:
        self._maker = maker
        self._begun: set[int] = set()

    def mark(self, event: Event) -> Event:
        """The event, its proof with the mark; of a signature that comes in pieces, the first has it."""
        if isinstance(event, PartGrew) and not event.signature:
            return event
        match event:
            case PartBegan(part=Reasoning(signature=signature, sealed=sealed)) if signature or sealed:
                if signature:
                    self._begun.add(event.index)
                return PartBegan(index=event.index, part=marked(event.part, self._maker))
            case PartGrew(signature=signature) if signature and event.index not in self._begun:
                self._begun.add(event.index)
                told = f"{MARK}{self._maker}.{signature}"
                return PartGrew(index=event.index, text=event.text, signature=told, citation=event.citation)
            case _:
                return event


def cleared(turns: tuple[Turn, ...], maker: str, *, trusted: bool) -> tuple[tuple[Turn, ...], bool]:
    """Turns for a maker: its proofs without their mark, no others; and whether others were left out. ``trusted``: what
    bears no mark is its own too."""
    if not _think(turns):
        return turns, False
    told: list[Turn] = []
    lost = False
    for turn in turns:
        if turn.role != "assistant" or not thinks(turn.parts):
            told.append(turn)
            continue
        parts: list[Part] = []
        for part in turn.parts:
            kept = _cleared(part, maker, trusted) if isinstance(part, Reasoning) else part
            lost |= kept is not part and is_proof(part) and not (kept is not None and is_proof(kept))
            if kept is not None:
                parts.append(kept)
        told.append(_with_parts(turn, parts))
    return tuple(told), lost


def _think(turns: tuple[Turn, ...]) -> bool:
    # Not by ``any``: a conversation has many turns, and most of one part.
    for turn in turns:
        if turn.role == "assistant":
            for part in turn.parts:
                if type(part) is Reasoning:
                    return True
    return False


def thinks(parts: Iterable[Part]) -> bool:
    """Whether there is a thought among the parts."""
    for part in parts:  # noqa: SIM110
        if type(part) is Reasoning:
            return True
    return False


def _cleared(part: Reasoning, maker: str, trusted: bool) -> Reasoning | None:
    """A thought with the maker's proofs only; None when nothing is left of it."""
    signature, sealed = (_own(proof, maker, trusted) for proof in (part.signature, part.sealed))
    if (signature, sealed) == (part.signature, part.sealed):
        return part
    if not (part.text or signature or sealed):
        return None
    return Reasoning(text=part.text, signature=signature, sealed=sealed)


def _own(proof: str, maker: str, trusted: bool) -> str:
    if not proof.startswith(MARK):
        return proof if trusted else ""
    head = f"{MARK}{maker}."
    return proof.removeprefix(head) if proof.startswith(head) else ""


def _with_parts(turn: Turn, parts: list[Part]) -> Turn:
    return Turn(role=turn.role, parts=tuple(parts), plain=turn.plain, place=turn.place, extras=turn.extras)
