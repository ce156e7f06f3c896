"""A real ``sluice serve`` for the browser, started and stopped."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

PASSWORD = "correct horse battery"
_ADDRESS = re.compile(r"listens on (http://\S+)")
_LINK = re.compile(r"(http://\S+/setup#\S+)")


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where it listens, and the one-time link it printed ("" when root has a password)."""

    origin: str
    link: str
    folder: Path


@contextmanager
def started(folder: Path, *, config: str = "", password: str | None = PASSWORD, port: int = 0) -> Iterator[Gateway]:
    """A gateway on a port of its own, or on one that another has left, until the end of the block."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SLUICE_")}
    environment |= {"SLUICE_LOG_LEVEL": "error"}
    if password is not None:
        environment["SLUICE_ADMIN_PASSWORD"] = password
    command = [sys.executable, "-m", "sluice.cli", "serve", "--port", str(port), "--data-dir", str(folder)]
    if config:
        (folder / "sluice.toml").write_text(config)
        command += ["--config", str(folder / "sluice.toml")]
    log = folder / "server.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
    try:
        origin, link = _greeting(process, log, wants_link=password is None)
        _await_answer(origin)
        yield Gateway(origin, link, folder)
    finally:
        process.terminate()
        assert process.stdout is not None
        process.stdout.close()
        process.wait(timeout=60)


def _await_answer(origin: str) -> None:
    """Waits until it answers: it says where it listens a moment before it does."""
    deadline = time.monotonic() + 60
    while True:
        try:
            httpx.get(f"{origin}/healthz").raise_for_status()
            return
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _greeting(process: subprocess.Popen[str], log: Path, *, wants_link: bool) -> tuple[str, str]:
    """What the server says when it listens. Raises AssertionError with its log when it ends instead."""
    origin = link = ""
    assert process.stdout is not None
    for line in process.stdout:
        if found := _ADDRESS.search(line):
            origin = found[1]
        if found := _LINK.search(line):
            link = found[1]
        if origin and (link or not wants_link):
            return origin, link
    raise AssertionError(f"the server ended before it listened:\n{log.read_text()}")
