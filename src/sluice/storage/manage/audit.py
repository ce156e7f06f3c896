"""The audit log: who changed what, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage.manage.paging import Page, PageRequest, fetch_page
from sluice.storage.tables import audit, users


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """``actor_id`` 0 and ``actor_name`` None: the command line or the config file."""

    id: int
    at_ms: int
    actor_id: int
    actor_name: str | None
    action: str
    target: str
    detail: Mapping[str, Any]
    address: str


_FIELDS = tuple(AuditRecord.__dataclass_fields__)
_QUERY = sa.select(
    *(audit.c[name] for name in _FIELDS if name != "actor_name"), users.c.name.label("actor_name")
).select_from(audit.outerjoin(users, users.c.id == audit.c.actor_id))


def _record(row: sa.RowMapping) -> AuditRecord:
    return AuditRecord(**{name: row[name] for name in _FIELDS})


async def list_audit(
    conn: AsyncConnection,
    page: PageRequest,
    *,
    actor_id: int | None = None,
    action: str | None = None,
    target: str | None = None,
) -> Page[AuditRecord]:
    """The log; ``action`` and ``target`` are exact. Raises BadCursor, BadSort."""
    query = _QUERY
    if actor_id is not None:
        query = query.where(audit.c.actor_id == actor_id)
    if action is not None:
        query = query.where(audit.c.action == action)
    if target is not None:
        query = query.where(audit.c.target == target)
    return await fetch_page(conn, query, page, id_column=audit.c.id, sorts={}, make=_record)
