"""Text from outside, made fit to be kept."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_MODEL = 256
"""Characters of a model's name at most: what the management API lets a channel list."""

_INVISIBLE = re.compile(r"[^\x20-\x2b\x2d-\x7e]")
"""What is not plain ASCII text, and the comma: names are listed with commas between them."""
_LONGEST_NAME = 100
_MOST_NAMES = 50


def storable(text: str, most: int) -> str:
    """The text as every database can hold it: at most ``most`` characters, no NUL (PostgreSQL refuses it in a text), no
    half of a surrogate pair (it has no UTF-8). What cannot be held becomes U+FFFD."""
    text = text[:most]
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def visible(names: Sequence[str]) -> tuple[str, ...]:
    """Names a client chose, fit for a header and a log: the first of them, cut, and in plain ASCII text."""
    shown = [_INVISIBLE.sub("?", name[:_LONGEST_NAME]) for name in names[:_MOST_NAMES]]
    return (*shown, "...") if len(names) > _MOST_NAMES else tuple(shown)
