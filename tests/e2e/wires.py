"""HTTP byte by byte: what no client library would send, and what comes back for it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

PATIENCE_SECONDS = 30.0
"""What takes longer counts as a hang."""


@dataclass(frozen=True)
class Answer:
    """An answer as it came: its headers by lower-case name, its body without chunks."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, which must be JSON."""
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """The error in the body."""
        found: dict[str, Any] = self.json["error"]
        return found


class Wire:
    """A connection to a gateway. Whatever it waits for fails after ``PATIENCE_SECONDS``."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), PATIENCE_SECONDS)
        self._got = b""

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Sends it all."""
        self.socket.sendall(data)

    def pour(self, pieces: Iterator[bytes]) -> int:
        """Sends pieces until they end or the gateway takes no more; how many bytes were sent."""
        sent = 0
        with suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                self.socket.sendall(piece)
                sent += len(piece)
        return sent

    def answer(self) -> Answer:
        """The next answer, whole. Raises AssertionError when the connection ends before."""
        while b"\r\n\r\n" not in self._got:
            assert self._more(), f"the connection ended after {self._got!r}"
        head, _, self._got = self._got.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        status = int(first.split()[1])
        if headers.get("transfer-encoding") == "chunked":
            return Answer(status, headers, self._chunks())
        return Answer(status, headers, self._exactly(int(headers.get("content-length", "0"))))

    def until(self, words: bytes) -> None:
        """Waits for these words to come; they stay to be read."""
        while words not in self._got:
            assert self._more(), f"the connection ended without {words!r}"

    def heard(self) -> bool:
        """Whether anything has come, or the end, within the socket's timeout."""
        try:
            self._more()
        except TimeoutError:
            return False
        return True

    def rest(self) -> bytes:
        """What comes until the gateway ends the connection, in order or by a reset."""
        while self._more():
            pass
        return self._got

    def _chunks(self) -> bytes:
        body = b""
        while True:
            while b"\r\n" not in self._got:
                assert self._more(), "the connection ended within a chunk"
            size, _, self._got = self._got.partition(b"\r\n")
            piece = self._exactly(int(size, 16) + 2)
            if not int(size, 16):
                return body
            body += piece[:-2]

    def _exactly(self, count: int) -> bytes:
        while len(self._got) < count:
            assert self._more(), f"the connection ended {count - len(self._got)} bytes too early"
        found, self._got = self._got[:count], self._got[count:]
        return found

    def _more(self) -> bool:
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            return False
        self._got += data
        return bool(data)


def request(method: str, target: str, *headers: str, body: bytes | None = None, version: str = "1.1") -> bytes:
    """A request's bytes, with a host and, for a body, its length."""
    lines = [f"{method} {target} HTTP/{version}", "host: gateway", *headers]
    if body is not None:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")
