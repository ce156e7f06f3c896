"""A server that does exactly what its script says, byte for byte: the upstream nobody wants."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    line: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def get(self, name: bytes) -> list[bytes]:
        """Every value of a header, by its lower-case name."""
        return [value for key, value in self.headers if key.lower() == name]


class Peer:
    """One connection, seen from the server."""

    def __init__(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.number = number
        self.reader = reader
        self.writer = writer

    async def head(self) -> Seen:
        """The next request's head. Raises IncompleteReadError when the client leaves instead."""
        raw = await self.reader.readuntil(b"\r\n\r\n")
        line, *rest = raw[:-4].split(b"\r\n")
        headers = [(name, value.strip()) for name, _, value in (item.partition(b":") for item in rest)]
        return Seen(line, headers, b"")

    async def request(self) -> Seen:
        """The next request with its body."""
        seen = await self.head()
        if seen.get(b"transfer-encoding"):
            body = b""
            while size := int(await self.reader.readline(), 16):
                body += await self.reader.readexactly(size)
                assert await self.reader.readexactly(2) == b"\r\n"
            assert await self.reader.readexactly(2) == b"\r\n"
        else:
            length = seen.get(b"content-length")
            body = await self.reader.readexactly(int(length[0])) if length else b""
        return Seen(seen.line, seen.headers, body)

    async def send(self, data: bytes) -> None:
        """Sends, and waits until the bytes are with the system."""
        self.writer.write(data)
        await self.writer.drain()

    async def client_left(self) -> None:
        """Waits until the client closes its side, however it does it."""
        try:
            while await self.reader.read(65536):
                pass
        except ConnectionError:
            pass

    def reset(self) -> None:
        """Closes with a reset, losing what was not sent."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Peer], Awaitable[None]]


@dataclass
class RawServer:
    """A listening script. The connection closes when the script returns."""

    script: Script
    scheme: str = "http"
    port: int = 0
    connections: int = 0
    faults: list[Exception] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def origin(self) -> str:
        """Where it listens, by number."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def named(self, host: str) -> str:
        """Where it listens, under another name."""
        return f"{self.scheme}://{host}:{self.port}"

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """asyncio: a client connected."""
        task = asyncio.ensure_future(self._serve(Peer(self.connections, reader, writer)))
        self.connections += 1
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, peer: Peer) -> None:
        try:
            await self.script(peer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client left: the tests say where that matters
        except Exception as fault:
            self.faults.append(fault)
        finally:
            peer.writer.close()

    async def stop(self) -> None:
        """Ends every script."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def serving(script: Script, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[RawServer]:
    """The script, listening on the loopback address. A fault in a script fails the test."""
    server = RawServer(script, "https" if tls else "http")
    listener = await asyncio.start_server(server.accept, "127.0.0.1", 0, ssl=tls, limit=1 << 20)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        await server.stop()
    if server.faults:
        raise server.faults[0]


def answering(*parts: bytes, then: Callable[[Peer], Awaitable[None]] | None = None) -> Script:
    """A script: reads a request, sends the parts one by one, then waits for the client to leave (or does ``then``)."""

    async def script(peer: Peer) -> None:
        await peer.request()
        for part in parts:
            await peer.send(part)
        await (then or Peer.client_left)(peer)

    return script


async def hang_up(peer: Peer) -> None:
    """A script's end: closes."""


def repeating(answer: bytes) -> Script:
    """A script: the same answer to every request on the connection."""

    async def script(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.send(answer)

    return script


def reply(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """A plain answer with a length."""
    lines = [b"HTTP/1.1 " + status, *headers, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
