"""The data folder is one server's own: its journals are, its count of rates, and on SQLite its database."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

RATES = "rates"
"""The file of the RateTable; it means something only while a server runs."""
_LOCK = "serve.lock"


class FolderInUse(Exception):
    """Another server serves from the folder; the text names both."""


def hold(folder: Path) -> int:
    """Makes the folder this process's own until it ends, however it ends; the number is that of the open file which
    holds it. Raises FolderInUse, OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Open for as long as the process lives, also as the server it becomes (serving.py), but not in its workers, which
    # are started with nothing else open: the kernel lets go of the lock with it.
    number = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    os.set_inheritable(number, True)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(number, 32).decode("ascii", "replace").strip()
        os.close(number)
        who = f"pid {holder}" if holder else "its pid is not known yet"
        text = f"the data folder {folder.resolve()} is in use by another 'sluice serve' ({who})"
        raise FolderInUse(f"{text}: stop that one, or give this one a folder of its own with --data-dir") from None
    os.ftruncate(number, 0)
    os.pwrite(number, f"{os.getpid()}\n".encode(), 0)
    (folder / RATES).unlink(missing_ok=True)
    return number
