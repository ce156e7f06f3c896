"""The HTTP server's edge: uvicorn's protocol, with bounds on what a client may send and on how long it may take."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from sluice.base.errors import GatewayError
from sluice.web.errors import OPENAI
from sluice.web.http import rejection_headers

STATE = "sluice.edge"
"""Where the application leaves its ``Edge`` in the state of its lifespan."""

_MAX_HEAD_BYTES = 64 * 1024
_MAX_HEADERS = 256
_MAX_PIPELINED = 16
_SLOWEST_BODY = 4096
"""Bytes a second a body must bring once its first seconds are over."""
_LINGER_SECONDS = 2.0
"""How long a refused client may go on sending before it is cut off: closed at once, it would never read why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """How patient the server is, in seconds, and how it makes request ids.

    ``read_timeout``: for a request's head; for a body, with a second more for each ``_SLOWEST_BODY`` bytes that came.
    ``write_timeout``: for a client that reads nothing of what waits for it.
    """

    new_id: Callable[[], str]
    read_timeout: float
    write_timeout: float


class _Phase(Enum):
    """What a connection waits for from its client."""

    HEAD = auto()
    BODY = auto()
    NEXT = auto()  # a request is whole: it is being answered, or the next one may come
    REFUSED = auto()  # nothing: what still comes is thrown away


