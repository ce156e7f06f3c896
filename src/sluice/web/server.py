"""The HTTP server's edge: uvicorn's protocol, with bounds on what a client may send and on how long it may take."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from importlib import import_module
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from sluice.base.errors import GatewayError
from sluice.upstream.gathered import Gathered
from sluice.web.cycle import Cycle
from sluice.web.errors import OPENAI, internal_error
from sluice.web.http import CYCLE, FIELDS, App, Scope, rejection_headers
from sluice.web.opening import head, is_opening

STATE = "sluice.edge"
"""Where the application leaves its ``Edge`` in the state of its lifespan."""

_MAX_HEAD_BYTES = 64 * 1024
_MAX_HEADERS = 256
_MAX_PIPELINED = 16
_SLOWEST_BODY = 4096
"""Bytes a second a body must bring once its first seconds are over."""
_LINGER_SECONDS = 2.0
"""How long a refused client may go on sending before it is cut off: closed at once, it would never read why."""
_FORWARDED = frozenset({b"x-forwarded-for", b"x-forwarded-proto"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """How patient the server is, in seconds, and how it makes request ids.

    ``read_timeout``: for a request's head; for a body, with a second more for each ``_SLOWEST_BODY`` bytes that came.
    ``write_timeout``: for a client that reads nothing of what waits for it. ``takes_socket`` says of a path whether a
    websocket may be opened there. ``app`` is who answers requests, below what uvicorn puts around it.
    """

    app: App
    new_id: Callable[[], str]
    read_timeout: float
    write_timeout: float
    takes_socket: Callable[[str], bool]


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
        # As uvicorn has them: the request read last, which its shutdown asks for, and those read ahead of their turn.
        self.cycle: Cycle = None  # type: ignore[assignment]
        self.pipeline: deque[Cycle] = deque()  # type: ignore[assignment]
        self.transport: Gathered = None  # type: ignore[assignment]
        self._served: Cycle | None = None
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
        super().connection_made(Gathered(transport, self.loop))  # type: ignore[arg-type]
        self._timer = self.loop.call_later(self._tick_seconds, self._tick)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.connections.discard(self)
        for cycle in (self._served, self.cycle):
            if cycle is not None:
                cycle.disconnect()
        while self.pipeline:
            self.pipeline.popleft().release()
        self.flow.resume_writing()
        if exc is None:
            self.transport.close()
        self.parser = None  # type: ignore[assignment]
        self._refusal = None  # its traceback leads back here

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes of requests."""
        if self._phase is _Phase.REFUSED:
            return
        self._fed = len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            rest = data[upgrade.args[0] :]
            if self._opens_socket():
                self._hand_over(rest)
                return
            self._decline_upgrade(rest)
        except httptools.HttpParserError:
            self._refuse(self._refusal or _bad_http("the request is not proper HTTP"))
        if self._phase is _Phase.HEAD:
            self._head_bytes += self._fed
            if self._head_bytes > _MAX_HEAD_BYTES:
                self._refuse(_head_too_large())

    def eof_received(self) -> None:
        """asyncio: the client will send no more, and the transport is closed; what was written still goes out."""
        self.transport.flush()

    def resume_writing(self) -> None:
        """asyncio: the client has read."""
        self._stuck = 0
        super().resume_writing()

    # The parser's callbacks.

    def on_message_begin(self) -> None:
        """httptools: a request begins."""
        self.url = b""
        self.headers = []
        self._phase, self._age = _Phase.HEAD, 0
        self._head_bytes = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """httptools: one header of a request."""
        self.headers.append((name.lower(), value))

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
        before, self.cycle = self.cycle, self._next_cycle()
        if before is None or before.response_complete:
            self._serve(self.cycle)
        else:
            self.flow.pause_reading()
            self.pipeline.append(self.cycle)
        self._phase, self._age = _Phase.BODY, 0
        self._body_bytes = 0

    def _next_cycle(self) -> Cycle:
        """The request whose head is whole, and its answer. Raises what ``_target`` raises."""
        path, raw_path, query = _target(self.url)
        # Of two headers alike the first is put in last, and counts.
        fields = dict(reversed(self.headers))
        parser = self.parser
        version = parser.get_http_version()
        scope: Scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": version,
            "method": parser.get_method().decode("ascii"),
            "path": path,
            "raw_path": raw_path,
            "query_string": query,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": "",
            "headers": self.headers,
            "state": self.app_state.copy(),
            FIELDS: fields,
        }
        cycle = Cycle(
            scope,
            self.transport,
            self.flow,
            self.server_state.default_headers,
            keep_alive=version != "1.0" and parser.should_keep_alive(),
            expects_continue=fields.get(b"expect", b"").lower() == b"100-continue",
            on_complete=self.on_response_complete,
        )
        scope[CYCLE] = cycle
        return cycle

    def _serve(self, cycle: Cycle) -> None:
        self._served = cycle
        cycle.task = self.loop.create_task(self._run(cycle))
        self.tasks.add(cycle.task)

    async def _run(self, cycle: Cycle) -> None:
        """Has the application answer a request. What it leaves unfinished ends the connection."""
        scope = cycle.scope
        # What trusted proxies forwarded is looked for only in requests that were forwarded.
        app: App = self._edge.app if _FORWARDED.isdisjoint(scope[FIELDS]) else self.app
        try:
            await app(scope, cycle.receive, cycle.send)
            if not cycle.response_complete and not cycle.disconnected:
                self._give_up(cycle)
        except BaseException as error:
            self.logger.error("a request met a defect", exc_info=error)
            self._give_up(cycle)
        finally:
            assert cycle.task is not None
            self.tasks.discard(cycle.task)
            cycle.release()

    def _give_up(self, cycle: Cycle) -> None:
        if not cycle.response_started and not cycle.disconnected:
            self.transport.write(self._told(internal_error()))
        cycle.disconnected = True
        self.transport.close()

    def on_body(self, body: bytes) -> None:
        """httptools: a piece of a body."""
        self._body_bytes += len(body)
        if not self.cycle.response_complete:
            self.cycle.feed(body)

    def on_message_complete(self) -> None:
        """httptools: a request is whole."""
        if not self.parser.should_upgrade():
            self._phase, self._age = _Phase.NEXT, 0
            self.cycle.end()

    def on_response_complete(self) -> None:
        """An answer is whole. What is left of its request has from now on as long as a new head."""
        self._age = 0
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            self._serve(self.pipeline.popleft())

    def _opens_socket(self) -> bool:
        """Whether the request whose head is whole opens a websocket, in a way and at a place where one can be."""
        idle = self.cycle is None or self.cycle.response_complete
        fit = idle and is_opening(self.parser.get_method(), self.url, self.headers)
        return fit and self._edge.takes_socket(_target(self.url)[0])

    def _hand_over(self, rest: bytes) -> None:
        """Leaves the connection to a protocol for websockets, which is loaded when it is first needed."""
        assert self._timer is not None
        self._timer.cancel()
        self.connections.discard(self)
        self.parser = None  # type: ignore[assignment]
        protocol = import_module("sluice.web.sockets").EdgeSocket(self.config, self.server_state, self.app_state)
        self.transport.flush()
        protocol.connection_made(self.transport.inner)
        self.transport.inner.set_protocol(protocol)
        protocol.data_received(head(self.url, self.headers) + rest)

    def _decline_upgrade(self, rest: bytes) -> None:
        """Serves a request as if it had not offered another protocol: its head goes through the parser again, without
        the offer.

        The parser takes the offer for accepted and reads no body; but a server may ignore it (RFC 9110, 7.8), and
        Java's HTTP client makes it with every POST.
        """
        plain = [(name, value) for name, value in self.headers if name not in (b"upgrade", b"http2-settings")]
        again = head(self.url, plain, self.parser.get_method())
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.data_received(again + rest)

    # The deadlines.

    def _tick(self) -> None:
        self._timer = self.loop.call_later(self._tick_seconds, self._tick)
        self._watch_reader()
        if self.transport.is_closing() or self._waiting_for_us():
            return
        self._age += 1
        waited = self._age * self._tick_seconds
        if self._phase is _Phase.REFUSED:
            if waited > _LINGER_SECONDS:
                self.transport.abort()
        elif self._phase is _Phase.BODY and not self.cycle.response_complete:
            if waited > self._edge.read_timeout + self._body_bytes / _SLOWEST_BODY:
                self._refuse(_too_slow())
        elif self._phase is _Phase.NEXT:
            if waited > min(self.timeout_keep_alive, self._edge.read_timeout):
                self.transport.close()
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
        self._phase, self._age = _Phase.REFUSED, 0
        if not speaks:
            self.transport.abort()
            return
        if reading:
            self.cycle.disconnect()
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


def _target(url: bytes) -> tuple[str, bytes, bytes]:
    """The path of a request's target, decoded and as it came, and its query. Raises what makes the parser give up."""
    return _split(url) if len(url) < 128 else _split.__wrapped__(url)


# Most requests of a worker go to a handful of addresses.
@lru_cache(maxsize=256)
def _split(url: bytes) -> tuple[str, bytes, bytes]:
    parsed = httptools.parse_url(url)
    raw: bytes = parsed.path
    return unquote(raw.decode("ascii")), raw, parsed.query or b""


def _bad_http(message: str) -> GatewayError:
    return GatewayError(400, "invalid_request_error", "invalid_http", message, should_retry=False)


def _head_too_large() -> GatewayError:
    text = f"the head of a request may have {_MAX_HEAD_BYTES} bytes and {_MAX_HEADERS} headers"
    return GatewayError(431, "invalid_request_error", "head_too_large", text, should_retry=False)


def _too_slow() -> GatewayError:
    return GatewayError(408, "invalid_request_error", "request_timeout", "the request came too slowly")
