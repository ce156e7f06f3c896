"""A streamed chat (or legacy) completion, made clean for strict clients; clean chunks pass byte for byte.

The rules are those clients break on when they are broken: role first, ids constant, finish reason once and known, tool
calls whole and in order, one usage chunk only for who asked, an error object instead of a silent end.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sluice.base.outcome import Cause, Fault
from sluice.base.usage import NO_USAGE, Usage
from sluice.base.wire import WireHead
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.openai_chat.finish import FAILURES, normal_finish
from sluice.formats.openai_chat.hygiene import DEFAULT, Hygiene
from sluice.formats.openai_chat.think import ThinkScanner
from sluice.formats.openai_chat.tools import ToolCalls
from sluice.formats.openai_chat.usage import read_usage
from sluice.formats.sse import SseDecoder, SseEvent, SseTooLong

_DONE = b"data: [DONE]\n\n"


class _Delta(msgspec.Struct):
    content: str | None = None
    reasoning_content: str | None = None
    tool_calls: msgspec.Raw | None = None
    function_call: msgspec.Raw | None = None


class _Choice(msgspec.Struct):
    index: int = 0
    delta: _Delta | None = None
    finish_reason: str | None = None
    usage: msgspec.Raw | None = None


class _Chunk(msgspec.Struct):
    """Just what tells a plain text chunk from one that needs a closer look."""

    choices: list[_Choice]
    id: str = ""
    model: str = ""
    created: int = 0
    usage: None = None
    error: None = None


_chunk = msgspec.json.Decoder(_Chunk)
_any = msgspec.json.Decoder()
_encode = msgspec.json.Encoder().encode
_TEXTS = ("content", "reasoning_content", "reasoning", "refusal", "text")


class _ChoiceState:
    """What was told of one choice so far."""

    __slots__ = ("finished", "opened", "think", "tools")

    def __init__(self, mint: str, think: bool) -> None:
        self.opened = False
        self.finished = False
        self.tools = ToolCalls(mint)
        self.think = ThinkScanner() if think else None


def _bytes_of(text: str | None) -> int:
    if not text:
        return 0
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


class ChatStream:
    """A StreamParser for OpenAI-shaped streams.

    ``model`` is the name the client asked for; ``legacy`` for text completions; ``new_id`` and ``created_s`` (epoch seconds) stand in where the upstream gives none."""

    def __init__(
        self,
        *,
        model: str,
        wants_usage: bool,
        hygiene: Hygiene = DEFAULT,
        legacy: bool = False,
        new_id: str = "chatcmpl-0",
        created_s: int = 0,
    ) -> None:
        self.committed = False
        self.usage: Usage = NO_USAGE
        self.output_bytes = 0
        self.finish_reason: str | None = None
        self.done = False
        self.fault: Fault | None = None
        self._model = model
        self._wants_usage = wants_usage
        self._hygiene = hygiene
        self._legacy = legacy
        self._new_id = new_id
        self._id = ""
        self._created = created_s
        self._raw_usage: Any = None
        self._sse = SseDecoder()
        self._choices: dict[int, _ChoiceState] = {}
        self._comments = 0
        self._seen = 0

    # The StreamParser protocol.

    def feed(self, data: bytes) -> bytes:
        """Takes the upstream's bytes; returns the client's."""
        if self.done or self.fault is not None:
            return b""
        try:
            events = self._sse.feed(data)
        except SseTooLong:
            self.fault = Fault(cause=Cause.SHAPE, message="an event of the upstream's stream has no end")
            return b""
        self._seen += len(events)
        if len(events) == 1:
            return self._event(events[0])
        out = b"".join([self._event(event) for event in events])
        if not out and self.committed and self._sse.comments > self._comments:
            out = b": ping\n\n"
        self._comments = self._sse.comments
        return out

    def finish(self) -> bytes:
        """The upstream's body ended."""
        if self.done or self.fault is not None:
            return b""
        rest = self._sse.rest
        if not self._seen and rest.lstrip().startswith((b"{", b"[")):
            self._fail(rest, 200)  # a bare JSON body where events were promised
            return b""
        out = b"".join([self._event(event) for event in self._sse.flush()])
        if self.done or self.fault is not None:
            return out
        if not self._choices or not all(state.finished for state in self._choices.values()):
            self.fault = Fault(cause=Cause.BROKEN, message="the upstream's stream ended before its end")
            return out
        return out + self._end()

    # One event.

    def _event(self, event: SseEvent) -> bytes:
        data = event.data
        if self.done or self.fault is not None or not data:
            return b""
        if self._plain(data):
            return b"data: " + data + b"\n\n"
        if data[:6] == b"[DONE]":
            return self._end()
        try:
            chunk = _any.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            chunk = None
        if not isinstance(chunk, dict):
            self.fault = Fault(cause=Cause.SHAPE, message="a chunk of the upstream's stream is no JSON object")
            return b""
        if chunk.get("error") or not isinstance(chunk.get("choices", []), list | None):
            self._fail(data, 200)
            return b""
        return self._closely(chunk, data)

    def _plain(self, data: bytes) -> bool:
        """Whether this is one more piece of text that can pass as it is; notes its size if so."""
        try:
            chunk = _chunk.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        if chunk.model != self._model or chunk.id != self._id or chunk.created != self._created:
            return False
        if len(chunk.choices) != 1 or b"\n" in data:
            return False
        choice = chunk.choices[0]
        state = self._choices.get(choice.index)
        delta = choice.delta
        if state is None or state.finished or state.think is not None or choice.finish_reason is not None:
            return False
        if delta is None or delta.tool_calls or delta.function_call or choice.usage or not delta.content:
            return False
        if delta.reasoning_content:
            return False
        self.output_bytes += _bytes_of(delta.content)
        self.committed = True
        return True

    def _closely(self, chunk: dict[str, Any], data: bytes) -> bytes:
        """Any other chunk: repairs what needs it; verbatim when nothing does."""
        before = _encode(chunk)
        self._heal_head(chunk)
        had_usage = self._take_usage(chunk)
        choices = chunk.get("choices") or []
        kept = [c for c in choices if isinstance(c, dict) and self._heal_choice(c)]
        if kept or not choices:
            chunk["choices"] = kept
        if not kept and (choices or had_usage or not self._telling(chunk)):
            return b""
        after = _encode(chunk)
        return b"data: " + (data if after == before and b"\n" not in data else after) + b"\n\n"

    @staticmethod
    def _telling(chunk: dict[str, Any]) -> bool:
        """Whether a chunk without choices says anything (Azure's first one does: prompt_filter_results)."""
        return bool(chunk.keys() - {"id", "object", "created", "model", "choices", "usage", "system_fingerprint"})

    def _heal_head(self, chunk: dict[str, Any]) -> None:
        """Keeps id, created and model the same over the whole stream, and the model the one the client asked for."""
        if not self._id:
            identity = chunk.get("id")
            if not (isinstance(identity, str) and identity) and not chunk.get("choices"):
                return
            self._id = identity if isinstance(identity, str) and identity else self._new_id
            created = chunk.get("created")
            if isinstance(created, int) and created:
                self._created = created
        chunk["id"] = self._id
        chunk["created"] = self._created
        chunk["model"] = self._model
        chunk.setdefault("object", "text_completion" if self._legacy else "chat.completion.chunk")

    def _take_usage(self, chunk: dict[str, Any]) -> bool:
        """Takes usage out of wherever the vendor put it; counts are cumulative, so the last one stands."""
        found = chunk.get("usage")
        if isinstance(found, dict):
            del chunk["usage"]
        groq = chunk.get("x_groq")
        if not isinstance(found, dict) and isinstance(groq, dict):
            found = groq.get("usage")
        for choice in chunk.get("choices") or []:
            if isinstance(choice, dict) and isinstance(choice.get("usage"), dict):
                found = choice.pop("usage")
        if not isinstance(found, dict):
            return False
        usage = read_usage(found, fold_reasoning=self._hygiene.fold_reasoning)
        if usage is not NO_USAGE or self._raw_usage is None:
            self.usage = usage
            self._raw_usage = found
        return True

    def _heal_choice(self, choice: dict[str, Any]) -> bool:
        """Repairs one choice of a chunk; False when nothing of it is left to tell."""
        number = choice.get("index")
        number = choice["index"] = number if isinstance(number, int) else 0
        state = self._choices.get(number)
        if state is None:
            state = self._choices[number] = _ChoiceState(f"{self._new_id[-12:]}{number}", self._hygiene.think_tags)
        if state.finished:
            return False
        delta = choice if self._legacy else choice.get("delta")
        if not isinstance(delta, dict):
            delta = choice["delta"] = {}
        first = self._open(state, delta)
        called = self._heal_delta(state, delta)
        finished = self._heal_finish(state, choice, delta)
        self.committed = self.committed or called or finished or any(delta.get(name) for name in _TEXTS)
        self.committed = self.committed or bool(delta.get("function_call") or delta.get("audio"))
        return first or called or finished or bool(delta)

    def _open(self, state: _ChoiceState, delta: dict[str, Any]) -> bool:
        """The first chunk of a choice carries the role; the others need not repeat it."""
        if state.opened or self._legacy:
            return False
        state.opened = True
        delta["role"] = delta.get("role") or "assistant"
        return True

    def _heal_delta(self, state: _ChoiceState, delta: dict[str, Any]) -> bool:
        """Repairs text and tool calls; True when tool calls are told."""
        content = delta.get("content")
        if state.think is not None and isinstance(content, str) and content:
            reasoning, content = state.think.feed(content)
            _set_text(delta, reasoning, content)
        for name in _TEXTS:
            text = delta.get(name)
            if isinstance(text, str):
                self.output_bytes += _bytes_of(text)
        if "tool_calls" not in delta:
            return False
        deltas = delta.pop("tool_calls")
        told = state.tools.feed(deltas) if isinstance(deltas, list) else []
        return self._tell_calls(delta, told)

    def _tell_calls(self, delta: dict[str, Any], told: list[dict[str, Any]]) -> bool:
        if told:
            delta["tool_calls"] = told
            self.output_bytes += sum(_bytes_of(call["function"]["arguments"]) for call in told)
        return bool(told)

    def _heal_finish(self, state: _ChoiceState, choice: dict[str, Any], delta: dict[str, Any]) -> bool:
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason in FAILURES:
            self.fault = Fault(cause=FAILURES[reason], message=f"the upstream ended with {reason!r}", status=200)
            return False
        word = normal_finish(reason if isinstance(reason, str) else None, called=bool(state.tools))
        if word is None:
            if reason is not None:
                choice["finish_reason"] = None
            return False
        rest = state.tools.flush()
        if rest:
            self._tell_calls(delta, [*delta.get("tool_calls", []), *rest])
        if state.think is not None:
            reasoning, content = state.think.flush()
            if reasoning or content:
                _set_text(delta, reasoning, content)
        choice["finish_reason"] = self.finish_reason = word
        state.finished = True
        return True

    # Endings.

    def _end(self) -> bytes:
        """The protocol's end: a finish reason for every choice, the usage chunk if wanted, ``[DONE]``."""
        if not self._choices:
            self.fault = Fault(cause=Cause.SHAPE, message="the upstream's stream held no choices", status=200)
            return b""
        out = []
        for number, state in self._choices.items():
            if not state.finished:
                choice: dict[str, Any] = {"index": number, "delta": {}, "finish_reason": "stop"}
                if self._legacy:
                    choice = {"index": number, "text": "", "finish_reason": "stop"}
                self._heal_finish(state, choice, choice if self._legacy else choice["delta"])
                out.append(self._made([choice]))
        if self._wants_usage and self._raw_usage is not None:
            out.append(self._made([], usage=self._raw_usage))
        self.done = True
        self.committed = True
        return b"".join(out) + _DONE

    def _made(self, choices: list[dict[str, Any]], **members: Any) -> bytes:
        kind = "text_completion" if self._legacy else "chat.completion.chunk"
        head = {"id": self._id, "object": kind, "created": self._created, "model": self._model}
        return b"data: " + _encode({**head, "choices": choices, **members}) + b"\n\n"

    def _fail(self, body: bytes, status: int) -> None:
        self.fault = fault_from(status, WireHead(status), body, code_map=self._hygiene.codes)
        if self.fault.cause is Cause.SERVER and not self.fault.message:
            self.fault = Fault(cause=Cause.SHAPE, message="the upstream's stream is not what was promised")


def _set_text(delta: dict[str, Any], reasoning: str, content: str) -> None:
    """Puts split text back; absent rather than empty."""
    delta.pop("content", None)
    if content:
        delta["content"] = content
    if reasoning:
        delta["reasoning_content"] = (delta.get("reasoning_content") or "") + reasoning
