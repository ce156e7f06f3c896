"""``make bench``: Sluice beside its peers, one gateway process on one core, load and mock upstream on the other.

Every figure comes from this run, on this machine. See README.md for what is measured and how to add the peers.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lanes import lanes_table, measure_lanes
from load import (
    GATEWAY_CORE,
    HERE,
    KEY,
    LOAD_CORE,
    Target,
    cpu_seconds,
    free_port,
    memory_mb,
    running,
    sluice,
    stream,
    wrk,
)


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
            lanes = {} if options.only else measure_lanes(mock, 1, scratch)
    print(table(rows))
    if lanes:
        print(f"\n{lanes_table(lanes)}")
    if options.json:
        options.json.write_text(json.dumps({**rows, "lanes": lanes}, indent=1))


if __name__ == "__main__":
    main()
