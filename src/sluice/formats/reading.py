"""Reads JSON that others wrote: each step checks the type, and names the place where it is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sluice.base.errors import GatewayError, bad_request
from sluice.formats.members import DECODE_ERRORS

Json = dict[str, Any]

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class Unreadable(Exception):
    """A value of the wrong kind. ``place`` is its path, ``must`` what it should be."""

    def __init__(self, place: str, must: str) -> None:
        super().__init__(f"{place} must be {must}")
        self.place = place

    def refusal(self) -> GatewayError:
        """What a client is told whose request it was."""
        return bad_request("invalid_value", str(self), self.place)


def parse(body: bytes) -> Json:
    """A JSON object. Raises Unreadable."""
    try:
        value = _decode(body)
    except DECODE_ERRORS:
        raise Unreadable("the body", "JSON") from None
    if not isinstance(value, dict):
        raise Unreadable("the body", "an object")
    return value


def as_object(value: Any, place: str) -> Json:
    """An object. Raises Unreadable."""
    if not isinstance(value, dict):
        raise Unreadable(place, "an object")
    return value


def as_list(value: Any, place: str) -> list[Any]:
    """A list. Raises Unreadable."""
    if not isinstance(value, list):
        raise Unreadable(place, "a list")
    return value


def text(holder: Mapping[str, Any], name: str, place: str) -> str:
    """A text that must be there. Raises Unreadable."""
    value = holder.get(name)
    if not isinstance(value, str):
        raise Unreadable(f"{place}.{name}", "a text")
    return value


def maybe_text(holder: Mapping[str, Any], name: str) -> str:
    """A text, or "" for anything else."""
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def whole(value: Any, place: str) -> int | None:
    """A whole number, None for null. Raises Unreadable."""
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise Unreadable(place, "a whole number")
    return value


def number(value: Any, place: str) -> float | None:
    """A number, None for null. Raises Unreadable."""
    if value is None:
        return None
    if type(value) not in (int, float):
        raise Unreadable(place, "a number")
    return value  # type: ignore[no-any-return]


def flag(value: Any, place: str) -> bool | None:
    """True or false, None for null. Raises Unreadable."""
    if value is None or isinstance(value, bool):
        return value
    raise Unreadable(place, "true or false")


def rest(holder: Mapping[str, Any], *known: str) -> Json:
    """The members that are not among the known ones, and those that are null: what says nothing is said again."""
    left: Json = {}
    for name, value in holder.items():
        if value is None or name not in known:
            left[name] = value
    return left


def json_text(value: Any) -> str:
    """A value as JSON text."""
    return _encode(value).decode()


def object_of(arguments: str, place: str) -> Json:
    """The object in a call's arguments; {} for none. Raises Unreadable."""
    if not arguments.strip():
        return {}
    try:
        value = _decode(arguments)
    except DECODE_ERRORS:
        raise Unreadable(place, "the text of a JSON object") from None
    return as_object(value, place)


def raw_object(arguments: str, place: str) -> msgspec.Raw:
    """The object in a call's arguments, its numbers and order as they are written. Raises Unreadable."""
    object_of(arguments, place)
    return msgspec.Raw(arguments.strip().encode() or b"{}")


def unsupported(place: str, kind: str) -> GatewayError:
    """The refusal of a content the target has no way for."""
    message = f"the provider of this model cannot take {kind!r} in {place}"
    return bad_request("unsupported_content", message, place)


def data_url(url: str) -> tuple[str, str] | None:
    """Media type and base64 of a ``data:`` address; None for any other."""
    head, comma, data = url.partition(",")
    if head[:5].lower() != "data:" or not comma or not head.endswith(";base64"):
        return None
    return head[5:].partition(";")[0], data
