"""Ids of tool calls for vendors that take only their own kind: nine letters and digits (wires.md 18)."""

from __future__ import annotations

import hashlib
import re
import string
from typing import Any

import msgspec

from sluice.vendors.quirks import UNREADABLE, encode

_FITS = re.compile("[A-Za-z0-9]{9}")
_DIGITS = string.ascii_letters + string.digits

_raws = msgspec.json.Decoder(list[msgspec.Raw])
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_text = msgspec.json.Decoder(str)


def short_call_id(identity: str) -> str:
    """The id itself where it fits, else nine letters and digits that are always the same for it."""
    if _FITS.fullmatch(identity):
        return identity
    number = int.from_bytes(hashlib.sha256(identity.encode("utf-8", "surrogatepass")).digest())
    digits = []
    for _ in range(9):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(digits)


def short_call_ids(messages: bytes) -> bytes:
    """The messages with every tool call's id made short, in calls and results alike; all else byte for byte.

    A conversation begun with another model, or by a client that makes its own ids, goes on this way.
    """
    if b'"tool_call' not in messages:
        return messages
    try:
        return encode([_message(item) for item in _raws.decode(messages)])
    except UNREADABLE:
        return messages  # no list of messages: the upstream will say so


def _message(raw: msgspec.Raw) -> Any:
    if b'"tool_call' not in bytes(raw):
        return raw
    message: dict[str, Any] = dict(_members.decode(raw))
    _shorten(message, "tool_call_id")
    calls = bytes(message.get("tool_calls", b""))
    if calls[:1] == b"[":
        told: list[dict[str, Any]] = [dict(_members.decode(call)) for call in _raws.decode(calls)]
        for call in told:
            _shorten(call, "id")
        message["tool_calls"] = told
    return message


def _shorten(members: dict[str, Any], name: str) -> None:
    raw = bytes(members.get(name, b""))
    if raw[:1] == b'"':
        members[name] = short_call_id(_text.decode(raw))
