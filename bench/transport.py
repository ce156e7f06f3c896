"""The transports alone: ``python bench/transport.py [http1|aiohttp]``; the mock runs pinned to the other core.

Prints requests a second in a closed loop of 32, CPU microseconds a request, and CPU microseconds a chunk of a stream.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import uvloop

from sluice.base.wire import WireRequest
from sluice.upstream.client import Deadlines, Limits, Transport
from sluice.upstream.guard import Guard
from sluice.upstream.http1 import Http1Transport
from sluice.upstream.proxied import ProxiedTransport

PORT = 7811
BODY = b'{"model":"bench","messages":[{"role":"user","content":"' + b"Tell me about rivers. " * 20 + b'"}]}'
STREAM = BODY[:-1] + b',"stream":true}'


def request(body: bytes) -> WireRequest:
    """The same POST every time."""
    headers = ((b"content-type", b"application/json"), (b"authorization", b"Bearer k"))
    return WireRequest(b"POST", f"http://127.0.0.1:{PORT}", b"/v1/chat/completions", headers, body)


async def unary(transport: Transport, until: float) -> int:
    """Requests one after another."""
    count = 0
    ask, deadlines = request(BODY), Deadlines()
    while time.perf_counter() < until:
        exchange = await transport.send(ask, deadlines)
        await exchange.read(1 << 20)
        count += 1
    return count


async def streaming(transport: Transport, until: float) -> int:
    """Streams one after another; counts chunks as the mock writes them."""
    count = 0
    ask, deadlines = request(STREAM), Deadlines()
    while time.perf_counter() < until:
        exchange = await transport.send(ask, deadlines)
        while data := await exchange.chunk():
            count += data.count(b"data: ")
    return count


async def main(kind: str) -> None:
    """Measures one transport."""
    limits, guard = Limits(), Guard()
    transport: Transport = Http1Transport(limits, guard) if kind == "http1" else ProxiedTransport("", limits, guard)
    for name, job, clients in (("requests", unary, 32), ("chunks", streaming, 8)):
        cpu, begun = time.process_time(), time.perf_counter()
        counts = await asyncio.gather(*(job(transport, begun + 3) for _ in range(clients)))
        took, spent = time.perf_counter() - begun, time.process_time() - cpu
        print(f"{kind}: {sum(counts) / took:,.0f} {name}/s, {spent / sum(counts) * 1e6:.1f} us CPU each")
    await transport.aclose()


if __name__ == "__main__":
    mock = [sys.executable, str(Path(__file__).with_name("mock.py")), str(PORT)]
    with subprocess.Popen(["taskset", "-c", "1", *mock], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.sched_setaffinity(0, {0})
        for chosen in sys.argv[1:] or ["http1", "aiohttp"]:
            uvloop.run(main(chosen))
        process.terminate()
