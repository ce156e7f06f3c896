"""Proofs of thought kept for clients that drop them: a tool loop goes on with the thought that began it.

Clients of protocols without a place for proofs send back the call and its result alone. What proved the thought before
the call is kept here by the call, for the token it was told to, and found again when the call comes back. Kept in a
worker's memory, bounded in number, bytes and age: what is not found is as if the client's provider had never signed.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from sluice.formats.canon import Event, Part, PartBegan, PartGrew, Reasoning, Text, ToolCall, Turn
from sluice.formats.members import DECODE_ERRORS
from sluice.formats.proofs import is_of, is_proof

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder(order="deterministic").encode

Key = tuple[int, str]
_OVERHEAD = 300
"""Bytes a kept thing takes besides its texts."""


class Kept(NamedTuple):
    """What came before a call. ``first``: before any words too. ``about`` is the call, ``until_ms`` when it is old."""

    about: bytes
    thoughts: tuple[Reasoning, ...]
    first: bool
    size: int
    until_ms: int


class Keepsakes:
    """One store for a worker. ``most_each`` bounds what one owner (a token's id) may have kept, so that nobody pushes
    out what is everybody's; ``most`` and ``most_bytes`` all of it; times are epoch milliseconds."""

    def __init__(
        self,
        *,
        most: int = 20_000,
        most_each: int = 1000,
        most_bytes: int = 32 * 1024 * 1024,
        most_bytes_of_one: int = 256 * 1024,
        lifetime_ms: int = 6 * 3_600_000,
    ) -> None:
        self._most = most
        self._most_each = most_each
        self._most_bytes = most_bytes
        self._most_bytes_of_one = most_bytes_of_one
        self._lifetime_ms = lifetime_ms
        self._all: OrderedDict[Key, Kept] = OrderedDict()
        self._of: dict[int, OrderedDict[Key, None]] = {}
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._all)

    def keep(self, owner: int, call: ToolCall, thoughts: Sequence[Reasoning], *, first: bool, now_ms: int) -> None:
        """Keeps what came before a call; what is too large is not kept."""
        size = _OVERHEAD + len(call.id) + sum(len(one.text) + len(one.signature) + len(one.sealed) for one in thoughts)
        if size > self._most_bytes_of_one:
            return
        key = (owner, call.id)
        self._forget(key)
        self._all[key] = Kept(_about(call), tuple(thoughts), first, size, now_ms + self._lifetime_ms)
        mine = self._of.setdefault(owner, OrderedDict())
        mine[key] = None
        self.bytes += size
        if len(mine) > self._most_each:
            self._forget(next(iter(mine)))
        while len(self._all) > self._most or self.bytes > self._most_bytes:
            self._forget(next(iter(self._all)))

    def recall(self, owner: int, call: ToolCall, now_ms: int) -> Kept | None:
        """What was kept for just this call; None when it is unknown, too old, or another call of the same id."""
        kept = self._all.get((owner, call.id))
        if kept is None or kept.about != _about(call):
            return None
        if kept.until_ms <= now_ms:
            self._forget((owner, call.id))
            return None
        return kept

    def _forget(self, key: Key) -> None:
        kept = self._all.pop(key, None)
        if kept is None:
            return
        self.bytes -= kept.size
        mine = self._of[key[0]]
        del mine[key]
        if not mine:
            del self._of[key[0]]


def _about(call: ToolCall) -> bytes:
    """Name and arguments, however their JSON is written: a proof belongs to just this call."""
    try:
        given = _encode(_decode(call.arguments)) if call.arguments.strip() else b"{}"
    except DECODE_ERRORS:
        given = call.arguments.encode("utf-8", "surrogatepass")
    return hashlib.sha256(call.name.encode("utf-8", "surrogatepass") + b"\n" + given).digest()[:16]


class Owner(msgspec.Struct, frozen=True):
    """Whose keepsakes, and when."""

    store: Keepsakes
    id: int
    now_ms: int

    def keep_all(self, parts: Iterable[Part]) -> None:
        """Keeps what proves the thoughts of an answer, by the calls behind them."""
        thoughts: list[Reasoning] = []
        first, spoken = True, False
        for part in parts:
            match part:
                case Reasoning() if is_proof(part):
                    first = first and not spoken
                    thoughts.append(part)
                case Text(text=text) if text:
                    spoken = True
                case ToolCall() as call if thoughts:
                    self.store.keep(self.id, call, thoughts, first=first, now_ms=self.now_ms)
                    thoughts, first = [], False

    def restored(self, turns: tuple[Turn, ...], maker: str) -> tuple[Turn, ...]:
        """The turns of a conversation, a maker's proofs that the client dropped put back before their calls."""
        if not self.store:
            return turns
        return tuple([self._restored(turn, maker) if turn.role == "assistant" else turn for turn in turns])

    def _restored(self, turn: Turn, maker: str) -> Turn:
        if any(map(is_proof, turn.parts)):
            return turn
        calls = [part for part in turn.parts if isinstance(part, ToolCall)]
        told = {call.id: self.store.recall(self.id, call, self.now_ms) for call in calls}
        found = {name: kept for name, kept in told.items() if kept is not None and is_of(kept.thoughts[0], maker)}
        if not found:
            return turn
        parts: list[Part] = []
        for part in turn.parts:
            if isinstance(part, Reasoning):
                continue  # its words are among what was kept
            kept = found.get(part.id) if isinstance(part, ToolCall) else None
            if kept is not None and kept.first:
                parts[:0] = kept.thoughts
            elif kept is not None:
                parts += kept.thoughts
            parts.append(part)
        return Turn(role=turn.role, parts=tuple(parts), plain=turn.plain, place=turn.place, extras=turn.extras)


_WORDS = Text(text="words")
"""Stands for any text: what it says need not be kept."""


class Gatherer:
    """Puts together the thoughts and calls of one stream, to be kept when it is whole."""

    def __init__(self) -> None:
        self._parts: dict[int, Part] = {}
        self._grown: dict[int, list[str]] = {}
        self._signed: dict[int, str] = {}

    def feed(self, event: Event) -> None:
        """Notes an event."""
        if isinstance(event, PartGrew):
            self._grow(event)
        elif isinstance(event, PartBegan) and isinstance(event.part, Reasoning | ToolCall | Text):
            self._parts[event.index] = _WORDS if isinstance(event.part, Text) else event.part

    def _grow(self, event: PartGrew) -> None:
        if self._parts.get(event.index, _WORDS) is _WORDS:
            return
        if event.text:
            self._grown.setdefault(event.index, []).append(event.text)
        if event.signature:
            self._signed[event.index] = self._signed.get(event.index, "") + event.signature

    def parts(self) -> list[Part]:
        """The parts so far, in order."""
        return [self._whole(index) for index in sorted(self._parts)]

    def _whole(self, index: int) -> Part:
        part, more = self._parts[index], "".join(self._grown.get(index, ()))
        match part:
            case ToolCall():
                return ToolCall(id=part.id, name=part.name, arguments=part.arguments + more)
            case Reasoning():
                signature = part.signature + self._signed.get(index, "")
                return Reasoning(text=part.text + more, signature=signature, sealed=part.sealed)
            case _:
                return part
