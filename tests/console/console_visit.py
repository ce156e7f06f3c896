"""One person at the console: a browser page that notes everything that goes wrong on it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from console_gateway import PASSWORD
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
_AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
_WAIT_MS = 15_000
expect.set_options(timeout=_WAIT_MS)


@dataclass
class Visit:
    """A page in a browser profile of its own. ``expected`` holds statuses that a test provokes on purpose."""

    page: Page
    context: BrowserContext
    origin: str
    troubles: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)

    @classmethod
    async def begin(cls, browser: Browser, origin: str, **options: Any) -> Visit:
        """Opens an empty page."""
        context = await browser.new_context(viewport=options.pop("viewport", DESK), locale="en-GB", **options)
        context.set_default_timeout(_WAIT_MS)
        page = await context.new_page()
        visit = cls(page, context, origin)
        page.on("console", visit._on_console)
        page.on("pageerror", lambda error: visit.troubles.append(f"page error: {error}"))
        page.on("request", visit._on_request)
        page.on("response", visit._on_response)
        return visit

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # The browser repeats every refused request as an error of its own: those are judged by their status.
        if "Failed to load resource" not in message.text:
            self.troubles.append(f"console {message.type}: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.origin + "/", "data:", "blob:")):
            self.troubles.append(f"foreign request: {request.url}")
        self.requests.append(urlsplit(request.url).path)

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.troubles.append(f"{response.status} from {response.request.method} {response.url}")

    async def end(self) -> None:
        """Closes the page. Raises AssertionError with what went wrong on it."""
        await self.context.close()
        assert not self.troubles, "\n".join(self.troubles)

    async def open(self, path: str) -> None:
        """Opens a screen by its address."""
        await self.page.goto(self.origin + path)

    async def sign_in(self, name: str = "root", password: str = PASSWORD, path: str = "/sign-in") -> None:
        """Signs in by the form, in English."""
        await self.open(path)
        await self.page.get_by_label("Name").fill(name)
        await self.page.get_by_label("Password", exact=True).fill(password)
        await self.page.get_by_role("button", name="Sign in").click()
        await self.page.wait_for_url(lambda url: "/sign-in" not in url)
        await self.settle()

    async def settle(self) -> None:
        """Waits until the screen has what it asked for: its heading is there, and nothing is loading."""
        await self.page.locator("#main h1").wait_for()
        await expect(self.page.locator("#main [data-loading]")).to_have_count(0, timeout=_WAIT_MS)
        await self.page.evaluate("document.fonts.ready.then(() => null)")

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """Calls the management API beside the page, as another window of the same person would."""
        base = f"{self.origin}/api/v1"
        csrf = (await (await self.context.request.get(f"{base}/session")).json())["csrf"]
        headers = {"x-csrf-token": csrf}
        answer = await self.context.request.fetch(base + path, method=method, data=body, headers=headers)
        assert answer.ok, await answer.text()
        return await answer.json()

    async def axe(self) -> list[str]:
        """What axe finds serious or critical: rule and place."""
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(_AXE.read_text())
        found = await self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{rule['id']}: {json.dumps([node['target'] for node in rule['nodes']][:4], ensure_ascii=False)}"
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
        ]


async def error_of(field: Locator) -> str:
    """The text that a field names as its error."""
    await expect(field).to_have_attribute("aria-invalid", "true")
    described = (await field.get_attribute("aria-describedby") or "").split()
    page = field.page
    return " ".join([await page.locator(f"[id='{one}']").inner_text() for one in described if one.endswith("-error")])
