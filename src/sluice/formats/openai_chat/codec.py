"""The chat completions protocol as a Codec (formats/codec.py)."""

from __future__ import annotations

from sluice.base.formats import Format
from sluice.formats.canon import Request
from sluice.formats.codec import Voicing
from sluice.formats.openai_chat.answers import read_reply, write_reply
from sluice.formats.openai_chat.read_request import read_request
from sluice.formats.openai_chat.read_stream import ChatDecoder
from sluice.formats.openai_chat.write_request import write_request
from sluice.formats.openai_chat.write_stream import ChatEncoder
from sluice.formats.reading import Unreadable


class ChatCodec:
    """Stateless: one serves all requests."""

    format = Format.OPENAI_CHAT

    def decode_request(self, body: bytes) -> Request:
        """Raises GatewayError 400 naming what is missing or malformed."""
        try:
            return read_request(body)
        except Unreadable as wrong:
            raise wrong.refusal() from None

    encode_request = staticmethod(write_request)
    decode_reply = staticmethod(read_reply)
    encode_reply = staticmethod(write_reply)

    def stream_decoder(self) -> ChatDecoder:
        """A decoder for one stream."""
        return ChatDecoder()

    def stream_encoder(self, voicing: Voicing) -> ChatEncoder:
        """An encoder for one stream."""
        return ChatEncoder(voicing)
