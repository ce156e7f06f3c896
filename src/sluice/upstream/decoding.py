"""Answers that come compressed although none was asked for: decoded as they are read, bounded by the reader's limit."""

from __future__ import annotations

import zlib

from sluice.upstream.client import Broken, Exchange, Malformed, TooLarge

_PIECE = 256 * 1024


def decoded(exchange: Exchange) -> Exchange:
    """The exchange, with its body decoded when it says gzip or deflate. Raises Malformed for other encodings."""
    for name, value in exchange.head.headers:
        if name == b"content-encoding":
            return _inflated(exchange, value.strip().lower())
    return exchange


def _inflated(exchange: Exchange, coding: bytes) -> Exchange:
    if coding in (b"identity", b""):
        return exchange
    if coding not in (b"gzip", b"x-gzip", b"deflate"):
        exchange.abort()
        raise Malformed("the answer is encoded in a way that was not asked for")
    head = exchange.head
    head.headers = [pair for pair in head.headers if pair[0] not in (b"content-encoding", b"content-length")]
    return _Inflated(exchange, coding)


class _Inflated:
    """An exchange whose body is inflated."""

    def __init__(self, exchange: Exchange, coding: bytes) -> None:
        self.head = exchange.head
        self._exchange = exchange
        self._bare = coding == b"deflate"
        # 47: zlib finds out by itself whether it is gzip or zlib.
        self._machine = zlib.decompressobj(wbits=47)
        self._fed = False
        self._left = b""
        """Coded bytes not yet fed: output is taken in pieces, so that a small input cannot fill the memory."""
        self._more = False
        """Whether the machine may hold output that needs no further input."""

    async def chunk(self) -> bytes:
        """The next piece, inflated."""
        while True:
            data = self._left
            if not data and not self._more:
                data = await self._exchange.chunk()
                if not data:
                    if self._fed and not self._machine.eof:
                        raise Broken("the compressed answer ended too early")
                    return b""
            try:
                out = self._inflate(data)
            except zlib.error:
                self.abort()
                raise Malformed("the answer says it is compressed, but is not") from None
            if out:
                return out

    def _inflate(self, data: bytes) -> bytes:
        """Feeds coded bytes. Raises zlib.error."""
        if self._machine.eof and data:
            self._machine = zlib.decompressobj(wbits=47)  # a file of several members (RFC 1952, 2.2)
        try:
            out = self._machine.decompress(data, _PIECE)
        except zlib.error:
            if self._fed or not self._bare:
                raise
            # "deflate" should be wrapped in zlib's format, but many servers send it bare.
            self._machine = zlib.decompressobj(wbits=-15)
            out = self._machine.decompress(data, _PIECE)
        self._fed = True
        self._left = self._machine.unused_data or self._machine.unconsumed_tail
        self._more = len(out) == _PIECE and not self._machine.eof
        return out

    async def read(self, limit: int) -> bytes:
        """The whole body, inflated."""
        parts: list[bytes] = []
        total = 0
        while data := await self.chunk():
            total += len(data)
            if total > limit:
                self.abort()
                raise TooLarge(f"the answer is larger than {limit} bytes")
            parts.append(data)
        return b"".join(parts)

    def abort(self) -> None:
        """Drops the answer."""
        self._exchange.abort()
