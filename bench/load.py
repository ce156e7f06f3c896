"""What the benchmarks share: a process pinned to a core, what it used, and the load on it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
GATEWAY_CORE, LOAD_CORE = "0", "1"
KEY = "sk-bench000000000000000000000000000000000000000000000"
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Target:
    """One thing to measure. ``start`` gets (port, mock port, scratch folder), returns the command and environment."""

    name: str
    start: Callable[[int, int, Path], tuple[list[str], dict[str, str]]]
    path: str = "/v1/chat/completions"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    """What is asked, when it is not the usual chat completion."""
    patience: float = 30.0


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], patience: float) -> None:
    """Waits until something on the port answers: a socket may accept long before its server is there."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"exited with {process.returncode}")
        with socket.socket() as sock:
            sock.settimeout(0.2)
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                sock.settimeout(max(until - time.monotonic(), 0.1))
                sock.sendall(b"GET /v1/nothing HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
                with suppress(ConnectionError):
                    if sock.recv(1):
                        return
        time.sleep(0.1)
    raise RuntimeError("did not answer in time")


@contextmanager
def running(command: list[str], core: str, port: int, env: dict[str, str], log: Path, patience: float) -> Iterator[int]:
    """Runs a command pinned to a core until the block ends; yields its process id."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["taskset", "-c", core, *command],
            stdout=out,
            stderr=out,
            env={**os.environ, **env},
            start_new_session=True,
        )
        try:
            wait_for(port, process, patience)
            yield process.pid
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, queue = [], [pid]
    while queue:
        found.append(queue.pop())
        queue += children.get(found[-1], [])
    return found


def cpu_seconds(pid: int) -> float:
    """CPU time spent so far by a process and its descendants."""
    total = 0.0
    for member in family(pid):
        try:
            fields = Path(f"/proc/{member}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / TICK
    return total


def memory_mb(pid: int) -> float:
    """Resident memory of a process and its descendants, in megabytes."""
    total = 0
    for member in family(pid):
        try:
            text = Path(f"/proc/{member}/status").read_text()
        except OSError:
            continue
        match = re.search(r"VmRSS:\s+(\d+)", text)
        total += int(match[1]) if match else 0
    return total / 1024


def wrk(port: int, target: Target, connections: int, seconds: float, pause_ms: int = 0) -> dict[str, float]:
    """One run of wrk: requests a second and latencies in milliseconds. Each connection asks again at once, or after a
    pause."""
    script = HERE / "chat.lua"
    env = {**os.environ, "BENCH_KEY": KEY, "BENCH_BODY": target.body}
    env["BENCH_EXTRA"] = "\n".join(f"{k}={v}" for k, v in target.headers.items())
    if pause_ms:
        env["BENCH_PAUSE_MS"] = str(pause_ms)
    url = f"http://127.0.0.1:{port}{target.path}"
    command = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "-s", str(script), url]
    text = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    found = re.search(r"RESULT (.*)", text)
    if found is None:
        raise RuntimeError(text)
    result: dict[str, float] = json.loads(found[1])
    return result


def stream(port: int, target: Target, connections: int, seconds: float, interval_ms: int) -> dict[str, float]:
    """One run of streaming clients (streams.py)."""
    extra = [f"{k}={v}" for k, v in target.headers.items()]
    url = f"http://127.0.0.1:{port}{target.path}"
    command = ["taskset", "-c", LOAD_CORE, sys.executable, str(HERE / "streams.py"), url, KEY]
    command += [str(connections), str(seconds), str(interval_ms), *extra]
    env = {**os.environ, "BENCH_BODY": target.body}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def sluice(port: int, mock: int, scratch: Path, provider: str = "openai") -> tuple[list[str], dict[str, str]]:
    """Sluice, governed: token, reservation, journal and request log all on."""
    config = scratch / "sluice.toml"
    config.write_text(
        f"""
[[channels]]
name = "bench"
provider = "{provider}"
base_url = "http://127.0.0.1:{mock}"
key = "sk-upstream"
models = ["bench"]

[[tokens]]
name = "bench"
user = "root"
key = "{KEY}"
limit_usd = "1000000"

[[users]]
name = "root"
balance_usd = "1000000"

[[prices]]
model = "bench"
input = "0.15"
output = "0.60"
"""
    )
    command = [sys.executable, "-m", "sluice.cli", "serve", "--port", str(port), "--workers", "1"]
    command += ["--data-dir", str(scratch / "data"), "--config", str(config)]
    return command, {"SLUICE_ADMIN_PASSWORD": "bench-password"}
