"""Where a request would go, as an admin may ask: by model, protocol and token."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from admin_tools import People, ok, refused

CHAT = {"messages": [{"role": "user", "content": "hello"}]}


def test_channels_are_told_in_their_order_with_their_chances(
    root: httpx.Client, new_channel: Callable[..., dict[str, object]], name: str
) -> None:
    often = new_channel(models=[name], weight=3)
    seldom = new_channel(models=[f"other {name}"], model_mapping={name: "fake-chat"})
    last = new_channel(models=[name], priority=-1)
    off = new_channel(models=[name], status="disabled", priority=9)
    vip = new_channel(models=[name], groups=["vip"]) if _group(root) else {}
    near = new_channel(models=[name.upper()])
    told = ok(root.get("/routing/explain", params={"model": name}))
    seen = [(one["channel_id"], one["reason"], one["rank"], one["chance"]) for one in told["items"]]
    assert seen == [
        (often["id"], "candidate", 0, 0.75),
        (seldom["id"], "candidate", 0, 0.25),
        (last["id"], "candidate", 1, 0.0),
        (off["id"], "disabled", -1, 0.0),
        (vip["id"], "group", -1, 0.0),
        (near["id"], "name", -1, 0.0),
    ]
    assert told["items"][1]["model"] == "fake-chat"
    assert told["items"][5]["model"] == name.upper()
    assert (told["group"], told["refusals"]) == ("default", [])
    count = ok(root.get("/channels", params={"total": "true"}))["total"]
    assert told["others"] == count - 6


def _group(root: httpx.Client) -> bool:
    if "vip" not in [group["name"] for group in ok(root.get("/groups"))["items"]]:
        ok(root.post("/groups", json={"name": "vip", "multiplier": "1"}), 201)
    return True


def test_a_token_that_would_be_refused_is_told_why(
    people: People, root: httpx.Client, new_channel: Callable[..., dict[str, object]], name: str
) -> None:
    new_channel(models=[name])
    body = {"name": name, "models": ["something else"], "status": "disabled", "expires_ms": 1, "limit_usd": "0"}
    token = ok(root.post("/tokens", json=body), 201)
    told = ok(root.get("/routing/explain", params={"model": name, "token_id": token["id"]}))
    assert told["refusals"] == ["token_disabled", "token_expired", "model_not_allowed", "insufficient_quota"]
    fine = ok(people.user.post("/tokens", json={"name": name}), 201)
    told = ok(root.get("/routing/explain", params={"model": name, "token_id": fine["id"]}))
    assert (told["refusals"], [one["reason"] for one in told["items"]]) == ([], ["candidate"])
    refused(root.get("/routing/explain", params={"model": name, "token_id": 10**9}), 404, "not_found")


@pytest.mark.parametrize("query", [{}, {"model": "m", "format": "smoke signals"}, {"model": "m", "colour": "red"}])
def test_a_question_that_makes_no_sense_is_refused(root: httpx.Client, query: dict[str, str]) -> None:
    assert root.get("/routing/explain", params=query).status_code == 422


def test_troubles_of_a_channel_are_told_to_admins_alone(
    people: People, root: httpx.Client, new_channel: Callable[..., dict[str, object]], name: str
) -> None:
    broken = new_channel(models=[name], model_mapping={name: "fake-chat-500"})
    payer = ok(root.post("/users", json={"name": name.replace(" ", ""), "balance_usd": "1"}), 201)
    key = ok(root.post("/tokens", json={"name": name, "user_id": payer["id"]}), 201)["key"]
    origin = str(root.base_url).split("/api/")[0]
    with root.stream("GET", "/requests/live", params={"model": name}) as feed:
        lines = feed.iter_lines()
        next(line for line in lines if line == "event: ready")
        answer = httpx.post(
            f"{origin}/v1/chat/completions", json={"model": name, **CHAT}, headers={"authorization": f"Bearer {key}"}
        )
        assert answer.status_code == 502
        next(line for line in lines if line == "event: requests")
    items = ok(root.get("/routing/troubles"))["items"]
    (trouble,) = [one for one in items if one["channel_id"] == broken["id"]]
    assert (trouble["failures"], trouble["outcome"], trouble["model"]) == (1, "server", name)
    assert trouble["request_id"] == answer.headers["x-request-id"]
    details = ok(root.get("/health"))["details"]["channels"][str(broken["id"])]
    assert (details["failures"], details["cause"], details["resting"]) == (1, "server", False)
    assert details["since_ms"] <= trouble["last_ms"] + 60_000
    refused(people.user.get("/routing/troubles"), 403, "forbidden")
    refused(people.user.get("/routing/explain", params={"model": name}), 403, "forbidden")
