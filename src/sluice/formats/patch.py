"""The patch lane: a request's top level is decoded, everything below it travels byte for byte."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from sluice.base.errors import GatewayError, bad_request

Top = dict[str, msgspec.Raw]

_decoder = msgspec.json.Decoder(Top)
_encoder = msgspec.json.Encoder()
_text = msgspec.json.Decoder(str | None)
_flag = msgspec.json.Decoder(bool | None)
_number = msgspec.json.Decoder(int | None)
_object = msgspec.json.Decoder(Top | None)
_FILLED_LIST = re.compile(rb"\[\s*+[^\]]")


def parse_top(body: bytes) -> Top:
    """The members of a JSON object, undecoded, in order. Raises GatewayError 400 ``invalid_json`` for anything else.

    Where a name occurs twice the last value counts, as in most parsers; ``encode_top`` then writes it once.
    """
    try:
        if not body.isascii():
            body.decode()  # what is not decoded below would otherwise travel unchecked
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request("invalid_json", f"the body must be a JSON object: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


def encode_top(top: Mapping[str, Any]) -> bytes:
    """The JSON object with these members; msgspec.Raw values are written as they are."""
    return _encoder.encode(top)


def patch_request(top: Mapping[str, Any], changes: Mapping[str, Any]) -> bytes:
    """The object with members replaced or added (None removes one); order is kept."""
    patched: dict[str, Any] = dict(top)
    for name, value in changes.items():
        if value is None:
            patched.pop(name, None)
        else:
            patched[name] = value
    return _encoder.encode(patched)


def _wrong(name: str, kind: str) -> GatewayError:
    return bad_request("invalid_value", f"the field {name!r} must be {kind}", name)


def take_str(top: Mapping[str, Any], name: str, *, required: bool = False) -> str | None:
    """A string member; None when absent or null. Raises GatewayError 400 naming it."""
    try:
        value = _text.decode(top[name]) if name in top else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _wrong(name, "a string") from None
    if value is None and required:
        raise bad_request("missing_field", f"the field {name!r} is required", name)
    return value


def take_bool(top: Mapping[str, Any], name: str) -> bool | None:
    """A true/false member; None when absent or null. Raises GatewayError 400 naming it."""
    try:
        return _flag.decode(top[name]) if name in top else None
    except msgspec.DecodeError:
        raise _wrong(name, "true or false") from None


def take_int(
    top: Mapping[str, Any], name: str, *, minimum: int | None = None, maximum: int | None = None
) -> int | None:
    """A whole-number member within bounds; None when absent or null. Raises GatewayError 400 naming it."""
    if name not in top:
        return None
    try:
        value: int | None = _number.decode(top[name])
    except msgspec.DecodeError:
        raise _wrong(name, "a whole number") from None
    if value is None:
        return None
    if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        bounds = f"at least {minimum}" if maximum is None else f"between {minimum} and {maximum}"
        raise _wrong(name, bounds)
    return value


def take_object(top: Mapping[str, Any], name: str) -> Top | None:
    """An object member, its own members undecoded; None when absent or null. Raises GatewayError 400 naming it."""
    try:
        return _object.decode(top[name]) if name in top else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _wrong(name, "an object") from None


def has_list(top: Mapping[str, Any], name: str) -> bool:
    """Whether a member is a list with something in it."""
    return name in top and _FILLED_LIST.match(top[name]) is not None
