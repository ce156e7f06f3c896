"""Channels, tokens, users, groups, prices, settings: each operation does what it says, and is audited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from admin_tools import FAKE_URL, PASSWORD, PLANTED, Gateway, People, all_pages, ok, refused

NewChannel = Callable[..., dict[str, Any]]


def _audit(root: httpx.Client, target: str) -> list[tuple[str, dict[str, Any]]]:
    """What the audit log says of a thing, the oldest first."""
    lines = all_pages(root, "/audit", target=target, sort="id")
    assert all(line["actor_name"] == "root" and line["address"] == "127.0.0.1" for line in lines)
    return [(line["action"], line["detail"]) for line in lines]


def test_a_channel_from_its_making_to_its_end(root: httpx.Client, new_channel: NewChannel, name: str) -> None:
    made = new_channel(priority=5, weight=3, remark="first")
    path = f"/channels/{made['id']}"
    assert made["key_hint"] == "sk-plan...cdef"
    changed = ok(root.patch(path, json={"name": name, "priority": -1, "models": ["a", "b", "a"]}))
    assert (changed["name"], changed["priority"], changed["models"]) == (name, -1, ["a", "b"])
    assert ok(root.get(path)) == changed
    ok(root.patch(path, json={"remark": "first"}))
    ok(root.delete(path))
    refused(root.get(path), 404, "not_found")
    actions = _audit(root, f"channel:{made['id']}")
    assert [action for action, _ in actions] == ["channel.create", "channel.update", "channel.delete"]
    assert actions[1][1]["priority"] == [5, -1]


def test_channels_are_found_by_what_they_are(root: httpx.Client, new_channel: NewChannel, name: str) -> None:
    ok(root.post("/groups", json={"name": name}), 201)
    one = new_channel(name=f"{name} ONE", models=["模型"], groups=["default", name])
    two = new_channel(name=f"{name} two", model_mapping={"asked": "fake-chat"}, status="disabled", groups=[name])

    def found(**query: Any) -> set[int]:
        return {channel["id"] for channel in all_pages(root, "/channels", search=name, **query)}

    assert found() == {one["id"], two["id"]}
    assert found(model="模型") == {one["id"]}
    assert found(model="asked") == {two["id"]}
    assert found(status="disabled") == {two["id"]}
    assert found(group="default") == {one["id"]}
    assert found(provider="openai") == set()
    assert ok(root.get("/channels", params={"search": f"{name.upper()} one", "total": True}))["total"] == 1


def test_many_channels_at_once(root: httpx.Client, new_channel: NewChannel) -> None:
    ids = [new_channel()["id"] for _ in range(3)]
    for action, status in (("disable", "disabled"), ("enable", "enabled")):
        done = ok(root.post("/channels/bulk", json={"ids": [*ids, 10**9], "action": action}))
        assert done == {"done": ids, "missing": [10**9]}
        assert {ok(root.get(f"/channels/{one}"))["status"] for one in ids} == {status}
    ok(root.post("/channels/bulk", json={"ids": ids, "action": "delete"}))
    for one in ids:
        refused(root.get(f"/channels/{one}"), 404, "not_found")


def test_a_key_goes_only_where_it_was_meant_to_go(root: httpx.Client, new_channel: NewChannel) -> None:
    channel = new_channel(provider="openai", base_url="https://api.example.com/v1")
    path = f"/channels/{channel['id']}"
    elsewhere = {"base_url": "https://evil.example.com/v1"}
    assert refused(root.patch(path, json=elsewhere), 422, "key_required")["param"] == "key"
    unsaved = {"channel_id": channel["id"], "provider": "openai", "model": "m", **elsewhere}
    refused(root.post("/channels/test", json=unsaved), 422, "key_required")
    unsaved.pop("model")
    refused(root.post("/channels/diagnose", json=unsaved), 422, "key_required")
    refused(root.post("/channels/fetch-models", json={"channel": unsaved}), 422, "key_required")
    ok(root.patch(path, json={**elsewhere, "key": "sk-another"}))
    urls = ok(root.get(path + "/urls"))["urls"]
    assert urls["openai_chat"] == "https://evil.example.com/v1/chat/completions"


def test_what_does_not_fit_the_provider_is_told_at_its_field(root: httpx.Client, new_channel: NewChannel) -> None:
    made = new_channel()
    path = f"/channels/{made['id']}"
    for change, param in (
        ({"base_url": f"{FAKE_URL}/v1?x=1"}, "base_url"),
        ({"provider": "openai", "key": ""}, "key"),
        ({"provider": "openai", "options": {"responses": "perhaps"}}, "options.responses"),
    ):
        assert refused(root.patch(path, json=change), 422, "invalid_channel")["param"] == param
        whole = {"name": "n", "provider": "fake", "key": "sk-x", "models": ["m"], **change}
        assert refused(root.post("/channels", json=whole), 422, "invalid_channel")["param"] == param
        unsaved = {name: whole.get(name, "") for name in ("provider", "key", "base_url")}
        asked = {"channel": {**unsaved, "options": whole.get("options", {})}}
        assert refused(root.post("/channels/fetch-models", json=asked), 422, "invalid_channel")["param"] == param


def test_a_channels_keys_one_by_one(root: httpx.Client, new_channel: NewChannel) -> None:
    bad = "bad-0123456789abcdefghijklmnop"
    channel = new_channel(key=f"{PLANTED}\n{bad}\n", models=["fake-chat"])
    path = f"/channels/{channel['id']}"
    assert [(key["id"], key["hint"]) for key in channel["keys"]] == [(1, "sk-plan...cdef"), (2, "bad...mnop")]
    assert ok(root.post(path + "/test", json={"key_id": 1}))["ok"] is True
    refusal = ok(root.post(path + "/test", json={"key_id": 2}))
    assert (refusal["ok"], refusal["status"]) == (False, 401)
    listed = ok(root.get("/channels", params={"search": channel["name"]}))["items"][0]
    assert [key["trouble"] and key["trouble"]["status"] for key in listed["keys"]] == [None, 401]
    refused(root.post(path + "/test", json={"key_id": 3}), 422, "invalid_value")

    changed = ok(root.patch(path, json={"keys": [{"id": 2, "status": "disabled"}, {"id": 1}, {"key": "sk-new"}]}))
    assert [(key["id"], key["status"]) for key in changed["keys"]] == [(2, "disabled"), (1, "enabled"), (3, "enabled")]
    for wrong, field in (
        ({"keys": [{"id": 9}]}, "keys.0.id"),
        ({"keys": [{"id": 1, "key": "sk-both"}]}, "keys.0"),
        ({"keys": [{"id": 1, "status": "disabled"}]}, "keys"),
        ({"keys": [{"id": 1}], "key": "sk-x"}, "keys"),
    ):
        answer = root.patch(path, json=wrong)
        assert refused(answer, 422, "invalid_value")["param"] == field
        assert "sk-both" not in answer.text
    assert ok(root.patch(path, json={"key": "sk-only"}))["keys"][0]["id"] == 4
    assert [detail for _, detail in _audit(root, f"channel:{channel['id']}")][-1] == {"sealed_keys": "changed"}
    everything = root.get(path).text + root.get("/audit", params={"target": f"channel:{channel['id']}"}).text
    assert not any(key in everything for key in (PLANTED, bad, "sk-new", "sk-only"))


def test_keys_that_stay_go_to_no_other_host(root: httpx.Client, new_channel: NewChannel) -> None:
    here = {"provider": "openai", "base_url": "https://api.example.com/v1"}
    path = f"/channels/{new_channel(**here, key='sk-one-key' + chr(10) + 'sk-two-key')['id']}"
    elsewhere = {"base_url": "https://evil.example.com/v1"}
    refused(root.patch(path, json={**elsewhere, "keys": [{"id": 1}, {"key": "sk-mine"}]}), 422, "key_required")
    ok(root.patch(path, json={**elsewhere, "keys": [{"key": "sk-mine"}]}))


def test_channels_are_tried_before_and_after_they_are_saved(root: httpx.Client, new_channel: NewChannel) -> None:
    unsaved = {"provider": "fake", "base_url": FAKE_URL}
    assert ok(root.post("/channels/test", json={**unsaved, "model": "fake-chat"}))["ok"] is True
    assert (
        "fake-chat"
        in ok(
            root.post(
                "/channels/fetch-models",
                json={"channel": {**unsaved, "provider": "openai", "base_url": FAKE_URL + "/v1", "key": "sk-x"}},
            )
        )["models"]
    )
    assert ok(root.post("/channels/resolve", json=unsaved))["urls"]["openai_chat"].startswith(FAKE_URL)
    channel = new_channel(models=["fake-chat", "fake-embedding"])
    path = f"/channels/{channel['id']}"
    assert ok(root.post(path + "/test"))["model"] == "fake-chat"
    result = ok(root.post(path + "/test", json={"model": "fake-chat-500"}))
    assert (result["ok"], result["status"]) == (False, 500)
    last = ok(root.get(path))["last_test"]
    assert (last["ok"], last["model"]) == (False, "fake-chat-500")
    assert ok(root.post(path + "/diagnose"))["steps"][0]["url"].startswith(FAKE_URL)


def test_the_providers_are_described_for_a_form(root: httpx.Client) -> None:
    providers = {item["id"]: item for item in ok(root.get("/providers"))["items"]}
    assert {"openai", "azure", "qianfan", "siliconflow", "ollama", "fake"} <= set(providers)
    for provider in providers.values():
        assert provider["name"]["en"]
        assert provider["name"]["zh"]
        assert provider["formats"]
        for field in provider["fields"]:
            assert field["kind"] != "choice" or field["choices"]


def test_a_tokens_key_is_shown_once(gateway: Gateway, root: httpx.Client, name: str) -> None:
    made = ok(root.post("/tokens", json={"name": name, "limit_usd": "1.5", "models": ["fake-chat"]}), 201)
    key = made["key"]
    assert key.startswith("sk-")
    path = f"/tokens/{made['id']}"
    assert (made["limit_usd"], made["spent_usd"]) == ("1.50", "0.00")
    changed = root.patch(path, json={"limit_usd": 3, "models": None, "requests_per_minute": 10})
    assert (ok(changed)["limit_usd"], changed.json()["models"]) == ("3.00", None)
    listed = root.get("/tokens", params={"search": name})
    for answer in (root.get(path), listed, changed, root.get("/audit", params={"target": f"token:{made['id']}"})):
        assert answer.status_code == 200
        assert key not in answer.text
        assert key.removeprefix("sk-") not in answer.text
    assert ok(listed)["items"][0]["key_hint"] == made["key_hint"]
    ok(root.delete(path))
    relay = gateway.client(authorization=f"Bearer {key}")
    assert relay.get(gateway.origin + "/v1/models").status_code == 401


def test_a_balance_counts_at_once(gateway: Gateway, root: httpx.Client, new_channel: NewChannel, name: str) -> None:
    new_channel(models=[name], model_mapping={name: "fake-chat"})
    ok(root.put("/prices", json={"model": name, "rates": {"input": "1", "output": "1"}}))
    user = ok(root.post("/users", json={"name": name, "password": PASSWORD}), 201)
    key = ok(root.post("/tokens", json={"name": name, "user_id": user["id"]}), 201)["key"]
    relay = gateway.client(authorization=f"Bearer {key}")
    path = f"/users/{user['id']}"

    def ask() -> int:
        body = {"model": name, "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}
        return relay.post(gateway.origin + "/v1/chat/completions", json=body).status_code

    assert ask() == 429
    raised = ok(root.put(path + "/balance", json={"balance_usd": "1.000000001", "remark": "paid"}))
    assert raised["balance_usd"] == "1.000000001"
    assert ask() == 200
    ok(root.put(path + "/balance", json={"balance_usd": "0"}))
    assert ask() == 429
    assert ok(root.post(path + "/balance/adjust", json={"amount_usd": "2", "remark": "again"}))["id"] == user["id"]
    assert ask() == 200
    kinds = [(entry["kind"], entry["remark"]) for entry in all_pages(root, path + "/entries", sort="id")]
    people = [kind for kind in kinds if kind[0] != "charge"]
    assert people == [("opening", ""), ("adjust", "paid"), ("adjust", ""), ("adjust", "again")]
    remarks = [detail["remark"] for action, detail in _audit(root, f"user:{user['id']}") if action == "user.balance"]
    assert remarks == ["paid", "", "again"]


@pytest.mark.parametrize("amount", ["1e400", "nan", "0.0000000001", "ten", True, None, "99999999999999", {}, [1]])
def test_what_is_no_amount_of_money_is_refused(people: People, amount: object) -> None:
    path = f"/users/{people.ids['otto']}/balance"
    error = refused(people.root.put(path, json={"balance_usd": amount}), 422, "invalid_value")
    assert error["param"] == "balance_usd"


def test_a_group_multiplies_and_stays_while_it_is_used(root: httpx.Client, new_channel: NewChannel, name: str) -> None:
    group = ok(root.post("/groups", json={"name": name, "multiplier": "0.85"}), 201)
    path = f"/groups/{group['id']}"
    refused(root.post("/groups", json={"name": name}), 409, "conflict")
    assert ok(root.patch(path, json={"multiplier": 1.25}))["multiplier"] == "1.25"
    channel = new_channel(groups=[name])
    refused(root.delete(path), 409, "conflict")
    ok(root.patch(f"/channels/{channel['id']}", json={"groups": ["default"]}))
    user = ok(root.post("/users", json={"name": name, "group": name}), 201)
    refused(root.delete(path), 409, "conflict")
    ok(root.delete(f"/users/{user['id']}"))
    ok(root.delete(path))
    assert refused(root.post("/users", json={"name": name, "group": name}), 422, "invalid_value")["param"] == "group"
    (default,) = [item for item in all_pages(root, "/groups") if item["name"] == "default"]
    refused(root.delete(f"/groups/{default['id']}"), 409, "conflict")


def test_prices_are_set_replaced_listed_and_removed(root: httpx.Client, new_channel: NewChannel, name: str) -> None:
    new_channel(models=[name])
    assert name in [item["model"] for item in ok(root.get("/prices/unpriced"))["items"]]
    price = ok(
        root.put("/prices", json={"model": name, "rates": {"input": 0.1, "output": "0.2"}, "as_of": "2026-01-31"})
    )
    assert price["rates"] == {"input": "0.1", "output": "0.2"}
    assert name not in [item["model"] for item in ok(root.get("/prices/unpriced"))["items"]]
    again = ok(root.put("/prices", json={"model": name, "rates": {"input": "0.3"}}))
    (listed,) = ok(root.get("/prices", params={"search": name}))["items"]
    assert ok(root.get("/prices", params={"model": name}))["items"] == [listed]
    assert ok(root.get("/prices", params={"model": name[:-1]}))["items"] == []
    assert listed == again
    wrong = {"model": name, "rates": {"input": "-1"}}
    assert refused(root.put("/prices", json=wrong), 422, "invalid_value")["param"] == "rates.input"
    wrong = {"model": name, "rates": {}, "as_of": "2026-02-30"}
    assert refused(root.put("/prices", json=wrong), 422, "invalid_value")["param"] == "as_of"
    ok(root.delete(f"/prices/{again['id']}"))
    assert ok(root.get("/prices", params={"search": name}))["items"] == []


def test_a_price_file_gives_way_to_what_people_set(root: httpx.Client, name: str) -> None:
    ok(root.put("/prices", json={"model": f"{name} mine", "rates": {"input": "7"}}))
    rows = "".join(f'[[prices]]\nmodel = "{name} {which}"\ninput = 1\noutput = 2\n' for which in ("mine", "new"))
    file = {"content": rows, "source": "a file"}
    dry = ok(root.post("/prices/import", json={**file, "dry_run": True}))
    assert (dry["changed"], dry["read"]) == ([f"{name} new"], 2)
    assert len(ok(root.get("/prices", params={"search": name}))["items"]) == 1
    assert ok(root.post("/prices/import", json=file))["changed"] == [f"{name} new"]
    assert ok(root.post("/prices/import", json={**file, "overwrite": True}))["changed"] == [f"{name} mine"]
    assert refused(root.post("/prices/import", json={"content": "{"}), 422, "invalid_price_file")["param"] == "content"


def test_settings_are_checked_and_audited(root: httpx.Client) -> None:
    known = {item["key"]: item for item in ok(root.get("/settings"))["items"]}
    assert known["session_days"]["value"] == 14
    ok(root.patch("/settings", json={"values": {"session_days": 7}}))
    ok(root.patch("/settings", json={"values": {"session_days": 14}}))
    assert _audit(root, "settings")[-1] == ("settings.update", {"session_days": [7, 14]})
    wrong = [{"session_days": 0}, {"session_days": "7"}, {"nothing": 1}, {"allow_private_channels": 1}]
    wrong += [
        {"public_url": url} for url in ("llm.example.com", "javascript:alert(1)", "https://", "https://a.example?b")
    ]
    for values in wrong:
        assert refused(root.patch("/settings", json={"values": values}), 422, "invalid_value")["param"] == next(
            iter(values)
        )


def test_private_addresses_are_refused_once_they_are_forbidden(root: httpx.Client, new_channel: NewChannel) -> None:
    ok(root.patch("/settings", json={"values": {"allow_private_channels": False}}))
    try:
        body = {"name": "inner", "provider": "openai", "key": "k", "base_url": "http://127.0.0.1:9"}
        assert refused(root.post("/channels", json=body), 422, "invalid_value")["param"] == "base_url"
    finally:
        ok(root.patch("/settings", json={"values": {"allow_private_channels": True}}))
    new_channel(provider="openai", base_url="http://127.0.0.1:9")


def test_how_the_server_is(root: httpx.Client, gateway: Gateway) -> None:
    health = ok(root.get("/health"))
    system = ok(root.get("/system"))
    expected = "postgresql" if gateway.settings.database_url else "sqlite"
    assert health["database"] == system["database"] == expected
    assert health["details"]["database"] == "ok"
    assert system["database_bytes"] > 100_000
    assert system["counts"]["users"] >= 1


def test_a_proxys_login_is_masked_and_stays_when_the_mask_comes_back(
    root: httpx.Client, new_channel: NewChannel, gateway: Gateway
) -> None:
    place = f"/channels/{new_channel(proxy_url='http://proxy:pr0xy-s3cret@127.0.0.1:9')['id']}"
    masked = "http://***@127.0.0.1:9"
    assert ok(root.get(place))["proxy_url"] == masked
    assert ok(root.patch(place, json={"proxy_url": masked, "remark": "again"}))["proxy_url"] == masked
    (line,) = [line for line in ok(root.get("/audit"))["items"] if line["detail"].get("remark") == ["", "again"]]
    assert "proxy_url" not in line["detail"]
    moved = {"proxy_url": "http://***@127.0.0.1:8"}
    assert "masked" in refused(root.patch(place, json={**moved, "key": PLANTED}), 422, "invalid_value")["message"]
    # What goes to an upstream without TLS, its proxy can read.
    refused(root.patch(place, json={"proxy_url": "http://127.0.0.1:8"}), 422, "key_required")
    form = {"channel_id": int(place.rpartition("/")[2]), "provider": "fake", "proxy_url": "http://127.0.0.1:8"}
    refused(root.post("/channels/test", json={**form, "model": "fake-chat"}), 422, "key_required")
    assert ok(root.patch(place, json={"proxy_url": ""}))["proxy_url"] == ""


def test_no_answer_holds_an_upstream_key(root: httpx.Client, new_channel: NewChannel) -> None:
    channel = new_channel(proxy_url="http://proxy:pr0xy-s3cret@127.0.0.1:9")
    moved = {"proxy_url": "http://proxy:pr0xy-s3cret@127.0.0.1:8", "key": PLANTED}
    ok(root.patch(f"/channels/{channel['id']}", json=moved))
    document = ok(root.get("/openapi.json"))
    now = ok(root.get(f"/channels/{channel['id']}"))["created_ms"]
    ids = {"channel_id": channel["id"], "user_id": 1, "token_id": 1, "group_id": 1}
    asked = 0
    for path, item in document["paths"].items():
        if "get" not in item or path.endswith("/live"):
            continue
        place = path.removeprefix("/api/v1").format(**ids, request_id="req_0")
        wanted = {
            one["name"] for one in item["get"].get("parameters", ()) if one.get("required") and one["in"] == "query"
        }
        given = {"since_ms": now - 10**6, "until_ms": now, "model": "m"}
        answer = root.get(place, params={name: given[name] for name in wanted})
        assert answer.status_code in (200, 404), answer.text
        assert PLANTED.removeprefix("sk-") not in answer.text
        assert "pr0xy-s3cret" not in answer.text
        asked += 1
    assert asked > 20
