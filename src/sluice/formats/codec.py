"""What a protocol's codec does: its bytes into the canon's values and back, whole and streamed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault
from sluice.formats.canon import HELD, Event, Extras, Opaque, Reply, Request, Thinking, Tool
from sluice.formats.reading import unsupported

Json = dict[str, Any]


Sampling = Literal["always", "unthinking", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What the model a request goes to can do, where models of one protocol differ (catalog/abilities.py).

    ``max_output`` is tokens, for protocols that must name a limit; ``most_output`` the most the model takes, where it
    is known. ``sampling``: whether it takes temperature, top_p
    and top_k: always, when told not to think (also when told nothing, unless it ``thinks`` by itself), or never.
    ``reasons``: it can think. ``adaptive``: it decides by itself how much to think, given an effort. ``signed``: it
    refuses calls that nobody signed. ``seals``: its thought comes back sealed where asked for. ``stops``: it takes stop
    texts. ``prefill``: it goes on with an answer begun for it. ``structured``: it takes a schema for its answer.
    ``replays``: it takes back the words of its thought with the calls they led to. ``limit_name`` is what the limit on
    the output is called, for protocols that have two names. ``portable``: what proves a thought is good at every
    account of the provider, not only at the one that made it. ``own`` tells whose fields beside the protocol's a model
    takes (``claude``, ``nova``, ``gpt``, ``thinking``), for protocols that serve many kinds of models; ``caching``
    whether it knows marks for the cache there.
    """

    max_output: int = 8192
    most_output: int | None = None
    sampling: Sampling = "always"
    thinks: bool = True
    reasons: bool = True
    adaptive: bool = False
    signed: bool = False
    seals: bool = False
    stops: bool = True
    prefill: bool = True
    structured: bool = True
    replays: bool = True
    limit_name: str = "max_tokens"
    portable: bool = False
    own: str = ""
    caching: bool = False

    def samples(self, thinking: Thinking | None) -> bool:
        """Whether it takes sampling while it thinks as asked."""
        if self.sampling != "unthinking":
            return self.sampling == "always"
        return not self.thinks if thinking is None else not thinking.enabled


PLAIN = Abilities()


class Written(msgspec.Struct, frozen=True):
    """A request in a protocol, and the members of the source that are left out or changed (``temperature=1``)."""

    body: Json
    dropped: tuple[str, ...] = ()


class Voicing(msgspec.Struct, frozen=True, kw_only=True):
    """What an encoder of answers must be told: ``model`` is the name the client used; ``wants_usage`` whether it asked
    for usage where that is a choice; ``created_s`` epoch seconds; ``new_id`` an id without its protocol's prefix;
    ``asked`` the request that is answered, for protocols whose answers repeat it."""

    model: str
    wants_usage: bool = True
    created_s: int = 0
    new_id: str = ""
    asked: Request | None = None


class StreamDecoder(Protocol):
    """Reads one stream. Never raises: a broken one yields Failed, after which nothing comes."""

    def feed(self, data: bytes) -> list[Event]:
        """The events these bytes complete."""
        ...

    def finish(self) -> list[Event]:
        """The body ended: Failed, unless the protocol's own end was seen."""
        ...


class StreamEncoder(Protocol):
    """Writes one stream."""

    def feed(self, event: Event) -> bytes:
        """The bytes that say this event; b"" for Failed, which the client's surface says."""
        ...


class UpstreamCodec(Protocol):
    """One protocol, as it is spoken to upstreams."""

    format: Format

    def encode_request(self, request: Request, abilities: Abilities = PLAIN) -> Written:
        """Raises GatewayError 400 naming content the protocol cannot carry."""
        ...

    def decode_reply(self, body: bytes) -> Reply | Fault:
        """Reads a whole answer; never raises."""
        ...

    def stream_decoder(self) -> StreamDecoder:
        """A decoder for one stream."""
        ...


class Codec(UpstreamCodec, Protocol):
    """One protocol, both ways."""

    def decode_request(self, body: bytes) -> Request:
        """Raises GatewayError 400 naming what is missing or malformed."""
        ...

    def encode_reply(self, reply: Reply, voicing: Voicing) -> bytes | Fault:
        """Writes a whole answer; a Fault when the upstream said what no client of this protocol can be told."""
        ...

    def stream_encoder(self, voicing: Voicing) -> StreamEncoder:
        """An encoder for one stream."""
        ...


_INSIDE: Extras = {
    "image_url": frozenset({"url"}),
    "functionCall": frozenset({"id", "name", "args"}),
    "functionResponse": frozenset({"id", "name", "response", "parts"}),
    "citations": frozenset(),
    "custom": frozenset({"name", "description", "input"}),
}
"""Members of ``HELD`` that are objects, and what of them a value says anyway: the rest is reported."""
_SILENT = HELD - _INSIDE.keys()
_SAYING_NOTHING: tuple[tuple[str, Any], ...] = (("detail", "auto"), ("logprobs", False), ("logprobs", []))
"""Members that ask for what is so anyway."""


class Told(msgspec.Struct):
    """Collects what a target leaves out, each name once."""

    names: dict[str, None] = msgspec.field(default_factory=dict)

    def add(self, *names: str) -> None:
        """Notes names."""
        self.names.update(dict.fromkeys(names))

    def foreign(self, extras: Extras, *, marks: bool = False) -> None:
        """Notes the members of a value that only its source protocol knows. ``marks``: those of a cache too, which
        parts have their own way for."""
        if marks and extras.get("cache_control") is not None:
            self.names["cache_control"] = None
        if _SILENT.issuperset(extras):
            return
        for name, value in extras.items():
            if name in _INSIDE and isinstance(value, dict):
                inside = {key: member for key, member in value.items() if key not in _INSIDE[name]}
                self._inside(name, inside)
            elif value is not None and name not in HELD and (name, value) not in _SAYING_NOTHING:
                self.names[name] = None

    def _inside(self, name: str, members: Extras) -> None:
        """Notes the members of a member; citations that are asked for, by the name of the whole."""
        if name != "citations":
            self.foreign(members)
        elif members.get("enabled"):
            self.names[name] = None

    def beside(self, request: Request, shared: Iterable[str] = ()) -> None:
        """Notes what a request says beside its knobs, but for the members that the target has too."""
        if request.extras:
            self.foreign({name: value for name, value in request.extras.items() if name not in shared}, marks=True)
        if request.unheard:
            self.foreign(request.unheard)

    def described(self, request: Request) -> None:
        """Notes the words about the form of the answer, where there is no place for them."""
        if request.schema is not None and request.schema.description:
            self.add("response_format.json_schema.description")


def functions(request: Request, told: Told) -> list[Tool]:
    """The tools of a request as another protocol can take them, of which it may leave but some to choose from. Raises
    GatewayError 400 naming one it cannot."""
    found = []
    for at, tool in enumerate(request.tools):
        if isinstance(tool, Tool):
            found.append(tool)
        elif tool.optional:
            told.add(f"tools.{tool.kind}")
        else:
            raise unsupported(f"tools[{at}]", tool.kind)
    if request.tool_choice is None or not request.tool_choice.allowed:
        return found
    allowed = [tool for tool in found if tool.name in request.tool_choice.allowed]
    if not allowed:
        told.add("tool_choice")
    return allowed or found


def unsayable(reply: Reply) -> Fault | None:
    """The fault of an answer with a part that only its own protocol knows; clients of another cannot have asked
    for one."""
    for part in reply.parts:
        if isinstance(part, Opaque):
            return Fault(cause=Cause.SHAPE, message=f"the upstream's answer holds {part.kind!r}, unasked", status=200)
    return None
