"""What is left out of a request, told by the name its client knows it under.

Encoders and vendors speak of knobs by the names of chat completions, as the canon does; clients of other protocols have
their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sluice.base.errors import bad_request
from sluice.base.formats import Format
from sluice.formats.canon import Request

_NAMES: Mapping[Format, Mapping[str, str]] = {
    Format.OPENAI_CHAT: {},
    Format.ANTHROPIC: {
        "stop": "stop_sequences",
        "user": "metadata.user_id",
        "reasoning_effort": "thinking",
        "reasoning_content": "thinking",
        "response_format": "output_config.format",
        "filename": "title",
        "parallel_tool_calls": "tool_choice.disable_parallel_tool_use",
        "max_completion_tokens": "max_tokens",
    },
    Format.OPENAI_RESPONSES: {
        "user": "safety_identifier",
        "reasoning_effort": "reasoning.effort",
        "reasoning_content": "reasoning",
        "thinking": "reasoning",
        "response_format": "text.format",
        "response_format.json_schema.description": "text.format.description",
        "max_tokens": "max_output_tokens",
        "max_completion_tokens": "max_output_tokens",
    },
    Format.GEMINI: {
        "temperature": "generationConfig.temperature",
        "top_p": "generationConfig.topP",
        "top_k": "generationConfig.topK",
        "stop": "generationConfig.stopSequences",
        "reasoning_effort": "generationConfig.thinkingConfig",
        "reasoning_content": "thought",
        "thinking": "thoughtSignature",
        "response_format": "generationConfig.responseMimeType",
        "filename": "displayName",
        "tool_choice": "toolConfig",
        "max_tokens": "generationConfig.maxOutputTokens",
        "max_completion_tokens": "generationConfig.maxOutputTokens",
    },
}


def own_names(request: Request, names: Sequence[str]) -> tuple[str, ...]:
    """The names of a request's client, each once; ``name=value`` keeps its value."""
    if not names:
        return ()
    known = _NAMES[request.source]
    config = request.spelled["top"].get("generationConfig") if request.source is Format.GEMINI else None
    found: dict[str, None] = {}
    for told in names:
        name, equals, value = told.partition("=")
        own = known.get(name, name)
        if isinstance(config, dict) and own in config:
            own = f"generationConfig.{own}"
        found[f"{own}{equals}{value}"] = None
    return tuple(found)


def one_answer(request: Request) -> None:
    """Raises GatewayError 400 when a request wants several answers: translated, it can have only one."""
    if request.choices == 1:
        return
    name = "generationConfig.candidateCount" if request.source is Format.GEMINI else "n"
    message = f"the provider of this model gives one answer at a time: {name} must be 1"
    raise bad_request("unsupported_value", message, name)
