"""A deadline that is set anew for every wait, at the price of two assignments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Alarm:
    """One deadline at a time. Its timer is left running when a wait ends, and looks for the deadline in force when it
    fires: a timer made and cancelled for each wait costs as much as sending the request."""

    __slots__ = ("_at", "_call", "_due", "_loop", "_timer")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._at = 0.0
        self._due = 0.0
        self._call: Callable[[], None] | None = None

    def set(self, due: float, call: Callable[[], None]) -> None:
        """Calls at ``due`` (the loop's seconds), unless cleared or set anew before."""
        self._due = due
        self._call = call
        if self._timer is None or due < self._at:
            self._run_until(due)

    def clear(self) -> None:
        """Nothing is to be called any more."""
        self._call = None

    def stop(self) -> None:
        """The same, and the timer ends."""
        self._call = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _run_until(self, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._at = due
        self._timer = self._loop.call_at(due, self._fire)

    def _fire(self) -> None:
        self._timer = None
        call = self._call
        if call is None:
            return
        if self._loop.time() < self._due:
            self._run_until(self._due)
        else:
            self._call = None
            call()
