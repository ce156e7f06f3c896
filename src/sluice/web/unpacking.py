"""Request bodies that come packed: unpacked in small pieces, and not at all once they look like a bomb."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from sluice.base.errors import GatewayError, bad_request

_PIECE = 64 * 1024
_RATIO = 200
"""Bytes a packed byte may stand for, over the whole of a body, as Apache's DeflateInflateRatioLimit has it. JSON packs
to a tenth or so, audio hardly at all; gzip itself ends at about 1,030."""
_FREE = 1024 * 1024
"""Bytes for which nobody is asked about the ratio: small bodies may well be all of one letter."""


class Unpacker:
    """A gzip body, unpacked as it comes."""

    def __init__(self) -> None:
        self._machine = zlib.decompressobj(wbits=31)
        self._packed = 0
        self._unpacked = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What the next packed bytes hold, in pieces of at most 64 KiB.

        Raises GatewayError 400 for what is no gzip, 413 for a bomb.
        """
        self._packed += len(data)
        more = bool(data)
        while more:
            if self._machine.eof:
                raise _not_gzip()  # something goes on behind the end
            try:
                piece = self._machine.decompress(data, _PIECE)
            except zlib.error:
                raise _not_gzip() from None
            data = self._machine.unconsumed_tail or self._machine.unused_data
            self._unpacked += len(piece)
            if self._unpacked > max(_FREE, self._packed * _RATIO):
                raise _bomb()
            more = bool(data) or (len(piece) == _PIECE and not self._machine.eof)
            if piece:
                yield piece

    def finish(self) -> None:
        """The body has ended. Raises GatewayError 400 when what is packed has not."""
        if not self._machine.eof:
            raise _not_gzip()


def unpacker(encoding: bytes | None) -> Unpacker | None:
    """The unpacker for a body's content-encoding; None where it is not packed. Raises GatewayError 400."""
    coding = b"" if encoding is None else encoding.strip().lower()
    if coding in (b"", b"identity"):
        return None
    if coding != b"gzip":
        raise bad_request("unsupported_encoding", "the body's content-encoding must be gzip or identity")
    return Unpacker()


def _not_gzip() -> GatewayError:
    return bad_request("invalid_body", "the body says it is gzip, but is not")


def _bomb() -> GatewayError:
    text = f"the request body unpacks to more than {_RATIO} times its size"
    return GatewayError(413, "invalid_request_error", "body_too_large", text, should_retry=False)
