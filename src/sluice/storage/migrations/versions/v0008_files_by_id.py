"""Files found by their id, whoever's they are: a request may name one that is another's."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the index."""
    op.create_index("ix_holdings_id", "holdings", ["id"])
