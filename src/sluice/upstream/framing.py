"""The head of a request as bytes, and the rules that keep it one request."""

from __future__ import annotations

import re

from sluice.base.wire import WireRequest

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What a method and a header name are made of (RFC 9110, 5.6.2)."""
_FORBIDDEN = (b"\r", b"\n", b"\0")


def request_head(request: WireRequest, host: bytes) -> bytes:
    """The request's head with framing. Raises ValueError when a part of it would break out of its line."""
    check(request)
    lines = [b"%s %s HTTP/1.1\r\nhost: %s\r\naccept-encoding: identity\r\n" % (request.method, request.target, host)]
    for pair in request.headers:
        lines.append(b"%s: %s\r\n" % pair)
    body = request.body
    if isinstance(body, bytes):
        if body or request.method not in (b"GET", b"HEAD", b"DELETE"):
            lines.append(b"content-length: %d\r\n" % len(body))
    elif request.length is None:
        lines.append(b"transfer-encoding: chunked\r\n")
    else:
        lines.append(b"content-length: %d\r\n" % request.length)
    lines.append(b"\r\n")
    return b"".join(lines)


def check(request: WireRequest) -> None:
    """Raises ValueError when a part of the request's head would break out of its line, or its name is no name."""
    joined = b"".join([request.target, *[value for _, value in request.headers]])
    if any(mark in joined for mark in _FORBIDDEN) or b" " in request.target:
        raise ValueError("a request line or header holds a line break, a NUL or a space")
    if not all(map(_TOKEN.fullmatch, (request.method, *[name for name, _ in request.headers]))):
        raise ValueError("a method or header name holds a character that names cannot hold")
