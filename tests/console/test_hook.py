"""The build hook: when it asks for Node, when it does nothing, and that a failure never stops an install."""

from __future__ import annotations

import json
import os
import shutil
import socket
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small checkout with sources of a console and no build, which the hook takes for its own."""
    (tmp_path / "web" / "src").mkdir(parents=True)
    (tmp_path / "web" / "package.json").write_text("{}")
    (tmp_path / "web" / "package-lock.json").write_text('{"lockfileVersion": 3, "packages": {}}')
    (tmp_path / "web" / "src" / "main.ts").write_text("1")
    shutil.copy(ROOT / "hatch_build.py", tmp_path)
    monkeypatch.setattr(hook, "ROOT", tmp_path)
    monkeypatch.delenv("SLUICE_SKIP_CONSOLE", raising=False)
    return tmp_path


def _hook(hook: ModuleType) -> tuple[Any, list[str]]:
    """A hook that hatchling would make, and the warnings it shows."""
    warnings: list[str] = []
    made = object.__new__(hook.CustomBuildHook)
    made.app = SimpleNamespace(display_warning=warnings.append)
    return made, warnings


def _finish(hook: ModuleType, checkout: Path) -> None:
    out = checkout / "src" / "sluice" / "console"
    out.mkdir(parents=True)
    (out / hook.STAMP).write_text(hook._stamp(checkout))


def test_node_is_asked_for_only_when_there_is_something_to_build_and_none_here(
    hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = _hook(hook)
    monkeypatch.setenv("PATH", str(checkout))  # no node in there
    assert made.dependencies() == [hook.NODE_WHEEL]
    _finish(hook, checkout)
    assert made.dependencies() == []


def test_a_machines_own_node_is_enough_if_it_is_new_enough(
    hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = _hook(hook)
    monkeypatch.setenv("PATH", f"{checkout}{os.pathsep}/bin")
    for name in ("node", "npm"):
        (checkout / name).touch(mode=0o755)
    for version, needed in {
        "18.19.0": True,
        "20.18.9": True,
        "20.19.0": False,
        "22.11.0": True,
        "24.1.0": False,
    }.items():
        (checkout / "node").write_text(f"#!/bin/sh\necho v{version}\n")
        assert (made.dependencies() == [hook.NODE_WHEEL]) is needed, version


def test_a_change_of_any_source_asks_for_a_new_build(hook: ModuleType, checkout: Path) -> None:
    _finish(hook, checkout)
    assert not hook.wanted(checkout)
    (checkout / "web" / "node_modules").mkdir()
    (checkout / "web" / "node_modules" / "anything.js").write_text("not a source")
    assert not hook.wanted(checkout)
    (checkout / "web" / "src" / "main.ts").write_text("2")
    assert hook.wanted(checkout)


def test_it_can_be_skipped_and_a_source_distribution_has_nothing_to_build(
    hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_SKIP_CONSOLE", "1")
    assert not hook.wanted(checkout)
    monkeypatch.delenv("SLUICE_SKIP_CONSOLE")
    shutil.rmtree(checkout / "web")
    assert not hook.wanted(checkout)


def test_a_failed_build_is_a_warning_that_says_what_to_do(
    hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, warnings = _hook(hook)
    monkeypatch.setenv("PATH", str(checkout))
    monkeypatch.setattr(hook.importlib.util, "find_spec", lambda name: None)
    made.initialize("standard", {})
    assert len(warnings) == 1
    assert "there is no Node.js" in warnings[0]
    assert "python hatch_build.py" in warnings[0]
    assert not (checkout / "src" / "sluice" / "console").exists()


def test_without_the_registry_the_install_goes_on_and_says_so(
    hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if hook.find_node() is None:
        pytest.skip("there is no Node.js on this machine")
    package = {"name": "console", "version": "1.0.0", "dependencies": {"vite": "^8.0.0"}}
    (checkout / "web" / "package.json").write_text(json.dumps(package))
    vite = {"version": "8.0.0", "integrity": "sha512-" + "A" * 86 + "=="}
    lock = {"name": "console", "version": "1.0.0", "lockfileVersion": 3}
    lock |= {"packages": {"": package, "node_modules/vite": vite}}
    (checkout / "web" / "package-lock.json").write_text(json.dumps(lock))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and nobody listens
        monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{closed.getsockname()[1]}/")
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
        monkeypatch.setenv("npm_config_fetch_retry_mintimeout", "1")
        made, warnings = _hook(hook)
        made.initialize("standard", {})
    assert len(warnings) == 1
    assert "ECONNREFUSED" in warnings[0]
    assert "python hatch_build.py" in warnings[0]
    assert not (checkout / "src" / "sluice" / "console").exists()
