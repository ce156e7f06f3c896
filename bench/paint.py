"""How soon the console is painted: largest contentful paint on a processor slowed down four times, with an empty cache.

    python bench/paint.py [--rounds N] [--slowdown 4]

Starts a gateway with one channel on loopback, and opens each screen in Chromium, each time as a visitor who was never
there. Prints medians of what the browser itself reports, in milliseconds after the navigation began. Needs Chromium
(``SLUICE_CHROMIUM`` names it) and a quiet machine: the browser and the gateway share its cores.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from lists import PASSWORD, serving
from playwright.async_api import Browser, StorageState, async_playwright

SCREENS = {
    "sign-in": "/sign-in",
    "first steps": "/start",
    "channels": "/channels",
    "tokens": "/tokens",
    "logs": "/logs",
}
"""What is opened; all but the first as somebody signed in."""

_OBSERVE = """
    window.painted = { first: 0, largest: 0, what: "" };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        window.painted.largest = entry.startTime;
        window.painted.what = (entry.element?.textContent ?? entry.element?.tagName ?? "").slice(0, 40);
      }
    }).observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntriesByName("first-contentful-paint")) window.painted.first = entry.startTime;
    }).observe({ type: "paint", buffered: true });
"""
_QUIET_MS = 1500
"""How long nothing must be asked for until the last paint is believed to have been the largest."""


async def _state(browser: Browser, origin: str) -> StorageState:
    """The cookie and the storage of root, signed in."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(origin + "/sign-in")
    await page.get_by_label("Name").fill("root")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(lambda url: "/sign-in" not in url)
    state = await context.storage_state()
    await context.close()
    return state


async def _paint(browser: Browser, url: str, state: StorageState | None, slowdown: float) -> dict[str, Any]:
    context = await browser.new_context(storage_state=state, viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    await page.add_init_script(_OBSERVE)
    await page.goto(url)
    await page.wait_for_load_state("networkidle")
    await page.wait_for_timeout(_QUIET_MS)
    found: dict[str, Any] = await page.evaluate("window.painted")
    await context.close()
    return found


async def _measure(rounds: int, slowdown: float, origin: str) -> None:
    chromium = os.environ.get("SLUICE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        state = await _state(browser, origin)
        print(f"{'screen':14}{'first':>8}{'largest':>9}{'slowest':>9}  what was largest")
        for name, path in SCREENS.items():
            known = None if path == "/sign-in" else state
            found = [await _paint(browser, origin + path, known, slowdown) for _ in range(rounds)]
            largest = [one["largest"] for one in found]
            first = median(one["first"] for one in found)
            print(f"{name:14}{first:8.0f}{median(largest):9.0f}{max(largest):9.0f}  {found[-1]['what']!r}")
        await browser.close()


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slowdown", type=float, default=4)
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as origin:
        asyncio.run(_measure(wish.rounds, wish.slowdown, origin))


if __name__ == "__main__":
    main()
