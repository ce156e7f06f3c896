"""Looking at what happened, and asking why: the log's figures, a request's choices, routing, health, Home."""

from __future__ import annotations

import json
import re

import pytest
from console_seed import CJK, FAILING, KEYS, LONG, REQUESTS
from console_visit import Visit
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WEEK = "/logs?range=7d"


async def test_the_figures_follow_the_filter_and_the_address_holds_it_all(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Flogs%3Frange%3D7d")
    page = visit.page
    strip = page.locator("dl[aria-label='Sums over the filtered requests']")
    figures = strip.locator("dd").filter(has_text=re.compile(r"\S"))
    await expect(strip).to_contain_text("p95")
    assert await strip.locator("dt").all_inner_texts() == [
        "Requests",
        "Errors",
        "Took, median",
        "First words, median",
        "Tokens",
        "Spend",
    ]
    before = await figures.all_inner_texts()
    assert int(before[0].replace(",", "")) >= REQUESTS
    await expect(page.get_by_title(re.compile("^Of all 5,0"))).to_have_count(2)

    await page.get_by_role("button", name="Facets").click()
    facets = page.get_by_role("complementary", name="Facets")
    await facets.get_by_role("button", name=re.compile("^gpt-4o")).click()
    await page.wait_for_url("**model=gpt-4o*")
    await expect(strip).to_contain_text("100%")
    await expect(strip).to_contain_text("–")  # no first words of what never answered
    narrowed = await figures.all_inner_texts()
    await page.reload()
    await visit.settle()
    await expect(strip).to_contain_text("100%")
    assert (await figures.all_inner_texts())[1] == narrowed[1]
    await expect(page.get_by_label("Filter by words such as status:error")).to_have_value("model:gpt-4o")
    await page.go_back()
    await expect(strip).to_contain_text(before[0])


async def test_the_figures_of_one_request_are_its_own_whenever_it_was(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Flogs")
    page = visit.page
    listed = await visit.call("GET", "/requests?limit=200&until_ms=99999999999999")
    old = listed["items"][-1]
    # A day before it was not looked at, nor is its time chosen.
    await page.goto(f"{visit.origin}/logs?id={old['id']}&since_ms=1000&until_ms=61000&status=429")
    await visit.settle()
    figures = page.locator("dl[aria-label='Sums over the filtered requests'] dd").filter(has_text=re.compile(r"\S"))
    await expect(figures.first).to_have_text(re.compile(r"^1\b"))
    await expect(page.get_by_title(re.compile("^Of all 1 requests"))).to_have_count(2)
    await page.get_by_role("button", name="Facets").click()
    facets = page.get_by_role("complementary", name="Facets")
    await expect(facets.get_by_role("button", name=re.compile(rf"^{re.escape(old['model'])}"))).to_have_count(1)
    await page.get_by_role("button", name="As a table").click()
    counts = page.get_by_role("region", name="Requests over time").locator("tbody tr td:nth-child(2)")
    await expect(counts).to_have_text(["1"])
    await page.goto(f"{visit.origin}/logs?id=req_none")
    await expect(figures.first).to_have_text(re.compile(r"^0\b"))


async def test_the_chart_tells_its_bars_and_is_a_table_too(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Flogs%3Frange%3D7d")
    page = visit.page
    chart = page.get_by_role("img", name=re.compile("Requests over time"))
    box = await chart.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    await expect(page.get_by_text(re.compile(r"\d+ requests, \d+ errors"))).to_be_visible()
    await page.mouse.move(0, 0)
    await page.get_by_role("button", name="As a table").click()
    table = page.get_by_role("region", name="Requests over time")
    counts = await table.locator("tbody tr td:nth-child(2)").all_inner_texts()
    assert sum(int(count.replace(",", "")) for count in counts) >= REQUESTS


async def test_the_log_is_walked_by_keyboard(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Flogs%3Frange%3D7d")
    page = visit.page
    rows = page.get_by_role("table", name="Logs").locator("tbody tr")
    await rows.first.focus()
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await expect(rows.nth(1)).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**open=req_*")
    first = page.url
    await expect(page.get_by_role("dialog").get_by_text("Attempts", exact=True)).to_be_visible()
    await page.keyboard.press("j")
    await expect(rows.nth(2)).to_have_attribute("data-open", "true")
    await page.keyboard.press("k")
    await page.wait_for_url(first)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.go_back()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_requests_are_walked_over_the_edge_of_a_page_and_back(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Flogs%3Frange%3D7d%26model%3Dqwen-max")
    page = visit.page
    rows = page.get_by_role("table", name="Logs").locator("tbody tr")
    await rows.last.click()
    side = page.get_by_role("dialog")
    last = await side.locator("code").first.inner_text()
    await expect(side.get_by_role("button", name="Older")).to_be_enabled()
    await side.get_by_role("button", name="Older").click()
    await page.wait_for_url("**cursor=*")
    await expect(rows.first).to_have_attribute("data-open", "true")
    await expect(side.locator("code").first).not_to_have_text(last)
    await page.keyboard.press("j")
    await expect(rows.nth(1)).to_have_attribute("data-open", "true")
    await page.keyboard.press("k")
    await expect(rows.first).to_have_attribute("data-open", "true")
    await side.get_by_role("button", name="Newer").click()
    await page.wait_for_url(lambda url: "cursor=" not in url)
    await expect(side.locator("code").first).to_have_text(last)
    await expect(rows.last).to_have_attribute("data-open", "true")

    # By a link, to a request that is on no page that is shown.
    await visit.open(f"/logs?range=1h&model=no-such-model&open={last}")
    await expect(side.get_by_text("Attempts", exact=True)).to_be_visible()
    for name in ("Newer", "Older"):
        await expect(side.get_by_role("button", name=name)).to_be_disabled()


async def test_a_try_names_the_key_it_was_made_with(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fplayground%3Fmodel%3Dfake-chat-long")
    page = visit.page
    await page.get_by_label("Message").fill("hi")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="See it in the logs").click()
    tries = page.get_by_role("dialog").get_by_role("list").get_by_role("listitem")
    await expect(tries.filter(has_text=KEYS).first).to_contain_text(re.compile(r"key [\w-]+\.{3}\w{4}"))


async def test_a_request_says_why_each_channel_was_chosen_and_leads_on(visit: Visit, npm: object) -> None:
    await visit.sign_in(path="/sign-in?next=%2Flogs%3Frange%3D7d%26model%3Dqwen-max%26status%3Dok")
    page = visit.page
    await page.get_by_role("row").filter(has_text="×2").first.click()
    side = page.get_by_role("dialog")
    await expect(side.get_by_text("The only channel of priority 20")).to_be_visible()
    drawn = "Drawn from 2 channels of priority 0, by weight 3 of 4 · 1 of this priority rested"
    await expect(side.get_by_text(drawn)).to_be_visible()
    assert await visit.axe() == []
    for name, place in (("qwen-max", "/prices"), (CJK, "/channels")):
        await expect(side.get_by_role("link", name=name).first).to_have_attribute("href", re.compile(place))
    assert "/v1/chat/completions" in await _copied(visit, "Copy as curl")
    await side.get_by_role("link", name="Open in playground").click()
    await page.wait_for_url("**/playground?model=qwen-max")
    await expect(page.get_by_role("combobox", name="Model")).to_have_value("qwen-max")
    await page.go_back()
    await side.get_by_role("link", name="Where would it go now?").click()
    await page.wait_for_url("**/routing?*model=qwen-max*")
    await expect(page.get_by_role("table", name="Asked, in this order")).to_contain_text(CJK)


async def _copied(visit: Visit, button: str) -> str:
    await visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await visit.page.get_by_role("button", name=button).click()
    text: str = await visit.page.evaluate("navigator.clipboard.readText()")
    return text


async def test_routing_is_explained_with_every_channel_that_is_left_out(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Frouting")
    page = visit.page
    await expect(page.get_by_text("Which model?")).to_be_visible()
    await page.get_by_role("combobox", name="Model").fill("gpt-4o")
    await page.wait_for_url("**model=gpt-4o*")
    asked = page.get_by_role("table", name="Asked, in this order")
    await expect(asked.get_by_role("row").nth(1)).to_contain_text(FAILING)
    await expect(asked.get_by_role("row").nth(1)).to_contain_text("100%")
    left = page.get_by_role("table", name="Left out")
    await expect(left.get_by_role("row", name=re.compile(LONG[:30]))).to_contain_text("Disabled")
    await page.get_by_role("combobox", name="Token").click()
    await page.get_by_role("option", name="ci · uma").click()
    await expect(page.get_by_text("The token may not use this model.")).to_be_visible()
    await page.get_by_role("combobox", name="Model").fill("GPT-4O")
    await expect(left.get_by_role("row", name=re.compile(FAILING))).to_contain_text("names must match exactly")
    await expect(page.get_by_text("No channel can answer GPT-4O")).to_be_visible()


async def test_health_tells_what_failed_last_and_since_when(visit: Visit) -> None:
    visit.expected.add(502)
    await visit.sign_in(path="/sign-in?next=%2Fplayground%3Fmodel%3Dgpt-4o")
    page = visit.page
    await page.get_by_role("button", name="Say hello in one sentence.").click()
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("The provider could not be reached.")
    await alert.get_by_role("link", name="See the channels of gpt-4o").click()
    await expect(page.get_by_role("row", name=re.compile(FAILING))).to_be_visible()
    await visit.open("/health")
    row = page.get_by_role("row", name=re.compile(FAILING))
    await expect(row).to_contain_text(re.compile(r"failures? .*since"))
    await row.get_by_role("link", name="unreachable").click()
    await expect(page.get_by_role("dialog").get_by_text("Attempts", exact=True)).to_be_visible()


async def test_home_charts_are_tables_too_and_a_plain_user_sees_their_own(visit: Visit) -> None:
    await visit.sign_in()
    page = visit.page
    spend = page.get_by_role("figure").filter(has=page.get_by_role("heading", name="Spend"))
    await expect(spend.get_by_role("img", name="Spend")).to_be_visible()
    await spend.get_by_text("Table", exact=True).click()
    await expect(spend.get_by_role("columnheader", name="qwen-max")).to_be_visible()
    await page.get_by_text("Channel", exact=True).click()
    await page.wait_for_url("**by=channel*")
    await expect(spend.get_by_role("columnheader", name=CJK)).to_be_visible()
    await page.get_by_text("Token", exact=True).click()
    await expect(spend.get_by_role("columnheader", name="内部知识库")).to_be_visible()


async def test_a_plain_users_home_is_their_own(visit: Visit) -> None:
    await visit.sign_in("uma", "uma's own password")
    page = visit.page
    by = page.get_by_role("radiogroup", name="Tell apart by")
    assert await by.locator("label").all_inner_texts() == ["Model", "Token"]
    spend = page.get_by_role("figure").filter(has=page.get_by_role("heading", name="Spend"))
    await expect(spend).to_contain_text("fake-chat")


async def test_the_playground_sends_what_was_set_and_shows_it_as_code(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fplayground%3Fmodel%3Dfake-chat")
    page = visit.page
    await page.get_by_label("System prompt").fill("be brief")
    await page.get_by_label("Temperature").fill("0.3")
    await page.get_by_label("Output tokens").fill("99")
    await page.get_by_role("combobox", name="Effort").click()
    await page.get_by_role("option", name="Low").click()
    await page.get_by_label("Message").fill("it's 'me'")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="See it in the logs")).to_be_visible()
    await page.get_by_role("tab", name="Raw").click()
    sent = json.loads(await page.get_by_role("region", name="Request").inner_text())
    said = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "it's 'me'"}]
    assert sent == {
        "model": "fake-chat",
        "temperature": 0.3,
        "max_tokens": 99,
        "reasoning_effort": "low",
        "messages": said,
    }
    await page.get_by_role("tab", name="Code").click()
    code = await page.get_by_role("region", name="The last request, for a shell").inner_text()
    assert "'\\''me'\\''" in code


async def test_an_answer_can_be_stopped_and_what_came_stays(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fplayground%3Fmodel%3Dfake-chat-slow")
    page = visit.page
    await page.get_by_label("Message").fill("take your time")
    await page.keyboard.press("Enter")
    answer = page.get_by_role("article").nth(1)
    await expect(answer).to_contain_text("This is")
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_role("button", name="Send again")).to_be_visible()
    await expect(answer).to_contain_text("This is")
    await expect(answer).not_to_contain_text("take your time")


async def test_a_conversation_outlives_its_screen_and_ends_with_the_session(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fplayground%3Fmodel%3Dfake-chat")
    page = visit.page
    await page.get_by_label("System prompt").fill("be brief")
    await page.get_by_label("Message").fill("remember me")
    await page.keyboard.press("Enter")
    said = page.get_by_text("You said: remember me")
    await expect(said).to_be_visible()
    await page.get_by_role("link", name="Tokens", exact=True).click()
    await page.get_by_role("table", name="Tokens").wait_for()
    await page.get_by_role("link", name="Playground").click()
    await expect(said).to_be_visible()
    await expect(page.get_by_label("System prompt")).to_have_value("be brief")
    # The model stays, and the conversation goes on.
    await page.get_by_label("Message").fill("and me")
    async with page.expect_request("**/v1/chat/completions") as sent:
        await page.keyboard.press("Enter")
    body = (await sent.value).post_data_json
    assert body["model"] == "fake-chat"
    assert [message["role"] for message in body["messages"]] == ["system", "user", "assistant", "user"]

    # Left in the middle of an answer: nobody reads on, and what came is there.
    await visit.open("/playground?model=fake-chat-slow")
    await expect(page.get_by_role("article")).to_have_count(0)
    await page.get_by_label("Message").fill("take your time")
    await page.keyboard.press("Enter")
    answer = page.get_by_role("article").nth(1)
    await expect(answer).to_contain_text("This is")
    await page.get_by_role("link", name="Tokens", exact=True).click()
    await page.get_by_role("table", name="Tokens").wait_for()
    await page.get_by_role("link", name="Playground").click()
    await expect(answer).to_contain_text("This is")
    await expect(page.get_by_role("button", name="Send again")).to_be_visible()

    await page.get_by_role("button", name=re.compile("^root")).click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await page.wait_for_url("**/sign-in")
    await page.get_by_label("Name").fill("uma")
    await page.get_by_label("Password", exact=True).fill("uma's own password")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("link", name="Playground").click()
    await expect(page.get_by_label("Message")).to_be_visible()
    await expect(page.get_by_role("article")).to_have_count(0)
