"""The protocol a vendor fulfils: how one provider, bound to one channel, speaks each format.

A dialect is pure: it turns a client's call into an upstream request and the upstream's bytes into the client's bytes.
It never sees a socket, a clock, the database or the web framework. It is bound once per channel and snapshot, so whatever
does not depend on the call is worked out in the constructor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from sluice.accounting.usage import NO_USAGE, Usage
from sluice.base.formats import Format
from sluice.base.wire import BodySource, WireHead, WireRequest


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request of a client, as the dialect needs it.

    ``body`` is the client's JSON as it came (checked to be an object; ``top`` holds its top-level members undecoded,
    as msgspec.Raw), or ``form`` is set for multipart formats. ``model`` is what the client asked for, ``upstream_model``
    what the channel calls it. ``stream`` is whether the client wants a stream, ``wants_usage`` whether it asked
    for the closing usage chunk. ``max_output`` is a cap in tokens to be put into the request when money is short, else None.
    ``now_ms`` and ``nonce`` (128 bits) are the only time and chance a dialect may use.
    ``headers`` are the client's headers worth forwarding on native paths (``openai-beta``, ...), lower-case names.
    """

    format: Format
    model: str
    upstream_model: str
    body: bytes = b""
    top: Mapping[str, Any] = field(default_factory=dict)
    form: Form | None = None
    stream: bool = False
    wants_usage: bool = False
    max_output: int | None = None
    now_ms: int = 0
    nonce: int = 0
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Cause(Enum):
    """Why an attempt failed: the words the verdict (routing/verdict.py) decides by."""

    REQUEST = "request"  # the upstream refuses the request itself: no other channel will do better
    MODEL = "model"  # the upstream does not know this model, though the channel lists it
    AUTH = "auth"  # the upstream refuses our key, or our account has no money
    CREDENTIAL = "credential"  # a minted token was refused: mint afresh and try again once
    RATE = "rate"  # too many requests for this account
    OVERLOADED = "overloaded"  # the upstream is busy or down
    SERVER = "server"  # the upstream failed
    SHAPE = "shape"  # a success that is not what was promised
    UNREACHABLE = "unreachable"  # no connection: nothing was sent
    BROKEN = "broken"  # the connection broke after the request was sent
    TIMEOUT = "timeout"  # silent too long


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A failed attempt. ``message`` is the upstream's, not yet redacted; ``status`` the HTTP status met, 0 when none.

    ``retry_after`` is seconds. ``code``, ``type``, ``param`` are the upstream's own, when it speaks of them.
    """

    cause: Cause
    message: str
    status: int = 0
    code: str | None = None
    type: str | None = None
    param: str | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A successful unary answer in the client's format. ``usage`` has source ``none`` when the upstream told nothing."""

    body: bytes
    content_type: bytes = b"application/json"
    usage: Usage = NO_USAGE
    finish_reason: str | None = None


class StreamParser(Protocol):
    """Turns an upstream's streamed answer into the client's stream, piece by piece. One per attempt.

    ``feed`` never raises on what an upstream sends: it sets ``fault``. Until ``committed`` is true nothing it
    returned carried content, so the relay may still throw it away and try another channel.
    """

    committed: bool
    """True once bytes with content (text, reasoning, a tool call, audio, a finish reason) were returned."""
    usage: Usage
    """The usage seen so far; source ``none`` until the upstream tells."""
    output_bytes: int
    """UTF-8 bytes of generated text, reasoning and arguments seen so far: the base of a local estimate."""
    finish_reason: str | None
    done: bool
    """True once the protocol's own end was seen; what follows is ignored."""
    fault: Fault | None
    """Set when the upstream reported an error in the stream or broke its protocol."""

    def feed(self, data: bytes) -> bytes:
        """Takes bytes from the upstream and returns bytes for the client (often b"")."""
        ...

    def finish(self) -> bytes:
        """Call at the upstream's end of body. Returns the closing bytes (``[DONE]``...), or sets ``fault`` (BROKEN) when the
        stream ended before its protocol's end."""
        ...


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

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault:
        """Reads a 2xx answer that was asked without streaming; a Fault when it is an error or not the promised shape."""
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
