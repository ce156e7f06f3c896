"""Who may do what: every operation of the OpenAPI document, asked by every kind of caller, against the policy table."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from admin_tools import PASSWORD, Gateway, People, ok, refused

from sluice.web.admin.app import PREFIX, create_admin
from sluice.web.admin.deps import AdminDeps
from sluice.web.admin.policy import POLICY, Role

METHODS = ("get", "post", "put", "patch", "delete")


class _Nothing:
    """Stands for what is not needed to describe the API."""

    version = "0"
    clock = rng = None


def document() -> dict[str, Any]:
    """The API's OpenAPI document."""
    deps: AdminDeps = _Nothing()  # type: ignore[assignment]
    return create_admin(deps).openapi()


OPERATIONS = {
    operation["operationId"]: (method, path.removeprefix(PREFIX))
    for path, item in document()["paths"].items()
    for method, operation in item.items()
    if method in METHODS
}
CALLERS = {
    "anonymous": Role.ANONYMOUS,
    "user": Role.USER,
    "admin": Role.ADMIN,
    "root": Role.ROOT,
    "key": Role.ROOT,
}
# Without a body these end the caller's session or its stream never ends.
_ENDING = {"sign_out"}


def test_the_policy_names_each_operation_and_no_other() -> None:
    assert set(OPERATIONS) == set(POLICY)


def test_operation_ids_are_plain_words() -> None:
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in OPERATIONS)


def _ask(client: httpx.Client, operation: str) -> tuple[int, str]:
    """Status and error code of an operation asked with ids of nothing and an empty body: whoever may call it is told
    what is missing, and changes nothing."""
    method, path = OPERATIONS[operation]
    path = re.sub(r"\{[a-z_]*id\}", "999999999", path)
    body = None if method in ("get", "delete") else {"surely": "unknown"}
    with client.stream(method.upper(), path, json=body) as answer:
        if answer.status_code < 400:
            return answer.status_code, ""
        answer.read()
        return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) - _ENDING))
def test_each_operation_by_each_caller(people: People, operation: str, caller: str) -> None:
    status, code = _ask(getattr(people, caller), operation)
    if CALLERS[caller] >= POLICY[operation]:
        assert status not in (401, 403), code
        assert status < 500
    elif caller == "anonymous":
        assert (status, code) == (401, "unauthenticated")
    else:
        assert (status, code) == (403, "forbidden")


def test_a_refusal_comes_before_anything_of_the_request_is_read(people: People) -> None:
    answer = people.anonymous.post("/channels", content=b"no json", headers={"content-type": "application/json"})
    refused(answer, 401, "unauthenticated")
    answer = people.user.post("/channels", content=b"no json")
    refused(answer, 403, "forbidden")


def test_a_plain_user_meets_only_its_own_tokens(people: People) -> None:
    mine = ok(people.user.post("/tokens", json={"name": "mine"}), 201)
    others = ok(people.other.post("/tokens", json={"name": "others"}), 201)
    listed = ok(people.user.get("/tokens"))["items"]
    assert {token["user_id"] for token in listed} == {people.ids["uma"]}
    asked = ok(people.user.get("/tokens", params={"user_id": people.ids["otto"]}))["items"]
    assert [token["id"] for token in asked] == [token["id"] for token in listed]
    path = f"/tokens/{others['id']}"
    refused(people.user.get(path), 404, "not_found")
    refused(people.user.patch(path, json={"name": "taken"}), 404, "not_found")
    refused(people.user.delete(path), 404, "not_found")
    assert ok(people.other.get(path))["name"] == "others"
    refused(people.user.post("/tokens", json={"name": "x", "user_id": people.ids["otto"]}), 403, "forbidden")
    refused(people.user.post("/tokens", json={"name": "x", "key": "sk-" + "a" * 40}), 403, "forbidden")
    ok(people.user.delete(f"/tokens/{mine['id']}"))


def test_a_plain_user_meets_only_itself(people: People) -> None:
    me, other = f"/users/{people.ids['uma']}", f"/users/{people.ids['otto']}"
    assert ok(people.user.get(me))["name"] == "uma"
    ok(people.user.get(me + "/entries"))
    refused(people.user.get(other), 404, "not_found")
    refused(people.user.get(other + "/entries"), 404, "not_found")
    refused(people.user.patch(me, json={"role": "root"}), 403, "forbidden")
    refused(people.user.put(me + "/balance", json={"balance_usd": "1000"}), 403, "forbidden")


def test_a_management_token_has_its_users_rights_and_no_more(gateway: Gateway, people: People, name: str) -> None:
    token = ok(people.user.post("/tokens", json={"name": name, "scope": "management"}), 201)
    client = gateway.client(authorization=f"Bearer {token['key']}")
    assert {item["user_id"] for item in ok(client.get("/tokens"))["items"]} == {people.ids["uma"]}
    refused(client.get("/channels"), 403, "forbidden")
    ok(people.user.delete(f"/tokens/{token['id']}"))


@pytest.mark.parametrize("target", ["root", "ada"])
def test_an_admin_manages_plain_users_only(gateway: Gateway, people: People, target: str) -> None:
    ok(people.root.post("/users", json={"name": "second admin", "password": PASSWORD, "role": "admin"}), 201)
    admin = gateway.signed_in("second admin", PASSWORD)
    path = f"/users/{people.ids[target]}"
    refused(admin.patch(path, json={"remark": "taken over"}), 403, "forbidden")
    refused(admin.patch(path, json={"password": "a new password"}), 403, "forbidden")
    refused(admin.delete(path), 403, "forbidden")
    refused(admin.put(path + "/balance", json={"balance_usd": "0"}), 403, "forbidden")
    refused(admin.post("/tokens", json={"name": "x", "user_id": people.ids[target]}), 403, "forbidden")
    refused(admin.post("/users", json={"name": "third", "role": "admin"}), 403, "forbidden")
    me = ok(admin.get("/session"))["user"]["id"]
    refused(admin.patch(f"/users/{me}", json={"role": "root"}), 403, "forbidden")
    refused(admin.patch("/settings", json={"values": {"session_days": 1}}), 403, "forbidden")
    ok(admin.patch(f"/users/{people.ids['otto']}", json={"remark": "seen by an admin"}))
    ok(people.root.delete(f"/users/{me}"))


def test_the_last_root_stays(people: People) -> None:
    path = f"/users/{people.ids['root']}"
    for change in ({"role": "user"}, {"status": "disabled"}):
        refused(people.root.patch(path, json=change), 409, "conflict")
    refused(people.root.delete(path), 409, "conflict")
