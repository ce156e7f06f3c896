"""Dify: an application as a model (https://docs.dify.ai/guides/application-publishing/developing-with-apis; SDK).

The key decides the application; the option ``kind`` says what it is. Applications are always asked for events, also
where a whole answer is wanted: agents have no other way, and long whole answers are cut by the servers before them.
Dify keeps conversations itself: with the ``conversation_id`` that every answer tells, only the last message is sent;
without one, what was said before is told as a transcript.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from sluice.base.errors import bad_request
from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.formats.openai_chat.errors import fault_from
from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.native import NativeChat
from sluice.vendors.quirks import UNREADABLE, encode, present
from sluice.vendors.schema import Vendor
from sluice.vendors.translated import Chunk
from sluice.vendors.turns import decoded, left_out, read_turns, refuse_tools, transcript, unsaid

_any = msgspec.json.Decoder()

_PATHS = {"chat": "/chat-messages", "completion": "/completion-messages", "workflow": "/workflows/run"}
_OWN = ("conversation_id", "auto_generate_name", "workflow_id", "trace_id")
_CARRIED = frozenset({*_OWN, "user", "inputs", "files"})
_NOBODY = "anonymous"
"""Who asks, when the client does not say: Dify wants to know."""
_QUIET = frozenset(
    {
        "ping", "workflow_started", "node_started", "node_finished", "node_retry", "agent_thought", "agent_log",
        "iteration_started", "iteration_next", "iteration_completed", "loop_started", "loop_next", "loop_completed",
        "parallel_branch_started", "parallel_branch_finished", "tts_message", "tts_message_end",
    }
)  # fmt: skip
"""Events about how an answer comes to be. An agent's thoughts repeat what its messages say."""


class Dify(NativeChat):
    """A channel to one application."""

    streams_only = True

    def __init__(self, vendor: Vendor, spec: ChannelSpec) -> None:
        super().__init__(vendor, spec)
        self._kind = self.options["kind"]
        self._targets[Format.OPENAI_CHAT] = (self.base.path + _PATHS[self._kind]).encode()

    def say(self, members: dict[str, Any], call: Call) -> tuple[dict[str, Any], list[str]]:
        """The body of the application's kind."""
        refuse_tools(members)
        turns = read_turns(members)
        told = left_out(members, _CARRIED) + unsaid(turns, members)
        if decoded(members, "conversation_id"):
            turns = turns[-1:]
        text = transcript(turns)
        inputs = decoded(members, "inputs") or {}
        if not isinstance(inputs, dict):
            raise bad_request("invalid_value", "the field 'inputs' must be an object", "inputs")
        if self._kind != "chat":
            inputs = {self.options["input"]: text, **inputs}
        user = decoded(members, "user")
        body: dict[str, Any] = {
            "inputs": inputs,
            "response_mode": "streaming",
            "user": user if isinstance(user, str) and user else _NOBODY,
        }
        if self._kind == "chat":
            body["query"] = text
        body |= {name: members[name] for name in _OWN if present(members, name)}
        files = [_picture(image, turn.place) for turn in turns for image in turn.images]
        if present(members, "files"):
            body["files"] = members["files"]
        elif files:
            body["files"] = files
        return body, told

    def hear(self, call: Call) -> Speech:
        """Reads the events."""
        return Speech(self._kind, self.vendor.errors)


class DifyWorkflow(Dify):
    """A channel to a workflow: it ends otherwise than a message does, and is not metered."""


def _picture(address: str, place: str) -> dict[str, str]:
    if address.startswith("data:"):
        text = f"the provider of this model takes pictures by address (https://...) only: {place}"
        raise bad_request("unsupported_content", text, place)
    return {"type": "image", "transfer_method": "remote_url", "url": address}


