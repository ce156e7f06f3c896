"""What an account was charged, as entries: one an account and hour, which grows, so that the books stay small.

They are written in the transaction that writes the requests: a charge is in both or in neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sluice.accounting.settlement import Settlement
from sluice.storage.tables import CHARGES, entries

HOUR_MS = 3_600_000
_COLUMNS = ("account_id", "kind", "amount_nano", "requests", "remark", "created_ms")


class ChargeBook:
    """Adds charges to the entries of one database."""

    def __init__(self, dialect: Any) -> None:
        insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
        statement = insert(entries).values({name: sa.bindparam(name) for name in _COLUMNS})
        statement = statement.on_conflict_do_update(
            index_elements=["account_id", "created_ms"],
            index_where=CHARGES,
            set_={name: entries.c[name] + statement.excluded[name] for name in ("amount_nano", "requests")},
        )
        self._statement = str(statement.compile(dialect=dialect))

    def add(self, conn: sa.Connection, new: Iterable[Settlement]) -> dict[int, int]:
        """Adds requests that were not booked before; returns what they took from each account, nano-dollars."""
        sums: dict[tuple[int, int], list[int]] = {}
        for item in new:
            hour = item.created_ms // HOUR_MS * HOUR_MS
            for account, amount in item.charges:
                row = sums.get((account, hour))
                if row is None:
                    row = sums[account, hour] = [0, 0]
                row[0] += amount
                row[1] += 1
        # In one order, so that two workers never wait for each other's rows in a circle.
        rows = [
            (account, "charge", -amount, count, "", hour) for (account, hour), (amount, count) in sorted(sums.items())
        ]
        if rows:
            conn.exec_driver_sql(self._statement, rows)
        charged: dict[int, int] = {}
        for (account, _), (amount, _) in sums.items():
            charged[account] = charged.get(account, 0) + amount
        return charged
