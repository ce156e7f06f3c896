"""Money in the worker's hands: what the relay may ask of it. Implemented in leases.py."""

from __future__ import annotations

from typing import Protocol

from sluice.accounting.settlement import Settlement
from sluice.base.money import Nano


class Ledger(Protocol):
    """Reservations and settlements of one worker. ``reserve`` and ``settle`` never touch the database."""

    def available(self, accounts: tuple[int, ...]) -> Nano:
        """The least that is free now on any of the accounts, as far as this worker holds leases."""
        ...

    def reserve(self, accounts: tuple[int, ...], amount: Nano) -> bool:
        """Sets ``amount`` aside on every account, or on none (False). Exact; in memory; synchronous."""
        ...

    async def secure(self, accounts: tuple[int, ...], amount: Nano) -> Nano:
        """Asks the database for more lease so that ``amount`` becomes free on every account, and returns ``available``.

        Called when ``reserve`` said no. Raises LedgerAway when the database cannot be asked.
        """
        ...

    def settle(self, accounts: tuple[int, ...], reserved: Nano, settlement: Settlement) -> None:
        """Writes the settlement to the journal (it survives ``kill -9`` when this returns), gives the reservation back
        and takes the charges from the leases. Raises OSError when the journal cannot be written."""
        ...

    def writable(self) -> bool:
        """Whether a settlement can be kept now (False: the disk is full, ...)."""
        ...

    def release(self, accounts: tuple[int, ...], reserved: Nano) -> None:
        """Gives a reservation back without a record."""
        ...


class LedgerAway(Exception):
    """The database did not answer."""
