"""The conformance kit: what every vendor must do with its fixtures. Each function checks one promise for one case."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from sluice.accounting.pricing import charge
from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault, Reply, StreamParser
from sluice.base.rates import rates_from_usd
from sluice.base.usage import NO_USAGE, Usage
from sluice.base.wire import WireHead, WireRequest
from sluice.formats.multipart import FormReader
from sluice.formats.openai_chat.fold import fold
from sluice.formats.sse import SseDecoder
from sluice.vendors.dialect import Call, Dialect, Further, Minted, Reader, Reporter, Splitter, models_request

from .vendor_cases import FILE, NOW_MS, AnswerPart, Case, ErrorPart, FaultPart, framed, head_of

UNKNOWN = b'{"deep":[1.10,null,"\\u00e9"]}'
"""The value of a member no vendor knows; it must travel byte for byte, or be reported."""


def parsed(body: bytes | str) -> Any:
    """JSON with its numbers as they are written, and no name twice in an object."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), f"a name stands twice: {names}"
        return dict(pairs)

    return json.loads(body, parse_float=Decimal, object_pairs_hook=once)


def url_of(request: WireRequest) -> str:
    """Where a request goes."""
    assert re.fullmatch(rb"/[!-~]*", request.target), "a target is printable ASCII"
    return request.origin + request.target.decode()


def said(request: WireRequest) -> bytes:
    """What a request says: its body, or its one message over a websocket."""
    if request.socket is not None:
        assert not request.body
        (message,) = request.socket.send
        return message
    assert isinstance(request.body, bytes)
    return request.body


def usage_of(counts: dict[str, int]) -> Usage:
    """The usage of a fixture."""
    return Usage(**counts) if counts else NO_USAGE


def check_money(case: Case, usage: Usage, counts: dict[str, int], nano: int) -> None:
    """The usage is the fixture's, and so is its price."""
    assert usage == usage_of(counts)
    assert charge(rates_from_usd(case.rates), usage, 1_000_000) == nano


_LAST_WORD = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'

# Requests.


def check_request(case: Case, dialect: Dialect) -> None:
    """Method, address, headers, body and report are the fixture's, whole and streamed."""
    assert dialect.serves(case.call.format)
    call = case.made()
    request = dialect.request(call, case.upstream_credential())
    _check_envelope(case, request, case.request.url)
    if case.call.fields:
        _check_form(case, request)
    elif case.call.format is Format.REALTIME:
        assert request.body == b""
    else:
        assert parsed(said(request)) == parsed(case.request.body)
    assert list(dropped(dialect, call)) == case.request.dropped
    if case.request.stream_body:
        streamed = dialect.request(case.made(stream=True), case.upstream_credential())
        _check_envelope(case, streamed, case.request.stream_url or case.request.url, case.request.stream_headers)
        assert parsed(said(streamed)) == parsed(case.request.stream_body)


def dropped(dialect: Dialect, call: Call) -> tuple[str, ...]:
    """What the dialect says it leaves out."""
    return dialect.dropped(call) if isinstance(dialect, Reporter) else ()


def _check_envelope(case: Case, request: WireRequest, url: str, other: Mapping[str, str] = {}) -> None:
    assert (request.method.decode(), url_of(request)) == (case.request.method, url)
    headers = {name.decode(): value.decode() for name, value in request.headers}
    assert len(headers) == len(request.headers), "a header stands twice"
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in headers)
    assert headers.pop("user-agent") == "sluice"
    plain = request.socket or request.method == b"GET"
    kind = "application/json" if plain else headers.pop("content-type")
    assert kind.startswith("multipart/form-data; boundary=") if case.call.fields else kind == "application/json"
    assert headers == (other or case.request.headers)


