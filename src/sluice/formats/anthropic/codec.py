"""The Messages protocol as a Codec (formats/codec.py)."""

from __future__ import annotations

from sluice.base.formats import Format
from sluice.formats.anthropic.read_request import read_request
from sluice.formats.anthropic.read_stream import MessagesDecoder
from sluice.formats.anthropic.reply import read_reply, write_reply
from sluice.formats.anthropic.write_request import write_request
from sluice.formats.anthropic.write_stream import MessagesEncoder
from sluice.formats.canon import Request
from sluice.formats.codec import Voicing
from sluice.formats.reading import Unreadable


class MessagesCodec:
    """Stateless: one serves all requests."""

    format = Format.ANTHROPIC

    def decode_request(self, body: bytes) -> Request:
        """Raises GatewayError 400 naming what is missing or malformed."""
        try:
            return read_request(body)
        except Unreadable as wrong:
            raise wrong.refusal() from None

    encode_request = staticmethod(write_request)
    decode_reply = staticmethod(read_reply)
    encode_reply = staticmethod(write_reply)

    def stream_decoder(self) -> MessagesDecoder:
        """A decoder for one stream."""
        return MessagesDecoder()

    def stream_encoder(self, voicing: Voicing) -> MessagesEncoder:
        """An encoder for one stream."""
        return MessagesEncoder(voicing)
