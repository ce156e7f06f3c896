"""Parts that grow side by side, told one after another: for protocols in which one block is open at a time."""

from __future__ import annotations

from collections import deque

from sluice.formats.canon import Event, PartBegan, PartEnded, PartGrew


class OneAtATime:
    """Orders the events of parts: the part that began first is told as it grows, those beside it wait for its end.

    Their numbers are made anew, from 0, in the order in which they are told.
    """

    def __init__(self) -> None:
        self._waiting: deque[list[Event]] = deque()
        self._held: dict[int, list[Event]] = {}
        self._open: int | None = None
        self._number = -1

    def feed(self, event: PartBegan | PartGrew | PartEnded) -> list[Event]:
        """What can be told now."""
        if isinstance(event, PartBegan):
            if self._open is not None:
                self._held[event.index] = [event]
                self._waiting.append(self._held[event.index])
                return []
            self._open = event.index
            self._number += 1
        elif event.index != self._open:
            if event.index in self._held:
                self._held[event.index].append(event)
            return []
        told = [self._numbered(event)]
        if isinstance(event, PartEnded):
            self._open = None
            told += self._next()
        return told

    def _next(self) -> list[Event]:
        """What waited, as far as it goes."""
        told: list[Event] = []
        while self._waiting and self._open is None:
            events = self._waiting.popleft()
            index = next(index for index, held in self._held.items() if held is events)
            del self._held[index]
            self._number += 1
            told += [self._numbered(event) for event in events]
            if not isinstance(events[-1], PartEnded):
                self._open = index
        return told

    def _numbered(self, event: Event) -> Event:
        match event:
            case PartBegan():
                return PartBegan(index=self._number, part=event.part)
            case PartGrew():
                return PartGrew(index=self._number, text=event.text, signature=event.signature, citation=event.citation)
            case _:
                return PartEnded(index=self._number)
