"""How a vendor says that something cannot be a channel."""

from __future__ import annotations


class Unfit(ValueError):
    """What does not fit, in words for people. ``field`` is the member of the channel it is about: ``provider``,
    ``base_url``, ``key``, ``options.NAME``; None where it is about several."""

    def __init__(self, text: str, field: str | None) -> None:
        super().__init__(text)
        self.field = field
