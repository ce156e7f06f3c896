"""The documentation is true: generated pages are fresh, commands parse, links lead somewhere, records are short."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from source import ROOT
from tools.docs.__main__ import FOLDER, PAGES

from sluice.cli import main
from sluice.cli.config import Config, parse_config
from sluice.vendors.schema import parse_vendor

DOCS = ROOT / "docs"
TEXTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md")), ROOT / "bench/README.md"]
RECORDS = sorted((DOCS / "decisions").glob("*.md"))
MOST_RECORD_LINES = 60

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
ASSIGNMENT = re.compile(r"[A-Z_]+=.*")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES)
def test_reference_is_fresh(page: str) -> None:
    """What stands in the reference is what the code says; `make docs` writes it."""
    assert (FOLDER / page).read_text("utf-8") == PAGES[page]()


def test_reference_holds_generated_pages_only() -> None:
    """A page that is written by hand belongs elsewhere."""
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)


def _commands() -> Iterator[tuple[str, str]]:
    """Every ``sluice`` command in a shell block, with where it stands; lines ending in a backslash go on."""
    for path in TEXTS:
        for language, body in FENCE.findall(path.read_text("utf-8")):
            if language != "sh":
                continue
            for line in body.replace("\\\n", " ").splitlines():
                if re.match(r"(\S+=\S+ )*(\S*/)?sluice\s", line):
                    yield _name(path), line


def _arguments(line: str) -> list[str]:
    """The words after ``sluice``, without what the shell keeps to itself."""
    words = shlex.split(line, comments=True)
    while ASSIGNMENT.fullmatch(words[0]):
        words.pop(0)
    ends = [at for at, word in enumerate(words) if word in ("|", ">", "&", "&&", ";")]
    return words[1 : ends[0] if ends else None]


@pytest.mark.parametrize(("place", "line"), [pytest.param(*found, id=": ".join(found)) for found in _commands()])
def test_command_parses(place: str, line: str) -> None:
    """A command in the documentation exists, with these options and as many arguments."""
    command: Any = typer.main.get_command(main)
    words = _arguments(line)
    context = command.make_context("sluice", [], resilient_parsing=True)
    while words and hasattr(command, "commands") and (found := command.get_command(context, words[0])):
        command = found
        words.pop(0)
    assert not hasattr(command, "commands") or words[:1] == ["--version"], f"{place}: {line}"
    if words != ["--version"]:
        command.make_context(line, words)


TOML = [
    pytest.param(body, id=f"{_name(path)}:{number}")
    for path in TEXTS
    for number, (language, body) in enumerate(FENCE.findall(path.read_text("utf-8")))
    if language == "toml"
]


@pytest.mark.parametrize("text", TOML)
def test_toml_is_read(text: str) -> None:
    """A TOML block is a config file or a vendor's file, and right."""
    if text.startswith("id ="):
        assert parse_vendor(text).formats()
    else:
        variables = dict.fromkeys(re.findall(r"\$\{(\w+)\}", text), "sk-0123456789abcdef")
        assert parse_config(text, variables) != Config()


def _anchors(path: Path) -> set[str]:
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in HEADING.findall(path.read_text("utf-8"))
    }


@pytest.mark.parametrize("path", TEXTS, ids=_name)
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link names a file, and a heading in it when it names one."""
    text = FENCE.sub("", path.read_text("utf-8"))
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), f"{_name(path)}: {target}"
        if anchor:
            assert anchor in _anchors(found), f"{_name(path)}: {target}"


def test_every_page_is_reachable() -> None:
    """Following links from the README leads to every page."""
    seen: set[Path] = set()
    todo = [ROOT / "README.md"]
    while todo:
        path = todo.pop()
        if path in seen or path.suffix != ".md" or not path.exists():
            continue
        seen.add(path)
        links = (target.partition("#")[0] for target in LINK.findall(path.read_text("utf-8")))
        todo += [(path.parent / link).resolve() for link in links if link and ":" not in link]
    assert [_name(path) for path in TEXTS if path not in seen] == []


@pytest.mark.parametrize("path", RECORDS, ids=_name)
def test_decision_record_is_a_page(path: Path) -> None:
    """A decision is told in a page: its number and title first."""
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= MOST_RECORD_LINES
    assert re.match(r"# (\d+\S* )?\S", lines[0])
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", path.stem)


def test_decision_records_are_numbered_without_gaps() -> None:
    """One number each, from 1."""
    assert [int(path.stem[:4]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))


def test_changelog_keeps_its_shape() -> None:
    """Keep a Changelog: an unreleased section first, known kinds of change, dated versions."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert text.startswith("# Changelog\n")
    assert versions[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", version) for version in versions[1:])
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
