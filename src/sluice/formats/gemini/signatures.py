"""What proves a model's thought to its maker, in this protocol (wires.md 3.5, hazard 3).

A ``thoughtSignature`` stands on the part that came of the thought: on a call, a text, or the thought itself. In the
canon it is a Reasoning of its own before that part, without words, so that clients of any protocol carry it along as
they carry thoughts. There it bears a mark, as the proofs of other makers mean nothing here and the other way round.
Proofs of other makers travel through clients of this protocol in the same member, which must be base64.
"""

from __future__ import annotations

import base64
import binascii

from sluice.formats.canon import Reasoning
from sluice.formats.proofs import UNPROVEN

MARK = "gemini."
"""Begins every signature of this protocol's models, outside of this protocol."""
NEVER_SIGNED = base64.b64encode(b"skip_thought_signature_validator").decode()
"""Google's own word for a call that no model signed: another provider's, or one from before there were signatures."""
CARRIED = base64.b64encode(b"sluice").decode()
"""What the base64 of every carried proof begins with."""

_STANDARD = str.maketrans("-_", "+/")
"""Google's SDK sends bytes back in the other alphabet of base64."""
_CARRIES = b"sluice."
_SEALS = b"sluice-sealed."


def read_signature(told: str) -> Reasoning:
    """The proof in a ``thoughtSignature``; no proof where it says that nobody signed."""
    if told == NEVER_SIGNED:
        return Reasoning(signature=UNPROVEN)
    carried = _carried(told, _CARRIES)
    if carried and not carried.startswith(MARK):
        return Reasoning(signature=carried)
    sealed = _carried(told, _SEALS)
    return Reasoning(sealed=sealed) if sealed else Reasoning(signature=MARK + told)


def _carried(told: str, mark: bytes) -> str:
    """The proof that Sluice wrapped under a mark; "" for any other."""
    if not told.startswith(CARRIED):
        return ""
    try:
        data = base64.b64decode(told.translate(_STANDARD), validate=True)
        proof = data.removeprefix(mark).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return proof if data.startswith(mark) else ""


def is_own(part: Reasoning) -> bool:
    """Whether the proof is one of this protocol's models, or its word that there is none."""
    return part.signature.startswith(MARK) or part.signature == UNPROVEN


def write_signature(part: Reasoning) -> str:
    """The ``thoughtSignature`` of a proof, another maker's wrapped; "" where nothing proves the thought."""
    if part.signature == UNPROVEN:
        return NEVER_SIGNED
    if part.sealed:
        return base64.b64encode(_SEALS + part.sealed.encode()).decode()
    if is_own(part):
        return part.signature.removeprefix(MARK)
    return base64.b64encode(_CARRIES + part.signature.encode()).decode() if part.signature else ""
