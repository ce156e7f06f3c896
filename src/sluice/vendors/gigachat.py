"""GigaChat: tokens bought with a key, and chats whose tools are functions called one at a time.

A call has no id; the answer that makes it has a ``functions_state_id``, which goes back with it: it stands in for the
call's id, so that clients bring it along. A result must be JSON. Sources: the vendor's pages (gigachat.toml), its SDK
``gigachat``, LiteLLM (llms/gigachat): that a temperature of 0 is refused, and that a system's words stand first; that
``prompt_tokens`` do not hold the cached ones is [unverified].
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import msgspec

from sluice.base.errors import bad_request
from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead, WireRequest
from sluice.formats.openai_chat.errors import fault_from
from sluice.vendors.dialect import Call, ChannelSpec, Minted
from sluice.vendors.native import NativeChat
from sluice.vendors.parts import AGENT, bounded, call_id
from sluice.vendors.quirks import UNREADABLE, clamp, encode, present
from sluice.vendors.schema import Vendor
from sluice.vendors.translated import Chunk
from sluice.vendors.turns import Turn, alternating, decoded, left_out, read_turns, unsaid, unsupported
from sluice.vendors.unfit import Unfit
from sluice.vendors.urls import Typed, take_apart

Raw = msgspec.Raw
Json = dict[str, Any]

_any = msgspec.json.Decoder()

_HALF_HOUR_MS = 1_800_000
_LIMITS = ("max_completion_tokens", "max_tokens")
_SAME = ("temperature", "top_p", "repetition_penalty", "update_interval", "profanity_check", "flags")
"""Members that have the same name and meaning, or are GigaChat's own."""
_EFFORTS = ("low", "medium", "high")
_CARRIED = frozenset({*_LIMITS, *_SAME, "reasoning_effort"})
_OFFER = ("tools", "tool_choice")
_OLD_OFFER = ("functions", "function_call")
_OF_FUNCTIONS = ("description", "few_shot_examples", "return_parameters")
"""What a function may say besides; the last two are GigaChat's own."""
_STATE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FINISHES = {"function_call": "tool_calls", "blacklist": "content_filter"}
_NO_RESULT = "no result"


class KeyMinter:
    """Buys access tokens (good for half an hour) with an authorization key."""

    def __init__(self, key: str, scope: str, service: Typed) -> None:
        self._key = key.strip()
        self._scope = scope
        self._service = service

    def exchange(self, now_ms: int) -> WireRequest | Minted:
        """The request to the token service. It wants an id of the fourth kind: one made of key and time is as good."""
        seed = hashlib.sha256(f"{self._key}{now_ms}".encode()).digest()
        headers = (
            (b"authorization", b"Basic " + self._key.encode()),
            (b"rquid", str(uuid.UUID(bytes=seed[:16], version=4)).encode()),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"accept", b"application/json"),
            AGENT,
        )
        form = urlencode({"scope": self._scope}).encode()
        return WireRequest(b"POST", self._service.origin, self._service.path.encode(), headers, form)

    def accept(self, head: WireHead, body: bytes, now_ms: int) -> Minted | Fault:
        """The token, and when it ends, in milliseconds. A key nobody knows is refused with a 400 or 401."""
        said = _object(body)
        token, ends = said.get("access_token"), said.get("expires_at")
        if isinstance(token, str) and token:
            return Minted(value=token, expires_ms=ends if type(ends) is int else now_ms + _HALF_HOUR_MS)
        if head.status < 400:
            return Fault(cause=Cause.SHAPE, message="the upstream's token service gave no token", status=head.status)
        fault = fault_from(head.status, head, body, now_ms=now_ms)
        return replace(fault, cause=Cause.AUTH) if head.status in (400, 401) else fault


