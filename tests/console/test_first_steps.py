"""From a fresh install to the first metered answer: by few clicks, by keyboard alone, and when it fails."""

from __future__ import annotations

import re

import pytest
from console_gateway import Gateway, started
from console_visit import Visit
from playwright.async_api import Browser, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CHOSEN = "a password of my own"


async def _count_clicks(visit: Visit) -> None:
    await visit.context.add_init_script(
        "const count = () => sessionStorage.setItem('clicks', Number(sessionStorage.getItem('clicks')) + 1);"
        "addEventListener('click', count, true);"
    )


async def test_the_one_time_link_chooses_a_password_and_signs_in_once(first_visit: Visit, fresh: Gateway) -> None:
    page = first_visit.page
    await page.goto(fresh.link)
    await page.get_by_label("New password", exact=True).fill("short")
    await page.get_by_label("New password, again").fill("other")
    await page.get_by_role("button", name="Set password and sign in").click()
    await expect(page.get_by_text("The two passwords differ")).to_be_visible()
    await page.get_by_label("New password", exact=True).fill(CHOSEN)
    await page.get_by_label("New password, again").fill(CHOSEN)
    await page.get_by_role("button", name="Set password and sign in").click()
    await page.wait_for_url("**/start")
    await expect(page.get_by_role("button", name="root $200.00")).to_be_visible()

    await page.get_by_role("button", name="root $200.00").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await page.wait_for_url("**/sign-in")
    first_visit.expected.add(401)
    await page.goto(fresh.link)
    await page.reload()  # only the fragment differs from an earlier visit of the page
    await page.get_by_label("New password", exact=True).fill(CHOSEN)
    await page.get_by_label("New password, again").fill(CHOSEN)
    await page.get_by_role("button", name="Set password and sign in").click()
    await expect(page.get_by_role("heading", name="This link is used up")).to_be_visible()


async def test_four_clicks_from_sign_in_to_the_first_answer_and_on_to_its_log(
    browser: Browser, built: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with started(tmp_path_factory.mktemp("clicks")) as gateway:
        visit = await Visit.begin(browser, gateway.origin)
        await _count_clicks(visit)
        page = visit.page
        await visit.sign_in(path="/")
        await page.get_by_role("button", name=re.compile("^Fake provider")).click()
        await page.get_by_role("button", name="Connect", exact=True).click()
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.get_by_text("You said: Say hello in one sentence.")).to_be_visible()
        await expect(page.get_by_text(re.compile(r"First words after .* tokens in, .* out"))).to_be_visible()
        assert await page.evaluate("sessionStorage.getItem('clicks')") == "4"

        await page.get_by_role("link", name="See it in the logs").click()
        inspector = page.get_by_role("dialog")
        await expect(inspector.get_by_text("200 answered")).to_be_visible()
        await expect(inspector.get_by_text("The upstream's own count is believed.")).to_be_visible()
        await visit.end()


async def test_the_same_by_keyboard_alone(
    browser: Browser, built: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with started(tmp_path_factory.mktemp("keys")) as gateway:
        visit = await Visit.begin(browser, gateway.origin)
        page = visit.page
        await visit.open("/")
        await page.get_by_label("Name").wait_for()
        await page.keyboard.type("root")
        await page.keyboard.press("Tab")
        await page.keyboard.type("correct horse battery")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/start")
        await page.get_by_text("Fake provider").first.wait_for()
        await _tab_to(visit, "Fake provider")
        await page.keyboard.press("Enter")
        await _tab_to(visit, "Connect")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Send", exact=True).wait_for()
        await _tab_to(visit, "Send")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("You said: Say hello in one sentence.")).to_be_visible()
        await visit.end()


async def _tab_to(visit: Visit, text: str) -> None:
    """Presses Tab until the focus is on what begins with the text."""
    for _ in range(250):
        await visit.page.keyboard.press("Tab")
        focused = await visit.page.evaluate(
            "document.activeElement.querySelector('strong')?.innerText ?? document.activeElement.innerText"
        )
        if (focused or "").strip() == text:
            return
    raise AssertionError(f"Tab never came to {text!r}")


async def test_a_provider_is_found_by_name_and_address_and_several_keys_make_one_channel(
    browser: Browser, built: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with started(tmp_path_factory.mktemp("found")) as gateway:
        visit = await Visit.begin(browser, gateway.origin)
        page = visit.page
        await visit.sign_in(path="/")
        cards = page.get_by_role("group", name="Providers").get_by_role("button")
        await expect(cards.first).to_contain_text("OpenAI")
        await expect(cards.last).to_contain_text("Fake provider")
        usual = await cards.count()
        await page.get_by_role("button", name=re.compile("^Show all")).click()
        await expect(cards.nth(usual + 20)).to_be_visible()
        find = page.get_by_role("searchbox", name="Find a provider")
        for typed, shown in (("通义", "Qwen"), ("https://api.mistral.ai/v1", "Mistral"), ("siliconflow", "Silicon")):
            await find.fill(typed)
            await expect(cards).to_have_count(1)
            await expect(cards.first).to_contain_text(shown)
        await find.fill("no such provider")
        await page.get_by_role("button", name="Connect any OpenAI-compatible server").click()
        await expect(cards.first).to_contain_text("OpenAI-compatible")
        await find.press("Enter")
        await page.get_by_role("textbox", name="Key", exact=True).fill("sk-one-key\nsk-two-key")
        await page.get_by_role("combobox", name="Base URL").fill("http://fake.sluice.internal/v1")
        await page.get_by_role("button", name="Connect", exact=True).click()
        await page.get_by_role("button", name="Send", exact=True).wait_for()
        await visit.open("/channels?open=1")
        await expect(page.get_by_role("dialog").get_by_role("list", name="2 keys")).to_be_visible()
        await visit.end()


async def test_a_refused_key_is_explained_and_nothing_is_made(first_visit: Visit, fresh: Gateway) -> None:
    page = first_visit.page
    await page.goto(fresh.link)
    await page.get_by_label("New password", exact=True).fill(CHOSEN)
    await page.get_by_label("New password, again").fill(CHOSEN)
    await page.get_by_role("button", name="Set password and sign in").click()
    await page.get_by_role("button", name="OpenAI API key", exact=True).click()
    key = page.get_by_role("textbox", name="Key", exact=True)
    await key.fill("sk-short")
    await expect(page.get_by_text("This does not look like a key of OpenAI")).to_be_visible()
    await key.fill("sk-abcdefghijklmnopqrstuvwxyz\nsk-0123456789abcdefghijklmnop")
    await expect(page.get_by_text("The keys take turns.")).to_be_visible()
    await page.get_by_text("2 channels", exact=True).click()
    await expect(page.get_by_text("Each key gets a channel of its own")).to_be_visible()
    await key.fill("sk-abcdefghijklmnopqrstuvwxyz")
    first_visit.expected.add(422)
    address = page.get_by_role("combobox", name="Base URL")
    await address.fill("https://api.openai.com/v1?x=1")
    await page.get_by_role("button", name="Connect", exact=True).click()
    await expect(address).to_be_focused()  # what does not fit is told at its field
    await expect(page.get_by_text("The base URL must not have a query")).to_be_visible()
    await address.fill("http://127.0.0.1:9")
    await expect(page.get_by_text("http://127.0.0.1:9/v1/chat/completions")).to_be_visible()
    await page.get_by_role("button", name="Connect", exact=True).click()
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("The provider could not be reached with this")
    await expect(alert).to_contain_text("Nothing answers at this address.")
    await first_visit.open("/channels")
    await expect(page.get_by_role("heading", name="No channels yet")).to_be_visible()
