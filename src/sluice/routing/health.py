"""Which channels are in trouble. Time is passed in (seconds, monotonic); one book per worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sluice.base.outcome import Cause, Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPolicy:
    """Seconds a channel rests after trouble. ``tolerated`` consecutive failures of the passing kind cost no rest."""

    tolerated: int = 2
    first_rest: float = 5.0
    longest_rest: float = 300.0
    auth_rest: float = 60.0


@dataclass(slots=True)
class Trouble:
    """Consecutive failures of a channel: since when, the newest one's cause, and until when the channel rests (0: it
    does not)."""

    since: float
    cause: Cause
    failures: int = 0
    until: float = 0.0


_OWN_FAULT = frozenset({Cause.REQUEST, Cause.MODEL, Cause.CREDENTIAL})
"""Causes that say nothing about the channel's health."""


class HealthBook:
    """Consecutive failures and rests per channel. A resting channel is asked last, never refused outright."""

    def __init__(self, policy: HealthPolicy | None = None) -> None:
        self._policy = policy or HealthPolicy()
        self._troubles: dict[int, Trouble] = {}

    def healthy(self, channel_id: int, now: float) -> bool:
        """Whether the channel may be chosen before resting ones."""
        trouble = self._troubles.get(channel_id)
        return trouble is None or trouble.until <= now

    def rests_until(self, channel_id: int) -> float:
        """The end of the channel's rest on the clock of ``now``; 0 when it never rested."""
        trouble = self._troubles.get(channel_id)
        return trouble.until if trouble else 0.0

    def trouble(self, channel_id: int) -> Trouble | None:
        """The failures since the channel last answered; None when there were none."""
        return self._troubles.get(channel_id)

    def state(self, channel_id: int, now: float, now_ms: int) -> Mapping[str, object]:
        """The channel's trouble for people to read: times in epoch milliseconds, ``now_ms`` being ``now``."""
        trouble = self._troubles.get(channel_id)
        if trouble is None:
            return {"failures": 0, "resting": False}
        return {
            "failures": trouble.failures,
            "resting": trouble.until > now,
            "cause": trouble.cause.value,
            "since_ms": now_ms - int((now - trouble.since) * 1000),
            "until_ms": now_ms + int((trouble.until - now) * 1000) if trouble.until > now else None,
        }

    def succeeded(self, channel_id: int) -> None:
        """Forgets the channel's trouble."""
        if self._troubles:
            self._troubles.pop(channel_id, None)

    def failed(self, channel_id: int, fault: Fault, now: float) -> None:
        """Notes a failed attempt and sets a rest where its cause calls for one."""
        if fault.cause in _OWN_FAULT:
            return
        policy = self._policy
        trouble = self._troubles.setdefault(channel_id, Trouble(since=now, cause=fault.cause))
        trouble.failures += 1
        trouble.cause = fault.cause
        if fault.cause is Cause.AUTH:
            rest = policy.auth_rest
        elif fault.retry_after is not None:
            rest = min(fault.retry_after, policy.longest_rest)
        elif fault.cause is Cause.RATE:
            rest = policy.first_rest
        elif trouble.failures > policy.tolerated:
            rest = min(policy.first_rest * 2 ** min(trouble.failures - policy.tolerated - 1, 16), policy.longest_rest)
        else:
            return
        trouble.until = max(trouble.until, now + rest)

    def keep_only(self, channel_ids: frozenset[int]) -> None:
        """Drops channels that no longer exist."""
        for gone in self._troubles.keys() - channel_ids:
            del self._troubles[gone]
