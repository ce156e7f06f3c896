"""An application that is loaded when it is first asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from sluice.web.http import App, Receive, Scope, Send


class LateApp:
    """Stands for an application until its first request, which waits while ``make`` loads it, in a thread: the relay
    goes on meanwhile."""

    def __init__(self, make: Callable[[], App]) -> None:
        self._make = make
        self._app: App | None = None
        self._making = asyncio.Lock()
        self._early: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        app = self._app or await self._load()
        await app(scope, receive, send)

    def wake(self) -> None:
        """Begins to load it, for a request that is about to come."""
        if self._app is None and self._early is None:
            self._early = asyncio.create_task(self._load_early())

    async def _load_early(self) -> None:
        # The request it was loaded for meets the same failure, and is told.
        with suppress(Exception):
            await self._load()

    async def _load(self) -> App:
        async with self._making:
            if self._app is None:
                self._app = await asyncio.to_thread(self._make)
            return self._app
