"""Whole chat and text completions: checked, named and repaired; verbatim when clean (fastgpt.md 1.6, wires.md 32)."""

from __future__ import annotations

import msgspec

from sluice.base.outcome import Cause, Fault, Reply
from sluice.base.usage import NO_USAGE, Usage
from sluice.base.wire import WireHead
from sluice.formats.members import DECODE_ERRORS, Members, Raw, swap_model
from sluice.formats.mend import Mender
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.openai_chat.finish import KNOWN, failure, normal_finish
from sluice.formats.openai_chat.fold import StreamFolder as StreamFolder
from sluice.formats.openai_chat.fold import stream_of as stream_of
from sluice.formats.openai_chat.hygiene import DEFAULT, Hygiene
from sluice.formats.openai_chat.produced import produced_bytes
from sluice.formats.openai_chat.texts import spread_parts
from sluice.formats.openai_chat.think import split_thoughts
from sluice.formats.openai_chat.usage import client_usage, plain_usage, read_usage

CHAT, TEXT = "chat.completion", "text_completion"


class _Function(msgspec.Struct, gc=False):
    name: str
    arguments: str


class _Call(msgspec.Struct, gc=False):
    id: str
    type: str
    function: _Function


class _Message(msgspec.Struct, gc=False):
    role: str
    tool_calls: list[_Call] | None = None


class _Choice(msgspec.Struct, gc=False):
    index: int
    finish_reason: str
    message: _Message | None = None
    text: str | None = None


class _Whole(msgspec.Struct, gc=False):
    """The members that decide whether an answer may pass as it is."""

    id: str
    object: str
    created: int
    model: str
    choices: list[_Choice]
    usage: Raw = Raw(b"null")
    error: None = None


_decode = msgspec.json.Decoder(_Whole).decode


def new_id(nonce: int, *, legacy: bool = False) -> str:
    """An id for an answer whose upstream gives none."""
    return f"{'cmpl-' if legacy else 'chatcmpl-'}{nonce:032x}"


def check_reply(
    body: bytes, *, model: str, nonce: int, hygiene: Hygiene = DEFAULT, legacy: bool = False, created_s: int = 0
) -> Reply | Fault:
    """The answer as the client may have it, with its usage. A Fault when it is an error or no completion at all.

    ``model`` is the name the client asked for and is told; an id made of ``nonce`` and ``created_s`` (epoch seconds)
    stand in where the upstream gave none. White space before the JSON (keep-alive of slow answers, wires.md 0.1) is
    dropped.
    """
    body = body.strip()
    reply: Reply | Fault | None = _check_quickly(body, model, hygiene, legacy)
    if reply is None:
        try:
            reply = _Closely(model, new_id(nonce, legacy=legacy), hygiene, legacy, created_s).check(body)
        except DECODE_ERRORS:
            return _shape("a part of the upstream's answer is malformed")
    if isinstance(reply, Reply) and not (reply.usage.input_tokens or reply.usage.output_tokens):
        return msgspec.structs.replace(reply, output_bytes=produced_bytes(reply.body))
    return reply


def _check_quickly(body: bytes, model: str, hygiene: Hygiene, legacy: bool) -> Reply | None:
    """The answer of which nothing but the model's name has to change; None when it needs a closer look."""
    try:
        whole = _decode(body)
        if not body.isascii():
            body.decode()  # what is skipped above would otherwise travel unchecked
    except DECODE_ERRORS:
        return None
    if hygiene.think_tags or hygiene.fold_reasoning or hygiene.content_parts:
        return None
    if not whole.id or not whole.choices or whole.object != (TEXT if legacy else CHAT):
        return None
    for choice in whole.choices:
        if not _is_clean(choice, legacy):
            return None
    if whole.model != model:
        swapped = swap_model(body, whole.model, model)
        if swapped is None:
            return None
        body = swapped
    raw = bytes(whole.usage)
    usage = plain_usage(raw)
    if usage is None:
        usage = read_usage(raw)
        if usage is not NO_USAGE and client_usage(raw, usage) != raw:
            return None
    return Reply(body=body, usage=usage, finish_reason=whole.choices[0].finish_reason)


def _is_clean(choice: _Choice, legacy: bool) -> bool:
    message = choice.message
    if choice.finish_reason not in KNOWN or (choice.text is None if legacy else message is None):
        return False
    if message is None or not message.tool_calls:
        return True
    ids = {call.id for call in message.tool_calls}
    named = all(call.id and call.function.name for call in message.tool_calls)
    return named and choice.finish_reason != "stop" and len(ids) == len(message.tool_calls)


