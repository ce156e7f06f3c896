"""One cell of the matrix: a client of one protocol, an upstream of one wire, a scenario; without a socket."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.base.outcome import Fault, Reply, StreamParser
from sluice.base.wire import WireRequest
from sluice.formats.canon import Event, Failed
from sluice.formats.codecs import CODECS
from sluice.formats.patch import parse_top
from sluice.relay.refusal import client_error
from sluice.vendors.bridge import speaker
from sluice.vendors.dialect import Call, Dialect, Reporter
from sluice.web.errors import ANTHROPIC, GOOGLE, OPENAI, AnthropicVoice, GoogleVoice, OpenAIVoice

from .questions import QUESTIONS, STREAMED
from .wires import Wire

Json = dict[str, Any]
CLIENTS: tuple[Format, ...] = tuple(CODECS)
VOICES: dict[Format, OpenAIVoice | AnthropicVoice | GoogleVoice] = {
    Format.OPENAI_CHAT: OPENAI,
    Format.OPENAI_RESPONSES: OPENAI,
    Format.ANTHROPIC: ANTHROPIC,
    Format.GEMINI: GOOGLE,
}
NOW_MS = 1_700_000_000_000
NONCE = 0x0123456789ABCDEF0123456789ABCDEF


@dataclass(frozen=True)
class Said:
    """What goes out: the request, and what is reported as left out of it."""

    request: WireRequest
    dropped: tuple[str, ...]

    @property
    def body(self) -> Json:
        """The request's JSON; of a websocket, its first message."""
        found: Json = json.loads(self.sent)
        return found

    @property
    def sent(self) -> bytes:
        """What is sent, as it is."""
        told = self.request.socket.send[0] if self.request.socket else self.request.body
        assert isinstance(told, bytes)
        return told


@cache
def spoken(client: Format, wire: Wire) -> Dialect:
    """Who answers the client at such a channel."""
    found = speaker(wire.dialect(), client)
    assert found is not None, f"{wire.name} speaks no protocol of conversation"
    return found


def call_of(client: Format, wire: Wire, body: Json, *, stream: bool = False) -> Call:
    """The call a surface makes of a client's body. Gemini's puts the model into it, which stands in the path."""
    asked = {**body, **(STREAMED[client] if stream else {})}
    if client is Format.GEMINI:
        asked = {"model": "m", **asked}
    written = json.dumps(asked).encode()
    return Call(
        format=client, model="m", upstream_model=wire.model, body=written, top=parse_top(written), stream=stream,
        wants_usage=True, now_ms=NOW_MS, nonce=NONCE,
    )  # fmt: skip


def say(client: Format, wire: Wire, body: Json, *, stream: bool = False) -> Said:
    """The upstream request. Raises GatewayError 400 naming what cannot be said."""
    dialect, call = spoken(client, wire), call_of(client, wire, body, stream=stream)
    dropped = dialect.dropped(call) if isinstance(dialect, Reporter) else ()
    return Said(dialect.request(call, wire.credential), dropped)


def hear(client: Format, wire: Wire, scenario: str, body: Json | None = None) -> Reply | Fault:
    """The client's whole answer."""
    answer = wire.answers[scenario]
    assert answer.whole is not None
    dialect, call = spoken(client, wire), call_of(client, wire, body or QUESTIONS["tools"][client])
    if not 200 <= answer.head.status < 300:
        return dialect.error(call, answer.head, answer.whole)
    return dialect.reply(call, answer.head, answer.whole)


def listen(client: Format, wire: Wire, scenario: str, pieces: Iterable[bytes]) -> tuple[bytes, StreamParser]:
    """The client's stream, and the parser that made it."""
    answer = wire.answers[scenario]
    dialect, call = spoken(client, wire), call_of(client, wire, QUESTIONS["tools"][client], stream=True)
    parser = dialect.stream(call, answer.stream_head)
    assert parser is not None
    out = b"".join([parser.feed(piece) for piece in pieces])
    return out + parser.finish(), parser


def told_error(client: Format, fault: Fault) -> tuple[int, bytes]:
    """Status and body of the error the client gets for a fault."""
    error = client_error(fault)
    voice = VOICES[client]
    return voice.status(error), voice.error_body(error, "req-1")


def refusal(client: Format, error: GatewayError) -> tuple[int, bytes]:
    """Status and body of a refusal of the client's request."""
    voice = VOICES[client]
    return voice.status(error), voice.error_body(error, "req-1")


def events_of(client: Format, stream: bytes) -> list[Event]:
    """A client's stream as its own SDK would read it."""
    decoder = CODECS[client].stream_decoder()
    events = [*decoder.feed(stream), *decoder.finish()]
    assert not any(isinstance(event, Failed) for event in events), events[-1]
    return events


# A loop that goes on with what the model thought.


def gone_on(client: Format, body: Json, answer: bytes) -> Json:
    """The next request of a tool loop: the answer put back as the protocol's clients put it back, the result behind."""
    reply = msgspec.json.decode(answer)
    match client:
        case Format.OPENAI_CHAT:
            message = reply["choices"][0]["message"]
            results: list[Json] = [
                {"role": "tool", "tool_call_id": call["id"], "content": "sun"} for call in message["tool_calls"]
            ]
            return {**body, "messages": [*body["messages"], message, *results]}
        case Format.ANTHROPIC:
            uses = [block["id"] for block in reply["content"] if block["type"] == "tool_use"]
            blocks = [{"type": "tool_result", "tool_use_id": use, "content": "sun"} for use in uses]
            said = [{"role": "assistant", "content": reply["content"]}, {"role": "user", "content": blocks}]
            return {**body, "messages": [*body["messages"], *said]}
        case Format.OPENAI_RESPONSES:
            calls = [item["call_id"] for item in reply["output"] if item["type"] == "function_call"]
            outputs = [{"type": "function_call_output", "call_id": call, "output": "sun"} for call in calls]
            asked = {"role": "user", "content": body["input"]} if isinstance(body["input"], str) else body["input"]
            return {**body, "input": [asked, *reply["output"], *outputs]}
    content = reply["candidates"][0]["content"]
    names = [part["functionCall"] for part in content["parts"] if "functionCall" in part]
    known = [{name: call[name] for name in ("id", "name") if name in call} for call in names]
    answers = [{"functionResponse": {**call, "response": {"result": "sun"}}} for call in known]
    return {**body, "contents": [*body["contents"], content, {"role": "user", "parts": answers}]}


def thinking_loop(client: Format, wire: Wire, made_by: Wire) -> Said:
    """The second request of a loop at ``wire``, whose first step ``made_by`` answered."""
    body = {**QUESTIONS["reasoning"][client], "tools": QUESTIONS["tools"][client]["tools"]}
    answer = hear(client, made_by, "thought and tools", body)
    assert isinstance(answer, Reply), answer
    return say(client, wire, gone_on(client, body, answer.body))
