"""The protocol a vendor fulfils: how one provider, bound to one channel, speaks each format.

A dialect is pure: it turns a client's call into an upstream request and the upstream's bytes into the client's bytes.
It never sees a socket, a clock, the database or the web framework. It is bound once per channel and snapshot, so
whatever does not depend on the call is worked out in the constructor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Fault, Reply, StreamParser
from sluice.base.wire import BodySource, WireHead, WireRequest
from sluice.formats.keepsakes import Keepsakes


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSpec:
    """What a dialect may know of its channel. ``key`` is the upstream key in clear: never log or show it.

    ``options`` are the vendor's own form fields (``api_version``, ``appid``, ...), all strings.
    """

    provider: str
    base_url: str
    key: str = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    model_mapping: Mapping[str, str] = field(default_factory=dict)


class Form(Protocol):
    """A multipart request whose files lie outside memory (formats/multipart.py)."""

    fields: Mapping[str, tuple[str, ...]]

    def encode(self, replace: Mapping[str, str]) -> tuple[bytes, BodySource, int]:
        """Content type, body source and length of the form with some text fields replaced (or added)."""
        ...


class Call(msgspec.Struct, kw_only=True):
    """One request of a client, as the dialect needs it.

    ``body`` is the client's JSON as it came (checked to be an object; ``top`` holds its top-level members undecoded,
    as msgspec.Raw), or ``form`` is set for multipart formats. ``model`` is what the client asked for,
    ``upstream_model`` what the channel calls it. ``stream`` is whether the client wants a stream, ``wants_usage``
    whether it asked for the closing usage chunk. ``max_output`` is a cap in tokens to be put into the request when
    money is short, else None. ``now_ms`` and ``nonce`` (128 bits) are the only time and chance a dialect may use.
    ``headers`` are the client's headers worth forwarding on native paths (``openai-beta``, ...), lower-case names.
    ``owner`` is the client's token, by which ``keepsakes`` holds what its clients drop. ``said`` is what a bridge made
    of the call, ``way`` whom a dialect of two protocols has it go by: kept with it, since a call is asked about more
    than once, and never taken over by a changed copy.
    """

    format: Format
    model: str
    upstream_model: str
    body: bytes = b""
    top: Mapping[str, Any] = {}
    form: Form | None = None
    stream: bool = False
    wants_usage: bool = False
    max_output: int | None = None
    now_ms: int = 0
    nonce: int = 0
    headers: tuple[tuple[bytes, bytes], ...] = ()
    owner: int = 0
    keepsakes: Keepsakes | None = None
    said: Any = None
    way: Any = None

    def changed(self, **members: Any) -> Call:
        """The call with other members."""
        return msgspec.structs.replace(self, said=None, way=None, **members)

    def carried(self, fmt: Format, body: bytes, top: Mapping[str, Any]) -> Call:
        """The call in another protocol, whose streams always tell usage; none of its client's headers mean anything
        there."""
        # Not by ``replace``, which takes three times as long.
        return Call(
            format=fmt,
            model=self.model,
            upstream_model=self.upstream_model,
            body=body,
            top=top,
            form=self.form,
            stream=self.stream,
            wants_usage=True,
            max_output=self.max_output,
            now_ms=self.now_ms,
            nonce=self.nonce,
            owner=self.owner,
            keepsakes=self.keepsakes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Minted:
    """A credential got from the upstream's token service. ``expires_ms`` is epoch milliseconds."""

    value: str = field(repr=False)
    expires_ms: int


class Minter(Protocol):
    """Gets a short-lived credential from the long-lived key (upstream/credentials.py caches and renews it)."""

    def exchange(self, now_ms: int) -> WireRequest | Minted:
        """The request that buys a credential, or the credential itself when it can be computed (a signed JWT)."""
        ...

    def accept(self, head: WireHead, body: bytes, now_ms: int) -> Minted | Fault:
        """Reads the answer to the exchange."""
        ...


