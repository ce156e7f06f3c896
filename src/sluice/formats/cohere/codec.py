"""Cohere's chat protocol as an UpstreamCodec (formats/codec.py): no client speaks it here."""

from __future__ import annotations

from sluice.base.formats import Format
from sluice.formats.cohere.read_stream import CohereDecoder
from sluice.formats.cohere.reply import read_reply
from sluice.formats.cohere.write_request import write_request


class CohereCodec:
    """Stateless: one serves all requests."""

    format = Format.COHERE_CHAT

    encode_request = staticmethod(write_request)
    decode_reply = staticmethod(read_reply)

    def stream_decoder(self) -> CohereDecoder:
        """A decoder for one stream."""
        return CohereDecoder()
