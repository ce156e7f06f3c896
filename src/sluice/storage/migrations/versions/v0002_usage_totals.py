"""Totals over the request log, kept as requests are settled: a chart of a month must not read a million rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_HOUR_MS = 3_600_000
_KINDS = {"none": ("''", _HOUR_MS), "model": ("model", _HOUR_MS), "channel": ("CAST(channel_id AS TEXT)", _HOUR_MS)}
_KINDS |= {"user": ("CAST(user_id AS TEXT)", 24 * _HOUR_MS), "token": ("CAST(token_id AS TEXT)", 24 * _HOUR_MS)}


def upgrade() -> None:
    """Creates the table and fills it from the requests that are there."""
    op.create_table(
        "usage_totals",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("errors", sa.BigInteger(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cached_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("charge_nano", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "start_ms", "key", name=op.f("pk_usage_totals")),
        sqlite_with_rowid=False,
    )
    for kind, (key, span) in _KINDS.items():
        op.execute(_fill(kind, key, span))


def _fill(kind: str, key: str, span: int) -> str:
    columns = ("input_tokens", "cached_tokens", "output_tokens", "charge_nano", "duration_ms")
    sums = ", ".join(f"SUM({name})" for name in columns)
    # Every part is a constant of this file.
    return (
        f"INSERT INTO usage_totals (kind, start_ms, key, requests, errors, {', '.join(columns)}) "  # noqa: S608
        f"SELECT '{kind}', created_ms / {span} * {span}, {key}, COUNT(*), "
        f"SUM(CASE WHEN status >= 400 THEN 1 ELSE 0 END), {sums} FROM requests GROUP BY 2, 3"
    )
