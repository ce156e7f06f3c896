"""Conversations that other providers' models began, going on at an upstream that speaks the client's own protocol: what
proved their thoughts stays behind (formats/proofs.py). Nothing is decoded where no such proof is met."""

from __future__ import annotations

from typing import Any, TypeGuard

import msgspec

from sluice.base.errors import GatewayError
from sluice.formats.anthropic.codec import MessagesCodec
from sluice.formats.anthropic.thinking import may_think
from sluice.formats.members import encode
from sluice.formats.proofs import MARK, cleared
from sluice.vendors.quirks import UNREADABLE

Raw = msgspec.Raw

_MET = b'"' + MARK.encode()
_FIRST = _MET[:5]
"""Looked for first: in a large text CPython finds five bytes several times as fast as six."""
_messages = msgspec.json.Decoder(list[dict[str, Raw]])
_blocks = msgspec.json.Decoder(list[dict[str, Any]])
_CODEC = MessagesCodec()
_BLOCKS = "thinking_blocks"


def _holds_proofs(raw: object) -> TypeGuard[Raw]:
    text = bytes(raw) if isinstance(raw, Raw) else b""
    return _FIRST in text and _MET in text


def forget_in_chat(members: dict[str, Any]) -> None:
    """Chat messages without what proves thoughts to other protocols' models, and means nothing here; all else byte for
    byte."""
    raw = members.get("messages")
    if not _holds_proofs(raw):
        return
    try:
        told = _messages.decode(raw)
        for message in told:
            if _MET in bytes(message.get(_BLOCKS, b"")):
                del message[_BLOCKS]
    except (*UNREADABLE, msgspec.ValidationError):
        return  # the upstream will say what it is that it cannot read
    members["messages"] = Raw(encode(told))


def forget_in_messages(members: dict[str, Any]) -> list[str]:
    """Messages without the thoughts of other makers. A tool loop they began cannot go on thinking with a budget: that
    is reported."""
    if not _holds_proofs(members.get("messages")):
        return []
    try:
        request = _CODEC.decode_request(encode(members))
    except GatewayError:
        return []  # the upstream will say what is wrong
    turns = cleared(request.turns, "", trusted=True)[0]
    kept = tuple([turn for turn in turns if turn.parts or turn.role != "assistant"])
    members["messages"] = _CODEC.encode_request(msgspec.structs.replace(request, turns=kept)).body["messages"]
    if may_think(kept) or b'"enabled"' not in bytes(members.get("thinking", b"")):
        return []
    del members["thinking"]
    return ["thinking"]
