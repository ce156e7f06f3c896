"""Channels: upstream accounts. Their keys go in and never come out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.storage import proxies
from sluice.storage.key_marks import marks_of
from sluice.storage.keychain import write_keys
from sluice.storage.manage import channels
from sluice.storage.manage.channels import ChannelRecord
from sluice.storage.manage.common import NotFound
from sluice.web.admin.caller import GuardedRoute, Here
from sluice.web.admin.channel_keys import MOST, KeyView, KeyWish, changed_keys, given_keys, key_views, stored_keys
from sluice.web.admin.channel_specs import (
    check_address,
    check_bindable,
    check_key_given,
    check_proxy_trusted,
    proxy_to_store,
    stored_spec,
)
from sluice.web.admin.editing import OUTDATED, IfMatch, Rev, editing, ensure_current
from sluice.web.admin.errors import RESPONSES
from sluice.web.admin.fields import (
    ABSENT,
    Done,
    Id,
    Keys,
    Listing,
    ModelName,
    Name,
    PageQuery,
    Patch,
    PathId,
    Remark,
    Search,
    ShortText,
    Status,
    Strict,
)

router = APIRouter(prefix="/channels", tags=["channels"], route_class=GuardedRoute, responses=RESPONSES)

Models = Annotated[list[ModelName], Field(max_length=5000)]
Mapping_ = Annotated[dict[ModelName, ModelName], Field(max_length=5000)]
Options = Annotated[dict[Name, ShortText], Field(max_length=50)]
Groups = Annotated[list[Name], Field(min_length=1, max_length=200)]
Priority = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Weight = Annotated[int, Field(ge=1, le=1_000_000)]


class LastTest(BaseModel):
    """What came of the last test of a channel."""

    at_ms: int
    model: str
    ok: bool
    latency_ms: int
    message: str


class ChannelView(BaseModel):
    """A channel, but for its keys."""

    id: int
    name: str
    provider: str
    base_url: str = Field(description='As typed; "" is the provider\'s own address.')
    key_hint: str = Field(description='What of the first key may be shown; "" when there is none.')
    keys: list[KeyView] = Field(description="Its keys, each used in its turn.")
    options: dict[str, str] = Field(description="The provider's own form fields.")
    models: list[str] = Field(description="The exact names it serves.")
    model_mapping: dict[str, str] = Field(description="Asked name -> the upstream's name.")
    priority: int = Field(description="Higher goes first.")
    weight: int = Field(description="Its share among channels of the same priority.")
    groups: list[str]
    status: Status
    proxy_url: str = Field(
        description="The proxy it is reached through; user and password in it are shown as `***`, which means "
        "unchanged where it is sent back."
    )
    remark: str
    last_test: LastTest | None
    created_ms: int
    updated_ms: int
    rev: Rev


class ChannelPage(Listing[ChannelView]):
    """One page of channels."""


class NewChannel(Strict):
    """A channel to create."""

    name: Name
    provider: Name
    base_url: ShortText = ""
    key: Keys = ""
    options: Options = Field(default_factory=dict)
    models: Models = Field(default_factory=list)
    model_mapping: Mapping_ = Field(default_factory=dict)
    priority: Priority = 0
    weight: Weight = 1
    groups: Groups = Field(default_factory=lambda: ["default"])
    status: Status = "enabled"
    proxy_url: ShortText = ""
    remark: Remark = ""


class ChannelPatch(Patch):
    """What to change of a channel. Its keys stay as they are when they are left out: `key` replaces all of them, `keys`
    arranges, enables, disables, adds and removes. They must be given again when the channel is to send them to another
    host."""

    name: Name = ABSENT
    provider: Name = ABSENT
    base_url: ShortText = ABSENT
    key: Keys = ABSENT
    keys: Annotated[list[KeyWish], Field(max_length=MOST)] = ABSENT
    options: Options = ABSENT
    models: Models = ABSENT
    model_mapping: Mapping_ = ABSENT
    priority: Priority = ABSENT
    weight: Weight = ABSENT
    groups: Groups = ABSENT
    status: Status = ABSENT
    proxy_url: ShortText = ABSENT
    remark: Remark = ABSENT


class ChannelQuery(PageQuery):
    """Which channels to list. Sorted by id, name, provider, priority, weight, status or created."""

    search: Search = None
    provider: Name | None = None
    status: Status | None = None
    group: Name | None = None
    model: ModelName | None = Field(default=None, description="An exact name the channel lists or maps.")


class BulkChange(Strict):
    """What to do with many channels."""

    ids: list[Id] = Field(min_length=1, max_length=500)
    action: Literal["enable", "disable", "delete"]


class BulkDone(BaseModel):
    """What was done."""

    done: list[int]
    missing: list[int] = Field(description="Ids that stand for no channel.")


async def views(conn: AsyncConnection, found: Sequence[ChannelRecord]) -> list[ChannelView]:
    """Channels as the API shows them."""
    several = [channel.id for channel in found if len(channel.keys) > 1]
    marks = await marks_of(conn, several) if several else {}
    shown = []
    for channel in found:
        values = {name: getattr(channel, name) for name in ChannelView.model_fields if name != "key_hint"}
        values["proxy_url"] = proxies.shown(channel.proxy_url)
        values["key_hint"] = channel.keys[0].hint if channel.keys else ""
        values["keys"] = key_views(channel, marks)
        shown.append(ChannelView.model_validate(values))
    return shown


async def view(conn: AsyncConnection, channel_id: int) -> ChannelView:
    """One channel as the API shows it."""
    (shown,) = await views(conn, [await channels.get(conn, channel_id)])
    return shown


@router.get("")
async def list_channels(here: Here, query: Annotated[ChannelQuery, Query()]) -> ChannelPage:
    """The channels."""
    async with here.db.read() as conn:
        page = await channels.list_channels(
            conn,
            query.page(),
            search=query.search,
            provider=query.provider,
            status=query.status,
            group=query.group,
            model=query.model,
        )
        items = await views(conn, page.items)
    return ChannelPage(items=items, next=page.next, total=page.total)


@router.post("", status_code=201)
async def create_channel(here: Here, new: NewChannel) -> ChannelView:
    """Creates a channel. Nothing is asked of the upstream; test it afterwards, or before with /channels/test."""
    values = new.model_dump()
    chain = given_keys(values.pop("key"))
    check_address(here, base_url=new.base_url, proxy_url=new.proxy_url)
    check_bindable(values, [key.text for key in chain.keys])
    values["proxy_url"] = proxy_to_store(here, new.proxy_url)
    record = channels.NewChannel(**values, sealed_keys=write_keys(chain, here.deps.sealer))
    async with here.db.write() as conn:
        shown = await view(conn, await channels.create(conn, here.by(), record))
    await here.deps.changed()
    return shown


@router.post("/bulk")
async def bulk_update_channels(here: Here, bulk: BulkChange) -> BulkDone:
    """Enables, disables or deletes many channels in one transaction."""
    done, missing = [], []
    async with here.db.write() as conn:
        for channel_id in dict.fromkeys(bulk.ids):
            try:
                if bulk.action == "delete":
                    await channels.delete(conn, here.by(), channel_id)
                else:
                    await channels.update(conn, here.by(), channel_id, {"status": f"{bulk.action}d"})
                done.append(channel_id)
            except NotFound:
                missing.append(channel_id)
    await here.deps.changed()
    return BulkDone(done=done, missing=missing)


@router.get("/{channel_id}")
async def get_channel(here: Here, channel_id: PathId) -> ChannelView:
    """One channel, but for its keys."""
    async with here.db.read() as conn:
        return await view(conn, channel_id)


@router.patch("/{channel_id}", responses=OUTDATED)
async def update_channel(here: Here, channel_id: PathId, patch: ChannelPatch, if_match: IfMatch = None) -> ChannelView:
    """Changes a channel."""
    values: dict[str, Any] = patch.given()
    text, wishes = values.pop("key", None), values.pop("keys", None)
    check_address(here, base_url=values.get("base_url", ""), proxy_url=values.get("proxy_url", ""))
    async with editing(here, if_match) as conn:
        old = await channels.get(conn, channel_id)
        ensure_current(if_match, old.rev)
        stored = await stored_keys(here, conn, channel_id)
        chain = changed_keys(stored, text, wishes)
        fields = ("provider", "base_url", "options", "model_mapping")
        after = {name: values.get(name, getattr(old, name)) for name in fields}
        spec = stored_spec(old, stored.first())
        kept = text is None and any(key in stored.keys for key in chain.keys)
        if any(after[name] != getattr(old, name) for name in fields) or chain != stored:
            before, spec = spec, check_bindable(after, [key.text for key in chain.keys])
            if kept:
                check_key_given(here.deps.probe, before, spec)
        if "proxy_url" in values:
            values["proxy_url"] = proxy_to_store(here, values["proxy_url"], old.proxy_url)
            if kept:
                check_proxy_trusted(here.deps.probe, spec, old.proxy_url, values["proxy_url"])
        if chain != stored:
            values["sealed_keys"] = write_keys(chain, here.deps.sealer)
        await channels.update(conn, here.by(), channel_id, values)
        shown = await view(conn, channel_id)
    await here.deps.changed()
    return shown


@router.delete("/{channel_id}")
async def delete_channel(here: Here, channel_id: PathId) -> Done:
    """Deletes a channel; requests that are on it run to their end, and its logs stay."""
    async with here.db.write() as conn:
        await channels.delete(conn, here.by(), channel_id)
    await here.deps.changed()
    return Done()
