"""How many calls a request makes: ``python bench/calls.py [ROW] [TOP]``, with ROW a protocol of lanes.py, or ``chat``.

Times wobble with what the machine does beside; calls hardly do (a timer of the gateway's own may add some). Counted are
those in the event loop's thread of a real gateway, between two signals, by a profiler that is loaded into it; printed
are the sums and the most frequent ones, C calls with the Python function that was entered last before them.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from lanes import ROWS
from load import GATEWAY_CORE, HERE, KEY, LOAD_CORE, free_port, running, sluice

_REQUESTS = 20
_PATIENCE = 30.0
# Python imports a module of this name in each process that starts.
_HOOK = """
import os, signal, sys

calls = []

def note(frame, event, function):
    if event == "call":
        code = frame.f_code
        place = code.co_filename.rpartition("/src/")[2].rpartition("site-packages/")[2]
        calls.append("> %s %s" % (place, code.co_qualname))
    elif event == "c_call":
        calls.append("c %s" % getattr(function, "__qualname__", function))

def begin(*_):
    sys.setprofile(note)

def end(*_):
    sys.setprofile(None)
    part = os.environ["BENCH_CALLS"] + ".part"
    with open(part, "w") as out:
        out.write("\\n".join(calls))
    os.replace(part, os.environ["BENCH_CALLS"])

signal.signal(signal.SIGUSR1, begin)
signal.signal(signal.SIGUSR2, end)
"""


def asked(name: str) -> tuple[str, str]:
    """The path and the body of a row."""
    found = next((row for row in ROWS if row[0].lower().startswith(name.lower())), None)
    if found is None:
        sys.exit(f"there is no row {name!r}: one of {', '.join(row[0].split()[0] for row in ROWS)}")
    return found[1], json.dumps(found[3])


def count(name: str, scratch: Path) -> Counter[str]:
    """The calls of one row's requests."""
    path, body = asked(name)
    out = scratch / "calls"
    (scratch / "sitecustomize.py").write_text(_HOOK)
    mock, port = free_port(), free_port()
    with running([sys.executable, str(HERE / "mock.py"), str(mock)], LOAD_CORE, mock, {}, scratch / "mock.log", 10):
        command, env = sluice(port, mock, scratch, "openai-compatible")
        paths = os.pathsep.join(filter(None, (str(scratch), os.environ.get("PYTHONPATH"))))
        env |= {"PYTHONPATH": paths, "BENCH_CALLS": str(out)}
        with running(command, GATEWAY_CORE, port, env, scratch / "log", _PATIENCE) as pid:
            client = http.client.HTTPConnection("127.0.0.1", port)
            headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}

            def ask() -> None:
                client.request("POST", path, body, headers)
                answer = client.getresponse()
                text = answer.read()
                if answer.status != 200:
                    raise RuntimeError(f"{answer.status}: {text.decode(errors='replace')}")

            for _ in range(_REQUESTS):
                ask()  # what happens but once is not counted
            os.kill(pid, signal.SIGUSR1)
            for _ in range(_REQUESTS):
                ask()
            os.kill(pid, signal.SIGUSR2)
            until = time.monotonic() + _PATIENCE
            while not out.exists() and time.monotonic() < until:
                time.sleep(0.05)
    return told(out.read_text().splitlines())


def told(calls: list[str]) -> Counter[str]:
    """Each call, a C call with the Python function before it."""
    found: Counter[str] = Counter()
    last = ""
    for call in calls:
        if call.startswith(">"):
            last = call[2:]
            found[call] += 1
        else:
            found[f"{call}, after {last}"] += 1
    return found


def main(name: str, top: int) -> None:
    """Counts and prints."""
    with tempfile.TemporaryDirectory() as scratch:
        found = count(name, Path(scratch))
    for kind, title in ((">", "Python"), ("c", "C")):
        calls = sum(times for call, times in found.items() if call.startswith(kind))
        print(f"{calls / _REQUESTS:8.1f} {title} calls a request")
    for call, times in found.most_common(top):
        print(f"{times / _REQUESTS:8.1f} {call}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "chat", int(sys.argv[2]) if len(sys.argv) > 2 else 40)
