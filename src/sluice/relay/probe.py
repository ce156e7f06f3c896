"""Tries a channel before it is trusted: one small real call, its list of models, its address in both habits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from sluice.base.clock import Clock, Rng
from sluice.base.errors import GatewayError
from sluice.base.formats import HELD, Format
from sluice.base.outcome import Cause, Fault, Reply, StreamParser
from sluice.base.wire import WireHead, WireRequest
from sluice.catalog.models import model_facts
from sluice.formats.patch import parse_top
from sluice.formats.redact import mask, redact
from sluice.relay.doctor import Step, advice, other_habit, unasked
from sluice.relay.greeting import greeted
from sluice.relay.refusal import transport_fault
from sluice.relay.silence import SilenceForm
from sluice.relay.unreached import unreached
from sluice.upstream.client import Deadlines, Exchange, TransportError
from sluice.upstream.credentials import CredentialCache, CredentialFailed
from sluice.upstream.router import Transports
from sluice.vendors.bridge import speaker
from sluice.vendors.dialect import Call, ChannelSpec, Dialect, Further, Reader, models_request
from sluice.vendors.registry import bind

_EXCERPT = 400
_BEGINNINGS = ("{", "[", "data:", "event:", "id:", ":")
"""How JSON and events begin."""
_NO_TEXT = (b"eventstream", b"audio/")
"""Of the kinds of answers that are no text."""
_MAX_BODY = 16 * 1024 * 1024
_MAX_ERROR = 64 * 1024

PROBES: Mapping[Format, Mapping[str, object]] = {
    Format.OPENAI_CHAT: {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 16, "stream": True},
    Format.OPENAI_COMPLETIONS: {"prompt": "hi", "max_tokens": 16},
    Format.EMBEDDINGS: {"input": ["Hi"], "encoding_format": "float"},
    Format.RERANK: {"query": "Hi", "documents": ["Hi"]},
    Format.IMAGES: {"prompt": "a dot", "n": 1},
    Format.SPEECH: {"input": "Hi", "voice": "alloy", "response_format": "mp3"},
    Format.MODERATIONS: {"input": "Hi"},
    Format.REALTIME: {},
}
"""The smallest sensible request of each JSON format, but for its model."""

_FORMAT_OF_KIND: Mapping[str, Format] = {
    "chat": Format.OPENAI_CHAT,
    "completions": Format.OPENAI_COMPLETIONS,
    "embeddings": Format.EMBEDDINGS,
    "rerank": Format.RERANK,
    "images": Format.IMAGES,
    "speech": Format.SPEECH,
    "transcriptions": Format.TRANSCRIPTIONS,
    "moderations": Format.MODERATIONS,
    "realtime": Format.REALTIME,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """``message`` says why it failed, redacted; ``answer`` is the beginning of what came.

    ``status`` is the upstream's, 0 when there was none; ``latency_ms`` the time to the whole answer.
    """

    __test__ = False

    ok: bool
    format: Format
    model: str
    status: int
    latency_ms: int
    message: str
    answer: str = ""
    cause: Cause | None = None
    """Why it failed."""


class Probe:
    """Makes small real calls. Never raises on what an upstream does."""

    def __init__(
        self,
        transports: Transports,
        credentials: CredentialCache,
        clock: Clock,
        rng: Rng,
        deadlines: Deadlines | None = None,
    ) -> None:
        self._transports = transports
        self._credentials = credentials
        self._clock = clock
        self._rng = rng
        self._deadlines = deadlines or Deadlines(connect=5.0, head=60.0, read=60.0, total=120.0)

    async def test(self, spec: ChannelSpec, model: str, fmt: Format | None = None, proxy_url: str = "") -> TestResult:
        """One call to the model in the given format, or in the one the model is known for. Raises ValueError when the
        channel cannot be bound to its provider."""
        fmt = fmt or guess_format(model)
        dialect = speaker(bind(spec), fmt)
        call = self._call(fmt, model, spec.model_mapping.get(model, model))
        started = self._clock.monotonic()
        heard = _Heard()
        fault: Fault | None
        if fmt in HELD:
            fault = Fault(cause=Cause.REQUEST, message=f"{fmt} cannot be tried: something would be left behind")
        elif dialect is None:
            fault = Fault(cause=Cause.REQUEST, message=f"this provider does not serve {fmt}")
        else:
            fault = await self._hear(dialect, call, proxy_url, heard)
        return TestResult(
            ok=fault is None,
            format=fmt,
            model=model,
            status=heard.status,
            latency_ms=round((self._clock.monotonic() - started) * 1000),
            message=heard.told(_redacted(fault.message, spec)) if fault else "",
            answer=_redacted(heard.answer[:_EXCERPT], spec),
            cause=fault.cause if fault else None,
        )

    async def fetch_models(self, spec: ChannelSpec, proxy_url: str = "") -> tuple[str, ...] | Fault:
        """The models the upstream lists, in its order; a fault's message is redacted. Raises ValueError as ``test``."""
        dialect = bind(spec)
        try:
            credential = await self._credentials.get(dialect, proxy_url)
            request = models_request(dialect, credential, self._clock.now_ms())
            if request is None:
                return Fault(cause=Cause.REQUEST, message="this provider has no list of models to ask for")
        except CredentialFailed as failure:
            return _safe(failure.fault, spec)
        try:
            head, body = await self._fetch(request, proxy_url)
        except TransportError as error:
            fault = _unreached(error, request)
            return replace(fault, message=f"{_shown_url(request)}: {fault.message}")
        if 200 <= head.status < 300:
            listed = dialect.models_reply(head, body)
        else:
            listed = dialect.error(self._call(Format.OPENAI_CHAT, "", ""), head, body)
        return _safe(listed, spec) if isinstance(listed, Fault) else tuple(dict.fromkeys(listed))

    def urls(self, spec: ChannelSpec) -> Mapping[Format, str]:
        """What is called for each format it serves, for a model called MODEL. Raises ValueError as ``test``."""
        dialect = bind(spec)
        found: dict[Format, str] = {}
        for fmt in Format:
            if dialect.serves(fmt):
                try:
                    found[fmt] = _shown_url(dialect.request(self._call(fmt, "MODEL", "MODEL"), "key"))
                except GatewayError:
                    continue
        return found

    async def doctor(self, spec: ChannelSpec, model: str = "", proxy_url: str = "") -> tuple[Step, ...]:
        """Tries the address as it resolves, and without its version segment (or with one); says what to change.

        Asks for the list of models, or makes a test call when ``model`` is given or there is no such list.
        Raises ValueError as ``test``.
        """
        dialect = bind(spec)
        try:
            credential = await self._credentials.get(dialect, proxy_url)
            spoken = bool(model) and guess_format(model) is not Format.REALTIME
            request = None if spoken else models_request(dialect, credential, self._clock.now_ms())
            if request is None:
                call = self._call(guess_format(model), model, spec.model_mapping.get(model, model))
                request = (speaker(dialect, call.format) or dialect).request(call, credential)
        except CredentialFailed as failure:
            fault = failure.fault
            return (unasked(fault.status, _redacted(fault.message, spec), "the key was refused: check it"),)
        except GatewayError as error:
            return (unasked(0, error.message, "this provider cannot be asked so: name a model to test"),)
        steps = [await self._step(request, spec, proxy_url)]
        other = other_habit(request.target)
        if other is not None:
            steps.append(await self._step(msgspec.structs.replace(request, target=other), spec, proxy_url))
        return tuple(replace(step, advice=advice(step, steps)) for step in steps)

    async def _step(self, request: WireRequest, spec: ChannelSpec, proxy_url: str) -> Step:
        status, answers = 0, False
        try:
            head, body = await self._fetch(request, proxy_url)
            status, excerpt = head.status, _redacted(_text(body[: 4 * _EXCERPT]), spec)
            kind = head.get(b"content-type") or b""
            answers = excerpt.lstrip().startswith(_BEGINNINGS) or any(sign in kind for sign in _NO_TEXT)
            if 300 <= status < 400:
                where = _text(head.get(b"location") or b"nowhere").partition("?")[0]
                excerpt = f"it leads to {mask(where, (spec.key, *spec.key.split('|')))}"
        except TransportError as error:
            excerpt = unreached(error, request.origin)
        return Step(
            method=request.method.decode(),
            url=_shown_url(request),
            ok=200 <= status < 300 and answers,
            status=status,
            excerpt=excerpt[:_EXCERPT],
        )

    async def _hear(self, dialect: Dialect, call: Call, proxy_url: str, heard: _Heard) -> Fault | None:
        """Makes the call and reads the answer to its end; why it failed, or None."""
        credential = ""
        try:
            credential = await self._credentials.get(dialect, proxy_url)
            request = dialect.request(call, credential)
        except CredentialFailed as failure:
            return failure.fault
        except GatewayError as error:
            return Fault(cause=Cause.REQUEST, message=error.message)
        heard.url = _shown_url(request)
        if call.format is Format.REALTIME:
            return await self._greet(dialect, call, request, proxy_url, heard)
        latest = self._clock.monotonic() + self._deadlines.head
        fault = await self._exchange(dialect, call, request, proxy_url, heard)
        while isinstance(fault, Further):
            if self._clock.monotonic() + fault.pause > latest:
                return Fault(cause=Cause.TIMEOUT, message="the upstream's job took too long")
            await asyncio.sleep(fault.pause)
            fault = await self._exchange(fault.reader, call, fault.request, proxy_url, heard)
        if fault is not None and fault.cause is Cause.CREDENTIAL:
            self._credentials.invalidate(dialect, credential)
        return fault

    async def _greet(
        self, reader: Reader, call: Call, request: WireRequest, proxy_url: str, heard: _Heard
    ) -> Fault | None:
        """Opens a session and closes it once the upstream has begun it."""
        try:
            found = await self._transports.open(request, proxy_url, self._deadlines)
        except TransportError as error:
            return _unreached(error, request)
        heard.status = found.status if isinstance(found, WireHead) else 101
        opened = await greeted(found, reader, call)
        if isinstance(opened, Fault):
            return opened
        first = opened.greeting
        heard.answer = first if isinstance(first, str) else _text(first)
        await opened.socket.close(1000, "")
        return None

    async def _exchange(
        self, reader: Reader, call: Call, request: WireRequest, proxy_url: str, heard: _Heard
    ) -> Fault | Further | None:
        try:
            exchange = await self._transports.carrier(request, proxy_url).send(request, self._deadlines)
        except TransportError as error:
            return _unreached(error, request)
        try:
            return await _read(reader, call, exchange, heard)
        except TransportError as error:
            return _unreached(error, request)
        finally:
            exchange.abort()

    async def _fetch(self, request: WireRequest, proxy_url: str) -> tuple[WireHead, bytes]:
        exchange = await self._transports.carrier(request, proxy_url).send(request, self._deadlines)
        try:
            return exchange.head, await exchange.read(_MAX_BODY)
        finally:
            exchange.abort()

    def _call(self, fmt: Format, model: str, upstream_model: str) -> Call:
        common = Call(
            format=fmt,
            model=model,
            upstream_model=upstream_model,
            now_ms=self._clock.now_ms(),
            nonce=self._rng.getrandbits(128),
        )
        probe = PROBES.get(fmt)
        if probe is None:  # what takes a file takes a form
            return common.changed(form=SilenceForm({"model": model}))
        body = msgspec.json.encode({"model": model, **probe})
        return common.changed(body=body, top=parse_top(body), stream=probe.get("stream") is True)


