"""Groups: which users may use which channels, and at what price multiplier."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from sluice.storage.manage import groups
from sluice.storage.manage.groups import GroupRecord
from sluice.web.admin.caller import GuardedRoute, Here
from sluice.web.admin.editing import OUTDATED, IfMatch, Rev, editing, ensure_current
from sluice.web.admin.errors import RESPONSES
from sluice.web.admin.fields import ABSENT, Done, Listing, Name, PageQuery, Patch, PathId, Remark, Strict

router = APIRouter(prefix="/groups", tags=["groups"], route_class=GuardedRoute, responses=RESPONSES)

Multiplier = Annotated[Decimal, Field(ge=0, le=1000, decimal_places=6)]
_MILLION = 1_000_000


class GroupView(BaseModel):
    """A group."""

    id: int
    name: str
    multiplier: str = Field(description="What every price is multiplied with, as decimal text.", examples=["1"])
    remark: str
    created_ms: int
    updated_ms: int
    rev: Rev


class GroupPage(Listing[GroupView]):
    """One page of groups."""


class NewGroup(Strict):
    """A group to create."""

    name: Name
    multiplier: Multiplier = Decimal(1)
    remark: Remark = ""


class GroupPatch(Patch):
    """What to change of a group. Its name stays: users and channels refer to it."""

    multiplier: Multiplier = ABSENT
    remark: Remark = ABSENT


def _view(group: GroupRecord) -> GroupView:
    multiplier = (Decimal(group.multiplier_ppm) / _MILLION).normalize()
    return GroupView(
        id=group.id,
        name=group.name,
        multiplier=f"{multiplier:f}",
        remark=group.remark,
        created_ms=group.created_ms,
        updated_ms=group.updated_ms,
        rev=group.rev,
    )


@router.get("")
async def list_groups(here: Here, query: Annotated[PageQuery, Query()]) -> GroupPage:
    """The groups. Sorted by id, name or multiplier."""
    async with here.db.read() as conn:
        page = await groups.list_groups(conn, query.page())
    return GroupPage(items=[_view(group) for group in page.items], next=page.next, total=page.total)


@router.post("", status_code=201)
async def create_group(here: Here, new: NewGroup) -> GroupView:
    """Creates a group."""
    ppm = int(new.multiplier * _MILLION)
    async with here.db.write() as conn:
        group_id = await groups.create(conn, here.by(), name=new.name, multiplier_ppm=ppm, remark=new.remark)
        group = await groups.get(conn, group_id)
    await here.deps.changed()
    return _view(group)


@router.get("/{group_id}")
async def get_group(here: Here, group_id: PathId) -> GroupView:
    """One group."""
    async with here.db.read() as conn:
        return _view(await groups.get(conn, group_id))


@router.patch("/{group_id}", responses=OUTDATED)
async def update_group(here: Here, group_id: PathId, patch: GroupPatch, if_match: IfMatch = None) -> GroupView:
    """Changes a group; the multiplier counts for requests from now on."""
    values = patch.given()
    if "multiplier" in values:
        values["multiplier_ppm"] = int(values.pop("multiplier") * _MILLION)
    async with editing(here, if_match) as conn:
        ensure_current(if_match, (await groups.get(conn, group_id)).rev)
        await groups.update(conn, here.by(), group_id, values)
        group = await groups.get(conn, group_id)
    await here.deps.changed()
    return _view(group)


@router.delete("/{group_id}")
async def delete_group(here: Here, group_id: PathId) -> Done:
    """Deletes a group that no user is in and no channel serves."""
    async with here.db.write() as conn:
        await groups.delete(conn, here.by(), group_id)
    await here.deps.changed()
    return Done()
