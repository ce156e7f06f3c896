"""Alembic's entry: runs the migrations on the connection that storage/migrate.py hands over."""

from __future__ import annotations

from alembic import context

from sluice.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
context.run_migrations()
