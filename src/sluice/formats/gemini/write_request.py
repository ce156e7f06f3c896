"""Canon values as a request of the generateContent protocol (wires.md 3.1; hazards 7, 8, 22 to 27 of section 32)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sluice.base.formats import Format
from sluice.formats.canon import Part, Reasoning, Request, ToolCall, ToolResult
from sluice.formats.codec import PLAIN, Abilities, Told, Written, functions
from sluice.formats.effort import LEAST_LEVEL, TABLE, effort_of
from sluice.formats.gemini.names import repeated
from sluice.formats.gemini.read_request import CACHED, JSON_TYPE, SYSTEM
from sluice.formats.gemini.signatures import is_own
from sluice.formats.gemini.write_parts import PartWriter, native_parts
from sluice.formats.own_names import one_answer
from sluice.formats.proofs import UNPROVEN
from sluice.formats.unanswered import answered

Json = dict[str, Any]
Ranked = tuple[int, Json]

_MOST_STOPS = 5
_BEFORE = (CACHED, SYSTEM)
_SHARED = {"seed": "seed", "presence_penalty": "presencePenalty", "frequency_penalty": "frequencyPenalty"}
"""Knobs that chat completions have in the same sense under another name."""


def write_request(request: Request, abilities: Abilities = PLAIN) -> Written:
    """Raises GatewayError 400 naming content the protocol cannot carry. The body holds ``model`` and ``stream``, whose
    place is the path."""
    if request.source is Format.GEMINI:
        contents = _contents(request, [turn.parts for turn in request.turns])
        return Written({**request.spelled["top"], "contents": contents})
    one_answer(request)
    told = Told()
    system, contents = _turns(request, abilities, told)
    body: Json = {"model": request.model, "contents": contents}
    if system:
        body[SYSTEM] = {"parts": system}
    if request.tools:
        body["tools"] = [{"functionDeclarations": _functions(request, told)}]
        _choice(request, body, told)
    config = _config(request, abilities, told)
    if config:
        body["generationConfig"] = config
    if request.stream:
        body["stream"] = True
    told.beside(request, _SHARED)
    return Written(body, tuple(told.names))


def without_foreign_proofs(request: Request, *, signed: bool) -> list[Json]:
    """The contents of a request of this protocol without the proofs of other makers, which its models refuse.

    ``signed``: the model refuses calls that nobody signed, and takes the word that nobody did; older ones take neither.
    """
    turns = [[part for part in turn.parts if not _is_foreign(part, signed)] for turn in request.turns]
    return _contents(request, turns)


def _is_foreign(part: Part, signed: bool) -> bool:
    if not isinstance(part, Reasoning):
        return False
    if is_own(part):
        return part.signature == UNPROVEN and not signed
    return bool(part.sealed or part.signature)


def _contents(request: Request, kept: Sequence[Sequence[Part]]) -> list[Json]:
    """Contents that came from this protocol, as they came; ``kept`` are the parts that are left of each turn."""
    told = [(turn, parts) for turn, parts in zip(request.turns, kept, strict=True) if turn.place not in _BEFORE]
    given = repeated(request.spelled["top"]["contents"], "contents")
    # Roles as they were told: absent, null or old ones among them.
    heads = ({"role": content["role"]} if "role" in content else {} for content in given)
    return [
        {**head, "parts": native_parts(parts), **turn.extras} for (turn, parts), head in zip(told, heads, strict=True)
    ]


def _turns(request: Request, abilities: Abilities, told: Told) -> tuple[list[Json], list[Json]]:
    """System texts hoisted; neighbours of one role made one, as answers to parallel calls must stand together."""
    calls = [part for turn in request.turns for part in turn.parts if isinstance(part, ToolCall)]
    order = {call.id: at for at, call in enumerate(calls)}
    writer = PartWriter(told, {call.id: call.name for call in calls}, signed=abilities.signed)
    system: list[Json] = []
    contents: list[tuple[str, list[Ranked]]] = []
    for turn in answered(request.turns):
        told.foreign(turn.extras)
        place = f"{turn.place}.content"
        if turn.role in ("system", "developer"):
            system += writer.parts(turn.parts, place)
        elif turn.role == "assistant":
            _add(contents, "model", [(0, part) for part in writer.said(turn.parts, place)])
        else:
            _add(contents, "user", list(_ranked(turn.parts, order, writer, place)))
    return system, [{"role": role, "parts": _in_order(parts)} for role, parts in contents]


def _ranked(parts: Sequence[Part], order: Mapping[str, int], writer: PartWriter, place: str) -> Iterator[Ranked]:
    """What a user says, each part with its rank: results in the order of their calls, then all else."""
    for at, part in enumerate(parts):
        rank = order.get(part.call_id, len(order)) if isinstance(part, ToolResult) else len(order)
        yield from ((rank, written) for written in writer.part(part, f"{place}[{at}]"))


def _in_order(parts: list[Ranked]) -> list[Json]:
    return [part for _, part in sorted(parts, key=lambda ranked: ranked[0])]


def _add(contents: list[tuple[str, list[Ranked]]], role: str, parts: list[Ranked]) -> None:
    if contents and contents[-1][0] == role:
        contents[-1][1].extend(parts)
    elif parts:
        contents.append((role, parts))


def _functions(request: Request, told: Told) -> list[Json]:
    """All functions stand in one tool: servers take no second one with functions."""
    written = []
    for tool in functions(request, told):
        function: Json = {"name": tool.name}
        if tool.description:
            function["description"] = tool.description
        if tool.schema and tool.schema.get("properties") != {}:
            function["parametersJsonSchema"] = tool.schema
        if tool.strict:
            told.add("strict")
        told.foreign(tool.extras)
        written.append(function)
    return written


def _choice(request: Request, body: Json, told: Told) -> None:
    if request.parallel is False:
        told.add("parallel_tool_calls")
    choice = request.tool_choice
    if choice is None:
        return
    calling: Json = {"mode": "ANY" if choice.mode == "named" else choice.mode.upper()}
    if choice.mode == "named":
        calling["allowedFunctionNames"] = [choice.name]
    body["toolConfig"] = {"functionCallingConfig": calling}


def _config(request: Request, abilities: Abilities, told: Told) -> Json:
    stops = [stop for stop in request.stop if stop][:_MOST_STOPS]
    if len(stops) != len(request.stop):
        told.add("stop")
    values: Json = {
        "maxOutputTokens": request.max_output,
        "temperature": request.temperature,
        "topP": request.top_p,
        "topK": request.top_k,
        "stopSequences": stops or None,
        "thinkingConfig": _thinking(request, abilities, told),
    }
    if request.schema is not None:
        values["responseMimeType"] = JSON_TYPE
        values["responseJsonSchema"] = request.schema.schema
        told.described(request)
    if request.source is Format.OPENAI_CHAT:
        values |= {name: request.extras.get(other) for other, name in _SHARED.items()}
    if request.user:
        told.add("user")
    return {name: value for name, value in values.items() if value is not None}


def _thinking(request: Request, abilities: Abilities, told: Told) -> Json | None:
    """A level for models that decide by themselves, else a budget: 0 is none, -1 what the model likes."""
    wanted = request.thinking
    if wanted is None:
        return None
    effort = effort_of(wanted)
    if not abilities.reasons:
        if effort != "none":
            told.add("reasoning_effort")
        return None
    if not abilities.adaptive:
        if effort == "none":
            return {"thinkingBudget": 0}
        return {"includeThoughts": True, "thinkingBudget": wanted.budget or (TABLE[effort].budget if effort else -1)}
    if effort == "none":
        told.add("reasoning_effort=low")  # thinking cannot be switched off there
        return {"thinkingLevel": LEAST_LEVEL}
    return {"includeThoughts": True, **({"thinkingLevel": TABLE[effort].level} if effort else {})}
