"""The worker's ledger: leases in memory, settlements in the journal, both brought to the database in the background."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.accounting.leasebook import LeaseBook
from sluice.accounting.settlement import Settlement
from sluice.base.clock import Clock
from sluice.base.money import Nano
from sluice.storage.apply import Applier, return_leases
from sluice.storage.engine import Database, DatabaseAway
from sluice.storage.heartbeat import BEAT_SECONDS, Watch, beat
from sluice.storage.journal import Journal, Packed, damaged, dead_workers, drop_worker, encode, journal_files, records
from sluice.storage.ledger import LedgerAway
from sluice.storage.tables import accounts, leases

_log = structlog.get_logger("sluice.ledger")

BATCH = 200
"""Settlements applied in one transaction: few enough that making their rows holds no request up."""
MOST_PENDING = 50_000
"""Settlements kept in memory for the database; beyond it they are read again from the journal."""
_TICK = 0.1
_LEASE_TICK = 1.0
_PLENTY = 16
_KEEP_PLENTY = 900.0
"""Where an account holds so many times what a worker took of it, nobody misses the lease: it is kept for a quarter of
an hour, so that who was served lately is still served when the database is away. Others are given back at once."""
_AHEAD = 32
"""A lease is made to last for so many requests like the one that asked for it, or longer, ..."""
_GREED = 4
"""... but never takes more than one part in so many of what the account still holds: other workers need some too."""


_LOW = 3
_FULL = 6
"""A lease is renewed when it would last for fewer seconds, and then lasts for so many: while requests never wait for
money, renewing may have to wait for what is being applied."""


class WorkerLedger:
    """The Ledger (storage/ledger.py) of one worker."""

    def __init__(self, db: Database, journal: Journal, folder: Path, clock: Clock) -> None:
        self._db = db
        self._journal = journal
        self._folder = folder
        self._clock = clock
        self._applier = Applier(db, folder)
        self._book = LeaseBook()
        self.available = self._book.available
        self.release = self._book.release
        self._watch = Watch()
        self._ahead: dict[int, Nano] = {}
        self._growing: dict[int, asyncio.Lock] = {}
        self._grown: set[asyncio.Future[bool]] = set()
        self._pending: deque[tuple[bytes, int]] = deque()
        """Records, and the segments of the journal they are in."""
        self._spilled = False
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Future[None]] = []
        self._failing: set[str] = set()
        self.stuck = False

    # The hot path.

    def writable(self) -> bool:
        """Whether a settlement can be kept: tried anew after one could not."""
        if self.stuck:
            with suppress(OSError):
                self._journal.probe()
                self.stuck = False
        return not self.stuck

    def reserve(self, accounts: tuple[int, ...], amount: Nano) -> bool:
        """Sets the amount aside on all accounts, or on none."""
        return self._book.reserve(accounts, amount, self._clock.monotonic())

    def settle(self, accounts: tuple[int, ...], reserved: Nano, settlement: Settlement) -> None:
        """Journals the settlement, gives the reservation back and takes the charges. Raises OSError."""
        if reserved:
            self._book.release(accounts, reserved)
        body = encode(settlement)
        try:
            segment = self._journal.append(body)
        except OSError:
            self.stuck = True
            raise
        self._book.spend(settlement.charges)
        waiting = len(self._pending)
        if waiting < MOST_PENDING:
            self._pending.append((body, segment))
            if waiting + 1 >= BATCH:
                self._wake.set()
        else:
            self._spilled = True

    @property
    def backlog(self) -> int:
        """Settlements the database does not have yet, as far as they are in memory."""
        return len(self._pending)

    # Leases.

    async def secure(self, accounts: tuple[int, ...], amount: Nano) -> Nano:
        """Takes more lease where less than ``amount`` is free; returns what is available then. Raises LedgerAway."""
        book = self._book
        while True:
            # Again from the start after each wait: other requests spend meanwhile.
            short = next((account for account in accounts if book.leases[account].free < amount), None)
            if short is None:
                break
            async with self._growing.setdefault(short, asyncio.Lock()):
                need = amount - book.leases[short].free
                try:
                    if need > 0 and not await self._unbroken(self._grow(short, need, self._more(short, amount))):
                        break
                except DatabaseAway as error:
                    raise LedgerAway(str(error)) from error
        return book.available(accounts)

    async def _unbroken(self, growing: Coroutine[None, None, bool]) -> bool:
        """Runs it to its end even where the client who waits for it leaves: half of it would lose money."""
        task = asyncio.ensure_future(growing)
        self._grown.add(task)
        task.add_done_callback(self._grown.discard)
        return await asyncio.shield(task)

    def _more(self, account: int, amount: Nano) -> Nano:
        """What to ask for beside the need: within a second each time twice as much, so that requests wait for a lease
        while a worker gets busy, not while it is."""
        ahead = self._ahead[account] = max(_AHEAD * amount, 2 * self._ahead.get(account, 0))
        return ahead

    async def _grow(self, account: int, need: Nano, ahead: Nano) -> bool:
        """Moves money from the account to this worker: the need, and some for what comes next. False: it is short."""
        async with self._db.write() as conn:
            query = sa.select(accounts.c.balance_nano - accounts.c.leased_nano).where(accounts.c.id == account)
            left = (await conn.execute(query.with_for_update())).scalar_one_or_none() or 0
            take = max(min(need, left), min(left // _GREED, ahead))
            if take > 0:
                await self._move(conn, account, take)
        self._book.granted(account, max(take, 0))
        self._book.leases[account].keep_s = _KEEP_PLENTY if left > _PLENTY * take else _LEASE_TICK
        return take >= need

    async def _move(self, conn: AsyncConnection, account: int, amount: Nano) -> None:
        """Moves ``amount`` (negative: back) from the account to this worker's lease."""
        await conn.execute(
            sa.update(accounts).where(accounts.c.id == account).values(leased_nano=accounts.c.leased_nano + amount)
        )
        row = {"worker_id": self._journal.worker_id, "account_id": account, "granted_nano": amount}
        insert = (postgresql.insert if self._db.dialect == "postgresql" else sqlite.insert)(leases)
        statement = insert.values(updated_ms=self._clock.now_ms(), **row).on_conflict_do_update(
            index_elements=["worker_id", "account_id"],
            set_={"granted_nano": leases.c.granted_nano + amount, "updated_ms": self._clock.now_ms()},
        )
        await conn.execute(statement)

    async def recall(self, account_ids: Iterable[int]) -> None:
        """Gives back all that is free of these accounts: someone changed their balance. Raises DatabaseAway."""
        await self._give_back([account for account in account_ids if self._book.surplus(account) > 0])

    async def _give_back(self, account_ids: list[int]) -> None:
        back = {account: self._book.surplus(account) for account in account_ids}
        back = {account: amount for account, amount in back.items() if amount > 0}
        if not back:
            return
        # Taken out of the book first, so that no request can spend it meanwhile.
        for account, amount in back.items():
            self._book.granted(account, -amount)
        try:
            async with self._db.write() as conn:
                for account, amount in sorted(back.items()):
                    await self._move(conn, account, -amount)
        except BaseException:
            for account, amount in back.items():
                self._book.granted(account, amount)
            raise

    # The background.

    def start(self) -> None:
        """Begins applying and renewing, each for itself: a busy worker has something to apply all the time."""
        self._tasks = [asyncio.ensure_future(self._applying()), asyncio.ensure_future(self._tending())]

    async def _applying(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _TICK if self.healthy else _LEASE_TICK)
            self._wake.clear()
            if self._pending or self._spilled:
                await self._attempt("applying", self.apply_pending())

    async def _tending(self) -> None:
        next_beat = self._clock.monotonic() + BEAT_SECONDS
        while True:
            await asyncio.sleep(_LEASE_TICK)
            await self._attempt("leases", self._tend_leases())
            if self._clock.monotonic() >= next_beat:
                next_beat = self._clock.monotonic() + BEAT_SECONDS
                await self._attempt("beat", self.beat())

    async def _attempt(self, what: str, work: Coroutine[None, None, None]) -> None:
        """Does what takes the database, and notes whether it could be done."""
        try:
            await work
            self._failing.discard(what)
        except DatabaseAway as error:
            if self.healthy:
                _log.warning("the database is away; settlements stay in the journal", reason=str(error))
            self._failing.add(what)
        except Exception:
            _log.exception("the ledger could not be brought to the database", failing=what)
            self._failing.add(what)

    @property
    def healthy(self) -> bool:
        """Whether the database took what it was last given."""
        return not self._failing

    async def apply_pending(self) -> None:
        """Brings everything journalled so far to the database. Raises DatabaseAway."""
        left = len(self._pending)
        while left:
            # What comes meanwhile waits for the next batch, and a small rest goes along: each costs a dozen requests.
            size = left if left < BATCH + BATCH // 2 else BATCH
            await self._apply(Packed([body for body, _ in islice(self._pending, size)]))
            for _ in range(size):
                self._pending.popleft()
            left -= size
            self._journal.drop_before(self._kept_segment())
        if self._spilled:
            self._spilled = False
            try:
                for path in journal_files(self._folder, self._journal.worker_id):
                    await self._apply_file(path)
            except BaseException:
                self._spilled = True
                raise

    def _kept_segment(self) -> int:
        """The oldest segment that may hold what the database does not have."""
        if self._spilled:
            return 0
        return self._pending[0][1] if self._pending else self._journal.segment

    async def _apply_file(self, path: Path) -> None:
        batch: list[Settlement] = []
        for item in records(path):
            batch.append(item)
            if len(batch) >= BATCH:
                await self._apply(batch)
                batch = []
        if batch:
            await self._apply(batch)

    async def _apply(self, batch: Sequence[Settlement]) -> None:
        applied = await self._applier.apply(self._journal.worker_id, batch)
        for account, amount in applied.charged.items():
            self._book.applied(account, amount)

    async def _tend_leases(self) -> None:
        """Once a second: renews what runs low, gives back what nobody asks for."""
        now = self._clock.monotonic()
        idle = []
        for account, lease in list(self._book.leases.items()):
            rate = lease.recent
            lease.recent = 0
            self._ahead[account] = rate
            if rate and lease.free < _LOW * rate:
                async with self._growing.setdefault(account, asyncio.Lock()):
                    await self._grow(account, max(2 * rate - lease.free, 0), _FULL * rate)
            elif not rate and not lease.reserved and now - lease.touched > lease.keep_s and lease.free > 0:
                idle.append(account)
        await self._give_back(idle)
        self._book.forget_empty()
        for account in self._ahead.keys() - self._book.leases.keys():
            del self._ahead[account]
            self._growing.pop(account, None)

    async def beat(self) -> None:
        """Tells the other workers that this one lives, and takes back what silent ones held. Raises DatabaseAway."""
        async with self._db.write() as conn:
            held = await beat(conn, self._journal.worker_id, self._clock.now_ms())
            silent = await self._watch.return_silent(conn, self._clock.monotonic())
        for worker in silent:
            _log.warning("a worker was silent for too long; its leases went back", worker=worker)
        if not held and not any(lock.locked() for lock in self._growing.values()):
            self._book.drop_free()

    async def close(self) -> None:
        """Applies what is left and gives every lease back; what the database does not take stays in the journal."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*self._grown, return_exceptions=True)
        done = False
        try:
            while self._pending or self._spilled:
                await self.apply_pending()
            async with self._db.write() as conn:
                await return_leases(conn, self._journal.worker_id)
            done = True
        except DatabaseAway as error:
            _log.warning("the journal is kept for the next start", reason=str(error))
        finally:
            self._journal.close(drop=done)


async def recover(db: Database, folder: Path) -> int:
    """Replays the journals of workers that died, and gives their leases back. Returns how many settlements were new.

    Raises DatabaseAway.
    """
    applier = Applier(db, folder)
    total = 0
    for worker in dead_workers(folder):
        for path in journal_files(folder, worker):
            batch = list(records(path))
            for at in range(0, len(batch), BATCH):
                total += (await applier.apply(worker, batch[at : at + BATCH], old=True)).new
            if damaged(path):
                kept = path.rename(path.with_suffix(".damaged"))
                _log.error("a journal is damaged; what follows the damage is not charged", file=str(kept))
        async with db.write() as conn:
            await return_leases(conn, worker)
        drop_worker(folder, worker)
    return total
