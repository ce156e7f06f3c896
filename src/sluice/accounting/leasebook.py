"""The algebra of leases: what one worker holds of each account, has set aside of it, and has spent. Pure, exact."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sluice.base.money import Nano


@dataclass(slots=True)
class Lease:
    """One account as this worker holds it. ``granted`` came from the database, ``spent`` was settled and is not yet
    seen there, ``reserved`` is set aside for requests in flight. ``recent`` is what was spent since it was last looked
    at, ``touched`` the time of the last reservation (monotonic seconds). ``keep_s`` is how long after it, in seconds,
    the lease stays here unused."""

    granted: Nano = 0
    spent: Nano = 0
    reserved: Nano = 0
    recent: Nano = 0
    touched: float = 0.0
    keep_s: float = 0.0

    @property
    def free(self) -> Nano:
        """What a new request may set aside; negative when more was spent than granted."""
        return self.granted - self.spent - self.reserved


class LeaseBook:
    """Every account this worker holds something of."""

    def __init__(self) -> None:
        self.leases: defaultdict[int, Lease] = defaultdict(Lease)
        """By account; an empty one where none is held."""

    def available(self, accounts: tuple[int, ...]) -> Nano:
        """The least that is free on any of them."""
        least: Nano | None = None
        for account in accounts:
            lease = self.leases[account]
            free = lease.granted - lease.spent - lease.reserved
            if least is None or free < least:
                least = free
        return least or 0

    def reserve(self, accounts: tuple[int, ...], amount: Nano, now: float) -> bool:
        """Sets the amount aside on all of them, or on none."""
        leases = self.leases
        if amount:
            for account in accounts:
                lease = leases[account]
                if lease.granted - lease.spent - lease.reserved < amount:
                    return False
        for account in accounts:
            lease = leases[account]
            lease.reserved += amount
            lease.touched = now
        return True

    def release(self, accounts: tuple[int, ...], amount: Nano) -> None:
        """Takes a reservation back."""
        for account in accounts:
            self.leases[account].reserved -= amount

    def spend(self, charges: tuple[tuple[int, Nano], ...]) -> None:
        """Notes settled charges."""
        for account, amount in charges:
            lease = self.leases[account]
            lease.spent += amount
            lease.recent += amount

    def granted(self, account: int, amount: Nano) -> None:
        """The database moved so much to this worker (or, negative, back)."""
        self.leases[account].granted += amount

    def applied(self, account: int, amount: Nano) -> None:
        """The database has seen so much spending: it is gone from grant and spent alike."""
        lease = self.leases[account]
        lease.granted -= amount
        lease.spent -= amount

    def surplus(self, account: int) -> Nano:
        """What can be given back now."""
        lease = self.leases.get(account)
        return max(lease.free, 0) if lease is not None else 0

    def drop_free(self) -> None:
        """The database gave away what this worker held: nothing of it is free any more."""
        for lease in self.leases.values():
            lease.granted -= max(lease.free, 0)

    def forget_empty(self) -> None:
        """Drops accounts of which nothing is held."""
        for account in [a for a, x in self.leases.items() if not (x.granted or x.spent or x.reserved or x.recent)]:
            del self.leases[account]
