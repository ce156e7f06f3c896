"""What a plain user may not see, change or take over; and what a stranger may not at all."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from admin_tools import PASSWORD, ROOT_PASSWORD, Gateway, People, ok, refused, running
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from test_admin_policy import OPERATIONS

from sluice.cli.office import opened
from sluice.storage.manage import sessions
from sluice.web.admin.caller import secret_hash
from sluice.web.admin.passwords import Passwords
from sluice.web.admin.policy import POLICY, Role
from sluice.web.admin.throttle import PER_ADDRESS

MARK = "ottos-own"
"""Stands in the name of everything that is otto's."""


@dataclass(frozen=True)
class Belongings:
    """What otto has: ids by the names of the API's parameters."""

    ids: dict[str, Any]
    token: str


def _ask(gateway: Gateway, model: str, key: str) -> str:
    """The id of a request that was made and logged."""
    relay = gateway.client(authorization=f"Bearer {key}")
    body = {"model": model, "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}
    answer = relay.post(gateway.origin + "/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.headers["x-request-id"])


def _logged(client: httpx.Client, identity: str) -> None:
    deadline = time.monotonic() + 60
    while client.get(f"/requests/{identity}").status_code != 200:
        assert time.monotonic() < deadline, f"{identity} was not logged"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def otto(gateway: Gateway, people: People) -> Belongings:
    """Otto with a token, a request in the log, and the charge for it."""
    body = {"name": f"{MARK} channel", "provider": "fake", "models": [f"{MARK}-model"]}
    channel = ok(people.root.post("/channels", json={**body, "model_mapping": {f"{MARK}-model": "fake-chat"}}), 201)
    token = ok(people.other.post("/tokens", json={"name": f"{MARK} token", "limit_usd": "1"}), 201)
    identity = _ask(gateway, f"{MARK}-model", token["key"])
    _logged(people.other, identity)
    ids = {"user_id": people.ids["otto"], "token_id": token["id"], "request_id": identity, "channel_id": channel["id"]}
    return Belongings({**ids, "id": identity}, token["key"])


_SAME_FOR_ALL = {"watch_requests", "list_models", "list_prices"}
READINGS = sorted(
    name
    for name, (method, _) in OPERATIONS.items()
    if method == "get" and POLICY[name] is Role.USER and name not in _SAME_FOR_ALL
)
"""The operations by which a plain user reads what is its own; the stream of requests has a test of its own."""


@pytest.mark.parametrize("kind", ["cookie", "management key"])
@pytest.mark.parametrize("operation", READINGS)
def test_nothing_of_another_is_read_by_any_id(
    gateway: Gateway, people: People, otto: Belongings, operation: str, kind: str, name: str
) -> None:
    client = people.user
    if kind != "cookie":
        token = ok(people.user.post("/tokens", json={"name": name, "scope": "management"}), 201)
        client = gateway.client(authorization=f"Bearer {token['key']}")
    place = re.sub(r"\{(\w+)\}", lambda found: str(otto.ids[found[1]]), OPERATIONS[operation][1])
    span = {"since_ms": 0, "until_ms": int(time.time() * 1000) + 10**6}
    wanted = span if operation in ("get_stats", "get_request_histogram") else {}
    asked: list[dict[str, Any]] = [{**wanted, name: value} for name, value in otto.ids.items()]
    asked += [{**wanted, "search": MARK}, {**wanted, "model": f"{MARK}-model"}, {**wanted, "by": "token"}, wanted]
    for query in asked:
        answer = client.get(place, params=query)
        assert answer.status_code in (200, 403, 404, 422), answer.text
        if "search" not in query and "model" not in query:
            assert MARK not in answer.text, (operation, query)
        assert otto.ids["request_id"] not in re.sub(r'"request_id":"[^"]*"\}\}$', "", answer.text), (operation, query)
        if answer.status_code == 200 and operation in ("get_stats", "get_request_histogram", "list_requests"):
            shown = answer.json()["items"]
            assert not [item for item in shown if MARK in str(item)], (operation, query)


def test_the_stream_of_requests_is_ones_own(gateway: Gateway, people: People, otto: Belongings, name: str) -> None:
    mine = ok(people.user.post("/tokens", json={"name": name}), 201)
    with people.user.stream("GET", "/requests/live") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "event: ready"
        others = _ask(gateway, f"{MARK}-model", otto.token)
        _logged(people.other, others)
        own = _ask(gateway, f"{MARK}-model", mine["key"])
        data = next(line for line in lines if own in line)
        assert others not in data
    with people.user.stream("GET", "/requests/live", params={"user_id": otto.ids["user_id"]}) as answer:
        assert answer.status_code == 403


@pytest.mark.parametrize(
    "field",
    [
        {"role": "root"}, {"balance_usd": "5"}, {"group": "vip"}, {"balance_nano": 1}, {"account_id": 1},
        {"limit_nano": 1}, {"key_hash": "x"}, {"spent_usd": "0"}, {"id": 1}, {"created_ms": 0}, {"rev": 0},
    ],
    ids=lambda field: next(iter(field)),
)  # fmt: skip
def test_no_field_is_taken_that_is_not_offered(people: People, otto: Belongings, field: dict[str, Any]) -> None:
    error = refused(people.user.post("/tokens", json={"name": "mass", **field}), 422, "unknown_field")
    assert error["param"] == next(iter(field))
    own = ok(people.other.get(f"/tokens/{otto.ids['token_id']}"))
    refused(people.other.patch(f"/tokens/{own['id']}", json=field), 422, "unknown_field")
    for moved in ({"user_id": people.ids["uma"]}, {"scope": "management"}, {"key": "sk-" + "a" * 40}):
        refused(people.other.patch(f"/tokens/{own['id']}", json=moved), 422, "unknown_field")
    refused(people.other.patch(f"/users/{otto.ids['user_id']}", json=field), 403, "forbidden")
    assert ok(people.other.get(f"/tokens/{own['id']}")) == own


def test_a_limit_its_owner_raises_buys_no_more_than_the_owner_has(gateway: Gateway, people: People, name: str) -> None:
    """A token's limit protects its owner, who may change it; what bounds the owner is the balance, which admins set."""
    user = ok(people.root.post("/users", json={"name": name, "password": PASSWORD, "balance_usd": "0"}), 201)
    client = gateway.signed_in(name, PASSWORD)
    token = ok(client.post("/tokens", json={"name": "mine", "limit_usd": "0"}), 201)
    ok(client.patch(f"/tokens/{token['id']}", json={"limit_usd": "1000"}))
    relay = gateway.client(authorization=f"Bearer {token['key']}")
    body = {"model": f"{MARK}-model", "messages": [{"role": "user", "content": "hi"}]}
    answer = relay.post(gateway.origin + "/v1/chat/completions", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "insufficient_quota")
    refused(client.put(f"/users/{user['id']}/balance", json={"balance_usd": "5"}), 403, "forbidden")


@pytest.mark.parametrize("kind", ["cookie", "management key"])
def test_a_disabled_user_may_do_nothing(gateway: Gateway, people: People, name: str, kind: str) -> None:
    user = ok(people.root.post("/users", json={"name": name, "password": PASSWORD, "role": "admin"}), 201)
    client = gateway.signed_in(name, PASSWORD)
    if kind != "cookie":
        token = ok(client.post("/tokens", json={"name": name, "scope": "management"}), 201)
        client = gateway.client(authorization=f"Bearer {token['key']}")
    ok(people.root.patch(f"/users/{user['id']}", json={"status": "disabled"}))
    for operation, (method, path) in OPERATIONS.items():
        if POLICY[operation] is not Role.ANONYMOUS:
            answer = client.request(method.upper(), re.sub(r"\{[a-z_]*id\}", "1", path))
            refused(answer, 401, "unauthenticated")


# Sessions.


def test_a_session_chosen_by_another_is_not_taken(gateway: Gateway) -> None:
    planted = "f" * 64
    client = gateway.client(cookie=f"sluice_session={planted}")
    answer = client.post("/session", json={"name": "root", "password": ROOT_PASSWORD})
    ok(answer)
    assert planted not in answer.headers["set-cookie"]
    refused(gateway.client(cookie=f"sluice_session={planted}").get("/session"), 401, "unauthenticated")


def test_behind_tls_the_cookie_stays_there(gateway: Gateway) -> None:
    body = {"name": "root", "password": ROOT_PASSWORD}
    for scheme, secure in (("https", True), ("http", False)):
        answer = gateway.client(**{"x-forwarded-proto": scheme}).post("/session", json=body)
        assert ("secure" in answer.headers["set-cookie"].lower()) is secure


def test_many_names_from_one_address_are_slowed_down(tmp_path: Path) -> None:
    with running(tmp_path / "data") as gateway:
        client = gateway.client()
        for number in range(PER_ADDRESS):
            body = {"name": f"somebody {number}", "password": "wrong"}
            refused(client.post("/session", json=body), 401, "wrong_credentials")
        body = {"name": "root", "password": ROOT_PASSWORD}
        refused(client.post("/session", json=body), 429, "too_many_attempts")
        # Another address is another one; what an untrusted peer says of where it comes from is not believed.
        transport = httpx.HTTPTransport(local_address="127.0.0.2")
        with httpx.Client(base_url=f"{gateway.origin}/api/v1", transport=transport, timeout=60) as other:
            ok(other.post("/session", json=body, headers={"x-forwarded-for": "127.0.0.1"}))


class _Counting(PasswordHasher):
    """Counts what takes the time."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # the library's name
        self.verified += 1
        return super().verify(hash, password)


async def test_an_unknown_name_is_as_much_work_as_a_wrong_password() -> None:
    hasher = _Counting()
    passwords = Passwords(hasher)
    stored = await passwords.hash("right")
    work = []
    for known, given in ((stored, "wrong"), (None, "wrong"), (None, "no password"), (stored, "right")):
        before = hasher.verified
        assert await passwords.verify(known, given) is (known is not None and given == "right")
        work.append(hasher.verified - before)
    assert work == [1, 1, 1, 1]
    with pytest.raises(VerifyMismatchError):
        hasher.verify(stored, "wrong")


def test_a_one_time_link_ends_by_time_and_by_a_newer_one(tmp_path: Path) -> None:
    with running(tmp_path / "data", admin_password=None) as gateway:

        def use(secret: str) -> httpx.Response:
            return gateway.client().post("/session/setup", json={"token": secret, "password": ROOT_PASSWORD})

        async def put(secret: str, lives_ms: int) -> None:
            async with opened(gateway.settings) as office, office.db.write() as conn:
                by = office.by()
                await sessions.put_link(conn, by, 1, secret_hash(secret), by.now_ms + lives_ms)

        asyncio.run(put("an expired link", -1))
        assert gateway.secret is not None
        for secret in (gateway.secret, "an expired link"):
            refused(use(secret), 401, "link_used_up")
        asyncio.run(put("a new link", 60_000))
        ok(use("a new link"))
        refused(use("a new link"), 401, "link_used_up")
