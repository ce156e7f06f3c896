"""Users and their money."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from sluice.base.money import usd_from_nano
from sluice.storage.manage import accounts, users
from sluice.storage.manage.accounts import Entry
from sluice.storage.manage.users import UserRecord
from sluice.web.admin.caller import GuardedRoute, Here, Visit
from sluice.web.admin.editing import OUTDATED, IfMatch, Rev, editing, ensure_current
from sluice.web.admin.errors import RESPONSES, forbidden, not_found
from sluice.web.admin.fields import (
    ABSENT,
    Done,
    Listing,
    Name,
    NotNegativeUsd,
    PageQuery,
    Password,
    Patch,
    PathId,
    Remark,
    RoleName,
    Search,
    Status,
    Strict,
    Usd,
    UsdIn,
)
from sluice.web.admin.policy import ROLES, Role

router = APIRouter(prefix="/users", tags=["users"], route_class=GuardedRoute, responses=RESPONSES)


class UserView(BaseModel):
    """A user."""

    id: int
    name: str
    role: RoleName
    status: Status
    group: str
    remark: str
    has_password: bool = Field(description="Whether the user can sign in.")
    balance_usd: Usd
    spent_usd: Usd
    created_ms: int
    updated_ms: int
    rev: Rev


class UserPage(Listing[UserView]):
    """One page of users."""


class NewUser(Strict):
    """A user to create."""

    name: Name
    password: Password | None = Field(default=None, description="Without one the user cannot sign in.")
    role: RoleName = "user"
    status: Status = "enabled"
    group: Name = "default"
    balance_usd: NotNegativeUsd = 0
    remark: Remark = ""


class UserPatch(Patch):
    """What to change of a user."""

    name: Name = ABSENT
    password: Password = ABSENT
    role: RoleName = ABSENT
    status: Status = ABSENT
    group: Name = ABSENT
    remark: Remark = ABSENT


class UserQuery(PageQuery):
    """Which users to list. Sorted by id, name, role, group, balance or created."""

    search: Search = None
    role: RoleName | None = None
    status: Status | None = None
    group: Name | None = None


class NewBalance(Strict):
    """The balance as it is to be."""

    balance_usd: UsdIn
    remark: Remark = ""


class BalanceChange(Strict):
    """What to add to the balance; negative takes away."""

    amount_usd: UsdIn
    remark: Remark = ""


class EntryView(BaseModel):
    """One movement of money. What is charged in an hour is one, which grows with each request."""

    id: int
    kind: str = Field(description="opening, adjust or charge.")
    amount_usd: Usd
    requests: int = Field(description="How many requests a charge sums up; 0 for what is no charge.")
    actor_id: int | None = Field(description="Who adjusted; 0 is the command line or the config file.")
    remark: str
    created_ms: int = Field(description="When it was made; of a charge: the start of the hour its requests came in.")


class EntryPage(Listing[EntryView]):
    """One page of movements."""


def view(user: UserRecord) -> UserView:
    """A user as the API shows one."""
    shown = ("id", "name", "role", "status", "remark", "has_password", "created_ms", "updated_ms", "rev")
    values: dict[str, Any] = {name: getattr(user, name) for name in shown}
    return UserView(
        **values,
        group=user.group_name,
        balance_usd=usd_from_nano(user.balance_nano),
        spent_usd=usd_from_nano(user.deposited_nano - user.balance_nano),
    )


def _entry(entry: Entry) -> EntryView:
    return EntryView(
        id=entry.id,
        kind=entry.kind,
        amount_usd=usd_from_nano(entry.amount_nano),
        requests=entry.requests,
        actor_id=entry.actor_id,
        remark=entry.remark,
        created_ms=entry.created_ms,
    )


@router.get("")
async def list_users(here: Here, query: Annotated[UserQuery, Query()]) -> UserPage:
    """The users."""
    async with here.db.read() as conn:
        page = await users.list_users(
            conn, query.page(), search=query.search, role=query.role, status=query.status, group=query.group
        )
    return UserPage(items=[view(user) for user in page.items], next=page.next, total=page.total)


@router.post("", status_code=201)
async def create_user(here: Here, new: NewUser) -> UserView:
    """Creates a user with an account of its own. An admin creates plain users; root creates anybody."""
    _ensure_may_grant(here, new.role)
    password_hash = await here.deps.passwords.hash(new.password) if new.password is not None else None
    record = users.NewUser(
        name=new.name,
        password_hash=password_hash,
        role=new.role,
        status=new.status,
        group_name=new.group,
        balance_nano=new.balance_usd,
        remark=new.remark,
    )
    async with here.db.write() as conn:
        user = await users.get(conn, await users.create(conn, here.by(), record))
    await here.deps.changed()
    return view(user)


@router.get("/{user_id}")
async def get_user(here: Here, user_id: PathId) -> UserView:
    """One user; a plain user sees only itself."""
    return view(await _visible(here, user_id))


@router.patch("/{user_id}", responses=OUTDATED)
async def update_user(here: Here, user_id: PathId, patch: UserPatch, if_match: IfMatch = None) -> UserView:
    """Changes a user. A new password or a disabled status ends the user's sessions."""
    given = patch.given()
    password = given.pop("password", None)
    password_hash = await here.deps.passwords.hash(password) if password is not None else None
    values: dict[str, Any] = {("group_name" if name == "group" else name): value for name, value in given.items()}
    async with editing(here, if_match) as conn:
        old = await users.get(conn, user_id)
        here.caller.ensure_may_manage(old)
        ensure_current(if_match, old.rev)
        if values.get("role", old.role) != old.role:
            _ensure_may_grant(here, values["role"])
            if here.caller.role is not Role.ROOT:
                raise forbidden("only root changes roles")
        if password_hash is not None and old.id == here.caller.user.id:
            raise forbidden("change your own password at PUT /session/password, with the current one")
        await users.update(conn, here.by(), user_id, values)
        if password_hash is not None:
            await users.set_password(conn, here.by(), user_id, password_hash)
        user = await users.get(conn, user_id)
    await here.deps.changed()
    return view(user)


