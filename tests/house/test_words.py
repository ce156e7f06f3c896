"""What source files must and must not say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from source import Function, Module, modules

PRODUCT_AND_TOOLS = ("src", "tools", "bench", "tests")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
BARE_IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[)")
BARE_NOQA = re.compile(r"#\s*no" + r"qa(?!:)")


def _public(module: Module) -> Iterator[ast.ClassDef | Function]:
    """Public classes, and public functions and methods of public classes; not what a function keeps to itself."""
    todo: list[ast.AST] = [module.tree]
    while todo:
        for node in ast.iter_child_nodes(todo.pop()):
            if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
                yield node
                if isinstance(node, ast.ClassDef):
                    todo.append(node)


def test_every_module_says_what_it_is() -> None:
    """A file opens with what may live in it."""
    silent = [
        module.path for module in modules(*PRODUCT_AND_TOOLS) if module.text and not ast.get_docstring(module.tree)
    ]
    assert silent == []


def test_every_public_name_says_what_it_means() -> None:
    """Meaning, units and errors stand at the name, not in its callers."""
    silent = [
        f"{module.at(node)} {node.name}"
        for module in modules()
        for node in _public(module)
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_nothing_is_left_for_later() -> None:
    """No note of unfinished work: it is done, or it is no part of the source."""
    found = [
        f"{module.path}:{number}"
        for module in modules(*PRODUCT_AND_TOOLS)
        for number, line in enumerate(module.text.splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []


def test_every_silenced_check_is_named() -> None:
    """``type: ignore`` and ``noqa`` name what they silence, so that nothing else hides behind them."""
    bare = [
        f"{module.path}:{number}"
        for module in modules(*PRODUCT_AND_TOOLS)
        for number, line in enumerate(module.text.splitlines(), 1)
        if BARE_IGNORE.search(line) or BARE_NOQA.search(line)
    ]
    assert bare == []
