"""Every screen in a real browser: nothing breaks, nothing foreign is asked for, and everybody can use it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from console_gateway import PASSWORD, Gateway
from console_screens import SCREENS, show
from console_seed import CJK
from console_visit import PHONE, Visit
from playwright.async_api import Browser, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FRAMED = ("/start", "/channels", "/tokens", "/users", "/prices", "/logs", "/playground", "/routing", "/health")
"""Screens whose title and hint are painted at once."""
SHOTS = os.environ.get("SLUICE_SCREENSHOTS")
"""A folder to leave a picture of every screen in."""


async def _shoot(visit: Visit, name: str) -> None:
    if SHOTS:
        await visit.page.screenshot(path=Path(SHOTS, f"{name}.png"))


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh")])
async def test_every_screen_is_sound_and_usable(
    browser: Browser, gateway: Gateway, npm: object, scheme: str, language: str
) -> None:
    visit = await Visit.begin(browser, gateway.origin, color_scheme=scheme)
    await visit.sign_in()
    await visit.page.evaluate("language => localStorage.setItem('sluice-language', language)", language)
    found = {}
    for name in SCREENS:
        await show(visit, name)
        found[name] = await visit.axe()
        await _shoot(visit, f"{name}-{scheme}-{language}")
    await visit.end()
    assert {name: troubles for name, troubles in found.items() if troubles} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_door_is_accessible(browser: Browser, gateway: Gateway, npm: object, scheme: str) -> None:
    visit = await Visit.begin(browser, gateway.origin, color_scheme=scheme)
    for path in ("/sign-in", "/setup", "/setup#abc"):
        await visit.open(path)
        await visit.page.locator("h1").wait_for()
        assert await visit.axe() == []
        await _shoot(visit, f"door-{path.strip('/').replace('#', '-')}-{scheme}")
    await visit.end()


async def test_every_screen_fits_a_phone(browser: Browser, gateway: Gateway) -> None:
    visit = await Visit.begin(browser, gateway.origin, viewport=PHONE, has_touch=True)
    await visit.sign_in()
    wide = {}
    for name in SCREENS:
        await show(visit, name)
        width = await visit.page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            wide[name] = width
        await _shoot(visit, f"{name}-phone")
    await visit.end()
    assert wide == {}


_LARGEST = """
    window.largest = "";
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.largest = entry.id || entry.element?.className;
    }).observe({ type: "largest-contentful-paint", buffered: true });
"""


async def test_what_is_painted_before_the_program_runs_is_the_largest_there_will_be(visit: Visit) -> None:
    await visit.context.add_init_script(_LARGEST)
    await visit.open("/sign-in")
    await visit.page.get_by_label("Name").wait_for()
    found = {"/sign-in": await visit.page.evaluate("largest")}
    await visit.sign_in()
    for path in FRAMED:
        await visit.open(path)
        await visit.settle()
        await visit.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        found[path] = await visit.page.evaluate("largest")
    assert {path: name for path, name in found.items() if name not in ("boot-title", "boot-hint")} == {}


async def test_the_language_is_chosen_and_remembered(visit: Visit) -> None:
    await visit.sign_in()
    await visit.page.get_by_role("button", name="Language").click()
    await visit.page.get_by_role("menuitem", name="简体中文").click()
    await visit.page.get_by_role("heading", name="首页").wait_for()
    await visit.open("/channels")
    await visit.page.get_by_role("heading", name="渠道").wait_for()
    assert await visit.page.evaluate("document.documentElement.lang") == "zh-CN"


async def test_the_theme_is_chosen_and_remembered_without_a_flash(visit: Visit) -> None:
    await visit.sign_in()
    await visit.page.get_by_role("button", name="Dark theme").click()
    await visit.open("/channels")
    await visit.settle()
    scheme = "document.documentElement.dataset.mantineColorScheme"
    assert await visit.page.evaluate(scheme) == "dark"
    await visit.page.get_by_role("button", name="Light theme").click()
    assert await visit.page.evaluate(scheme) == "light"


async def test_a_list_is_asked_for_once_a_view(visit: Visit) -> None:
    await visit.sign_in()
    for path, list_path in {
        "/channels": "/api/v1/channels",
        "/tokens": "/api/v1/tokens",
        "/users": "/api/v1/users",
        "/prices": "/api/v1/prices",
        "/logs": "/api/v1/requests",
    }.items():
        visit.requests.clear()
        await visit.open(path)
        await visit.settle()
        await visit.page.get_by_role("table").first.wait_for()
        assert visit.requests.count(list_path) == 1, path


async def test_the_palette_finds_entities_and_pages_by_keyboard(visit: Visit) -> None:
    await visit.sign_in()
    await visit.settle()
    await visit.page.keyboard.press("Control+k")
    await visit.page.get_by_role("combobox", name="Go to").fill("通义")
    await visit.page.get_by_role("option", name=CJK).wait_for()
    await visit.page.keyboard.press("Enter")
    await visit.page.get_by_role("dialog").get_by_text(CJK).wait_for()
    await visit.page.keyboard.press("Escape")
    await visit.page.locator("main h1").click()
    await visit.page.keyboard.press("g")
    await visit.page.keyboard.press("l")
    await visit.page.wait_for_url("**/logs")


async def test_the_keys_that_do_something_are_listed(browser: Browser, gateway: Gateway, npm: object) -> None:
    for person, password, operates in (("root", PASSWORD, True), ("uma", "uma's own password", False)):
        visit = await Visit.begin(browser, gateway.origin)
        await visit.sign_in(person, password, path="/sign-in?next=%2Ftokens")
        page = visit.page
        listed = page.get_by_role("dialog", name="Keyboard shortcuts")
        await page.get_by_role("textbox", name="Search by name").press("?")  # typed, not meant as a key
        await page.get_by_role("row").nth(1).focus()
        await page.keyboard.press("?")
        await expect(listed.get_by_role("definition").filter(has_text="Logs")).to_have_count(1)
        await expect(listed.get_by_role("definition").filter(has_text="Channels")).to_have_count(int(operates))
        assert await visit.axe() == []
        await page.keyboard.press("Escape")
        await expect(listed).to_have_count(0)
        await expect(page.get_by_role("textbox", name="Search by name")).to_have_value("?")
        await visit.end()


async def test_a_plain_user_sees_only_what_is_theirs(visit: Visit) -> None:
    await visit.sign_in("uma", "uma's own password")
    places = await visit.page.get_by_role("navigation", name="Main").get_by_role("link").all_inner_texts()
    assert places == ["Home", "Playground", "Tokens", "Models & prices", "Logs", "Settings"]
    await visit.open("/channels")
    await visit.page.wait_for_url(visit.origin + "/")
    await visit.open("/tokens")
    await visit.page.get_by_role("table").wait_for()
    assert await visit.page.get_by_role("row").count() == 2
    await visit.open("/logs?range=7d")
    await visit.page.get_by_role("table", name="Logs").wait_for()
    headings = await visit.page.get_by_role("columnheader").all_inner_texts()
    assert "Channel" not in headings
