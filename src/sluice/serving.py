"""The server of ``sluice serve`` once all is prepared: this process, or, of several workers, their supervisor.

The supervisor is a program of its own, ``python -m sluice.serving SOCKET WORKERS PROXIES``: a worker loads again what
its supervisor began with, and that must not be the command line.
"""

from __future__ import annotations

import gc
import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping
from importlib import import_module
from multiprocessing import resource_tracker
from types import ModuleType
from typing import cast

import uvicorn
from uvicorn.supervisors import Multiprocess, multiprocess

from sluice.catalog.models import load_facts
from sluice.web.server import EdgeProtocol

BACKLOG = 2048
_DRAIN_SECONDS = 30
_LARGEST_MESSAGE = 16 * 1024 * 1024
"""Bytes of one message of a client's websocket: OpenAI takes 15 MiB of audio in one event."""
_PONG_SECONDS = 60
"""A client's websocket that answers no ping for so long is cut: long, for answers wait behind what the upstream is slow
to read."""
_HUNG_SECONDS = 60
"""A worker silent for so long is replaced; one that died is at once. On a busy machine Python alone takes seconds to
start, and a shorter patience would kill every worker before it serves, for ever."""


def load_server() -> None:
    """Loads the application into this process."""
    # The log's library would load it for coloured tracebacks, which a server's log has not: 7 MB.
    rich = sys.modules.setdefault("rich", cast(ModuleType, None))
    # The garbage collector would walk again and again over what stays for ever.
    collecting = gc.isenabled()
    gc.disable()
    try:
        import_module("sluice.app")
        # Read now: where files have run out a request cannot.
        load_facts()
    finally:
        if rich is None:
            del sys.modules["rich"]
        if collecting:
            gc.enable()


def set_environment(variables: Mapping[str, str | None]) -> None:
    """Sets the environment variables the application reads (or, None, unsets them)."""
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def become_supervisor(sock: socket.socket, workers: int, trusted_proxies: str) -> None:
    """Replaces this process by the supervisor of the workers, which listen on the socket."""
    sock.set_inheritable(True)
    # -P: what lies in the current folder is no part of the program.
    command = [sys.executable, "-P", "-m", "sluice.serving", str(sock.fileno()), str(workers), trusted_proxies]
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until it can be heard (run)
    os.execv(sys.executable, command)  # noqa: S606 - no shell is wanted


def run(sock: socket.socket, workers: int, trusted_proxies: str) -> None:
    """Serves until told to stop: one process a worker, all on the one socket."""
    _allow_files()
    metrics_dir = None
    if workers > 1:
        # Workers share their counters through files; the library reads the folder's name from the environment.
        metrics_dir = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="sluice-metrics-")
    config = _config(workers, trusted_proxies)
    server = uvicorn.Server(config)
    try:
        if workers > 1:
            multiprocess.Process = _Worker  # type: ignore[misc]
            supervisor = _Supervisor(config, sockets=[sock])
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            supervisor.run()
        else:
            if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # "nohup" has it ignored
                signal.signal(signal.SIGHUP, server.handle_exit)  # a terminal that closes cuts no answer off
            server.run(sockets=[sock])
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends: pressed once more, Ctrl-C adds nothing but a traceback
        if metrics_dir is not None:
            shutil.rmtree(metrics_dir, ignore_errors=True)
    if workers == 1 and not server.started:
        sys.exit("the server could not start; the log above says why")


class _Worker(multiprocess.Process):
    """A worker that hears no SIGINT until it serves (app.py): a terminal's Ctrl-C reaches it too, while it loads."""

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().target(sockets)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # as in ``run``

    def start(self) -> None:
        # What is blocked stays so in a process that is started, from its first moment on. The tracker, started with the
        # first of them, would unblock it.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


class _Supervisor(Multiprocess):
    """Replaces workers that died or hang."""

    def keep_subprocess_alive(self) -> None:
        # Each worker is asked for a sign of life over a pipe whose other end is open here too. While it is, a worker
        # killed before it answered would be waited for as if it were only slow, and nobody would look after the rest.
        for process in self.processes:
            process.child_conn.close()
        super().keep_subprocess_alive()


def _config(workers: int, trusted_proxies: str) -> uvicorn.Config:
    return uvicorn.Config(
        "sluice.app:from_environment",
        factory=True,
        workers=workers,
        loop="uvloop" if _has_uvloop() else "asyncio",
        http=EdgeProtocol,
        ws="none",
        ws_max_size=_LARGEST_MESSAGE,
        ws_ping_timeout=_PONG_SECONDS,
        ws_per_message_deflate=False,
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        backlog=BACKLOG,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        timeout_worker_healthcheck=_HUNG_SECONDS,
    )


def _allow_files() -> None:
    """Lets this process and its workers open as many files as they may: most systems allow 1,024 where nobody asks for
    more, and each client and each upstream's connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _has_uvloop() -> bool:
    return os.name != "nt"


if __name__ == "__mp_main__":
    load_server()  # a worker
if __name__ == "__main__":
    run(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]), sys.argv[3])
