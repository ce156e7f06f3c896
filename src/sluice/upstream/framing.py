"""The head of a request as bytes, and the rules that keep it one request."""

from __future__ import annotations

import re
from functools import lru_cache

from sluice.base.wire import Header, WireRequest

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What a method and a header name are made of (RFC 9110, 5.6.2)."""
_FORBIDDEN = (b"\r", b"\n", b"\0")


def request_head(request: WireRequest, host: bytes) -> bytes:
    """The request's head with framing. Raises ValueError when a part of it would break out of its line."""
    head = _opening(request.method, request.target, request.headers, host)
    body = request.body
    if isinstance(body, bytes):
        if body or request.method not in (b"GET", b"HEAD", b"DELETE"):
            return b"%scontent-length: %d\r\n\r\n" % (head, len(body))
        return head + b"\r\n"
    if request.length is None:
        return head + b"transfer-encoding: chunked\r\n\r\n"
    return b"%scontent-length: %d\r\n\r\n" % (head, request.length)


# A channel's requests differ in their bodies, seldom in their heads: checked and written once for many.
@lru_cache(maxsize=256)
def _opening(method: bytes, target: bytes, headers: tuple[Header, ...], host: bytes) -> bytes:
    """The head but for the framing of the body and the empty line. Raises ValueError as ``request_head``."""
    _check(method, target, headers)
    lines = [b"%s %s HTTP/1.1\r\nhost: %s\r\naccept-encoding: identity\r\n" % (method, target, host)]
    for pair in headers:
        lines.append(b"%s: %s\r\n" % pair)
    return b"".join(lines)


def check(request: WireRequest) -> None:
    """Raises ValueError when a part of the request's head would break out of its line, or its name is no name."""
    _check(request.method, request.target, request.headers)


def _check(method: bytes, target: bytes, headers: tuple[Header, ...]) -> None:
    joined = b"".join([target, *[value for _, value in headers]])
    if any(mark in joined for mark in _FORBIDDEN) or b" " in target:
        raise ValueError("a request line or header holds a line break, a NUL or a space")
    if not all(map(_TOKEN.fullmatch, (method, *[name for name, _ in headers]))):
        raise ValueError("a method or header name holds a character that names cannot hold")
