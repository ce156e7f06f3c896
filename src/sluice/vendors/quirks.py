"""The closed vocabulary of quirks: what an OpenAI-shaped vendor needs beyond the common rules, as data.

A new word is added here only when a vendor needs it; what needs an ``if`` about one vendor alone is a dialect of its
own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Literal

import msgspec

from sluice.base.errors import bad_request
from sluice.base.outcome import Cause
from sluice.formats.openai_chat.hygiene import Hygiene

Raw = msgspec.Raw
Globs = tuple[str, ...]
Rule = Callable[[dict[str, Any], str, bool], list[str]]
"""Applies the rules to a request's members in place, for an upstream model, streamed or not; returns what is to be
reported."""

_any = msgspec.json.Decoder()
_raws = msgspec.json.Decoder(list[Raw])
_members = msgspec.json.Decoder(dict[str, Raw])
encode = msgspec.json.Encoder().encode

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises on bytes it cannot read."""


class Defaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Members set where the client set none.

    ``models`` are globs on the upstream's name; ``stream`` restricts it to streamed or to whole answers.
    """

    set: Mapping[str, Any]
    models: Globs = ("*",)
    stream: bool | None = None


class DropFor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Members that models whose names fit ``models`` refuse."""

    models: Globs
    names: tuple[str, ...]


class MemberRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What happens to a request's top-level members in one format.

    ``drop`` leaves members out (``drop_for`` for some models only), ``rename`` gives them another name (unless that is
    there already), ``clamp`` bounds numbers into [least, most], ``defaults`` adds members. What is dropped or clamped
    is reported to the client.
    """

    rename: Mapping[str, str] = {}
    drop: tuple[str, ...] = ()
    drop_for: tuple[DropFor, ...] = ()
    clamp: Mapping[str, tuple[float, float]] = {}
    defaults: tuple[Defaults, ...] = ()


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The most inputs one embeddings request may hold, for models whose name fits ``models``."""

    models: Globs
    size: int


class Quirks(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Switches of a vendor.

    ``no_stream_options``: it refuses the member; usage comes by itself or not at all.
    ``developer_to_system``: it knows no role ``developer``.
    ``max_tokens_name``: what a cap is called when the client used no name of its own.
    ``force_stream``: models (globs) that only stream; whole answers are streamed and folded.
    ``think_tags``, ``fold_reasoning``, ``content_parts``: see formats/openai_chat/hygiene.py.
    ``short_call_ids``: ids of tool calls must be nine letters and digits; see call_ids.py.
    ``responses_only``: models (globs) that are spoken to in Responses alone; ``responses_for_tools``: those that are
    when they are to think and are offered functions; see two_protocols.py.
    ``embeddings_batch``: the most inputs per request, 0 for no limit; ``embeddings_batches``: exceptions, first fit.
    ``embeddings_float_only``: no base64. ``embeddings_no_encoding``: it refuses the member ``encoding_format``; Sluice
    converts. ``embeddings_text_only``: no token ids.
    """

    no_stream_options: bool = False
    developer_to_system: bool = False
    max_tokens_name: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    force_stream: Globs = ()
    think_tags: bool = False
    fold_reasoning: bool = False
    content_parts: bool = False
    short_call_ids: bool = False
    responses_only: Globs = ()
    responses_for_tools: Globs = ()
    embeddings_batch: int = 0
    embeddings_batches: tuple[Batch, ...] = ()
    embeddings_float_only: bool = False
    embeddings_no_encoding: bool = False
    embeddings_text_only: bool = False

    def batch_size(self, model: str) -> int:
        """The most embedding inputs one request to ``model`` may hold; 0 for no limit."""
        for batch in self.embeddings_batches:
            if fits(model, batch.models):
                return batch.size
        return self.embeddings_batch


def hygiene_of(quirks: Quirks, codes: Mapping[str, Cause]) -> Hygiene:
    """The quirks an answer is read by."""
    return Hygiene(
        think_tags=quirks.think_tags,
        fold_reasoning=quirks.fold_reasoning,
        content_parts=quirks.content_parts,
        codes=codes,
    )


@lru_cache(maxsize=1024)  # asked several times a request, of the few models of channels
def fits(model: str, globs: Globs) -> bool:
    """Whether a model's name fits one of the globs (``*``, ``?``, ``[...]``), case and all."""
    return any(fnmatchcase(model, glob) for glob in globs)


def member_rule(rules: MemberRules) -> Rule | None:
    """The rules as a function; None when there are none. It reports ``name`` (left out) or ``name=value`` (changed)."""
    if rules == MemberRules():
        return None

    def apply(members: dict[str, Any], model: str, stream: bool) -> list[str]:
        refused = [*rules.drop, *(name for rule in rules.drop_for if fits(model, rule.models) for name in rule.names)]
        told = [name for name in refused if present(members, name)]
        for name in refused:
            members.pop(name, None)
        for old, new in rules.rename.items():
            if old in members:
                value = members.pop(old)
                members.setdefault(new, value)
        for name, (least, most) in rules.clamp.items():
            told += clamp(members, name, least, most)
        for defaults in rules.defaults:
            if fits(model, defaults.models) and defaults.stream in (None, stream):
                for name, value in defaults.set.items():
                    members.setdefault(name, value)
        return told

    return apply


def present(members: Mapping[str, Any], name: str) -> bool:
    """Whether the client gave the member a value other than null."""
    value = members.get(name)
    return value is not None and not (isinstance(value, Raw) and bytes(value) == b"null")


def clamp(members: dict[str, Any], name: str, least: float, most: float) -> list[str]:
    """Bounds a number among the members; what is no number is left to the upstream."""
    raw = members.get(name)
    try:
        value = _any.decode(raw) if isinstance(raw, Raw) else None
    except UNREADABLE:
        return []
    if isinstance(value, bool) or not isinstance(value, int | float) or least <= value <= most:
        return []
    bound = least if value < least else most
    members[name] = int(bound) if bound == int(bound) else bound
    return [f"{name}={members[name]}"]


def system_for_developer(messages: bytes) -> bytes:
    """The messages with role ``developer`` made ``system``; the others, and all other members, byte for byte."""
    if b'"developer"' not in messages:
        return messages
    try:
        items: list[Any] = list(_raws.decode(messages))
        for number, item in enumerate(items):
            if b'"developer"' in bytes(item):
                message: dict[str, Any] = dict(_members.decode(item))
                if bytes(message.get("role", b"")) == b'"developer"':
                    message["role"] = "system"
                    items[number] = message
    except UNREADABLE:
        return messages  # no list of objects: the upstream will say so
    return encode(items)


def refuse_token_ids(members: Mapping[str, Any]) -> None:
    """Raises GatewayError 400 when an embeddings request holds token ids: another vendor's model cannot read them."""
    raw = bytes(members.get("input", b"")).lstrip()
    first = raw[1:].lstrip()[:1]
    if raw[:1] == b"[" and (first == b"[" or first.isdigit()):
        raise bad_request("unsupported_content", "this model takes text, not token ids, as input", "input")
