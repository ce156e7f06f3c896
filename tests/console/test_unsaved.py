"""What was typed and is not saved: nothing leads away from it unasked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from console_visit import Visit
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ASKED = "Close without saving?"


async def _escape(visit: Visit) -> None:
    await visit.page.keyboard.press("Escape")


async def _beside(visit: Visit) -> None:
    await visit.page.mouse.click(300, 600)


async def _cross(visit: Visit) -> None:
    await visit.page.get_by_role("button", name="Close").first.click()


@pytest.mark.parametrize("leave", [_escape, _beside, _cross], ids=["escape", "beside", "cross"])
async def test_a_panel_with_unsaved_work_asks_before_it_closes(
    visit: Visit, leave: Callable[[Visit], Awaitable[None]]
) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fusers%3Fopen%3Dnew")
    page = visit.page
    name = page.get_by_role("textbox", name="Name", exact=True)
    await expect(name).to_be_focused()
    await name.fill("half done")
    question = page.get_by_role("dialog", name=ASKED)
    await leave(visit)
    await expect(question.get_by_role("button", name="Keep editing")).to_be_focused()
    await page.keyboard.press("Escape")  # takes back the question alone
    await expect(question).to_have_count(0)
    await expect(name).to_have_value("half done")
    await leave(visit)
    await question.get_by_role("button", name="Keep editing").click()
    await expect(question).to_have_count(0)
    await leave(visit)
    await question.get_by_role("button", name="Discard").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    # Nothing was typed: nothing is asked.
    await page.get_by_role("button", name="New user").click()
    await expect(name).to_have_value("")
    await leave(visit)
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_the_browsers_way_back_and_links_ask_before_unsaved_work_goes(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fusers")
    page = visit.page
    name, question = page.get_by_role("textbox", name="Name", exact=True), page.get_by_role("dialog", name=ASKED)
    await page.get_by_role("button", name="New user").click()
    await name.fill("half done")
    await page.evaluate("history.back()")
    await expect(question.get_by_role("button", name="Keep editing")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(question).to_have_count(0)
    await expect(name).to_have_value("half done")
    assert page.url.endswith("open=new")
    # Neither does the palette lead away from it.
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Go to").fill("logs")
    await page.keyboard.press("Enter")
    await question.get_by_role("button", name="Keep editing").click()
    await expect(name).to_have_value("half done")
    await page.evaluate("history.back()")
    await question.get_by_role("button", name="Discard").click()
    await page.wait_for_url("**/users")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    # Nothing is asked of a form that was saved, or cancelled, or never touched.
    await page.get_by_role("button", name="New user").click()
    await name.fill("cancelled")
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.evaluate("history.back()")
    await expect(name).to_have_value("")
    await page.evaluate("history.back()")
    await expect(page.get_by_role("dialog")).to_have_count(0)

    await visit.open("/settings")
    await page.get_by_label("Current password").fill("half done")
    await page.get_by_role("tab", name="System").click()
    await question.get_by_role("button", name="Keep editing").click()
    await expect(page.get_by_label("Current password")).to_have_value("half done")
    await page.get_by_role("link", name="Logs").click()
    await question.get_by_role("button", name="Discard").click()
    await page.wait_for_url("**/logs")


async def test_a_look_at_another_view_keeps_what_was_typed(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fusers")
    user = await visit.call("POST", "/users", {"name": "looked at"})
    await visit.open(f"/users?open={user['id']}")
    page, side = visit.page, visit.page.get_by_role("dialog")
    amount, remark = side.get_by_role("textbox", name="Amount"), side.get_by_role("textbox", name="Remark")
    await amount.fill("12")
    await side.get_by_text("Settings", exact=True).click()
    await remark.fill("typed")
    await side.get_by_text("Balance", exact=True).last.click()
    await expect(amount).to_have_value("12")
    # Money that moves meanwhile is no reason to lose it, nor is the other form's end.
    await visit.call("PUT", f"/users/{user['id']}/balance", {"balance_usd": "3", "remark": ""})
    await side.get_by_text("Settings", exact=True).click()
    await expect(remark).to_have_value("typed")
    await side.get_by_role("button", name="Save").click()
    await expect(side.locator("dl")).to_contain_text("$3.00")
    await expect(amount).to_have_value("12")
    await side.get_by_text("Settings", exact=True).click()
    await expect(remark).to_have_value("typed")
    await remark.fill("")
    await side.get_by_role("button", name="Cancel").click()
    await side.get_by_role("button", name="Set balance").click()
    await expect(side.locator("dl")).to_contain_text("$12.00")
    await expect(amount).to_have_value("")
    await side.get_by_text("Settings", exact=True).click()
    await side.get_by_role("button", name="Cancel").click()
    await expect(side).to_have_count(0)
    assert (await visit.call("GET", f"/users/{user['id']}"))["remark"] == "typed"
    await visit.call("DELETE", f"/users/{user['id']}")

    await visit.open("/playground")
    message = page.get_by_role("textbox", name="Message")
    await message.fill("half a question")
    await page.get_by_role("tab", name="Code", exact=True).click()
    await page.get_by_role("tab", name="Chat", exact=True).click()
    await expect(message).to_have_value("half a question")


async def _asks_on_leaving(visit: Visit) -> bool:
    """Whether the page has the browser ask before it closes."""
    devtools = await visit.context.new_cdp_session(visit.page)
    window = await devtools.send("Runtime.evaluate", {"expression": "window"})
    found = await devtools.send("DOMDebugger.getEventListeners", {"objectId": window["result"]["objectId"]})
    await devtools.detach()
    return any(one["type"] == "beforeunload" for one in found["listeners"])


async def test_the_browser_asks_before_it_closes_or_reloads_a_page_with_unsaved_work(visit: Visit) -> None:
    await visit.open("/sign-in")
    page = visit.page
    await page.get_by_label("Name").fill("of no use to anybody")
    assert not await _asks_on_leaving(visit)
    await visit.sign_in(path="/sign-in?next=%2Ftokens%3Fopen%3D1")
    limit = page.get_by_role("dialog").get_by_label("Requests per minute")
    before = await limit.input_value()
    assert not await _asks_on_leaving(visit)  # the browser's way back finds the page as it was
    await limit.press_sequentially("7")
    assert await _asks_on_leaving(visit)
    async with page.expect_event("dialog") as asked:
        await page.close(run_before_unload=True)
    question = await asked.value
    assert question.type == "beforeunload"
    await question.dismiss()
    await limit.fill(before)
    assert not await _asks_on_leaving(visit)
    await limit.press_sequentially("7")
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert not await _asks_on_leaving(visit)
