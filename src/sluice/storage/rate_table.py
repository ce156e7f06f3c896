"""Requests of the last minute, by token, in memory that all workers of a machine share.

A token's row counts its requests by the second, for 61 seconds, and notes when in its second the latest came: whatever
minute one looks at lies within what is counted, so none holds more than the limit, whichever workers its requests came
to. Rows are found by a token's id, eight to a set. Where more than eight limited tokens of one set are in use within a
minute (their ids are equal but for multiples of 2,048), the row that was longest unused starts anew.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import time
from pathlib import Path

_MINUTE = 60.0
_SECONDS = 61
_LATEST, _LAST, _TOTAL, _OWNER = 61, 122, 123, 124
_WORDS = 128
"""32-bit words of a row: a count for each second, the microseconds into that second of its latest request, the second
last counted in, the sum of the counts, the token; three are unused."""
_WAYS = 8
_SETS = 2048
_BYTES = 4 * _WORDS * _WAYS * _SETS
_TRIES = 200
"""Tries for a set that another worker holds, who needs microseconds for it, ..."""
_NAPS = 50
"""... and milliseconds waited for it when it was set aside by a busy machine. Beyond them it was stopped by something:
then requests may go uncounted, which is one too many each, and better than to wait; and nobody waits for it again."""


class RateTable:
    """The table in a file that the workers map; without a path, in this process alone. Raises OSError (disk full)."""

    def __init__(self, path: Path | None = None) -> None:
        self._file = -1
        if path is not None:
            self._file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            self._fill()
        self._map = mmap.mmap(self._file, _BYTES)
        self._words = memoryview(self._map).cast("I")
        self._stuck: set[int] = set()

    def _fill(self) -> None:
        """Gives the file its size, by writing: a hole that finds the disk full later would end the process."""
        fcntl.lockf(self._file, fcntl.LOCK_EX, 1, _SETS)
        try:
            size = os.fstat(self._file).st_size
            if size < _BYTES:
                os.pwrite(self._file, bytes(_BYTES - size), size)
                if os.fstat(self._file).st_size < _BYTES:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _SETS)

    def take(self, token: int, limit: int, now: float) -> float:
        """Counts one request of a token at ``now`` (the machine's monotonic seconds) and returns 0.0; where ``limit``
        were counted within a minute, returns the seconds, at most 60, after which there is room again."""
        place = token % _SETS
        held = self._file >= 0 and self._hold(place)
        try:
            return self._take(place * _WAYS * _WORDS, token & 0xFFFFFFFF, limit, now)
        finally:
            if held:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)

    def _hold(self, place: int) -> bool:
        for attempt in range(1 if place in self._stuck else _TRIES + _NAPS):
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except OSError:
                if attempt < _TRIES:
                    os.sched_yield()
                else:
                    time.sleep(0.001)
            else:
                self._stuck.discard(place)
                return True
        self._stuck.add(place)
        return False

    def _take(self, place: int, owner: int, limit: int, now: float) -> float:
        words = self._words
        row = self._row(place, owner)
        second = self._roll(row, int(now))
        if words[row + _TOTAL] >= limit and (wait := self._wait(row, second, limit, now)):
            return wait
        at = second % _SECONDS
        words[row + at] += 1
        words[row + _TOTAL] += 1
        if second <= now:
            words[row + _LATEST + at] = max(words[row + _LATEST + at], int((now - second) * 1_000_000) + 1)
        return 0.0

    def _row(self, place: int, owner: int) -> int:
        """Where the token's row begins; it takes the one that was longest unused when it has none."""
        words = self._words
        rows = range(place, place + _WAYS * _WORDS, _WORDS)
        for row in rows:
            if words[row + _OWNER] == owner:
                return row
        oldest = min(rows, key=lambda row: words[row + _LAST])
        words[oldest : oldest + _WORDS] = _EMPTY
        words[oldest + _OWNER] = owner
        return oldest

    def _roll(self, row: int, second: int) -> int:
        """Forgets what was counted over a minute ago; returns the second to count in."""
        words = self._words
        last = words[row + _LAST]
        if second <= last:
            return last  # another worker has looked at the clock a little later
        if second - last >= _SECONDS:
            words[row : row + _OWNER] = _EMPTY[:_OWNER]
        else:
            for passed in range(last + 1, second + 1):
                self._forget(row, passed % _SECONDS)
        words[row + _LAST] = second
        return second

    def _forget(self, row: int, at: int) -> None:
        words = self._words
        words[row + _TOTAL] -= words[row + at]
        words[row + at] = words[row + _LATEST + at] = 0

    def _wait(self, row: int, second: int, limit: int, now: float) -> float:
        """Seconds until the oldest requests counted are a minute ago; 0.0 when forgetting those made room."""
        words = self._words
        for counted in range(second - _SECONDS + 1, second + 1):
            at = counted % _SECONDS
            if words[row + at]:
                wait = counted + words[row + _LATEST + at] / 1_000_000 + _MINUTE - now
                if wait > 0:
                    return min(wait, _MINUTE)
                self._forget(row, at)
                if words[row + _TOTAL] < limit:
                    return 0.0
        return _MINUTE


_EMPTY = memoryview(bytes(4 * _WORDS)).cast("I")
