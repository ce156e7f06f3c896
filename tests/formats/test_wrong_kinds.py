"""A member of the wrong kind is refused by name, or travels on as it is: it is never a defect."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.formats.codecs import CODECS

SAID = [{"role": "user", "content": "x"}]
REQUESTS: dict[Format, dict[str, Any]] = {
    Format.OPENAI_CHAT: {"model": "m", "messages": SAID},
    Format.OPENAI_RESPONSES: {"model": "m", "input": "x"},
    Format.ANTHROPIC: {"model": "m", "max_tokens": 5, "messages": SAID},
    Format.GEMINI: {"contents": [{"role": "user", "parts": [{"text": "x"}]}]},
}
MEMBERS = [
    "messages", "input", "contents", "system", "instructions", "systemInstruction", "model", "tools", "tool_choice",
    "toolConfig", "stop", "stop_sequences", "response_format", "text", "output_config", "temperature", "top_p",
    "top_k", "max_tokens", "max_completion_tokens", "max_output_tokens", "n", "user", "metadata",
    "parallel_tool_calls", "stream", "stream_options", "reasoning", "reasoning_effort", "thinking",
    "generationConfig", "safetySettings", "include", "store", "previous_response_id", "truncation", "service_tier",
]  # fmt: skip
ODD: list[Any] = [
    None, True, 5, -1, 1.5, 1e300, "x", "", [], {}, [[]], [{}], [None], [5],
    {"type": []}, {"type": {}}, {"effort": []}, {"effort": {}}, {"format": {"type": []}}, {"mode": []},
    {"type": "enabled", "budget_tokens": []}, {"thinkingConfig": {"thinkingLevel": []}}, {"responseSchema": []},
    {"functionCallingConfig": {"mode": []}}, [{"role": []}], [{"type": []}], [{"role": "user", "content": 5}],
    [{"role": "user", "content": [{"type": {}}]}], [{"role": "assistant", "tool_calls": [[]]}],
    [{"parts": [{"functionCall": []}]}], [{"functionDeclarations": [5]}], [{"type": "function", "function": []}],
]  # fmt: skip


@pytest.mark.parametrize("protocol", list(REQUESTS))
def test_no_member_of_the_wrong_kind_is_a_defect(protocol: Format) -> None:
    codec = CODECS[protocol]
    codec.decode_request(json.dumps(REQUESTS[protocol]).encode())
    wrong = []
    for name in MEMBERS:
        for odd in ODD:
            try:
                codec.decode_request(json.dumps({**REQUESTS[protocol], name: odd}).encode())
            except GatewayError as error:
                wrong += [(name, odd)] if error.status != 400 else []
    assert wrong == []
