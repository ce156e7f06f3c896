"""Prepares all that a server needs, says where to go, and becomes the server."""

from __future__ import annotations

import socket

from pydantic import SecretStr

from sluice import __version__
from sluice.cli.apply import Report
from sluice.cli.first_start import link_url, prepare
from sluice.cli.office import fail, opened, run
from sluice.serving import BACKLOG, become_server
from sluice.settings import Settings
from sluice.storage.one_server import FolderInUse, hold


def serve(settings: Settings) -> None:
    """Prepares the database, says where to go, and serves until told to stop."""
    try:
        hold(settings.data_dir)
    except (FolderInUse, OSError) as error:
        fail(str(error))
    secret, report = run(_prepare(settings))
    sock = _listen(settings.host, settings.port)
    origin = _origin(settings.host, sock.getsockname()[1])
    _welcome(origin, secret, report)
    become_server(sock, settings.workers, settings.forwarded_allow_ips, _environment(settings))


async def _prepare(settings: Settings) -> tuple[str | None, Report | None]:
    async with opened(settings) as office:
        return await prepare(office, settings)


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


def _welcome(origin: str, secret: str | None, report: Report | None) -> None:
    print(f"Sluice {__version__} listens on {origin}")
    if report is not None:
        for line in report.lines:
            print(f"  config: {line}")
        for name, key in report.keys.items():
            print(f"  the key of the token {name}, shown only now: {key}")
    if secret is not None:
        print("  root has no password yet. Choose one by this link (it works once, for 72 hours):")
        print(f"  {link_url(origin, secret)}")
    print(end="", flush=True)


def _environment(settings: Settings) -> dict[str, str | None]:
    """The settings as the environment variables a worker reads them from."""
    variables: dict[str, str | None] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        text = value.get_secret_value() if isinstance(value, SecretStr) else None if value is None else str(value)
        variables[f"SLUICE_{name.upper()}"] = text
    return variables