class Speech:
    """Tells one application's events as OpenAI chunks, or a whole answer as a completion."""

    def __init__(self, kind: str, codes: Mapping[str, Cause]) -> None:
        self._kind = kind
        self._codes = codes
        self._head: dict[str, Any] = {}
        self._spoke = False
        self._replaced = False

    def whole(self, body: bytes) -> bytes | Fault:
        """An answer in blocking mode, or an error."""
        said = _object(body)
        data = said.get("data")
        if isinstance(said.get("answer"), str):
            message = {"role": "assistant", "content": said["answer"]}
        elif isinstance(data, dict) and "outputs" in data and data.get("status") != "failed":
            message = {"role": "assistant", "content": _outputs(data["outputs"])}
        elif isinstance(data, dict) and data.get("error"):
            return Fault(cause=Cause.SERVER, message=str(data["error"]), status=200)
        else:
            return self._fault(said)
        self._note(said)
        told = {**self._head, "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
        return encode({**told, **_metadata(said)})

    def chunks(self, event: bytes) -> tuple[list[Chunk], bool] | Fault:
        """One event, and whether it was the last."""
        said = _object(event)
        name = said.get("event")
        if not event.strip() or name in _QUIET:
            return [], False
        self._note(said)
        data = said.get("data")
        data = data if isinstance(data, dict) else {}
        match name:
            case "message" | "agent_message":
                return self._text(said.get("answer")), False
            case "text_chunk":
                return self._text(data.get("text")), False
            case "message_file":
                return self._text(f"\n![]({said['url']})\n" if isinstance(said.get("url"), str) else ""), False
            case "message_replace":
                # What was told cannot be taken back: the client learns that a filter ended the answer.
                self._replaced = True
                return [], False
            case "message_end":
                return [self._chunk({}, "content_filter" if self._replaced else "stop"), *self._usage(said)], True
            case "workflow_finished":
                return self._finished(data)
            case "error":
                return self._fault(said)
        return self._fault(said) if said.get("code") else ([], False)

    def _finished(self, data: dict[str, Any]) -> tuple[list[Chunk], bool] | Fault:
        """A workflow's end; in a conversation its message's end follows."""
        if data.get("status") not in ("succeeded", "partial-succeeded", "partial_succeeded", None):
            text = data.get("error") if isinstance(data.get("error"), str) else ""
            return Fault(cause=Cause.SERVER, message=text or "the workflow failed", status=200)
        if self._kind != "workflow":
            return [], False
        told = [] if self._spoke else self._text(_outputs(data.get("outputs")))
        return [*told, self._chunk({}, "stop")], True

    def _note(self, said: dict[str, Any]) -> None:
        """Remembers by what names the answer goes on."""
        if not self._head:
            identity = said.get("message_id") or said.get("workflow_run_id")
            self._head = {"id": identity} if identity else {}
            if said.get("conversation_id"):
                self._head["conversation_id"] = said["conversation_id"]

    def _text(self, text: Any) -> list[Chunk]:
        if not isinstance(text, str) or not text or self._replaced:
            return []
        self._spoke = True
        return [self._chunk({"role": "assistant", "content": text})]

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> Chunk:
        return {**self._head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    def _usage(self, said: dict[str, Any]) -> list[Chunk]:
        told = _metadata(said)
        return [{**self._head, "choices": [], **told}] if told else []

    def _fault(self, said: dict[str, Any]) -> Fault:
        """An error with its own status beside its code."""
        status = said.get("status")
        fault = fault_from(status if type(status) is int else 200, WireHead(200), encode(said), code_map=self._codes)
        known = fault.code or fault.message
        if not known:
            return Fault(cause=Cause.SHAPE, message="the upstream's answer is none", status=200)
        return replace(fault, status=200)  # the status met, whatever the error speaks of


def _metadata(said: dict[str, Any]) -> dict[str, Any]:
    """Usage and sources of an answer."""
    metadata = said.get("metadata")
    if not isinstance(metadata, dict):
        return {}
    names = ("usage", "retriever_resources")
    return {name: metadata[name] for name in names if metadata.get(name)}


def _outputs(outputs: Any) -> str:
    """What a workflow brings forth: the text, when it is one; else all of it as JSON."""
    if isinstance(outputs, dict):
        values = list(outputs.values())
        if len(values) == 1 and isinstance(values[0], str):
            return values[0]
    return encode(outputs).decode() if outputs else ""


def _object(data: bytes) -> dict[str, Any]:
    try:
        said = _any.decode(data)
    except UNREADABLE:
        return {}
    return said if isinstance(said, dict) else {}


def bind(vendor: Vendor, spec: ChannelSpec) -> Dify:
    """The dialect of a channel."""
    return DifyWorkflow(vendor, spec) if spec.options.get("kind", "").strip() == "workflow" else Dify(vendor, spec)
