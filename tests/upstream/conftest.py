"""Every transport of the seam, on the event loops the program runs on."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import uvloop

sys.path.insert(0, str(Path(__file__).parent))

from certificates import Authority
from makers import Maker
from proxies import proxying

from sluice.upstream.client import Limits, Transport
from sluice.upstream.guard import Guard
from sluice.upstream.http1 import Http1Transport

KINDS = ("own", "aiohttp", "http-proxy", "socks5-proxy")


_ON_BOTH_LOOPS = {"test_pool.py", "test_flow.py", "test_tls.py"}
"""Where the event loop's own buffers, closing and TLS matter; what is parsing is the same on either."""


def pytest_asyncio_loop_factories(item: pytest.Item) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """pytest-asyncio: the event loops a test runs on."""
    loops: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"uvloop": uvloop.new_event_loop}
    if item.path.name in _ON_BOTH_LOOPS:
        loops["asyncio"] = asyncio.new_event_loop
    return loops


@pytest.fixture(params=KINDS)
async def make(request: pytest.FixtureRequest) -> AsyncIterator[Maker]:
    """Makes transports of each kind, through a proxy of their own where they want one."""
    async with AsyncExitStack() as stack:
        url = ""
        if request.param.endswith("-proxy"):
            url = (await stack.enter_async_context(proxying(request.param.removesuffix("-proxy")))).url
        async with AsyncExitStack() as transports:
            yield Maker(request.param, url, transports)


@pytest.fixture
async def transport(make: Maker) -> Transport:
    """A transport of each kind, with the usual limits."""
    return make()


@pytest.fixture
async def own() -> AsyncIterator[Http1Transport]:
    """A transport of the direct kind only, for what the other cannot promise."""
    transport = Http1Transport(Limits(), Guard())
    yield transport
    await transport.aclose()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority the transports trust."""
    return Authority(tmp_path_factory.mktemp("authority"))
