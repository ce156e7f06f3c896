"""What goes on while one looks: new requests, a feed that breaks off, an answer that is left, pages gone back to."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import httpx
import pytest
from console_gateway import started
from console_visit import Visit
from playwright.async_api import Browser, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_what_is_new_counts_in_the_figures_too(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Flogs%3Frange%3D24h%26model%3Dfake-chat-slow")
    page = visit.page
    token = await visit.call("POST", "/tokens", {"name": "asks while one looks"})
    figure = page.locator("dl[aria-label='Sums over the filtered requests'] dd").first
    await expect(page.get_by_text("Listening for new requests")).to_be_visible()
    before = int((await figure.inner_text()).replace(",", ""))
    async with httpx.AsyncClient(timeout=60) as client:
        body = {"model": "fake-chat-slow", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 1}
        headers = {"authorization": f"Bearer {token['key']}"}
        answer = await client.post(f"{visit.origin}/v1/chat/completions", json=body, headers=headers)
    assert answer.status_code == 200
    await page.get_by_role("button", name="1 new: show").click()
    await expect(figure).to_have_text(str(before + 1))


async def test_a_feed_that_was_refused_is_asked_for_again_and_says_so(visit: Visit) -> None:
    """What a proxy says while the gateway behind it starts: a browser would not ask again."""
    visit.expected.add(502)
    refused: list[str] = []

    async def answer(route: Route) -> None:
        if refused:
            await route.continue_()
        else:
            refused.append(route.request.url)
            await route.fulfill(status=502, body="bad gateway")

    await visit.page.route("**/api/v1/requests/live?*", answer)
    await visit.sign_in(path="/sign-in?next=%2Flogs")
    page = visit.page
    await expect(page.get_by_text("The live feed broke off; trying again")).to_be_visible()
    await page.get_by_role("button", name="There may be new ones: show").click()
    await expect(page.get_by_text("Listening for new requests")).to_be_visible()


async def _ask_slowly(visit: Visit) -> None:
    await visit.page.get_by_label("Message").fill("take your time")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.get_by_role("article").nth(1)).to_contain_text("This is")


async def test_a_conversation_cleared_while_it_is_answered_stays_cleared(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fplayground%3Fmodel%3Dfake-chat-slow")
    page = visit.page
    await _ask_slowly(visit)
    await page.get_by_role("button", name="Clear the conversation").click()
    await expect(page.get_by_role("article")).to_have_count(0)
    await page.get_by_label("Message").fill("and now")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("article").nth(1)).to_contain_text("This is")
    await expect(page.get_by_role("article").first).to_contain_text("and now")
    assert "take your time" not in await page.locator("#main").inner_text()


async def test_an_answer_nobody_waits_for_is_given_up(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fplayground%3Fmodel%3Dfake-chat-slow")
    page = visit.page
    await _ask_slowly(visit)
    async with page.expect_event("requestfailed", lambda request: "/v1/chat/completions" in request.url):
        await page.get_by_role("link", name="Tokens", exact=True).click()


async def test_a_playground_key_that_is_gone_is_made_anew(visit: Visit) -> None:
    visit.expected.add(401)
    await visit.sign_in(path="/sign-in?next=%2Fplayground%3Fmodel%3Dfake-chat")
    page = visit.page
    await page.get_by_role("button", name="Say hello in one sentence.").click()
    await expect(page.get_by_role("link", name="See it in the logs")).to_have_count(1)
    for token in (await visit.call("GET", "/tokens?search=console%20playground"))["items"]:
        await visit.call("DELETE", f"/tokens/{token['id']}")
    await page.get_by_label("Message").fill("once more")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("article")).to_have_count(4)
    await expect(page.get_by_role("link", name="See it in the logs")).to_have_count(2)
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_the_browsers_way_back_does_not_confuse_the_pages_of_a_list(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fprices")
    page = visit.page
    rows = page.get_by_role("table").locator("tbody tr")
    seen = []
    for _ in range(2):
        seen.append(await rows.first.inner_text())
        await page.get_by_role("button", name="Next").click()
        await expect(rows.first).not_to_have_text(seen[-1], use_inner_text=True)
    await page.go_back()
    await expect(rows.first).to_have_text(seen[1], use_inner_text=True)
    await page.get_by_role("button", name="Previous page").click()
    await expect(rows.first).to_have_text(seen[0], use_inner_text=True)
    await page.wait_for_url(lambda url: "cursor=" not in url)


async def test_the_palette_keeps_the_chosen_entry_in_sight(visit: Visit) -> None:
    await visit.sign_in()
    await visit.page.set_viewport_size({"width": 900, "height": 420})
    await visit.page.keyboard.press("Control+k")
    await visit.page.get_by_role("combobox", name="Go to").press("ArrowUp")
    last = visit.page.get_by_role("option").last
    await expect(last).to_have_attribute("aria-selected", "true")
    await expect(last).to_be_in_viewport()


async def test_a_notice_stays_while_it_is_pointed_at(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fsettings%3Ftopic%3Dgeneral")
    page = visit.page
    await page.clock.install()
    await page.get_by_role("button", name="Save").click()
    notice = page.get_by_text("Saved", exact=True)
    await notice.hover()
    await page.clock.run_for(20_000)
    await expect(notice).to_be_visible()
    await page.mouse.move(0, 0)
    await page.clock.run_for(20_000)
    await expect(notice).to_have_count(0)


async def test_the_live_feed_comes_back_with_the_gateway(
    browser: Browser, built: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("restart")
    with started(folder) as gateway:
        visit = await Visit.begin(browser, gateway.origin)
        await visit.sign_in(path="/sign-in?next=%2Flogs")
        await expect(visit.page.get_by_text("Listening for new requests")).to_be_visible()
    await expect(visit.page.get_by_text("The live feed broke off; trying again")).to_be_visible()
    with started(folder, port=urlsplit(gateway.origin).port or 0):
        await expect(visit.page.get_by_text("Listening for new requests")).to_be_visible()
        await visit.end()


async def test_a_list_says_that_its_rows_are_those_of_before(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fchannels")
    page = visit.page
    let_go = asyncio.Event()

    async def hold(route: Route) -> None:
        await let_go.wait()
        await route.continue_()

    await page.route("**/api/v1/channels?*search=*", hold)
    table = page.get_by_role("table", name="Channels")
    await page.get_by_label("Search by name").fill("Fake")
    await expect(table).to_have_attribute("aria-busy", "true")
    let_go.set()
    await expect(table.locator("tbody tr")).to_have_count(1)
    await expect(table).not_to_have_attribute("aria-busy", "true")


async def test_a_page_of_a_list_that_is_gone_leads_to_the_first(visit: Visit) -> None:
    visit.expected.add(400)
    await visit.sign_in(path="/sign-in?next=%2Ftokens%3Fcursor%3Dgone")
    page = visit.page
    for path, name in (("/tokens", "Tokens"), ("/logs?range=7d", "Logs")):
        await visit.open(f"{path}{'&' if '?' in path else '?'}cursor=gone")
        await expect(page.get_by_text("This page of the list is no longer there.")).to_be_visible()
        await page.get_by_role("button", name="Try again").click()
        await expect(page.get_by_role("table", name=name)).to_be_visible()


async def test_a_gateway_that_is_away_is_called_so_in_the_playground(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fplayground%3Fmodel%3Dfake-chat")
    page = visit.page
    await page.get_by_role("button", name="Say hello in one sentence.").click()
    await expect(page.get_by_role("link", name="See it in the logs")).to_be_visible()
    await visit.context.set_offline(True)
    await page.get_by_label("Message").fill("are you there?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("The gateway cannot be reached.")


async def test_a_window_follows_who_is_signed_in_and_what_they_have(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Ftokens")
    page = visit.page
    await page.clock.install()
    await page.reload()
    await visit.settle()
    await visit.call("POST", "/users/1/balance/adjust", {"amount_usd": "1000", "remark": "for a look"})
    await page.clock.run_for(61_000)
    await expect(page.get_by_role("button", name="root $1,")).to_be_visible()
    await visit.call("POST", "/users/1/balance/adjust", {"amount_usd": "-1000", "remark": "for a look"})
    other = {"name": "uma", "password": "uma's own password"}
    await visit.call("POST", "/session", other)
    await page.clock.run_for(61_000)
    await expect(page.get_by_role("button", name="uma $")).to_be_visible()
    await expect(page.get_by_role("link", name="Channels")).to_have_count(0)


async def test_figures_that_cannot_be_had_say_why(visit: Visit) -> None:
    visit.expected.add(422)
    await visit.sign_in(path="/sign-in?next=%2Flogs%3Fstatus%3Dnonsense")
    await expect(visit.page.get_by_role("alert")).to_have_count(2)  # the figures and the list
    await expect(visit.page.get_by_text("…", exact=True)).to_have_count(0)
