"""What came of an attempt: an answer, a stream being read, or a fault; in one form for every provider."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import msgspec

from sluice.base.usage import NO_USAGE, Usage


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


class Reply(msgspec.Struct, kw_only=True):
    """A successful unary answer in the client's format. ``usage`` has source ``none`` when the upstream told none."""

    body: bytes
    content_type: bytes = b"application/json"
    usage: Usage = NO_USAGE
    finish_reason: str | None = None
    output_bytes: int = 0
    """UTF-8 bytes of generated text, counted only where the upstream told no usage: the base of a local estimate."""


class StreamParser(Protocol):
    """Turns an upstream's streamed answer into the client's stream, piece by piece. One per attempt.

    ``feed`` never raises on what an upstream sends: it sets ``fault``. Until ``committed`` is true nothing it
    returned carried content, so the relay may still throw it away and try another channel.
    """

    @property
    def committed(self) -> bool:
        """True once bytes with content (text, reasoning, a tool call, audio, a finish reason) were returned."""
        ...

    @property
    def usage(self) -> Usage:
        """The usage seen so far; source ``none`` until the upstream tells."""
        ...

    @property
    def output_bytes(self) -> int:
        """UTF-8 bytes of generated text, reasoning and arguments seen so far: the base of a local estimate."""
        ...

    @property
    def finish_reason(self) -> str | None:
        """Why the answer ended, once the upstream told."""
        ...

    @property
    def done(self) -> bool:
        """True once the protocol's own end was seen; what follows is ignored."""
        ...

    @property
    def fault(self) -> Fault | None:
        """Set when the upstream reported an error in the stream or broke its protocol."""
        ...

    def feed(self, data: bytes) -> bytes:
        """Takes bytes from the upstream and returns bytes for the client (often b"")."""
        ...

    def finish(self) -> bytes:
        """Call at the upstream's end of body. Returns the closing bytes (``[DONE]``...), or sets ``fault`` (BROKEN)
        when the stream ended before its protocol's end."""
        ...
