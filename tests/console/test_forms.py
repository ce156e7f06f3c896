"""Forms: what is typed is neither lost nor misread, and what is wrong with it is told at its field."""

from __future__ import annotations

import re
from typing import Any

import pytest
from console_gateway import PASSWORD, Gateway
from console_seed import CJK, FAILING, LONG
from console_visit import PHONE, Visit, error_of
from playwright.async_api import Browser, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_key_shown_once_is_not_lost_by_a_slip_nor_shown_again(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Ftokens")
    page = visit.page
    await page.get_by_role("button", name="New token").click()
    side = page.get_by_role("dialog")
    await side.get_by_role("textbox", name="Name", exact=True).fill("once")
    await side.get_by_role("button", name="Create", exact=True).click()
    key = side.get_by_text(re.compile("^sk-")).first
    await expect(key).to_be_visible()
    await page.keyboard.press("Escape")
    await page.mouse.click(300, 600)
    await expect(key).to_be_visible()
    await page.go_back()
    await expect(side).to_have_count(0)
    await page.go_forward()
    await expect(side.get_by_role("textbox", name="Name", exact=True)).to_have_value("")
    await page.go_back()
    await page.get_by_role("row", name=re.compile("fastgpt")).click()
    await expect(side.get_by_role("textbox", name="Name", exact=True)).to_have_value("fastgpt")


async def test_escape_takes_back_a_question_and_leaves_the_panel_below_it(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Ftokens%3Fopen%3D1")
    page = visit.page
    await page.get_by_role("button", name="Delete").click()
    question = page.get_by_role("dialog", name=re.compile("^Delete the token"))
    await expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(question).to_have_count(0)
    await expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Go to").press("Escape")
    await expect(page.get_by_role("combobox", name="Go to")).to_have_count(0)
    await expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_visible()


async def test_a_look_at_the_tests_keeps_what_was_typed_and_a_channel_is_deleted_from_its_panel(
    browser: Browser, gateway: Gateway
) -> None:
    visit = await Visit.begin(browser, gateway.origin, viewport=PHONE, has_touch=True)
    await visit.sign_in(path="/sign-in?next=%2Fchannels")
    made = await visit.call("POST", "/channels", {"name": "short-lived", "provider": "fake", "models": ["fake-chat"]})
    await visit.open(f"/channels?open={made['id']}")
    page, side = visit.page, visit.page.get_by_role("dialog")
    await side.get_by_label("Remark").fill("typed")
    await side.get_by_text("Test", exact=True).click()
    await expect(side.get_by_role("button", name="Test 1 model")).to_be_visible()
    await side.get_by_text("Settings", exact=True).click()
    await expect(side.get_by_label("Remark")).to_have_value("typed")
    await side.get_by_role("button", name="Delete", exact=True).click()
    await (
        page.get_by_role("dialog", name="Delete the channel short-lived?").get_by_role("button", name="Delete").click()
    )
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_text("short-lived")).to_have_count(0)
    await visit.end()


async def test_only_rows_that_are_seen_are_changed_together(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fchannels")
    page = visit.page
    search = page.get_by_label("Search by name")
    await search.fill("通义")
    await page.get_by_label(f"Select {CJK}").check()
    await search.fill(LONG[:20])
    await page.get_by_label(f"Select {LONG}").check()
    await expect(page.get_by_text("1 selected")).to_be_visible()
    async with page.expect_request("**/api/v1/channels/bulk") as sent:
        await page.get_by_role("button", name="Disable", exact=True).click()
    assert (await sent.value).post_data_json == {"ids": [4], "action": "disable"}


async def test_the_filter_by_model_follows_the_address(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fchannels")
    page = visit.page
    field = page.get_by_label("Serves model (exact)")
    await field.fill("no-such-model")
    await field.press("Enter")
    await page.get_by_role("button", name="Clear the filters").click()
    await expect(field).to_have_value("")
    await field.focus()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("row", name=re.compile(FAILING))).to_be_visible()
    assert "model=" not in page.url


async def test_a_mapping_that_is_not_whole_is_not_saved_without_it(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fchannels%3Fopen%3D1")
    side = visit.page.get_by_role("dialog")
    patches: list[str] = []
    visit.page.on("request", lambda request: patches.append(request.url) if request.method == "PATCH" else None)
    await side.get_by_role("button", name="Add a mapping").click()
    await side.get_by_label("Asked for").fill("gpt-4o")
    await side.get_by_role("button", name="Save").click()
    await expect(side.get_by_text("A mapping needs both names")).to_be_visible()
    await expect(side.get_by_label("Called upstream")).to_be_focused()
    await side.get_by_label("Called upstream").fill("fake-chat")
    await expect(side.get_by_text("A mapping needs both names")).to_have_count(0)
    await side.get_by_role("button", name="As JSON").click()
    text = side.get_by_role("textbox", name="Other names upstream")
    await text.fill('{"gpt-4o": ')
    await side.get_by_role("button", name="As rows").click()
    await expect(text).to_have_value('{"gpt-4o": ')
    await side.get_by_role("button", name="Save").click()
    await expect(text).to_be_focused()
    await expect(side.get_by_text("An object of texts is wanted")).to_be_visible()
    assert patches == []


async def test_a_refusal_is_shown_at_its_field_even_in_a_folded_part(visit: Visit) -> None:
    visit.expected.add(422)
    await visit.sign_in(path="/sign-in?next=%2Ftokens%3Fopen%3Dnew")
    side = visit.page.get_by_role("dialog")
    await side.get_by_role("textbox", name="Name", exact=True).fill("refused")
    await side.get_by_role("button", name="Limits").click()
    limit, rate = side.get_by_label("Spending limit"), side.get_by_label("Requests per minute")
    await limit.fill("12,5")
    await side.get_by_role("button", name="Limits").click()
    await expect(limit).to_be_hidden()
    await side.get_by_role("button", name="Create", exact=True).click()
    await expect(limit).to_be_focused()
    assert "Must be an amount of dollars" in await error_of(limit)

    await limit.fill("1,250.5")
    await rate.fill("0")
    await rate.press("Enter")  # nothing may become no limit by being nought
    await expect(rate).to_be_focused()
    assert "greater than or equal to 1" in await error_of(rate)
    await rate.fill("")
    addresses = side.get_by_label("Allowed addresses")
    await addresses.fill("10.0.0.1\nnowhere")
    await side.get_by_role("button", name="Create", exact=True).click()
    await expect(addresses).to_be_focused()
    assert "Must be an IP address" in await error_of(addresses)
    await addresses.fill("10.0.0.1")
    async with visit.page.expect_request(lambda request: request.method == "POST") as sent:
        await side.get_by_role("button", name="Create", exact=True).click()
    body: Any = (await sent.value).post_data_json
    assert (body["limit_usd"], body["requests_per_minute"]) == ("1250.5", None)


async def test_a_channel_without_its_key_or_address_is_refused_at_the_field(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fchannels%3Fopen%3Dnew")
    page, side = visit.page, visit.page.get_by_role("dialog")
    await expect(side.get_by_role("combobox", name="Provider")).to_be_focused()
    for provider, field in (("OpenAI", "Key"), ("vLLM", "Base URL")):
        await side.get_by_role("combobox", name="Provider").click()
        await page.get_by_role("option", name=provider, exact=True).click()
        await side.get_by_role("button", name="Create", exact=True).click()
        await expect(side.get_by_label(field, exact=False).first).to_be_focused()


async def test_what_a_provider_refuses_of_a_channel_is_shown_at_its_field(visit: Visit) -> None:
    visit.expected.add(422)
    await visit.sign_in(path="/sign-in?next=%2Fchannels%3Fopen%3Dnew")
    page, side = visit.page, visit.page.get_by_role("dialog")
    await side.get_by_role("combobox", name="Provider").click()
    await page.get_by_role("option", name="GigaChat", exact=True).click()
    key, service = side.get_by_label("Key", exact=False).first, side.get_by_label("Token service")
    await key.fill("a2V5")
    await service.fill("ftp://nowhere")
    await side.get_by_role("button", name="Create", exact=True).click()
    await expect(service).to_be_focused()
    assert "The option 'auth_url'" in await error_of(service)
    await service.fill("https://nowhere.example")
    await expect(service).not_to_have_attribute("aria-invalid", "true")
    await key.fill("a2V5\u00e4")
    await side.get_by_role("button", name="Create", exact=True).click()
    await expect(key).to_be_focused()
    assert "The key holds characters no key has" in await error_of(key)

    # A refusal of what the form does not show is told below it.
    told = {"code": "invalid_channel", "message": "no more", "param": "options.of_old", "request_id": "r"}
    await page.route("**/api/v1/channels", lambda route: route.fulfill(status=422, json={"error": told}))
    await key.fill("a2V5")
    await side.get_by_role("button", name="Create", exact=True).click()
    await expect(side.get_by_role("alert")).to_contain_text("No more")


async def test_a_refusal_is_told_in_the_language_of_the_page(visit: Visit) -> None:
    visit.expected.update({409, 422})
    await visit.sign_in(path="/sign-in?next=%2Fusers")
    page = visit.page
    await page.evaluate("localStorage.setItem('sluice-language', 'zh')")
    await visit.open("/users?open=new")
    name = page.get_by_role("textbox", name="名称", exact=True)
    for given, words, detail in (("uma", "与现有内容冲突。", "uma"), ("x" * 200, "该值不符合要求。", "128")):
        await name.fill(given)
        async with page.expect_response(lambda answer: answer.request.method == "POST"):
            await page.get_by_role("button", name="创建", exact=True).click()
        await expect(page.get_by_text(words)).to_be_visible()
        told = await error_of(name)
        assert told.startswith(words)
        assert detail in told.partition("\n")[2]  # the gateway's own words


async def test_a_price_without_a_rate_is_refused_and_every_price_is_found_for_its_form(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fprices%3Fadd%3D1")
    side = visit.page.get_by_role("dialog")
    await side.get_by_label("Model").fill("costs-nothing")
    await side.get_by_role("button", name="Save").click()
    await expect(side.get_by_text("Give at least one rate; 0 makes the model free.")).to_be_visible()
    # Its name is part of hundreds of others that stand before it.
    made = await visit.call("PUT", "/prices", {"model": "t", "rates": {"input": "7", "image": "3"}})
    await visit.open("/prices?open=t")
    await expect(side.get_by_label("Input", exact=True)).to_have_value("7")
    await visit.call("DELETE", f"/prices/{made['id']}")


async def test_a_token_that_expires_beyond_the_calendar_does_not_break_the_list(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Ftokens")
    made = await visit.call("POST", "/tokens", {"name": "for ever", "expires_ms": 2**53 - 1})
    await visit.open("/tokens")
    row = visit.page.get_by_role("row", name=re.compile("for ever"))
    await row.click()
    await expect(visit.page.get_by_role("dialog").get_by_label("Expires")).to_be_visible()
    await visit.call("DELETE", f"/tokens/{made['id']}")


async def test_a_session_that_ends_under_unsaved_work_is_taken_up_again(visit: Visit, npm: object) -> None:
    visit.expected.add(401)
    await visit.sign_in(path="/sign-in?next=%2Fchannels%3Fopen%3D4")
    page = visit.page
    side = page.get_by_role("dialog").first
    await side.get_by_label("Remark").fill("a long text nobody wants to type twice")
    await visit.context.clear_cookies()
    await side.get_by_role("button", name="Save").click()
    again = page.get_by_role("dialog", name="Your session has ended")
    await expect(again).to_contain_text("Sign in again as root")
    assert await visit.axe() == []
    await again.get_by_label("Password", exact=True).fill("wrong")
    await page.keyboard.press("Enter")
    await expect(again.get_by_text("The name or the password is wrong.")).to_be_visible()
    await page.keyboard.press("Escape")
    await again.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(again).to_have_count(0)
    async with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        await side.get_by_role("button", name="Save").click()
    assert (await (await saved.value).json())["remark"] == "a long text nobody wants to type twice"
    await visit.call("PATCH", "/channels/4", {"remark": "kept for the audit"})

    # Nothing was typed: the page goes, and comes back after signing in.
    await visit.context.clear_cookies()
    await page.get_by_role("link", name="Tokens", exact=True).click()
    await page.wait_for_url("**/sign-in?next=*")


async def test_the_longest_names_and_amounts_stay_within_their_panel(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Ftokens")
    token = await visit.call("POST", "/tokens", {"name": "名" * 128, "models": ["m" * 256]})
    user = await visit.call("POST", "/users", {"name": "n" * 128, "balance_usd": "9123456789.123456789"})
    for path in (f"/tokens?open={token['id']}", f"/users?open={user['id']}"):
        await visit.open(path)
        side = visit.page.get_by_role("dialog")
        await expect(side.get_by_role("button", name=re.compile("^(Save|Set balance)$"))).to_be_visible()
        assert await side.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    facts = await side.locator("dl > div").evaluate_all("all => all.map(one => one.scrollWidth <= one.clientWidth)")
    assert all(facts)
    await visit.call("DELETE", f"/tokens/{token['id']}")
    await visit.call("DELETE", f"/users/{user['id']}")
    # A short one is seen whole.
    await visit.open("/channels?open=1")
    group = side.get_by_text("default", exact=True)
    assert await group.evaluate("text => text.clientWidth >= 30 && text.scrollWidth <= text.clientWidth")