class GigaChat(NativeChat):
    """A channel by one authorization key."""

    def __init__(self, vendor: Vendor, spec: ChannelSpec) -> None:
        super().__init__(vendor, spec)
        try:
            service = take_apart(self.options["auth_url"], vendor)
        except ValueError:
            raise Unfit("the option 'auth_url' is no address", "options.auth_url") from None
        if service.query:
            text = "the option 'auth_url' must not have a query: leave out the '?' and what follows"
            raise Unfit(text, "options.auth_url")
        self.minter = KeyMinter(spec.key, self.options["scope"], service)

    def say(self, members: Json, call: Call) -> tuple[Json, list[str]]:
        """The body of a chat, and what is left out or changed. Raises GatewayError 400."""
        turns = read_turns(members)
        told = left_out(members, _CARRIED.union(_offer(members))) + unsaid(turns, members)
        body: Json = {"model": call.upstream_model, "messages": list(_messages(turns))}
        if call.stream:
            body["stream"] = True
        body |= {name: members[name] for name in _SAME if present(members, name)}
        told += clamp(body, "temperature", 0.01, 2)
        given = next((members[name] for name in _LIMITS if present(members, name)), None)
        limit = bounded(given, call.max_output)
        if limit is not None:
            body["max_tokens"] = limit
        effort = decoded(members, "reasoning_effort")
        if effort in _EFFORTS:
            body["reasoning_effort"] = effort
        elif effort is not None:
            told.append("reasoning_effort")
        return body, told + _functions(members, body)

    def hear(self, call: Call) -> Speech:
        """Reads the answer."""
        return Speech(call, self.vendor.errors)

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        """Reads a non-2xx answer: a token may end before its time."""
        fault = super().error(call, head, body)
        return replace(fault, cause=Cause.CREDENTIAL) if head.status == 401 else fault


# The conversation.


def _messages(turns: list[Turn]) -> Iterator[Json]:
    """A system's words first; each call in a message of its own, its result behind it."""
    for turn in turns:
        if turn.images:
            raise unsupported(turn.place, "image_url")
    system = "\n\n".join(turn.text for turn in turns if turn.role == "system" and turn.text)
    if system:
        yield {"role": "system", "content": system}
    rest = alternating([turn for turn in turns if turn.role != "system"])
    results: dict[str, list[str]] = {}
    for turn in rest:
        if turn.role == "tool":
            results.setdefault(turn.answers, []).append(turn.text)
    called = Counter(call.id for turn in rest for call in turn.calls)
    for turn in rest:
        if turn.role == "tool":
            if turn.answers not in called:
                raise bad_request("invalid_value", f"{turn.place} answers no call before it", turn.place)
            continue
        if not turn.calls:
            yield {"role": turn.role, "content": turn.text}
        for number, call in enumerate(turn.calls):
            made = {"name": call.name, "arguments": Raw(call.arguments.encode())}
            state = {"functions_state_id": call.id} if _STATE.fullmatch(call.id) else {}
            yield {"role": "assistant", "content": "" if number else turn.text, "function_call": made, **state}
            called[call.id] -= 1
            told = results.get(call.id) or [_NO_RESULT]
            # What comes in several results is one, unless the id is called again.
            result = told.pop(0) if called[call.id] else "\n".join(told)
            yield {"role": "function", "name": call.name, "content": _as_json(result)}


def _as_json(text: str) -> str:
    """A result as the JSON it must be: as it is, or as an object that holds it."""
    return text if _object(text.encode("utf-8", "surrogatepass")) else encode({"result": text}).decode()


def _offer(members: Mapping[str, Any]) -> tuple[str, str]:
    """Which members offer tools and choose among them: a client may use those of the times before tools."""
    return _OLD_OFFER if present(members, "functions") and not present(members, "tools") else _OFFER


def _functions(members: Json, body: Json) -> list[str]:
    """Tools as functions. One may be named, or none be called; that any must be called cannot be said."""
    offer = of_tools, of_choice = _offer(members)
    choice = decoded(members, of_choice)
    tools = decoded(members, of_tools) or []
    if not isinstance(tools, list):
        raise bad_request("invalid_value", f"the field {of_tools!r} must be a list", of_tools)
    if not tools:
        return []
    old = offer == _OLD_OFFER
    places = [(tool, f"{of_tools}[{number}]") for number, tool in enumerate(tools)]
    body["functions"] = [_function(tool, place) if old else _tool(tool, place) for tool, place in places]
    named = choice if old or not isinstance(choice, dict) else choice.get("function")
    if isinstance(named, dict) and isinstance(named.get("name"), str):
        body["function_call"] = {"name": named["name"]}
        return []
    body["function_call"] = "none" if choice == "none" else "auto"
    return [] if choice in (None, "auto", "none") else [f"{of_choice}=auto"]


