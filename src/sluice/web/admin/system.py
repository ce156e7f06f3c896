"""Settings, the audit log, the models one may use, and how the server is."""

from __future__ import annotations

import platform
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StrictBool, StrictInt, StrictStr
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage.manage import about, audit, channels, settings
from sluice.web.admin.caller import GuardedRoute, Here
from sluice.web.admin.editing import OUTDATED, IfMatch, Rev, editing, ensure_current
from sluice.web.admin.errors import RESPONSES
from sluice.web.admin.fields import MAX_INT, Id, Listing, Name, PageQuery, Remark, Strict
from sluice.web.admin.policy import Role

router = APIRouter(tags=["system"], route_class=GuardedRoute, responses=RESPONSES)

Value = StrictBool | StrictInt | StrictStr
ValueIn = (
    StrictBool | Annotated[int, Field(strict=True, ge=-MAX_INT, le=MAX_INT)] | Annotated[Remark, Field(strict=True)]
)


class SettingView(BaseModel):
    """A setting and what it means."""

    key: str
    value: Value
    default: Value
    about: str
    least: int | None = Field(description="The smallest number it takes.")
    most: int | None = Field(description="The largest number it takes.")


class SettingList(BaseModel):
    """Every setting."""

    items: list[SettingView]
    rev: Rev


class SettingsIn(Strict):
    """Settings to change."""

    values: dict[Name, ValueIn] = Field(min_length=1, max_length=100)


class AuditView(BaseModel):
    """Who changed what, and when."""

    id: int
    at_ms: int
    actor_id: int = Field(description="0: the command line or the config file.")
    actor_name: str | None
    action: str = Field(examples=["channel.update"])
    target: str = Field(examples=["channel:12"])
    detail: dict[str, Any] = Field(description="What changed: field -> [before, after]; secrets left out.")
    address: str


class AuditPage(Listing[AuditView]):
    """One page of the audit log."""


class AuditQuery(PageQuery):
    """Which lines of the audit log to list. Sorted by id."""

    actor_id: Id | None = None
    action: Name | None = None
    target: Name | None = None


class HealthView(BaseModel):
    """How this worker is."""

    version: str
    database: str = Field(description="sqlite or postgresql.")
    details: dict[str, Any] = Field(description="What the worker says of itself.")


class SystemView(BaseModel):
    """What this installation is made of."""

    version: str
    python: str
    platform: str
    database: str = Field(description="sqlite or postgresql.")
    database_version: str
    database_bytes: int = Field(description="The space the database takes.")
    counts: dict[str, int] = Field(description="How many channels, tokens, users and prices there are.")


class ModelList(BaseModel):
    """The models that enabled channels serve to the caller's group; to admins: all."""

    items: list[str]


@router.get("/models")
async def list_models(here: Here) -> ModelList:
    """The exact names of the models one may ask for."""
    group = None if here.caller.role >= Role.ADMIN else here.caller.user.group_name
    async with here.db.read() as conn:
        return ModelList(items=await channels.served_models(conn, group))


@router.get("/settings")
async def list_settings(here: Here) -> SettingList:
    """Every setting, with its meaning."""
    async with here.db.read() as conn:
        return await _listed(conn)


@router.patch("/settings", responses=OUTDATED)
async def update_settings(here: Here, given: SettingsIn, if_match: IfMatch = None) -> SettingList:
    """Changes settings; they count at once."""
    async with editing(here, if_match) as conn:
        ensure_current(if_match, await settings.revision(conn))
        await settings.save(conn, here.by(), given.values)
        listed = await _listed(conn)
    await here.deps.changed()
    return listed


@router.get("/audit")
async def list_audit(here: Here, query: Annotated[AuditQuery, Query()]) -> AuditPage:
    """The audit log."""
    async with here.db.read() as conn:
        page = await audit.list_audit(
            conn, query.page(), actor_id=query.actor_id, action=query.action, target=query.target
        )
    items = [
        AuditView.model_validate({name: getattr(line, name) for name in AuditView.model_fields}) for line in page.items
    ]
    return AuditPage(items=items, next=page.next, total=page.total)


@router.get("/health")
async def get_health(here: Here) -> HealthView:
    """How this worker is. That the caller could be looked up means that the database answers."""
    return HealthView(
        version=here.deps.version,
        database=here.db.dialect,
        details=dict(here.deps.health()),
    )


@router.get("/system")
async def get_system(here: Here) -> SystemView:
    """Versions and sizes."""
    async with here.db.read() as conn:
        found = await about.describe(conn)
    return SystemView(
        version=here.deps.version,
        python=platform.python_version(),
        platform=platform.platform(),
        database=here.db.dialect,
        database_version=found.version,
        database_bytes=found.size_bytes,
        counts=dict(found.counts),
    )


async def _listed(conn: AsyncConnection) -> SettingList:
    values = await settings.load(conn)
    items = [_setting(key, value) for key, value in values.items()]
    return SettingList(items=items, rev=await settings.revision(conn))


def _setting(key: str, value: Any) -> SettingView:
    setting = settings.SETTINGS[key]
    number = type(setting.default) is int
    return SettingView(
        key=key,
        value=value,
        default=setting.default,
        about=setting.about,
        least=setting.least if number else None,
        most=setting.most if number else None,
    )
