"""The end of a session: nothing is asked in its name any more, and nothing of it is left on the page."""

from __future__ import annotations

import asyncio
import contextlib
import re

import pytest
from console_gateway import PASSWORD, Gateway
from console_visit import Visit
from playwright.async_api import Error, Page, Response, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def _sign_out(page: Page) -> None:
    await page.get_by_role("button", name="root $").click()
    await page.get_by_role("menuitem", name="Sign out").click()


def _ends_session(answer: Response) -> bool:
    return answer.request.method == "DELETE" and answer.url.endswith("/api/v1/session")


async def test_what_was_asked_before_signing_out_is_given_up(visit: Visit) -> None:
    page = visit.page
    ended = asyncio.Event()
    held: list[str] = []

    async def hold(route: Route) -> None:
        held.append(route.request.url)
        await ended.wait()
        with contextlib.suppress(Error):  # given up
            await route.continue_()

    await visit.sign_in()
    await page.route("**/api/v1/models", hold)
    async with page.expect_request("**/api/v1/models"):
        await page.get_by_role("link", name="Playground").click()
    async with page.expect_response(_ends_session):
        await _sign_out(page)
    ended.set()
    await page.wait_for_url("**/sign-in")
    await expect(page.get_by_label("Name")).to_be_visible()
    assert held


async def test_a_gateway_that_cannot_end_the_session_is_told_of(visit: Visit) -> None:
    page = visit.page
    await visit.sign_in()
    await visit.context.set_offline(True)
    await _sign_out(page)
    await expect(page.get_by_text("The gateway cannot be reached.").first).to_be_visible()
    await visit.context.set_offline(False)
    await _sign_out(page)
    await page.wait_for_url("**/sign-in")


@pytest.mark.parametrize("signs_out", [True, False], ids=["signs out", "is ended elsewhere"])
async def test_nothing_of_a_session_is_left_to_the_next(first_visit: Visit, fresh: Gateway, signs_out: bool) -> None:
    page = first_visit.page
    await page.goto(fresh.link)
    await page.get_by_label("New password", exact=True).fill(PASSWORD)
    await page.get_by_label("New password, again").fill(PASSWORD)
    await page.get_by_role("button", name="Set password and sign in").click()
    await page.get_by_role("button", name=re.compile("^Fake provider")).click()
    await page.get_by_role("button", name="Connect", exact=True).click()
    key = page.get_by_text(re.compile(r"\bsk-\w{20}")).first
    await expect(key).to_be_visible()
    if signs_out:
        await _sign_out(page)
    else:
        await first_visit.context.clear_cookies()
        first_visit.expected.add(401)
        await page.get_by_role("link", name="Tokens", exact=True).click()
    await page.wait_for_url("**/sign-in*")
    first_visit.expected.clear()
    await page.get_by_label("Name").fill("root")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/" if signs_out else "**/tokens")
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="First steps").click()
    await expect(page.get_by_role("button", name="Create a token")).to_be_visible()
    await expect(key).to_have_count(0)