@dataclass(slots=True)
class _Heard:
    """What came of a call so far."""

    status: int = 0
    answer: str = ""
    url: str = ""

    def told(self, why: str) -> str:
        """Why it failed, with the address where none of an API's words came from there."""
        if not self.url or (self.status and why):
            return why
        return f"{self.url}: {why or 'no API answers so: try sluice doctor'}"


async def _read(reader: Reader, call: Call, exchange: Exchange, heard: _Heard) -> Fault | Further | None:
    head = exchange.head
    heard.status = head.status
    if not 200 <= head.status < 300:
        return reader.error(call, head, await exchange.read(_MAX_ERROR))
    parser = reader.stream(call, head) if call.stream else None
    if parser is not None:
        return await _read_stream(exchange, parser, heard)
    reply = reader.reply(call, head, await exchange.read(_MAX_BODY))
    if isinstance(reply, Reply):
        heard.answer = _shown_body(reply)
        return None
    return reply


async def _read_stream(exchange: Exchange, parser: StreamParser, heard: _Heard) -> Fault | None:
    while not parser.done and parser.fault is None:
        data = await exchange.chunk()
        if not data:
            heard.answer += _text(parser.finish())
            break
        if len(heard.answer) < 64 * _EXCERPT:
            heard.answer += _text(parser.feed(data))
        else:
            parser.feed(data)
    heard.answer = _stream_text(heard.answer)
    if parser.fault is None and not parser.output_bytes:
        return Fault(cause=Cause.SHAPE, message="the stream ended without any content", status=heard.status)
    return parser.fault


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _stream_text(stream: str) -> str:
    """The generated text of an OpenAI chat stream, reasoning too; the stream itself when there is none."""
    text = ""
    for line in stream.splitlines():
        try:
            chunk = msgspec.json.decode(line.removeprefix("data: "))
            delta = chunk["choices"][0]["delta"]
        except (msgspec.DecodeError, LookupError, TypeError):
            continue
        if isinstance(delta, dict):
            pieces = (delta.get("reasoning_content"), delta.get("content"))
            text += "".join(piece for piece in pieces if isinstance(piece, str))
    return text or stream


def _shown_body(reply: Reply) -> str:
    if reply.content_type.startswith((b"application/json", b"text/")):
        return _text(reply.body[: 4 * _EXCERPT])
    return f"{len(reply.body)} bytes of {reply.content_type.decode('latin-1')}"


def guess_format(model: str) -> Format:
    """The format a model is known to be asked in; chat when nobody knows."""
    return _FORMAT_OF_KIND.get(model_facts(model).kind, Format.OPENAI_CHAT)


def _redacted(text: str, spec: ChannelSpec) -> str:
    return redact(text, (spec.key, *spec.key.split("|")))


def _safe(fault: Fault, spec: ChannelSpec) -> Fault:
    return replace(fault, message=_redacted(fault.message, spec))


def _unreached(error: TransportError, request: WireRequest) -> Fault:
    return replace(transport_fault(error), message=unreached(error, request.origin))


def _shown_url(request: WireRequest) -> str:
    """The address that is asked, without its query: that may hold a credential."""
    return request.origin + request.target.decode("latin-1").partition("?")[0]
