"""AI Proxy's library: a knowledge base as a model. Source: One API (relay/adaptor/aiproxy); no page of the vendor's is
known to be left, so that an event's ``finish_reason`` ends a stream is [unverified].

A library takes one question: what was said before is told as a transcript. What it drew from comes as ``documents``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sluice.base.errors import bad_request
from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.formats.openai_chat.errors import fault_from
from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.native import NativeChat
from sluice.vendors.quirks import UNREADABLE, encode
from sluice.vendors.schema import Vendor
from sluice.vendors.translated import Chunk
from sluice.vendors.turns import left_out, read_turns, refuse_tools, transcript, unsaid, unsupported

_any = msgspec.json.Decoder()


class Library(NativeChat):
    """A channel to one library."""

    def say(self, members: dict[str, Any], call: Call) -> tuple[dict[str, Any], list[str]]:
        """The question."""
        refuse_tools(members)
        turns = read_turns(members)
        for turn in turns:
            if turn.images:
                raise unsupported(turn.place, "image_url")
        query = transcript(turns)
        if not query:
            raise bad_request("missing_field", "there is no question", "messages")
        body: dict[str, Any] = {"model": call.upstream_model, "query": query, "stream": call.stream}
        if self.options["library_id"]:
            body["libraryId"] = self.options["library_id"]
        return body, left_out(members, frozenset()) + unsaid(turns, members)

    def hear(self, call: Call) -> Speech:
        """Reads the answer."""
        return Speech(self.vendor.errors)


class Speech:
    """Tells a library's answer as OpenAI's."""

    def __init__(self, codes: Mapping[str, Cause]) -> None:
        self._codes = codes

    def whole(self, body: bytes) -> bytes | Fault:
        """The whole answer; an error has a code."""
        said = _object(body)
        if said.get("errCode") or not isinstance(said.get("answer"), str):
            return self._fault(body)
        message = {"role": "assistant", "content": said["answer"]}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return encode({"documents": said.get("documents"), "choices": [choice]})

    def chunks(self, event: bytes) -> tuple[list[Chunk], bool] | Fault:
        """One event, and whether it was the last."""
        said = _object(event)
        content = said.get("content")
        if said.get("errCode") or not isinstance(content, str):
            return self._fault(event)
        ended = bool(said.get("finish_reason"))
        choice = {
            "index": 0,
            "delta": {"role": "assistant", "content": content},
            "finish_reason": "stop" if ended else None,
        }
        return [{**({"documents": said["documents"]} if said.get("documents") else {}), "choices": [choice]}], ended

    def _fault(self, body: bytes) -> Fault:
        fault = fault_from(200, WireHead(200), body, code_map=self._codes)
        known = fault.code or fault.message
        return fault if known else Fault(cause=Cause.SHAPE, message="the upstream's answer is none", status=200)


def _object(data: bytes) -> dict[str, Any]:
    try:
        said = _any.decode(data)
    except UNREADABLE:
        return {}
    return said if isinstance(said, dict) else {}


def bind(vendor: Vendor, spec: ChannelSpec) -> Library:
    """The dialect of a channel."""
    return Library(vendor, spec)
