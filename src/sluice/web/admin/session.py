"""Signing in and out, and the one-time link of the first start."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from sluice.storage.manage import sessions, settings, users
from sluice.storage.manage.common import By, note
from sluice.web.admin.caller import COOKIE, COOKIE_PATH, Deps, GuardedRoute, Here, address_of
from sluice.web.admin.deps import AdminDeps
from sluice.web.admin.errors import RESPONSES, ApiError
from sluice.web.admin.fields import Done, Key, Name, Password, Strict
from sluice.web.admin.passwords import LONGEST, secret_hash
from sluice.web.admin.users import UserView, view

router = APIRouter(prefix="/session", tags=["session"], route_class=GuardedRoute, responses=RESPONSES)

_DAY_MS = 86_400_000


class SignIn(Strict):
    """A name and its password."""

    name: Name
    password: str = Field(max_length=LONGEST)


class Setup(Strict):
    """The token of the one-time link, and the password to be."""

    token: Key
    password: Password


class NewPassword(Strict):
    """The password as it is, and as it is to be."""

    current_password: str = Field(max_length=LONGEST)
    password: Password


class SessionView(BaseModel):
    """Who is signed in. ``csrf`` must be sent as the header x-csrf-token with every request that changes something; it
    is null for a management token, which needs none."""

    user: UserView
    csrf: str | None


@router.post("")
async def sign_in(request: Request, response: Response, deps: Deps, given: SignIn) -> SessionView:
    """Signs in: sets the session cookie, always a new one."""
    address = address_of(request)
    _slow_down(deps, address, given.name)
    async with deps.db.read() as conn:
        found = await users.credentials(conn, given.name)
    # An unknown name takes as long as a wrong password.
    if not await deps.passwords.verify(found[1] if found else None, given.password) or found is None:
        raise ApiError(401, "wrong_credentials", "the name or the password is wrong")
    deps.throttle.succeeded(address, given.name)
    return await _begin(request, response, deps, found[0])


@router.post("/setup")
async def finish_setup(request: Request, response: Response, deps: Deps, given: Setup) -> SessionView:
    """Chooses a password by the one-time link, and signs in. The link works once."""
    address = address_of(request)
    _slow_down(deps, address, "one-time link")
    password_hash = await deps.passwords.hash(given.password)
    now = deps.clock.now_ms()
    async with deps.db.write() as conn:
        user_id = await sessions.take_link(conn, secret_hash(given.token), now)
        if user_id is None:
            raise ApiError(401, "link_used_up", "this link was used before or has expired: ask for a new one")
        by = By(now_ms=now, actor_id=user_id, address=address)
        await users.set_password(conn, by, user_id, password_hash)
    deps.throttle.succeeded(address, "one-time link")
    return await _begin(request, response, deps, user_id)


@router.get("")
async def show_session(here: Here) -> SessionView:
    """Who is signed in."""
    session = here.caller.session
    return SessionView(user=view(here.caller.user), csrf=session.csrf if session else None)


@router.delete("")
async def sign_out(here: Here, response: Response) -> Done:
    """Ends the session: its cookie is worth nothing from now on."""
    if here.caller.session is not None:
        async with here.db.write() as conn:
            await sessions.delete(conn, here.caller.session.id_hash)
    response.delete_cookie(COOKIE, path=COOKIE_PATH, httponly=True, samesite="strict")
    return Done()


@router.put("/password")
async def change_password(here: Here, given: NewPassword) -> Done:
    """Changes one's own password. Every other session of the user ends."""
    me = here.caller.user
    _slow_down(here.deps, here.address, me.name)
    async with here.db.read() as conn:
        found = await users.credentials(conn, me.name)
    if not await here.deps.passwords.verify(found[1] if found else None, given.current_password):
        raise ApiError(403, "wrong_password", "the current password is wrong", "current_password")
    here.deps.throttle.succeeded(here.address, me.name)
    password_hash = await here.deps.passwords.hash(given.password)
    keep = here.caller.session.id_hash if here.caller.session else None
    async with here.db.write() as conn:
        await users.set_password(conn, here.by(), me.id, password_hash, keep_session=keep)
    return Done()


def _slow_down(deps: AdminDeps, address: str, name: str) -> None:
    wait = deps.throttle.attempt(address, name, deps.clock.monotonic())
    if wait is not None:
        text = f"too many attempts: try again in {wait} seconds"
        raise ApiError(429, "too_many_attempts", text, retry_after=wait)


async def _begin(request: Request, response: Response, deps: AdminDeps, user_id: int) -> SessionView:
    """A new session under a new secret; one that the browser brought along ends."""
    now = deps.clock.now_ms()
    secret, csrf = f"{deps.rng.getrandbits(256):064x}", f"{deps.rng.getrandbits(128):032x}"
    address = address_of(request)
    brought = request.cookies.get(COOKIE)
    async with deps.db.write() as conn:
        if brought:
            await sessions.delete(conn, secret_hash(brought))
        days = int((await settings.load(conn))["session_days"])
        session = sessions.Session(
            id_hash=secret_hash(secret),
            user_id=user_id,
            csrf=csrf,
            created_ms=now,
            expires_ms=now + days * _DAY_MS,
            address=address,
            agent=_storable(request.headers.get("user-agent", "")),
        )
        await sessions.create(conn, session)
        await note(conn, By(now_ms=now, actor_id=user_id, address=address), "session.create", f"user:{user_id}", {})
        user = await users.get(conn, user_id)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=days * _DAY_MS // 1000,
        path=COOKIE_PATH,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return SessionView(user=view(user), csrf=csrf)


def _storable(agent: str) -> str:
    return "".join(char for char in agent if char.isprintable())[:200]
