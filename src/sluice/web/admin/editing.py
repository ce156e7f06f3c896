"""Two people who edit one thing: a change may say what it was made from, and is refused when that is no more."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage.engine import bump
from sluice.web.admin.caller import Visit
from sluice.web.admin.errors import ApiError, by_name, invalid

Rev = Annotated[int, Field(description='Rises with each change; `If-Match: "rev"` lets a change be made from this.')]
_LONGEST = 1024
_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"(?:[ \t]*{_TAG})?[ \t]*(?:,(?:[ \t]*{_TAG})?[ \t]*)*")


def _if_match(
    request: Request,
    if_match: Annotated[
        str | None,
        Header(description="The `rev` it was read with, in quotes: refused with a 412 when it was changed since."),
    ] = None,
) -> frozenset[str] | None:
    """The tags of all such lines of the head (RFC 9110, 13.1.1). Raises ApiError 422 for what are none."""
    if if_match is None:
        return None
    whole = ", ".join(request.headers.getlist("if-match")).strip()
    if whole == "*":
        return frozenset("*")
    if len(whole) > _LONGEST or not _TAGS.fullmatch(whole):
        raise invalid("if-match", f'must be revisions in quotes ("7", "8") or *, of at most {_LONGEST} characters')
    return frozenset(re.findall(_TAG, whole))


IfMatch = Annotated[frozenset[str] | None, Depends(_if_match)]
OUTDATED = by_name({412: "It was changed since it was read with the `rev` in `If-Match`."})


@asynccontextmanager
async def editing(here: Visit, if_match: frozenset[str] | None) -> AsyncIterator[AsyncConnection]:
    """A transaction in which what is read stays so until the end, if the caller asks for it.

    Taking the revision first makes writers wait for each other, so that two of them cannot both find it unchanged.
    """
    async with here.db.write() as conn:
        if if_match is not None:
            await bump(conn)
        yield conn


def ensure_current(if_match: frozenset[str] | None, rev: int | None) -> None:
    """Raises ApiError 412 when none of the tags is this revision's; None is that of what is not there."""
    if if_match is None:
        return
    if rev is None:
        raise ApiError(412, "changed_meanwhile", "it is not there, or no longer: read it again")
    if not if_match & {"*", f'"{rev}"'}:  # a weak tag is nobody's: the comparison is the strong one
        text = f"it was changed meanwhile, and is at rev {rev} now: read it again"
        raise ApiError(412, "changed_meanwhile", text)
