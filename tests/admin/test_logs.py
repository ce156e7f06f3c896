"""The request log: what was asked, at what price; who sees what of it; and what comes in while one looks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from admin_tools import Gateway, People, all_pages, ok, refused

CHAT = {"messages": [{"role": "user", "content": "hello"}]}


class Client:
    """A client of the relay, with a token of its own."""

    def __init__(self, gateway: Gateway, owner: httpx.Client, name: str) -> None:
        token = ok(owner.post("/tokens", json={"name": name}), 201)
        self.token_id = token["id"]
        self._http = gateway.client(authorization=f"Bearer {token['key']}")
        self._url = gateway.origin + "/v1/chat/completions"

    def chat(self, model: str) -> httpx.Response:
        """One request; the settlement is written to the journal before the answer ends."""
        return self._http.post(self._url, json={"model": model, **CHAT})


@pytest.fixture
def client(gateway: Gateway, people: People, name: str) -> Client:
    """A client of the plain user."""
    return Client(gateway, people.user, name)


def _logged(people: People, client: Client, count: int) -> list[dict[str, Any]]:
    """The client's log rows, once they are there: the live feed tells of them."""
    query = {"token_id": client.token_id}
    with people.root.stream("GET", "/requests/live", params=query) as feed:
        events = _events(feed)
        assert next(events)[0] == "ready"
        items: list[dict[str, Any]] = all_pages(people.root, "/requests", **query)
        while len(items) < count:
            name, _ = next(events)
            assert name == "requests"
            items = all_pages(people.root, "/requests", **query)
    return items


def _events(feed: httpx.Response) -> Iterator[tuple[str, Any]]:
    assert feed.status_code == 200
    assert feed.headers["content-type"].startswith("text/event-stream")
    name = ""
    for line in feed.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


@pytest.fixture
def model(new_channel: Callable[..., dict[str, object]], name: str) -> str:
    """A model that a channel of its own serves."""
    new_channel(models=[f"fake {name}"], model_mapping={f"fake {name}": "fake-chat"})
    return f"fake {name}"


def test_a_request_is_logged_with_its_attempt_and_the_arithmetic_of_its_charge(
    people: People, client: Client, model: str
) -> None:
    price = {"model": model, "rates": {"input": "1", "output": "2.5"}, "source": "a test"}
    ok(people.root.put("/prices", json=price))
    answer = client.chat(model)
    usage = ok(answer)["usage"]
    (row,) = _logged(people, client, 1)
    assert row["id"] == answer.headers["x-request-id"]
    assert (row["model"], row["status"], row["user_name"]) == (model, 200, "uma")
    detail = ok(people.root.get(f"/requests/{row['id']}"))
    (attempt,) = detail["tries"]
    assert (attempt["seq"], attempt["status"], attempt["outcome"]) == (0, 200, "ok")
    assert detail["price"]["source"] == "a test"
    counts = {line["rate"]: int(line["count"]) for line in detail["price"]["lines"]}
    assert counts["input"] == usage["prompt_tokens"]
    assert counts["output"] == usage["completion_tokens"]
    nano = usage["prompt_tokens"] * 1_000 + usage["completion_tokens"] * 2_500
    assert round(float(row["charge_usd"]) * 10**9) == nano
    entries = ok(people.root.get(f"/users/{people.ids['uma']}/entries"))["items"]
    charged = sum(Decimal(item["amount_usd"]) for item in entries if item["kind"] == "charge")
    logged = all_pages(people.root, "/requests", user_id=people.ids["uma"])
    assert -charged == sum(Decimal(item["charge_usd"]) for item in logged) > 0
    assert sum(item["requests"] for item in entries) == len([item for item in logged if Decimal(item["charge_usd"])])


