"""``python -m tools.docs`` writes the reference pages; with ``--check`` it fails when one is stale."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from tools.docs.command_line import cli_page, settings_page
from tools.docs.configuration import config_page
from tools.docs.conversions import conversions_page
from tools.docs.management import endpoints_page, errors_page
from tools.docs.one_api import one_api_page
from tools.docs.service import charges_page, fake_page, metrics_page, providers_page

FOLDER = Path(__file__).resolve().parents[2] / "docs/reference"
PAGES: dict[str, Callable[[], str]] = {
    "charges.md": charges_page,
    "cli.md": cli_page,
    "config.md": config_page,
    "conversions.md": conversions_page,
    "endpoints.md": endpoints_page,
    "errors.md": errors_page,
    "fake-provider.md": fake_page,
    "metrics.md": metrics_page,
    "one-api.md": one_api_page,
    "providers.md": providers_page,
    "settings.md": settings_page,
}


def main(check: bool) -> int:
    """Writes or compares every page; returns the exit code."""
    stale = []
    for name, make in PAGES.items():
        path, text = FOLDER / name, make()
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    for name in stale:
        print(f"docs/reference/{name} {'is stale: run `make docs`' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
