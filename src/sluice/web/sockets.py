"""The server's edge for websockets: uvicorn's protocol, which lets sessions end in good order."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from sluice.web.http import LEAVING

_ABNORMAL = 1006
_quiet = logging.getLogger("sluice.web.sockets")
_quiet.setLevel(logging.WARNING)  # uvicorn notes each opening with its whole address


class EdgeSocket(WebSocketsSansIOProtocol):
    """One client's websocket. Its session is told when the server leaves, and closes the socket when it is done.

    uvicorn alone would close it at once.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.logger = _quiet
        self._leaving = asyncio.Event()

    def handle_connect(self, event: Request) -> None:
        """The head of the opening is whole."""
        super().handle_connect(event)
        if not self.handshake_complete:
            self.scope[LEAVING] = self._leaving  # type: ignore[literal-required]

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the connection is gone; what was not closed before was cut."""
        self.queue.put_nowait({"type": "websocket.disconnect", "code": _ABNORMAL})
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """uvicorn: the server ends as soon as its connections have."""
        self._leaving.set()
