"""Vendors that speak chat completions and Responses, with models and requests that are served in only one of them.

Some models answer Responses alone ("This model is only supported in v1/responses"), and the newer ones that think take
functions in chat completions only when told not to think (openai/openai-openapi issue 541; danny-avila/LibreChat issue
14231). Clients of foreign protocols reach every model whose thought comes back sealed by Responses: there is no place
for the seal in chat completions.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Fault, Reply, StreamParser
from sluice.base.wire import WireHead, WireRequest
from sluice.formats.codecs import CODECS
from sluice.vendors.bridge import Bridge
from sluice.vendors.dialect import Call, ChannelSpec, Further
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.quirks import UNREADABLE, Globs, fits, present
from sluice.vendors.schema import Vendor

_any = msgspec.json.Decoder()
_NOBODY = object()
CHAT, RESPONSES = Format.OPENAI_CHAT, Format.OPENAI_RESPONSES


class TwoProtocols(OpenAiLike):
    """A channel that speaks both, and answers for the other protocols of conversation (bridge.py). ``plain`` is the
    class of what stands behind the translation."""

    plain: type[OpenAiLike] = OpenAiLike

    def __init__(self, vendor: Vendor, spec: ChannelSpec) -> None:
        super().__init__(vendor, spec)
        plain = self.plain(vendor, spec)
        self._by_chat = {fmt: Bridge(plain, fmt, CHAT) for fmt in CODECS if fmt is not CHAT}
        self._by_responses = {fmt: Bridge(plain, fmt, RESPONSES) for fmt in CODECS if fmt is not RESPONSES}

    def stands_for(self, fmt: Format) -> bool:
        """Every protocol of conversation it does not serve itself."""
        return fmt in CODECS and not self.serves(fmt)

    def goes_by_responses(self, call: Call) -> bool:
        """Whether a call of a protocol of conversation goes by Responses: else by chat completions."""
        return call.format is RESPONSES or self.needs_responses(call)

    def needs_responses(self, call: Call) -> bool:
        """Whether a call of another protocol cannot be answered by chat completions, or loses something there."""
        model, quirks = call.upstream_model, self.quirks
        if self.is_among(model, quirks.responses_only):
            return True
        if call.format is not CHAT:
            return self.abilities(model).seals
        return self.is_among(model, quirks.responses_for_tools) and self._thinks_with_functions(call)

    def is_among(self, model: str, globs: Globs) -> bool:
        """Whether a model, by the upstream's name, is one of these."""
        return fits(model, globs)

    def _way(self, call: Call) -> Bridge | None:
        """Who translates the call; None for nobody. Found out once a call, which is asked about three times."""
        if call.way is None:
            by_responses = call.format in CODECS and self.goes_by_responses(call)
            call.way = (self._by_responses if by_responses else self._by_chat).get(call.format, _NOBODY)
        return None if call.way is _NOBODY else call.way

    def _thinks_with_functions(self, call: Call) -> bool:
        """Whether a chat is offered functions, and nothing but functions, by a model that is to think."""
        if not present(call.top, "tools"):
            return False
        try:
            tools = _any.decode(call.top["tools"])
            effort = _any.decode(call.top["reasoning_effort"]) if present(call.top, "reasoning_effort") else None
        except UNREADABLE:
            return False  # the upstream will say what is wrong
        able = self.abilities(call.upstream_model)
        thinks = able.reasons and (able.thinks if effort is None else effort != "none")
        return thinks and isinstance(tools, list) and bool(tools) and all(map(_is_function, tools))

    # What a translated call goes through instead.

    def request(self, call: Call, credential: str) -> WireRequest:
        """The upstream request, in the protocol the model takes."""
        way = self._way(call)
        return super().request(call, credential) if way is None else way.request(call, credential)

    def dropped(self, call: Call) -> tuple[str, ...]:
        """What is left out or changed."""
        way = self._way(call)
        return super().dropped(call) if way is None else way.dropped(call)

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault | Further:  # type: ignore[override]
        """Reads a whole answer."""
        way = self._way(call)
        return super().reply(call, head, body) if way is None else way.reply(call, head, body)

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        """A parser for a streamed answer."""
        way = self._way(call)
        return super().stream(call, head) if way is None else way.stream(call, head)

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        """Reads a non-2xx answer."""
        way = self._way(call)
        return super().error(call, head, body) if way is None else way.error(call, head, body)

    def url(self, fmt: Format, model: str) -> str:
        """The address a request will go to, to be shown to people."""
        if fmt in CODECS:
            asked = Call(format=fmt, model=model, upstream_model=model, body=b"", top={})
            fmt = RESPONSES if self.goes_by_responses(asked) else CHAT
        return super().url(fmt, model)


def _is_function(tool: Any) -> bool:
    return isinstance(tool, dict) and tool.get("type") == "function"
