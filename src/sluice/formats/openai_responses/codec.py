"""The Responses protocol as a Codec (formats/codec.py)."""

from __future__ import annotations

from sluice.base.formats import Format
from sluice.base.outcome import Fault
from sluice.formats.canon import Reply, Request
from sluice.formats.codec import PLAIN, Abilities, Voicing, Written
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

    def encode_request(self, request: Request, abilities: Abilities = PLAIN) -> Written:
        """Raises GatewayError 400 naming content the protocol cannot carry."""
        return write_request(request, abilities)

    def decode_reply(self, body: bytes) -> Reply | Fault:
        """Reads a whole answer; never raises."""
        return read_reply(body)

    def encode_reply(self, reply: Reply, voicing: Voicing) -> bytes | Fault:
        """Writes a whole answer; a Fault when it holds what only another protocol knows."""
        return write_reply(reply, voicing)

    def stream_decoder(self) -> ResponsesDecoder:
        """A decoder for one stream."""
        return ResponsesDecoder()

    def stream_encoder(self, voicing: Voicing) -> ResponsesEncoder:
        """An encoder for one stream."""
        return ResponsesEncoder(voicing)
