"""Signing in and out: what a cookie is worth, and what a page of another site can do with it (nothing)."""

from __future__ import annotations

import asyncio
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from admin_tools import PASSWORD, ROOT_PASSWORD, Gateway, People, ok, refused, running

from sluice.storage.engine import open_database
from sluice.storage.tables import sessions, users
from sluice.web.admin.throttle import PER_NAME


def _cookie(answer: httpx.Response) -> SimpleCookie:
    return SimpleCookie(answer.headers["set-cookie"])


def _stored(gateway: Gateway, table: sa.Table) -> list[sa.RowMapping]:
    async def read() -> list[sa.RowMapping]:
        url = gateway.settings.database_url
        db = await open_database(url.get_secret_value() if url else None, gateway.settings.data_dir)
        try:
            async with db.read() as conn:
                return list((await conn.execute(table.select())).mappings())
        finally:
            await db.close()

    return asyncio.run(read())


def test_signing_in_sets_a_cookie_no_script_and_no_other_site_gets(gateway: Gateway) -> None:
    client = gateway.client()
    answer = client.post("/session", json={"name": "root", "password": ROOT_PASSWORD})
    assert ok(answer)["user"]["name"] == "root"
    morsel = _cookie(answer)["sluice_session"]
    assert morsel["httponly"] is True
    assert morsel["samesite"].lower() == "strict"
    assert morsel["path"] == "/api"
    assert len(morsel.value) == 64
    assert morsel.value.encode() not in [row["id_hash"] for row in _stored(gateway, sessions)]
    assert answer.headers["cache-control"] == "no-store"


def test_signing_in_again_gives_a_new_cookie_and_ends_the_old_session(gateway: Gateway) -> None:
    client = gateway.client()
    first = _cookie(client.post("/session", json={"name": "root", "password": ROOT_PASSWORD}))["sluice_session"].value
    second = _cookie(client.post("/session", json={"name": "root", "password": ROOT_PASSWORD}))["sluice_session"].value
    assert first != second
    old = gateway.client(cookie=f"sluice_session={first}")
    refused(old.get("/session"), 401, "unauthenticated")


def test_signing_out_ends_the_session_and_not_only_the_cookie(gateway: Gateway) -> None:
    client = gateway.signed_in("root", ROOT_PASSWORD)
    kept = gateway.client(cookie=f"sluice_session={client.cookies['sluice_session']}")
    ok(kept.get("/session"))
    answer = client.delete("/session")
    ok(answer)
    assert _cookie(answer)["sluice_session"]["max-age"] == "0"
    refused(kept.get("/session"), 401, "unauthenticated")


def test_a_cookie_alone_changes_nothing(gateway: Gateway) -> None:
    client = gateway.signed_in("root", ROOT_PASSWORD)
    csrf = client.headers.pop("x-csrf-token")
    body = {"name": "forged"}
    refused(client.post("/groups", json=body), 403, "csrf_failed")
    refused(client.post("/groups", json=body, headers={"x-csrf-token": "0" * 32}), 403, "csrf_failed")
    for origin in ("https://evil.example", "null", gateway.origin + ".evil.example"):
        headers = {"x-csrf-token": csrf, "origin": origin}
        refused(client.post("/groups", json=body, headers=headers), 403, "origin_refused")
    assert "forged" not in [group["name"] for group in ok(client.get("/groups", params={"limit": 200}))["items"]]


def test_a_page_of_this_site_or_of_the_public_address_may(gateway: Gateway, name: str) -> None:
    client = gateway.signed_in("root", ROOT_PASSWORD)
    group = ok(client.post("/groups", json={"name": name}, headers={"origin": gateway.origin}), 201)
    public = "https://llm.example.com"
    ok(client.patch("/settings", json={"values": {"public_url": public}}))
    ok(client.delete(f"/groups/{group['id']}", headers={"origin": public}))
    ok(client.patch("/settings", json={"values": {"public_url": ""}}))


def test_another_site_cannot_sign_a_browser_in(gateway: Gateway) -> None:
    body = {"name": "root", "password": ROOT_PASSWORD}
    answer = gateway.client().post("/session", json=body, headers={"origin": "https://evil.example"})
    refused(answer, 403, "origin_refused")
    assert "set-cookie" not in answer.headers


def test_a_management_token_needs_no_csrf_value(people: People, name: str) -> None:
    assert ok(people.key.get("/session"))["csrf"] is None
    group = ok(people.key.post("/groups", json={"name": name}), 201)
    ok(people.key.delete(f"/groups/{group['id']}"))


