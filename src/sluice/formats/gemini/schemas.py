"""The schemas of this protocol's own kind (a subset of OpenAPI's, types in capitals) as JSON Schema (wires.md 3.1)."""

from __future__ import annotations

from typing import Any

from sluice.formats.gemini.names import named
from sluice.formats.reading import Unreadable, as_list, as_object

Json = dict[str, Any]

_DEEPEST = 64
_COUNTS = frozenset({"minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength"})
_SCHEMAS = frozenset({"items", "additionalProperties"})
_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_NAMED = frozenset({"properties", "$defs", "defs"})
_SNAKE = {"any_of": "anyOf", "min_items": "minItems", "max_items": "maxItems", "min_length": "minLength",
          "max_length": "maxLength", "property_ordering": "propertyOrdering", "additional_properties":
          "additionalProperties", "min_properties": "minProperties", "max_properties": "maxProperties"}  # fmt: skip


def json_schema(value: Any, place: str, depth: int = 0) -> Json:
    """A schema with JSON Schema's words. Raises Unreadable, also for one that is nested beyond all use."""
    if depth > _DEEPEST:
        raise Unreadable(place, f"nested at most {_DEEPEST} deep")
    told: Json = {}
    for given, member in as_object(value, place).items():
        name = _SNAKE.get(given, given)
        where = f"{place}.{name}"
        if name in _SCHEMAS and isinstance(member, dict):
            told[name] = json_schema(member, where, depth + 1)
        elif name in _LISTS:
            told[name] = [json_schema(one, where, depth + 1) for one in as_list(member, where)]
        elif name in _NAMED:
            inner = as_object(member, where).items()
            told[name] = {key: json_schema(one, f"{where}.{key}", depth + 1) for key, one in inner}
        elif name == "type" and isinstance(member, str):
            told[name] = member.lower()
        elif name in _COUNTS and isinstance(member, str) and member.isascii() and member.isdigit():
            told[name] = int(member[:18])  # 64-bit numbers are texts in Protocol Buffers' JSON
        elif name not in ("nullable", "propertyOrdering"):
            told[name] = member
    return _nullable(told) if value.get("nullable") is True else told


def _nullable(schema: Json) -> Json:
    kind = schema.get("type")
    if not isinstance(kind, str):
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [kind, "null"]}


def declared(function: Json, own: str, standard: str, place: str) -> Json | None:
    """The schema a holder declares in one of two members: ``own`` in this protocol's words, ``standard`` in JSON
    Schema's. None for none. Raises Unreadable."""
    holder = named(function, place)
    if holder.get(standard) is not None:
        return as_object(holder[standard], f"{place}.{standard}")
    return None if holder.get(own) is None else json_schema(holder[own], f"{place}.{own}")
