"""Text from outside, made fit to be kept."""

from __future__ import annotations

LONGEST_MODEL = 256
"""Characters of a model's name at most: what the management API lets a channel list."""


def storable(text: str, most: int) -> str:
    """The text as every database can hold it: at most ``most`` characters, no NUL (PostgreSQL refuses it in a text), no
    half of a surrogate pair (it has no UTF-8). What cannot be held becomes U+FFFD."""
    text = text[:most]
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
