"""The seam: what the relay asks of a transport, and how a transport fails. Implementations: http1.py, proxied.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sluice.base.wire import Closed, WireHead, WireRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds. ``connect``: TCP and TLS; ``head``: from the last request byte to the whole head; ``read``: the longest
    silence within a body; ``total``: the whole exchange, 0 for none."""

    connect: float = 5.0
    head: float = 600.0
    read: float = 300.0
    total: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one transport. Bytes, connections and seconds."""

    max_head_bytes: int = 64 * 1024
    max_headers: int = 256
    max_connections_per_origin: int = 1000
    max_idle_per_origin: int = 100
    idle_expiry: float = 30.0
    high_water: int = 256 * 1024
    """Bytes of an answer held unread before the transport stops reading from the socket."""


class TransportError(Exception):
    """An exchange that failed below HTTP. ``sent``: whether a byte of the request may have reached the upstream."""

    sent = True

    def again(self) -> TransportError:
        """The same without a traceback, to be raised by whoever keeps this one: with a traceback, what is kept would be
        in a ring with the frames it went through."""
        return type(self)(*self.args)


class Unreachable(TransportError):
    """No connection: refused, unresolvable, TLS failed, connect deadline passed. Nothing was sent."""

    sent = False


class Refused(Unreachable):
    """The address guard forbids this address."""


class Broken(TransportError):
    """The connection broke, or the answer ended before its promised length."""


class Malformed(TransportError):
    """The answer is not HTTP, or breaks a limit (header size)."""


class Silent(TransportError):
    """A head, read or total deadline passed."""


class TooLarge(TransportError):
    """The answer's body is larger than the reader's limit."""


class Exchange(Protocol):
    """An answer whose head has arrived. Exactly one of: read to its end, or aborted."""

    head: WireHead

    async def read(self, limit: int) -> bytes:
        """The whole body. Raises Broken, Silent, Malformed, TooLarge."""
        ...

    async def chunk(self) -> bytes:
        """The next piece of the body, as it came; b"" at its proper end. Raises Broken, Silent, Malformed."""
        ...

    def abort(self) -> None:
        """Drops the answer and closes the socket at once (a connection whose body was read to its end goes back to the
        pool instead). May be called at any time and again; a pending ``chunk`` or ``read`` raises Broken."""
        ...


class Duplex(Protocol):
    """A websocket on which both sides speak when they like."""

    async def receive(self) -> str | bytes | Closed:
        """The next message; Closed at the end. While nobody asks for messages the upstream can send but a few. Raises
        TooLarge."""
        ...

    async def send(self, message: str | bytes) -> None:
        """Sends a message; waits while the upstream is slow. Raises Broken, Silent."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Closes it. May be called again."""
        ...


def unnoticed() -> None:
    """Nobody wants to know."""


class Transport(Protocol):
    """Sends requests. Safe to use from many tasks of one event loop."""

    async def send(
        self, request: WireRequest, deadlines: Deadlines, connected: Callable[[], None] = unnoticed
    ) -> Exchange:
        """Sends the request and waits for the head of the answer. 1xx heads are skipped.

        ``connected`` is called once there is a connection: before that nothing of the request can have been sent.
        Cancelling closes the socket. Raises TransportError.
        """
        ...

    async def aclose(self) -> None:
        """Closes every connection."""
        ...


class SocketTransport(Transport, Protocol):
    """A Transport that opens websockets."""

    async def open(
        self, request: WireRequest, deadlines: Deadlines, connected: Callable[[], None] = unnoticed
    ) -> Duplex | WireHead:
        """Opens the websocket the request is the opening of; the head of the refusal when the upstream would not.

        ``deadlines.read`` bounds how long the upstream may read nothing. Raises TransportError.
        """
        ...
