"""Custom tools, whose input is free text and no JSON: OpenAI's two protocols have them (wires.md 1.1 and 1.11).

Elsewhere every tool is a function, so there a custom one is a function of one argument.
"""

from __future__ import annotations

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


def as_arguments(text: str) -> str:
    """The arguments of a function that say a custom tool's input."""
    return json_text({ARGUMENT: text})


def free_text(call: ToolCall) -> str:
    """The text a custom tool is called with."""
    try:
        told = object_of(call.arguments, "arguments").get(ARGUMENT)
    except Unreadable:
        told = None
    return told if isinstance(told, str) else call.arguments


def custom_in_chat(request: Request | None) -> frozenset[str]:
    """The names of the custom tools a client of chat completions offers."""
    if request is None or request.source is not Format.OPENAI_CHAT:
        return frozenset()
    return frozenset([tool.name for tool in request.tools if isinstance(tool, Tool) and CUSTOM in tool.extras])
