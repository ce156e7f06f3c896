"""The canon lane: a channel whose provider speaks one protocol, serving clients that speak another.

A bridge stands before any dialect, so all a vendor's quirks hold behind it: the client's request is said in the
dialect's protocol, and the answers the dialect gives its own clients are said in the client's.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from typing import Protocol, runtime_checkable

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Fault, Reply, StreamParser
from sluice.base.wire import WireHead, WireRequest
from sluice.formats.canon import Ended, Event, Failed, Request
from sluice.formats.canon import Reply as Answer
from sluice.formats.codec import PLAIN, Abilities, Codec, StreamDecoder, StreamEncoder, UpstreamCodec, Voicing
from sluice.formats.codecs import CODECS, UPSTREAM_CODECS
from sluice.formats.keepsakes import Gatherer, Owner
from sluice.formats.members import encode
from sluice.formats.own_names import own_names
from sluice.formats.patch import encode_top, parse_top
from sluice.formats.proofs import Marker, cleared, maker_id, marked, thinks
from sluice.formats.tell import events_of
from sluice.vendors.around import AroundStream
from sluice.vendors.dialect import Call, Dialect, Further, Reader, Reporter
from sluice.vendors.parts import EVENT_STREAM, is_event_stream

_MOST_KNOWN = 256
"""Models of one channel of which more than their names is kept in mind."""


@runtime_checkable
class Able(Protocol):
    """A dialect that knows what its models can do."""

    def abilities(self, model: str) -> Abilities:
        """Of a model by the upstream's name."""
        ...


@runtime_checkable
class Translating(Protocol):
    """A dialect that answers clients of protocols it does not serve: its upstream speaks several, by the model."""

    def stands_for(self, fmt: Format) -> bool:
        """Whether it takes calls of such a protocol."""
        ...

    def dropped(self, call: Call) -> tuple[str, ...]:
        """As a Reporter."""
        ...


class Speaker(Dialect, Reporter, Protocol):
    """Who answers clients of a protocol, and says what is left out."""


def bridges(dialect: Dialect) -> Mapping[Format, Speaker]:
    """A bridge for each protocol of conversation that the dialect does not speak itself; none when it speaks none."""
    if isinstance(dialect, Translating):
        return {fmt: dialect for fmt in CODECS if dialect.stands_for(fmt)}
    spoken = next((fmt for fmt in UPSTREAM_CODECS if dialect.serves(fmt)), None)
    if spoken is None:
        return {}
    return {fmt: Bridge(dialect, fmt, spoken) for fmt in CODECS if not dialect.serves(fmt)}


def speaker(dialect: Dialect, fmt: Format) -> Dialect | None:
    """Who answers the format: the dialect, a bridge before it, or nobody."""
    return dialect if dialect.serves(fmt) else bridges(dialect).get(fmt)


class _Said(msgspec.Struct, frozen=True):
    """A call in the upstream's protocol, what is lost of it, what the client asked, and who can read proofs of it."""

    call: Call
    dropped: tuple[str, ...]
    asked: Request
    maker: str


