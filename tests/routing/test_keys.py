"""Whose turn it is among the keys of one channel, and which of them rest."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from sluice.base.outcome import Cause, Fault
from sluice.routing.keys import KEY_FAULTS, KeyBook
from sluice.routing.snapshot import Channel
from sluice.vendors.dialect import ChannelSpec
from sluice.vendors.registry import bind

REFUSED = Fault(cause=Cause.AUTH, message="")


def _channel(keys: int, number: int = 1) -> Channel:
    dialect = bind(ChannelSpec(provider="openai", base_url="", key="k"))
    bound = [
        Channel(id=number, name="c", spec=dialect.spec, dialect=dialect, models=("m",), key_id=key)
        for key in range(1, keys + 1)
    ]
    return replace(bound[0], ring=tuple(bound))


def _book(seed: int = 0) -> KeyBook:
    return KeyBook(random.Random(seed))


def test_keys_take_turns() -> None:
    book, channel = _book(), _channel(3)
    assert Counter(book.turn(channel, 0.0).key_id for _ in range(300)) == {1: 100, 2: 100, 3: 100}


def test_workers_do_not_all_begin_with_the_first() -> None:
    channel = _channel(3)
    firsts = Counter(_book(seed).turn(channel, 0.0).key_id for seed in range(300))
    assert min(firsts[key] for key in (1, 2, 3)) > 60


def test_a_refused_key_is_left_out_and_the_others_share_alike() -> None:
    book, channel = _book(), _channel(4)
    bad = book.turn(channel, 0.0)
    assert book.failed(bad, REFUSED, 0.0)
    shares = Counter(book.turn(channel, 1.0).key_id for _ in range(300))
    assert bad.key_id not in shares
    assert set(shares.values()) == {100}


def test_a_refusal_that_repeats_rests_ever_longer_and_success_ends_it() -> None:
    book, channel = _book(), _channel(2)
    bad = book.turn(channel, 0.0)
    good = channel.ring[bad.key_id % 2]
    book.failed(bad, REFUSED, 0.0)
    assert book.other(channel, [good.key_id], 59.0) is None
    assert book.other(channel, [good.key_id], 60.0) is bad
    book.failed(bad, REFUSED, 60.0)
    assert book.other(channel, [good.key_id], 179.0) is None
    assert book.other(channel, [good.key_id], 180.0) is bad
    book.failed(bad, REFUSED, 180.0)
    book.succeeded(bad)
    assert book.other(channel, [good.key_id], 181.0) is bad


def test_too_many_requests_rest_a_key_as_long_as_the_upstream_says() -> None:
    book, channel = _book(), _channel(2)
    busy = book.turn(channel, 0.0)
    assert book.failed(busy, Fault(cause=Cause.RATE, message="", retry_after=20.0), 0.0)
    assert {book.turn(channel, 19.0).key_id for _ in range(4)} == {3 - busy.key_id}
    assert {book.turn(channel, 20.0).key_id for _ in range(4)} == {1, 2}


def test_when_all_rest_the_channel_is_in_trouble_and_the_first_to_wake_is_asked() -> None:
    book, channel = _book(), _channel(2)
    first = book.turn(channel, 0.0)
    assert book.failed(first, REFUSED, 0.0)
    second = book.turn(channel, 1.0)
    assert not book.failed(second, REFUSED, 1.0)
    assert book.turn(channel, 2.0) is first
    assert book.other(channel, [], 2.0) is None


@pytest.mark.parametrize("cause", sorted(set(Cause) - KEY_FAULTS, key=lambda cause: cause.value))
def test_what_is_not_the_keys_fault_is_the_channels(cause: Cause) -> None:
    book, channel = _book(), _channel(2)
    assert not book.failed(book.turn(channel, 0.0), Fault(cause=cause, message=""), 0.0)
    assert {book.turn(channel, 0.0).key_id for _ in range(2)} == {1, 2}


def test_a_key_is_not_tried_twice_for_one_request() -> None:
    book, channel = _book(), _channel(3)
    tried: list[int] = []
    while (bound := book.other(channel, tried, 0.0)) is not None:
        tried.append(bound.key_id)
    assert sorted(tried) == [1, 2, 3]


def test_a_channel_that_was_changed_or_is_gone_begins_afresh() -> None:
    book, channel = _book(), _channel(2)
    for bound in channel.ring:
        book.turn(channel, 0.0)
        book.failed(bound, REFUSED, 0.0)
    changed = _channel(2)
    assert {book.turn(changed, 0.0).key_id for _ in range(2)} == {1, 2}
    book.failed(changed.ring[0], REFUSED, 0.0)
    book.keep_only(frozenset())
    assert {book.turn(changed, 0.0).key_id for _ in range(2)} == {1, 2}
