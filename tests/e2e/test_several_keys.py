"""Several keys in one channel: each has its turn, a bad one costs no client anything, and who is asked knows which."""

from __future__ import annotations

import hashlib
from collections import Counter

from .conftest import plain_config
from .gateways import Gateway, NewGateway, until
from .processes import Provider
from .test_routing_shares import AT_ONCE, shares
from .test_scenarios import HI

SECRET = "0123456789abcdefghij"


def _names(*keys: str) -> dict[str, str]:
    return {hashlib.sha256(key.encode()).hexdigest(): key for key in keys}


def _ask(gateway: Gateway, model: str, *, stream: bool = False) -> tuple[int, str]:
    """Status and request id of one request."""
    body = {"model": model, "messages": HI, "stream": stream}
    answer = gateway.http.post("/v1/chat/completions", json=body, headers=gateway.auth())
    return answer.status_code, answer.headers["x-request-id"]


def _key_states(gateway: Gateway, channel: int) -> dict[str, str | None]:
    keys = gateway.manage("GET", f"/channels/{channel}")["keys"]
    return {key["hint"]: key["trouble"] and key["trouble"]["outcome"] for key in keys}


async def test_one_bad_key_among_three_is_no_clients_concern(provider: Provider, new_gateway: NewGateway) -> None:
    keys = [f"sk-first-{SECRET}aaaa", f"bad-{SECRET}bbbb", f"sk-third-{SECRET}cccc"]
    config = plain_config(provider)
    config["channels"][0] |= {"name": "several", "key": keys, "models": ["k"]}
    gateway = new_gateway(config, workers=2)
    (channel,) = gateway.manage("GET", "/channels")["items"]
    found = await shares(gateway, "k", _names(*keys), 100)
    # What was on its way when a worker first heard of the refusal met it too; then the key is left alone for a minute.
    assert 1 <= found.pop(keys[1]) <= AT_ONCE
    assert found.total() == 100
    found = await shares(gateway, "k", _names(*keys), 60)
    assert found[keys[1]] == 0
    assert abs(found[keys[0]] - found[keys[2]]) <= 2, "the two workers' turns"

    expected = {"sk-firs...aaaa": None, "bad...bbbb": "auth", "sk-thir...cccc": None}
    until(lambda: _key_states(gateway, channel["id"]) == expected or None, "the mark of the bad key")
    (refused,) = [key for key in gateway.manage("GET", f"/channels/{channel['id']}")["keys"] if key["trouble"]]
    assert refused["trouble"]["status"] == 401
    tried = [row for row in gateway.manage("GET", "/requests", params={"limit": 200})["items"] if row["attempts"] > 1]
    assert tried, "the log tells which requests met the bad key"
    first, second = gateway.manage("GET", f"/requests/{tried[0]['id']}")["tries"]
    assert (first["key_hint"], first["outcome"], first["channel_id"]) == ("bad...bbbb", "auth", channel["id"])
    assert (second["outcome"], second["channel_id"]) == ("ok", channel["id"])
    assert second["key_id"] in (1, 3)
    gateway.stop()
    shown = gateway.log.read_text() + (gateway.data_dir / "sluice.db").read_bytes().decode("latin-1")
    assert not any(key in shown for key in keys), "no key in clear in a log or the database"
    gateway.start()


def test_no_money_or_too_many_requests_ask_another_key_before_another_channel(gateway: Gateway) -> None:
    for kind, outcome in (("nomoney", "auth"), ("limited", "rate")):
        model = f"keys-{kind}"
        keys = (f"{kind}-{SECRET}1", f"{kind}-{SECRET}2", f"sk-good-{model}")
        first = gateway.channel([model], key="\n".join(keys), priority=1)
        gateway.channel([model], key="sk-of-another-channel")
        mark = gateway.provider.mark()
        for stream in (False, True, False, True):
            status, request = _ask(gateway, model, stream=stream)
            assert status == 200
            tries = gateway.settled(request)["tries"]
            assert {one["channel_id"] for one in tries} == {first["id"]}
            assert [one["outcome"] for one in tries[:-1]] == [outcome] * (len(tries) - 1)
        names = _names(*keys)
        asked = Counter(names[entry["key_sha256"]] for entry in gateway.provider.seen(mark))
        assert asked == {keys[0]: 1, keys[1]: 1, keys[2]: 4}


def test_when_every_key_is_refused_the_next_channel_answers(gateway: Gateway) -> None:
    first = gateway.channel(["keys-all"], key=f"bad-{SECRET}1\nbad-{SECRET}2", priority=1)
    second = gateway.channel(["keys-all"], key="sk-good-one")
    status, request = _ask(gateway, "keys-all")
    tries = gateway.settled(request)["tries"]
    assert status == 200
    assert [one["channel_id"] for one in tries] == [first["id"], first["id"], second["id"]]
    status, request = _ask(gateway, "keys-all")
    assert status == 200
    assert [one["channel_id"] for one in gateway.settled(request)["tries"]] == [second["id"]], "the first one rests"


def test_a_failing_upstream_is_not_asked_with_every_key(gateway: Gateway) -> None:
    first = gateway.channel(["keys-down"], key=f"down-{SECRET}1\ndown-{SECRET}2\ndown-{SECRET}3", priority=1)
    second = gateway.channel(["keys-down"], key="sk-good-one")
    status, request = _ask(gateway, "keys-down")
    assert status == 200
    assert [one["channel_id"] for one in gateway.settled(request)["tries"]] == [first["id"], second["id"]]


def test_keys_are_added_disabled_and_removed_and_the_rest_stay_as_they_were(gateway: Gateway) -> None:
    one, two, three = (f"sk-{name}-{SECRET}" for name in ("one", "two", "three"))
    channel = gateway.channel(["keys-edit"], key=f"{one}\n{two}\n{one}\n")
    path = f"/channels/{channel['id']}"
    assert [(key["id"], key["status"]) for key in channel["keys"]] == [(1, "enabled"), (2, "enabled")]

    def used() -> set[str]:
        mark = gateway.provider.mark()
        names = _names(one, two, three)
        assert {_ask(gateway, "keys-edit")[0] for _ in range(4)} == {200}
        return {names[entry["key_sha256"]] for entry in gateway.provider.seen(mark)}

    assert used() == {one, two}
    gateway.manage("PATCH", path, json={"remark": "the keys are left alone"})
    assert used() == {one, two}
    arranged = [{"id": 1, "status": "disabled"}, {"id": 2}, {"key": three}]
    changed = gateway.manage("PATCH", path, json={"keys": arranged})
    assert [(key["id"], key["status"]) for key in changed["keys"]] == [(1, "disabled"), (2, "enabled"), (3, "enabled")]
    assert used() == {two, three}
    gateway.manage("PATCH", path, json={"keys": [{"id": 1, "status": "disabled"}, {"id": 3}]})
    assert used() == {three}
    changed = gateway.manage("PATCH", path, json={"key": one})
    assert [(key["id"], key["status"]) for key in changed["keys"]] == [(1, "enabled")]
    assert used() == {one}


def test_a_key_that_holds_a_bar_is_one_key(gateway: Gateway) -> None:
    pair = gateway.channel(["keys-bar"], provider="qianfan", base_url=gateway.provider.url, key="api-key|secret-key")
    assert len(pair["keys"]) == 1
    refused = gateway.manage(
        "PATCH", f"/channels/{pair['id']}", 422, json={"keys": [{"id": 1}, {"key": "bce-v3/ALTAK-x/y"}]}
    )
    assert "two kinds" in refused["error"]["message"]
