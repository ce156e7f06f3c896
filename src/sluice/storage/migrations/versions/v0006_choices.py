"""Why a channel was chosen, kept with each attempt; and the attempts that failed, by time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_FAILED = sa.text("outcome NOT IN ('ok', 'client_gone', 'request')")


def upgrade() -> None:
    """Adds the column and the index."""
    op.add_column("attempts", sa.Column("choice", sa.JSON(), nullable=False, server_default="[]"))
    op.create_index(
        "ix_attempts_failed_request_id", "attempts", ["request_id"], sqlite_where=_FAILED, postgresql_where=_FAILED
    )
