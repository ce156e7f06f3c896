"""The Responses protocol as a Codec (formats/codec.py)."""

from __future__ import annotations

from sluice.base.formats import Format
from sluice.formats.canon import Request
from sluice.formats.codec import Voicing
from sluice.formats.openai_responses.read_request import read_request
from sluice.formats.openai_responses.read_stream import ResponsesDecoder
from sluice.formats.openai_responses.reply import read_reply, write_reply
from sluice.formats.openai_responses.write_request import write_request
from sluice.formats.openai_responses.write_stream import ResponsesEncoder
from sluice.formats.reading import Unreadable


class ResponsesCodec:
    """Stateless: one serves all requests."""

    format = Format.OPENAI_RESPONSES

    def decode_request(self, body: bytes) -> Request:
        """Raises GatewayError 400 naming what is missing or malformed."""
        try:
            return read_request(body)
        except Unreadable as wrong:
            raise wrong.refusal() from None

    encode_request = staticmethod(write_request)
    decode_reply = staticmethod(read_reply)
    encode_reply = staticmethod(write_reply)

    def stream_decoder(self) -> ResponsesDecoder:
        """A decoder for one stream."""
        return ResponsesDecoder()

    def stream_encoder(self, voicing: Voicing) -> ResponsesEncoder:
        """An encoder for one stream."""
        return ResponsesEncoder(voicing)
