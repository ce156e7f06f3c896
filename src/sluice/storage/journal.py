"""A worker's journal: settlements in local files, written before an answer's last byte.

A record is its length, its CRC-32 and a msgpack Settlement. One ``write`` call each: what returned survives ``kill -9``
of the process. A torn tail (the machine died) is recognised and ends the file.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

import msgspec

from sluice.accounting.settlement import Settlement

_HEAD = struct.Struct("<II")
_LARGEST = 16 * 1024 * 1024
_ROOM = 8 * 1024

encode = msgspec.msgpack.Encoder().encode
"""What a record holds of a settlement."""
_decoder = msgspec.msgpack.Decoder(Settlement)


def records(path: Path) -> Iterator[Settlement]:
    """The settlements of a journal file, up to its end or its first damaged record."""
    data = path.read_bytes()
    at = 0
    while at + _HEAD.size <= len(data):
        length, check = _HEAD.unpack_from(data, at)
        body = data[at + _HEAD.size : at + _HEAD.size + length]
        if length > _LARGEST or len(body) < length or zlib.crc32(body) != check:
            return
        try:
            yield _decoder.decode(body)
        except msgspec.MsgspecError:
            return
        at += _HEAD.size + length


def damaged(path: Path) -> bool:
    """Whether more follows where ``records`` stops than what a machine that died leaves: a torn record, or zeros."""
    data = path.read_bytes()
    at = 0
    while at + _HEAD.size <= len(data):
        length, check = _HEAD.unpack_from(data, at)
        body = data[at + _HEAD.size : at + _HEAD.size + length]
        if length > _LARGEST or len(body) < length or zlib.crc32(body) != check or not body:
            break
        at += _HEAD.size + length
    rest = data[at:].rstrip(b"\0")
    whole = len(rest) >= _HEAD.size and len(rest) >= _HEAD.size + _HEAD.unpack_from(rest)[0]
    return whole or len(rest) > _LARGEST


class Packed(Sequence[Settlement]):
    """Settlements as their records hold them, made anew whenever one is looked at: bytes are small, and nothing for
    the garbage collector to walk while they wait for the database."""

    def __init__(self, bodies: list[bytes]) -> None:
        self._bodies = bodies

    def __len__(self) -> int:
        return len(self._bodies)

    def __iter__(self) -> Iterator[Settlement]:
        return map(_decoder.decode, self._bodies)

    @overload
    def __getitem__(self, at: int) -> Settlement: ...

    @overload
    def __getitem__(self, at: slice) -> Packed: ...

    def __getitem__(self, at: int | slice) -> Settlement | Packed:
        return Packed(self._bodies[at]) if isinstance(at, slice) else _decoder.decode(self._bodies[at])


class Journal:
    """The files of one worker, ``<worker>.<n>.log``, and the lock that says the worker lives."""

    def __init__(
        self, folder: Path, worker_id: str, *, segment_bytes: int = 16 * 1024 * 1024, sync: bool = False
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self.worker_id = worker_id
        self._segment_bytes = segment_bytes
        self._sync = sync
        self._lock: int | None = _new_lock(folder, worker_id)
        self._number = self._oldest = 1
        self._size = 0
        self._file = self._open(1)

    def _open(self, number: int) -> int:
        path = self._folder / f"{self.worker_id}.{number}.log"
        return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)

    @property
    def segment(self) -> int:
        """The number of the file being written."""
        return self._number

    def append(self, body: bytes) -> int:
        """Writes one record and returns the number of its file. Raises OSError (disk full): then it does not count."""
        length = len(body)
        record = _HEAD.pack(length, zlib.crc32(body)) + body
        size = _HEAD.size + length
        try:
            if os.write(self._file, record) != size:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if self._sync:
                os.fdatasync(self._file)
        except OSError:
            # A half-written record would hide all that come after it, a whole one would be charged after all.
            os.ftruncate(self._file, self._size)
            raise
        self._size += size
        holder = self._number
        if self._size >= self._segment_bytes:
            self._rotate()
        return holder

    def probe(self) -> None:
        """Raises OSError while there is no room for a further record."""
        try:
            if os.write(self._file, bytes(_ROOM)) != _ROOM:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.ftruncate(self._file, self._size)

    def _rotate(self) -> None:
        try:
            fresh = self._open(self._number + 1)
        except OSError:
            return  # The record just written counts; the old file goes on until a new one can be made.
        os.close(self._file)
        self._file = fresh
        self._number += 1
        self._size = 0

    def drop_before(self, segment: int) -> None:
        """Deletes the files below a number: the database has all of them."""
        if segment <= self._oldest:
            return
        for path in journal_files(self._folder, self.worker_id):
            if _number(path) < segment:
                path.unlink(missing_ok=True)
        self._oldest = segment

    def close(self, *, drop: bool) -> None:
        """Closes the journal; ``drop`` deletes it, when the database has everything."""
        os.close(self._file)
        if drop:
            drop_worker(self._folder, self.worker_id)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _number(path: Path) -> int:
    return int(path.name.rsplit(".", 2)[1])


def _is_of(name: str, worker_id: str) -> bool:
    # Not a glob: the files of "a.b" are not those of "a".
    owner, _, rest = name.removesuffix(".log").rpartition(".")
    return owner == worker_id and rest.isdecimal() and name.endswith(".log")


def journal_files(folder: Path, worker_id: str) -> list[Path]:
    """A worker's files, oldest first."""
    return sorted((path for path in folder.iterdir() if _is_of(path.name, worker_id)), key=_number)


def _take_lock(path: Path) -> int | None:
    number = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(number)
        return None
    return number


def _new_lock(folder: Path, worker_id: str) -> int:
    """The lock of a worker that begins: taken before anybody can find it, or another that starts at the same moment
    would take the worker for a dead one. Raises RuntimeError when there is one of that id."""
    path = folder / f"{worker_id}.lock"
    unseen = folder / f"{worker_id}.begins"
    number = _take_lock(unseen)
    if number is None or path.exists():
        if number is not None:
            unseen.unlink()
            os.close(number)
        raise RuntimeError(f"the journal of worker {worker_id} is in use")
    unseen.rename(path)
    return number


def dead_workers(folder: Path) -> Iterator[str]:
    """Ids of workers that left a journal and live no more; each stays locked for us until the loop moves on."""
    for path in sorted(folder.glob("*.lock")):
        number = _take_lock(path)
        if number is None:
            continue
        try:
            if path.exists():
                yield path.stem
        finally:
            os.close(number)


def drop_worker(folder: Path, worker_id: str) -> None:
    """Deletes everything a worker left."""
    for path in (*journal_files(folder, worker_id), folder / f"{worker_id}.lock"):
        path.unlink(missing_ok=True)
