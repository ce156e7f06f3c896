"""The Converse protocol as an UpstreamCodec (formats/codec.py): no client speaks it here."""

from __future__ import annotations

from sluice.base.formats import Format
from sluice.base.outcome import Fault
from sluice.formats.canon import Reply, Request
from sluice.formats.codec import PLAIN, Abilities, Written
from sluice.formats.converse.read_stream import ConverseDecoder
from sluice.formats.converse.reply import read_reply
from sluice.formats.converse.write_request import write_request


class ConverseCodec:
    """Stateless: one serves all requests."""

    format = Format.CONVERSE

    def encode_request(self, request: Request, abilities: Abilities = PLAIN) -> Written:
        """Raises GatewayError 400 naming content the protocol cannot carry."""
        return write_request(request, abilities)

    def decode_reply(self, body: bytes) -> Reply | Fault:
        """Reads a whole answer; never raises."""
        return read_reply(body)

    def stream_decoder(self) -> ConverseDecoder:
        """A decoder for one stream."""
        return ConverseDecoder()