def test_a_plain_user_sees_its_requests_and_not_their_channels(people: People, client: Client, model: str) -> None:
    ok(client.chat(model))
    (row,) = _logged(people, client, 1)
    path = f"/requests/{row['id']}"
    mine = ok(people.user.get(path))
    assert mine["model"] == model
    assert (mine["channel_id"], mine["channel_name"], mine["upstream_model"]) == (None, None, None)
    assert [(one["channel_id"], one["message"]) for one in mine["tries"]] == [(None, None)]
    refused(people.other.get(path), 404, "not_found")
    assert ok(people.other.get("/requests", params={"id": row["id"]}))["items"] == []
    assert row["id"] not in [item["id"] for item in all_pages(people.other, "/requests")]
    others = {"user_id": people.ids["uma"]}
    month = {"since_ms": row["created_ms"] - 86_400_000, "until_ms": row["created_ms"] + 1}
    refused(people.other.get("/requests", params=others), 403, "forbidden")
    for place in ("/requests/facets", "/requests/live"):
        refused(people.other.get(place, params=others), 403, "forbidden")
        refused(people.user.get(place, params={"channel_id": row["channel_id"]}), 403, "forbidden")
    for place in ("/requests/summary", "/stats"):
        refused(people.other.get(place, params=others | month), 403, "forbidden")
    refused(people.user.get("/stats", params={"by": "channel", **month}), 403, "forbidden")
    refused(people.user.get("/stats", params={"by": "user", **month}), 403, "forbidden")
    facets = ok(people.other.get("/requests/facets"))
    assert model not in [facet["value"] for facet in facets["model"]]
    assert facets["channel_id"] == facets["user_id"] == []


