"""The closer look at a streamed chunk: every rule of stream hygiene (fastgpt.md 1.6, wires.md 32.17, 32.18) for
every oddity.

stream.py lets the chunks pass that need none of this. What is not repaired here travels byte for byte.
"""

from __future__ import annotations

from typing import Any

from sluice.base.outcome import Cause, Fault
from sluice.base.usage import NO_USAGE, Usage
from sluice.base.wire import WireHead
from sluice.formats.members import DECODE_ERRORS, Members, Raw, encode
from sluice.formats.mend import Mender
from sluice.formats.openai_chat.errors import fault_from, tells_error
from sluice.formats.openai_chat.finish import failure, normal_finish
from sluice.formats.openai_chat.hygiene import Hygiene
from sluice.formats.openai_chat.texts import put_texts, spread_parts
from sluice.formats.openai_chat.think import ThinkScanner
from sluice.formats.openai_chat.tools import Amendment, ToolCalls, TooManyCalls
from sluice.formats.openai_chat.usage import client_usage, read_usage

MOST_CHOICES = 1024
"""More choices than any request may ask for are taken for an attack."""
MOST_PREFACES = 16

_TEXTS = frozenset({"content", "reasoning_content", "reasoning", "refusal", "text"})
_SILENT = frozenset({"role", "tool_calls"})
_NOTHING = frozenset({b"", b'""', b"[]", b"{}"})
_HEAD = frozenset({"id", "object", "created", "model", "choices", "usage", "system_fingerprint", "service_tier"})


