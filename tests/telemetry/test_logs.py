"""Log lines: one line each, whatever they tell of."""

from __future__ import annotations

import json

import pytest
import structlog

from sluice.telemetry.logs import configure


@pytest.mark.parametrize("as_json", [False, True], ids=["plain", "json"])
def test_what_a_stranger_chose_begins_no_line_of_its_own(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    configure("info", as_json=as_json)
    structlog.get_logger("test").info("it happened", path="/v1/\n2026 [error] forged\r\x1b[2J\u2028", name="模型 é")
    (line,) = capsys.readouterr().err.splitlines()
    assert "\x1b[2J" not in line
    assert "\\n2026" in line
    assert "模型 é" in (json.loads(line)["name"] if as_json else line)
