"""A built console, a gateway with a busy week behind it, and a browser that takes nothing amiss in silence."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

sys.path.insert(0, str(Path(__file__).parent))

from console_gateway import Gateway, started
from console_seed import CONFIG, seed
from console_visit import Visit

ROOT = Path(__file__).resolve().parents[2]
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def _build_hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def hook() -> ModuleType:
    """hatch_build.py as a module."""
    return _build_hook()


@pytest.fixture(scope="session")
def built(hook: ModuleType) -> Path:
    """The console's build, made anew when its sources have changed. Its size budget is part of the build."""
    lock = Path(tempfile.gettempdir(), f"sluice-console-{hashlib.sha256(bytes(ROOT)).hexdigest()[:16]}.lock")
    with lock.open("w") as held:  # the other processes that share the tests wait, and find it built
        fcntl.flock(held, fcntl.LOCK_EX)
        if hook.wanted(ROOT):
            hook.build(ROOT)
    return ROOT / "src" / "sluice" / "console"


@pytest.fixture(scope="session")
def gateway(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway with channels (one of them failing), people, tokens and 5,000 requests."""
    folder = tmp_path_factory.mktemp("busy")
    with started(folder, config=CONFIG) as made:
        seed(folder / "sluice.db")
        yield made


@pytest.fixture
def fresh(built: Path, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway just installed: nothing but root, who has no password yet."""
    with started(tmp_path, password=None) as made:
        yield made


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium. Without one these tests cannot run."""
    found = os.environ.get("SLUICE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("there is no Chromium on this machine")
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One browser for the session."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, gateway: Gateway) -> AsyncIterator[Visit]:
    """A page of the busy gateway, not signed in. Whatever goes wrong on it unexpectedly fails the test at its end."""
    made = await Visit.begin(browser, gateway.origin)
    yield made
    await made.end()


@pytest_asyncio.fixture(loop_scope="session")
async def first_visit(browser: Browser, fresh: Gateway) -> AsyncIterator[Visit]:
    """The same of a gateway just installed."""
    made = await Visit.begin(browser, fresh.origin)
    yield made
    await made.end()


@pytest.fixture(scope="session")
def npm(hook: ModuleType) -> list[str]:
    """How to call npm, with the console's packages installed. Without npm these tests cannot run."""
    node = hook.find_node()
    if node is None:
        pytest.skip("there is no npm on this machine")
    command = list(node.npm)
    if not (ROOT / "web" / "node_modules" / "typescript").is_dir():
        install = [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(install, cwd=ROOT / "web", capture_output=True, check=False)
        if done.returncode:
            pytest.skip("the npm registry cannot be reached")
    return command
