"""The frame of dialects whose chat is a protocol of their own: OpenAI's request said in it, its answers as OpenAI's.

A vendor fills in what is its own: ``say`` (the body), ``hear`` (the answers) and, where it must, addresses and
credentials. What clients of OpenAI's protocol are promised is kept here, by the same code as for every other vendor.
"""

from __future__ import annotations

from typing import Any, Protocol

from sluice.base.outcome import Fault, Reply, StreamParser
from sluice.base.wire import WireHead
from sluice.formats.openai_chat import unary
from sluice.vendors.dialect import Call
from sluice.vendors.openai_like import CHAT, OpenAiLike
from sluice.vendors.parts import as_stream, folded, is_whole
from sluice.vendors.translated import Chunk, Splitting, SseData, TranslatedStream


class Hearing(Protocol):
    """How one answer is understood; may keep what earlier events said."""

    def whole(self, body: bytes) -> bytes | Fault:
        """A whole answer as an OpenAI completion."""
        ...

    def chunks(self, event: bytes) -> tuple[list[Chunk], bool] | Fault:
        """One event of a stream as OpenAI chunks, and whether it was the last."""
        ...


class NativeChat(OpenAiLike):
    """A dialect that translates its chat; other formats are as the vendor's file says."""

    streams_only = False
    """Whole answers are asked for as streams too, and folded."""
    never_streams = False
    """Streams are made of whole answers."""

    def say(self, members: dict[str, Any], call: Call) -> tuple[dict[str, Any], list[str]]:
        """The native body, and what of the client's request is left out or changed. Raises GatewayError 400."""
        raise NotImplementedError

    def hear(self, call: Call) -> Hearing:
        """Who understands the answer to a call."""
        raise NotImplementedError

    def split_events(self) -> Splitting:
        """Cuts a streamed body into events."""
        return SseData()

    # Requests.

    def dropped(self, call: Call) -> tuple[str, ...]:
        """What the native protocol has no place for."""
        return tuple(self.shape(dict(call.top), call)) if call.format is CHAT else super().dropped(call)

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """Puts the native body in the place of the client's."""
        if call.format is not CHAT:
            return super().shape(members, call)
        body, told = self.say(members, call)
        members.clear()
        members.update(body)
        return told

    # Answers.

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault:
        """A whole answer, told as OpenAI's."""
        if call.format is not CHAT:
            return super().reply(call, head, body)
        if self.streams_only and not is_whole(head):
            return folded(self._parser(call, wants_usage=True), body)
        told = self.hear(call).whole(body)
        if isinstance(told, Fault):
            return told
        created = call.now_ms // 1000
        reply = unary.check_reply(told, model=call.model, nonce=call.nonce, hygiene=self.hygiene, created_s=created)
        return as_stream(reply, call.wants_usage) if call.stream and isinstance(reply, Reply) else reply

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        """Native events, told as OpenAI's; None when the body is JSON, as errors are."""
        if call.format is not CHAT:
            return super().stream(call, head)
        return None if is_whole(head) else self._parser(call, wants_usage=call.wants_usage)

    def _parser(self, call: Call, *, wants_usage: bool) -> TranslatedStream:
        inner = self.chat_stream(call, wants_usage=wants_usage)
        return TranslatedStream(inner, self.split_events(), self.hear(call).chunks)