def test_a_relay_token_cannot_manage(gateway: Gateway, root: httpx.Client, name: str) -> None:
    key = ok(root.post("/tokens", json={"name": name}), 201)["key"]
    client = gateway.client(authorization=f"Bearer {key}")
    refused(client.get("/session"), 403, "management_token_required")


def test_a_management_token_ends_with_its_limits(gateway: Gateway, root: httpx.Client, name: str) -> None:
    token = ok(root.post("/tokens", json={"name": name, "scope": "management"}), 201)
    client = gateway.client(authorization=f"Bearer {token['key']}")
    ok(client.get("/session"))
    path = f"/tokens/{token['id']}"
    ok(root.patch(path, json={"addresses": ["203.0.113.0/24"]}))
    refused(client.get("/session"), 403, "ip_not_allowed")
    ok(root.patch(path, json={"addresses": ["127.0.0.0/8"]}))
    ok(client.get("/session"))
    for change in ({"expires_ms": 1}, {"expires_ms": None, "status": "disabled"}):
        ok(root.patch(path, json=change))
        refused(client.get("/session"), 401, "unauthenticated")
    ok(root.patch(path, json={"status": "enabled"}))
    ok(client.get("/session"))
    ok(root.delete(path))
    refused(client.get("/session"), 401, "unauthenticated")


def test_guessing_passwords_is_slowed_down(fresh: Gateway) -> None:
    client = fresh.client()
    for _ in range(PER_NAME):
        refused(client.post("/session", json={"name": "root", "password": "wrong"}), 401, "wrong_credentials")
    answer = client.post("/session", json={"name": "root", "password": ROOT_PASSWORD})
    refused(answer, 429, "too_many_attempts")
    assert 1 <= int(answer.headers["retry-after"]) <= 300


def test_an_unknown_name_and_a_wrong_password_look_the_same(gateway: Gateway) -> None:
    client = gateway.client()
    answers = [
        client.post("/session", json={"name": name, "password": "wrong"}).json()["error"]["message"]
        for name in ("root", "nobody at all")
    ]
    assert answers[0] == answers[1]


def test_passwords_are_kept_as_argon2id(gateway: Gateway, people: People) -> None:
    hashes = {row["name"]: row["password_hash"] for row in _stored(gateway, users)}
    assert hashes["root"].startswith("$argon2id$")
    assert hashes["uma"].startswith("$argon2id$")


def test_changing_the_password_ends_the_other_sessions(gateway: Gateway, root: httpx.Client, name: str) -> None:
    ok(root.post("/users", json={"name": name, "password": PASSWORD}), 201)
    here, elsewhere = gateway.signed_in(name, PASSWORD), gateway.signed_in(name, PASSWORD)
    wrong = {"current_password": "not this one", "password": "another password"}
    assert refused(here.put("/session/password", json=wrong), 403, "wrong_password")["param"] == "current_password"
    ok(here.put("/session/password", json={"current_password": PASSWORD, "password": "another password"}))
    ok(here.get("/session"))
    refused(elsewhere.get("/session"), 401, "unauthenticated")
    refused(gateway.client().post("/session", json={"name": name, "password": PASSWORD}), 401, "wrong_credentials")
    gateway.signed_in(name, "another password")


@pytest.mark.parametrize("change", [{"status": "disabled"}, {"password": "set by another"}])
def test_a_person_shut_out_is_signed_out_at_once(
    gateway: Gateway, root: httpx.Client, name: str, change: dict[str, str]
) -> None:
    user = ok(root.post("/users", json={"name": name, "password": PASSWORD}), 201)
    client = gateway.signed_in(name, PASSWORD)
    ok(root.patch(f"/users/{user['id']}", json=change))
    refused(client.get("/session"), 401, "unauthenticated")
    refused(gateway.client().post("/session", json={"name": name, "password": PASSWORD}), 401, "wrong_credentials")


def test_the_one_time_link_sets_the_first_password_once(tmp_path: Path) -> None:
    with running(tmp_path / "data", admin_password=None) as gateway:
        assert gateway.secret is not None
        client = gateway.client()
        short = {"token": gateway.secret, "password": "short"}
        assert refused(client.post("/session/setup", json=short), 422, "invalid_value")["param"] == "password"
        wrong = {"token": "x" * 43, "password": ROOT_PASSWORD}
        refused(client.post("/session/setup", json=wrong), 401, "link_used_up")
        good = {"token": gateway.secret, "password": ROOT_PASSWORD}
        session = ok(client.post("/session/setup", json=good))
        assert session["user"]["name"] == "root"
        assert session["user"]["balance_usd"] == "200.00"
        ok(client.get("/session"))
        refused(gateway.client().post("/session/setup", json=good), 401, "link_used_up")
        gateway.signed_in("root", ROOT_PASSWORD)
