"""Nanoseconds of CPU per operation of the formats room: ``python bench/formats.py``."""

from __future__ import annotations

import time
from collections.abc import Callable

from sluice.formats import sse
from sluice.formats.openai_chat.stream import ChatStream
from sluice.formats.openai_chat.unary import check_reply
from sluice.formats.openai_chat.usage import read_usage
from sluice.formats.patch import encode_top, parse_top, patch_request, take_bool, take_str

HEAD = b'{"id":"chatcmpl-9xyzABCDEFGHIJ","object":"chat.completion.chunk","created":1732456789,"model":"gpt-4o-mini",'
REST = b'"service_tier":"default","system_fingerprint":"fp_0705bf87c0","choices":[{"index":0,"delta":'
USAGE = b'{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,"prompt_tokens_details":{"cached_tokens":0}}'


def event(delta: bytes, usage: bytes = b"null") -> bytes:
    """One chunk as OpenAI sends it."""
    end = b',"logprobs":null,"finish_reason":null}],"usage":%s,"obfuscation":"aBcDeFg"}' % usage
    return sse.encode_event(HEAD + REST + delta + end)


ROLE = event(b'{"role":"assistant","content":""}')
TEXT = event(b'{"content":" world"}')
CHINESE = event('{"content":"世界"}'.encode())
REASONING = event(b'{"content":null,"reasoning_content":" so"}')
CALL = event(b'{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":"{"}}]}')
PIECE = event(b'{"tool_calls":[{"index":0,"function":{"arguments":"\\"ci"}}]}')
ODD_ID = TEXT.replace(b"ABCDEFGHIJ", b"OTHER")
REQUEST = (
    b'{"model":"gpt-4o-mini","messages":[{"role":"system","content":"You are helpful."},{"role":"user","content":"'
    + b"Hello there. " * 40
    + b'"}],"temperature":0.7,"stream":true,"max_tokens":256}'
)
REPLY = (
    b'{"id":"chatcmpl-1","object":"chat.completion","created":1732456789,"model":"gpt-4o-mini","choices":[{"index":0,'
    b'"message":{"role":"assistant","content":"' + b"Hello there. " * 20 + b'","refusal":null},"logprobs":null,'
    b'"finish_reason":"stop"}],"usage":' + USAGE + b"}"
)


def measure(name: str, work: Callable[[], object], times: int = 20_000) -> None:
    """Prints the best of five rounds."""
    best = float("inf")
    for _ in range(5):
        begin = time.process_time_ns()
        for _ in range(times):
            work()
        best = min(best, (time.process_time_ns() - begin) / times)
    print(f"{best:9.0f} ns  {name}")


def stream(model: str, *first: bytes) -> ChatStream:
    """A stream that is under way."""
    parser = ChatStream(model=model, wants_usage=True, new_id="chatcmpl-new")
    for data in first:
        parser.feed(data)
    return parser


def measure_requests() -> None:
    """The patch lane of a request."""
    top = parse_top(REQUEST)
    measure("parse_top, 700 bytes", lambda: parse_top(REQUEST))
    measure("take model and stream", lambda: (take_str(top, "model", required=True), take_bool(top, "stream")))
    measure("encode_top", lambda: encode_top(top))
    changes = {"model": "other", "stream_options": {"include_usage": True}}
    measure("patch_request, two members", lambda: patch_request(top, changes))


def measure_streams() -> None:
    """One chunk of a stream that is under way; the parser's memory of tool arguments grows, as in life."""
    decoder = sse.SseDecoder()
    measure("sse decode, one event", lambda: decoder.feed(TEXT))
    for name, model, first, data in (
        ("clean text", "gpt-4o-mini", [], TEXT),
        ("clean Chinese text", "gpt-4o-mini", [], CHINESE),
        ("clean reasoning", "gpt-4o-mini", [], REASONING),
        ("clean tool arguments", "gpt-4o-mini", [CALL], PIECE),
        ("ten clean chunks in one read, each", "gpt-4o-mini", [], TEXT * 10),
        ("text, model renamed", "mine", [], TEXT),
        ("text, usage in every chunk", "gpt-4o-mini", [], event(b'{"content":" world"}', USAGE)),
        ("text, model renamed, CRLF", "mine", [], TEXT.replace(b"\n", b"\r\n")),
        ("text, repaired (another id)", "gpt-4o-mini", [], ODD_ID),
    ):
        parser = stream(model, ROLE, *first)
        times = 2_000 if data.count(b"data:") > 1 else 20_000
        begin = time.process_time_ns()
        best = float("inf")
        for _ in range(5):
            begin = time.process_time_ns()
            for _ in range(times):
                parser.feed(data)
            best = min(best, (time.process_time_ns() - begin) / times / data.count(b"data:"))
        assert parser.fault is None
        print(f"{best:9.0f} ns  chunk: {name}")


def measure_replies() -> None:
    """A whole answer."""
    measure("check_reply, clean", lambda: check_reply(REPLY, model="gpt-4o-mini", new_id="n"))
    measure("check_reply, renamed", lambda: check_reply(REPLY, model="mine", new_id="n"))
    odd = REPLY.replace(b'"stop"', b'"eos"')
    measure("check_reply, repaired", lambda: check_reply(odd, model="mine", new_id="n"))
    measure("read_usage", lambda: read_usage(USAGE))


if __name__ == "__main__":
    measure_requests()
    measure_streams()
    measure_replies()
