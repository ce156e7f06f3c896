"""Cohere's chat protocol as an UpstreamCodec (formats/codec.py): no client speaks it here."""

from __future__ import annotations

from sluice.base.formats import Format
from sluice.base.outcome import Fault
from sluice.formats.canon import Reply, Request
from sluice.formats.codec import PLAIN, Abilities, Written
from sluice.formats.cohere.read_stream import CohereDecoder
from sluice.formats.cohere.reply import read_reply
from sluice.formats.cohere.write_request import write_request


class CohereCodec:
    """Stateless: one serves all requests."""

    format = Format.COHERE_CHAT

    def encode_request(self, request: Request, abilities: Abilities = PLAIN) -> Written:
        """Raises GatewayError 400 naming content the protocol cannot carry."""
        return write_request(request, abilities)

    def decode_reply(self, body: bytes) -> Reply | Fault:
        """Reads a whole answer; never raises."""
        return read_reply(body)

    def stream_decoder(self) -> CohereDecoder:
        """A decoder for one stream."""
        return CohereDecoder()