def _tool(tool: Any, place: str) -> Json:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise unsupported(place, tool.get("type") if isinstance(tool, dict) else tool)
    return _function(function, f"{place}.function")


def _function(function: Any, place: str) -> Json:
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise bad_request("invalid_value", f"{place} must be an object with a name", place)
    parameters = function.get("parameters") or {}
    if not isinstance(parameters, dict):
        where = f"{place}.parameters"
        raise bad_request("invalid_value", f"{where} must be an object", where)
    said = {"name": function["name"], "parameters": {"type": "object", "properties": {}, **parameters}}
    return said | {name: function[name] for name in _OF_FUNCTIONS if function.get(name)}


# Answers.


class Speech:
    """Tells an answer as OpenAI's."""

    def __init__(self, call: Call, codes: Mapping[str, Cause]) -> None:
        self._call = call
        self._codes = codes
        self._calls = 0
        self._old = _offer(call.top) == _OLD_OFFER

    def whole(self, body: bytes) -> bytes | Fault:
        """The whole answer."""
        said = self._read(body, "message")
        return said if isinstance(said, Fault) else encode(said)

    def chunks(self, event: bytes) -> tuple[list[Chunk], bool] | Fault:
        """One event, and whether it was the last."""
        if event.strip() == b"[DONE]":
            return [], True
        said = self._read(event, "delta")
        return said if isinstance(said, Fault) else ([said], False)

    def _read(self, data: bytes, member: str) -> Json | Fault:
        said = _object(data)
        choices = said.get("choices")
        if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
            fault = fault_from(200, WireHead(200), data, code_map=self._codes)
            known = fault.code or fault.message
            return fault if known else Fault(cause=Cause.SHAPE, message="the upstream's answer is none", status=200)
        told = {**said, "choices": [self._choice(choice, member) for choice in choices]}
        if isinstance(said.get("usage"), dict):
            told["usage"] = _usage(said["usage"])
        return told

    def _choice(self, choice: Json, member: str) -> Json:
        given = choice.get(member)
        message = dict(given) if isinstance(given, dict) else {}
        state, function = message.pop("functions_state_id", None), message.pop("function_call", None)
        if message.get("role") != "assistant":
            # How far one of the server's own functions has come.
            message = {"role": "assistant"} if message.get("role") else message
        if isinstance(function, dict) and isinstance(function.get("name"), str):
            made = {"name": function["name"], "arguments": _arguments(function.get("arguments"))}
            message |= {"function_call": made} if self._old else {"tool_calls": [self._tool_call(made, state, member)]}
            message["content"] = message.get("content") or None
        if member == "delta" and not message.get("content"):
            message.pop("content", None)
        finish = choice.get("finish_reason")
        if not (self._old and finish == "function_call"):
            finish = _FINISHES.get(str(finish), finish)
        return {**choice, member: message, "finish_reason": finish}

    def _tool_call(self, made: Json, state: Any, member: str) -> Json:
        """A call as the tools of today have it."""
        number, self._calls = self._calls, self._calls + 1
        identity = state if isinstance(state, str) and _STATE.fullmatch(state) else call_id(self._call, number)
        place = {"index": number} if member == "delta" else {}
        return {**place, "id": identity, "type": "function", "function": made}


def _arguments(given: Any) -> str:
    """The arguments as the text of an object; they come as one."""
    return given if isinstance(given, str) else encode(given or {}).decode()


def _usage(said: Json) -> Json:
    """What was read from a cache is counted apart."""
    cached, prompt = said.get("precached_prompt_tokens"), said.get("prompt_tokens")
    if type(cached) is not int or type(prompt) is not int or cached <= 0:
        return said
    counted = {"prompt_tokens": prompt + cached, "completion_tokens": said.get("completion_tokens")}
    return {**counted, "prompt_tokens_details": {"cached_tokens": cached}}


def _object(data: bytes) -> Json:
    try:
        said = _any.decode(data)
    except UNREADABLE:
        return {}
    return said if isinstance(said, dict) else {}


def bind(vendor: Vendor, spec: ChannelSpec) -> GigaChat:
    """The dialect of a channel."""
    return GigaChat(vendor, spec)
