"""Several keys in one channel: a list in place of the one, which of them an attempt used, and why one was refused."""

from __future__ import annotations

from base64 import b64encode

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns and the table, and brings each channel's key into its list."""
    op.add_column("channels", sa.Column("sealed_keys", sa.JSON(), server_default="{}", nullable=False))
    _move(op.get_bind())
    op.drop_column("channels", "key_sealed")
    op.drop_column("channels", "key_hint")
    op.add_column("attempts", sa.Column("key_id", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "key_marks",
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "key_id", name=op.f("pk_key_marks")),
    )


def _move(conn: sa.Connection) -> None:
    """A key without a hint is the empty one of a provider that needs none: such a channel has no keys."""
    channels = sa.table(
        "channels",
        sa.column("id", sa.BigInteger),
        sa.column("key_sealed", sa.LargeBinary),
        sa.column("key_hint", sa.Text),
        sa.column("sealed_keys", sa.JSON),
    )
    for row in conn.execute(sa.select(channels).where(channels.c.key_hint != "")).all():
        key = {"id": 1, "sealed": b64encode(row.key_sealed).decode(), "hint": row.key_hint, "enabled": True}
        moved = {"next": 2, "keys": [key]}
        conn.execute(sa.update(channels).where(channels.c.id == row.id).values(sealed_keys=moved))
