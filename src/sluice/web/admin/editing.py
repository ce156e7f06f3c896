"""Two people who edit one thing: a change may say what it was made from, and is refused when that is no more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Header
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage.engine import bump
from sluice.web.admin.caller import Visit
from sluice.web.admin.errors import ApiError, by_name

Rev = Annotated[int, Field(description='Rises with each change; `If-Match: "rev"` lets a change be made from this.')]
IfMatch = Annotated[
    str | None,
    Header(
        max_length=1024,
        description="The `rev` it was read with, in quotes: refused with a 412 when it was changed since.",
    ),
]
OUTDATED = by_name({412: "It was changed since it was read with the `rev` in `If-Match`."})


@asynccontextmanager
async def editing(here: Visit, if_match: str | None) -> AsyncIterator[AsyncConnection]:
    """A transaction in which what is read stays so until the end, if the caller asks for it.

    Taking the revision first makes writers wait for each other, so that two of them cannot both find it unchanged.
    """
    async with here.db.write() as conn:
        if if_match is not None:
            await bump(conn)
        yield conn


def ensure_current(if_match: str | None, rev: int) -> None:
    """Raises ApiError 412 when none of the tags is this revision's."""
    if if_match is not None and not {tag.strip() for tag in if_match.split(",")} & {"*", f'"{rev}"'}:
        text = f"it was changed meanwhile, and is at rev {rev} now: read it again"
        raise ApiError(412, "changed_meanwhile", text)
