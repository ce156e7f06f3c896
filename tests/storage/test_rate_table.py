"""A limit of requests a minute: whole for one worker, the same for all together, in every minute one may look at."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.storage.rate_table import RateTable

NOW = 1_000_000.0
_TABLE = RateTable()
_tokens = itertools.count(1)


@given(
    limit=st.integers(1, 6),
    steps=st.lists(st.sampled_from([0.0, 0.0001, 0.3, 0.9, 1.0, 7.3, 29.5, 59.1, 60.0, 61.0, 200.0]), max_size=60),
)
@settings(max_examples=150, deadline=None)
def test_no_minute_holds_more_than_the_limit_and_whoever_waits_is_served(limit: int, steps: list[float]) -> None:
    token, now, served = next(_tokens), NOW, []
    for step in steps:
        now += step
        wait = _TABLE.take(token, limit, now)
        assert 0.0 <= wait <= 60.0
        if not wait:
            served.append(now)
            assert len([at for at in served if now - at < 60.0]) <= limit
        else:
            assert len([at for at in served if now - at < 61.0]) >= limit, "refused without need"
            now += wait + 0.00001
            assert _TABLE.take(token, limit, now) == 0.0
            served.append(now)


def test_tokens_do_not_share_a_count() -> None:
    table = RateTable()
    for token in range(1, 9):
        assert table.take(token * 2048, 1, NOW) == 0.0, "a token of its own, in the same set"
        assert table.take(token, 1, NOW) == 0.0
    for token in range(1, 9):
        assert table.take(token * 2048, 1, NOW + 1) > 0
    assert table.take(9 * 2048, 1, NOW + 2) == 0.0, "the one longest unused makes place"
    assert table.take(2**31 + 1, 1, NOW) == table.take(2**40 + 77, 1, NOW) == 0.0


def test_a_worker_whose_clock_is_read_a_little_earlier_counts_too() -> None:
    table = RateTable()
    assert [table.take(1, 2, at) for at in (NOW + 1.0, NOW + 0.999)] == [0.0, 0.0]
    assert table.take(1, 2, NOW + 0.998) > 0


_HAMMER = """
import sys, time
from pathlib import Path
from sluice.storage.rate_table import RateTable
table, end, count = RateTable(Path(sys.argv[1])), time.monotonic() + float(sys.argv[2]), 0
while time.monotonic() < end:
    count += not table.take(5, int(sys.argv[3]), time.monotonic())
print(count)
"""

_FIVE = """
import sys, time
from pathlib import Path
from sluice.storage.rate_table import RateTable
table = RateTable(Path(sys.argv[1]))
print([table.take(5, 3, time.monotonic()) == 0.0 for _ in range(5)])
"""


def _hammer(path: Path, seconds: float, limit: int) -> subprocess.Popen[str]:
    """A worker that asks all the time, and prints how often it was served."""
    command = [sys.executable, "-c", _HAMMER, str(path), str(seconds), str(limit)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_workers_that_count_at_the_same_time_count_exactly(tmp_path: Path) -> None:
    limit = 10_000_000
    workers = [_hammer(tmp_path / "rates", 2.0, limit) for _ in range(3)]
    served = sum(int(worker.communicate(timeout=60)[0]) for worker in workers)
    table, now = RateTable(tmp_path / "rates"), time.monotonic()
    assert served > 3
    assert table.take(5, served + 1, now) == 0.0
    assert table.take(5, served + 1, now) > 0.0


def test_a_worker_stopped_in_the_middle_stops_nobody(tmp_path: Path) -> None:
    stopped = RateTable(tmp_path / "rates")
    assert stopped._hold(5)
    command = [sys.executable, "-c", _FIVE, str(tmp_path / "rates")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[True, True, True, False, False]\n"


def test_a_full_disk_is_said_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sluice.storage.rate_table.os.pwrite", lambda *_: 0)
    with pytest.raises(OSError, match="No space"):
        RateTable(tmp_path / "rates")
