"""What only some rooms may do: read the environment, wait, name a vendor, import late."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from source import LOWER_FLOORS, Module, modules

from sluice.vendors.registry import vendors

READS_ENVIRONMENT = {
    "src/sluice/app.py",
    "src/sluice/cli/channels.py",
    "src/sluice/cli/config.py",
    "src/sluice/serving.py",
    "src/sluice/settings.py",
}
"""Only the top floor. This list may only shrink."""

WAITS_BELOW = {"src/sluice/formats/multipart.py": "hands a form's spooled files on, piece by piece"}
"""Modules of the lower floors that hold an async function, each with its reason. This list may only shrink."""

WAITING = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)


def test_no_late_imports() -> None:
    """Imports stand at the top, where a reader and a linter see them."""
    late = [
        f"{module.at(node)} in {name}"
        for module in modules()
        for name, function in module.functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert late == []


def _environment(module: Module) -> Iterator[ast.expr]:
    for node in ast.walk(module.tree):
        if (isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv")) or (
            isinstance(node, ast.Name) and node.id in ("environ", "getenv", "BaseSettings")
        ):
            yield node


def test_environment_is_read_at_the_top_only() -> None:
    """Rooms are given values; they look nothing up."""
    assert {module.path for module in modules() if any(_environment(module))} == READS_ENVIRONMENT


def test_settings_are_read_at_the_top_only() -> None:
    """No room below the top floor knows the settings."""
    reading = [
        module.path
        for module in modules()
        if module.room not in ("app", "cli", "settings") and "sluice.settings" in module.text
    ]
    assert reading == []


def test_lower_floors_never_wait() -> None:
    """Below telemetry nothing awaits: values in, values out."""
    waiting = {
        module.path
        for module in modules()
        if module.room in LOWER_FLOORS and any(isinstance(node, WAITING) for node in ast.walk(module.tree))
    }
    assert waiting == set(WAITS_BELOW)


PROTOCOLS = "src/sluice/base/formats.py"
"""Where protocols are named; some carry the name of who made them."""


def test_vendors_are_named_in_their_room_only() -> None:
    """No code outside ``vendors`` holds a vendor's id as a string: it asks for a capability or a fact."""
    named = [
        module.at(node)
        for module in modules()
        if module.room not in ("vendors", "fake") and module.path != PROTOCOLS
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in vendors()
    ]
    assert named == []
