"""The head of a request that opens a websocket (RFC 6455, 4.2.1), as far as the server must know it."""

from __future__ import annotations

from collections.abc import Sequence

from sluice.base.wire import Header

_LONGEST_LINE = 8000
_MOST_LINES = 128
"""What the websocket library reads; a longer head is served as if nothing had been offered."""
_BODIES = frozenset({b"content-length", b"transfer-encoding"})


def is_opening(method: bytes, url: bytes, headers: Sequence[Header]) -> bool:
    """Whether the request offers a websocket in a way that can be accepted."""
    fields = dict(reversed(headers))
    if method != b"GET" or fields.get(b"upgrade", b"").strip().lower() != b"websocket":
        return False
    if fields.get(b"sec-websocket-version", b"").strip() != b"13" or not fields.get(b"sec-websocket-key"):
        return False
    longest = max(len(url), *(len(name) + len(value) for name, value in headers))
    return _BODIES.isdisjoint(fields) and len(headers) <= _MOST_LINES and longest < _LONGEST_LINE


def head(url: bytes, headers: Sequence[Header], method: bytes = b"GET") -> bytes:
    """A request's head, as it travels."""
    lines = [method + b" " + url + b" HTTP/1.1", *(name + b": " + value for name, value in headers)]
    return b"\r\n".join(lines) + b"\r\n\r\n"
