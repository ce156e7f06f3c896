"""Small real proxies: HTTP (CONNECT, and forwarding of plain requests), SOCKS4 and SOCKS5. With back-pressure."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Proxy:
    """A running proxy. ``asked`` holds the host:port of each connection made through it."""

    scheme: str
    user: str = ""
    password: str = ""
    port: int = 0
    asked: list[str] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Its address, with the credentials it wants."""
        login = f"{self.user}:{self.password}@" if self.user else ""
        return f"{self.scheme}://{login}127.0.0.1:{self.port}"

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """asyncio: a client connected."""
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greet = {"http": self._http, "socks4": self._socks4}.get(self.scheme, self._socks)
        try:
            far = await greet(reader, writer)
            if far is not None:
                await _splice((reader, writer), far)
        except (OSError, asyncio.IncompleteReadError):
            pass  # a client or an upstream that leaves is daily bread for a proxy
        finally:
            writer.close()

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Streams | None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        if self.user:
            login = base64.b64encode(f"{self.user}:{self.password}".encode())
            if b"proxy-authorization: basic " + login.lower() not in head.lower():
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return None
        connect = method == "CONNECT"
        parts = urlsplit(f"//{target}" if connect else target)
        try:
            far = await self._reach(parts.hostname or "", parts.port or 80)
        except OSError:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return None
        if connect:
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        else:
            # Passed on in the absolute form, which every server must accept.
            far[1].write(head)
        return far

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Streams | None:
        _, count = await reader.readexactly(2)
        await reader.readexactly(count)
        if self.user:
            writer.write(b"\x05\x02")
            _, size = await reader.readexactly(2)
            user = await reader.readexactly(size)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            good = (user.decode(), password.decode()) == (self.user, self.password)
            writer.write(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return None
        else:
            writer.write(b"\x05\x00")
        kind = (await reader.readexactly(4))[3]
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))
        port = int.from_bytes(await reader.readexactly(2), "big")
        try:
            far = await self._reach(host, port)
        except OSError:
            writer.write(b"\x05\x05\x00\x01" + bytes(6))
            return None
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        return far

    async def _socks4(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Streams | None:
        request = await reader.readexactly(8)
        await reader.readuntil(b"\0")
        far = await self._reach(str(ipaddress.ip_address(request[4:8])), int.from_bytes(request[2:4], "big"))
        writer.write(b"\x00\x5a" + bytes(6))
        return far

    async def _reach(self, host: str, port: int) -> Streams:
        self.asked.append(f"{host}:{port}")
        return await asyncio.open_connection(host, port)

    async def stop(self) -> None:
        """Drops every connection."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _splice(near: Streams, far: Streams) -> None:
    """Bytes both ways until either side closes; then both do."""
    pumps = [asyncio.ensure_future(_pump(near[0], far[1])), asyncio.ensure_future(_pump(far[0], near[1]))]
    try:
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
    finally:
        near[1].close()
        far[1].close()
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()


@asynccontextmanager
async def proxying(scheme: str, user: str = "", password: str = "") -> AsyncIterator[Proxy]:
    """A proxy on the loopback address; ``scheme`` is http, socks4, socks5 or socks5h."""
    proxy = Proxy(scheme, user, password)
    listener = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    proxy.port = listener.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listener.close()
        await proxy.stop()
