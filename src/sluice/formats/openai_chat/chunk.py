"""The few members of a streamed chunk that decide whether it may pass as it is; all others are skipped, not decoded.

Whatever does not fit these types exactly is not wrong, but needs the closer look of repair.py.
"""

from __future__ import annotations

import msgspec

ABSENT = msgspec.Raw(b"null")
"""Stands for a member that is not there. (A union of Raw and None takes only null.)"""


class Function(msgspec.Struct, gc=False):
    """The function of a piece of a tool call."""

    name: str | None = None
    arguments: str | None = None


class CallPiece(msgspec.Struct, gc=False):
    """A piece of a tool call."""

    index: int | None = None
    id: str | None = None
    function: Function | None = None


class Delta(msgspec.Struct, gc=False):
    """What a chunk adds to a choice."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: list[CallPiece] | None = None
    function_call: None = None
    audio: None = None


class Choice(msgspec.Struct, gc=False):
    """One choice of a chunk; ``text`` in legacy completions, ``delta`` in chat."""

    index: int
    delta: Delta | None = None
    text: str | None = None
    finish_reason: None = None
    usage: None = None
    message: None = None


class Chunk(msgspec.Struct, gc=False):
    """A chunk that may be clean."""

    id: str
    object: str
    created: int
    model: str
    choices: list[Choice]
    usage: msgspec.Raw = ABSENT
    error: None = None
    x_groq: None = None


decode_chunk = msgspec.json.Decoder(Chunk).decode
