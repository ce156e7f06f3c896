"""Names of the generateContent protocol: one spelling for the two that are accepted (wires.md 3.1).

The protocol is Protocol Buffers as JSON: names are written in camelCase and read in snake_case too, as Google's own
examples for curl spell them.
"""

from __future__ import annotations

import re
from typing import Any

from sluice.formats.reading import Unreadable

Json = dict[str, Any]

_CAMEL = (
    "allowedFunctionNames", "audioTimestamp", "cachedContent", "candidateCount", "codeExecution",
    "codeExecutionResult", "displayName", "enableEnhancedCivicAnswers", "executableCode", "fileData", "fileUri",
    "frequencyPenalty", "functionCall", "functionCallingConfig", "functionDeclarations", "functionResponse",
    "generationConfig", "googleMaps", "googleSearch", "googleSearchRetrieval", "imageConfig", "includeThoughts",
    "inlineData", "maxOutputTokens", "mediaResolution", "mimeType", "outputDimensionality", "parametersJsonSchema",
    "presencePenalty", "responseJsonSchema", "responseLogprobs", "responseMimeType", "responseModalities",
    "responseSchema", "retrievalConfig", "safetySettings", "serviceTier", "speechConfig", "stopSequences",
    "systemInstruction", "taskType", "thinkingBudget", "thinkingConfig", "thinkingLevel", "thoughtSignature",
    "toolConfig", "topK", "topP", "urlContext", "videoMetadata",
)  # fmt: skip
_SNAKE = {re.sub("([A-Z])", lambda found: "_" + found[1].lower(), name): name for name in _CAMEL}
_OTHER = frozenset(_SNAKE)


def named(value: Any, place: str) -> Json:
    """An object of the protocol, its members in camelCase. Raises Unreadable."""
    if not isinstance(value, dict):
        raise Unreadable(place, "an object")
    if _OTHER.isdisjoint(value):
        return value
    return {_SNAKE.get(name) or name: member for name, member in value.items()}


def repeated(value: Any, place: str) -> list[Any]:
    """A list of objects; a lone one stands for a list of one, as Google's own examples for curl write it. Raises
    Unreadable."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [value]
    raise Unreadable(place, "a list")
