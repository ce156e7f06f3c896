"""The checkers have nothing to say: style, types, and who imports whom."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from source import ROOT

CHECKS = {
    "lint": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "types": ("mypy",),
    "imports": ("lint-imports", "--no-cache"),
}


@pytest.mark.parametrize("check", CHECKS)
def test_check(check: str) -> None:
    """The tool finds nothing."""
    tool, *arguments = CHECKS[check]
    command = [str(Path(sys.executable).parent / tool), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
