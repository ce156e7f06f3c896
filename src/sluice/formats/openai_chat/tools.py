"""Streamed tool calls as clients need them: dense indices, one name and id per call, calls one after the other.

Clients reset a call at every name they see, aggregate by index, and cannot follow calls that interleave (fastgpt.md
1.6, wires.md 32.18). Pieces that are right already stay as they are, byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from sluice.formats.members import DECODE_ERRORS, Members, Raw, encode

MOST_CALLS = 1024
"""More calls in one choice are taken for an attack."""


class TooManyCalls(Exception):
    """A choice with more tool calls than any model makes."""


@dataclass(slots=True)
class _Call:
    """One call. ``index`` is the client's, ``sent_as`` the upstream's; ``waiting`` are arguments not yet told."""

    index: int
    sent_as: int | None
    id: str
    minted: bool
    name: str = ""
    body: str = "function"
    arguments: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    told: bool = False

    def complete(self) -> bool:
        """Whether the arguments so far are whole JSON, so that nothing can be missing."""
        text = "".join(self.arguments).rstrip()
        try:
            return text.endswith("}") and msgspec.json.decode(text) is not None
        except (*DECODE_ERRORS, UnicodeEncodeError):
            return False


@dataclass(frozen=True, slots=True)
class Amendment:
    """What came late for a call that was announced by the event before: its whole name, its id. ``index`` is the
    call's."""

    index: int
    name: str
    id: str

    def apply(self, piece: Members) -> None:
        """Puts it into the announcement."""
        body = "custom" if piece.text("type") == "custom" else "function"
        function = piece.object(body) or Members(b"{}")
        function.put("name", self.name)
        piece.put("id", self.id)
        piece.put(body, function)


