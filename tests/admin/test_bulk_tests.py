"""Many channels tried at once: each result comes as it ends, and is kept with its channel."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
from admin_tools import ok, refused

NewChannel = Callable[..., dict[str, Any]]


def _run(root: httpx.Client, plan: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    with root.stream("POST", "/channels/test-many", json=plan) as answer:
        assert answer.status_code == 200
        lines = [line for line in answer.iter_lines() if line]
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in pairs]


def test_each_model_of_two_channels(root: httpx.Client, new_channel: NewChannel) -> None:
    good = new_channel(models=["fake-chat", "fake-embedding", "fake-chat-echo"])
    bad = new_channel(models=["fake-chat", "fake-chat-500"])
    events = _run(root, {"channel_ids": [good["id"], bad["id"], good["id"]], "each_model": True})
    assert events[0] == ("plan", {"count": 5})
    assert events[-1] == ("done", {"ok": 4, "failed": 1})
    results = {(data["channel_id"], data["model"]): data["ok"] for name, data in events if name == "result"}
    assert results == {
        (good["id"], "fake-chat"): True,
        (good["id"], "fake-embedding"): True,
        (good["id"], "fake-chat-echo"): True,
        (bad["id"], "fake-chat"): True,
        (bad["id"], "fake-chat-500"): False,
    }
    last = ok(root.get(f"/channels/{bad['id']}"))["last_test"]
    assert (last["model"], last["ok"]) == ("fake-chat-500", False)
    assert ok(root.get(f"/channels/{good['id']}"))["last_test"]["ok"] is True


def test_one_model_of_each_by_default(root: httpx.Client, new_channel: NewChannel) -> None:
    channel = new_channel(models=["fake-embedding", "fake-chat"])
    ids = {"channel_ids": [channel["id"]]}
    assert [data["model"] for name, data in _run(root, ids) if name == "result"] == ["fake-chat"]
    named = _run(root, {**ids, "models": ["fake-chat-500"]})
    assert [(data["model"], data["status"]) for name, data in named if name == "result"] == [("fake-chat-500", 500)]


def test_all_enabled_channels(root: httpx.Client, new_channel: NewChannel) -> None:
    enabled, disabled = new_channel()["id"], new_channel(status="disabled")["id"]
    tested = {data["channel_id"] for name, data in _run(root, {"models": ["fake-chat"]}) if name == "result"}
    assert enabled in tested
    assert disabled not in tested


def test_a_channel_that_is_not_there(root: httpx.Client) -> None:
    refused(root.post("/channels/test-many", json={"channel_ids": [10**9]}), 404, "not_found")
