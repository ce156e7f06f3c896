"""The texts of keys: how a token's key is made, and what of a key may be shown."""

from __future__ import annotations

import re

from sluice.base.clock import Rng

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_LENGTH = 48
_SHORTEST_HINTED = 12
_LINE_END = re.compile(r"\r\n|\n|\r")


def new_key(rng: Rng) -> str:
    """A token's key: ``sk-`` and 48 letters and digits, 285 bits of chance. ``rng`` must be fit for secrets."""
    chars: list[str] = []
    while len(chars) < _LENGTH:
        index = rng.getrandbits(6)
        if index < len(_ALPHABET):
            chars.append(_ALPHABET[index])
    return "sk-" + "".join(chars)


def split_keys(text: str) -> tuple[str, ...]:
    """The keys in a text, one a line; what stands there twice is one key. No other character parts them: some
    providers' keys hold ``|``, commas or spaces. A key that is JSON may go over many lines, to its last brace."""
    keys: list[str] = []
    document: list[str] = []
    for line in _LINE_END.split(text):
        document.append(line)
        whole = "\n".join(document)
        if whole.count("{") <= whole.count("}"):
            keys.append(whole)
            document = []
    keys += document  # a brace that is never closed is part of a key
    return tuple(dict.fromkeys(key for part in keys if (key := part.strip())))


def key_hint(key: str) -> str:
    """What of a key may be shown, for people to tell keys apart: ``sk-abcd...wxyz``; nothing of a short one."""
    if not key:
        return ""
    if len(key) < _SHORTEST_HINTED:
        return "..."
    head = 7 if key.startswith("sk-") else 3
    return f"{key[:head]}...{key[-4:]}" if len(key) >= 2 * _SHORTEST_HINTED else f"...{key[-2:]}"
