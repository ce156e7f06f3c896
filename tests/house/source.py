"""The project's own source as parsed modules, for tests that check the rules of the house."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = "src/sluice"
LOWER_FLOORS = ("base", "formats", "vendors", "catalog", "accounting", "routing")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file: ``path`` is relative to the repository, with forward slashes."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The folder of ``src/sluice`` it lies in, or its own name where it lies in none; "" outside the product."""
        if not self.path.startswith(PRODUCT + "/"):
            return ""
        return self.path.removeprefix(PRODUCT + "/").split("/")[0].removesuffix(".py")

    @property
    def lines(self) -> int:
        """How many lines the file has."""
        return self.text.count("\n")

    def functions(self) -> Iterator[tuple[str, Function]]:
        """Every function at any depth, with its dotted name."""
        yield from _functions(self.tree, "")

    def at(self, node: ast.stmt | ast.expr) -> str:
        """``path:line``, for messages."""
        return f"{self.path}:{node.lineno}"


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        name = prefix
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{prefix}{child.name}."
        if isinstance(child, Function):
            yield name.rstrip("."), child
        yield from _functions(child, name)


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """The modules below some folders of the repository; those of the product when none is named."""
    paths = sorted(path for folder in folders or (PRODUCT,) for path in (ROOT / folder).rglob("*.py"))
    return tuple(_module(path) for path in paths if "node_modules" not in path.parts)


def _module(path: Path) -> Module:
    text = path.read_text("utf-8")
    return Module(path.relative_to(ROOT).as_posix(), text, ast.parse(text, path))
