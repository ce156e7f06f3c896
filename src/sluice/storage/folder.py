"""The data folder: for the eyes of the account that runs Sluice, whatever the umask and whoever made the folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077
_NEW_FILE = os.O_CREAT | os.O_EXCL | os.O_WRONLY
_FOLDERS = frozenset({"journal"})
_FILES = frozenset(
    {
        "secret.key",
        "node",
        "sluice.lock",
        "serve.lock",
        "rates",
        *(f"sluice.db{end}" for end in ("", "-wal", "-shm", "-journal")),
    }
)
_OF_DISKS = "lost+found"


def keep_private(folder: Path) -> list[str]:
    """Makes the folder, or takes from others what rights they have to it and to what Sluice keeps there: 0700 and 0600.

    A folder in which something else lies keeps its rights. Returns what people should know, in sentences. Raises
    OSError when the folder cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = {path.name for path in folder.iterdir()} - {_OF_DISKS}
    narrowed, left = [], []
    paths = [*_kept(folder)]
    if names <= _FILES | _FOLDERS:
        paths.append(folder)
    elif _open_to_others(folder):
        left.append(str(folder))
    for path in paths:
        try:
            if _open_to_others(path):
                path.chmod(0o700 if path.is_dir() else 0o600)
                narrowed.append(path)
        except FileNotFoundError:
            pass  # a worker that ends takes its journal along
        except OSError:
            left.append(str(path))
    told = [f"other accounts of this machine may look into {path}: chmod it" for path in left]
    # One that had to be narrowed may have been read; of folders and databases that is no news.
    if any(path.name == "secret.key" for path in narrowed):
        told.append("secret.key was open to other accounts of this machine until now: change the upstream keys")
    return told


def _kept(folder: Path) -> Iterator[Path]:
    """Everything in the folder that is Sluice's."""
    for name in sorted(_FILES | _FOLDERS):
        path = folder / name
        if path.exists() and not path.is_symlink():
            yield path
            if path.is_dir():
                yield from path.iterdir()


def _open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & _OTHERS)


def private_file(path: Path) -> None:
    """Makes an empty file only its owner may read, unless there is one. Raises OSError."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def node_name(data_dir: Path) -> str:
    """This node's name in the leases table: made once, kept in the data folder."""
    path = data_dir / "node"
    if not path.exists():
        with suppress(FileExistsError), os.fdopen(os.open(path, _NEW_FILE, 0o600), "w") as file:
            file.write(secrets.token_hex(4))
    return path.read_text().strip()
