"""A request of the generateContent protocol as canon values (wires.md 3.1).

Model and method stand in the path there. A surface puts them into the body, as the members ``model`` and ``stream``,
and a dialect takes them out again.
"""

from __future__ import annotations

from typing import Any, get_args

from sluice.base.formats import Format
from sluice.formats.canon import (
    NOTHING,
    Effort,
    ForeignTool,
    Opaque,
    Request,
    Role,
    Schema,
    Thinking,
    Tool,
    ToolChoice,
    Turn,
)
from sluice.formats.gemini.names import named, repeated
from sluice.formats.gemini.read_parts import PartReader
from sluice.formats.gemini.schemas import declared
from sluice.formats.reading import Unreadable, as_list, flag, maybe_text, number, parse, rest, text, whole

Json = dict[str, Any]

CACHED = "cachedContent"
SYSTEM = "systemInstruction"
JSON_TYPE = "application/json"
_ROLES: dict[Any, Role] = {"user": "user", "model": "assistant", "function": "user", None: "user"}
_EFFORTS: dict[str, Effort] = {effort.upper(): effort for effort in get_args(Effort)}
_KNOBS_AS_TEXT = frozenset(
    {
        "temperature", "topP", "topK", "maxOutputTokens", "stopSequences", "candidateCount", "thinkingConfig",
        "responseMimeType",
    }
)  # fmt: skip
_KNOBS = _KNOBS_AS_TEXT | {"responseSchema", "responseJsonSchema"}
"""What a configuration says that is understood, of an answer that is JSON."""
CALLING = "toolConfig.functionCallingConfig"
_TOP = ("model", "stream", "contents", SYSTEM, "tools", "toolConfig", "generationConfig", CACHED)
_CONTENT = frozenset({"role", "parts"})
_FUNCTION = ("name", "description", "parameters", "parametersJsonSchema")
_MODES = {"AUTO": "auto", "VALIDATED": "auto", "MODE_UNSPECIFIED": "auto", "ANY": "any", "NONE": "none"}


def read_request(body: bytes) -> Request:
    """Raises Unreadable."""
    top = named(parse(body), "the body")
    config = _object(top, "generationConfig", "generationConfig")
    contents = repeated(top.get("contents"), "contents")
    if not contents:
        raise Unreadable("contents", "a list of at least one content")
    wanted = _object(top, "toolConfig", "toolConfig")
    calling = _object(wanted, "functionCallingConfig", CALLING) if wanted else {}
    choice, allowed = _tool_choice(calling)
    tools = _tools(top)
    if allowed:
        tools = [tool for tool in tools if not isinstance(tool, Tool) or tool.name in allowed]
    choices = whole(config.get("candidateCount"), "generationConfig.candidateCount")
    return Request(
        source=Format.GEMINI,
        model=model_name(maybe_text(top, "model")),
        turns=(*_before(top), *_turns(contents)),
        stream=bool(flag(top.get("stream"), "stream")),
        max_output=whole(config.get("maxOutputTokens"), "generationConfig.maxOutputTokens"),
        temperature=number(config.get("temperature"), "generationConfig.temperature"),
        top_p=number(config.get("topP"), "generationConfig.topP"),
        top_k=_top_k(config),
        stop=_stop(config),
        tools=tuple(tools),
        tool_choice=choice,
        choices=1 if choices is None else choices,
        schema=_schema(config),
        thinking=_thinking(config),
        spelled={"top": top},
        extras={**rest(top, *_TOP), **_unknown(config)},
        unheard=_unheard(wanted, calling) if wanted else NOTHING,
    )


def model_name(told: str) -> str:
    """A model's name without the collection it may stand in."""
    return told.removeprefix("models/")


def _object(holder: Json, name: str, place: str) -> Json:
    return {} if holder.get(name) is None else named(holder[name], place)


def _unknown(config: Json) -> Json:
    """What of the configuration has no knob: a type of answer that is neither text nor JSON among it."""
    kind = config.get("responseMimeType")
    knobs = _KNOBS if kind == JSON_TYPE else _KNOBS_AS_TEXT
    if kind not in (None, JSON_TYPE, "text/plain"):
        knobs = knobs - {"responseMimeType"}
    return rest(config, *knobs)


def _unheard(wanted: Json, calling: Json) -> Json:
    """What is said inside of the choice of tools and has no word elsewhere, by the names it is reported under."""
    found = {f"toolConfig.{name}": value for name, value in rest(wanted, "functionCallingConfig").items()}
    found |= {f"{CALLING}.{name}": value for name, value in rest(calling, "mode", "allowedFunctionNames").items()}
    if calling.get("mode") == "VALIDATED":
        found[f"{CALLING}.mode"] = "VALIDATED"
    return found