class ToolCalls:
    """The tool calls of one choice. ``mint`` makes the ids that are missing unique.

    One call is open at a time; the pieces of later ones wait until its arguments are whole JSON, or the choice ends.
    """

    __slots__ = ("_calls", "_mint", "_open")

    def __init__(self, mint: str) -> None:
        self._calls: list[_Call] = []
        self._open = 0
        self._mint = mint

    def __bool__(self) -> bool:
        return bool(self._calls)

    @property
    def unsure(self) -> bool:
        """Whether the open call was announced, but may yet be amended: none of its arguments has come."""
        return self._open < len(self._calls) and self._calls[self._open].told and not self._calls[self._open].arguments

    def passes(self, index: int | None, arguments: str) -> bool:
        """Notes a piece that holds nothing but arguments; True when it may pass as it is."""
        if len(self._calls) != self._open + 1:
            return False
        call = self._calls[self._open]
        if index != call.index or index != call.sent_as or not call.told:
            return False
        call.arguments.append(arguments)
        return True

    def feed(self, pieces: list[Members]) -> tuple[list[Members], Amendment | None]:
        """What can be told to the client now, and what is to be mended in the announcement that was told last.

        Raises TooManyCalls.
        """
        told: list[Members] = []
        amendment = None
        for piece in pieces:
            call, fresh = self._find(piece)
            late = self._take(call, piece)
            if call.index == self._open + 1 and self._whole():
                self._open += 1
            if call.index != self._open or not (call.told or call.name):
                continue
            if call.told:
                amendment = late or amendment
                self._strip(call, piece)
            else:
                self._dress(call, piece, whole=fresh)
            if not call.told or piece.raw(call.body):
                told.append(piece)
            call.told = True
            call.waiting.clear()
        return told + self._advance(), amendment

    def flush(self) -> list[Members]:
        """What still waits when the choice ends."""
        told = []
        for call in self._calls[self._open :]:
            if not call.told or call.waiting:
                told.append(_announcement(call))
        self._open = max(len(self._calls) - 1, 0)  # the last may go on, should the end prove to be none
        return told

    def _find(self, piece: Members) -> tuple[_Call, bool]:
        """The call a piece belongs to, and whether it is its first piece."""
        identity = piece.text("id") or ""
        index = piece.whole("index")
        function = piece.object("function") or piece.object("custom")
        name = (function.text("name") if function else None) or ""
        known = self._known(identity, index, name)
        if known is not None:
            return known, False
        if len(self._calls) >= MOST_CALLS:
            raise TooManyCalls
        number = len(self._calls)
        taken = any(call.id == identity for call in self._calls)
        minted = not identity or taken
        call = _Call(number, index, f"call_{self._mint}{number}" if minted else identity, minted)
        self._calls.append(call)
        return call, True

    def _known(self, identity: str, index: int | None, name: str) -> _Call | None:
        for call in reversed(self._calls):
            same_id = bool(identity) and call.id == identity
            if same_id and (index is None or index == call.sent_as or not name):
                return call
            if (index is None and not identity) or index == call.sent_as:
                return None if self._begins(call, identity, name) else call
        return None

    @staticmethod
    def _begins(call: _Call, identity: str, name: str) -> bool:
        """Whether a piece under a known index begins another call: it brings another id, or a name after whole
        arguments (upstreams that send index 0 for every call)."""
        if identity and not call.minted:
            return identity != call.id and (bool(name) or call.complete())
        return bool(name) and call.complete()

    @staticmethod
    def _take(call: _Call, piece: Members) -> Amendment | None:
        """Notes what a piece tells; the amendment when it tells the id or more of the name after the announcement."""
        # Gateways echo the other kind's member too, empty.
        if piece.raw("custom") and (piece.text("type") == "custom" or not piece.raw("function")):
            call.body = "custom"
        function = piece.object(call.body)
        identity = piece.text("id")
        late = bool(call.minted and identity and not call.arguments)
        if late and identity:
            call.id, call.minted = identity, False
        if function is None:
            return Amendment(call.index, call.name, call.id) if late else None
        name = function.text("name")
        if name and name != call.name and not call.arguments:
            late = True
            call.name += name
        arguments = _arguments(call, function)
        if arguments:
            call.arguments.append(arguments)
            call.waiting.append(arguments)
        return Amendment(call.index, call.name, call.id) if late else None

    @staticmethod
    def _dress(call: _Call, piece: Members, *, whole: bool) -> None:
        """Makes a piece the announcement of its call: index, id, type, name, arguments."""
        piece.put("index", call.index)
        piece.put("id", call.id)
        piece.put("type", call.body)
        function = piece.object(call.body) or Members(b"{}")
        function.put("name", call.name)
        arguments = "".join(call.waiting)
        if not whole or function.text(_member(call)) is None:
            function.put(_member(call), arguments)
        piece.put(call.body, function)

    @staticmethod
    def _strip(call: _Call, piece: Members) -> None:
        """Takes from a later piece what was told already; without arguments nothing is left of it."""
        piece.put("index", call.index)
        if piece.raw("id"):
            piece.drop("id")
        function = piece.object(call.body)
        if function is None:
            return
        if function.raw("name"):
            function.drop("name")
        if call.waiting and function.text(_member(call)) is None:
            function.put(_member(call), "".join(call.waiting))
        if not call.waiting and function.changed:
            piece.drop(call.body)
            return
        piece.put(call.body, function)

    def _whole(self) -> bool:
        """Whether the open call is told and has all its arguments."""
        call = self._calls[self._open]
        return call.told and call.complete()

    def _advance(self) -> list[Members]:
        """Opens the calls that waited for the open one, as far as those before them are whole."""
        told = []
        while self._open + 1 < len(self._calls) and self._whole():
            self._open += 1
            call = self._calls[self._open]
            if call.name:
                told.append(_announcement(call))
        return told


def _member(call: _Call) -> str:
    return "input" if call.body == "custom" else "arguments"


def _arguments(call: _Call, function: Members) -> str:
    """The arguments of a piece; some upstreams send an object where a string is due."""
    raw = function.raw(_member(call))
    return raw.decode() if raw[:1] == b"{" else function.text(_member(call)) or ""


def _announcement(call: _Call) -> Members:
    """All that waits of a call, in one piece."""
    piece = Members(b"{}")
    piece.put("index", call.index)
    function = {_member(call): "".join(call.waiting)}
    if not call.told:
        piece.put("id", call.id)
        piece.put("type", call.body)
        function = {"name": call.name, **function}
    piece.put(call.body, Raw(encode(function)))
    call.told = True
    call.waiting.clear()
    return piece
