"""What to do after a failed attempt: one pure function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from sluice.base.outcome import Cause, Fault

Tried = tuple[int, int, Cause]
"""A failed attempt: channel id, key id and cause."""


class Verdict(Enum):
    """``AGAIN``: the same channel, at once. ``NEXT``: the next candidate. ``STOP``: tell the client."""

    AGAIN = "again"
    NEXT = "next"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How many attempts one request may make in all."""

    max_attempts: int = 5


def verdict(fault: Fault, history: Sequence[Tried], policy: RetryPolicy) -> Verdict:
    """Judges the newest fault of a request of which nothing has reached the client yet.

    ``history`` are its attempts so far, this one last. A request the upstream itself refuses would be
    refused by the others too; a minted credential that was refused is minted afresh once.
    """
    if fault.cause is Cause.REQUEST:
        return Verdict.STOP
    if len(history) >= policy.max_attempts:
        return Verdict.STOP
    if fault.cause is Cause.CREDENTIAL and history.count(history[-1]) == 1:
        return Verdict.AGAIN
    return Verdict.NEXT
