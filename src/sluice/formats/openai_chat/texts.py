"""The two kinds of text of a message or delta, its content and its reasoning, in the members clients know."""

from __future__ import annotations

from typing import Any

from sluice.formats.members import Members


def put_texts(delta: Members, reasoning: str, content: str) -> None:
    """Sets the two kinds of text; absent rather than empty."""
    for name, text in (("content", content), ("reasoning_content", reasoning)):
        if text:
            delta.put(name, text)
        else:
            delta.drop(name)


def spread_parts(message: Members) -> None:
    """Makes a content that is a list of parts two texts: clients take a string (wires.md 18: Magistral's thinking).

    Parts are ``{"type": "text", "text"}`` and ``{"type": "thinking", "thinking": [text parts]}``; others, such as
    references, say nothing a client could show.
    """
    if message.raw("content")[:1] != b"[":
        return
    parts = message.value("content") or []
    reasoning = "".join(_texts(part.get("thinking")) for part in parts if isinstance(part, dict))
    put_texts(message, reasoning, _texts(parts))


def _texts(parts: Any) -> str:
    if isinstance(parts, str):
        return parts
    found = [part.get("text") for part in parts or () if isinstance(part, dict)] if isinstance(parts, list) else []
    return "".join(text for text in found if isinstance(text, str))
