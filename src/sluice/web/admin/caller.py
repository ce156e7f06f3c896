"""Who calls: by session cookie or management token. Every route passes through here, or it is not a route."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.base.clock import Clock
from sluice.relay.admit import key_hash
from sluice.storage.engine import Database, DatabaseAway
from sluice.storage.manage import sessions, settings, tokens, users
from sluice.storage.manage.common import By, NotFound
from sluice.storage.manage.users import UserRecord
from sluice.web.admin.deps import AdminDeps
from sluice.web.admin.errors import ApiError, forbidden
from sluice.web.admin.passwords import secret_hash
from sluice.web.admin.policy import POLICY, ROLES, Role

COOKIE = "sluice_session"
COOKIE_PATH = "/api"
CSRF_HEADER = "x-csrf-token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A user who proved to be one. ``session`` is None for a management token."""

    user: UserRecord
    session: sessions.Session | None = None

    @property
    def role(self) -> Role:
        """The user's rank."""
        return ROLES[self.user.role]

    def may_see(self, user_id: int) -> bool:
        """Whether things of this user may be seen: one's own, or anybody's for admins."""
        return self.role >= Role.ADMIN or self.user.id == user_id

    def ensure_may_manage(self, other: UserRecord) -> None:
        """Root manages everybody, an admin plain users, and everybody their own things. Raises ApiError 403."""
        if other.id != self.user.id and self.role is not Role.ROOT and ROLES[other.role] >= self.role:
            raise forbidden(f"a user of the role {self.user.role!r} may not manage one of the role {other.role!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One call of an operation by someone who may call it."""

    deps: AdminDeps
    caller: Caller
    address: str

    @property
    def db(self) -> Database:
        """The database."""
        return self.deps.db

    @property
    def clock(self) -> Clock:
        """The clock."""
        return self.deps.clock

    def by(self) -> By:
        """Who changes something, for the audit log."""
        return By(now_ms=self.deps.clock.now_ms(), actor_id=self.caller.user.id, address=self.address)


def deps_of(request: Request) -> AdminDeps:
    """The dependencies of the app that serves the request."""
    deps = request.app.state.deps
    assert isinstance(deps, AdminDeps)
    return deps


def address_of(request: Request) -> str:
    """The client's address (the server resolves forwarded headers of trusted proxies)."""
    return request.client.host if request.client else ""


def _visit(request: Request) -> Visit:
    return Visit(deps=deps_of(request), caller=request.state.caller, address=address_of(request))


Here = Annotated[Visit, Depends(_visit)]
Deps = Annotated[AdminDeps, Depends(deps_of)]


class GuardedRoute(APIRoute):
    """A route that first asks who calls. Raises KeyError at start for an operation without a line in the policy."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wraps the operation, so that nothing of a request is read before its caller is known."""
        inner = super().get_route_handler()
        least = POLICY[self.name]

        async def guarded(request: Request) -> Response:
            request.state.caller = await _authorise(request, least)
            return await inner(request)

        return guarded


async def _authorise(request: Request, least: Role) -> Caller | None:
    if least is Role.ANONYMOUS:
        await _check_origin(request)
        return None
    caller = await _authenticate(request)
    if caller is None:
        raise ApiError(401, "unauthenticated", "sign in, or send a management token as 'Authorization: Bearer sk-...'")
    if caller.role < least:
        raise forbidden(f"this needs the role {least.name.lower()!r}")
    return caller


async def still_welcome(request: Request, caller: Caller) -> bool:
    """Whether whoever began a long answer may have the rest of it: signed in still, and with no fewer rights."""
    try:
        again = await _authenticate(request)
    except ApiError:
        return False
    except DatabaseAway:
        return True  # nobody can be looked up now; what comes of it is decided once the database is back
    return again is not None and again.user.id == caller.user.id and again.role >= caller.role


async def _authenticate(request: Request) -> Caller | None:
    authorization = request.headers.get("authorization")
    if authorization is not None:
        return await _by_token(request, authorization)
    cookie = request.cookies.get(COOKIE)
    return await _by_session(request, cookie) if cookie else None


async def _by_token(request: Request, authorization: str) -> Caller | None:
    deps = deps_of(request)
    scheme, _, rest = authorization.strip().partition(" ")
    key = rest.strip() if scheme.lower() == "bearer" else authorization.strip()
    async with deps.db.read() as conn:
        bearer = await tokens.find_bearer(conn, key_hash(key.encode()), deps.clock.now_ms())
        user = await _enabled_user(conn, bearer.user_id) if bearer else None
    if bearer is None or user is None:
        return None
    if bearer.scope != "management":
        raise ApiError(403, "management_token_required", "this token relays requests; it cannot manage")
    if bearer.addresses is not None and not _listed(bearer.addresses, address_of(request)):
        raise ApiError(403, "ip_not_allowed", "this token may not be used from this address")
    return Caller(user=user)


async def _by_session(request: Request, cookie: str) -> Caller | None:
    deps = deps_of(request)
    async with deps.db.read() as conn:
        session = await sessions.find(conn, secret_hash(cookie), deps.clock.now_ms())
        user = await _enabled_user(conn, session.user_id) if session else None
    if session is None or user is None:
        return None
    if request.method not in _SAFE:
        shown = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(shown.encode(), session.csrf.encode()):
            raise ApiError(403, "csrf_failed", f"the header {CSRF_HEADER} must carry the session's csrf value")
        await _check_origin(request)
    return Caller(user=user, session=session)


async def _enabled_user(conn: AsyncConnection, user_id: int) -> UserRecord | None:
    try:
        user = await users.get(conn, user_id)
    except NotFound:
        return None
    return user if user.status == "enabled" else None


async def _check_origin(request: Request) -> None:
    """A browser says where a request that changes something comes from: it must be from here.

    Raises ApiError 403. Browsers send ``Origin`` with every such request; what has none is no page of another site.
    """
    origin = request.headers.get("origin")
    if origin is None or request.method in _SAFE:
        return
    if origin != "null" and urlsplit(origin).netloc == request.headers.get("host"):
        return
    deps = deps_of(request)
    async with deps.db.read() as conn:
        public = str((await settings.load(conn))["public_url"])
    if not public or origin.casefold() != public.rstrip("/").casefold():
        raise ApiError(403, "origin_refused", "this request comes from a page of another site")


def _listed(networks: tuple[str, ...], address: str) -> bool:
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return any(ip in ip_network(network) for network in networks)