def _check_form(case: Case, request: WireRequest) -> None:
    async def read() -> bytes:
        assert callable(request.body)
        return b"".join([piece async for piece in request.body()])

    body = asyncio.run(read())
    assert len(body) == request.length
    from_wire = FormReader(dict(request.headers)[b"content-type"], spool=io.BytesIO)
    from_wire.feed(body)
    form = from_wire.finish()
    assert {name: list(values) for name, values in form.fields.items()} == {
        name: [value] for name, value in case.request.fields.items()
    }
    file = form.file("file")
    assert file is not None
    assert (file.filename, file.head) == ("a.wav", FILE)
    form.close()


def check_unknown_member(case: Case, dialect: Dialect) -> None:
    """A member nobody knows reaches the upstream byte for byte, or is reported."""
    call = case.made(extra={"x_future_member": UNKNOWN})
    request = dialect.request(call, case.upstream_credential())
    if "x_future_member" in dropped(dialect, call):
        assert b"x_future_member" not in said(request)
    else:
        assert b'"x_future_member":' + UNKNOWN in said(request)


# Whole answers.


def reached(call: Call, dialect: Dialect, answer: AnswerPart) -> Reader:
    """Who reads the answer: the dialect, or who it names after a first exchange."""
    if not answer.first:
        return dialect
    further = dialect.reply(call, head_of(AnswerPart()), answer.first.encode())
    assert isinstance(further, Further), further
    request = further.request
    headers = [f"{name.decode()}: {value.decode()}" for name, value in request.headers if name != b"user-agent"]
    assert [f"{request.method.decode()} {url_of(request)}", *headers] == answer.further
    return further.reader


def check_reply(case: Case, dialect: Dialect) -> None:
    """The answer, its usage and its price are the fixture's."""
    assert case.reply is not None
    reader = reached(case.made(), dialect, case.reply)
    reply = reader.reply(case.made(), head_of(case.reply), case.reply.sent())
    assert isinstance(reply, Reply), reply
    if b"json" in reply.content_type:
        assert parsed(reply.body) == parsed(case.reply.expected())
    else:
        assert reply.body == case.reply.expected()
        assert reply.content_type.decode() == case.reply.content_type
    assert reply.finish_reason == case.reply.finish
    check_money(case, reply.usage, case.reply.usage, case.reply.charge)


def check_reply_keeps(case: Case, dialect: Dialect) -> None:
    """A member of the answer nobody knows reaches the client."""
    assert case.reply is not None
    body = parsed(case.reply.sent())
    marked = msgspec.json.encode({**msgspec.json.decode(case.reply.sent()), "x_future_member": "kept"})
    assert isinstance(body, dict)
    reply = dialect.reply(case.made(), head_of(case.reply), marked)
    assert isinstance(reply, Reply), reply
    assert parsed(reply.body) == {**parsed(case.reply.expected()), "x_future_member": "kept"}


# Streams.


def opened(case: Case, dialect: Dialect) -> StreamParser:
    """A parser for the case's stream."""
    assert case.stream is not None
    reader = reached(case.made(stream=True), dialect, case.stream)
    parser = reader.stream(case.made(stream=True), head_of(case.stream))
    assert parser is not None
    return parser


def streams(case: Case, dialect: Dialect) -> bool:
    """Whether the vendor has streams at all."""
    head = WireHead(200, [(b"content-type", b"text/event-stream")])
    return dialect.stream(case.made(stream=True), head) is not None


def check_stream(case: Case, dialect: Dialect, pieces: Iterable[bytes]) -> None:
    """The stream, however it is cut, is the fixture's; so are its usage and price."""
    assert case.stream is not None
    parser = opened(case, dialect)
    out = b"".join([parser.feed(piece) for piece in pieces]) + parser.finish()
    assert parser.fault is None
    assert parser.done
    assert parser.committed
    assert out == case.stream.expected()
    assert parser.finish_reason == case.stream.finish
    check_money(case, parser.usage, case.stream.usage, case.stream.charge)
    assert parser.feed(b"data: {}\n\n") == b""
    assert parser.finish() == b""


