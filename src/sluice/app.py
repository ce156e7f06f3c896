"""The composition root: the only place that picks concrete classes. One worker process is one ``Worker``."""

from __future__ import annotations

import asyncio
import gc
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from random import Random, SystemRandom
from types import FrameType
from typing import Any, TypeVar, cast

import structlog
from prometheus_client import CollectorRegistry

from sluice import __version__
from sluice.base.ids import request_id
from sluice.fake.server import ORIGIN as FAKE_ORIGIN
from sluice.fake.server import serving as fake_serving
from sluice.formats.keepsakes import Keepsakes
from sluice.relay.admit import RateBook
from sluice.relay.attempt import Attempter, AttemptPolicy
from sluice.relay.keeper import Keeper
from sluice.relay.money import Till
from sluice.relay.named_files import NamedFiles
from sluice.relay.probe import Probe
from sluice.relay.relay import Relay
from sluice.relay.session import Terms
from sluice.relay.sessions import Sessions
from sluice.routing.health import HealthBook
from sluice.routing.keys import KeyBook
from sluice.routing.verdict import RetryPolicy
from sluice.settings import Settings
from sluice.storage.engine import DatabaseAway, open_database
from sluice.storage.feed import ChangeFeed
from sluice.storage.folder import node_name
from sluice.storage.holdings import HoldingStore
from sluice.storage.journal import Journal
from sluice.storage.leases import WorkerLedger, recover
from sluice.storage.load import load_changes
from sluice.storage.manage.accounts import totals
from sluice.storage.one_server import RATES
from sluice.storage.prune import prune_requests
from sluice.storage.rate_table import RateTable
from sluice.storage.responses import ResponseStore
from sluice.storage.sealing import Sealer, load_or_create_key
from sluice.storage.usage_windows import renew_windows
from sluice.telemetry.logs import configure
from sluice.telemetry.metrics import Metrics, exposition
from sluice.upstream.client import Deadlines, Limits
from sluice.upstream.credentials import CredentialCache
from sluice.upstream.guard import AddressPolicy, Guard
from sluice.upstream.router import Transports
from sluice.web.admin.deps import AdminDeps
from sluice.web.asgi import Gateway, relay_routes, socket_routes
from sluice.web.console import console_app
from sluice.web.held import build_shelf
from sluice.web.http import App, Receive, Scope, Send
from sluice.web.late import LateApp
from sluice.web.probes import probe_routes
from sluice.web.server import STATE, Edge
from sluice.web.surfaces.door import Door
from sluice.web.surfaces.gemini import ROOT as GOOGLE_ROOT
from sluice.web.surfaces.gemini import Google

_log = structlog.get_logger("sluice.app")

JOURNALS = "journal"
_HOUR_SECONDS = 3600
_OPENING_SECONDS = 30.0
"""For an upstream to begin a session: somebody waits at a device."""
_PATIENCE_SECONDS = 0.5
T = TypeVar("T")


class SystemClock:
    """The machine's clock."""

    monotonic = staticmethod(time.monotonic)

    def now_ms(self) -> int:
        """Milliseconds since the epoch."""
        return time.time_ns() // 1_000_000


