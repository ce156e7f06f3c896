"""What the fake provider says: all of it follows from the request, so that a test can work it out."""

from __future__ import annotations

import hashlib
import json
import math
import re
import struct
from dataclasses import dataclass, field
from typing import Any

from sluice.fake.scenario import Scenario

Json = dict[str, Any]

GREETING = (
    "This is Sluice's built-in fake provider. It needs no key, costs nothing real, and speaks like a provider so that "
    "you can try everything: streams, tools, errors, prices. You said: "
)
WAV = (
    b"RIFF" + struct.pack("<I", 36 + 1600) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
    + b"data" + struct.pack("<I", 1600) + bytes([128]) * 1600
)  # fmt: skip
"""A fifth of a second of silence."""
MP3 = bytes.fromhex("fffb90c4") + bytes(413)
"""One silent MPEG-1 layer III frame."""
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000"
    "000049454e44ae426082"
)


_CALLING = {"tool", "ptool", "toolsplit", "call"}
"""The scenarios that call tools."""
_ASKED_CALL = re.compile(r"\bcall ([\w-]+) (?=(\{))")


@dataclass(slots=True)
class Said:
    """One answer: text, reasoning, tool calls, how it ends, and what it used."""

    text: str = ""
    reasoning: str = ""
    calls: list[Json] = field(default_factory=list)
    finish: str = "stop"
    input_tokens: int = 0
    output_tokens: int = 0

    def pieces(self) -> list[str]:
        """The text word by word."""
        words = self.text.split(" ")
        return [word if at == 0 else " " + word for at, word in enumerate(words)] if self.text else []


def text_of(content: Any) -> str:
    """The text of a message's content, string or parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return " ".join(part.get("text", "") for part in content if isinstance(part, dict))
    return ""


def tokens_of(text: str) -> int:
    """The fake tokenizer: a token is a word."""
    return len(text.split())


def answer(scenario: Scenario, messages: list[Json], tools: list[Json] | None, maximum: int | None) -> Said:
    """The answer to a chat."""
    last = messages[-1] if messages else {}
    question = text_of(last.get("content"))
    said = Said(input_tokens=sum(tokens_of(text_of(m.get("content"))) for m in messages) or 1)
    if scenario.flags & _CALLING:
        named = _named_call(messages) if "call" in scenario else None
        if last.get("role") in ("tool", "function"):
            said.text = f"The tool says: {question}"
        elif named is not None:
            said.calls, said.finish = [named], "tool_calls"
        elif "call" in scenario:
            said.text = GREETING + question
        else:
            said.calls = _calls(tools, 2 if "ptool" in scenario or "toolsplit" in scenario else 1)
            said.finish = "tool_calls"
    elif "json" in scenario:
        said.text = '{"city":"Paris","temperature":21}'
    elif "long" in scenario or "chunks" in scenario:
        said.text = " ".join(f"w{number}" for number in range(scenario.number("chunks", 2000)))
    elif "filter" in scenario:
        said.finish = "content_filter"
    else:
        said.text = GREETING + question if scenario.model.startswith("fake") else f"You said: {question}"
    if "think" in scenario or "thinktags" in scenario:
        said.reasoning = "Let me think about it step by step."
    if "length" in scenario:
        said.finish = "length"
    said.output_tokens = tokens_of(said.text) + tokens_of(said.reasoning) + 5 * len(said.calls) or 1
    if maximum is not None and said.output_tokens > maximum and said.text:
        said.text = " ".join(said.text.split()[: max(maximum, 1)])
        said.output_tokens, said.finish = max(maximum, 1), "length"
    if "usage" in scenario:
        said.input_tokens, said.output_tokens = scenario.number("usage"), scenario.number("usage", place=1)
    if "zerousage" in scenario:
        said.input_tokens = said.output_tokens = 0
    return said


def _calls(tools: list[Json] | None, count: int) -> list[Json]:
    names = [tool.get("function", {}).get("name", "f") for tool in tools or []] or ["get_weather"]
    return [
        {
            "id": f"call_fake{number}",
            "type": "function",
            "function": {
                "name": names[number % len(names)],
                "arguments": json.dumps({"city": ("Paris", "Tokyo")[number % 2], "unit": "celsius", "days": number}),
            },
        }
        for number in range(count)
    ]


def _named_call(messages: list[Json]) -> Json | None:
    """The call that the latest user message asks for: ``call NAME {arguments}``."""
    asked = next((text_of(m.get("content")) for m in reversed(messages) if m.get("role") == "user"), "")
    for found in reversed(list(_ASKED_CALL.finditer(asked))):
        try:
            arguments, _ = json.JSONDecoder().raw_decode(asked, found.start(2))
        except ValueError:
            continue
        return {
            "id": "call_fake0",
            "type": "function",
            "function": {"name": found[1], "arguments": json.dumps(arguments)},
        }
    return None


def usage(said: Said) -> Json:
    """The answer's usage in OpenAI's shape."""
    return {
        "prompt_tokens": said.input_tokens,
        "completion_tokens": said.output_tokens,
        "total_tokens": said.input_tokens + said.output_tokens,
    }


def vector(text: str, size: int) -> list[float]:
    """A unit vector that depends on the text alone, in float32 precision."""
    numbers: list[float] = []
    seed = text.encode()
    while len(numbers) < size:
        seed = hashlib.sha256(seed).digest()
        numbers += [value / 2**31 - 1 for value in struct.unpack("<8I", seed)]
    numbers = numbers[:size]
    norm = math.sqrt(sum(value * value for value in numbers)) or 1.0
    return list(struct.unpack(f"<{size}f", struct.pack(f"<{size}f", *(value / norm for value in numbers))))
