"""The pictures of the README and the docs, made anew: ``python tests/console/pictures.py docs/images``.

The same gateway as the tests', with its week of requests; nothing in a picture is drawn by hand. Needs Chromium.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from console_gateway import started
from console_seed import CONFIG, KEYS, seed
from console_visit import Visit
from playwright.async_api import Browser, async_playwright

SIZE = {"width": 1200, "height": 750}
MOST_BYTES = 120_000

PICTURES = {
    "home": ("/", "light"),
    "channel-keys": (KEYS, "light"),
}
"""Name -> what is open, and in which theme. A channel is opened by its name."""


async def _take(browser: Browser, origin: str, name: str, folder: Path) -> None:
    shown, scheme = PICTURES[name]
    visit = await Visit.begin(browser, origin, viewport=SIZE, color_scheme=scheme)
    await visit.sign_in()
    if shown.startswith("/"):
        await visit.open(shown)
    else:
        await visit.open("/channels")
        await visit.page.get_by_role("row").filter(has_text=shown).click()
        await visit.page.get_by_role("dialog").get_by_role("list").first.wait_for()
        # The focus is where a keyboard needs it; in a picture its frame says nothing.
        await visit.page.evaluate("document.activeElement.blur()")
    await visit.settle()
    await visit.page.screenshot(path=folder / f"{name}.png", animations="disabled")
    await visit.end()


async def _first_steps(browser: Browser, folder: Path) -> None:
    """The page of a gateway just installed, once a provider was connected."""
    with tempfile.TemporaryDirectory() as data, started(Path(data)) as gateway:
        visit = await Visit.begin(browser, gateway.origin, viewport=SIZE, color_scheme="light")
        await visit.sign_in()
        await visit.page.get_by_role("group", name="Providers").wait_for()
        await visit.page.screenshot(path=folder / "first-steps.png", animations="disabled")
        await visit.end()


async def _all(folder: Path) -> None:
    chromium = os.environ.get("SLUICE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        await _first_steps(browser, folder)
        with tempfile.TemporaryDirectory() as data, started(Path(data), config=CONFIG) as gateway:
            await asyncio.to_thread(seed, Path(data) / "sluice.db")
            for name in PICTURES:
                await _take(browser, gateway.origin, name, folder)
        await browser.close()


def main() -> None:
    """Makes them. Ends with code 1 when one is too large to be served with a page of text."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(_all(folder))
    large = [path.name for path in sorted(folder.glob("*.png")) if path.stat().st_size > MOST_BYTES]
    sys.exit(f"over {MOST_BYTES} bytes: {', '.join(large)}" if large else 0)


if __name__ == "__main__":
    main()
