"""Totals: whatever of them is kept and whatever is read from the log, they are the sums of the log."""

from __future__ import annotations

import math
import random
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent.parent))

from ledger_tools import CHANCE, settlement

from sluice.accounting.settlement import AttemptRecord, Settlement
from sluice.base.ids import request_id
from sluice.storage.apply import Applier
from sluice.storage.engine import Database
from sluice.storage.manage import facets, requests, stats, troubles
from sluice.storage.manage.requests import RequestFilter
from sluice.storage.manage.stats import Dimension, Slots
from sluice.storage.manage.summary import Timing, summary
from sluice.storage.tables import usage_totals
from sluice.storage.usage_totals import DAY_MS, SUMS, WINDOW_MS, Kind, window_kind
from sluice.storage.usage_windows import renew_windows

HOUR = 3_600_000
START = 1_790_000_000_000 // (24 * HOUR) * 24 * HOUR
KEYS = {
    Dimension.MODEL: "model",
    Dimension.CHANNEL: "channel_id",
    Dimension.USER: "user_id",
    Dimension.TOKEN: "token_id",
}


@pytest.fixture
async def rows(database: Database, tmp_path: Path) -> list[requests.RequestRecord]:
    """Three days of requests, some of them settled twice."""
    chance = random.Random(3)
    items = []
    for _ in range(300):
        at = START + chance.randrange(72 * HOUR)
        items.append(
            settlement(
                {},
                id=request_id(at, chance),
                created_ms=at,
                model=chance.choice(("m1", "m2", "模型")),
                channel_id=chance.randrange(3),
                user_id=chance.randrange(1, 4),
                token_id=chance.randrange(1, 12),
                status=chance.choice((200, 200, 200, 429, 502)),
                charge_nano=chance.randrange(10**6),
                duration_ms=chance.randrange(5000),
                first_ms=chance.choice((0, chance.randrange(1, 900))),
            )
        )
    applier = Applier(database, tmp_path)
    await applier.apply("w", items[:200])
    await applier.apply("w", items[100:])
    async with database.read() as conn:
        page = await requests.list_requests(conn, RequestFilter(), limit=1000)
    assert len(page.items) == len(items)
    return list(page.items)


def _expected(
    rows: list[requests.RequestRecord], wanted: RequestFilter, slots: Slots, dimension: Dimension
) -> dict[tuple[int, str], list[int]]:
    found: dict[tuple[int, str], list[int]] = {}
    names = ("user_id", "token_id", "channel_id", "model")
    for row in rows:
        if not slots.since_ms <= row.created_ms < slots.until_ms:
            continue
        if any(getattr(wanted, name) not in (None, getattr(row, name)) for name in names):
            continue
        start = slots.since_ms
        if slots.bucket_ms:
            start = (row.created_ms + slots.offset_ms) // slots.bucket_ms * slots.bucket_ms - slots.offset_ms
        key = str(getattr(row, KEYS[dimension])) if dimension in KEYS else ""
        sums = found.setdefault((start, key), [0] * len(SUMS))
        one = {"requests": 1, "errors": int(row.status >= 400)}
        for place, name in enumerate(SUMS):
            sums[place] += one[name] if name in one else getattr(row, name)
    return found


@pytest.mark.parametrize("dimension", Dimension)
async def test_totals_are_the_sums_of_the_log(
    database: Database, rows: list[requests.RequestRecord], dimension: Dimension
) -> None:
    ranges = [
        (START, START + 72 * HOUR),
        (START + 1, START + 72 * HOUR - 1),
        (START + 5 * HOUR + 7, START + 5 * HOUR + 9_000_000),
        (START + 100, START + 200_000),
        (START + 30 * HOUR, START + 31 * HOUR),
    ]
    filters = (
        RequestFilter(),
        RequestFilter(model="模型"),
        RequestFilter(user_id=2),
        RequestFilter(token_id=5),
        RequestFilter(channel_id=1, model="m1"),
    )
    async with database.read() as conn:
        for since, until in ranges:
            for bucket, offset in ((0, 0), (HOUR, 0), (24 * HOUR, 0), (24 * HOUR, 330 * 60_000), (60_000 * 30, 0)):
                slots = Slots(since_ms=since, until_ms=until, bucket_ms=bucket, offset_ms=offset)
                for wanted in filters:
                    found = await stats.totals(conn, wanted, slots, dimension)
                    made = {(one.start_ms, one.key): [getattr(one, name) for name in SUMS] for one in found}
                    assert made == _expected(rows, wanted, slots, dimension), (slots, wanted)


async def test_the_top_keys_are_those_that_were_charged_most(
    database: Database, rows: list[requests.RequestRecord]
) -> None:
    slots = Slots(since_ms=START + 5, until_ms=START + 72 * HOUR - 5, bucket_ms=24 * HOUR)
    whole = Slots(since_ms=slots.since_ms, until_ms=slots.until_ms)
    spent = {
        key: sums[SUMS.index("charge_nano")]
        for (_, key), sums in _expected(rows, RequestFilter(), whole, Dimension.TOKEN).items()
    }
    best = sorted(spent, key=lambda key: -spent[key])[:3]
    async with database.read() as conn:
        for cut in (slots, whole):
            found = await stats.totals(conn, RequestFilter(), cut, Dimension.TOKEN, top=3)
            assert {one.key for one in found} == set(best)


