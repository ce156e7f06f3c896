"""Two people edit one thing: what others changed meanwhile stays, and is not written over in silence."""

from __future__ import annotations

import re

import pytest
from console_seed import KEYS
from console_visit import Visit, error_of
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_what_another_person_changed_meanwhile_is_not_written_back(visit: Visit) -> None:
    visit.expected.add(412)  # the change is then made from what is now
    await visit.sign_in(path="/sign-in?next=%2Fchannels")
    page = visit.page
    row = page.get_by_role("row", name=re.compile(KEYS))
    await row.click()
    side = page.get_by_role("dialog")
    await expect(side.get_by_label("Weight")).to_have_value("1")
    await visit.call("PATCH", "/channels/5", {"weight": 9, "remark": "theirs"})
    # A key's test has the channel fetched anew under the open form.
    async with page.expect_response(lambda answer: answer.url.endswith("/api/v1/channels/5")):
        await side.get_by_role("list", name=re.compile(r"\d keys")).get_by_role("button", name="Test").first.click()
    await side.get_by_label("Priority").fill("6")
    async with page.expect_request(lambda request: request.method == "PATCH") as sent:
        await side.get_by_role("button", name="Save").click()
    assert (await sent.value).post_data_json == {"priority": 6}
    await expect(side).to_have_count(0)

    # Opened again at once, the form begins with what is now.
    await visit.call("PATCH", "/channels/5", {"weight": 1, "priority": 5, "remark": "mine"})
    await row.click()
    await expect(side.get_by_label("Remark")).to_have_value("mine")
    await expect(side.get_by_label("Weight")).to_have_value("1")
    await visit.call("PATCH", "/channels/5", {"remark": ""})


async def test_a_field_that_another_person_changed_too_is_not_written_over_in_silence(visit: Visit) -> None:
    visit.expected.add(412)
    await visit.sign_in(path="/sign-in?next=%2Fchannels")
    page, side = visit.page, visit.page.get_by_role("dialog")
    channel = await visit.call("POST", "/channels", {"name": "edited by two", "provider": "fake", "models": ["m"]})
    token = await visit.call("POST", "/tokens", {"name": "edited by two", "limit_usd": "1"})
    user = await visit.call("POST", "/users", {"name": "edited by two"})
    for screen, path, label, typed, theirs, kept in (
        ("channels", f"/channels/{channel['id']}", "Weight", "4", {"weight": 9}, {"weight": 4}),
        ("tokens", f"/tokens/{token['id']}", "Spending limit", "4", {"limit_usd": "9.00"}, {"limit_usd": "4.00"}),
        ("users", f"/users/{user['id']}", "Remark", "mine", {"remark": "theirs"}, {"remark": "mine"}),
    ):
        await visit.open(f"/{screen}?open={path.rpartition('/')[2]}")
        if screen == "users":
            await side.get_by_text("Settings", exact=True).click()
        field = side.get_by_role("textbox", name=label)
        await field.fill(typed)
        await visit.call("PATCH", path, theirs)
        await side.get_by_role("button", name="Save").click()
        await expect(field).to_be_focused()
        assert "Somebody else changed this meanwhile" in await error_of(field)
        told = page.get_by_text("Somebody else changed this meanwhile").first
        box, save = await told.bounding_box(), await side.get_by_role("button", name="Save").bounding_box()
        assert box is not None
        assert save is not None
        assert box["y"] + box["height"] <= save["y"]  # not under the buttons of a long form
        assert (await visit.call("GET", path)).items() >= theirs.items()
        await expect(field).to_have_value(re.compile(f"{typed}$"))
        await side.get_by_role("button", name="Save").click()
        await expect(side).to_have_count(0)
        assert (await visit.call("GET", path)).items() >= kept.items()
        await visit.call("DELETE", path)
    await expect(page.get_by_role("table")).to_be_visible()


async def test_neither_is_that_of_a_group_a_price_or_a_setting(visit: Visit) -> None:
    visit.expected.add(412)
    await visit.sign_in(path="/sign-in?next=%2Fsettings")
    page = visit.page
    told = "Somebody else changed this meanwhile"
    group = await visit.call("POST", "/groups", {"name": "edited by two"})
    await visit.open("/settings?topic=groups")
    await page.get_by_role("row", name=re.compile("edited by two")).click()
    field, save = page.get_by_label("Remark"), page.get_by_role("button", name="Save")
    await field.fill("mine")
    await visit.call("PATCH", f"/groups/{group['id']}", {"multiplier": "2", "remark": "theirs"})
    await save.click()
    assert told in await error_of(field)
    await save.click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    kept = await visit.call("GET", f"/groups/{group['id']}")
    assert (kept["multiplier"], kept["remark"]) == ("2", "mine")
    await visit.call("DELETE", f"/groups/{group['id']}")

    price = {"model": "edited-by-two", "rates": {"input": "1", "output": "1"}}
    await visit.call("PUT", "/prices", price)
    await visit.open("/prices?open=edited-by-two")
    field = page.get_by_label("Output", exact=True)
    await page.get_by_label("Input", exact=True).fill("3")
    await visit.call("PUT", "/prices", price | {"rates": {"input": "1", "output": "2"}})
    await save.click()
    assert told in await error_of(field)  # a price is written whole: theirs would be undone
    await field.fill("2")
    await save.click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    [stored] = (await visit.call("GET", "/prices?model=edited-by-two"))["items"]
    assert stored["rates"] == {"input": "3", "output": "2"}
    await visit.call("DELETE", f"/prices/{stored['id']}")

    await visit.open("/settings?topic=general")
    field = page.get_by_label("Days a person stays signed in")
    await field.fill("20")
    await visit.call("PATCH", "/settings", {"values": {"session_days": 21, "default_max_output": 4000}})
    await save.click()
    assert told in await error_of(field)
    await save.click()
    await expect(page.get_by_text("Saved")).to_be_visible()
    # Saved, it goes on from there: what was saved last was seen, and is not asked about.
    await field.fill("14")
    async with page.expect_response(lambda answer: answer.request.method == "PATCH") as answered:
        await save.click()
    assert (await answered.value).status == 200
    values = {one["key"]: one["value"] for one in (await visit.call("GET", "/settings"))["items"]}
    assert (values["session_days"], values["default_max_output"]) == (14, 4000)
    await visit.call("PATCH", "/settings", {"values": {"default_max_output": 4096}})


async def test_an_edited_token_keeps_what_was_not_touched(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Ftokens")
    page = visit.page
    made = await visit.call("POST", "/tokens", {"name": "to the second", "expires_ms": 4102444799987})
    await visit.open(f"/tokens?open={made['id']}")
    side = page.get_by_role("dialog")
    await side.get_by_label("Requests per minute").fill("5")
    async with page.expect_request(lambda request: request.method == "PATCH") as sent:
        await side.get_by_role("button", name="Save").click()
    assert (await sent.value).post_data_json == {"requests_per_minute": 5}
