"""Charges as one entry an account and hour instead of one a request and account; how far back the log is whole."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_HOUR_MS = 3_600_000
_CHARGES = sa.text("kind = 'charge'")
_COLUMNS = "id, account_id, kind, amount_nano, requests, actor_id, remark, created_ms"


def upgrade() -> None:
    """Sums the charges up. No account's sum of entries changes, and what people did keeps its rows and ids."""
    _forgotten()
    # Every part is a constant of this file.
    op.execute(
        "CREATE TEMPORARY TABLE summed AS "  # noqa: S608
        "SELECT id, account_id, kind, amount_nano, 0 AS requests, actor_id, remark, created_ms "
        "FROM entries WHERE kind <> 'charge' "
        "UNION ALL SELECT MIN(id), account_id, 'charge', SUM(amount_nano), COUNT(*), NULL, '', "
        f"created_ms / {_HOUR_MS} * {_HOUR_MS} FROM entries WHERE kind = 'charge' GROUP BY account_id, 8"
    )
    op.drop_table("entries")
    _entries()
    op.execute(f"INSERT INTO entries ({_COLUMNS}) SELECT {_COLUMNS} FROM summed ORDER BY id")  # noqa: S608
    op.execute("DROP TABLE summed")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('entries', 'id'), COALESCE(MAX(id), 0) + 1, false) FROM entries"
        )


def _forgotten() -> None:
    """What was charged and is not in the log was deleted from it: so far back it is not whole."""
    op.create_table(
        "forgotten",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("before_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgotten")),
    )
    op.execute(
        "INSERT INTO forgotten (id, before_ms) SELECT 1, COALESCE(MAX(created_ms) + 1, 0) FROM entries "
        "WHERE kind = 'charge' AND NOT EXISTS (SELECT 1 FROM requests WHERE requests.id = entries.request_id)"
    )


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_nano", sa.BigInteger(), nullable=False),
        sa.Column("requests", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_entries_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
    )
    op.create_index("ix_entries_account_id_id", "entries", ["account_id", "id"], unique=False)
    op.create_index(
        "uq_entries_account_id_created_ms_charge",
        "entries",
        ["account_id", "created_ms"],
        unique=True,
        sqlite_where=_CHARGES,
        postgresql_where=_CHARGES,
    )
