"""A closed loop of streaming clients on raw sockets: time to first token, gaps between chunks, chunks a second.

``python bench/streams.py URL KEY CONNECTIONS SECONDS INTERVAL_MS [HEADER=VALUE ...]`` prints one JSON line.
What they ask is ``BENCH_BODY``, or a streamed chat completion.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from urllib.parse import urlsplit

import uvloop

CHUNKS = 64
"""Chunks of one of the mock's streams."""


def request_bytes(url: str, key: str, interval_ms: int, extra: list[str]) -> bytes:
    """The streaming request every client repeats."""
    usual = json.dumps(
        {
            "model": "bench",
            "stream": True,
            "messages": [{"role": "user", "content": "Tell me about rivers. " * 20}],
            "bench_interval_ms": interval_ms,
        }
    )
    body = (os.environ.get("BENCH_BODY") or usual).encode()
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    lines = [f"POST {target} HTTP/1.1", f"Host: {parts.netloc}", f"Authorization: Bearer {key}"]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [item.replace("=", ": ", 1) for item in extra]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Tally:
    """What the clients saw, in seconds."""

    def __init__(self) -> None:
        self.first: list[float] = []
        self.gaps: list[float] = []
        self.chunks = 0
        self.streams = 0
        self.broken = 0


async def client(host: str, port: int, request: bytes, wait: float, until: float, tally: Tally) -> None:
    """After a wait in seconds sends streams one after another until the time is up."""
    await asyncio.sleep(wait)
    reader, writer = await asyncio.open_connection(host, port)
    while time.perf_counter() < until:
        begun = last = time.perf_counter()
        writer.write(request)
        first = True
        tail = b""
        while True:
            data = await reader.read(65536)
            now = time.perf_counter()
            if not data:
                tally.broken += 1
                reader, writer = await asyncio.open_connection(host, port)
                break
            count = data.count(b"data: {")
            if count and first:
                tally.first.append(now - begun)
                first = False
            elif count:
                tally.gaps.append(now - last)
            if count:
                last = now
            tally.chunks += count
            tail = (tail + data)[-32:]
            if tail.endswith(b"0\r\n\r\n"):
                tally.streams += 1
                break
    writer.close()


def quantile(values: list[float], q: float) -> float:
    """The q-quantile in milliseconds; 0 without values."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * q), len(ordered) - 1)] * 1000 if ordered else 0.0


async def main(url: str, key: str, connections: int, seconds: float, interval_ms: int, extra: list[str]) -> None:
    """Runs the clients and prints the result."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    request = request_bytes(url, key, interval_ms, extra)
    tally = Tally()
    begun = time.perf_counter()
    until = begun + seconds
    # Paced streams begin one after another, as real ones do; at once they would measure the length of the queue.
    spread = interval_ms / 1000 * CHUNKS / connections
    clients = (client(parts.hostname, parts.port, request, n * spread, until, tally) for n in range(connections))
    await asyncio.gather(*clients)
    took = time.perf_counter() - begun
    print(
        json.dumps(
            {
                "streams": tally.streams,
                "broken": tally.broken,
                "chunks": tally.chunks,
                "chunks_per_s": round(tally.chunks / took),
                "first_p50_ms": round(quantile(tally.first, 0.5), 2),
                "first_p99_ms": round(quantile(tally.first, 0.99), 2),
                "gap_p99_ms": round(quantile(tally.gaps, 0.99), 2),
            }
        )
    )


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]), sys.argv[6:]))
