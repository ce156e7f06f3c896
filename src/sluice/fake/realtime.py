"""OpenAI's Realtime wire: a websocket that answers events with events, and refuses what a real server refuses.

A word is a token of text; a word spoken is a tenth of a second, 4,800 bytes of pcm16 and two tokens. Whatever was in
the conversation when the last answer began is cached for the next.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sluice.fake.content import Json, Said, answer, tokens_of
from sluice.fake.http import Cut, Message, Receive, Send
from sluice.fake.scenario import Scenario

_HEARD_TOKEN = 4_800
_WORD = base64.b64encode(bytes(4_800)).decode()
_TURNS = ("text", "audio")
TRANSCRIBED = "heard"


@dataclass(slots=True)
class _Item:
    """One item of a conversation, and its tokens of text and of audio."""

    value: Json
    text: int = 0
    audio: int = 0

    def message(self) -> Json:
        """The item as a chat's message, for the fake's answers."""
        if self.value["type"] == "function_call_output":
            return {"role": "tool", "content": self.value.get("output", "")}
        parts = self.value.get("content") or []
        return {"role": self.value.get("role", "user"), "content": " ".join(str(p.get("text") or "") for p in parts)}


class Refused(Exception):
    """What an event is refused with: code, message and param."""


@dataclass(slots=True)
class Session:
    """One session."""

    send: Send
    scenario: Scenario
    model: str
    config: Json = field(default_factory=dict)
    items: list[_Item] = field(default_factory=list)
    buffer: bytearray = field(default_factory=bytearray)
    cached: tuple[int, int] = (0, 0)
    numbers: int = 0
    speaking: asyncio.Task[None] | None = None
    response: Json | None = None

    def __post_init__(self) -> None:
        self.config = {
            "id": "sess_fake",
            "object": "realtime.session",
            "type": "realtime",
            "model": self.model,
            "output_modalities": ["audio"],
            "max_output_tokens": "inf",
            "instructions": "",
            "tools": [],
            "audio": {"input": {"format": {"type": "audio/pcm", "rate": 24000}, "transcription": None}, "output": {}},
        }

    async def tell(self, kind: str, **members: Any) -> None:
        """Sends an event."""
        self.numbers += 1
        event = {"type": kind, "event_id": f"event_{self.numbers}", **members}
        await self.send({"type": "websocket.send", "text": json.dumps(event, ensure_ascii=False)})

    async def hear(self, text: str | None) -> None:
        """Takes a client's event in; one that is wrong is answered with an error, and the session goes on."""
        event: Any = None
        try:
            try:
                event = json.loads(text or "")
            except ValueError:
                raise Refused("invalid_json", "the event is not JSON", None) from None
            handler = _HANDLERS.get(event.get("type") if isinstance(event, dict) else None)
            if handler is None:
                raise Refused("invalid_value", "Invalid value: the event's type is not supported", "type")
            await handler(self, event)
        except Refused as refusal:
            code, message, param = refusal.args
            cause = event.get("event_id") if isinstance(event, dict) else None
            error = {"type": "invalid_request_error", "code": code, "message": message, "param": param}
            await self.tell("error", error={**error, "event_id": cause})

    # Client events.

    async def update(self, event: Json) -> None:
        """``session.update``."""
        asked = event.get("session")
        if not isinstance(asked, dict) or asked.get("type") not in ("realtime", "transcription"):
            raise Refused("missing_required_parameter", "Missing required parameter: 'session.type'.", "session.type")
        if asked.get("model", self.model) != self.model:
            raise Refused("invalid_value", "a session's model cannot be changed", "session.model")
        turns = asked.get("output_modalities", ["text"])
        if not isinstance(turns, list) or len(turns) != 1 or turns[0] not in _TURNS:
            raise Refused(
                "invalid_value", "output_modalities must be ['text'] or ['audio']", "session.output_modalities"
            )
        self.config |= asked
        await self.tell("session.updated", session=self.config)

    async def add(self, event: Json) -> None:
        """``conversation.item.create``."""
        given = event.get("item")
        if not isinstance(given, dict) or given.get("type") not in ("message", "function_call", "function_call_output"):
            raise Refused("invalid_value", "the item's type is not supported", "item.type")
        role = given.get("role")
        if given["type"] == "message" and role not in ("user", "assistant", "system"):
            raise Refused("missing_required_parameter", "Missing required parameter: 'item.role'.", "item.role")
        item = _Item({"id": f"item_{len(self.items)}", "object": "realtime.item", "status": "completed", **given})
        for part in given.get("content") or []:
            if part.get("type") == "input_audio":
                item.audio += len(_audio(part.get("audio"))) // _HEARD_TOKEN
            else:
                item.text += tokens_of(str(part.get("text") or ""))
        item.text += tokens_of(str(given.get("output") or ""))
        await self.keep(item)

    async def keep(self, item: _Item) -> None:
        """Adds an item to the conversation."""
        before = self.items[-1].value["id"] if self.items else None
        self.items.append(item)
        for kind in ("conversation.item.added", "conversation.item.done"):
            await self.tell(kind, previous_item_id=before, item=item.value)

    async def append(self, event: Json) -> None:
        """``input_audio_buffer.append``."""
        self.buffer += _audio(event.get("audio"))

    async def commit(self, event: Json) -> None:
        """``input_audio_buffer.commit``: an item of audio, transcribed where the session says so."""
        tokens = len(self.buffer) // _HEARD_TOKEN
        if not tokens:
            text = "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio."
            raise Refused("input_audio_buffer_commit_empty", text, None)
        self.buffer.clear()
        identity = f"item_{len(self.items)}"
        await self.tell("input_audio_buffer.committed", item_id=identity, previous_item_id=None)
        content = [{"type": "input_audio", "transcript": None}]
        value = {"id": identity, "object": "realtime.item", "type": "message", "role": "user", "content": content}
        await self.keep(_Item({**value, "status": "completed"}, audio=tokens))
        if (self.config["audio"].get("input") or {}).get("transcription"):
            details = {"text_tokens": 0, "audio_tokens": tokens}
            usage = {"type": "tokens", "input_tokens": tokens, "output_tokens": 1, "total_tokens": tokens + 1}
            await self.tell(
                "conversation.item.input_audio_transcription.completed",
                item_id=identity,
                content_index=0,
                transcript=TRANSCRIBED,
                usage={**usage, "input_token_details": details},
            )

    async def clear(self, event: Json) -> None:
        """``input_audio_buffer.clear``."""
        self.buffer.clear()
        await self.tell("input_audio_buffer.cleared")

    async def respond(self, event: Json) -> None:
        """``response.create``."""
        if self.speaking is not None and not self.speaking.done():
            text = "Conversation already has an active response in progress"
            raise Refused("conversation_already_has_active_response", text, None)
        self.speaking = asyncio.ensure_future(self.speak(event.get("response") or {}))

    async def cancel(self, event: Json) -> None:
        """``response.cancel``."""
        if self.speaking is None or self.speaking.done():
            raise Refused("response_cancel_not_active", "Cancellation failed: no active response found", None)
        self.speaking.cancel()
        assert self.response is not None
        await self.finish("cancelled", {"type": "cancelled", "reason": "client_cancelled"}, self.used(0, 0))

    # Answers.

    def used(self, text: int, audio: int) -> Json:
        """The usage of an answer of so many tokens; the conversation so far is cached for the next one."""
        given = (sum(item.text for item in self.items) or 1, sum(item.audio for item in self.items))
        was, self.cached = self.cached, given
        if "usage" in self.scenario:
            given, text, audio = (self.scenario.number("usage"), 0), self.scenario.number("usage", place=1), 0
            was = (0, 0)
        return {
            "total_tokens": sum(given) + text + audio,
            "input_tokens": sum(given),
            "output_tokens": text + audio,
            "input_token_details": {
                "text_tokens": given[0],
                "audio_tokens": given[1],
                "image_tokens": 0,
                "cached_tokens": sum(was),
                "cached_tokens_details": {"text_tokens": was[0], "audio_tokens": was[1], "image_tokens": 0},
            },
            "output_token_details": {"text_tokens": text, "audio_tokens": audio},
        }

    async def speak(self, asked: Json) -> None:
        """Says an answer."""
        turn = (asked.get("output_modalities") or self.config["output_modalities"])[0]
        most = asked.get("max_output_tokens", self.config["max_output_tokens"])
        tools = [{"function": tool} for tool in self.config.get("tools") or []]
        messages = [item.message() for item in self.items]
        said = answer(self.scenario, messages, tools or None, most if isinstance(most, int) else None)
        self.response = {
            "object": "realtime.response",
            "id": f"resp_{self.numbers}",
            "status": "in_progress",
            "output": [],
            "output_modalities": [turn],
            "max_output_tokens": most,
            "metadata": asked.get("metadata"),
            "usage": None,
        }
        await self.tell("response.created", response=self.response)
        item = await (self.call(said) if said.calls else self.say(said, turn))
        if "errstream" in self.scenario:
            error = {"type": "server_error", "code": "fake_failure", "message": "failed on purpose"}
            await self.finish("failed", {"type": "failed", "error": error}, None)
            return
        usage = self.used(item.text, item.audio)
        self.response["output"] = [item.value]
        await self.keep(item)
        await self.finish("completed", None, None if "nousage" in self.scenario else usage)

    async def say(self, said: Said, turn: str) -> _Item:
        """Says a text, or speaks it."""
        assert self.response is not None
        at = {"response_id": self.response["id"], "item_id": "item_said", "output_index": 0, "content_index": 0}
        kind = "output_text" if turn == "text" else "output_audio"
        item = {"id": f"item_{len(self.items)}", "type": "message", "role": "assistant", "status": "completed"}
        await self.tell("response.output_item.added", output_index=0, response_id=at["response_id"], item=item)
        await self.tell("response.content_part.added", **at, part={"type": turn})
        for number, piece in enumerate(said.pieces()):
            await self.misbehave(number)
            if turn == "audio":
                await self.tell("response.output_audio_transcript.delta", **at, delta=piece)
            await self.tell(f"response.{kind}.delta", **at, delta=piece if turn == "text" else _WORD)
        if turn == "text":
            await self.tell("response.output_text.done", **at, text=said.text)
        else:
            await self.tell("response.output_audio.done", **at)
            await self.tell("response.output_audio_transcript.done", **at, transcript=said.text)
        part: Json = {"type": kind, "text": said.text} if turn == "text" else {"type": kind, "transcript": said.text}
        await self.tell("response.content_part.done", **at, part=part)
        whole = {**item, "content": [part]}
        await self.tell("response.output_item.done", output_index=0, response_id=at["response_id"], item=whole)
        spoken = 2 * tokens_of(said.text) if turn == "audio" else 0
        return _Item(whole, text=tokens_of(said.text), audio=spoken)

    async def call(self, said: Said) -> _Item:
        """Calls a tool."""
        assert self.response is not None
        function = said.calls[0]["function"]
        item = {"id": f"item_{len(self.items)}", "type": "function_call", "call_id": "call_fake0", **function}
        at = {"response_id": self.response["id"], "item_id": item["id"], "output_index": 0, "call_id": "call_fake0"}
        await self.tell("response.output_item.added", output_index=0, response_id=at["response_id"], item=item)
        await self.tell("response.function_call_arguments.delta", **at, delta=function["arguments"])
        await self.tell("response.function_call_arguments.done", **at, arguments=function["arguments"])
        await self.tell("response.output_item.done", output_index=0, response_id=at["response_id"], item=item)
        return _Item(item, text=said.output_tokens)

    async def misbehave(self, number: int) -> None:
        """Plays the scenarios of the middle of an answer."""
        if number == 3 and "abort" in self.scenario:
            raise Cut
        if number == 3 and "stall" in self.scenario:
            await asyncio.sleep(3600)
        await asyncio.sleep(0.05 if "slow" in self.scenario else 0)

    async def finish(self, status: str, details: Json | None, usage: Json | None) -> None:
        """Ends the answer."""
        assert self.response is not None
        self.response |= {"status": status, "status_details": details, "usage": usage}
        await self.tell("response.done", response=self.response)


