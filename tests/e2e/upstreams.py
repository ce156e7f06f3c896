"""Upstreams that do what no provider should: they answer byte for byte what a test says, or nothing, or not at all."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

_PATIENCE_SECONDS = 60.0
_NOT_HTTP = (b"\x16\x03", b"\x05")
"""How clients begin that want TLS or SOCKS."""


class Upstream:
    """Listens on a loopback port and gives every request the same bytes; then holds the connection or closes it.

    Where there is more to say, it waits for ``go_on`` first. ``requests`` are the requests that came, heads and bodies,
    as text; ``connections`` how often somebody connected.
    """

    def __init__(self, answer: bytes, *, then: bytes, hold: bool, tls: ssl.SSLContext | None) -> None:
        self._answer, self._then, self._hold, self._tls = answer, then, hold, tls
        self.go_on = threading.Event()
        self._over = threading.Event()
        self._open: list[socket.socket] = []
        self.requests: list[str] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def stop(self) -> None:
        """Stops listening and lets go of every connection."""
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join(_PATIENCE_SECONDS)
        for conn in self._open:
            with suppress(OSError):
                conn.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(_PATIENCE_SECONDS)
            assert not thread.is_alive()

    @property
    def left(self) -> bool:
        """Whether everybody who connected has left."""
        return not any(thread.is_alive() for thread in self._threads[1:])

    def _accept(self) -> None:
        while True:
            try:
                conn, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(conn)
            thread = threading.Thread(target=self._serve, args=(conn,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, conn: socket.socket) -> None:
        # Whoever connects may leave at any moment: that is what some tests want to see.
        with conn, suppress(OSError):
            conn.settimeout(_PATIENCE_SECONDS)
            secure = self._tls.wrap_socket(conn, server_side=True) if self._tls else conn
            with secure:
                while request := _request(secure):
                    self.requests.append(request)
                    secure.sendall(self._answer)
                    if self._then:
                        self.go_on.wait(_PATIENCE_SECONDS)
                        secure.sendall(self._then)
                    if not self._hold:
                        return
                    if not self._answer:
                        self._over.wait(_PATIENCE_SECONDS)
                        return


def _request(conn: socket.socket) -> str:
    """The next request (of a client that speaks no HTTP, its first bytes), or "" when the client has left."""
    got = b""
    while b"\r\n\r\n" not in got and not got.startswith(_NOT_HTTP):
        data = conn.recv(65536)
        if not data:
            return ""
        got += data
    head, _, body = got.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += conn.recv(65536)
    return (head + b"\r\n\r\n" + body).decode("latin-1")


@contextmanager
def upstream(
    answer: bytes = b"", *, then: bytes = b"", hold: bool = False, tls: ssl.SSLContext | None = None
) -> Iterator[Upstream]:
    """An upstream for the length of a block. It closes after its answer, unless it is to ``hold`` the connection."""
    found = Upstream(answer, then=then, hold=hold, tls=tls)
    try:
        yield found
    finally:
        found.stop()


def whole(status: int, body: Any, *headers: str, kind: str = "application/json") -> bytes:
    """An answer with a length; ``body`` is sent as JSON unless it is bytes."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Said", f"content-type: {kind}", f"content-length: {len(data)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def told(message: str, **members: Any) -> dict[str, Any]:
    """An error in OpenAI's shape."""
    return {"error": {"message": message, "type": None, "param": None, "code": None, **members}}


def closed_port() -> int:
    """A loopback port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