class Reader(Protocol):
    """Reads the answer to one exchange."""

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault | Further:
        """Reads a 2xx answer that is no stream; a Fault when it is an error or not the promised shape."""
        ...

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        """A parser for a 2xx answer to a streamed call; None when it is no stream (then ``reply`` gets it whole)."""
        ...

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        """Reads a non-2xx answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """Not the answer yet: the call takes one more exchange (a job to ask after, a stream to fetch, a file to get).

    ``reader`` reads what comes of ``request``, which is sent after ``pause`` seconds. ``abandon`` is sent, unheard,
    when the call is given up before its end: so that a job nobody waits for costs nothing more.
    """

    request: WireRequest
    reader: Reader
    pause: float = 0.0
    abandon: WireRequest | None = None


@dataclass(slots=True, kw_only=True)
class Errand:
    """Something to be done with what an upstream keeps for a client (base/formats.py HELD).

    ``tail`` is what follows the format's path: "", ``/file-1``, ``/file-1/content``; ``query`` what follows that, with
    its ``?``. ``body`` is JSON, or ``form`` is set. ``headers`` are the client's that may be forwarded.
    """

    format: Format
    method: bytes
    tail: str = ""
    query: str = ""
    body: bytes = b""
    form: Form | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()


@runtime_checkable
class Runner(Protocol):
    """A dialect whose upstream keeps things for its clients."""

    def errand(self, errand: Errand, credential: str) -> WireRequest:
        """The upstream request of an errand, in a format it serves."""
        ...


class Dialect(Protocol):
    """One provider's way of speaking, bound to one channel."""

    spec: ChannelSpec
    minter: Minter | None
    """Set when requests need a minted credential; None when the channel's key is used as it is."""

    def serves(self, fmt: Format) -> bool:
        """Whether this channel's provider can answer the format at all."""
        ...

    def request(self, call: Call, credential: str) -> WireRequest:
        """The upstream request. ``credential`` is the channel's key or what the minter got.

        Raises GatewayError (400) for content this upstream cannot carry, naming it.
        """
        ...

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault | Further:
        """Reads a 2xx answer that was asked without streaming; a Fault when it is an error or not the promised
        shape; Further when it is not the answer yet."""
        ...

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        """A parser for a 2xx streamed answer; None when the head shows that the body is no stream, but unary JSON
        (then the relay reads it whole and calls ``reply``)."""
        ...

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        """Reads a non-2xx answer."""
        ...

    def models_request(self, credential: str) -> WireRequest | None:
        """The request that lists the upstream's models; None when it has no such list."""
        ...

    def models_reply(self, head: WireHead, body: bytes) -> tuple[str, ...] | Fault:
        """Reads the list of model ids."""
        ...


@runtime_checkable
class Splitter(Protocol):
    """A dialect that may have to send one call as several requests (a batch over the upstream's limit)."""

    def split(self, call: Call) -> tuple[Call, ...] | None:
        """The parts, in order; None when the call fits into one request."""
        ...

    def merge(self, call: Call, replies: Sequence[Reply]) -> Reply:
        """One answer from the answers to the parts."""
        ...


@runtime_checkable
class Reporter(Protocol):
    """A dialect that leaves out what its upstream cannot do, and says so."""

    def dropped(self, call: Call) -> tuple[str, ...]:
        """Names of the request's members that will be ignored; ``name=value`` for one that is changed to what the
        upstream can do."""
        ...


@runtime_checkable
class Dated(Protocol):
    """A dialect that signs its requests with the time they are made at, the one for its list of models too."""

    def models_request_at(self, credential: str, now_ms: int) -> WireRequest | None:
        """As ``models_request``, at a time in epoch milliseconds."""
        ...


def models_request(dialect: Dialect, credential: str, now_ms: int) -> WireRequest | None:
    """The request that lists a dialect's models; None when it has no such list."""
    if isinstance(dialect, Dated):
        return dialect.models_request_at(credential, now_ms)
    return dialect.models_request(credential)


@runtime_checkable
class Addressed(Protocol):
    """A dialect that can show where its requests go."""

    def url(self, fmt: Format, model: str) -> str:
        """The address of a served format; ``model`` is the upstream's name. Holds no secret."""
        ...
