"""Lists by keyset: whole, each row once, whatever is added meanwhile; in every order the list offers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from admin_tools import ok, refused

SORTS = {
    "/tokens": ("id", "name", "user", "status", "created"),
    "/users": ("id", "name", "role", "group", "balance", "created"),
    "/channels": ("id", "name", "provider", "priority", "weight", "status", "created"),
    "/groups": ("id", "name", "multiplier"),
    "/prices": ("id", "model", "origin", "as_of", "created"),
    "/audit": ("id",),
}


def _key(sort: str, item: dict[str, Any]) -> Any:
    fields = {"user": "user_name", "created": "created_ms"}
    value = item[fields.get(sort, sort)] if sort not in ("balance", "multiplier") else None
    return float(item["balance_usd" if sort == "balance" else "multiplier"]) if value is None else value


@pytest.mark.parametrize(("path", "sort"), [(path, sort) for path, sorts in SORTS.items() for sort in sorts])
@pytest.mark.parametrize("sign", ["", "-"])
def test_each_order_is_kept_over_pages(root: httpx.Client, path: str, sort: str, sign: str) -> None:
    items: list[dict[str, Any]] = []
    cursor = None
    for _ in range(4):
        query = {"sort": sign + sort, "limit": 3, "total": True} | ({"cursor": cursor} if cursor else {})
        page = ok(root.get(path, params=query))
        items += page["items"]
        cursor = page["next"]
        assert page["total"] >= len(items)
        if cursor is None:
            break
    ids = [item["id"] for item in items]
    assert len(set(ids)) == len(ids)
    if sort not in ("name", "model", "user", "group"):  # how text is ordered is the database's affair
        keys = [(_key(sort, item), item["id"]) for item in items]
        assert keys == sorted(keys, reverse=sign == "-")


def test_rows_added_between_pages_move_none(root: httpx.Client, name: str) -> None:
    def add(number: int) -> int:
        made: int = ok(root.post("/tokens", json={"name": f"{name} {number}"}), 201)["id"]
        return made

    there = [add(number) for number in range(7)]
    for sort in ("id", "-id", "name", "-name", "created", "status"):
        found, cursor, added = [], None, []
        while True:
            query = {"search": name, "sort": sort, "limit": 2} | ({"cursor": cursor} if cursor else {})
            page = ok(root.get("/tokens", params=query))
            found += [item["id"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
            added.append(add(1000 + len(there) + len(added)))
            if len(added) == 3:
                ok(root.delete(f"/tokens/{added[0]}"))
        assert len(found) == len(set(found))
        assert set(there) <= set(found)
        for one in added[1:] if len(added) >= 3 else added:
            ok(root.delete(f"/tokens/{one}"))


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!!",
        "WzFd",
        "W10",
        "eyJhIjoxfQ",
        "WyItaWQiLCAiYSIsIDFd",
        "WyItaWQiLCAxLCA5OTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ",
    ],
)
@pytest.mark.parametrize("path", ["/tokens", "/requests", "/audit"])
def test_a_cursor_of_ones_own_making_is_refused(root: httpx.Client, path: str, cursor: str) -> None:
    assert refused(root.get(path, params={"cursor": cursor}), 400, "invalid_cursor")["param"] == "cursor"


def test_a_cursor_of_another_order_is_refused(root: httpx.Client) -> None:
    cursor = ok(root.get("/prices", params={"limit": 1}))["next"]
    refused(root.get("/prices", params={"cursor": cursor, "sort": "model"}), 400, "invalid_cursor")
    assert refused(root.get("/prices", params={"sort": "nothing"}), 422, "invalid_value")["param"] == "sort"