class Worker:
    """Everything one worker process holds, from its start to its end."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._clock = SystemClock()
        self._keeper = Keeper()
        self._health = HealthBook()
        self._keys = KeyBook(SystemRandom())
        self._guard = Guard(AddressPolicy.ANY)
        self._metrics = Metrics(CollectorRegistry())
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = AsyncExitStack()
        self._reloading = asyncio.Lock()
        self.leaving = False

    async def start(self) -> Edge:
        """Opens the database, takes over what dead workers left, loads the snapshot; builds what the server serves."""
        settings = self.settings
        url = settings.database_url.get_secret_value() if settings.database_url else None
        self._db = await open_database(url, settings.data_dir)
        self._closing.push_async_callback(self._db.close)
        key = settings.secret_key.get_secret_value() if settings.secret_key else None
        self._sealer = Sealer(load_or_create_key(settings.data_dir, key))
        folder = settings.data_dir / JOURNALS
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        recovered = await self._once_there(lambda: recover(self._db, folder))
        if recovered:
            _log.info("settlements of a worker that died were applied", count=recovered)
        journal = Journal(folder, f"{node_name(settings.data_dir)}-{secrets.token_hex(6)}", sync=settings.journal_sync)
        self._ledger = WorkerLedger(self._db, journal, folder, self._clock)
        self._closing.push_async_callback(self._ledger.close)
        self._ledger.start()
        self._feed = ChangeFeed(self._db)
        await self._once_there(self._reload)
        self._closing.push_async_callback(self._end_tasks)
        for task in (self._follow(), self._count(), self._tidy()):
            self._tasks.append(asyncio.ensure_future(task))
        return await self._build()

    async def _once_there(self, work: Callable[[], Awaitable[T]]) -> T:
        """Does it as soon as the database answers. A worker that takes a dead one's place must not give up: the server
        would take that for a fault of the program, and end the workers that still serve."""
        told = False
        while True:
            try:
                return await work()
            except DatabaseAway as error:
                if not told:
                    _log.warning("the database is away; this worker waits for it", reason=str(error))
                told = True
            await asyncio.sleep(_PATIENCE_SECONDS)

    async def _build(self) -> Edge:
        settings = self.settings
        overrides = {FAKE_ORIGIN: await self._closing.enter_async_context(fake_serving())}
        self._transports = Transports(Limits(), self._guard, overrides=overrides)
        self._closing.push_async_callback(self._transports.aclose)
        credentials = CredentialCache(self._transports, self._clock)
        deadlines = Deadlines(connect=settings.connect_timeout, head=settings.head_timeout, read=settings.read_timeout)
        rng = Random(secrets.randbits(128))  # noqa: S311  # for ids and choices; nothing secret is made of it
        opening = replace(deadlines, head=min(deadlines.head, _OPENING_SECONDS), read=settings.client_write_timeout)
        policy = AttemptPolicy(deadlines=deadlines, session=opening)
        attempter = Attempter(self._transports, credentials, policy, self._clock, rng, Keepsakes())
        relay = Relay(
            snapshot=lambda: self._keeper.snapshot,
            attempter=attempter,
            till=Till(self._ledger, self._metrics, self._clock),
            health=self._health,
            keys=self._keys,
            policy=RetryPolicy(max_attempts=settings.max_attempts),
            files=NamedFiles(HoldingStore(self._db)),
            clock=self._clock,
            rng=rng,
        )
        door = Door(
            snapshot=lambda: self._keeper.snapshot,
            relay=relay,
            rates=RateBook(RateTable(settings.data_dir / RATES if settings.workers > 1 else None)),
            metrics=self._metrics,
            clock=self._clock,
            rng=rng,
            max_body=settings.max_body_bytes,
            max_upload=settings.max_upload_bytes,
        )
        probe = Probe(self._transports, credentials, self._clock, rng)
        admin = LateApp(partial(_load_admin, self._admin_deps(probe)))
        mounts: dict[str, App] = {"/api/v1": admin, **self._operations()}

        named: dict[str, App] = {GOOGLE_ROOT: Google(door)}

        def new_id() -> str:
            return request_id(self._clock.now_ms(), rng)

        terms = Terms(idle=settings.realtime_idle_timeout, total=settings.realtime_max_seconds)
        sockets = socket_routes(door, Sessions(relay, terms), settings.client_write_timeout)
        shelf = build_shelf(relay, self._transports, credentials, deadlines, self._db, settings.follow_seconds)
        shelf.followup.start()
        self._closing.push_async_callback(shelf.followup.close)
        routes = relay_routes(door, self._totals, ResponseStore(self._db), shelf)
        gateway = Gateway(routes, sockets, mounts, console_app(opened=admin.wake), named=named, new_id=new_id)
        return Edge(
            app=gateway,
            new_id=new_id,
            read_timeout=settings.client_read_timeout,
            write_timeout=settings.client_write_timeout,
            takes_socket=gateway.takes_socket,
        )

    def _operations(self) -> Mapping[str, App]:
        # The metrics library itself chose files by this variable when it was imported (serving.py sets it).
        shared = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        return probe_routes(
            ready=self.ready,
            exposition=lambda: self._exposition(shared),
            snapshot=lambda: self._keeper.snapshot,
            metrics_open=self.settings.metrics_open,
        )

    def _admin_deps(self, probe: Probe) -> AdminDeps:
        async def balance_changed(account_id: int) -> None:
            await self._ledger.recall([account_id])

        return AdminDeps(
            db=self._db,
            sealer=self._sealer,
            clock=self._clock,
            rng=SystemRandom(),
            probe=probe,
            changed=self._reload,
            balance_changed=balance_changed,
            health=self.health,
            snapshot=lambda: self._keeper.snapshot,
            book=self._health,
            version=__version__,
            private_addresses=lambda: self._guard.policy is AddressPolicy.ANY,
            stopping=lambda: self.leaving,
        )

    async def _totals(self, account_id: int) -> tuple[int, int]:
        async with self._db.read() as conn:
            return await totals(conn, account_id)

    async def _reload(self) -> None:
        """Takes up what changed in the database since the snapshot."""
        async with self._reloading:
            known = self._keeper.snapshot.revision
            async with self._db.read() as conn:
                changes = await load_changes(conn, known, self._sealer)
            if changes.revision <= known:
                return
            snapshot = self._keeper.apply(changes)
            self._health.keep_only(frozenset(snapshot.channels))
            self._keys.keep_only(frozenset(snapshot.channels))
            private = snapshot.settings.get("allow_private_channels", True)
            self._guard.policy = AddressPolicy.ANY if private else AddressPolicy.PUBLIC
        await self._ledger.recall(changes.accounts)

    async def _follow(self) -> None:
        """Reloads whenever the revision rises."""
        async for _ in self._feed.revisions(self._keeper.snapshot.revision):
            try:
                await self._reload()
            except Exception:
                _log.exception("the configuration could not be reloaded; the old one stays in force")

    async def _count(self) -> None:
        """Once a second shows the other workers what this one counted, and looks whether the server is still there."""
        server = os.getppid()
        while True:
            await asyncio.sleep(1)
            if os.getppid() != server and self.settings.workers > 1:
                # It was killed, and would have ended its workers: they must not hold its port and its journals.
                signal.raise_signal(signal.SIGTERM)
            self._metrics.flush()
            self._metrics.backlog.set(self._ledger.backlog)

    async def _tidy(self) -> None:
        """Once an hour sums up the days that have passed, and deletes what is older than the log is to reach back."""
        while True:
            await asyncio.sleep(_HOUR_SECONDS)
            with suppress(DatabaseAway):
                await renew_windows(self._db, self._clock.now_ms())
            days = cast(int, self._keeper.snapshot.settings.get("log_retention_days", 0))
            if not days:
                continue
            with suppress(DatabaseAway):
                count = await prune_requests(self._db, self._clock.now_ms() - days * 24 * _HOUR_SECONDS * 1000)
                _log.info("old requests were deleted from the log", count=count)

    def _exposition(self, shared: str | None) -> bytes:
        self._metrics.flush()
        return exposition(self._metrics.registry, shared)

    def ready(self) -> bool:
        """Whether the database answers and the journal can be written; without the one the worker still serves, from
        memory and journal, without the other it cannot."""
        return self._ledger.healthy and not self._ledger.stuck and not self._feed.away

    def health(self) -> Mapping[str, object]:
        """The worker's state, for the management API."""
        now, now_ms = self._clock.monotonic(), self._clock.now_ms()
        return {
            "database": "ok" if self.ready() else "away",
            "revision": self._keeper.snapshot.revision,
            "journal_backlog": self._ledger.backlog,
            "channels": {
                str(number): self._health.state(number, now, now_ms) for number in self._keeper.snapshot.channels
            },
        }

    async def stop(self) -> None:
        """Applies the journal, gives every lease back, closes every connection: all that ``start`` opened, even where
        it failed halfway."""
        await self._closing.aclose()

    async def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def _load_admin(deps: AdminDeps) -> App:
    """The management API, whose framework takes a fifth of an idle worker's memory and half of its start: a worker that
    only relays does without."""
    admin: App = import_module("sluice.web.admin.app").create_admin(deps)
    return admin