class Bridge:
    """A Dialect for clients of one protocol, before a dialect of another."""

    def __init__(self, inner: Dialect, client: Format, upstream: Format) -> None:
        self._inner = inner
        self._reader: Reader = inner
        self._client: Codec = CODECS[client]
        self._upstream: UpstreamCodec = UPSTREAM_CODECS[upstream]
        self.spec = inner.spec
        self.minter = inner.minter
        self._reporter = inner if isinstance(inner, Reporter) else None
        self._able = inner if isinstance(inner, Able) else None
        # What does not change while the channel stands, by the upstream's name of a model.
        self._known: dict[str, tuple[Abilities, str]] = {}

    def serves(self, fmt: Format) -> bool:
        """Its one protocol."""
        return fmt is self._client.format

    def request(self, call: Call, credential: str) -> WireRequest:
        """Raises GatewayError 400 naming content the upstream cannot carry."""
        return self._inner.request(self._said(call).call, credential)

    def dropped(self, call: Call) -> tuple[str, ...]:
        """What the upstream's protocol has no place for, and what the vendor leaves out besides."""
        said = self._said(call)
        more = () if self._reporter is None else self._reporter.dropped(said.call)
        return own_names(said.asked, (*said.dropped, *more))

    def _said(self, call: Call) -> _Said:
        said = call.said
        if not isinstance(said, _Said):
            said = call.said = self._translate(call)
        return said

    def _translate(self, call: Call) -> _Said:
        abilities, maker = self._about(call.upstream_model)
        asked = self._client.decode_request(encode_top(call.top))
        proven, lost = self._with_own_proofs(call, asked, maker)
        written = self._upstream.encode_request(proven, abilities)
        body = encode(written.body)
        carried = call.carried(self._upstream.format, body, parse_top(body))
        return _Said(carried, written.dropped + lost, asked, maker)

    def _about(self, model: str) -> tuple[Abilities, str]:
        """What a model can do, and who can read a proof it made here. Forty bits of a hash tell accounts apart, and
        give no key away."""
        found = self._known.get(model)
        if found is None:
            abilities = PLAIN if self._able is None else self._able.abilities(model)
            account = () if abilities.portable else (self.spec.base_url, self.spec.key)
            found = self._known[model] = (abilities, maker_id(self.spec.provider, model, *account))
            if len(self._known) > _MOST_KNOWN:
                self._known.pop(next(iter(self._known)))
        return found

    def _with_own_proofs(self, call: Call, asked: Request, maker: str) -> tuple[Request, tuple[str, ...]]:
        """The request with those proofs of thought that this upstream made, also those its client dropped."""
        # Clients of chat completions have no proofs of their own: what they send unmarked, another gateway told them.
        turns, lost = cleared(asked.turns, maker, trusted=self._client.format is Format.OPENAI_CHAT)
        if call.keepsakes is not None and call.keepsakes.bytes:
            restored = Owner(call.keepsakes, call.owner, call.now_ms).restored(turns, maker)
            turns, _ = cleared(restored, maker, trusted=True)
        if turns is asked.turns:
            return asked, ()
        return msgspec.structs.replace(asked, turns=turns), ("thinking",) if lost else ()

    def _beyond(self, reader: Reader) -> Bridge:
        """The same bridge before who reads a further exchange."""
        beyond = copy(self)
        beyond._reader = reader
        return beyond

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault | Further:
        """A whole answer; told as a stream when the client wants one after all."""
        said = self._said(call)
        reply = self._reader.reply(said.call, head, body)
        if isinstance(reply, Further):
            return replace(reply, reader=self._beyond(reply.reader))
        if isinstance(reply, Fault):
            return reply
        if call.stream:
            return self._streamed(call, said, reply)
        answer = self._answer(call, said, reply.body)
        told = answer if isinstance(answer, Fault) else self._client.encode_reply(answer, _voicing(call, said))
        if isinstance(told, Fault):
            return told
        reply.body = told
        return reply

    def _answer(self, call: Call, said: _Said, body: bytes) -> Answer | Fault:
        """A whole answer with its proofs marked; kept for clients that drop them."""
        answer = self._upstream.decode_reply(body)
        if isinstance(answer, Fault) or not thinks(answer.parts):
            return answer
        parts, owner = tuple([marked(part, said.maker) for part in answer.parts]), _owner(call)
        if owner is not None:
            owner.keep_all(parts)
        return msgspec.structs.replace(answer, parts=parts)

    def _streamed(self, call: Call, said: _Said, reply: Reply) -> Reply | Fault:
        if is_event_stream(WireHead(200, [(b"content-type", reply.content_type)])):
            pipe = self._pipe(call, said)
            told: bytes | Fault = pipe.feed(reply.body) + pipe.finish()
            told = pipe.fault or told
        else:
            answer = self._answer(call, said, reply.body)
            told = answer if isinstance(answer, Fault) else self._in_events(call, said, answer)
        return told if isinstance(told, Fault) else msgspec.structs.replace(reply, body=told, content_type=EVENT_STREAM)

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        """The dialect's own stream, said in the client's protocol."""
        said = self._said(call)
        parser = self._reader.stream(said.call, head)
        return None if parser is None else BridgedStream(parser, self._pipe(call, said))

    def _in_events(self, call: Call, said: _Said, answer: Answer) -> bytes:
        encoder = self._client.stream_encoder(_voicing(call, said))
        return b"".join([encoder.feed(event) for event in events_of(answer)])

    def _pipe(self, call: Call, said: _Said) -> _Pipe:
        encoder = self._client.stream_encoder(_voicing(call, said))
        return _Pipe(self._upstream.stream_decoder(), Marker(said.maker), encoder, _owner(call))

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        """Reads a non-2xx answer."""
        return self._reader.error(self._said(call).call, head, body)

    def models_request(self, credential: str) -> WireRequest | None:
        """Asks for the list of models."""
        return self._inner.models_request(credential)

    def models_reply(self, head: WireHead, body: bytes) -> tuple[str, ...] | Fault:
        """The ids of the models."""
        return self._inner.models_reply(head, body)


def _voicing(call: Call, said: _Said) -> Voicing:
    return Voicing(
        model=call.model,
        wants_usage=call.wants_usage,
        created_s=call.now_ms // 1000,
        new_id=f"{call.nonce:032x}",
        asked=said.asked,
    )


def _owner(call: Call) -> Owner | None:
    return None if call.keepsakes is None else Owner(call.keepsakes, call.owner, call.now_ms)


class _Pipe:
    """From one protocol's stream to another's."""

    def __init__(self, decoder: StreamDecoder, marker: Marker, encoder: StreamEncoder, owner: Owner | None) -> None:
        self._decoder = decoder
        self._marker = marker
        self._encoder = encoder
        self._owner = owner
        self._gatherer = Gatherer()
        self.fault: Fault | None = None

    def feed(self, data: bytes) -> bytes:
        return self._say(self._decoder.feed(data)) if data else b""

    def finish(self) -> bytes:
        return self._say(self._decoder.finish())

    def _say(self, events: list[Event]) -> bytes:
        out = []
        for told in events:
            event = self._marker.mark(told)
            if self._owner is not None:
                self._gatherer.feed(event)
                if isinstance(event, Ended):
                    self._owner.keep_all(self._gatherer.parts())
            if isinstance(event, Failed):
                self.fault = event.fault
            out.append(self._encoder.feed(event))
        return b"".join(out)


class BridgedStream(AroundStream):
    """A StreamParser: the inner one keeps its protocol's rules and counts, the pipe says what it tells."""

    def __init__(self, inner: StreamParser, pipe: _Pipe) -> None:
        super().__init__(inner)
        self._pipe = pipe

    @property
    def done(self) -> bool:
        """Whether the stream came to its protocol's end."""
        return self._inner.done and self.fault is None

    @property
    def fault(self) -> Fault | None:
        """Set when the upstream reported an error, or what it said cannot be read."""
        return self._inner.fault or self._pipe.fault

    def feed(self, data: bytes) -> bytes:
        """Takes the upstream's bytes; returns the client's."""
        return b"" if self.fault is not None else self._pipe.feed(self._inner.feed(data))

    def finish(self) -> bytes:
        """The upstream's body ended."""
        if self.fault is not None:
            return b""
        out = self._pipe.feed(self._inner.finish())
        return out if self.fault is not None else out + self._pipe.finish()
