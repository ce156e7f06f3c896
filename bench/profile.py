"""Where the time of a governed request goes: ``python bench/profile.py [SECONDS]``.

First the CPU time a request of each thread, from ``/proc``: nothing disturbs it. Then the share of each stage in the
event loop's thread, from the samples of py-spy (``pip install py-spy``), which stops the process at each: shares
hold under it, speed does not. A sample belongs to the innermost frame that stands in the table below.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from load import GATEWAY_CORE, HERE, LOAD_CORE, Target, free_port, running, sluice, wrk

STAGES = (
    ("client's connection: HTTP in and out", ("web/server", "web/cycle", "web/http")),
    ("door: admission, reading the request", ("web/", "relay/admit", "formats/patch", "base/ids")),
    ("money: reserve, settle, journal", ("accounting/", "relay/money", "relay/job", "storage/")),
    ("dialect: request and answer", ("vendors/", "formats/")),
    ("upstream's connection: HTTP out and in", ("upstream/",)),
    ("relay: plan, attempt", ("relay/", "routing/", "catalog/")),
    ("metrics", ("telemetry/",)),
    ("event loop: sockets, tasks", ("uvloop", "asyncio", "uvicorn")),
)


def threads_us(pid: int) -> Counter[str]:
    """Microseconds of CPU so far of the event loop's thread and of all others."""
    found: Counter[str] = Counter()
    for task in Path(f"/proc/{pid}/task").iterdir():
        spent = int((task / "schedstat").read_text().split()[0])
        found["event loop" if task.name == str(pid) else "writer and other threads"] += spent // 1000
    return found


def stage_of(frames: list[str]) -> str:
    """The stage a sample's stack belongs to."""
    for frame in reversed(frames):
        for stage, places in STAGES:
            if any(f"sluice/{place}" in frame or f"({place}" in frame for place in places):
                return stage
    return "other"


def shares(samples: str) -> Counter[str]:
    """Samples a stage in the event loop's thread; py-spy's raw form: ``frame;frame;... count``."""
    found: Counter[str] = Counter()
    for line in samples.splitlines():
        stack, _, count = line.rpartition(" ")
        if "MainThread" in stack:
            found[stage_of(stack.split(";"))] += int(count)
    return found


def measure(pid: int, port: int, seconds: float, scratch: Path) -> None:
    """Prints the budget of a gateway that runs."""
    target = Target("Sluice, governed", sluice)
    wrk(port, target, 32, 2)
    before = threads_us(pid)
    many = wrk(port, target, 32, seconds)
    spent = threads_us(pid) - before
    print(f"{many['rps']:,.0f} requests a second at 32 connections, p99 {many['p99']:.1f} ms")
    for name, us in spent.items():
        print(f"{us / many['requests']:7.1f} us a request  {name}")
    spy = shutil.which("py-spy") or str(Path(sys.executable).with_name("py-spy"))
    if not Path(spy).exists():
        sys.exit("the stages need py-spy: pip install py-spy")
    raw = scratch / "samples"
    record = [spy, "record", "-p", str(pid), "-d", str(round(seconds)), "-r", "400", "-f", "raw", "-o", str(raw), "-t"]
    with subprocess.Popen(record, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        wrk(port, target, 32, seconds + 1)
    found = shares(raw.read_text())
    each = spent["event loop"] / many["requests"] / max(found.total(), 1)
    for name, count in found.most_common():
        print(f"{count * each:7.1f} us a request  {count / found.total():4.0%}  {name}")


def main() -> None:
    """Starts mock and gateway and prints where the time goes."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        mock, port = free_port(), free_port()
        command, env = sluice(port, mock, scratch)
        mocking = [sys.executable, str(HERE / "mock.py"), str(mock)]
        with (
            running(mocking, LOAD_CORE, mock, {}, scratch / "mock.log", 10),
            running(command, GATEWAY_CORE, port, env, scratch / "log", 30) as pid,
        ):
            measure(pid, port, seconds, scratch)


if __name__ == "__main__":
    main()