def test_filters_facets_and_summary_agree(
    people: People, client: Client, model: str, new_channel: Callable[..., dict[str, object]]
) -> None:
    new_channel(models=[f"{model} fails"], model_mapping={f"{model} fails": "fake-chat-500"})
    for _ in range(3):
        ok(client.chat(model))
    assert client.chat(f"{model} fails").status_code == 502
    rows = _logged(people, client, 4)
    query = {"token_id": client.token_id}
    good = all_pages(people.root, "/requests", status="ok", **query)
    assert {row["id"] for row in good} == {row["id"] for row in rows if row["status"] < 400}
    facets = ok(people.root.get("/requests/facets", params=query))
    assert facets["complete"] is True
    assert facets["counted"] == len(rows)
    counts = {facet["value"]: facet["count"] for facet in facets["model"]}
    assert counts[model] == 3
    (token,) = facets["token_id"]
    assert (token["value"], token["count"]) == (str(client.token_id), len(rows))
    start, end = rows[-1]["created_ms"], rows[0]["created_ms"] + 1
    span = {"since_ms": start - 60_000, "until_ms": end}
    whole = ok(people.root.get("/requests/summary", params=query | span))
    assert sum(bar["requests"] for bar in whole["items"]) == whole["requests"] == len(rows) == whole["sampled"]
    assert whole["errors"] == 1
    assert whole["input_tokens"] == sum(row["input_tokens"] for row in rows)
    assert Decimal(whole["spend_usd"]) == sum(Decimal(row["charge_usd"]) for row in rows)
    assert whole["duration"]["p95"] == max(row["duration_ms"] for row in rows)
    # A first word within the first millisecond is noted as none.
    firsts = sorted(row["first_ms"] for row in good if row["first_ms"])
    assert whole["first"]["median"] == (firsts[(len(firsts) - 1) // 2] if firsts else None)
    by_model = ok(people.root.get("/requests/summary", params={"model": model} | span))
    assert (by_model["requests"], by_model["errors"]) == (3, 0)
    failed = ok(people.root.get("/requests/summary", params={"model": f"{model} fails", "status": "error"} | span))
    assert [(bar["requests"], bar["errors"]) for bar in failed["items"]] == [(1, 1)]
    assert failed["first"] == {"median": None, "p95": None}
    (bad,) = [row for row in rows if row["status"] >= 400]
    for named, errors in ((good[0], 0), (bad, 1)):
        one = ok(people.root.get("/requests/summary", params={"id": named["id"]} | span))
        assert (one["requests"], one["errors"]) == (1, errors)
        assert one["duration"] == {"median": named["duration_ms"], "p95": named["duration_ms"]}
        facets = ok(people.root.get("/requests/facets", params={"id": named["id"]}))
        assert [(facet["value"], facet["count"]) for facet in facets["status"]] == [(str(named["status"]), 1)]
        assert ok(people.root.get("/requests", params={"id": named["id"]}))["items"] == [named]
    assert ok(people.other.get("/requests/summary", params={"id": bad["id"]} | span))["requests"] == 0
    backwards = {"since_ms": end, "until_ms": start}
    error = refused(people.root.get("/requests/summary", params=backwards), 422, "invalid_value")
    assert error["param"] == "until_ms"


def test_why_a_channel_was_chosen_is_kept_with_the_attempt(
    people: People, client: Client, new_channel: Callable[..., dict[str, object]], name: str
) -> None:
    first = new_channel(models=[name], model_mapping={name: "fake-chat-500"}, priority=7, weight=3)
    second = new_channel(models=[name], model_mapping={name: "fake-chat"}, priority=2)
    ok(client.chat(name))
    (row,) = _logged(people, client, 1)
    tries = ok(people.root.get(f"/requests/{row['id']}"))["tries"]
    assert [one["channel_id"] for one in tries] == [first["id"], second["id"]]
    plain = {"among": 1, "resting": 0, "bridged": False, "last_resort": False}
    assert [one["choice"] for one in tries] == [
        {"priority": 7, "weight": 3, "weights": 3, **plain},
        {"priority": 2, "weight": 1, "weights": 1, **plain},
    ]
    mine = ok(people.user.get(f"/requests/{row['id']}"))["tries"]
    assert [one["choice"] for one in mine] == [None, None]


def test_stats_agree_with_the_log_however_the_range_is_cut(people: People, client: Client, model: str) -> None:
    for _ in range(2):
        ok(client.chat(model))
    rows = _logged(people, client, 2)
    now = rows[0]["created_ms"] + 1
    for since in (now - 3_600_000, now - 86_400_000 * 3):
        for bucket in ("none", "hour", "day"):
            for by in ("none", "model", "channel", "user", "token"):
                query = {"since_ms": since, "until_ms": now, "bucket": bucket, "by": by}
                items = ok(people.root.get("/stats", params=query | {"model": model}))["items"]
                assert sum(item["requests"] for item in items) == 2, query
                tokens = sum(item["input_tokens"] for item in items)
                assert tokens == sum(row["input_tokens"] for row in rows)


def test_the_live_feed_tells_of_what_fits_the_filter(people: People, client: Client, model: str) -> None:
    with people.user.stream("GET", "/requests/live", params={"model": model}) as feed:
        events = _events(feed)
        assert next(events) == ("ready", {})
        ok(client.chat(model))
        name, batch = next(events)
    assert name == "requests"
    assert [item["model"] for item in batch["items"]] == [model]
    assert batch["items"][0]["channel_id"] is None
    first = batch["items"][0]["id"]
    ok(client.chat(model))
    _logged(people, client, 2)
    headers = {"last-event-id": first}
    with people.user.stream("GET", "/requests/live", params={"model": model}, headers=headers) as feed:
        events = _events(feed)
        assert next(events)[0] == "ready"
        _, missed = next(events)
    assert [item["model"] for item in missed["items"]] == [model]
    assert first not in [item["id"] for item in missed["items"]]


def test_the_live_feed_ends_with_the_session(gateway: Gateway, root: httpx.Client, name: str) -> None:
    user = ok(root.post("/users", json={"name": name, "password": "a password"}), 201)
    client = gateway.signed_in(name, "a password")
    with client.stream("GET", "/requests/live") as feed:
        events = _events(feed)
        assert next(events)[0] == "ready"
        ok(root.patch(f"/users/{user['id']}", json={"status": "disabled"}))
        assert list(events) == []


def test_watchers_who_leave_at_any_moment_break_nothing(gateway: Gateway, people: People) -> None:
    """Each leaves as soon as it can: while the gateway reads the log for it."""
    for _ in range(60):
        with people.root.stream("GET", "/requests/live") as feed:
            assert next(_events(feed))[0] == "ready"
        ok(people.root.get("/requests"))
