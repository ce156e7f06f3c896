"""What proves a thought to the provider that had it, carried through ``encrypted_content``.

Clients of this protocol send ``encrypted_content`` back as it came, so a proof of another protocol travels in it,
marked as ours. What is not so marked is the seal of an upstream of this protocol, and means nothing to any other.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from sluice.formats.canon import Reasoning
from sluice.formats.members import encode
from sluice.formats.reading import Unreadable, maybe_text, parse

MARK = "sluice-thought."
OUR_THOUGHTS = "rs_sluice"
"""Begins the ids of thoughts that came from another protocol: an upstream of this one would look for them in vain."""


def seal(part: Reasoning) -> str | None:
    """The ``encrypted_content`` of a thought of another protocol; None where nothing proves it."""
    if not (part.signature or part.sealed):
        return None
    told = {"text": part.text, "signature": part.signature, "sealed": part.sealed}
    return MARK + base64.urlsafe_b64encode(encode(told)).decode()


def unseal(item: dict[str, Any]) -> Reasoning | None:
    """The thought behind an ``encrypted_content`` made by ``seal``; None for any other."""
    sealed = maybe_text(item, "encrypted_content")
    if not sealed.startswith(MARK):
        return None
    try:
        told = parse(base64.urlsafe_b64decode(sealed.removeprefix(MARK)))
    except (binascii.Error, ValueError, Unreadable):
        return None
    said, signature = maybe_text(told, "text"), maybe_text(told, "signature")
    return Reasoning(text=said, signature=signature, sealed=maybe_text(told, "sealed"))
