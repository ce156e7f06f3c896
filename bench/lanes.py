"""What translating costs: one conversation in each client's protocol, over an upstream that speaks chat completions.

The first row goes through the patch lane; the others are decoded, carried over and encoded, both ways. Part of ``make
bench``; alone, ``python bench/lanes.py [SECONDS]``.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

from load import GATEWAY_CORE, HERE, LOAD_CORE, Target, cpu_seconds, free_port, running, sluice, stream, wrk
from streams import CHUNKS

_ROUNDS = 9
"""Rounds over all rows, one after another; the median of what each is above the first in the same round counts, since
the machine is slower for a while and faster again."""
_MEASURED = ("unary_us", "chunk_us", "unary_above_us", "chunk_above_us")
_PAUSE_MS = 16
"""Between two requests of a connection: each row is asked as often, or nearly. What a request costs in the writer hangs
on how many it writes down at a time, which is not what is measured here."""
_CONNECTIONS = 32
_SAY = "Tell me how rivers come to be, where they go, and who lives along them. " * 4
_TURNS = [("user", _SAY), ("assistant", _SAY), ("user", _SAY), ("assistant", _SAY), ("user", _SAY), ("user", "Go on.")]
_SYSTEM = "You are a helpful assistant. Answer at length. " * 4


def _chat() -> dict[str, object]:
    said = [{"role": "system", "content": _SYSTEM}, *({"role": role, "content": text} for role, text in _TURNS)]
    return {"model": "bench", "max_tokens": 256, "temperature": 0.7, "messages": said}


def _messages() -> dict[str, object]:
    said = [{"role": role, "content": [{"type": "text", "text": text}]} for role, text in _TURNS]
    return {"model": "bench", "max_tokens": 256, "temperature": 0.7, "system": _SYSTEM, "messages": said}


def _responses() -> dict[str, object]:
    said = [{"role": role, "content": text} for role, text in _TURNS]
    asked = {"model": "bench", "max_output_tokens": 256, "temperature": 0.7, "store": False}
    return {**asked, "instructions": _SYSTEM, "input": said}


def _gemini() -> dict[str, object]:
    said = [{"role": "model" if role == "assistant" else role, "parts": [{"text": text}]} for role, text in _TURNS]
    asked = {"maxOutputTokens": 256, "temperature": 0.7}
    return {"contents": said, "systemInstruction": {"parts": [{"text": _SYSTEM}]}, "generationConfig": asked}


_START = partial(sluice, provider="openai-compatible")
_GEMINI = "/v1beta/models/bench:"
ROWS = (
    ("chat completions (patch lane)", "/v1/chat/completions", "/v1/chat/completions", _chat()),
    ("Messages", "/v1/messages", "/v1/messages", _messages()),
    ("Responses", "/v1/responses", "/v1/responses", _responses()),
    ("Gemini", f"{_GEMINI}generateContent", f"{_GEMINI}streamGenerateContent?alt=sse", _gemini()),
)
"""Name, path of a whole answer, path of a stream, what is asked."""


def _unary_us(pid: int, port: int, target: Target, seconds: float) -> float:
    before = cpu_seconds(pid)
    found = wrk(port, target, _CONNECTIONS, seconds, _PAUSE_MS)
    if found["errors"]:
        raise RuntimeError(f"{target.name}: {found['errors']:.0f} errors")
    return (cpu_seconds(pid) - before) * 1e6 / found["requests"]


def _stream_us(pid: int, port: int, target: Target, seconds: float) -> float:
    """Microseconds a stream of the mock's chunks."""
    before = cpu_seconds(pid)
    found = stream(port, target, 8, seconds, 0)
    if found["broken"] or not found["streams"]:
        raise RuntimeError(f"{target.name}: {found['broken']:.0f} broken of {found['streams']:.0f} streams")
    return (cpu_seconds(pid) - before) * 1e6 / found["streams"]


def measure_lanes(mock: int, seconds: float, scratch: Path) -> dict[str, dict[str, float]]:
    """CPU time of a request and of a stream's chunk in each protocol, and above the first, in microseconds.

    A stream of one protocol has more events than that of another: what is counted are the chunks of the upstream. What
    a stream costs once, as every request does, is taken off by what a whole answer costs.
    """
    port = free_port()
    folder = scratch / "lanes"
    folder.mkdir()
    command, env = _START(port, mock, folder)
    found: dict[str, list[tuple[float, float, float, float]]] = {}
    with running(command, GATEWAY_CORE, port, env, folder / "log", 30) as pid:
        for turn in range(_ROUNDS + 1):
            for name, path, stream_path, asked in ROWS:
                whole = Target(name, _START, path=path, body=json.dumps(asked))
                streamed = json.dumps(asked if "contents" in asked else {**asked, "stream": True})
                mocked = replace(whole, path=stream_path, body=streamed)
                unary = _unary_us(pid, port, whole, seconds)
                chunk = (_stream_us(pid, port, mocked, seconds) - unary) / CHUNKS
                if name == ROWS[0][0]:
                    base = (unary, chunk)
                if turn:  # the first warms up
                    found.setdefault(name, []).append((unary, chunk, unary - base[0], chunk - base[1]))
    return {
        name: dict(zip(_MEASURED, map(median, zip(*rows, strict=True)), strict=True)) for name, rows in found.items()
    }


def lanes_table(rows: dict[str, dict[str, float]]) -> str:
    """The rows in Markdown, with what each costs above the first."""
    lines = ["| client's protocol | CPU us/req | above | CPU us/chunk | above |", "|---" * 5 + "|"]
    for name, row in rows.items():
        unary, chunk, more, more_each = (row[measured] for measured in _MEASURED)
        lines.append(f"| {name} | {unary:.0f} | {more:.0f} | {chunk:.1f} | {more_each:.1f} |")
    return "\n".join(lines)


def main(seconds: float) -> None:
    """Measures the lanes alone and prints the table."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        mock = free_port()
        with running([sys.executable, str(HERE / "mock.py"), str(mock)], LOAD_CORE, mock, {}, scratch / "mock.log", 10):
            print(lanes_table(measure_lanes(mock, seconds, scratch)))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
