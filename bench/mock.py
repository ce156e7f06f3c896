"""The upstream of the benchmark: constant bytes over asyncio, so that it is never the bottleneck.

``python bench/mock.py PORT`` answers a chat completion at once; with ``"stream":true`` in the body it writes the chunks
of a stream one by one, each as its own write, ``X-Bench-Interval-Ms`` apart (default 0).
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop

CHUNKS = 64

_ANSWER = (
    b'{"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,"model":"bench","choices":[{"index":0,'
    b'"message":{"role":"assistant","content":"' + b"The quick brown fox jumps over the lazy dog. " * 8 + b'"},'
    b'"finish_reason":"stop"}],"usage":{"prompt_tokens":40,"completion_tokens":80,"total_tokens":120}}'
)
WHOLE = (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(_ANSWER)) + _ANSWER
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def _event(members: bytes) -> bytes:
    data = (
        b'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench",'
        + members
        + b"}\n\n"
    )
    return b"%x\r\n%s\r\n" % (len(data), data)


_DELTA = _event(b'"choices":[{"index":0,"delta":{"content":" lorem"},"finish_reason":null}]')
_FIRST = _event(b'"choices":[{"index":0,"delta":{"role":"assistant","content":"Lo"},"finish_reason":null}]')
_STOP = _event(b'"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]')
_USAGE = _event(b'"choices":[],"usage":{"prompt_tokens":40,"completion_tokens":64,"total_tokens":104}')
_DONE = b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
PIECES = [_FIRST, *[_DELTA] * (CHUNKS - 2), _STOP]


class Mock(asyncio.Protocol):
    """One connection: requests one after another, never pipelined."""

    def __init__(self) -> None:
        self._buffer = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        near = cast(asyncio.WriteTransport, transport)
        self._transport = near

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._buffer) < end + 4 + length:
            return
        body, self._buffer = self._buffer[end + 4 :], b""
        assert self._transport is not None
        if b'"stream":true' in body or b'"stream": true' in body:
            interval = 0.0
            mark = body.find(b'"bench_interval_ms":')
            if mark >= 0:
                interval = int(body[mark + 20 :].split(b",", 1)[0].rstrip(b"} \n")) / 1000
            self._pieces(interval, b"include_usage" in body)
        else:
            self._transport.write(WHOLE)

    def _pieces(self, interval: float, usage: bool) -> None:
        assert self._transport is not None
        self._transport.write(_HEAD)
        pieces = iter([*PIECES, *([_USAGE] if usage else []), _DONE])
        loop = asyncio.get_running_loop()

        def step() -> None:
            piece = next(pieces, None)
            if piece is None or self._transport is None or self._transport.is_closing():
                return
            self._transport.write(piece)
            if interval:
                loop.call_later(interval, step)
            else:
                loop.call_soon(step)

        step()


async def main(port: int) -> None:
    """Serves until killed."""
    server = await asyncio.get_running_loop().create_server(Mock, "127.0.0.1", port, backlog=2048)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
