"""An application that is loaded when it is first asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sluice.web.http import App, Receive, Scope, Send


class LateApp:
    """Stands for an application until its first request, which waits while ``make`` loads it, in a thread: the relay
    goes on meanwhile."""

    def __init__(self, make: Callable[[], App]) -> None:
        self._make = make
        self._app: App | None = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if self._app is None:
            async with self._making:
                if self._app is None:
                    self._app = await asyncio.to_thread(self._make)
        await self._app(scope, receive, send)