def _spread(count: int, days: int, chance: random.Random) -> list[Settlement]:
    """Requests of many days before START, by thirty tokens of three users."""
    made = []
    for _ in range(count):
        at, token = START - 1 - chance.randrange(days * DAY_MS), chance.randrange(1, 31)
        owner = {"token_id": token, "user_id": 1 + token % 3}
        made.append(
            settlement({}, id=request_id(at, chance), created_ms=at, charge_nano=chance.randrange(10**6), **owner)
        )
    return made


async def _kept(database: Database, kind: str, since_ms: int) -> dict[str, tuple[int, ...]]:
    """Key -> its sums over four weeks."""
    table = usage_totals.c
    within = (table.kind == kind, table.start_ms >= since_ms, table.start_ms < since_ms + WINDOW_MS)
    query = sa.select(table.key, *(sa.func.sum(table[name]) for name in SUMS)).where(*within).group_by(table.key)
    async with database.read() as conn:
        return {key: tuple(int(value) for value in sums) for key, *sums in await conn.execute(query)}


async def test_a_window_holds_what_its_days_hold_and_ranks_like_them(database: Database, tmp_path: Path) -> None:
    chance = random.Random(4)
    items = _spread(900, 40, chance)
    applier = Applier(database, tmp_path)
    await applier.apply("w", items[:600])
    assert await renew_windows(database, START, many=10_000) == []  # few rows are added up as they are
    assert await renew_windows(database, START, many=100) == [Kind.TOKEN]
    assert await renew_windows(database, START + DAY_MS - 1, many=100) == []
    await applier.apply("w", items[500:])  # some known, some of days in the window, some older
    first = START - WINDOW_MS
    async with database.read() as conn:
        assert (
            await conn.scalar(sa.select(sa.func.min(usage_totals.c.start_ms)).where(usage_totals.c.kind == "token_4w"))
            == first
        )
    days = await _kept(database, Kind.TOKEN, first)
    assert await _kept(database, window_kind(Kind.TOKEN), first) == days
    assert len(days) == 30

    for since, until in ((START - 30 * DAY_MS + 5, START + 7), (first, START), (START - 35 * DAY_MS, START - DAY_MS)):
        spent: Counter[str] = Counter()
        for item in items:
            if since // DAY_MS <= item.created_ms // DAY_MS <= (until - 1) // DAY_MS:
                spent[str(item.token_id)] += item.charge_nano
        async with database.read() as conn:
            slots = Slots(since_ms=since, until_ms=until)
            found = await stats.totals(conn, RequestFilter(), slots, Dimension.TOKEN, top=4)
        assert {one.key for one in found} == {key for key, _ in spent.most_common(4)}, (since, until)

    assert await renew_windows(database, START + DAY_MS, many=100) == [Kind.TOKEN]
    moved = first + DAY_MS
    assert await _kept(database, window_kind(Kind.TOKEN), moved) == await _kept(database, Kind.TOKEN, moved)


async def test_facets_count_the_newest(database: Database, rows: list[requests.RequestRecord]) -> None:
    async with database.read() as conn:
        found = await facets.facets(conn, RequestFilter(failed=True))
        few = await facets.facets(conn, RequestFilter(), most=50)
    failed = [row for row in rows if row.status >= 400]
    assert (found.counted, found.complete) == (len(failed), True)
    assert {one.value: one.count for one in found.fields["status"]} == {
        str(status): sum(row.status == status for row in failed) for status in (429, 502)
    }
    assert (few.counted, few.complete) == (50, False)
    newest = [row.model for row in rows[:50]]
    assert {one.value: one.count for one in few.fields["model"]} == {name: newest.count(name) for name in set(newest)}


def _fits(row: requests.RequestRecord, wanted: RequestFilter) -> bool:
    equal = all(getattr(wanted, name) in (None, getattr(row, name)) for name in (*KEYS.values(), "status"))
    return equal and wanted.failed in (None, row.status >= 400) and row.duration_ms >= (wanted.min_duration_ms or 0)


def _quantile(values: list[int], share: float) -> int | None:
    return sorted(values)[math.ceil(share * len(values)) - 1] if values else None


