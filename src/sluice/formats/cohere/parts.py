"""Parts of the messages of Cohere's chat protocol as canon parts."""

from __future__ import annotations

from typing import Any

from sluice.formats.canon import Citation, Opaque, Part, Reasoning, Text, ToolCall
from sluice.formats.reading import as_list, as_object, maybe_text, text

Json = dict[str, Any]


def read_message(message: Json) -> tuple[Part, ...]:
    """The parts of an answer: thoughts and words, the plan that leads to calls, the calls. Raises Unreadable."""
    parts: list[Part] = []
    given = message.get("content")
    for at, item in enumerate([] if given is None else as_list(given, "content")):
        parts.append(_content(as_object(item, f"content[{at}]"), f"content[{at}]"))
    plan = maybe_text(message, "tool_plan")
    if plan:
        parts.append(Text(text=plan))
    listed = message.get("tool_calls")
    calls = [] if listed is None else as_list(listed, "tool_calls")
    parts += [_call(call, f"tool_calls[{at}]") for at, call in enumerate(calls)]
    return _cited(tuple(parts), message.get("citations"))


def _content(item: Json, place: str) -> Part:
    match item.get("type"):
        case "text":
            return Text(text=text(item, "text", place))
        case "thinking":
            return Reasoning(text=text(item, "thinking", place))
        case kind:
            return Opaque(kind=str(kind), value=item)


def _call(value: Any, place: str) -> ToolCall:
    call = as_object(value, place)
    function = as_object(call.get("function"), f"{place}.function")
    arguments = maybe_text(function, "arguments") or "{}"
    return ToolCall(id=text(call, "id", place), name=text(function, "name", place), arguments=arguments)


def _cited(parts: tuple[Part, ...], given: Any) -> tuple[Part, ...]:
    """Citations of pages of the web stand at the first text; those of documents mean nothing elsewhere."""
    found = [cited for one in (given if isinstance(given, list) else []) for cited in read_citation(one)]
    at = next((at for at, part in enumerate(parts) if isinstance(part, Text)), None)
    if not found or at is None:
        return parts
    cited = parts[at]
    assert isinstance(cited, Text)
    return (*parts[:at], Text(text=cited.text, citations=tuple(found)), *parts[at + 1 :])


def read_citation(value: Any) -> list[Citation]:
    """The pages of the web among a citation's sources."""
    sources = value.get("sources") if isinstance(value, dict) else None
    found = []
    for source in sources if isinstance(sources, list) else []:
        document = source.get("document") if isinstance(source, dict) else None
        url = maybe_text(document, "url") if isinstance(document, dict) else ""
        if isinstance(document, dict) and url.startswith(("https://", "http://")):
            found.append(Citation(url=url, title=maybe_text(document, "title"), quote=maybe_text(value, "text")))
    return found
