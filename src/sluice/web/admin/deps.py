"""What the management API needs of the rest; the composition root fills it in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from sluice.base.clock import Clock, Rng
from sluice.relay.keeper import EMPTY
from sluice.relay.probe import Probe
from sluice.routing.health import HealthBook
from sluice.routing.snapshot import Snapshot
from sluice.storage.engine import Database
from sluice.storage.sealing import Sealer
from sluice.web.admin.passwords import Passwords
from sluice.web.admin.throttle import Throttle


def _nothing() -> Mapping[str, object]:
    return {}


def _no_snapshot() -> Snapshot:
    return EMPTY


def _no() -> bool:
    return False


def _yes() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminDeps:
    """``rng`` must be fit for secrets.

    ``changed`` makes this worker take up a change of the configuration at once (the others notice by the revision);
    ``balance_changed`` makes it give back what it holds of an account, so that a new balance counts from now on.
    ``snapshot`` and ``book`` are what this worker routes by. ``private_addresses`` is whether channels may be pointed
    at loopback and private addresses. ``health`` tells of the worker's state, as plain JSON values. ``stopping`` is
    whether the server is about to end: answers without an end of their own then come to one. They look for news every
    ``live_interval`` seconds.
    """

    db: Database
    sealer: Sealer
    clock: Clock
    rng: Rng
    probe: Probe
    changed: Callable[[], Awaitable[None]]
    balance_changed: Callable[[int], Awaitable[None]]
    passwords: Passwords = field(default_factory=Passwords)
    throttle: Throttle = field(default_factory=Throttle)
    health: Callable[[], Mapping[str, object]] = _nothing
    snapshot: Callable[[], Snapshot] = _no_snapshot
    book: HealthBook = field(default_factory=HealthBook)
    version: str = ""
    private_addresses: Callable[[], bool] = _yes
    stopping: Callable[[], bool] = _no
    live_interval: float = 1.0
