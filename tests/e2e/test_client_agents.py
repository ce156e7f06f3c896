"""Agents of the command line, head-less, over upstreams of every protocol: each runs a command its model asks for, and
tells what came of it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from .gateways import Gateway

MODULES = Path(__file__).parent / "clients" / "node" / "node_modules"
pytestmark = pytest.mark.clients
SECONDS = 180
COMMAND = "printf sluice-%s 42"
SAID = "sluice-42"
"""What the command prints, and no prompt holds: only who ran it can tell."""


def run(command: list[str], home: Path, environment: Mapping[str, str]) -> str:
    """What the agent prints, at work in an empty folder."""
    work = home / "work"
    work.mkdir()
    done = subprocess.run(
        command,
        cwd=work,
        env={"PATH": os.environ["PATH"], "HOME": str(home), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def claude_code(gateway: Gateway, model: str, home: Path) -> str:
    """Claude Code: the Messages protocol."""
    prompt = f"please call Bash {json.dumps({'command': COMMAND})}"
    command = ["node", str(MODULES / "@anthropic-ai/claude-code/cli.js"), "-p", prompt]
    command += ["--allowedTools", "Bash", "--output-format", "json", "--max-turns", "4"]
    environment = {
        "ANTHROPIC_BASE_URL": gateway.url,
        "ANTHROPIC_API_KEY": gateway.key(),
        "ANTHROPIC_MODEL": model,
        "ANTHROPIC_SMALL_FAST_MODEL": model,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
    told = json.loads(run(command, home, environment))
    assert told["subtype"] == "success", told
    assert told["num_turns"] == 2
    return str(told["result"])


def codex(gateway: Gateway, model: str, home: Path) -> str:
    """Codex: the Responses protocol."""
    folder = home / ".codex"
    folder.mkdir()
    (folder / "config.toml").write_text(
        'model_provider = "sluice"\n[model_providers.sluice]\nname = "Sluice"\n'
        f'base_url = "{gateway.url}/v1"\nenv_key = "SLUICE_KEY"\nwire_api = "responses"\n'
    )
    prompt = f"please call exec_command {json.dumps({'cmd': COMMAND})}"
    command = [str(MODULES / ".bin/codex"), "exec", "-m", model, "--skip-git-repo-check"]
    command += ["--dangerously-bypass-approvals-and-sandbox", "--json", prompt]
    events = [json.loads(line) for line in run(command, home, {"SLUICE_KEY": gateway.key()}).splitlines()]
    items: list[dict[str, Any]] = [event["item"] for event in events if event["type"] == "item.completed"]
    (ran,) = (item for item in items if item["type"] == "command_execution")
    assert (ran["aggregated_output"], ran["exit_code"]) == (SAID, 0)
    (told,) = (item["text"] for item in items if item["type"] == "agent_message")
    return str(told)


def gemini_cli(gateway: Gateway, model: str, home: Path) -> str:
    """Gemini CLI: Gemini's protocol."""
    folder = home / ".gemini"
    folder.mkdir()
    (folder / "settings.json").write_text(json.dumps({"security": {"auth": {"selectedType": "gemini-api-key"}}}))
    prompt = f"please call run_shell_command {json.dumps({'command': COMMAND})}"
    command = ["node", str(MODULES / "@google/gemini-cli/bundle/gemini.js"), "-m", model, "--yolo", "-o", "json"]
    environment = {
        "GOOGLE_GEMINI_BASE_URL": gateway.url,
        "GEMINI_API_KEY": gateway.key(),
        "GEMINI_CLI_TRUST_WORKSPACE": "true",
    }
    told = run([*command, "-p", prompt], home, environment)
    answer = json.loads(told[told.index("{") :])
    assert answer["stats"]["tools"]["byName"]["run_shell_command"]["success"] == 1
    return str(answer["response"])


@pytest.mark.parametrize("agent", [claude_code, codex, gemini_cli], ids=lambda agent: agent.__name__)
def test_an_agent_runs_a_command(
    calling_gateway: Gateway, called_model: str, tmp_path: Path, agent: Callable[[Gateway, str, Path], str]
) -> None:
    told = agent(calling_gateway, called_model, tmp_path)
    assert told.startswith("The tool says: ")
    assert SAID in told