def check_fold(case: Case, dialect: Dialect) -> None:
    """The stream folded is the whole answer: choices, usage, finish reason, charge."""
    assert case.stream is not None
    assert case.reply is not None
    if case.call.format is Format.ANTHROPIC:
        _check_messages_fold(case.stream.expected(), case.reply.expected())
    elif case.call.format is Format.OPENAI_RESPONSES:
        _check_responses_fold(case.stream.expected(), case.reply.expected())
    else:
        _check_chat_fold(case.stream.expected(), case.reply.expected())
    assert (case.stream.usage, case.stream.finish) == (case.reply.usage, case.reply.finish)
    assert case.stream.charge == case.reply.charge


def _check_chat_fold(stream: bytes, reply: bytes) -> None:
    folded, whole = parsed(fold(stream)), parsed(reply)
    for name in ("choices", "usage", "model", "object"):
        assert _bare(folded.get(name)) == _bare(whole.get(name)), name


def _check_messages_fold(stream: bytes, reply: bytes) -> None:
    """Folds as the provider's documents say: pieces join, usage counts replace each other."""
    whole = parsed(reply)
    message: dict[str, Any] = {}
    pieces: dict[int, str] = {}
    for event in SseDecoder().feed(stream):
        data = parsed(event.data)
        assert event.event.decode() == data["type"]
        match data["type"]:
            case "message_start":
                message = data["message"]
            case "content_block_start":
                assert data["index"] == len(message["content"])
                message["content"].append(data["content_block"])
            case "content_block_delta":
                ((name, piece),) = [(key, value) for key, value in data["delta"].items() if key != "type"]
                block = message["content"][data["index"]]
                if name == "partial_json":
                    pieces[data["index"]] = pieces.get(data["index"], "") + piece
                    block["input"] = parsed(pieces[data["index"]]) if piece.endswith("}") else {}
                else:
                    block[name] += piece
            case "message_delta":
                message |= data["delta"]
                message["usage"] |= data["usage"]
    for name in ("id", "model", "role", "content", "stop_reason", "stop_sequence", "usage"):
        assert _bare(message[name]) == _bare(whole[name]), name


def _check_responses_fold(stream: bytes, reply: bytes) -> None:
    """The items that are done are the whole answer's, and the last event holds all of it."""
    events = [parsed(event.data) for event in SseDecoder().feed(stream)]
    whole = parsed(reply)
    assert [event["item"] for event in events if event["type"] == "response.output_item.done"] == whole["output"]
    assert events[-1]["response"] == whole


def _bare(value: Any) -> Any:
    """A value without members that are null, which say nothing."""
    if isinstance(value, dict):
        return {name: _bare(item) for name, item in value.items() if item is not None}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def check_truncated(case: Case, dialect: Dialect) -> None:
    """Wherever the body breaks off: a typed failure, no clean end, and what was said is counted."""
    assert case.stream is not None
    body = case.stream.sent()
    for end in range(len(body)):
        parser = opened(case, dialect)
        out = parser.feed(body[:end]) + parser.finish()
        if parser.fault is None:
            # The answer was whole; only the protocol's last word is missing.
            assert parser.done
            assert parser.finish_reason == case.stream.finish
            continue
        assert parser.fault.cause in (Cause.BROKEN, Cause.SHAPE)
        assert not parser.done
        assert b"[DONE]" not in out
        if parser.committed and parser.finish_reason is None and parser.usage is NO_USAGE:
            assert parser.output_bytes > 0
    _check_usage_so_far(case, dialect)


def _check_usage_so_far(case: Case, dialect: Dialect) -> None:
    assert case.stream is not None
    body = case.stream.sent().removesuffix(b"data: [DONE]\n\n").removesuffix(_LAST_WORD)
    last = max(body.rstrip(b"\n").rfind(mark) for mark in (b"\n\n", b"}\n{")) + 2
    if case.stream.frames:
        last = -len(framed(case.stream.frames[-1]))
    parser = opened(case, dialect)
    parser.feed(body[:last])
    assert parser.usage == usage_of(case.stream.usage_so_far)


