"""The daily work: channels, tokens, users, prices, logs, the playground."""

from __future__ import annotations

import json
import re

import httpx
import pytest
from console_seed import CJK, FAILING, KEYS, LONG
from console_visit import Visit
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_channel_is_filled_from_the_vendors_list_the_upstreams_and_by_hand(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fchannels")
    page = visit.page
    await page.get_by_role("button", name="New channel").click()
    side = page.get_by_role("dialog")
    await side.get_by_role("combobox", name="Provider").click()
    await page.get_by_role("option", name="OpenAI", exact=True).click()
    await expect(side.get_by_role("textbox", name="Name", exact=True)).to_have_value("OpenAI")
    await side.get_by_role("button", name="Add base models").click()
    chosen = side.get_by_role("list", name="Models").get_by_role("listitem")
    await expect(chosen.filter(has_text="text-embedding-3-small")).to_have_count(1)

    await side.get_by_role("combobox", name="Provider").click()
    await page.get_by_role("option", name="Fake provider").click()
    await side.get_by_role("button", name="Remove all").click()
    await side.get_by_label("Other names").fill("my/model:v1, 模型-甲\nmy/model:v1\nCase-Sensitive ")
    await side.get_by_role("button", name="Add", exact=True).click()
    assert await chosen.all_inner_texts() == ["my/model:v1", "模型-甲", "Case-Sensitive"]
    await side.get_by_role("button", name="Fetch from upstream").click()
    await side.get_by_label("fake-embedding").check()
    await expect(chosen).to_have_count(4)

    await side.get_by_role("button", name="Add a mapping").click()
    await side.get_by_label("Asked for").fill("my/model:v1")
    await side.get_by_label("Called upstream").fill("fake-chat")
    await side.get_by_role("button", name="As JSON").click()
    mapping = await side.get_by_role("textbox", name="Other names upstream").input_value()
    assert json.loads(mapping) == {"my/model:v1": "fake-chat"}

    await side.get_by_role("textbox", name="Name", exact=True).fill("by hand")
    await side.get_by_role("button", name="Create", exact=True).click()
    await side.get_by_role("button", name="Test all 4 models").click()
    await expect(side.get_by_text("4 of 4 work")).to_be_visible()


async def test_an_edit_keeps_the_key_and_sends_only_what_changed(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fchannels")
    page = visit.page
    await page.get_by_role("row", name=re.compile(LONG[:30])).click()
    side = page.get_by_role("dialog")
    await expect(side.get_by_placeholder("Unchanged (sk-abcd...6789)")).to_be_visible()
    await side.get_by_label("Weight").fill("7")
    async with page.expect_request(lambda request: request.method == "PATCH") as sent:
        await side.get_by_role("button", name="Save").click()
    assert (await sent.value).post_data_json == {"weight": 7}
    await expect(page.get_by_role("row", name=re.compile(LONG[:30]))).to_contain_text("7")


async def test_the_keys_of_a_channel_are_seen_tested_disabled_removed_and_added(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fchannels")
    page = visit.page
    await expect(page.get_by_role("row", name=re.compile(KEYS))).to_contain_text("1 of 3 keys refused")
    await page.get_by_role("row", name=re.compile(KEYS)).click()
    side = page.get_by_role("dialog")
    keys = side.get_by_role("list", name="3 keys").get_by_role("listitem")
    await expect(keys.nth(1)).to_contain_text("Refused 401")
    await expect(keys.nth(1)).to_contain_text("Incorrect API key provided")
    await keys.nth(0).get_by_role("button", name="Test").click()
    await expect(keys.nth(0)).to_contain_text(re.compile(r"\d+ ms|\d+(\.\d+)? s"))
    await keys.nth(1).get_by_role("switch", name="Use the key bad...qrst").press("Space")
    await keys.nth(2).get_by_role("button", name="Remove the key sk-thir...stuv").click()
    await expect(side.get_by_text("1 key goes when you save.")).to_be_visible()
    await side.get_by_role("textbox", name="More keys").fill("sk-added-abcdefghijklmnopqrst\n")
    async with page.expect_request(lambda request: request.method == "PATCH") as sent:
        await side.get_by_role("button", name="Save").click()
    wanted = [{"id": 1, "status": "enabled"}, {"id": 2, "status": "disabled"}]
    added = {"key": "sk-added-abcdefghijklmnopqrst", "status": "enabled"}
    assert (await sent.value).post_data_json == {"keys": [*wanted, added]}
    await expect(page.get_by_role("row", name=re.compile(KEYS))).to_contain_text("Enabled")


async def test_channels_are_filtered_sorted_and_changed_many_at_once(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fchannels")
    page = visit.page
    names = page.get_by_role("table").locator("tbody strong")
    await expect(names.first).to_have_text(FAILING)
    await page.get_by_label("Search by name").fill("通义")
    await expect(names).to_have_count(1)
    assert "search=" in page.url
    await page.get_by_label("Search by name").fill("nobody is called this")
    await page.get_by_role("button", name="Clear the filters").click()
    await page.get_by_role("button", name="Name", exact=True).click()
    await page.wait_for_url("**sort=name*")
    await page.get_by_label(f"Select {CJK}").check()
    await page.get_by_label(f"Select {FAILING}").check()
    await expect(page.get_by_text("2 selected")).to_be_visible()
    await page.get_by_role("button", name="Test", exact=True).click()
    await expect(page.get_by_text("1 channel failed its test")).to_be_visible()
    await expect(page.get_by_role("row", name=re.compile(FAILING))).to_contain_text("Failed")


async def test_a_token_is_made_in_two_clicks_and_works_at_once(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Ftokens")
    page = visit.page
    await page.get_by_role("button", name="New token").click()
    await page.get_by_role("dialog").get_by_role("textbox", name="Name", exact=True).fill("two clicks")
    await page.get_by_role("button", name="Create", exact=True).click()
    key = await page.get_by_role("dialog").get_by_text(re.compile("^sk-")).first.inner_text()
    await expect(page.get_by_text("The key of the token “two clicks” is shown only now.")).to_be_visible()
    await page.get_by_role("tab", name="FastGPT").click()
    snippet = await page.get_by_role("region", name="FastGPT").inner_text()
    assert snippet.strip() == f"OPENAI_BASE_URL={visit.origin}/v1\nCHAT_API_KEY={key}"
    assert await _ask(visit.origin, key) == 200
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("row", name=re.compile("two clicks"))).to_contain_text("Enabled")
    assert key not in await page.content()


async def test_a_balance_is_edited_with_a_reason_and_counts_at_once(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fusers")
    page = visit.page
    await expect(page.get_by_role("row", name=re.compile("root"))).to_contain_text("$200.00")
    await page.get_by_role("button", name="New user").click()
    side = page.get_by_role("dialog")
    await side.get_by_role("textbox", name="Name", exact=True).fill("broke")
    await side.get_by_role("button", name="Create", exact=True).click()
    await side.get_by_role("textbox", name="Amount").fill("0.01")
    await side.get_by_role("textbox", name="Remark").fill("for the first try")
    await side.get_by_role("button", name="Set balance").click()
    await expect(side.get_by_role("row", name=re.compile("for the first try"))).to_contain_text("$0.01")
    await expect(page.get_by_text("The balance was changed. It counts at once.")).to_be_visible()


async def test_a_price_is_set_for_a_model_without_one(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fprices")
    page = visit.page
    await page.get_by_text(re.compile("models have no price of their own")).click()
    row = page.get_by_role("listitem").filter(has_text="fake-chat-think")
    await row.get_by_role("button", name="Set price").click()
    side = page.get_by_role("dialog")
    await side.get_by_label("Input", exact=True).fill("0.25")
    await side.get_by_label("Output", exact=True).fill("$1,000.5")
    await side.get_by_role("button", name="Save").click()
    await page.get_by_label("Search models").fill("fake-chat-think")
    await expect(page.get_by_role("row", name=re.compile("fake-chat-think"))).to_contain_text("$1,000.50")


async def test_the_log_is_narrowed_by_words_facets_and_time(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Flogs%3Frange%3D7d")
    page = visit.page
    query = page.get_by_label("Filter by words such as status:error")
    await query.fill("status:error nonsense")
    await query.press("Enter")
    await expect(page.get_by_text("Not understood: nonsense.")).to_be_visible()
    await query.fill("status:error model:gpt-4o took:>1s")
    await query.press("Enter")
    await page.wait_for_url(re.compile("status=error.*model=gpt-4o|model=gpt-4o.*status=error"))
    await expect(page.get_by_role("row", name=re.compile("upstream_unreachable")).first).to_be_visible()
    await page.get_by_role("button", name="Facets").click()
    facets = page.get_by_role("complementary", name="Facets")
    await expect(facets.get_by_role("button", name=re.compile("^gpt-4o"))).to_have_attribute("aria-pressed", "true")
    await facets.get_by_role("button", name=re.compile("^gpt-4o")).click()
    await expect(query).to_have_value("status:error took:>1s")

    chart = page.get_by_role("img", name=re.compile("Requests over time"))
    box = await chart.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 20, steps=4)
    await page.mouse.up()
    await page.wait_for_url("**since_ms=*")
    await page.go_back()
    await expect(page.get_by_text("7 d", exact=True)).to_be_visible()


async def test_new_requests_are_counted_and_rows_stay_until_asked_for(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Ftokens%3Fopen%3Dnew")
    page = visit.page
    await page.get_by_role("dialog").get_by_role("textbox", name="Name", exact=True).fill("live")
    await page.get_by_role("button", name="Create", exact=True).click()
    key = await page.get_by_role("dialog").get_by_text(re.compile("^sk-")).first.inner_text()
    await visit.open("/logs?range=1h")
    await expect(page.get_by_text("Listening for new requests")).to_be_visible()
    first = await page.get_by_role("row").nth(1).inner_text()
    assert await _ask(visit.origin, key) == 200
    fresh = page.get_by_role("button", name="1 new: show")
    await expect(fresh).to_be_visible()
    assert await page.get_by_role("row").nth(1).inner_text() == first
    await fresh.click()
    await expect(page.get_by_role("row").nth(1)).to_contain_text("live")


async def test_a_request_is_inspected_from_its_tries_to_its_charge(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Flogs%3Frange%3D7d%26model%3Dqwen-max%26status%3Dok")
    page = visit.page
    row = page.get_by_role("row").filter(has_text="×2").first
    await row.focus()
    await page.keyboard.press("Enter")
    side = page.get_by_role("dialog")
    await expect(side.get_by_text("connection refused", exact=True)).to_be_visible()
    await expect(side.get_by_text("200 answered")).to_be_visible()
    await expect(side.get_by_role("row", name=re.compile(r"^Input .* \$5\.00 . 1M"))).to_be_visible()
    charged = await side.get_by_role("row", name=re.compile("^Charged")).get_by_role("cell").inner_text()
    facts = side.locator("dl").first
    await expect(facts).to_contain_text(charged)
    await side.get_by_role("button", name="Older").click()
    await expect(side.get_by_text("Attempts")).to_be_visible()


async def test_the_playground_streams_thinks_and_shows_what_went_over_the_wire(visit: Visit) -> None:
    await visit.sign_in(path="/sign-in?next=%2Fplayground%3Fmodel%3Dfake-chat-think")
    page = visit.page
    await page.get_by_label("Message").fill("what is a sluice?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("You said: what is a sluice?")).to_be_visible()
    await expect(page.get_by_text("Reasoning", exact=True)).to_be_visible()
    await expect(page.get_by_role("link", name="See it in the logs")).to_be_visible()
    await page.get_by_role("tab", name="Raw").click()
    sent = json.loads(await page.get_by_role("region", name="Request").inner_text())
    assert sent["messages"] == [{"role": "user", "content": "what is a sluice?"}]
    await expect(page.get_by_role("region", name="Raw")).to_contain_text("[DONE]")


async def test_a_password_is_changed_and_the_audit_log_tells(visit: Visit) -> None:
    await visit.sign_in("uma", "uma's own password", path="/sign-in?next=%2Fsettings")
    page = visit.page
    visit.expected.add(403)
    await page.get_by_label("Current password").fill("not this one")
    await page.get_by_label("New password", exact=True).fill("uma's own password")
    await page.get_by_label("New password, again").fill("uma's own password")
    await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_label("Current password")).to_be_focused()
    await expect(page.get_by_text("The current password is wrong")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)  # it is told once, at its field
    await page.get_by_label("Current password").fill("uma's own password")
    await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_text("The password was changed.")).to_be_visible()
    await expect(page.get_by_label("Current password")).to_have_value("")


async def test_wrong_credentials_are_told_from_a_gateway_that_is_away(visit: Visit) -> None:
    visit.expected.add(401)
    page = visit.page
    await visit.open("/sign-in")
    await page.get_by_label("Name").fill("root")
    await page.get_by_label("Password", exact=True).fill("wrong")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("The name or the password is wrong.")
    await visit.context.set_offline(True)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("The gateway cannot be reached.")


async def _ask(origin: str, key: str) -> int:
    """The status of one small chat."""
    body = {"model": "fake-chat", "messages": [{"role": "user", "content": "hi"}]}
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{origin}/v1/chat/completions", json=body, headers={"authorization": f"Bearer {key}"}
        )
    return answer.status_code
