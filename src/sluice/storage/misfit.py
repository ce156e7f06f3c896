"""Settlements no database would take: told from a database that is away, and kept in a file instead.

One such settlement must not hold up all that follow it, nor the next start. None is known to get this far (texts are
made storable, counts are bounded); this is for what nobody thought of. The file also gets what a journal brings back so
late that the log has forgotten whether it was charged.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import structlog
from sqlalchemy.exc import DataError, IntegrityError

from sluice.accounting.settlement import Settlement

_log = structlog.get_logger("sluice.ledger")

FILE = "set-aside.jsonl"
"""In the folder of the journals; one settlement a line, for a person to look at."""

_CLASSES = ("22", "23", "54")
"""SQLSTATE: data exception, integrity violation, program limit exceeded (PostgreSQL docs, appendix A)."""


def is_misfit(error: BaseException) -> bool:
    """Whether an exception, or one that led to it, speaks of the rows rather than of the database."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, DataError | IntegrityError | OverflowError | ValueError):
            return True
        if str(getattr(cause, "sqlstate", "") or "")[:2] in _CLASSES:
            return True
        cause = cause.__cause__
    return False


def why(error: BaseException) -> str:
    """What an exception says, in one line."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def set_aside(folder: Path, settlement: Settlement, reason: str) -> None:
    """Keeps the settlement in the file, safe on the disk, and says so in the log. Raises OSError."""
    line = msgspec.json.encode(msgspec.structs.asdict(settlement)) + b"\n"
    number = os.open(folder / FILE, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        os.write(number, line)
        os.fsync(number)
    finally:
        os.close(number)
    _log.error("a settlement cannot be booked and was set aside", request_id=settlement.id, file=FILE, reason=reason)
