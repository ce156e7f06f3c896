"""Prepares all that a server needs, says where to go, and serves.

With one worker this process is the server. It loads the server first and then prepares the database in a child, which
shares what is loaded and takes with it what only preparing needs: a server runs for months with what it has in memory.
With several workers it becomes their supervisor, which loads nothing of either.
"""

from __future__ import annotations

import signal
import socket
import sys

from pydantic import SecretStr

from sluice import __version__
from sluice.cli.options import fail
from sluice.cli.preparing import Prepared, in_a_child
from sluice.serving import BACKLOG, become_supervisor, load_server, run, set_environment
from sluice.settings import Settings, strangers
from sluice.storage.one_server import FolderInUse, hold


def serve(settings: Settings) -> None:
    """Prepares the database, says where to go, and serves until told to stop."""
    for said in strangers():
        print(f"sluice: {said}", file=sys.stderr)
    try:
        lock = hold(settings.data_dir)
    except (FolderInUse, OSError) as error:
        fail(str(error))
    alone = settings.workers == 1
    if alone:
        load_server()
    prepared = in_a_child(settings, lock)
    sock = _listen(settings.host, settings.port)
    try:
        _welcome(_origin(settings.host, sock.getsockname()[1]), prepared)
        set_environment(_environment(settings))
        start = run if alone else become_supervisor
        start(sock, settings.workers, settings.forwarded_allow_ips)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough: this process ends
        raise


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        # From here on whoever connects waits for the workers to be there, and is not turned away.
        sock.listen(BACKLOG)
    except OSError as error:
        fail(f"cannot listen on {host} port {port}: {error.strerror}; choose another with --port")
    return sock


def _origin(host: str, port: int) -> str:
    shown = "127.0.0.1" if host == "0.0.0.0" else f"[{'::1' if host == '::' else host}]" if ":" in host else host  # noqa: S104
    return f"http://{shown}:{port}"


def _welcome(origin: str, prepared: Prepared) -> None:
    print(f"Sluice {__version__} listens on {origin}")
    for line in prepared.lines:
        print(f"  {line}")
    if prepared.secret is not None:
        print("  root has no password yet. Choose one by this link (it works once, for 72 hours):")
        print(f"  {link_url(origin, prepared.secret)}")
    print(end="", flush=True)


def link_url(origin: str, secret: str) -> str:
    """Where a one-time link leads. The secret is in the fragment, which no server or proxy logs."""
    return f"{origin}/setup#{secret}"


def _environment(settings: Settings) -> dict[str, str | None]:
    """The settings as the environment variables a worker reads them from."""
    variables: dict[str, str | None] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        text = value.get_secret_value() if isinstance(value, SecretStr) else None if value is None else str(value)
        variables[f"SLUICE_{name.upper()}"] = text
    return variables
