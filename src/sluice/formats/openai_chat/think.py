"""Takes ``<think>...</think>`` out of streamed text; the tags may be split over pieces (wires.md 32.5)."""

from __future__ import annotations

_OPEN, _CLOSE = "<think>", "</think>"
_START, _OPENED, _THINKING, _CLOSED = range(4)


class ThinkScanner:
    """Splits text into reasoning and content. Only a tag at the very beginning opens reasoning; line breaks next to
    the tags go with them. ``over`` turns true once all that follows is content."""

    __slots__ = ("_held", "_state", "over")

    def __init__(self) -> None:
        self._held = ""
        self._state = _START
        self.over = False

    def feed(self, text: str) -> tuple[str, str]:
        """(reasoning, content) that are certain by now."""
        if self.over:
            return "", text
        self._held += text
        if self._state == _START and not self._opened():
            return "", self._take() if self.over else ""
        if self._state == _OPENED:
            self._held = self._held.lstrip("\n")
            self._state = _THINKING if self._held else _OPENED
        reasoning = self._reasoning() if self._state == _THINKING else ""
        if self._state != _CLOSED:
            return reasoning, ""
        self._held = self._held.lstrip("\n")
        self.over = bool(self._held)
        return reasoning, self._take()

    def flush(self) -> tuple[str, str]:
        """(reasoning, content) left when the text ends."""
        held = self._take()
        return (held, "") if self._state == _THINKING else ("", held)

    def _opened(self) -> bool:
        """Whether the text began with the tag; when it did not, all of it is content."""
        opening = self._held.lstrip()
        if opening.startswith(_OPEN):
            self._held = opening[len(_OPEN) :]
            self._state = _OPENED
            return True
        self.over = not _OPEN.startswith(opening)
        return False

    def _reasoning(self) -> str:
        """Takes the reasoning that is certain; what may be the beginning of the closing tag stays."""
        end = self._held.find(_CLOSE)
        if end >= 0:
            reasoning, self._held = self._held[:end], self._held[end + len(_CLOSE) :]
            self._state = _CLOSED
            return reasoning
        keep = next((n for n in range(len(_CLOSE) - 1, 0, -1) if self._held.endswith(_CLOSE[:n])), 0)
        cut = len(self._held) - keep
        reasoning, self._held = self._held[:cut], self._held[cut:]
        return reasoning

    def _take(self) -> str:
        held, self._held = self._held, ""
        return held


def split_thoughts(text: str) -> tuple[str, str]:
    """(reasoning, content) of a whole text."""
    scanner = ThinkScanner()
    reasoning, content = scanner.feed(text)
    more, rest = scanner.flush()
    return reasoning + more, content + rest