@router.delete("/{user_id}")
async def delete_user(here: Here, user_id: PathId) -> Done:
    """Deletes a user with its tokens; the logs stay."""
    async with here.db.write() as conn:
        here.caller.ensure_may_manage(await users.get(conn, user_id))
        await users.delete(conn, here.by(), user_id)
    await here.deps.changed()
    return Done()


@router.put("/{user_id}/balance")
async def set_user_balance(here: Here, user_id: PathId, new: NewBalance) -> UserView:
    """Sets the balance. It counts at once, on this and every other worker."""
    async with here.db.write() as conn:
        here.caller.ensure_may_manage(await users.get(conn, user_id))
        account = await users.set_balance(conn, here.by(), user_id, new.balance_usd, new.remark)
        user = await users.get(conn, user_id)
    await here.deps.balance_changed(account.id)
    await here.deps.changed()
    return view(user)


@router.post("/{user_id}/balance/adjust")
async def adjust_user_balance(here: Here, user_id: PathId, change: BalanceChange) -> UserView:
    """Adds to the balance, or takes from it."""
    async with here.db.write() as conn:
        here.caller.ensure_may_manage(await users.get(conn, user_id))
        account = await users.adjust_balance(conn, here.by(), user_id, change.amount_usd, change.remark)
        user = await users.get(conn, user_id)
    await here.deps.balance_changed(account.id)
    await here.deps.changed()
    return view(user)


@router.get("/{user_id}/entries")
async def list_user_entries(here: Here, user_id: PathId, query: Annotated[PageQuery, Query()]) -> EntryPage:
    """The movements of a user's money. Sorted by id. A plain user sees only its own."""
    user = await _visible(here, user_id)
    async with here.db.read() as conn:
        page = await accounts.list_entries(conn, user.account_id, query.page())
    return EntryPage(items=[_entry(entry) for entry in page.items], next=page.next, total=page.total)


async def _visible(here: Visit, user_id: int) -> UserRecord:
    """The user, if the caller may know of it; to others it does not exist."""
    if not here.caller.may_see(user_id):
        raise not_found("user")
    async with here.db.read() as conn:
        return await users.get(conn, user_id)


def _ensure_may_grant(here: Visit, role: str) -> None:
    """Raises ApiError 403 when the caller would make somebody as mighty as itself, or mightier, and is not root."""
    if here.caller.role is not Role.ROOT and ROLES[role] >= here.caller.role:
        raise forbidden(f"a user of the role {here.caller.user.role!r} may not give the role {role!r}")