class Application:
    """The ASGI application a server runs: a worker between its lifespan's start and end."""

    def __init__(self, settings: Settings) -> None:
        self._worker = Worker(settings)
        self._edge: Edge | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one scope."""
        if scope["type"] in ("http", "websocket"):
            assert self._edge is not None, "the server must run the lifespan first"
            await self._edge.app(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        try:
            self._edge = await self._worker.start()
        except Exception as error:
            _log.exception("the worker could not start")
            await self._worker.stop()
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        scope["state"][STATE] = self._edge
        _on_exit(self._leave)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # of a worker (serving.py)
        _settle_memory()
        _settle_turns()
        await send({"type": "lifespan.startup.complete"})
        try:
            await receive()
        except asyncio.CancelledError:
            return  # told twice to end: at once. What there is lies in the journal.
        await self._worker.stop()
        await send({"type": "lifespan.shutdown.complete"})

    def _leave(self) -> None:
        self._worker.leaving = True


def _on_exit(call: Callable[[], None]) -> None:
    """Calls when the process is told to end, before the server hears of it: the server waits for every answer to come
    to its end, and tells the application only then."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        server = signal.getsignal(number)

        def handle(number: int, frame: FrameType | None, server: Any = server) -> None:
            call()
            if callable(server):
                server(number, frame)

        signal.signal(number, handle)


def _settle_memory() -> None:
    """Tells the garbage collector that what was loaded so far stays: it would walk it again and again, for tens of
    milliseconds each time, and find nothing. Requests leave no cycles (test_garbage.py): it may come seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def _settle_turns() -> None:
    """Lets the event loop have the interpreter back from the database's threads after a millisecond, not after five: it
    gives it away with every record it writes to the journal."""
    sys.setswitchinterval(0.001)


def from_environment() -> Application:
    """The application by the environment's settings: what each worker process of ``sluice serve`` runs."""
    settings = Settings()
    configure(settings.log_level, as_json=settings.log_json)
    return Application(settings)
