"""The messages of an OpenAI chat request as typed values, for vendors whose own protocol is another.

What a vendor cannot carry is refused by name (400); nothing of a conversation is left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from sluice.base.errors import GatewayError, bad_request
from sluice.vendors.quirks import UNREADABLE, present

_any = msgspec.json.Decoder()

HANDLED = frozenset({"model", "messages", "stream", "stream_options", "n"})
"""Members of every chat request that each native protocol has its own way for: never reported as left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call of an earlier turn. ``arguments`` is the JSON text the model wrote; ``{}`` when it wrote none."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message. ``role`` is system (developer too), user, assistant or tool.

    ``images`` are addresses (or ``data:``). ``answers`` is the id of the call a tool's turn answers, ``name`` the name
    of the tool. ``place`` is where the message stands, for errors: ``messages[2]``. ``aside`` names what it holds
    besides.
    """

    role: str
    place: str
    text: str = ""
    images: tuple[str, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    answers: str = ""
    name: str = ""
    reasoning: str = ""
    aside: tuple[str, ...] = ()


def decoded(top: Mapping[str, Any], name: str) -> Any:
    """A member of the request, decoded; None when it is absent or null. Raises GatewayError 400 naming it."""
    if not present(top, name):
        return None
    try:
        return _any.decode(top[name])
    except UNREADABLE:
        raise bad_request("invalid_value", f"the field {name!r} cannot be read", name) from None


def read_turns(top: Mapping[str, Any]) -> list[Turn]:
    """The conversation. Raises GatewayError 400 naming what is missing, malformed or no text and no picture."""
    messages = decoded(top, "messages")
    if not isinstance(messages, list) or not messages:
        raise bad_request("missing_field", "the field 'messages' must be a list of at least one message", "messages")
    names: dict[str, str] = {}
    turns = [_turn(message, f"messages[{number}]", names) for number, message in enumerate(messages)]
    count = decoded(top, "n")
    if count not in (None, 1):
        raise bad_request(
            "unsupported_value", "the provider of this model gives one answer at a time: n must be 1", "n"
        )
    return turns


def alternating(turns: Iterable[Turn]) -> list[Turn]:
    """The turns with neighbours of one speaker joined, users' and assistants': for vendors that take strict turns.

    Assistants' turns without content are left out. A turn that calls joins the text before it.
    """
    told: list[Turn] = []
    for turn in turns:
        if turn.role == "assistant" and not (turn.text or turn.calls or turn.reasoning):
            continue
        last = told[-1] if told else None
        if last is None or last.role != turn.role or turn.role not in ("user", "assistant") or last.calls:
            told.append(turn)
            continue
        text = "\n\n".join(text for text in (last.text, turn.text) if text)
        reasoning = "\n\n".join(text for text in (last.reasoning, turn.reasoning) if text)
        told[-1] = replace(turn, text=text, images=last.images + turn.images, reasoning=reasoning)
    return told


def spoken(turn: Turn) -> str:
    """What a turn says, its calls or the result it brings told as text: for protocols without tools."""
    if turn.role == "tool":
        return f"{turn.name}: {turn.text}"
    calls = [f"{call.name}({call.arguments})" for call in turn.calls]
    return "\n".join([*([turn.text] if turn.text else []), *calls])


def transcript(turns: Sequence[Turn]) -> str:
    """A conversation as one text, for upstreams that take no more: one user's message as it is, several turns each
    under the name of its speaker."""
    if len(turns) == 1 and turns[0].role == "user":
        return turns[0].text
    return "\n\n".join(f"{_SPEAKERS[turn.role]}: {text}" for turn in turns if (text := spoken(turn)))


_SPEAKERS = {"system": "System", "user": "User", "assistant": "Assistant", "tool": "Tool"}


def left_out(top: Mapping[str, Any], carried: frozenset[str]) -> list[str]:
    """The members the client gave that are not among those a protocol carries."""
    return [name for name in top if name not in HANDLED and name not in carried and present(top, name)]


def unsaid(turns: Iterable[Turn], top: Mapping[str, Any], *, thoughts: bool = False) -> list[str]:
    """What messages and tools say that has no place in a protocol of texts, pictures and calls. ``thoughts``: it takes
    them."""
    found = {name: None for turn in turns for name in turn.aside}
    if not thoughts and any(turn.reasoning for turn in turns):
        found["reasoning_content"] = None
    tools = bytes(top["tools"]) if present(top, "tools") else b""
    if b'"strict"' in tools or b'"cache_control"' in tools:
        offered = decoded(top, "tools")
        for tool in offered if isinstance(offered, list) else []:
            holders = [tool, tool.get("function")] if isinstance(tool, dict) else []
            known = [holder for holder in holders if isinstance(holder, dict)]
            found |= {name: None for name in _MARKS if any(holder.get(name) for holder in known)}
    return list(found)


_MARKS = ("strict", "cache_control")


def refuse_tools(top: Mapping[str, Any]) -> None:
    """Raises GatewayError 400 where tools are offered to what can call none: its answer would only look like one."""
    for name, choice in (("tools", "tool_choice"), ("functions", "function_call")):
        if decoded(top, name) and decoded(top, choice) != "none":
            text = f"the provider of this model can call no tools: leave out {name!r}"
            raise bad_request("unsupported_value", text, name)


def unsupported(place: str, kind: object) -> GatewayError:
    """The refusal of a content this upstream has no way for."""
    return bad_request("unsupported_content", f"the provider of this model cannot take {kind!r} in {place}", place)


def _wrong(place: str, must: str) -> GatewayError:
    return bad_request("invalid_value", f"{place} must be {must}", place)


def _turn(message: Any, place: str, names: dict[str, str]) -> Turn:
    """One message; ``names`` collects the tool's name for each call's id as the conversation goes on."""
    if not isinstance(message, dict):
        raise _wrong(place, "an object")
    role = message.get("role")
    text, images = _content(message.get("content"), f"{place}.content")
    aside = tuple(_aside(message))
    if role in ("system", "developer"):
        if images:
            raise unsupported(f"{place}.content", "image_url")
        return Turn(role="system", place=place, text=text, aside=aside)
    if role == "user":
        return Turn(role="user", place=place, text=text, images=images, aside=aside)
    if role == "assistant":
        calls = _calls(message, place)
        names.update((call.id, call.name) for call in calls)
        reasoning = message.get("reasoning_content")
        told = reasoning if isinstance(reasoning, str) else ""
        text = "\n".join(words for words in (text, _text(message, "refusal")) if words)
        return Turn(role="assistant", place=place, text=text, calls=calls, reasoning=told, aside=aside)
    if role in ("tool", "function"):
        answers = _text(message, "tool_call_id")
        name = names.get(answers) or _text(message, "name") or answers
        aside = tuple([told for told in aside if told != "name"])
        return Turn(role="tool", place=place, text=text, images=images, answers=answers, name=name, aside=aside)
    raise _wrong(f"{place}.role", "system, developer, user, assistant or tool")


def _aside(message: Mapping[str, Any]) -> Iterator[str]:
    """What a message says beside its words, pictures and calls."""
    yield from (name for name in ("name", "audio", "cache_control") if message.get(name) is not None)
    content = message.get("content")
    for part in content if isinstance(content, list) else []:
        if isinstance(part, dict) and part.get("cache_control") is not None:
            yield "cache_control"
        image = part.get("image_url") if isinstance(part, dict) else None
        if isinstance(image, dict) and image.get("detail") not in (None, "auto"):
            yield "detail"


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def _content(content: Any, place: str) -> tuple[str, tuple[str, ...]]:
    """The text of a content, its parts joined, and its pictures."""
    if content is None or isinstance(content, str):
        return content or "", ()
    if not isinstance(content, list):
        raise _wrong(place, "a text or a list of parts")
    texts: list[str] = []
    images: list[str] = []
    for number, part in enumerate(content):
        where = f"{place}[{number}]"
        if not isinstance(part, dict):
            raise _wrong(where, "an object")
        if part.get("type") in ("text", "refusal") and isinstance(part.get(part["type"]), str):
            texts.append(part[part["type"]])
        elif part.get("type") == "image_url":
            images.append(_image(part, where))
        else:
            raise unsupported(where, part.get("type"))
    return "\n".join(texts), tuple(images)


def _image(part: Mapping[str, Any], place: str) -> str:
    image = part.get("image_url")
    address = image.get("url") if isinstance(image, dict) else image
    if not isinstance(address, str) or not address:
        raise _wrong(f"{place}.image_url.url", "an address")
    return address


def _calls(message: Mapping[str, Any], place: str) -> tuple[ToolCall, ...]:
    calls = message.get("tool_calls")
    if isinstance(message.get("function_call"), dict) and not calls:
        calls = [{"function": message["function_call"]}]
    if calls is None:
        return ()
    if not isinstance(calls, list):
        raise _wrong(f"{place}.tool_calls", "a list")
    return tuple(_call(call, f"{place}.tool_calls[{number}]") for number, call in enumerate(calls))


def _call(call: Any, place: str) -> ToolCall:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not _text(function, "name"):
        raise _wrong(f"{place}.function.name", "the name of a function")
    arguments = _text(function, "arguments").strip() or "{}"
    try:
        good = isinstance(_any.decode(arguments), dict)
    except UNREADABLE:
        good = False
    if not good:
        raise _wrong(f"{place}.function.arguments", "the text of a JSON object")
    return ToolCall(id=_text(call, "id"), name=function["name"], arguments=arguments)
