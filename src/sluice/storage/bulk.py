"""Statements that are spelled out once and run with plain values: the library takes longer to make one than the
database to run it. Many rows into one table, and a single statement."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.sql.compiler import SQLCompiler

_ROWS = 50
"""Rows in one SQLite statement. Its driver gives the interpreter's lock away at every statement and has to win it back
from the event loop, which costs more than the row; SQLite takes 32,766 parameters."""


class Prepared:
    """One statement, whose parameters are given by name."""

    def __init__(self, statement: sa.ClauseElement, dialect: Any) -> None:
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect))
        self._text = str(compiled)
        self._names = compiled.positiontup or []
        self._values = compiled.params

    def run(self, conn: sa.Connection, **values: Any) -> sa.CursorResult[Any]:
        """Runs it with these values, and those it was made with."""
        values = {**self._values, **values}
        return conn.exec_driver_sql(self._text, tuple([values[name] for name in self._names]))


class BulkInsert:
    """Inserts rows of plain values, in the order of ``columns``."""

    def __init__(self, table: sa.Table, columns: Sequence[str], dialect: Any) -> None:
        statement = sa.insert(table).values({name: sa.bindparam(name) for name in columns})
        self._one = str(statement.compile(dialect=dialect))
        self._joins = dialect.name == "sqlite"
        names = ", ".join(columns)
        # Whoever inserts gives the transaction up at an error. Told so, SQLite keeps no journal of each statement: it
        # would be a file of its own, which two thirds of its writing went to.
        self._head = f"INSERT OR ROLLBACK INTO {table.name} ({names}) VALUES "  # noqa: S608 - names of our own tables
        self._row = "(" + ", ".join("?" * len(columns)) + ")"
        self._full = self._statement(_ROWS)

    def _statement(self, rows: int) -> str:
        return self._head + ", ".join([self._row] * rows)

    def insert(self, conn: sa.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Inserts the rows; nothing happens for none."""
        if not rows:
            return
        if not self._joins:
            conn.exec_driver_sql(self._one, list(rows))
            return
        for at in range(0, len(rows), _ROWS):
            some = rows[at : at + _ROWS]
            statement = self._full if len(some) == _ROWS else self._statement(len(some))
            conn.exec_driver_sql(statement, tuple(chain.from_iterable(some)))
