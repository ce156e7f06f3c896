"""The Converse protocol as an UpstreamCodec (formats/codec.py): no client speaks it here."""

from __future__ import annotations

from sluice.base.formats import Format
from sluice.formats.converse.read_stream import ConverseDecoder
from sluice.formats.converse.reply import read_reply
from sluice.formats.converse.write_request import write_request


class ConverseCodec:
    """Stateless: one serves all requests."""

    format = Format.CONVERSE

    encode_request = staticmethod(write_request)
    decode_reply = staticmethod(read_reply)

    def stream_decoder(self) -> ConverseDecoder:
        """A decoder for one stream."""
        return ConverseDecoder()
