"""Where the time of a governed request goes: ``python bench/profile.py [SECONDS] [TOP]``.

First the CPU time a request of each thread, from ``/proc``: nothing disturbs it. Then, by the samples of Linux's
``perf``, the share of each stage, and the functions that take most. A function's time is its own and that of the C code
it calls, system calls too, but not of the Python functions it calls. Needs ``perf`` (Debian: ``linux-perf``) and a
Python that tells it the names of functions: 3.12 or newer.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from load import GATEWAY_CORE, HERE, LOAD_CORE, Target, free_port, running, sluice, wrk

STAGES = (
    ("bytes sent, on both sides", ("upstream/gathered",)),
    ("client's connection: HTTP in and out", ("web/server", "web/cycle", "web/http")),
    ("door: admission, reading the request", ("web/", "relay/admit", "formats/patch", "formats/file_ids", "base/ids")),
    (
        "money: reserve, settle, journal",
        ("accounting/", "relay/money", "relay/job", "storage/journal", "storage/lease"),
    ),
    ("dialect: request and answer", ("vendors/", "formats/")),
    ("upstream's connection: HTTP out and in", ("upstream/",)),
    ("relay: plan, attempt", ("relay/", "routing/", "catalog/")),
    ("metrics", ("telemetry/",)),
)
LOOP, WRITER = "event loop: sockets asked, tasks, timers", "writer: journal to database"
_SAMPLES_A_SECOND = 4000
_FRAME = re.compile(r"\s+[0-9a-f]+ (.*) \(.*\)$")
_FUNCTION = re.compile(r"py::(?P<name>.*):(?P<file>[^:]*)$")


def threads_us(pid: int) -> Counter[str]:
    """Microseconds of CPU so far of the event loop's thread and of all others."""
    found: Counter[str] = Counter()
    for task in Path(f"/proc/{pid}/task").iterdir():
        spent = int((task / "schedstat").read_text().split()[0])
        found["event loop" if task.name == str(pid) else "writer and other threads"] += spent // 1000
    return found


def stage_of(file: str) -> str:
    """The stage a function of the event loop's thread belongs to."""
    _, of_ours, place = file.rpartition("/sluice/")
    return next((stage for stage, places in STAGES if of_ours and place.startswith(places)), LOOP)


def samples(text: str) -> Iterator[tuple[int, str, str]]:
    """Each sample of what ``perf script`` printed: its thread, and the function it was taken in with its file."""
    for block in text.split("\n\n"):
        head, *frames = block.splitlines() or [""]
        if not head.strip():
            continue
        named = (_FUNCTION.match(frame[1]) for line in frames if (frame := _FRAME.match(line)))
        inner = next((found for found in named if found), None)
        yield int(head.split()[-1]), inner["name"] if inner else LOOP, inner["file"] if inner else ""


def measure(pid: int, port: int, seconds: float, scratch: Path, top: int) -> None:
    """Prints the budget of a gateway that runs."""
    target = Target("Sluice, governed", sluice)
    wrk(port, target, 32, 2)
    before = threads_us(pid)
    many = wrk(port, target, 32, seconds)
    spent = threads_us(pid) - before
    print(f"{many['rps']:,.0f} requests a second at 32 connections, p99 {many['p99']:.1f} ms")
    for name, us in spent.items():
        print(f"{us / many['requests']:7.1f} us a request  {name}")
    data = scratch / "perf.data"
    record = ["perf", "record", "-q", "-e", "cpu-clock", "-F", str(_SAMPLES_A_SECOND), "--call-graph", "dwarf,4096"]
    with subprocess.Popen([*record, "-p", str(pid), "-o", str(data), "--", "sleep", f"{seconds:g}"]):
        wrk(port, target, 32, seconds + 1)
    script = ["perf", "script", "--no-inline", "-i", str(data), "-F", "tid,ip,sym,dso"]
    text = subprocess.run(script, capture_output=True, text=True, check=True).stdout
    stages: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    for thread, name, file in samples(text):
        stages[stage_of(file) if thread == pid else WRITER] += 1
        functions[f"{name}  {file.rpartition('/sluice/')[2]}"] += 1
    each = spent.total() / many["requests"] / max(stages.total(), 1)
    for name, count in stages.most_common():
        print(f"{count * each:7.1f} us a request  {count / stages.total():4.0%}  {name}")
    for name, count in functions.most_common(top):
        print(f"{count * each:7.2f} us a request  {name}")


def main() -> None:
    """Starts mock and gateway and prints where the time goes."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8
    top = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    if sys.version_info < (3, 12) or shutil.which("perf") is None:
        sys.exit("needs Linux's perf, and Python 3.12 or newer")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        mock, port = free_port(), free_port()
        command, env = sluice(port, mock, scratch)
        env["PYTHONPERFSUPPORT"] = "1"
        mocking = [sys.executable, str(HERE / "mock.py"), str(mock)]
        with (
            running(mocking, LOAD_CORE, mock, {}, scratch / "mock.log", 10),
            running(command, GATEWAY_CORE, port, env, scratch / "log", 30) as pid,
        ):
            measure(pid, port, seconds, scratch, top)


if __name__ == "__main__":
    main()