# Errors, batches, lists, credentials.


def check_error(case: Case, dialect: Dialect, error: ErrorPart) -> None:
    """An error comes to the outcome the fixture names, as answer or in a stream."""
    head, body = head_of(error), error.sent()
    call = case.made(stream=error.stream)
    if not 200 <= error.status < 300:
        fault = dialect.error(call, head, body)
    else:
        parser = dialect.stream(call, head) if error.stream else None
        if parser is None:
            answer = dialect.reply(call, head, body)
            assert isinstance(answer, Fault), answer
            fault = answer
        else:
            out = parser.feed(body) + parser.finish()
            assert parser.fault is not None
            assert b"[DONE]" not in out
            assert not parser.done
            fault = parser.fault
    check_fault(fault, error.expect, error.status)


def check_fault(fault: Fault, expect: FaultPart, status: int) -> None:
    """A fault is the one expected."""
    assert fault == Fault(
        cause=Cause(expect.cause),
        message=expect.message,
        status=status,
        code=expect.code,
        type=expect.type,
        param=expect.param,
        retry_after=expect.retry_after,
    )


def check_batch(case: Case, dialect: Dialect) -> None:
    """A batch over the limit goes out in pieces, and comes back as one answer."""
    assert case.batch is not None
    assert isinstance(dialect, Splitter)
    call = case.made()
    parts = dialect.split(call)
    assert parts is not None
    bodies = [dialect.request(part, case.upstream_credential()).body for part in parts]
    assert [parsed(body) for body in bodies if isinstance(body, bytes)] == [
        parsed(body) for body in case.batch.requests
    ]
    head = head_of(AnswerPart())
    replies: list[Any] = [
        dialect.reply(part, head, told.encode()) for part, told in zip(parts, case.batch.replies, strict=True)
    ]
    merged = dialect.merge(call, [reply for reply in replies if isinstance(reply, Reply)])
    assert parsed(merged.body) == parsed(case.batch.expect)
    check_money(case, merged.usage, case.batch.usage, case.batch.charge)


def check_models(case: Case, dialect: Dialect) -> None:
    """The list of models is asked for and read as the fixture says."""
    assert case.models is not None
    request = models_request(dialect, case.upstream_credential(), NOW_MS)
    if not case.models.url:
        assert request is None
        return
    assert request is not None
    assert (request.method, url_of(request)) == (b"GET", case.models.url)
    headers = {name.decode(): value.decode() for name, value in request.headers}
    assert headers == {**case.request.headers, "user-agent": "sluice"}
    told = dialect.models_reply(head_of(AnswerPart()), case.models.body.encode())
    assert told == tuple(case.models.expect)


def check_mint(case: Case, dialect: Dialect) -> None:
    """A credential is bought or computed as the fixture says; refusals are faults."""
    assert case.mint is not None
    assert dialect.minter is not None
    asked = dialect.minter.exchange(NOW_MS)
    if case.mint.url:
        assert isinstance(asked, WireRequest)
        assert (asked.method, url_of(asked)) == (b"POST", case.mint.url)
        assert asked.body == case.mint.request_body.encode()
        asked = _accepted(dialect, case.mint.body)
    assert asked == Minted(value=case.mint.value, expires_ms=NOW_MS + case.mint.lifetime_s * 1000)
    for refusal in case.mint.refusals:
        answer = dialect.minter.accept(head_of(refusal), refusal.body.encode(), NOW_MS)
        assert isinstance(answer, Fault)
        check_fault(answer, refusal.expect, refusal.status)


def _accepted(dialect: Dialect, body: str) -> Minted | Fault:
    assert dialect.minter is not None
    return dialect.minter.accept(head_of(AnswerPart()), body.encode(), NOW_MS)
