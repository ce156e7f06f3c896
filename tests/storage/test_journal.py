"""The journal: what was acknowledged is read again, whatever happened to the file's end."""

from __future__ import annotations

import fcntl
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from ledger_tools import settlement

from sluice.storage.journal import Journal, damaged, dead_workers, drop_worker, encode, journal_files, records


def test_a_torn_tail_ends_the_journal_wherever_it_was_torn(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "w")
    items = [settlement({1: n}) for n in range(3)]
    (path,) = journal_files(tmp_path, "w")
    ends = []
    for item in items:
        journal.append(encode(item))
        ends.append(path.stat().st_size)
    journal.close(drop=False)
    whole = path.read_bytes()
    for cut in range(ends[1], ends[2]):
        path.write_bytes(whole[:cut])
        assert list(records(path)) == items[:2], cut
        # A machine that lost power may leave zeros where the rest was to be.
        path.write_bytes(whole[:cut] + bytes(ends[2] - cut))
        assert list(records(path)) == (items if not any(whole[cut:]) else items[:2]), cut
    path.write_bytes(whole)
    assert list(records(path)) == items


def test_a_damaged_byte_anywhere_in_a_record_is_seen(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "w")
    items = [settlement({1: n}) for n in range(2)]
    (path,) = journal_files(tmp_path, "w")
    journal.append(encode(items[0]))
    first = path.stat().st_size
    journal.append(encode(items[1]))
    journal.close(drop=False)
    whole = path.read_bytes()
    for at in range(first, len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
        assert list(records(path)) == items[:1], at


def test_a_journal_in_use_is_not_taken(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "w")
    with pytest.raises(RuntimeError):
        Journal(tmp_path, "w")
    assert list(dead_workers(tmp_path)) == []
    journal.close(drop=True)
    Journal(tmp_path, "w").close(drop=True)
    assert list(tmp_path.iterdir()) == []


def test_a_journal_that_begins_is_never_a_dead_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, looked = fcntl.flock, 0

    def lock(number: int, operation: int) -> None:
        """Locks; just before, another worker that starts looks for dead ones."""
        nonlocal looked
        monkeypatch.setattr(fcntl, "flock", real)
        assert list(dead_workers(tmp_path)) == []
        looked += 1
        monkeypatch.setattr(fcntl, "flock", lock)
        real(number, operation)

    monkeypatch.setattr(fcntl, "flock", lock)
    journal = Journal(tmp_path, "w")
    monkeypatch.undo()
    assert looked
    assert list(dead_workers(tmp_path)) == []
    journal.close(drop=False)
    assert list(dead_workers(tmp_path)) == ["w"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["w.1.log", "w.lock"]


def test_a_closed_journal_belongs_to_a_dead_worker(tmp_path: Path) -> None:
    for name in ("a", "b.c"):
        Journal(tmp_path, name).close(drop=False)
    assert list(dead_workers(tmp_path)) == ["a", "b.c"]
    for name in ("a", "b.c"):
        drop_worker(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_a_worker_owns_the_files_of_its_whole_name(tmp_path: Path) -> None:
    short, long = Journal(tmp_path, "a"), Journal(tmp_path, "a.1")
    item = settlement({1: 5})
    long.append(encode(item))
    short.close(drop=True)
    (path,) = journal_files(tmp_path, "a.1")
    assert list(records(path)) == [item]
    long.close(drop=True)


def test_append_tells_the_file_that_holds_the_record(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "w", segment_bytes=1)
    items = [settlement({1: n}) for n in range(3)]
    numbers = [journal.append(encode(item)) for item in items]
    found = {number: list(records(tmp_path / f"w.{number}.log")) for number in numbers}
    assert found == {number: [item] for number, item in zip(numbers, items, strict=True)}
    journal.drop_before(numbers[1])
    assert [path.name for path in journal_files(tmp_path, "w")] == ["w.2.log", "w.3.log", "w.4.log"]
    journal.close(drop=True)


def test_a_record_that_cannot_be_synced_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path, "w", sync=True)
    first, lost, last = (settlement({1: n}) for n in range(3))
    journal.append(encode(first))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", _refuse)
        with pytest.raises(OSError, match="no more"):
            journal.append(encode(lost))
    journal.append(encode(last))
    (path,) = journal_files(tmp_path, "w")
    assert list(records(path)) == [first, last]
    journal.close(drop=True)


def _refuse(_: int) -> None:
    raise OSError(5, "no more")


def test_a_file_that_cannot_be_begun_leaves_the_old_one_in_use(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "w", segment_bytes=1)
    (tmp_path / "w.2.log").mkdir()
    items = [settlement({1: n}) for n in range(3)]
    for item in items[:2]:
        journal.append(encode(item))
    assert list(records(tmp_path / "w.1.log")) == items[:2]
    (tmp_path / "w.2.log").rmdir()
    journal.append(encode(items[2]))
    found = [item for path in journal_files(tmp_path, "w") for item in records(path)]
    assert found == items
    journal.close(drop=True)


FULL_DISK = """
import resource, sys
from pathlib import Path
from ledger_tools import settlement
from sluice.storage.journal import Journal, encode
journal = Journal(Path(sys.argv[1]), "w")
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
kept = refused = 0
while refused < 3:
    item = settlement({1: 5})
    try:
        journal.append(encode(item))
    except OSError:
        refused += 1
    else:
        print(item.id)
        kept += 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
item = settlement({1: 5})
journal.append(encode(item))
print(item.id)
"""


@pytest.mark.parametrize("room", [0, 1, 700, 701, 710, 800, 1000])
def test_a_full_disk_refuses_whole_records_and_nothing_else(tmp_path: Path, room: int) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path), str(room)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    told = done.stdout.split()
    assert told
    (path,) = journal_files(tmp_path, "w")
    assert [item.id for item in records(path)] == told


def test_damage_is_told_from_a_torn_end(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "w")
    (path,) = journal_files(tmp_path, "w")
    ends = [0]
    for number in range(3):
        journal.append(encode(settlement({1: number})))
        ends.append(path.stat().st_size)
    journal.close(drop=False)
    whole = path.read_bytes()
    assert not damaged(path)
    for cut in range(ends[2], ends[3]):
        path.write_bytes(whole[:cut])
        assert not damaged(path), cut
        path.write_bytes(whole[:cut] + bytes(5000))
        assert not damaged(path), cut
    path.write_bytes(whole[: ends[1] + 20] + b"?" + whole[ends[1] + 21 :])
    assert damaged(path)


def test_a_probe_leaves_nothing_behind(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "w")
    item = settlement({1: 5})
    journal.append(encode(item))
    journal.probe()
    last = settlement({1: 6})
    journal.append(encode(last))
    (path,) = journal_files(tmp_path, "w")
    assert list(records(path)) == [item, last]
    journal.close(drop=True)
