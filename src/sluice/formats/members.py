"""A JSON object whose members stay undecoded until asked for: what is not touched travels byte for byte."""

from __future__ import annotations

from typing import Any

import msgspec

Raw = msgspec.Raw

DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises on bytes it cannot read."""

_members = msgspec.json.Decoder(dict[str, Raw])
_list = msgspec.json.Decoder(list[Raw])
_any = msgspec.json.Decoder()
encode = msgspec.json.Encoder().encode

_NULL = b"null"


def _decoded(raw: bytes) -> Any:
    try:
        return _any.decode(raw) if raw else None
    except DECODE_ERRORS:
        return None


class Members:
    """The members of one object, in order. ``changed`` tells whether any was put, replaced or dropped."""

    __slots__ = ("_items", "changed")

    def __init__(self, raw: bytes) -> None:
        """Raises one of DECODE_ERRORS when ``raw`` is no JSON object."""
        self._items: dict[str, Any] = _members.decode(raw)
        self.changed = False

    def names(self) -> set[str]:
        """The names of the members."""
        return set(self._items)

    def raw(self, name: str) -> bytes:
        """A member's JSON; b"" when it is absent or null."""
        value = self._items.get(name)
        if value is None:
            return b""
        raw = bytes(value) if isinstance(value, Raw) else encode(value)
        return b"" if raw == _NULL else raw

    def text(self, name: str) -> str | None:
        """A member that is a string, else None."""
        raw = self.raw(name)
        value = _decoded(raw) if raw[:1] == b'"' else None
        return value if isinstance(value, str) else None

    def value(self, name: str) -> Any:
        """A member decoded whole; None when absent or beyond what can be decoded (1e999)."""
        return _decoded(self.raw(name))

    def whole(self, name: str) -> int | None:
        """A member that is a whole number, else None."""
        value = _decoded(self.raw(name))
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def object(self, name: str) -> Members | None:
        """A member that is an object, else None. Changes to it count once it is put back."""
        raw = self.raw(name)
        return Members(raw) if raw[:1] == b"{" else None

    def elements(self, name: str) -> list[bytes] | None:
        """The elements of a member that is a list, else None."""
        raw = self.raw(name)
        return [bytes(item) for item in _list.decode(raw)] if raw[:1] == b"[" else None

    def put(self, name: str, value: Any) -> None:
        """Sets a member, unless it has just this JSON already. ``value`` may be Members or Raw."""
        if isinstance(value, Members):
            if not value.changed and name in self._items:
                return
            value = Raw(value.encode())
        old = self._items.get(name)
        if isinstance(old, Raw) and not isinstance(value, Raw) and bytes(old) == encode(value):
            return
        self._items[name] = value
        self.changed = True

    def drop(self, name: str) -> None:
        """Removes a member, if it is there."""
        if name in self._items:
            del self._items[name]
            self.changed = True

    def encode(self) -> bytes:
        """The object as JSON."""
        return encode(self._items)


def swap_model(data: bytes, old: str, new: str) -> bytes | None:
    """JSON whose only member ``model`` says ``old``, saying ``new``, all else as it is; None when it is not as plain
    as that.

    Inside a string every quote has a backslash, so ``"model":`` with bare quotes is a member.
    """
    if data.count(b'"model"') != 1:
        return None
    for gap in (b"", b" "):
        told = b'"model":' + gap + encode(old)
        if told in data:
            return data.replace(told, b'"model":' + gap + encode(new), 1)
    return None
