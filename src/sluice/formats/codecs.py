"""The codecs of all protocols in which one converses with a model."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sluice.base.formats import Format
from sluice.formats.anthropic.codec import MessagesCodec
from sluice.formats.codec import Codec, UpstreamCodec
from sluice.formats.cohere.codec import CohereCodec
from sluice.formats.converse.codec import ConverseCodec
from sluice.formats.gemini.codec import GeminiCodec
from sluice.formats.openai_chat.codec import ChatCodec
from sluice.formats.openai_responses.codec import ResponsesCodec

CODECS: Mapping[Format, Codec] = MappingProxyType(
    {
        Format.OPENAI_CHAT: ChatCodec(),
        Format.ANTHROPIC: MessagesCodec(),
        Format.OPENAI_RESPONSES: ResponsesCodec(),
        Format.GEMINI: GeminiCodec(),
    }
)
"""Of protocols that clients speak, by format."""

UPSTREAM_CODECS: Mapping[Format, UpstreamCodec] = MappingProxyType(
    {**CODECS, Format.CONVERSE: ConverseCodec(), Format.COHERE_CHAT: CohereCodec()}
)
"""Of protocols that upstreams speak. Where a channel speaks none of its client's, the first of these that it speaks is
used."""
