"""Tokens: the keys clients use. A plain user manages its own."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints

from sluice.base.keys import key_hint, new_key
from sluice.base.money import usd_from_nano
from sluice.relay.admit import key_hash
from sluice.storage.manage import tokens, users
from sluice.storage.manage.tokens import TokenRecord
from sluice.web.admin.caller import GuardedRoute, Here, Visit
from sluice.web.admin.editing import OUTDATED, IfMatch, Rev, editing, ensure_current
from sluice.web.admin.errors import RESPONSES, forbidden, not_found
from sluice.web.admin.fields import (
    ABSENT,
    Done,
    Id,
    Listing,
    Millis,
    ModelName,
    Name,
    Network,
    NotNegativeUsd,
    PageQuery,
    Patch,
    PathId,
    Search,
    Status,
    Strict,
    Usd,
)
from sluice.web.admin.policy import Role

router = APIRouter(prefix="/tokens", tags=["tokens"], route_class=GuardedRoute, responses=RESPONSES)

Scope = Literal["relay", "management"]
Rate = Annotated[int, Field(ge=1, le=1_000_000)]
Models = Annotated[list[ModelName], Field(max_length=2000)]
Addresses = Annotated[list[Network], Field(max_length=200)]


class TokenView(BaseModel):
    """A token, but for its key, which was shown when the token was created."""

    id: int
    user_id: int
    user_name: str
    name: str
    scope: Scope = Field(description="relay: for clients of the models; management: for this API.")
    key_hint: str
    status: Status
    models: list[str] | None = Field(description="The models it may use; null: every model.")
    addresses: list[str] | None = Field(description="Where it may be used from; null: from anywhere.")
    requests_per_minute: int | None
    expires_ms: int | None
    limit_usd: Usd | None = Field(description="All it may ever spend; null: as much as its user has.")
    spent_usd: Usd | None = Field(description="What of the limit is spent; null without a limit.")
    always_usage: bool = Field(description="Whether every stream ends with a usage chunk, asked for or not.")
    created_ms: int
    updated_ms: int
    rev: Rev


class CreatedToken(TokenView):
    """A new token with its key. The key is shown this once."""

    key: str


class TokenPage(Listing[TokenView]):
    """One page of tokens."""


class NewToken(Strict):
    """A token to create."""

    name: Name
    user_id: Id | None = Field(default=None, description="Whose token it is: one's own if left out.")
    scope: Scope = "relay"
    key: Annotated[str, StringConstraints(pattern=r"^sk-[A-Za-z0-9_-]{16,128}$")] | None = Field(
        default=None, description="A key to take over from elsewhere (admins only); made at random if left out."
    )
    status: Status = "enabled"
    models: Models | None = None
    addresses: Addresses | None = None
    requests_per_minute: Rate | None = None
    expires_ms: Millis | None = None
    limit_usd: NotNegativeUsd | None = None
    always_usage: bool = False


class TokenPatch(Patch):
    """What to change of a token; null lifts a limit."""

    name: Name = ABSENT
    status: Status = ABSENT
    models: Models | None = ABSENT
    addresses: Addresses | None = ABSENT
    requests_per_minute: Rate | None = ABSENT
    expires_ms: Millis | None = ABSENT
    limit_usd: NotNegativeUsd | None = ABSENT
    always_usage: bool = ABSENT


class TokenQuery(PageQuery):
    """Which tokens to list. Sorted by id, name, user, status or created."""

    search: Search = None
    user_id: Id | None = None
    status: Status | None = None
    scope: Scope | None = None


def _shown(token: TokenRecord) -> dict[str, object]:
    spent = None
    if token.limit_nano is not None and token.balance_nano is not None:
        spent = usd_from_nano(token.limit_nano - token.balance_nano)
    return {
        "id": token.id,
        "user_id": token.user_id,
        "user_name": token.user_name,
        "name": token.name,
        "scope": token.scope,
        "key_hint": token.key_hint,
        "status": token.status,
        "models": token.models,
        "addresses": token.addresses,
        "requests_per_minute": token.requests_per_minute,
        "expires_ms": token.expires_ms,
        "limit_usd": None if token.limit_nano is None else usd_from_nano(token.limit_nano),
        "spent_usd": spent,
        "always_usage": token.always_usage,
        "created_ms": token.created_ms,
        "updated_ms": token.updated_ms,
        "rev": token.rev,
    }


def _view(token: TokenRecord) -> TokenView:
    return TokenView.model_validate(_shown(token))


@router.get("")
async def list_tokens(here: Here, query: Annotated[TokenQuery, Query()]) -> TokenPage:
    """The tokens; a plain user sees its own."""
    user_id = query.user_id if here.caller.role >= Role.ADMIN else here.caller.user.id
    async with here.db.read() as conn:
        page = await tokens.list_tokens(
            conn, query.page(), user_id=user_id, search=query.search, status=query.status, scope=query.scope
        )
    return TokenPage(items=[_view(token) for token in page.items], next=page.next, total=page.total)


@router.post("", status_code=201)
async def create_token(here: Here, new: NewToken) -> CreatedToken:
    """Creates a token and shows its key, this once."""
    owner_id = here.caller.user.id if new.user_id is None else new.user_id
    if not here.caller.may_see(owner_id):
        raise forbidden("tokens can be created only for oneself")
    if new.key is not None and here.caller.role < Role.ADMIN:
        raise forbidden("only an admin may choose a key")
    key = new.key or new_key(here.deps.rng)
    record = tokens.NewToken(
        user_id=owner_id,
        name=new.name,
        key_hash=key_hash(key.encode()),
        key_hint=key_hint(key),
        scope=new.scope,
        status=new.status,
        models=new.models,
        addresses=new.addresses,
        requests_per_minute=new.requests_per_minute,
        expires_ms=new.expires_ms,
        limit_nano=new.limit_usd,
        always_usage=new.always_usage,
    )
    async with here.db.write() as conn:
        here.caller.ensure_may_manage(await users.get(conn, owner_id))
        token = await tokens.get(conn, await tokens.create(conn, here.by(), record))
    await here.deps.changed()
    return CreatedToken.model_validate({**_shown(token), "key": key})


@router.get("/{token_id}")
async def get_token(here: Here, token_id: PathId) -> TokenView:
    """One token, but for its key."""
    async with here.db.read() as conn:
        token = await tokens.get(conn, token_id)
    _ensure_visible(here, token)
    return _view(token)


@router.patch("/{token_id}", responses=OUTDATED)
async def update_token(here: Here, token_id: PathId, patch: TokenPatch, if_match: IfMatch = None) -> TokenView:
    """Changes a token. A new limit leaves spent what was spent."""
    values = patch.given()
    if "limit_usd" in values:
        values["limit_nano"] = values.pop("limit_usd")
    async with editing(here, if_match) as conn:
        old = await tokens.get(conn, token_id)
        _ensure_visible(here, old)
        here.caller.ensure_may_manage(await users.get(conn, old.user_id))
        ensure_current(if_match, old.rev)
        await tokens.update(conn, here.by(), token_id, values)
        token = await tokens.get(conn, token_id)
    if "limit_nano" in values and token.account_id is not None:
        await here.deps.balance_changed(token.account_id)
    await here.deps.changed()
    return _view(token)


@router.delete("/{token_id}")
async def delete_token(here: Here, token_id: PathId) -> Done:
    """Deletes a token: its key is refused from now on."""
    async with here.db.write() as conn:
        token = await tokens.get(conn, token_id)
        _ensure_visible(here, token)
        here.caller.ensure_may_manage(await users.get(conn, token.user_id))
        await tokens.delete(conn, here.by(), token_id)
    await here.deps.changed()
    return Done()


def _ensure_visible(here: Visit, token: TokenRecord) -> None:
    """To a plain user the tokens of others do not exist."""
    if not here.caller.may_see(token.user_id):
        raise not_found("token")
