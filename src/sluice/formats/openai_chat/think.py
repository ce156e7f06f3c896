"""Takes ``<think>...</think>`` out of streamed text; the tags may be split over pieces."""

from __future__ import annotations

_OPEN, _CLOSE = "<think>", "</think>"


class ThinkScanner:
    """Splits text into reasoning and content. Only a tag at the very beginning opens reasoning."""

    __slots__ = ("_held", "_state")

    def __init__(self) -> None:
        self._held = ""
        self._state = "start"

    def feed(self, text: str) -> tuple[str, str]:
        """(reasoning, content) that are certain by now."""
        if self._state == "content":
            return "", text
        self._held += text
        if self._state == "start":
            opening = self._held.lstrip()
            if not opening or (len(opening) < len(_OPEN) and _OPEN.startswith(opening)):
                return "", ""
            if not opening.startswith(_OPEN):
                self._state = "content"
                return "", self._take()
            self._state = "think"
            self._held = opening[len(_OPEN) :].removeprefix("\n")
        return self._reason()

    def _reason(self) -> tuple[str, str]:
        end = self._held.find(_CLOSE)
        if end >= 0:
            reasoning, rest = self._held[:end], self._held[end + len(_CLOSE) :]
            self._state, self._held = "content", ""
            return reasoning, rest.lstrip("\n")
        keep = next((n for n in range(len(_CLOSE) - 1, 0, -1) if self._held.endswith(_CLOSE[:n])), 0)
        cut = len(self._held) - keep
        reasoning, self._held = self._held[:cut], self._held[cut:]
        return reasoning, ""

    def flush(self) -> tuple[str, str]:
        """What is left when the text ends."""
        if self._state == "think":
            return self._take(), ""
        return "", self._take()

    def _take(self) -> str:
        held, self._held = self._held, ""
        return held
