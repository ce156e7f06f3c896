"""Prepares the database in a child process, so that nothing of what that loads stays in the server's memory."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

from sluice.cli.options import fail
from sluice.settings import Settings

_CTRL_C = (signal.SIGINT,)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What stands in the database now. ``lines`` say what the config file changed; ``secret`` is that of the one-time
    link while root has no password."""

    lines: tuple[str, ...] = ()
    secret: str | None = None


def in_a_child(settings: Settings, lock: int) -> Prepared:
    """Brings the database to this version's schema and the config file into it. Ends the program with the reason when
    that cannot be. ``lock`` is the open file that holds the data folder: the child lets go of it, and the folder is
    free as soon as this process ends."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_prepare, args=(settings, lock, sender))
    signal.pthread_sigmask(signal.SIG_BLOCK, _CTRL_C)
    child.start()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _CTRL_C)
    sender.close()
    with receiver:
        try:
            said: Prepared | str = receiver.recv()
        except EOFError:
            said = "the database could not be prepared; the lines above say why"
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough: the child is waited for
            raise
    child.join()
    return fail(said) if isinstance(said, str) else said


def _prepare(settings: Settings, lock: int, sender: Connection) -> None:
    os.close(lock)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the parent hears of it too, and ends the program
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _CTRL_C)
    # Loaded here: the parent does without.
    office: Any = import_module("sluice.cli.office")
    first_start: Any = import_module("sluice.cli.first_start")

    async def work() -> Prepared:
        async with office.opened(settings) as opened:
            secret, report = await first_start.prepare(opened, settings)
        lines = () if report is None else tuple(report.told())
        return Prepared(lines, secret)

    try:
        said: Prepared | str = asyncio.run(work())
    except Exception as error:
        told = office.mendable(error)
        if told is None:
            raise
        said = told
    sender.send(said)
