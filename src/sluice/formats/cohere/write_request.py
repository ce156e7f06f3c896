"""Canon values as a request of Cohere's chat protocol (wires.md 17; hazards 2, 9, 14, 22 to 28 of section 32)."""

from __future__ import annotations

from typing import Any

from sluice.base.formats import Format
from sluice.formats.canon import (
    File,
    Image,
    Part,
    Reasoning,
    Refusal,
    Request,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
)
from sluice.formats.codec import PLAIN, Abilities, Told, Written, functions
from sluice.formats.effort import TABLE, effort_of
from sluice.formats.json_mode import said_in_words
from sluice.formats.own_names import one_answer
from sluice.formats.pictures import as_data_url
from sluice.formats.reading import unsupported
from sluice.formats.unanswered import answered

Json = dict[str, Any]

_MOST_STOPS = 5  # [unverified]
_SHARED = ("seed", "presence_penalty", "frequency_penalty")
"""Knobs that chat completions have under the same names."""
THINKS = "thinking"
"""``Abilities.own`` of models that think."""


def write_request(request: Request, abilities: Abilities = PLAIN) -> Written:
    """Raises GatewayError 400 naming content the protocol cannot carry."""
    one_answer(request)
    told = Told()
    documents: list[Json] = []
    body: Json = {"model": request.model, "messages": _Turns(told, documents).written(said_in_words(request).turns)}
    if documents:
        body["documents"] = documents
    for turn in request.turns:
        told.foreign(turn.extras)
    shared = request.extras if request.source is Format.OPENAI_CHAT else {}
    told.beside(request, _SHARED if shared else ())
    _tools(request, body, told)
    _knobs(request, shared, body, told)
    _thinking(request, abilities, body, told)
    if request.stream:
        body["stream"] = True
    return Written(body, tuple(told.names))


class _Turns:
    """Writes turns as messages. Texts that are documents go into the request's own list."""

    def __init__(self, told: Told, documents: list[Json]) -> None:
        self._told = told
        self._documents = documents

    def written(self, turns: tuple[Turn, ...]) -> list[Json]:
        """Every call is answered before anything else is said."""
        messages: list[Json] = []
        for turn in answered(turns):
            results = [part for part in turn.parts if isinstance(part, ToolResult)]
            for part in (*results, *(part for part in turn.parts if turn.role == "assistant")):
                self._told.foreign(part.extras, marks=True)
            for result in results:
                content = self._result(result, f"{turn.place}.content")
                messages.append({"role": "tool", "tool_call_id": result.call_id, "content": content})
            others = tuple([part for part in turn.parts if not isinstance(part, ToolResult)])
            if others:
                messages += self._message(turn, others)
        return messages

    def _message(self, turn: Turn, parts: tuple[Part, ...]) -> list[Json]:
        if turn.role == "assistant":
            return self._said(parts, f"{turn.place}.content")
        role = "system" if turn.role in ("system", "developer") else "user"
        blocks = [self._block(part, f"{turn.place}.content[{at}]") for at, part in enumerate(parts)]
        content = [block for block in blocks if block is not None]
        if all(block["type"] == "text" for block in content):
            text = "\n".join(block["text"] for block in content)
            return [{"role": role, "content": text}] if text else []
        return [{"role": role, "content": content}]

    def _block(self, part: Part, place: str) -> Json | None:
        self._told.foreign(part.extras, marks=True)
        match part:
            case Text() | Refusal():
                return {"type": "text", "text": part.text} if part.text else None
            case Image() if part.data or part.url:
                url = as_data_url(part) if part.data else part.url
                return {"type": "image_url", "image_url": {"url": url}}
            case File() if part.text:
                name = part.name or f"document {len(self._documents) + 1}"
                data = {"title": name, "text": part.text}
                self._documents.append({"id": f"doc_{len(self._documents)}", "data": data})
                return None
            case _:
                raise unsupported(place, getattr(part, "kind", "") or type(part).__name__.lower())

    def _said(self, parts: tuple[Part, ...], place: str) -> list[Json]:
        """A model's turn: what it says before its calls is its plan."""
        calls = [part for part in parts if isinstance(part, ToolCall)]
        words = "\n".join(part.text for part in parts if isinstance(part, Text | Refusal) and part.text)
        content: list[Json] = []
        for at, part in enumerate(parts):
            if isinstance(part, Reasoning):
                content += self._thought(part)
            elif not isinstance(part, Text | Refusal | ToolCall):
                raise unsupported(f"{place}[{at}]", getattr(part, "kind", "") or type(part).__name__.lower())
        message: Json = {"role": "assistant"}
        if words and not calls:
            content.append({"type": "text", "text": words})
        if content:
            message["content"] = content
        if calls:
            message["tool_calls"] = [_call(part) for part in calls]
            message |= {"tool_plan": words} if words else {}
        return [message] if len(message) > 1 else []

    def _thought(self, part: Reasoning) -> list[Json]:
        """Thought nobody proves may be this provider's; proven thought is another's."""
        if part.text and not part.signature and not part.sealed:
            return [{"type": "thinking", "thinking": part.text}]
        self._told.add("reasoning_content")
        return []

    def _result(self, part: ToolResult, place: str) -> str:
        texts = []
        for at, inner in enumerate(part.parts):
            if not isinstance(inner, Text):
                raise unsupported(f"{place}.content[{at}]", getattr(inner, "kind", "") or type(inner).__name__.lower())
            texts.append(inner.text)
        return "\n".join(texts)


