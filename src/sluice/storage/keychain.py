"""The keys of a channel, as they lie in its row: each sealed for itself, with an id that is never given out again.

The column holds ``{"next": 4, "keys": [{"id": 1, "sealed": base64, "hint": "sk-...abcd", "enabled": true}, ...]}``.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sluice.base.keys import key_hint
from sluice.storage.sealing import Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHint:
    """What may be shown of a key."""

    id: int
    hint: str
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearKey:
    """A key in clear: never log or show it. ``id`` 0: not stored yet."""

    id: int = 0
    text: str = field(repr=False)
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Keychain:
    """The keys of one channel, in the order they are used."""

    keys: tuple[ClearKey, ...] = ()
    next_id: int = 1

    def first(self) -> str:
        """The key for whatever needs but one: the first that is enabled; "" when there is none."""
        return next((key.text for key in self.keys if key.enabled), "")

    def replaced(self, texts: Iterable[str]) -> Keychain:
        """These keys in place of all. One that was there before stays what it was; but where all would be disabled,
        they are meant to be used."""
        known = {key.text: key for key in self.keys}
        chain = self.arranged(known.get(text) or ClearKey(text=text) for text in texts)
        if any(key.enabled for key in chain.keys):
            return chain
        return replace(chain, keys=tuple(replace(key, enabled=True) for key in chain.keys))

    def arranged(self, keys: Iterable[ClearKey]) -> Keychain:
        """These keys in place of all; new ones get ids. What stands there twice is one key."""
        next_id = self.next_id
        arranged: dict[str, ClearKey] = {}
        for key in keys:
            if key.text in arranged:
                continue
            if not key.id:
                key = ClearKey(id=next_id, text=key.text, enabled=key.enabled)
                next_id += 1
            arranged[key.text] = key
        return Keychain(tuple(arranged.values()), next_id)


def read_keys(column: Mapping[str, Any], sealer: Sealer) -> Keychain:
    """The keys in clear. Raises SealError."""
    keys = (
        ClearKey(id=one["id"], text=sealer.unseal(b64decode(one["sealed"])), enabled=one["enabled"])
        for one in column.get("keys", ())
    )
    return Keychain(tuple(keys), column.get("next", 1))


def write_keys(chain: Keychain, sealer: Sealer) -> dict[str, Any]:
    """The column that holds the keys. The same keys written twice look different."""
    return {
        "next": chain.next_id,
        "keys": [
            {
                "id": key.id,
                "sealed": b64encode(sealer.seal(key.text)).decode(),
                "hint": key_hint(key.text),
                "enabled": key.enabled,
            }
            for key in chain.keys
        ],
    }


def hints(column: Mapping[str, Any]) -> tuple[KeyHint, ...]:
    """What may be shown of the keys."""
    return tuple(KeyHint(id=one["id"], hint=one["hint"], enabled=one["enabled"]) for one in column.get("keys", ()))