def _before(top: Json) -> tuple[Turn, ...]:
    """What comes before the contents: a cache only its own provider holds, and the system's words."""
    turns = []
    if top.get(CACHED) is not None:
        part = Opaque(kind=CACHED, value={CACHED: top[CACHED]})
        turns.append(Turn(role="system", parts=(part,), plain=False, place=CACHED))
    if top.get(SYSTEM) is not None:
        content = named(top[SYSTEM], SYSTEM)
        parts = tuple(PartReader().parts(content.get("parts"), f"{SYSTEM}.parts"))
        turns.append(Turn(role="system", parts=parts, plain=False, place=SYSTEM))
    return tuple(turns)


def _turns(contents: list[Any]) -> list[Turn]:
    reader = PartReader()
    turns = []
    for at, value in enumerate(contents):
        place = f"contents[{at}]"
        bare = type(value) is dict and value.keys() <= _CONTENT
        content = value if bare else named(value, place)
        role = content.get("role")
        if not isinstance(role, str | None) or role not in _ROLES:
            raise Unreadable(f"{place}.role", "user or model")
        parts = tuple(reader.parts(content.get("parts"), f"{place}.parts"))
        extras = NOTHING if bare and role is not None else rest(content, *_CONTENT)
        turns.append(Turn(role=_ROLES[role], parts=parts, plain=False, place=place, extras=extras))
    return turns


def _top_k(config: Json) -> int | None:
    """A number with a point here, for most models a whole one all the same."""
    told = number(config.get("topK"), "generationConfig.topK")
    return None if told is None else round(told)


def _stop(config: Json) -> tuple[str, ...]:
    if config.get("stopSequences") is None:
        return ()
    stops = as_list(config["stopSequences"], "generationConfig.stopSequences")
    if not all(isinstance(stop, str) for stop in stops):
        raise Unreadable("generationConfig.stopSequences", "a list of texts")
    return tuple(stops)


def _tools(top: Json) -> list[Tool | ForeignTool]:
    """One object may declare many functions and tools of the server side by side."""
    found: list[Tool | ForeignTool] = []
    for at, value in enumerate([] if top.get("tools") is None else repeated(top["tools"], "tools")):
        for name, member in named(value, f"tools[{at}]").items():
            place = f"tools[{at}].{name}"
            if name == "functionDeclarations":
                functions = [] if member is None else repeated(member, place)
                found += [_function(one, f"{place}[{number}]") for number, one in enumerate(functions)]
            elif member is not None:
                found.append(ForeignTool(kind=name, value={name: member}))
    return found


def _function(value: Any, place: str) -> Tool:
    function = named(value, place)
    return Tool(
        name=text(function, "name", place),
        description=maybe_text(function, "description") or None,
        schema=declared(function, "parameters", "parametersJsonSchema", place),
        extras=rest(function, *_FUNCTION),
    )


def _tool_choice(told: Json) -> tuple[ToolChoice | None, frozenset[str]]:
    """The choice, and the only functions it leaves to choose from (none: all)."""
    mode = told.get("mode")
    if mode is None:
        return None, frozenset()
    if not isinstance(mode, str) or mode.upper() not in _MODES:
        raise Unreadable(f"{CALLING}.mode", "AUTO, ANY, NONE or VALIDATED")
    mode = mode.upper()
    names = told.get("allowedFunctionNames")
    allowed = [] if names is None else as_list(names, f"{CALLING}.allowedFunctionNames")
    if not all(isinstance(name, str) for name in allowed):
        raise Unreadable(f"{CALLING}.allowedFunctionNames", "a list of texts")
    if mode == "ANY" and len(allowed) == 1:
        return ToolChoice(mode="named", name=allowed[0]), frozenset()
    return ToolChoice(mode=_MODES[mode]), frozenset(allowed)  # type: ignore[arg-type]


def _schema(config: Json) -> Schema | None:
    if config.get("responseMimeType") != JSON_TYPE:
        return None
    return Schema(schema=declared(config, "responseSchema", "responseJsonSchema", "generationConfig"))


def _thinking(config: Json) -> Thinking | None:
    """A budget of -1, or none, leaves it to the model: then there is nothing to ask of another."""
    if config.get("thinkingConfig") is None:
        return None
    place = "generationConfig.thinkingConfig"
    told = named(config["thinkingConfig"], place)
    level = told.get("thinkingLevel")
    if level is not None and level != "THINKING_LEVEL_UNSPECIFIED":
        effort = _EFFORTS.get(level.upper()) if isinstance(level, str) else None
        if effort is None:
            raise Unreadable(f"{place}.thinkingLevel", "MINIMAL, LOW, MEDIUM or HIGH")
        return Thinking(effort=effort)
    budget = whole(told.get("thinkingBudget"), f"{place}.thinkingBudget")
    if budget is None or budget < 0:
        return None
    return Thinking(budget=budget) if budget else Thinking(enabled=False)
