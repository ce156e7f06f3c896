"""A streamed chat (or legacy) completion, made clean for strict clients; clean chunks pass byte for byte.

This module frames: bytes -> events -> bytes, and lets plain chunks pass at once. The rules themselves are in repair.py.
"""

from __future__ import annotations

from sluice.base.outcome import Cause, Fault
from sluice.formats.members import DECODE_ERRORS, Members, encode
from sluice.formats.openai_chat.chunk import Choice, Delta, decode_chunk
from sluice.formats.openai_chat.hygiene import DEFAULT, Hygiene
from sluice.formats.openai_chat.repair import ChoiceState, Repairs, utf8_length
from sluice.formats.sse import COMMENT, SseDecoder, SseEvent, SseTooLong

_KEEP_ALIVE = b": keep-alive\n\n"
_MODEL_KEY = b'"model"'


class ChatStream(Repairs):
    """A StreamParser (base/outcome.py) for OpenAI-shaped streams.

    ``model`` is the name the client asked for and is told. ``legacy`` is for text completions. ``new_id`` and
    ``created_s`` (epoch seconds) stand in where the upstream gives none; ids of tool calls are made from ``new_id``.
    """

    def __init__(
        self,
        *,
        model: str,
        wants_usage: bool,
        hygiene: Hygiene = DEFAULT,
        legacy: bool = False,
        created_s: int = 0,
        new_id: str = "",
    ) -> None:
        super().__init__(
            model=model, wants_usage=wants_usage, hygiene=hygiene, legacy=legacy, created_s=created_s, new_id=new_id
        )
        self._sse = SseDecoder(join=b" ", keep_comments=True, bare=True)
        self._learned = False
        self._upstream_model = model
        self._upstream_name = b""
        self._client_name = b""

    def feed(self, data: bytes) -> bytes:
        """Takes the upstream's bytes; returns the client's. Never raises; sets ``fault``."""
        if self.done or self.fault is not None:
            return b""
        try:
            events = self._sse.feed(data)
        except SseTooLong:
            self.fault = Fault(cause=Cause.SHAPE, message="an event of the upstream's stream has no end")
            return b""
        if len(events) == 1:
            return self._event(events[0])
        return b"".join([self._event(event) for event in events])

    def finish(self) -> bytes:
        """The upstream's body ended: the closing bytes, or ``fault`` when the answer had not."""
        if self.done or self.fault is not None:
            return b""
        out = b"".join([self._event(event) for event in self._sse.flush() if _is_whole(event)])
        if self.done or self.fault is not None:
            return out
        if not self._states or not all(state.finished for state in self._states.values()):
            self.fault = Fault(cause=Cause.BROKEN, message="the upstream's stream ended before its answer did")
            return out
        return out + self._end()

    def _event(self, event: SseEvent) -> bytes:
        if self.done or self.fault is not None:
            return b""
        name, data = event
        if not self._held:
            told = self._quickly(data)
            if told:
                return told
        if event is COMMENT:
            return _KEEP_ALIVE if self.committed else b""
        if data.lstrip()[:6] == b"[DONE]":
            return self._end()
        told = self._closely(data, name)
        if self._named and not self._learned:
            self._learned = True
            self._learn(data)
        return told

    def _quickly(self, data: bytes) -> bytes:
        """A plain piece of an answer as the client is told it, mostly as it came; b"" when it needs a closer look."""
        try:
            chunk = decode_chunk(data)
            if not data.isascii():
                data.decode()  # what is skipped above would otherwise travel unchecked
        except DECODE_ERRORS:
            return b""
        if chunk.id != self._id or chunk.created != self._created or chunk.object != self._object:
            return b""
        if len(chunk.choices) != 1:
            return b""
        choice = chunk.choices[0]
        state = self._states.get(choice.index)
        if state is None or not state.quick:
            return b""
        if chunk.model != self._model:
            if chunk.model != self._upstream_model or data.count(_MODEL_KEY) != 1 or self._upstream_name not in data:
                return b""
            data = data.replace(self._upstream_name, self._client_name, 1)
        raw = bytes(chunk.usage)
        if raw != b"null":
            told = b'"usage":' + raw
            if data.count(told) != 1:
                return b""
            self._note_usage(raw)
            data = data.replace(told, b'"usage":null')
        if not (self._note_text(state, choice) if self._legacy else self._note_delta(state, choice)):
            return b""
        return b"data: " + data + b"\n\n"

    def _note_text(self, state: ChoiceState, choice: Choice) -> bool:
        if choice.delta is not None:
            return False
        if choice.text:
            self._note(state, choice.text)
        return True

    def _note_delta(self, state: ChoiceState, choice: Choice) -> bool:
        """Notes what a plain delta says; False when it needs a closer look."""
        delta = choice.delta
        if delta is None or choice.text is not None:
            return False
        if delta.tool_calls is not None and not self._note_call(state, delta):
            return False
        if delta.content:
            self._note(state, delta.content)
        if delta.reasoning_content:
            self._note(state, delta.reasoning_content)
        if delta.reasoning:
            self._note(state, delta.reasoning)
        if delta.refusal:
            self._note(state, delta.refusal)
        return True

    def _note(self, state: ChoiceState, text: str) -> None:
        self.output_bytes += len(text) if text.isascii() else utf8_length(text)
        self.committed = state.spoke = True

    def _note_call(self, state: ChoiceState, delta: Delta) -> bool:
        """Whether the delta is one more piece of the open call's arguments."""
        if not delta.tool_calls or len(delta.tool_calls) != 1:
            return False
        piece = delta.tool_calls[0]
        function = piece.function
        if piece.id is not None or function is None or function.name is not None or function.arguments is None:
            return False
        if not state.tools.passes(piece.index, function.arguments):
            return False
        self._note(state, function.arguments)
        return True

    def _learn(self, data: bytes) -> None:
        """Learns how the upstream writes its name for the model, so that it can be swapped without a closer look."""
        try:
            top = Members(data)
        except DECODE_ERRORS:
            return
        for gap in (b"", b" "):
            name = _MODEL_KEY + b":" + gap + top.raw("model")
            if top.text("model") and name in data:
                self._upstream_model = top.text("model") or ""
                self._upstream_name = name
                self._client_name = _MODEL_KEY + b":" + gap + encode(self._model)


def _is_whole(event: SseEvent) -> bool:
    """Whether the event that the body's end left open is all there."""
    if event.data[:1] not in (b"{", b"[") or event.data[:6] == b"[DONE]":
        return True
    try:
        Members(event.data)
    except DECODE_ERRORS:
        return False
    return True
