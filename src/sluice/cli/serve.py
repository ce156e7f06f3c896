"""Starts the server: one listening socket, one process a worker."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile

import uvicorn
from pydantic import SecretStr
from uvicorn.supervisors import Multiprocess

from sluice import __version__
from sluice.cli.apply import Report
from sluice.cli.first_start import link_url, prepare
from sluice.cli.office import fail, opened, run
from sluice.settings import Settings
from sluice.storage.one_server import FolderInUse, hold
from sluice.web.server import EdgeProtocol

_BACKLOG = 2048
_DRAIN_SECONDS = 30
_HUNG_SECONDS = 60
"""A worker silent for so long is replaced; one that died is at once. On a busy machine Python alone takes seconds to
start, and a shorter patience would kill every worker before it serves, for ever."""


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
    _export(settings)
    metrics_dir = None
    if settings.workers > 1:
        # Workers share their counters through files; the library reads the folder's name from the environment.
        metrics_dir = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="sluice-metrics-")
    config = uvicorn.Config(
        "sluice.app:from_environment",
        factory=True,
        workers=settings.workers,
        loop="uvloop" if _has_uvloop() else "asyncio",
        http=EdgeProtocol,
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        backlog=_BACKLOG,
        proxy_headers=bool(settings.forwarded_allow_ips),
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        timeout_worker_healthcheck=_HUNG_SECONDS,
    )
    server = uvicorn.Server(config)
    try:
        if settings.workers > 1:
            Multiprocess(config, sockets=[sock]).run()
        else:
            server.run(sockets=[sock])
    finally:
        if metrics_dir is not None:
            shutil.rmtree(metrics_dir, ignore_errors=True)
    if settings.workers == 1 and not server.started:
        fail("the server could not start; the log above says why")


def _has_uvloop() -> bool:
    return os.name != "nt"


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
        sock.listen(_BACKLOG)
    except OSError as error:
        fail(f"cannot listen on {host} port {port}: {error.strerror}; choose another with --port")
    sock.set_inheritable(True)
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


def _export(settings: Settings) -> None:
    """Hands the settings to the worker processes: those that differ from the defaults, as environment variables."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if value == field.default or value is None:
            continue
        text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        os.environ[f"SLUICE_{name.upper()}"] = text
