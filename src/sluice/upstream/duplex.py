"""An open websocket to an upstream, for sessions in which both sides speak when they like."""

from __future__ import annotations

import asyncio

import aiohttp

from sluice.base.wire import Closed
from sluice.upstream.client import Broken, Silent, TooLarge

_ABNORMAL = 1006
"""What a connection that was cut is told as (RFC 6455, 7.4.1)."""


class AioDuplex:
    """A Duplex (client.py) on an aiohttp websocket. ``patience``: seconds an upstream may read nothing of what waits
    for it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, patience: float) -> None:
        self._socket = socket
        self._patience = patience

    async def receive(self) -> str | bytes | Closed:
        """The next message; Closed once, at the end. Raises TooLarge for what is no message."""
        message = await self._socket.receive()
        match message.type:
            case aiohttp.WSMsgType.TEXT:
                return str(message.data)
            case aiohttp.WSMsgType.BINARY:
                return bytes(message.data)
            case aiohttp.WSMsgType.CLOSE:
                return Closed(int(message.data or 1005), str(message.extra or ""))
            case aiohttp.WSMsgType.ERROR:
                await self.close(1009, "")
                raise TooLarge("a message is too large, or no message")
        return Closed(_ABNORMAL)  # without a word, whatever code aiohttp gives that

    async def send(self, message: str | bytes) -> None:
        """Sends a message; waits while the upstream is slow. Raises Broken, Silent."""
        try:
            async with asyncio.timeout(self._patience):
                if isinstance(message, str):
                    await self._socket.send_str(message)
                else:
                    await self._socket.send_bytes(message)
        except TimeoutError as error:
            raise Silent("the upstream reads nothing") from error
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            raise Broken(f"the exchange with the upstream broke: {type(error).__name__}") from error

    async def close(self, code: int, reason: str) -> None:
        """Closes in good order, or cuts the connection where the upstream does not answer to that. May be called
        again."""
        await self._socket.close(code=code, message=reason.encode())