def _shape(message: str) -> Fault:
    return Fault(cause=Cause.SHAPE, message=message, status=200)


class _Closely:
    """The check of one answer that is not clean."""

    def __init__(self, model: str, new_id: str, hygiene: Hygiene, legacy: bool, created_s: int) -> None:
        self._model = model
        self._new_id = new_id
        self._hygiene = hygiene
        self._legacy = legacy
        self._created_s = created_s

    def check(self, body: bytes) -> Reply | Fault:
        """Raises DECODE_ERRORS when a part of the answer is of another kind than it should be."""
        top = _read(body)
        choices = top.elements("choices") if top is not None else None
        if top is None or top.raw("error") not in (b"", b'""', b"{}") or not choices:
            fault = fault_from(200, WireHead(200), body, code_map=self._hygiene.codes)
            known = top is not None and (fault.code or fault.message)
            return fault if known else _shape("the upstream's answer is no completion")
        self._name(top)
        usage = self._usage(top)
        healed: list[Members] = []
        reason = None
        for number, raw in enumerate(choices):
            choice = Members(raw)
            ended = self._choice(choice, number)
            if isinstance(ended, Fault):
                return ended
            reason = reason or ended
            healed.append(choice)
        if any(choice.changed for choice in healed):
            top.put("choices", [Raw(choice.encode()) for choice in healed])
        return Reply(body=top.encode() if top.changed else body, usage=usage, finish_reason=reason)

    def _name(self, top: Members) -> None:
        if not top.text("id"):
            top.put("id", self._new_id)
        top.put("object", TEXT if self._legacy else CHAT)
        if top.whole("created") is None:
            created = top.value("created")
            top.put("created", int(created) if isinstance(created, float) and abs(created) < 2**53 else self._created_s)
        top.put("model", self._model)

    def _usage(self, top: Members) -> Usage:
        raw = top.raw("usage")
        usage = read_usage(raw, fold_reasoning=self._hygiene.fold_reasoning)
        if usage is not NO_USAGE:
            told = client_usage(raw, usage)
            if told != raw:
                top.put("usage", Raw(told))
        return usage

    def _choice(self, choice: Members, number: int) -> str | Fault:
        """Repairs one choice; its finish reason."""
        if choice.whole("index") is None:
            choice.put("index", number)
        called = False
        if self._legacy:
            if choice.text("text") is None:
                return _shape("a choice of the upstream's answer has no text")
        else:
            message = choice.object("message")
            if message is None:
                return _shape("a choice of the upstream's answer has no message")
            called = self._message(message, number)
            choice.put("message", message)
        reason = choice.text("finish_reason")
        fault = failure(reason)
        if fault is not None:
            return fault
        word = normal_finish(reason, called=called) or normal_finish("stop", called=called) or "stop"
        choice.put("finish_reason", word)
        return word

    def _message(self, message: Members, number: int) -> bool:
        """Repairs a message; True when it holds tool calls."""
        if not message.text("role"):
            message.put("role", "assistant")
        if self._hygiene.content_parts:
            spread_parts(message)
        content = message.text("content")
        if self._hygiene.think_tags and content is not None and content.lstrip().startswith("<think>"):
            reasoning, text = split_thoughts(content)
            message.put("content", text)
            message.put("reasoning_content", reasoning)
        if "content" not in message.names():
            message.put("content", None)
        calls = [Members(raw) for raw in message.elements("tool_calls") or ()]
        seen: set[str] = set()
        for place, call in enumerate(calls):
            identity = call.text("id")
            if not identity or identity in seen:
                identity = f"call_{self._new_id[-12:]}{number or ''}{place}"
            call.put("id", identity)
            seen.add(identity)
            _heal_call(call)
        if any(call.changed for call in calls):
            message.put("tool_calls", [Raw(call.encode()) for call in calls])
        return bool(calls)


def _heal_call(call: Members) -> None:
    """A call has a type, and its arguments are a string of JSON (wires.md 32.19)."""
    function = call.object("function")
    if function is None:
        return
    if not call.text("type"):
        call.put("type", "function")
    if function.text("arguments") is None:
        function.put("arguments", function.raw("arguments").decode() or "{}")
    call.put("function", function)


def _read(body: bytes) -> Members | None:
    try:
        body.decode()
        return Members(body)
    except DECODE_ERRORS:
        pass
    try:
        top = Members(Mender().mend(body))
    except DECODE_ERRORS:
        return None
    top.changed = True
    return top