def _call(part: ToolCall) -> Json:
    return {"id": part.id, "type": "function", "function": {"name": part.name, "arguments": part.arguments or "{}"}}


def _tools(request: Request, body: Json, told: Told) -> None:
    """One tool alone, and required, is how one names it here."""
    choice = request.tool_choice
    tools = []
    for tool in functions(request, told):
        if choice is None or choice.mode != "named" or choice.name == tool.name:
            tools.append(_tool(tool, told))
    if not tools:
        return
    body["tools"] = tools
    if request.parallel is False:
        told.add("parallel_tool_calls")
    if choice is not None and choice.mode != "auto":
        body["tool_choice"] = "NONE" if choice.mode == "none" else "REQUIRED"


def _tool(tool: Tool, told: Told) -> Json:
    function: Json = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    function["parameters"] = {"type": "object", **tool.schema} if tool.schema else {"type": "object", "properties": {}}
    if tool.strict:
        told.add("strict")
    told.foreign(tool.extras, marks=True)
    return {"type": "function", "function": function}


def _knobs(request: Request, shared: Any, body: Json, told: Told) -> None:
    stops = [stop for stop in request.stop if stop][:_MOST_STOPS]
    if len(stops) != len(request.stop):
        told.add("stop")
    values: Json = {
        "max_tokens": request.max_output,
        "temperature": _bounded("temperature", request.temperature, told),
        "p": request.top_p,
        "k": request.top_k,
        "stop_sequences": stops or None,
        "seed": shared.get("seed"),
        "presence_penalty": _bounded("presence_penalty", shared.get("presence_penalty"), told),
        "frequency_penalty": _bounded("frequency_penalty", shared.get("frequency_penalty"), told),
    }
    if request.schema is not None:
        told.described(request)
        schema = request.schema.schema
        values["response_format"] = {"type": "json_object", **({"json_schema": schema} if schema is not None else {})}
    if request.user:
        told.add("user")
    body |= {name: value for name, value in values.items() if value is not None}


def _bounded(name: str, value: Any, told: Told) -> Any:
    """Numbers go from 0 to 1 here."""
    if type(value) not in (int, float) or 0 <= value <= 1:
        return value
    bound = 1 if value > 1 else 0
    told.add(f"{name}={bound}")
    return bound


def _thinking(request: Request, abilities: Abilities, body: Json, told: Told) -> None:
    wanted = request.thinking
    if wanted is None:
        return
    effort = effort_of(wanted)
    if abilities.own != THINKS:
        if effort != "none":
            told.add("reasoning_effort")
    elif effort == "none":
        body["thinking"] = {"type": "disabled"}
    else:
        budget = wanted.budget or (TABLE[effort].budget if effort else None)
        body["thinking"] = {"type": "enabled", **({"token_budget": budget} if budget else {})}
