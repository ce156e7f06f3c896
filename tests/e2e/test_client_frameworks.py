"""Frameworks, each in each protocol it speaks, over upstreams of every protocol: one turn with a tool."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .gateways import Gateway

HERE = Path(__file__).parent / "clients"
pytestmark = pytest.mark.clients
SECONDS = 120
COMMANDS = {
    "node": ["node", str(HERE / "node" / "drive.mjs")],
    "python": [os.environ.get("SLUICE_CLIENTS", ""), str(HERE / "drive.py")],
}
CLIENTS = [
    *(("node", "ai6", protocol) for protocol in ("chat", "responses", "compatible", "messages", "gemini")),
    *(("node", "pi", protocol) for protocol in ("chat", "responses", "messages", "gemini")),
    *(("python", "langchain", protocol) for protocol in ("chat", "responses", "messages", "gemini")),
    ("python", "dify", "chat"),
]


@pytest.mark.parametrize("way", ["whole", "streamed"])
@pytest.mark.parametrize(("runtime", "client", "protocol"), CLIENTS, ids=[f"{c}-{p}" for _, c, p in CLIENTS])
def test_a_turn_with_a_tool(
    calling_gateway: Gateway, called_model: str, runtime: str, client: str, protocol: str, way: str
) -> None:
    told = driven(calling_gateway, called_model, [*COMMANDS[runtime], client, protocol, way])
    assert told["calls"] == [{"name": "weather", "input": {"city": "Paris"}}]
    assert told["text"].startswith("The tool says: ")
    assert "sunny in Paris" in told["text"]
    assert any(isinstance(count, int) and count > 0 for count in told["usage"].values()), told["usage"]


def driven(gateway: Gateway, model: str, command: list[str]) -> dict[str, Any]:
    """What the driver tells of the turn."""
    done = subprocess.run(
        [*command, gateway.url, gateway.key(), model], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found