_HANDLERS: dict[Any, Callable[[Session, Json], Any]] = {
    "session.update": Session.update,
    "conversation.item.create": Session.add,
    "input_audio_buffer.append": Session.append,
    "input_audio_buffer.commit": Session.commit,
    "input_audio_buffer.clear": Session.clear,
    "response.create": Session.respond,
    "response.cancel": Session.cancel,
}


def _audio(given: Any) -> bytes:
    try:
        return base64.b64decode(given, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise Refused("invalid_value", "Invalid 'audio': it is not base64.", "audio") from None


async def serve(session: Session, receive: Receive, entry: Json) -> None:
    """Serves a session whose socket is open; the journal's entry gets what the client said, and how it closed."""
    await session.tell("session.created", session=session.config)
    heard = entry["messages"] = []
    try:
        while True:
            message = await _next(session, receive)
            if message["type"] == "websocket.disconnect":
                entry["closed"] = message.get("code")
                return
            heard.append((message.get("text") or "")[:500])
            await session.hear(message.get("text"))
    except Cut:
        return
    finally:
        if session.speaking is not None:
            session.speaking.cancel()
            await asyncio.gather(session.speaking, return_exceptions=True)


async def _next(session: Session, receive: Receive) -> Message:
    """The client's next message. Raises Cut when the answer under way breaks the connection."""
    waiting = asyncio.ensure_future(receive())
    try:
        while session.speaking is not None and not session.speaking.done():
            await asyncio.wait({waiting, session.speaking}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                return waiting.result()
        if session.speaking is not None and not session.speaking.cancelled():
            session.speaking.result()
            session.speaking = None
        return await waiting
    finally:
        waiting.cancel()
