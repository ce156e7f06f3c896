"""Real processes for tests: ``sluice serve`` and ``sluice fake-provider``, started, awaited and stopped."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

PASSWORD = "correct horse battery staple"
"""The password of root at every gateway started here."""
START_SECONDS = 60.0
STOP_SECONDS = 45.0
_SLUICE = (sys.executable, "-m", "sluice.cli")
_ADDRESS = re.compile(r"listens on (http://\S+)")


class Process:
    """A command of ``sluice`` that serves until it is stopped."""

    def __init__(self, args: list[str], log: Path, environment: Mapping[str, str]) -> None:
        self.log = log
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SLUICE_")}
        with log.open("ab") as errors:
            self.popen = subprocess.Popen(
                [*_SLUICE, *args],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**inherited, **environment},
                # A group of its own: killing it takes the workers along.
                start_new_session=True,
            )

    def address(self) -> str:
        """Waits for the line that says where it listens. Raises AssertionError with the log when it ends instead."""
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            found = _ADDRESS.search(line)
            if found:
                return found[1]
        self._reap()
        raise AssertionError(f"the process ended before it listened:\n{self.log.read_text()}")

    def stop(self) -> str:
        """Asks it to stop and waits; returns its log. Raises AssertionError when it had to be killed."""
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
        try:
            self._reap(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the process did not stop when asked:\n{self.log.read_text()}") from None
        return self.log.read_text()

    def kill(self) -> None:
        """Ends it and its workers as a power cut would."""
        if self.popen.poll() is None:
            os.killpg(self.popen.pid, signal.SIGKILL)
        self._reap()

    def _reap(self, seconds: float | None = None) -> None:
        """Waits for its end; what it still prints is not kept."""
        assert self.popen.stdout is not None
        if self.popen.stdout.closed:
            self.popen.wait(seconds)
        else:
            self.popen.communicate(timeout=seconds)


class Provider:
    """A fake provider in a process of its own, and what it received."""

    def __init__(self, folder: Path) -> None:
        self._process = Process(["fake-provider", "--port", "0"], folder / "provider.log", {})
        self.url = self._process.address()
        # Tests leave minutes between two questions: a kept connection could be closed just as the next one goes out.
        fresh = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(base_url=self.url, trust_env=False, timeout=30, limits=fresh)
        await_ready(self._http, "/_fake/stats")

    def base(self, wire: str = "openai") -> str:
        """The base URL of a channel that speaks a wire: ``openai``, ``azure``, ``zhipu``, ``dashscope``, ..."""
        return f"{self.url}/{wire}"

    def mark(self) -> int:
        """The number of the last request so far: what came later is ``seen(since=mark)``."""
        return int(self.stats()["total"])

    def seen(self, since: int = 0) -> list[dict[str, Any]]:
        """The requests received after a mark, the oldest first: method, path, query, headers, key_sha256, body (text),
        and once answered ended_ms and pieces (of a stream); ``gone_ms`` when the caller left before the end."""
        found: list[dict[str, Any]] = self._http.get("/_fake/requests", params={"since": since}).json()
        return found

    def stats(self) -> dict[str, int]:
        """``total`` requests, how many are ``open`` now, ``tokens_issued`` by the token endpoint."""
        found: dict[str, int] = self._http.get("/_fake/stats").json()
        return found

    def stop(self) -> None:
        """Stops it. Raises AssertionError when its log holds a traceback."""
        self._http.close()
        check_log(self._process.stop())


def await_ready(client: httpx.Client, path: str) -> None:
    """Waits until a server that has said its address answers 200."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if client.get(path).status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, f"{client.base_url} is not ready"
        time.sleep(0.02)


def check_log(log: str) -> None:
    """A log of a good run holds no traceback and nothing about tasks or sockets left behind."""
    for sign in ("Traceback", "never retrieved", "never awaited", "Unclosed", "ResourceWarning"):
        assert sign not in log, log