def utf8_length(text: str) -> int:
    """Bytes of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


class ChoiceState:
    """What was told of one choice so far. ``quick`` is whether plain chunks of it may pass without a closer look."""

    __slots__ = ("finished", "opened", "quick", "spoke", "think", "tools")

    def __init__(self, mint: str, think: bool) -> None:
        self.opened = False
        self.spoke = False
        self.finished = False
        self.quick = False
        self.tools = ToolCalls(mint)
        self.think = ThinkScanner() if think else None


class Repairs:
    """The state of one stream as the client knows it, and the repair of its chunks. The base of ChatStream.

    An event that ends a choice or announces a call is held until the next one shows that it was whole: some
    upstreams put a finish reason into every chunk, or split a tool's name.
    """

    def __init__(
        self, *, model: str, wants_usage: bool, hygiene: Hygiene, legacy: bool, created_s: int, new_id: str
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
        self._object = "text_completion" if legacy else "chat.completion.chunk"
        self._new_id = new_id
        self._named = False
        self._id = ""
        self._created = created_s
        self._states: dict[int, ChoiceState] = {}
        self._held = b""
        self._prefaces: list[Members] = []
        self._raw_usage = b""
        self._usage_event = b""
        self._mender = Mender()

    # One chunk.

    def _closely(self, data: bytes, event: bytes) -> bytes:
        """What the client is told of any chunk."""
        top = self._read(data)
        if top is None:
            if event == b"error" or data[:1] in (b"{", b"["):
                self.fault = self._fault(data) or _shape("a chunk of the upstream's stream is no JSON object")
            return b""
        error = self._error(top, data, event)
        if error:
            self.fault = self._fault(error) or _shape("the upstream reported an error without words")
            return b""
        try:
            return self._chunk(top, data)
        except TooManyCalls:
            self.fault = _shape("the upstream's answer holds too many tool calls")
        except DECODE_ERRORS:
            self.fault = _shape("a chunk of the upstream's stream is malformed")
        return b""

    def _read(self, data: bytes) -> Members | None:
        try:
            if not data.isascii():
                data.decode()
            return Members(data)
        except DECODE_ERRORS:
            pass
        try:
            top = Members(self._mender.mend(data))
        except DECODE_ERRORS:
            return None
        top.changed = True
        return top

    @staticmethod
    def _error(top: Members, data: bytes, event: bytes) -> bytes:
        """The JSON that tells of an error, if a chunk does."""
        groq = top.object("x_groq")
        if groq is not None and groq.raw("error") not in _NOTHING:
            return b'{"error":%s}' % groq.raw("error")
        if event == b"error" or top.raw("error") not in _NOTHING:
            return data
        silent = not top.raw("choices") and not top.raw("usage")
        return data if silent and tells_error(top.names()) else b""

    def _fault(self, data: bytes) -> Fault | None:
        fault = fault_from(200, WireHead(200), data, code_map=self._hygiene.codes)
        return fault if fault.message or fault.code else None

    def _chunk(self, top: Members, data: bytes) -> bytes:
        choices = [Members(raw) for raw in top.elements("choices") or ()]
        if top.raw("choices")[:1] != b"[":
            top.put("choices", Raw(b"[]"))
        had_usage = self._take_usage(top, choices)
        if not choices and not had_usage and not top.names() - _HEAD:
            return b""
        if not self._named and not choices and not top.text("id"):
            # The first chunk of Azure's streams: it waits for the id the others will have.
            self._prefaces = [*self._prefaces, top][:MOST_PREFACES]
            return b""
        before = self._name(top)
        kept = self._keep(choices)
        if self.fault is not None and not kept:
            return b""
        if choices and not kept:
            return before
        if len(kept) < len(choices) or any(choice.changed for choice in kept):
            top.put("choices", Raw(b"[" + b",".join([choice.encode() for choice in kept]) + b"]"))
        told = b"data: " + (top.encode() if top.changed else data) + b"\n\n"
        if not choices and had_usage:
            self._usage_event = told
            return before
        return before + self._tell(told)

    def _keep(self, choices: list[Members]) -> list[Members]:
        """The repaired choices of which something is left to tell."""
        self._holding = self._speaking = False
        return [choice for number, choice in enumerate(choices) if self._choice(choice, number)]

    def _tell(self, told: bytes) -> bytes:
        before = self._release()
        if self._holding:
            self._held = told
            return before
        self.committed = self.committed or self._speaking
        return before + told

    def _release(self) -> bytes:
        held, self._held = self._held, b""
        self.committed = self.committed or bool(held)
        return held

    # The head: id, object, created and model are the same in all chunks.

    def _name(self, top: Members) -> bytes:
        """Gives a chunk the head of its stream; returns the chunks that waited for that."""
        if self._named:
            self._put_head(top)
            return b""
        self._named = True
        self._id = top.text("id") or self._new_id
        created = top.value("created")
        if isinstance(created, int | float) and 0 < created < 2**53:
            self._created = int(created)
        waiting, self._prefaces = self._prefaces, []
        for preface in waiting:
            self._put_head(preface)
        self._put_head(top)
        return b"".join([b"data: " + preface.encode() + b"\n\n" for preface in waiting])

    def _put_head(self, top: Members) -> None:
        top.put("id", self._id)
        top.put("object", self._object)
        top.put("created", self._created)
        top.put("model", self._model)

    # Usage: wherever the upstream puts it; counts are cumulative, so the last ones stand.

    def _take_usage(self, top: Members, choices: list[Members]) -> bool:
        found = top.raw("usage")
        if choices and found:
            top.put("usage", None)
        groq = top.object("x_groq")
        if not found and groq is not None:
            found = groq.raw("usage")
        for choice in choices:
            inner = choice.raw("usage")
            if inner:
                choice.drop("usage")
                found = inner
        if found:
            self._note_usage(found)
        return bool(found)

    def _note_usage(self, raw: bytes) -> None:
        usage = read_usage(raw, fold_reasoning=self._hygiene.fold_reasoning)
        if usage is not NO_USAGE:
            self.usage = usage
            self._raw_usage = raw
            self._usage_event = b""

    # One choice.

    def _choice(self, choice: Members, number: int) -> bool:
        """Repairs a choice; False when nothing of it is left to tell."""
        index = choice.whole("index")
        index = number if index is None or index < 0 else index
        choice.put("index", index)
        state = self._state(index)
        if state is None:
            return False
        delta = choice if self._legacy else _delta(choice, state)
        first = not self._legacy and not state.opened
        if first and not delta.text("role"):
            delta.put("role", "assistant")
        state.opened = True
        said, taken = self._say(state, delta)
        called, swallowed = self._call(state, delta, index)
        spoke = said or called
        if spoke and state.finished:
            self._unfinish(state, index)
        taken = taken or swallowed or state.finished
        state.spoke = state.spoke or spoke
        self._speaking = self._speaking or spoke
        ended = self._end_choice(state, choice, delta, index)
        if not self._legacy:
            choice.put("delta", delta)
        state.quick = not state.finished and (state.think is None or state.think.over)
        return first or spoke or ended or not taken

    def _state(self, index: int) -> ChoiceState | None:
        state = self._states.get(index)
        if state is None:
            if len(self._states) >= MOST_CHOICES:
                self.fault = _shape("the upstream's answer holds too many choices")
                return None
            mint = f"{self._new_id[-12:]}{index or ''}"
            state = self._states[index] = ChoiceState(mint, self._hygiene.think_tags and not self._legacy)
        return state

    def _say(self, state: ChoiceState, delta: Members) -> tuple[bool, bool]:
        """Counts what a delta says. Returns whether it says anything, and whether something was taken out of it."""
        taken = False
        if self._hygiene.content_parts:
            spread_parts(delta)
        content = delta.text("content")
        if state.think is not None and content and not state.think.over:
            taken = True
            put_texts(delta, *state.think.feed(content))
        names = {"text"} if self._legacy else delta.names() - _SILENT
        said = False
        for name in names:
            raw = delta.raw(name)
            if raw not in _NOTHING:
                said = True
                text = delta.text(name)
                if name in _TEXTS:
                    self.output_bytes += len(raw) if text is None else utf8_length(text)
        return said, taken

    def _call(self, state: ChoiceState, delta: Members, index: int) -> tuple[bool, bool]:
        """Repairs tool calls. Returns whether any are told, and whether something was held back."""
        pieces = [] if self._legacy else [Members(raw) for raw in delta.elements("tool_calls") or ()]
        if not pieces:
            return False, False
        told, amendment = state.tools.feed(pieces)
        if amendment is not None and self._held:
            self._amend(amendment, index)
        if told and state.tools.unsure and told[-1].raw("id"):
            self._holding = True
        swallowed = len(told) < len(pieces)
        if told != pieces or any(piece.changed for piece in told):
            self._put_calls(delta, told)
        self._count_arguments(told)
        return bool(told), swallowed

    @staticmethod
    def _put_calls(delta: Members, told: list[Members]) -> None:
        if told:
            delta.put("tool_calls", Raw(b"[" + b",".join([piece.encode() for piece in told]) + b"]"))
        else:
            delta.drop("tool_calls")

    def _count_arguments(self, told: list[Members]) -> None:
        for piece in told:
            function = piece.object("function") or piece.object("custom")
            if function is not None:
                text = function.text("arguments") or function.text("input") or ""
                self.output_bytes += utf8_length(text)

    # The end of a choice.

    def _end_choice(self, state: ChoiceState, choice: Members, delta: Members, index: int) -> bool:
        """Repairs the finish reason; True when the choice ends here."""
        reason = choice.text("finish_reason")
        fault = failure(reason)
        word = normal_finish(reason, called=bool(state.tools))
        if fault is not None or word is None or state.finished:
            self.fault = fault or self.fault
            if choice.raw("finish_reason"):
                choice.put("finish_reason", None)
            return False
        self._flush(state, delta)
        choice.put("finish_reason", word)
        self._finish(state, index, word)
        self._holding = self._speaking = True
        return True

    def _finish(self, state: ChoiceState, index: int, word: str) -> None:
        state.finished = True
        if index == 0 or self.finish_reason is None:
            self.finish_reason = word

    def _flush(self, state: ChoiceState, delta: Members) -> None:
        """Adds what was held back of a choice to its last delta."""
        rest = state.tools.flush()
        if rest:
            told = [Members(raw) for raw in delta.elements("tool_calls") or ()]
            self._put_calls(delta, [*told, *rest])
            self._count_arguments(rest)
        if state.think is not None and not state.think.over:
            reasoning, content = state.think.flush()
            self.output_bytes += utf8_length(reasoning) + utf8_length(content)
            if reasoning or content:
                before = delta.text("reasoning_content") or ""
                put_texts(delta, before + reasoning, (delta.text("content") or "") + content)

    def _unfinish(self, state: ChoiceState, index: int) -> None:
        """More came after a finish reason: takes it back, if it is still held; a later one will end the choice."""
        if not self._held:
            return
        state.finished = False
        top = Members(self._held[6:-2])
        kept = []
        for choice in [Members(raw) for raw in top.elements("choices") or ()]:
            if choice.whole("index") == index:
                choice.put("finish_reason", None)
                delta = choice if self._legacy else choice.object("delta") or choice
                if not any(delta.raw(name) not in _NOTHING for name in _TEXTS | {"role", "tool_calls"}):
                    continue
            kept.append(Raw(choice.encode()))
        top.put("choices", kept)
        self._held = b"data: " + top.encode() + b"\n\n" if kept else b""

    def _amend(self, amendment: Amendment, index: int) -> None:
        """Mends the announcement of a call, of which more came while it was held."""
        top = Members(self._held[6:-2])
        choices = [Members(raw) for raw in top.elements("choices") or ()]
        for choice in choices:
            delta = choice.object("delta")
            if delta is None or choice.whole("index") != index:
                continue
            pieces = [Members(raw) for raw in delta.elements("tool_calls") or ()]
            for piece in pieces:
                if piece.whole("index") == amendment.index:
                    amendment.apply(piece)
            self._put_calls(delta, pieces)
            choice.put("delta", delta)
        top.put("choices", [Raw(choice.encode()) for choice in choices])
        self._held = b"data: " + top.encode() + b"\n\n"

    # The end of the stream.

    def _end(self) -> bytes:
        """A finish reason for every choice, the usage chunk if wanted, ``[DONE]``."""
        if not self._states:
            self.fault = _shape("the upstream's stream held no answer")
            return b""
        out = [self._release()]
        for index, state in self._states.items():
            if not state.finished:
                out.append(self._made_finish(state, index))
        if self._wants_usage and self._raw_usage:
            out.append(self._usage_chunk())
        self.done = self.committed = True
        return b"".join(out) + b"data: [DONE]\n\n"

    def _made_finish(self, state: ChoiceState, index: int) -> bytes:
        delta = Members(b"{}")
        self._flush(state, delta)
        word = normal_finish("stop", called=bool(state.tools)) or "stop"
        self._finish(state, index, word)
        says: dict[str, Any] = {"text": ""} if self._legacy else {"delta": Raw(delta.encode())}
        return self._made(choices=[{"index": index, **says, "finish_reason": word}])

    def _usage_chunk(self) -> bytes:
        usage = client_usage(self._raw_usage, self.usage)
        if self._usage_event and usage == self._raw_usage:
            return self._usage_event
        return self._made(choices=[], usage=Raw(usage))

    def _made(self, **members: Any) -> bytes:
        head = {"id": self._id, "object": self._object, "created": self._created, "model": self._model}
        return b"data: " + encode({**head, **members}) + b"\n\n"


def _shape(message: str) -> Fault:
    return Fault(cause=Cause.SHAPE, message=message, status=200)


def _delta(choice: Members, state: ChoiceState) -> Members:
    """The delta of a choice. A whole ``message`` instead is the delta, unless it only repeats what was streamed."""
    delta = choice.object("delta")
    message = choice.object("message")
    if message is None:
        if delta is None:
            delta = Members(b"{}")
            delta.changed = True
        return delta
    choice.drop("message")
    if (delta is not None and delta.names()) or state.spoke:
        return delta or Members(b"{}")
    calls = [Members(raw) for raw in message.elements("tool_calls") or ()]
    for number, piece in enumerate(calls):
        if piece.whole("index") is None:
            piece.put("index", number)
    if calls:
        message.put("tool_calls", [Raw(piece.encode()) for piece in calls])
    message.changed = True
    return message
