"""A TCP relay in front of a server that a test can cut and mend."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from urllib.parse import parse_qsl, urlsplit, urlunsplit


class WireCutter:
    """Passes bytes between whoever connects and a PostgreSQL server; while cut, it refuses and has dropped what it had.

    ``url`` is the server's address, over TCP or over a socket in a folder (``?host=/folder``).
    """

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._folder = dict(parse_qsl(self._parts.query)).get("host", "")
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._accept()

    @property
    def url(self) -> str:
        """The server's address with this relay in its place."""
        netloc = f"{self._parts.username}:{self._parts.password or ''}@127.0.0.1:{self.port}"
        return urlunsplit(self._parts._replace(netloc=netloc, query=""))

    def _connect(self) -> socket.socket:
        port = self._parts.port or 5432
        if not self._folder:
            return socket.create_connection((self._parts.hostname or "127.0.0.1", port))
        far = socket.socket(socket.AF_UNIX)
        far.connect(f"{self._folder}/.s.PGSQL.{port}")
        return far

    def cut(self) -> None:
        """Refuses new connections, drops the old."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def mend(self) -> None:
        """Listens again at the same address."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._accept()

    def _accept(self) -> None:
        listener = self._listener

        def run() -> None:
            while True:
                try:
                    near, _ = listener.accept()
                except OSError:
                    return
                far = self._connect()
                with self._lock:
                    self._ends |= {near, far}
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
            with self._lock:
                self._ends.discard(end)
