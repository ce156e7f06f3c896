"""Markdown in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def page(title: str, intro: str, *parts: str) -> str:
    """A generated page: its title, a note on where it is from, and its parts."""
    note = "<!-- Written by `make docs` from the code. Change it there. -->"
    return "\n\n".join((f"# {title}", note, intro, *(part.strip("\n") for part in parts))) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars and line breaks within cells are taken care of."""
    lines = [_row(head), "|" + "---|" * len(head), *(_row(row) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def code(text: object) -> str:
    """Inline code; nothing for an empty text."""
    return f"`{text}`" if str(text) else ""


def codes(texts: Iterable[object]) -> str:
    """Several pieces of inline code."""
    return ", ".join(code(text) for text in texts)


def described(kind: str, names: Iterable[str], texts: dict[str, str]) -> list[tuple[str, str]]:
    """Each name with its text. Raises LookupError when one has no text, or a text no name."""
    known = list(names)
    missing, stale = set(known) - texts.keys(), texts.keys() - set(known)
    if missing or stale:
        raise LookupError(f"{kind}: describe {sorted(missing)}, take out {sorted(stale)}")
    return [(name, texts[name]) for name in known]
