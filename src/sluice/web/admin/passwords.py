"""Passwords: argon2id, off the event loop, and as slow for a name that does not exist as for one that does."""

from __future__ import annotations

import asyncio
import hashlib

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 8
LONGEST = 1024


def secret_hash(secret: str) -> bytes:
    """What is stored of a cookie or a one-time link: both hold 256 bits of chance, so one round is enough."""
    return hashlib.sha256(secret.encode()).digest()


class Passwords:
    """Hashes and checks passwords. At most ``at_once`` at a time: each takes a core and 64 MiB for about 0.1 s."""

    def __init__(self, hasher: PasswordHasher | None = None, *, at_once: int = 2) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(at_once)
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        """What to store of a password."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one stored. None (no such user, or no password) is as much work, and False."""
        if self._decoy is None:
            self._decoy = await self.hash("no password")
        async with self._turns:
            matches = await asyncio.to_thread(self._matches, stored or self._decoy, password)
        return matches and stored is not None

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
