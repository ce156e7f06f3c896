"""Ctrl-C, also pressed again by somebody impatient: the end comes at once, quietly, and costs nobody anything."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from .books import NANO, read_books
from .gateways import NewGateway
from .processes import STOP_SECONDS, Process

SLOW = {"model": "gpt-4o-mini-stall", "stream": True, "messages": [{"role": "user", "content": "a b c d"}]}


def interrupt(process: Process) -> None:
    """What a terminal sends to all that run in it while somebody presses Ctrl-C until it has an end."""
    deadline = time.monotonic() + STOP_SECONDS
    while process.popen.poll() is None:
        assert time.monotonic() < deadline
        os.killpg(process.popen.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.popen.wait(0.05)
    process.kill()  # nothing is left to kill: its pipe is read to the end


@pytest.mark.parametrize("workers", [1, 2])
async def test_whoever_presses_twice_waits_for_no_answer(new_gateway: NewGateway, workers: int) -> None:
    gateway = new_gateway(workers=workers)
    chat = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "a b c d"}]}
    done = gateway.http.post("/v1/chat/completions", json=chat, headers=gateway.auth()).headers["x-request-id"]
    mark = gateway.provider.mark()
    with gateway.http.stream("POST", "/v1/chat/completions", json=SLOW, headers=gateway.auth()) as answer:
        assert next(answer.iter_lines()).startswith("data: ")
        assert len(gateway.provider.seen(mark)) == 1
        interrupt(gateway.process)
        begun = answer.headers["x-request-id"]
    assert "Traceback" not in gateway.log.read_text()
    gateway.start()
    gateway.stop()
    books = await read_books(None, gateway.data_dir)
    assert set(books.charges) == {done, begun}
    assert books.balance == 200 * NANO - sum(books.charges.values())


@pytest.mark.parametrize("workers", [1, 3])
def test_who_changes_their_mind_at_once_is_shown_no_traceback(tmp_path: Path, workers: int) -> None:
    flags = ["serve", "--port", "0", "--workers", str(workers), "--data-dir", str(tmp_path / "data")]
    process = Process(flags, tmp_path / "gateway.log", {})
    process.address()
    interrupt(process)
    assert "Traceback" not in (tmp_path / "gateway.log").read_text()
