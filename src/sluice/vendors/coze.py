"""Coze: a bot as a model, over v3 chat (https://www.coze.com/docs/developer_guides/chat_v3; SDK cozepy 0.20).

The model is the bot's id, with or without ``bot-`` before it. A bot answers in events whatever is asked: whole answers
are asked for as events too, which spares the asking after a job. What was said before travels with each call, unless
the client names a ``conversation_id``, which every answer tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import msgspec

from sluice.base.errors import bad_request
from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead, WireRequest
from sluice.formats.openai_chat.errors import fault_from
from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.native import NativeChat
from sluice.vendors.openai_like import CHAT
from sluice.vendors.quirks import UNREADABLE, encode, present
from sluice.vendors.schema import Vendor
from sluice.vendors.translated import Chunk, NamedSse, Splitting
from sluice.vendors.turns import Turn, alternating, decoded, left_out, read_turns, refuse_tools, spoken, unsaid

_any = msgspec.json.Decoder()

_OWN = ("custom_variables", "meta_data", "parameters", "shortcut_command", "extra_params")
_CARRIED = frozenset({*_OWN, "user", "conversation_id", "auto_save_history"})
_NOBODY = "anonymous"
"""Who asks, when neither the client nor the channel says: Coze wants to know."""


class Coze(NativeChat):
    """A channel to the bots of one account. They cannot be listed without knowing their space."""

    streams_only = True

    def request(self, call: Call, credential: str) -> WireRequest:
        """The conversation is named in the query."""
        asked = super().request(call, credential)
        conversation = _text(call.top, "conversation_id") if call.format is CHAT else ""
        if not conversation:
            return asked
        query = urlencode({"conversation_id": conversation}).encode()
        return msgspec.structs.replace(asked, target=asked.target + b"?" + query)

    def say(self, members: dict[str, Any], call: Call) -> tuple[dict[str, Any], list[str]]:
        """The body of a chat."""
        refuse_tools(members)
        turns = read_turns(members)
        told = left_out(members, _CARRIED) + unsaid(turns, members)
        conversation = _text(members, "conversation_id")
        body: dict[str, Any] = {
            "bot_id": call.upstream_model.removeprefix("bot-"),
            "user_id": _text(members, "user") or self.options["user_id"] or _NOBODY,
            "stream": True,
            "additional_messages": _messages(turns),
            "auto_save_history": bool(conversation),
        }
        body |= {name: members[name] for name in (*_OWN, "auto_save_history") if present(members, name)}
        return body, told

    def split_events(self) -> Splitting:
        """What an event is, its name says."""
        return NamedSse()

    def hear(self, call: Call) -> Speech:
        """Reads the events."""
        return Speech(self.vendor.errors)


def _text(members: Mapping[str, Any], name: str) -> str:
    value = decoded(members, name)
    return value if isinstance(value, str) else ""


def _messages(turns: list[Turn]) -> list[dict[str, Any]]:
    """Users' and assistants' messages. A bot has its system's text already: what the client's says goes before the
    first thing the user says."""
    system = "\n\n".join(turn.text for turn in turns if turn.role == "system" and turn.text)
    first = Turn(role="user", place="messages", text=system)
    roles = {"assistant": "assistant"}
    rest = [turn for turn in turns if turn.role != "system"]
    flat = [replace(turn, role=roles.get(turn.role, "user"), text=spoken(turn), calls=()) for turn in rest]
    return [_message(turn) for turn in alternating([first, *flat] if system else flat)]


def _message(turn: Turn) -> dict[str, Any]:
    kind = "question" if turn.role == "user" else "answer"
    if not turn.images:
        return {"role": turn.role, "type": kind, "content": turn.text, "content_type": "text"}
    parts: list[dict[str, str]] = [{"type": "text", "text": turn.text}] if turn.text else []
    for image in turn.images:
        if image.startswith("data:"):
            text = f"the provider of this model takes pictures by address (https://...) only: {turn.place}"
            raise bad_request("unsupported_content", text, turn.place)
        parts.append({"type": "image", "file_url": image})
    return {"role": turn.role, "type": kind, "content": encode(parts).decode(), "content_type": "object_string"}


class Speech:
    """Tells the events of one chat as OpenAI chunks. Of a bot's messages only ``answer`` is what it says."""

    def __init__(self, codes: Mapping[str, Cause]) -> None:
        self._codes = codes
        self._head: dict[str, Any] = {}
        self._told: set[Any] = set()
        """Messages of which pieces came: their end repeats them whole."""
        self._complete = False

    def whole(self, body: bytes) -> bytes | Fault:
        """A body that is JSON: an error, with status 200."""
        said = _object(body)
        return self._fault(said) if said.get("code") else _shapeless()

    def chunks(self, event: bytes) -> tuple[list[Chunk], bool] | Fault:
        """One event, its name on its first line, and whether it was the last."""
        name, _, data = event.partition(b"\n")
        if name == b"done":
            return ([], True) if self._complete else self._cut()
        said = _object(data)
        match name.decode("utf-8", "replace"):
            case "conversation.chat.created":
                self._head = {"id": said.get("id"), "conversation_id": said.get("conversation_id")}
                return [self._chunk({"role": "assistant"})], False
            case "conversation.message.delta":
                return self._delta(said), False
            case "conversation.message.completed":
                return ([] if said.get("id") in self._told else self._delta(said)), False
            case "conversation.chat.completed":
                return self._end(said), False
            case "conversation.chat.failed":
                error = said.get("last_error")
                return self._fault(error if isinstance(error, dict) else said)
            case "conversation.chat.requires_action":
                text = "the bot waits for the result of a plugin that runs at the client's: that has no place here"
                return Fault(cause=Cause.REQUEST, message=text, status=200, code="requires_action")
            case "error":
                return self._fault(said)
            case "" if said.get("code"):
                return self._fault(said)
        return [], False

    def _delta(self, said: dict[str, Any]) -> list[Chunk]:
        if said.get("type") != "answer":
            return []
        self._told.add(said.get("id"))
        texts = {name: said[name] for name in ("reasoning_content", "content") if isinstance(said.get(name), str)}
        delta = {name: text for name, text in texts.items() if text}
        return [self._chunk(delta)] if delta else []

    def _end(self, said: dict[str, Any]) -> list[Chunk]:
        self._complete = True
        told = [self._chunk({}, "stop")]
        usage = said.get("usage")
        if isinstance(usage, dict):
            names = {"prompt_tokens": "input_count", "completion_tokens": "output_count", "total_tokens": "token_count"}
            counts = {name: usage.get(own) for name, own in names.items()}
            told.append({**self._head, "choices": [], "usage": counts})
        return told

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> Chunk:
        return {**self._head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    def _fault(self, error: dict[str, Any]) -> Fault:
        return fault_from(200, WireHead(200), encode({"error": error}), code_map=self._codes)

    def _cut(self) -> Fault:
        return Fault(cause=Cause.BROKEN, message="the upstream's stream ended before its answer did", status=200)


def _object(data: bytes) -> dict[str, Any]:
    try:
        said = _any.decode(data)
    except UNREADABLE:
        return {}
    return said if isinstance(said, dict) else {}


def _shapeless() -> Fault:
    return Fault(cause=Cause.SHAPE, message="the upstream's answer is no chat", status=200)


def bind(vendor: Vendor, spec: ChannelSpec) -> Coze:
    """The dialect of a channel."""
    return Coze(vendor, spec)