class EdgeProtocol(HttpToolsProtocol):
    """One client connection.

    uvicorn alone waits forever for a head, a body, and a client that stops reading, and takes a head of any size. Ages
    are counted in ticks of one timer a connection, so that a request costs no timer and no look at the clock.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        edge: Edge = self.app_state[STATE]
        self._edge = edge
        self._tick_seconds = min(edge.read_timeout, edge.write_timeout, _LINGER_SECONDS) / 4
        self._timer: asyncio.TimerHandle | None = None
        self._phase = _Phase.HEAD
        self._age = 0
        self._fed = 0
        self._head_bytes = 0
        self._body_bytes = 0
        self._unwritten = 0
        self._stuck = 0
        self._refusal: GatewayError | None = None

    # The connection.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """asyncio: a client connected."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(self._tick_seconds, self._tick)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes of requests."""
        if self._phase is _Phase.REFUSED:
            return
        self._fed = len(data)
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._decline_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self._refuse(self._refusal or _bad_http("the request is not proper HTTP"))
        if self._phase is _Phase.HEAD:
            self._head_bytes += self._fed
            if self._head_bytes > _MAX_HEAD_BYTES:
                self._refuse(_head_too_large())

    def resume_writing(self) -> None:
        """asyncio: the client has read."""
        self._stuck = 0
        super().resume_writing()

    # The parser's callbacks.

    def on_message_begin(self) -> None:
        """httptools: a request begins."""
        super().on_message_begin()
        self._enter(_Phase.HEAD)
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        """httptools: a head is whole. Raises what it is refused with: the parser then gives up."""
        if self._head_bytes + self._fed > _MAX_HEAD_BYTES or len(self.headers) > _MAX_HEADERS:
            size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
            if size > _MAX_HEAD_BYTES or len(self.headers) > _MAX_HEADERS:
                self._refusal = _head_too_large()
                raise self._refusal
        if len(self.pipeline) >= _MAX_PIPELINED:
            self._refusal = _bad_http("too many requests were sent ahead of their answers")
            raise self._refusal
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                self._refusal = _bad_http("this is not a proxy")
                raise self._refusal
            return
        super().on_headers_complete()
        self._enter(_Phase.BODY)
        self._body_bytes = 0

    def on_body(self, body: bytes) -> None:
        """httptools: a piece of a body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """httptools: a request is whole."""
        if not self.parser.should_upgrade():
            self._enter(_Phase.NEXT)
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """uvicorn: an answer is whole. What is left of its request has from now on as long as a new head."""
        self._age = 0
        super().on_response_complete()

    def _decline_upgrade(self, rest: bytes) -> None:
        """Serves a request as if it had not offered another protocol: its head goes through the parser again, without
        the offer.

        The parser takes the offer for accepted and reads no body; but a server may ignore it (RFC 9110, 7.8), and
        Java's HTTP client makes it with every POST.
        """
        lines = [self.parser.get_method() + b" " + self.url + b" HTTP/1.1"]
        lines += [name + b": " + value for name, value in self.headers if name not in (b"upgrade", b"http2-settings")]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.data_received(b"\r\n".join(lines) + b"\r\n\r\n" + rest)

    # The deadlines.

    def _enter(self, phase: _Phase) -> None:
        self._phase = phase
        self._age = 0

    def _tick(self) -> None:
        self._timer = self.loop.call_later(self._tick_seconds, self._tick)
        self._watch_reader()
        if self.transport.is_closing():
            return
        if self._waiting_for_us():
            return
        self._age += 1
        waited = self._age * self._tick_seconds
        if self._phase is _Phase.REFUSED:
            if waited > _LINGER_SECONDS:
                self.transport.abort()
        elif self._phase is _Phase.BODY and not self.cycle.response_complete:
            if waited > self._edge.read_timeout + self._body_bytes / _SLOWEST_BODY:
                self._refuse(_too_slow())
        elif waited > self._edge.read_timeout:
            if self._phase is _Phase.HEAD and self._head_bytes:
                self._refuse(_too_slow())
            else:
                self.transport.close()

    def _waiting_for_us(self) -> bool:
        """Whether the next step is the gateway's, not the client's."""
        if self._phase is _Phase.REFUSED:
            return False
        if self.pipeline or self.flow.read_paused:
            return True
        return self._phase is not _Phase.BODY and self.cycle is not None and not self.cycle.response_complete

    def _watch_reader(self) -> None:
        """Drops a client that reads nothing of what waits for it: while it does, its stream's upstream waits too."""
        left = self.transport.get_write_buffer_size()
        if left and left >= self._unwritten and (self.flow.write_paused or self.transport.is_closing()):
            self._stuck += 1
        else:
            self._stuck = 0
        self._unwritten = left
        if self._stuck * self._tick_seconds > self._edge.write_timeout:
            self.transport.abort()

    # Refusing.

    def _refuse(self, error: GatewayError) -> None:
        """Answers the request that is being read in the application's place, and ends the connection."""
        speaks = self._may_speak()
        reading = self._phase is _Phase.BODY
        self._enter(_Phase.REFUSED)
        if not speaks:
            self.transport.abort()
            return
        if reading:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.flow.resume_reading()
        self.transport.write(self._told(error))
        self.transport.write_eof()

    def _may_speak(self) -> bool:
        """Whether what is written now would be read as the answer to the request that is being read."""
        if self.pipeline:
            return False
        if self._phase is _Phase.BODY:
            return not self.cycle.response_started
        return self.cycle is None or self.cycle.response_complete

    def _told(self, error: GatewayError) -> bytes:
        identity = self._edge.new_id()
        body = OPENAI.error_body(error, identity)
        headers = [
            *self.server_state.default_headers,
            *rejection_headers(error, identity),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        lines = b"".join(b"%s: %s\r\n" % pair for pair in headers)
        return STATUS_LINE[error.status] + lines + b"\r\n" + body


def _bad_http(message: str) -> GatewayError:
    return GatewayError(400, "invalid_request_error", "invalid_http", message, should_retry=False)


def _head_too_large() -> GatewayError:
    text = f"the head of a request may have {_MAX_HEAD_BYTES} bytes and {_MAX_HEADERS} headers"
    return GatewayError(431, "invalid_request_error", "head_too_large", text, should_retry=False)


def _too_slow() -> GatewayError:
    return GatewayError(408, "invalid_request_error", "request_timeout", "the request came too slowly")
