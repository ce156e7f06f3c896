"""The generateContent protocol as a Codec (formats/codec.py)."""

from __future__ import annotations

from sluice.base.formats import Format
from sluice.formats.canon import Request
from sluice.formats.codec import Voicing
from sluice.formats.gemini.read_request import read_request
from sluice.formats.gemini.read_stream import GeminiDecoder
from sluice.formats.gemini.reply import read_reply, write_reply
from sluice.formats.gemini.write_request import write_request
from sluice.formats.gemini.write_stream import GeminiEncoder
from sluice.formats.reading import Unreadable


class GeminiCodec:
    """Stateless: one serves all requests."""

    format = Format.GEMINI

    def decode_request(self, body: bytes) -> Request:
        """Raises GatewayError 400 naming what is missing or malformed."""
        try:
            return read_request(body)
        except Unreadable as wrong:
            raise wrong.refusal() from None

    encode_request = staticmethod(write_request)
    decode_reply = staticmethod(read_reply)
    encode_reply = staticmethod(write_reply)

    def stream_decoder(self) -> GeminiDecoder:
        """A decoder for one stream."""
        return GeminiDecoder()

    def stream_encoder(self, voicing: Voicing) -> GeminiEncoder:
        """An encoder for one stream."""
        return GeminiEncoder(voicing)
