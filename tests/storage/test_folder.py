"""The data folder's rights: on a fresh start, over a folder that was open to all, and where it is shared."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sluice.storage.folder import keep_private, private_file


@pytest.fixture
def loose() -> Iterator[None]:
    """A umask that takes no rights away."""
    before = os.umask(0)
    yield
    os.umask(before)


def _rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


def _open_folder(folder: Path) -> list[Path]:
    """A data folder as an older version left it, with a loose umask."""
    (folder / "journal").mkdir(parents=True)
    files = [folder / name for name in ("sluice.db", "sluice.db-wal", "node", "journal/w.1.log", "journal/w.lock")]
    for file in files:
        file.touch()
    return files


@pytest.mark.usefixtures("loose")
def test_what_is_made_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert keep_private(folder) == []
    private_file(folder / "sluice.db")
    assert (_rights(folder), _rights(folder / "sluice.db")) == (0o700, 0o600)


@pytest.mark.usefixtures("loose")
def test_what_was_open_is_narrowed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    files = _open_folder(folder)
    (folder / "lost+found").mkdir()
    assert keep_private(folder) == []
    assert {_rights(file) for file in files} == {0o600}
    assert _rights(folder) == _rights(folder / "journal") == 0o700


@pytest.mark.usefixtures("loose")
def test_a_key_that_could_be_read_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "secret.key").touch()
    (told,) = keep_private(tmp_path)
    assert "secret.key was open" in told
    assert _rights(tmp_path / "secret.key") == 0o600
    assert keep_private(tmp_path) == []


@pytest.mark.usefixtures("loose")
def test_a_folder_with_other_things_keeps_its_rights_and_is_told_of(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    files = _open_folder(folder)
    other = folder / "holiday.jpg"
    other.touch()
    (told,) = keep_private(folder)
    assert str(folder) in told
    assert {_rights(file) for file in files} == {0o600}
    assert (_rights(folder), _rights(other)) == (0o777, 0o666)


@pytest.mark.usefixtures("loose")
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    folder, target = tmp_path / "data", tmp_path / "elsewhere"
    folder.mkdir()
    target.touch()
    (folder / "node").symlink_to(target)
    keep_private(folder)
    assert _rights(target) == 0o666
