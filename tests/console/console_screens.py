"""Every screen of the console, and how one comes to it: by its address, and for some by a step or two from there."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from console_visit import Visit

ADDRESSES = {
    "home": "/",
    "start": "/start",
    "channels": "/channels",
    "channel": "/channels?open=1",
    "channel-new": "/channels?open=new",
    "channel-test": "/channels?open=1&view=test",
    "channel-keys": "/channels?open=5",
    "tokens": "/tokens",
    "token": "/tokens?open=1",
    "token-new": "/tokens?open=new",
    "users": "/users",
    "user": "/users?open=1",
    "user-new": "/users?open=new",
    "prices": "/prices",
    "price": "/prices?open=gpt-4o",
    "logs": "/logs?range=7d",
    "logs-none": "/logs?range=7d&model=no-such-model",
    "playground": "/playground",
    "routing": "/routing",
    "routing-explained": "/routing?model=gpt-4o",
    "health": "/health",
    "settings": "/settings",
    "settings-general": "/settings?topic=general",
    "settings-groups": "/settings?topic=groups",
    "settings-audit": "/settings?topic=audit",
    "settings-system": "/settings?topic=system",
    "nowhere": "/no-such-page",
}
"""Screens that have an address of their own."""


async def _logs_facets(visit: Visit) -> None:
    await visit.open("/logs?range=7d")
    await visit.settle()
    await visit.page.get_by_role("button", name=re.compile("^(Facets|分面)$")).click()


async def _request(visit: Visit) -> None:
    await visit.open("/logs?range=7d&model=qwen-max&status=ok")
    await visit.page.get_by_role("row").filter(has_text="×2").first.click()
    await visit.page.get_by_role("dialog").locator("ol").wait_for()


async def _failed_request(visit: Visit) -> None:
    await visit.open("/logs?range=7d&model=gpt-4o")
    await visit.page.get_by_role("row").filter(has_text="upstream_unreachable").first.click()
    await visit.page.get_by_role("dialog").locator("ol").wait_for()


async def _models_fetched(visit: Visit) -> None:
    await visit.open("/channels?open=1")
    fetch = visit.page.get_by_role("button", name=re.compile("^(Fetch from upstream|从上游获取)$"))
    await fetch.click()
    search = visit.page.get_by_placeholder(re.compile("^(Search models|搜索模型)"))
    await search.scroll_into_view_if_needed()
    await search.focus()


async def _mapping(visit: Visit) -> None:
    await visit.open("/channels?open=1")
    add = visit.page.get_by_role("button", name=re.compile("^(Add a mapping|添加映射)$"))
    await add.click()
    await add.click()
    asked = visit.page.get_by_role("dialog").get_by_placeholder(re.compile("^(Asked for|请求名称)$")).first
    await asked.fill("gpt-4o")
    await visit.page.keyboard.press("Tab")
    await visit.page.keyboard.type("fake-chat")


async def _connect(visit: Visit) -> None:
    await visit.open("/start")
    await visit.page.get_by_role("button", name=re.compile("^(Connect another|再接入一个)")).click()
    await visit.page.locator("button[aria-pressed]").first.click()
    key = visit.page.get_by_role("textbox", name=re.compile("^(Key|密钥)$"))
    await key.fill("sk-abcdefghijklmnopqrstuvwxyz\nsk-short")


async def _palette(visit: Visit) -> None:
    await visit.open("/tokens")
    await visit.settle()
    await visit.page.keyboard.press("Control+k")
    await visit.page.get_by_role("dialog").get_by_role("combobox").fill("fake")
    await visit.page.get_by_role("option", name=re.compile("Fake provider")).wait_for()


async def _talk(visit: Visit) -> None:
    await visit.open("/playground?model=fake-chat-think")
    await visit.settle()
    await visit.page.get_by_role("textbox", name=re.compile("^(Message|消息)")).fill("what is a sluice?")
    await visit.page.keyboard.press("Enter")
    await visit.page.locator("a[href*='open=req_']").wait_for()


WALKS: dict[str, Callable[[Visit], Awaitable[None]]] = {
    "start-connect": _connect,
    "channel-models-fetched": _models_fetched,
    "channel-mapping": _mapping,
    "logs-facets": _logs_facets,
    "request": _request,
    "request-failed": _failed_request,
    "playground-answer": _talk,
    "palette": _palette,
}
"""Screens one comes to by doing something."""

SCREENS = (*ADDRESSES, *WALKS)


async def show(visit: Visit, name: str) -> None:
    """Goes to a screen, and waits until it is complete."""
    if name in WALKS:
        await WALKS[name](visit)
    else:
        await visit.open(ADDRESSES[name])
    if name != "nowhere":
        await visit.settle()
