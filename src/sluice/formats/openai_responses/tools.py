"""The tools of a Responses request, both ways (wires.md 1.11; hazard 25 of section 32).

Elsewhere every tool is a function of one flat list. So a custom tool becomes one (free_text.py), and the tools of a
``namespace`` stand under joined names; what calls them is told to the client as it named them. ``namespace`` tools and
the member of that name in calls: read in openai-python 3.54, ``types/responses``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from sluice.base.formats import Format
from sluice.formats.canon import ForeignTool, Request, Tool
from sluice.formats.free_text import CUSTOM, SCHEMA
from sluice.formats.reading import as_list, as_object, flag, rest, text

Json = dict[str, Any]

NAMESPACE = "namespace"
_OFFERED = frozenset({"web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11"})
"""Tools of OpenAI's servers that agents offer beside their own in every request, whether they are of use or not."""
_LONGEST_NAME = 64
"""Characters of a function's name that every provider takes."""


class Home(NamedTuple):
    """Where a tool stands in its request: the namespace without its tools, and its name there."""

    shell: Json
    name: str


class Named(NamedTuple):
    """How the client calls a tool: whether its input is free text, its name, and the namespace ("" for none)."""

    custom: bool
    name: str
    namespace: str


def joined_name(namespace: str, name: str) -> str:
    """The name of a namespace's tool where there are none; cut and made distinct when it is too long."""
    joined = f"{namespace}__{name}"
    if len(joined) <= _LONGEST_NAME:
        return joined
    mark = hashlib.sha256(joined.encode()).hexdigest()[:8]
    return f"{joined[: _LONGEST_NAME - 9]}_{mark}"


def read_tools(given: Any, choice: Any) -> tuple[Tool | ForeignTool, ...]:
    """``tools``, given the request's ``tool_choice``. Raises Unreadable."""
    if given is None:
        return ()
    found = [tool for at, value in enumerate(as_list(given, "tools")) for tool in _read(value, f"tools[{at}]")]
    if not any(isinstance(tool, Tool) for tool in found):
        return tuple(found)
    forced = choice.get("type") if isinstance(choice, dict) else None
    return tuple(
        [
            ForeignTool(kind=tool.kind, value=tool.value, optional=True)
            if isinstance(tool, ForeignTool) and tool.kind in _OFFERED and tool.kind != forced
            else tool
            for tool in found
        ]
    )


def _read(value: Any, place: str) -> Iterator[Tool | ForeignTool]:
    tool = as_object(value, place)
    kind = text(tool, "type", place)
    if kind == NAMESPACE and tool.get("tools"):
        shell = rest(tool, "tools")
        namespace = text(tool, "name", place)
        for at, inner in enumerate(as_list(tool["tools"], f"{place}.tools")):
            there = f"{place}.tools[{at}]"
            yield _function(as_object(inner, there), there, shell, namespace)
    elif kind in ("function", CUSTOM):
        yield _function(tool, place)
    else:
        yield ForeignTool(kind=kind, value=tool)


def _function(tool: Json, place: str, shell: Json | None = None, namespace: str = "") -> Tool:
    name = text(tool, "name", place)
    described = tool.get("description")
    description = None if described is None else text(tool, "description", place)
    home = {} if shell is None else {NAMESPACE: Home(shell, name)}
    called = name if shell is None else joined_name(namespace, name)
    if tool.get("type") == CUSTOM:
        extras = {**rest(tool, "name", "description"), **home}
        return Tool(name=called, description=description, schema=SCHEMA, extras=extras)
    schema = tool.get("parameters")
    return Tool(
        name=called,
        description=description,
        schema=None if schema is None else as_object(schema, f"{place}.parameters"),
        strict=flag(tool.get("strict"), f"{place}.strict"),
        extras={**rest(tool, "name", "description", "parameters", "strict"), **home},
    )


def callables(request: Request | None) -> Mapping[str, Named]:
    """The tools a client of this protocol calls otherwise than by a function's bare name."""
    if request is None or request.source is not Format.OPENAI_RESPONSES:
        return {}
    found: dict[str, Named] = {}
    for tool in request.tools:
        if isinstance(tool, ForeignTool):
            continue
        custom, home = tool.extras.get("type") == CUSTOM, _home(tool)
        if home is not None:
            found[tool.name] = Named(custom, home.name, home.shell["name"])
        elif custom:
            found[tool.name] = Named(custom, tool.name, "")
    return found


def native_tools(tools: tuple[Tool | ForeignTool, ...]) -> list[Json]:
    """The tools of a request of this protocol, as they came."""
    written: list[Json] = []
    for _, group in groupby(tools, key=lambda tool: id(home.shell) if (home := _home(tool)) else id(tool)):
        members = list(group)
        home = _home(members[0])
        told = [_native(tool) for tool in members]
        written.append(told[0] if home is None else {**home.shell, "tools": told})
    return written


def _home(tool: Tool | ForeignTool) -> Home | None:
    found = tool.extras.get(NAMESPACE)
    return found if isinstance(found, Home) else None


def _native(tool: Tool | ForeignTool) -> Json:
    if isinstance(tool, ForeignTool):
        return dict(tool.value)
    home = _home(tool)
    said: Json = {"name": tool.name if home is None else home.name}
    said |= {"description": tool.description, "strict": tool.strict}
    if tool.extras.get("type") != CUSTOM:
        said["parameters"] = tool.schema
    extras = tool.extras if home is None else rest(dict(tool.extras), NAMESPACE)
    return {**{name: value for name, value in said.items() if value is not None}, **extras}
