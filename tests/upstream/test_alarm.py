"""One deadline after another on one timer."""

from __future__ import annotations

import asyncio

from sluice.upstream.alarm import Alarm


async def test_it_calls_at_its_time_and_not_before() -> None:
    loop = asyncio.get_running_loop()
    called: asyncio.Future[float] = loop.create_future()
    due = loop.time() + 0.03
    Alarm().set(due, lambda: called.set_result(loop.time()))
    assert await called >= due


async def test_a_later_deadline_takes_the_place_of_one_that_was_cleared() -> None:
    loop = asyncio.get_running_loop()
    called: asyncio.Future[float] = loop.create_future()
    alarm, due = Alarm(), loop.time() + 0.06
    alarm.set(loop.time() + 0.01, lambda: called.set_exception(AssertionError("cleared")))
    alarm.clear()
    alarm.set(due, lambda: called.set_result(loop.time()))
    assert await called >= due


async def test_an_earlier_deadline_does_not_wait_for_the_one_before() -> None:
    loop = asyncio.get_running_loop()
    called = asyncio.Event()
    alarm = Alarm()
    alarm.set(loop.time() + 3600, called.set)
    alarm.clear()
    alarm.set(loop.time(), called.set)
    await asyncio.wait_for(called.wait(), 30)


async def test_what_was_cleared_or_stopped_calls_nobody() -> None:
    loop = asyncio.get_running_loop()
    calls: list[int] = []
    cleared, stopped = Alarm(), Alarm()
    for alarm in (cleared, stopped):
        alarm.set(loop.time(), lambda: calls.append(1))
    cleared.clear()
    stopped.stop()
    later = asyncio.Event()
    Alarm().set(loop.time() + 0.02, later.set)
    await later.wait()
    assert not calls
