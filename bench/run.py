"""``make bench``: Sluice beside its peers, one gateway process on one core, load and mock upstream on the other.

Every figure comes from this run, on this machine. See README.md for what is measured and how to add the peers.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
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


def wrk(port: int, target: Target, connections: int, seconds: float) -> dict[str, float]:
    """One closed-loop run of wrk: requests a second and latencies in milliseconds."""
    script = HERE / "chat.lua"
    env = {**os.environ, "BENCH_KEY": KEY, "BENCH_HEADERS": json.dumps(target.headers)}
    env["BENCH_EXTRA"] = "\n".join(f"{k}={v}" for k, v in target.headers.items())
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
    result: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return result


def sluice(port: int, mock: int, scratch: Path) -> tuple[list[str], dict[str, str]]:
    """Sluice, governed: token, reservation, journal and request log all on."""
    config = scratch / "sluice.toml"
    config.write_text(
        f"""
[[channels]]
name = "bench"
provider = "openai"
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


def litellm(port: int, mock: int, scratch: Path) -> tuple[list[str], dict[str, str]]:
    """LiteLLM's proxy from PyPI: one worker, no database (it has none to govern with), master key on."""
    config = scratch / "litellm.yaml"
    config.write_text(
        "model_list:\n"
        "  - model_name: bench\n"
        "    litellm_params:\n"
        f"      {{model: openai/bench, api_base: 'http://127.0.0.1:{mock}/v1', api_key: sk-upstream}}\n"
        f"general_settings: {{master_key: {KEY}}}\n"
        "litellm_settings: {telemetry: false}\n"
    )
    python = os.environ["BENCH_LITELLM"]
    command = [python, "--config", str(config), "--port", str(port), "--host", "127.0.0.1", "--num_workers", "1"]
    return command, {"LITELLM_LOG": "ERROR", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}


def portkey(port: int, mock: int, scratch: Path) -> tuple[list[str], dict[str, str]]:
    """Portkey's gateway from npm: stateless, nothing governed."""
    entry = Path(os.environ["BENCH_PORTKEY"])
    return ["node", str(entry), "--headless", f"--port={port}"], {"NODE_ENV": "production"}


def ceiling(port: int, mock: int, scratch: Path) -> tuple[list[str], dict[str, str]]:
    """The bare socket proxy."""
    return [sys.executable, str(HERE / "ceiling.py"), str(port), str(mock)], {}


def targets(mock: int) -> list[Target]:
    """What can be measured here."""
    found = [Target("ceiling (bare socket proxy)", ceiling), Target("Sluice, governed", sluice)]
    if os.environ.get("BENCH_LITELLM"):
        found.append(Target("LiteLLM proxy", litellm, patience=120))
    if os.environ.get("BENCH_PORTKEY"):
        headers = {"x-portkey-provider": "openai", "x-portkey-custom-host": f"http://127.0.0.1:{mock}/v1"}
        found.append(Target("Portkey gateway", portkey, headers=headers))
    return found


def measure(target: Target, mock: int, seconds: float, scratch: Path) -> dict[str, float]:
    """Every figure of one target."""
    port = free_port()
    folder = scratch / target.name.split()[0].lower()
    folder.mkdir()
    command, env = target.start(port, mock, folder)
    with running(command, GATEWAY_CORE, port, env, folder / "log", target.patience) as pid:
        wrk(port, target, 8, 1)
        time.sleep(0.5)
        row: dict[str, float] = {"idle_mb": memory_mb(pid)}
        one = wrk(port, target, 1, max(seconds / 2, 2))
        before, begun = cpu_seconds(pid), time.monotonic()
        many = wrk(port, target, 32, seconds)
        row |= {
            "rps": many["rps"],
            "p50_ms": many["p50"],
            "p99_ms": many["p99"],
            "errors": many["errors"] + one["errors"],
            "c1_p50_ms": one["p50"],
            "cpu_us_per_request": (cpu_seconds(pid) - before) * 1e6 / max(many["requests"], 1),
            "busy": (cpu_seconds(pid) - before) / (time.monotonic() - begun),
        }
        before = cpu_seconds(pid)
        burst = stream(port, target, 16, max(seconds / 2, 2), 0)
        if not burst["chunks"]:
            print(f"  {target.name}: its streams bring nothing", file=sys.stderr)
            return row | {"after_mb": memory_mb(pid)}
        row["cpu_us_per_chunk"] = (cpu_seconds(pid) - before) * 1e6 / max(burst["chunks"], 1)
        row["chunks_per_s"] = burst["chunks_per_s"]
        paced = stream(port, target, 64, max(seconds / 2, 4), 20)
        row |= {"ttft_p50_ms": paced["first_p50_ms"], "ttft_p99_ms": paced["first_p99_ms"]}
        row |= {"gap_p99_ms": paced["gap_p99_ms"], "broken": burst["broken"] + paced["broken"]}
        row["after_mb"] = memory_mb(pid)
        return row


COLUMNS = [
    ("rps", "req/s", 0),
    ("p50_ms", "p50 ms", 2),
    ("p99_ms", "p99 ms", 2),
    ("c1_p50_ms", "c=1 p50 ms", 2),
    ("cpu_us_per_request", "CPU us/req", 0),
    ("cpu_us_per_chunk", "CPU us/chunk", 1),
    ("chunks_per_s", "chunks/s", 0),
    ("ttft_p50_ms", "TTFT p50 ms", 2),
    ("ttft_p99_ms", "TTFT p99 ms", 2),
    ("gap_p99_ms", "gap p99 ms", 2),
    ("idle_mb", "idle MB", 0),
    ("after_mb", "after MB", 0),
    ("errors", "errors", 0),
]


def table(rows: dict[str, dict[str, float]]) -> str:
    """The results side by side, in Markdown."""
    lines = ["| | " + " | ".join(title for _, title, _ in COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name, row in rows.items():
        cells = [f"{row[key]:,.{digits}f}" if key in row else "-" for key, _, digits in COLUMNS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measures every target and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--only", help="measure only targets whose name contains this")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    if shutil.which("wrk") is None or shutil.which("taskset") is None:
        sys.exit("the benchmark needs wrk and taskset (Debian: apt-get install wrk util-linux)")
    rows: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        mock = free_port()
        command = [sys.executable, str(HERE / "mock.py"), str(mock)]
        with running(command, LOAD_CORE, mock, {}, scratch / "mock.log", 10):
            direct = Target("direct (no gateway)", ceiling)
            if not options.only:
                paced = stream(mock, direct, 64, 4, 20)
                rows[direct.name] = {
                    "rps": wrk(mock, direct, 32, 3)["rps"],
                    "ttft_p50_ms": paced["first_p50_ms"],
                    "ttft_p99_ms": paced["first_p99_ms"],
                    "gap_p99_ms": paced["gap_p99_ms"],
                }
            for target in targets(mock):
                if options.only and options.only.lower() not in target.name.lower():
                    continue
                print(f"measuring {target.name} ...", file=sys.stderr, flush=True)
                try:
                    rows[target.name] = measure(target, mock, options.seconds, scratch)
                except (RuntimeError, subprocess.SubprocessError) as error:
                    print(f"  {target.name}: {error}", file=sys.stderr)
                    log = scratch / target.name.split()[0].lower() / "log"
                    print(log.read_text(errors="replace")[-2000:] if log.exists() else "", file=sys.stderr)
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
