"""Custom tools, whose input is free text and no JSON: OpenAI's two protocols have them (wires.md 1.1 and 1.11).

Elsewhere every tool is a function, so there a custom one is a function of one argument.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sluice.base.formats import Format
from sluice.formats.canon import Request, Tool, ToolCall
from sluice.formats.reading import Unreadable, json_text, object_of

CUSTOM = "custom"
ARGUMENT = "input"
"""The one argument of the function a custom tool becomes."""
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {ARGUMENT: {"type": "string"}},
    "required": [ARGUMENT],
    "additionalProperties": False,
}
"""The arguments of a custom tool where a tool must be a function."""


_BEGUN = re.compile(
    rf"""(\s*\{{\s*"{ARGUMENT}"\s*:\s*"(?:[^"\\]|\\(?:u[0-9a-fA-F]{{4}}|[^u]))*)(?:\\(?:u[0-9a-fA-F]{{0,3}})?|"\s*)?"""
)
"""Arguments that break off within their text, or before the end of the object; a half escape is left out."""


def is_custom(extras: Mapping[str, Any]) -> bool:
    """Whether a tool or a call that chat completions tell is a custom one: gateways echo the member on functions too,
    null or empty."""
    return extras.get("type") == CUSTOM and isinstance(extras.get(CUSTOM), dict)


def as_arguments(text: str) -> str:
    """The arguments of a function that say a custom tool's input."""
    return json_text({ARGUMENT: text})


def free_text(call: ToolCall) -> str:
    """The text a custom tool is called with: of arguments that end too early, what was told of it."""
    begun = _BEGUN.fullmatch(call.arguments)
    try:
        arguments = object_of(call.arguments if begun is None else begun[1] + '"}', "arguments")
    except Unreadable:
        return call.arguments
    told = arguments.get(ARGUMENT) if arguments else ""
    return told if isinstance(told, str) else call.arguments


def custom_in_chat(request: Request | None) -> frozenset[str]:
    """The names of the custom tools a client of chat completions offers."""
    if request is None or request.source is not Format.OPENAI_CHAT:
        return frozenset()
    return frozenset([tool.name for tool in request.tools if isinstance(tool, Tool) and is_custom(tool.extras)])