async def test_a_summary_is_that_of_the_log_whatever_is_asked_for(
    database: Database, rows: list[requests.RequestRecord]
) -> None:
    filters = [
        RequestFilter(**changes)
        for changes in (
            {},
            {"failed": True},
            {"failed": False},
            {"status": 502},
            {"min_duration_ms": 2500},
            {"model": "模型", "failed": False},
            {"model": "m1", "failed": True},
            {"channel_id": 1, "model": "m1"},
            {"token_id": 5},
            {"user_id": 2, "failed": True},
            {"token_id": 999},
        )
    ]
    async with database.read() as conn:
        for since, until in ((START, START + 72 * HOUR), (START + 77, START + 31 * HOUR + 5)):
            for wanted in (replace(one, since_ms=since, until_ms=until) for one in filters):
                found = await summary(conn, wanted, bucket_ms=HOUR)
                fitting = [row for row in rows if since <= row.created_ms < until and _fits(row, wanted)]
                assert (found.since_ms, found.exact, found.sampled) == (since, True, len(fitting)), wanted
                for name in ("input_tokens", "cached_tokens", "output_tokens", "charge_nano"):
                    assert sum(getattr(bar, name) for bar in found.bars) == sum(getattr(row, name) for row in fitting)
                counts = Counter(row.created_ms // HOUR * HOUR for row in fitting)
                assert {bar.start_ms: bar.requests for bar in found.bars} == counts
                assert sum(bar.errors for bar in found.bars) == sum(row.status >= 400 for row in fitting)
                durations = [row.duration_ms for row in fitting]
                assert found.duration == Timing(median=_quantile(durations, 0.5), p95=_quantile(durations, 0.95))
                firsts = [row.first_ms for row in fitting if row.first_ms]
                assert found.first == Timing(median=_quantile(firsts, 0.5), p95=_quantile(firsts, 0.95))


async def test_a_summary_says_from_when_on_it_counts_and_how_many_it_timed(
    database: Database, rows: list[requests.RequestRecord]
) -> None:
    wanted = RequestFilter(since_ms=START, until_ms=START + 72 * HOUR)
    async with database.read() as conn:
        slow = await summary(conn, replace(wanted, min_duration_ms=1), bucket_ms=HOUR, looked=50)
        sample = await summary(conn, wanted, bucket_ms=24 * HOUR, exact=299, sampled=90)
        broken = await summary(conn, replace(wanted, failed=True, model="m1"), bucket_ms=HOUR, looked=70)
        none = await summary(conn, RequestFilter(since_ms=0, until_ms=1), bucket_ms=HOUR)
    assert slow.since_ms == rows[49].created_ms
    assert sum(bar.requests for bar in slow.bars) == sum(row.duration_ms > 0 for row in rows[:50])
    assert (sample.since_ms, sample.exact, sum(bar.requests for bar in sample.bars)) == (START, False, len(rows))
    assert 60 <= sample.sampled <= 90
    durations = sorted(row.duration_ms for row in rows)
    assert sample.duration.median is not None
    assert 0.35 < durations.index(sample.duration.median) / len(rows) < 0.65
    # Of the two indexes that could be walked, the one that reaches further back.
    ends = ([row for row in rows if row.status >= 400][69], [row for row in rows if row.model == "m1"][69])
    assert broken.since_ms == min(row.created_ms for row in ends)
    assert (none.bars, none.since_ms, none.exact, none.sampled) == ((), 0, True, 0)


async def test_troubles_are_the_newest_failure_of_each_channel(database: Database, tmp_path: Path) -> None:
    def tried(at: int, *tries: tuple[int, str]) -> Settlement:
        made = tuple(AttemptRecord(channel, 0, 0, 5, 502, outcome, f"{outcome} at {at}") for channel, outcome in tries)
        return settlement({}, id=request_id(START + at, CHANCE), created_ms=START + at, attempts=made)

    items = [
        tried(1, (1, "server"), (2, "ok")),
        tried(2, (1, "timeout"), (3, "auth"), (1, "credential"), (2, "ok")),
        tried(3, (1, "ok")),
        tried(4, (4, "request")),
        tried(5, (5, "client_gone")),
    ]
    await Applier(database, tmp_path).apply("w", items)
    async with database.read() as conn:
        found, complete = await troubles.latest(conn, START)
        late, _ = await troubles.latest(conn, START + 2)
        few, cut = await troubles.latest(conn, START, most=2)
    seen = {one.channel_id: (one.failures, one.last_ms - START, one.message) for one in found}
    assert seen == {1: (3, 2, "credential at 2"), 3: (1, 2, "auth at 2")}
    assert complete
    assert {one.channel_id: one.failures for one in late} == {1: 2, 3: 1}
    assert (sum(one.failures for one in few), cut) == (2, False)


@pytest.mark.parametrize("stretch", [7, 1000])
async def test_the_log_is_walked_whole_in_short_stretches(
    database: Database, rows: list[requests.RequestRecord], stretch: int
) -> None:
    for wanted in (RequestFilter(), RequestFilter(failed=True, model="m1"), RequestFilter(status=502, user_id=1)):
        found: list[str] = []
        cursor = None
        async with database.read() as conn:
            while True:
                page = await requests.list_requests(conn, wanted, limit=5, cursor=cursor, stretch=stretch)
                found += [row.id for row in page.items]
                cursor = page.next
                if cursor is None:
                    break
        assert found == [
            row.id
            for row in rows
            if (wanted.failed is None or row.status >= 400)
            and wanted.model in (None, row.model)
            and wanted.status in (None, row.status)
            and wanted.user_id in (None, row.user_id)
        ]
