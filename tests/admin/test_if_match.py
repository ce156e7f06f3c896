"""Two who edit one thing: a change that says what it was made from is refused when that is no more."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from admin_tools import ok, refused

NewChannel = Callable[..., dict[str, Any]]


def test_a_change_of_what_was_changed_meanwhile_is_refused(
    root: httpx.Client, new_channel: NewChannel, name: str
) -> None:
    user = ok(root.post("/users", json={"name": name}), 201)
    token = ok(root.post("/tokens", json={"name": name, "limit_usd": "1"}), 201)
    group = ok(root.post("/groups", json={"name": name}), 201)
    for path, change, other in (
        (f"/channels/{new_channel()['id']}", {"weight": 3}, {"remark": "theirs"}),
        (f"/users/{user['id']}", {"remark": "mine"}, {"remark": "theirs"}),
        (f"/groups/{group['id']}", {"multiplier": "3"}, {"remark": "theirs"}),
        (f"/tokens/{token['id']}", {"name": f"{name} 2"}, {"limit_usd": "2"}),
    ):
        seen = ok(root.get(path))
        theirs = ok(root.patch(path, json=other))
        assert theirs["rev"] > seen["rev"]
        tag = {"if-match": f'"{seen["rev"]}"'}
        error = refused(root.patch(path, json=change, headers=tag), 412, "changed_meanwhile")
        assert str(theirs["rev"]) in error["message"]
        assert ok(root.get(path)) == theirs
        for fits in (f'"1", "{theirs["rev"]}"', "*"):
            mine = ok(root.patch(path, json=change, headers={"if-match": fits}))
            assert mine == theirs | change | {name: mine[name] for name in ("rev", "updated_ms")}
        for other_tags in ('"anything"', f'W/"{theirs["rev"]}"', '"1,2", ,W/"x"', "", ",", '"*"'):
            tag = {"if-match": other_tags}
            refused(root.patch(path, json=change, headers=tag), 412, "changed_meanwhile")


def test_two_changes_from_one_look_are_not_both_made(root: httpx.Client, new_channel: NewChannel) -> None:
    seen = new_channel()
    ok(root.post(f"/channels/{seen['id']}/test", json={"model": "fake-chat"}))  # a test is no change
    tag = {"if-match": f'"{seen["rev"]}"'}
    with ThreadPoolExecutor(8) as pool:
        asked = [
            pool.submit(root.patch, f"/channels/{seen['id']}", json={"weight": at + 2}, headers=tag) for at in range(8)
        ]
    assert sorted(one.result().status_code for one in asked) == [200] + [412] * 7


def test_an_if_match_is_read_as_http_has_it(root: httpx.Client, name: str) -> None:
    group = ok(root.post("/groups", json={"name": name}), 201)
    path, body = f"/groups/{group['id']}", {"remark": "r"}

    def change(*lines: bytes) -> httpx.Response:
        return root.patch(path, json=body, headers=[(b"if-match", line) for line in lines])

    ok(change(b'"1"', f'"{group["rev"]}"'.encode()))  # several lines are one list
    rev = f'"{ok(root.get(path))["rev"]}"'.encode()  # what changes nothing more raises it no more
    for lines in ((b"W/" + rev, rev), (b'"a,b"\t,,' + rev,), (b"*",), (b", " + rev + b",",), (b'"\xff"', rev)):
        ok(change(*lines))
    for lines in (
        (b"*", rev),
        (rev.strip(b'"'),),
        (b'"open',),
        (rev + rev,),
        (b"w/" + rev,),
        (b'"a b"',),
        (b'"x",' * 400,),
    ):
        refusal = refused(change(*lines), 422, "invalid_value")
        assert refusal["param"] == "if-match", lines
        assert '"7"' in refusal["message"]
    refused(root.patch("/groups/999999", json=body, headers={"if-match": "*"}), 404, "not_found")


def test_a_price_that_somebody_else_set_meanwhile_is_not_replaced(root: httpx.Client, name: str) -> None:
    def put(usd: str, tag: str | None = None) -> httpx.Response:
        headers = {"if-match": tag} if tag else {}
        return root.put("/prices", json={"model": name, "rates": {"input": usd}}, headers=headers)

    for tag in ("*", '"1"'):
        refused(put("1", tag), 412, "changed_meanwhile")  # there is none
    seen = ok(put("1"))
    theirs = ok(put("2", f'"{seen["rev"]}"'))
    assert theirs["rev"] > seen["rev"]
    assert str(theirs["rev"]) in refused(put("3", f'"{seen["rev"]}"'), 412, "changed_meanwhile")["message"]
    assert ok(root.get("/prices", params={"model": name}))["items"] == [theirs]
    ok(root.delete(f"/prices/{theirs['id']}"))
    refused(put("3", f'"{theirs["rev"]}"'), 412, "changed_meanwhile")


def test_settings_that_somebody_else_changed_meanwhile_are_not_written_over(root: httpx.Client) -> None:
    def patch(days: int, rev: int) -> httpx.Response:
        return root.patch("/settings", json={"values": {"session_days": days}}, headers={"if-match": f'"{rev}"'})

    seen = ok(root.get("/settings"))
    theirs = ok(patch(20, seen["rev"]))
    assert theirs["rev"] > seen["rev"]
    refused(patch(30, seen["rev"]), 412, "changed_meanwhile")
    assert ok(root.get("/settings")) == theirs
    ok(patch(14, theirs["rev"]))
