"""OpenAI's requests as the input of a Replicate prediction.

The names are those of the official language models (``meta/meta-llama-3-70b-instruct``) and pictures' models
(``black-forest-labs/flux-schnell``); see https://replicate.com/<owner>/<name>/api/schema.
"""

from __future__ import annotations

import re
from math import gcd
from typing import Any

import msgspec

from sluice.base.errors import bad_request
from sluice.vendors.dialect import Call
from sluice.vendors.parts import bounded
from sluice.vendors.quirks import present
from sluice.vendors.turns import HANDLED, decoded, read_turns, refuse_tools, transcript, unsaid

_SIZE = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})")
_LIMITS = ("max_completion_tokens", "max_tokens")
_CHAT_LEFT_OUT = frozenset(
    {
        "tools", "tool_choice", "parallel_tool_calls", "functions", "function_call", "response_format", "logprobs",
        "top_logprobs", "logit_bias", "user", "metadata", "store", "service_tier", "modalities", "audio",
    }
)  # fmt: skip
"""Members of OpenAI's with no counterpart: they would only be refused."""
_PICTURE_LEFT_OUT = frozenset({"response_format", "user", "quality", "style", "stream", "partial_images", "moderation"})


def chat_input(members: dict[str, Any], call: Call) -> tuple[list[str], dict[str, Any]]:
    """What is left out or changed, and the input. Raises GatewayError 400 for what cannot be said."""
    refuse_tools(members)
    turns = read_turns(members)
    told = [name for name in members if name in _CHAT_LEFT_OUT and present(members, name)] + unsaid(turns, members)
    taken = HANDLED | _CHAT_LEFT_OUT | {*_LIMITS, "stop"}
    said: dict[str, Any] = {"prompt": transcript([turn for turn in turns if turn.role != "system"])}
    system = "\n\n".join(turn.text for turn in turns if turn.role == "system" and turn.text)
    if system:
        said["system_prompt"] = system
    images = [(image, turn.place) for turn in turns for image in turn.images]
    if len(images) > 1:
        text = "the provider of this model takes one picture a conversation"
        raise bad_request("unsupported_content", text, images[1][1])
    if images:
        said["image"] = images[0][0]
    given = next((members[name] for name in _LIMITS if present(members, name)), None)
    limit = bounded(given, call.max_output)
    if limit is not None:
        said["max_tokens"] = limit
    stop = decoded(members, "stop")
    if stop is not None:
        said["stop_sequences"] = ",".join(map(str, stop)) if isinstance(stop, list) else stop
    said |= {name: value for name, value in members.items() if name not in taken and present(members, name)}
    return told, said


def picture_input(members: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """As ``chat_input``, for pictures: their size is said as the ratio of its sides."""
    told = [name for name in members if name in _PICTURE_LEFT_OUT and present(members, name)]
    taken = _PICTURE_LEFT_OUT | {"model", "n", "size"}
    said = {name: value for name, value in members.items() if name not in taken and present(members, name)}
    count = decoded(members, "n")
    if count not in (None, 1):
        said["num_outputs"] = msgspec.Raw(msgspec.json.encode(count))
    size = decoded(members, "size")
    sides = _SIZE.fullmatch(size) if isinstance(size, str) else None
    if sides is not None:
        width, height = int(sides[1]), int(sides[2])
        common = gcd(width, height)
        ratio = f"{width // common}:{height // common}"
        said.setdefault("aspect_ratio", ratio)
        told.append(f"size={ratio}")
    elif size is not None and size != "auto":
        told.append("size")
    return told, said
