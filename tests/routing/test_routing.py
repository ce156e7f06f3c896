"""Which channel comes first, which comes after, and when trying ends."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault
from sluice.routing.explain import Reason, explain
from sluice.routing.health import HealthBook, HealthPolicy
from sluice.routing.plan import BRIDGED, LAST_RESORT, plan
from sluice.routing.snapshot import Channel, Snapshot, index_routes
from sluice.routing.verdict import RetryPolicy, Verdict, verdict
from sluice.vendors.dialect import ChannelSpec


@dataclass
class _Speaks:
    """The one thing routing asks of a dialect."""

    formats: frozenset[Format]

    def serves(self, fmt: Format) -> bool:
        return fmt in self.formats


def _channel(number: int, **changes) -> Channel:
    mapping = changes.pop("mapping", {})
    formats = changes.pop("formats", {Format.OPENAI_CHAT})
    spec = ChannelSpec(provider="p", base_url="", key="k", model_mapping=mapping)
    fields = {"id": number, "name": f"c{number}", "models": ("m",), **changes}
    return Channel(spec=spec, dialect=_Speaks(frozenset(formats)), **fields)


def _snapshot(*channels: Channel) -> Snapshot:
    routes, known = index_routes(channels)
    return Snapshot(revision=1, tokens={}, routes=routes, known=known, multipliers={}, prices={})


def _order(snapshot: Snapshot, health: HealthBook | None = None, seed: int = 0, now: float = 0.0) -> list[int]:
    made = plan(snapshot, "default", "m", Format.OPENAI_CHAT, health or HealthBook(), random.Random(seed), now)
    out = []
    while (channel := made.next()) is not None:
        out.append(channel.id)
    return out


def test_equal_channels_share_evenly() -> None:
    snapshot = _snapshot(_channel(1), _channel(2))
    firsts = Counter(_order(snapshot, seed=seed)[0] for seed in range(2000))
    assert 900 <= firsts[1] <= 1100


def test_weights_share_in_proportion() -> None:
    snapshot = _snapshot(_channel(1, weight=3), _channel(2, weight=1), _channel(3, weight=0))
    firsts = Counter(_order(snapshot, seed=seed)[0] for seed in range(5000))
    assert 2850 <= firsts[1] <= 3150
    assert 900 <= firsts[3] <= 1100, "a weight below 1 counts as 1"


@pytest.mark.parametrize(("high", "low"), [(10, 0), (0, -1), (-1, -5), (1, -1)])
def test_higher_priority_takes_all(high: int, low: int) -> None:
    snapshot = _snapshot(_channel(1, priority=low), _channel(2, priority=high), _channel(3, priority=high))
    for seed in range(50):
        assert set(_order(snapshot, seed=seed)[:2]) == {2, 3}
        assert _order(snapshot, seed=seed)[2] == 1


def test_resting_channels_come_last_soonest_awake_first() -> None:
    health = HealthBook()
    health.failed(1, Fault(cause=Cause.RATE, message="", retry_after=60), 0.0)
    health.failed(2, Fault(cause=Cause.RATE, message="", retry_after=30), 0.0)
    snapshot = _snapshot(_channel(1, priority=9), _channel(2, priority=9), _channel(3))
    assert _order(snapshot, health, now=1.0) == [3, 2, 1]
    assert _order(snapshot, health, now=61.0)[-1] == 3


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 5)), min_size=1, max_size=12), st.integers(0, 999))
def test_every_candidate_is_tried_once_in_priority_order(members: list[tuple[int, int]], seed: int) -> None:
    channels = [_channel(i, priority=p, weight=w) for i, (p, w) in enumerate(members)]
    order = _order(_snapshot(*channels), seed=seed)
    assert sorted(order) == list(range(len(members)))
    priorities = [members[i][0] for i in order]
    assert priorities == sorted(priorities, reverse=True)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),  # priority
            st.integers(0, 4),  # weight
            st.sampled_from(["native", "bridged", "mute"]),
            st.booleans(),  # enabled
            st.booleans(),  # resting
            st.sampled_from(["default", "vip"]),
        ),
        max_size=8,
    ),
    st.integers(0, 999),
)
def test_what_is_explained_is_what_is_planned(members: list[tuple[int, int, str, bool, bool, str]], seed: int) -> None:
    health = HealthBook()
    channels = []
    for number, (priority, weight, speech, enabled, resting, group) in enumerate(members):
        formats = {Format.OPENAI_CHAT} if speech == "native" else {Format.EMBEDDINGS}
        bridges = {Format.OPENAI_CHAT: object()} if speech == "bridged" else {}
        changes = {"priority": priority, "weight": weight, "formats": formats, "bridges": bridges, "groups": (group,)}
        channels.append(_channel(number, enabled=enabled, **changes))
        if resting:
            health.failed(number, Fault(cause=Cause.RATE, message="", retry_after=10 + number), 0.0)
    snapshot = replace(_snapshot(*channels), channels={channel.id: channel for channel in channels})
    told = explain(snapshot, "default", "m", Format.OPENAI_CHAT, health, 1.0)
    asked = {one.channel.id: one for one in told if one.rank >= 0}
    assert {one.channel.id for one in told} == set(range(len(members))), "every one of them lists the model"
    assert sum(one.chance for one in told) == pytest.approx(1.0 if asked else 0.0)
    for number, (_, _, speech, enabled, resting, group) in enumerate(members):
        usable = enabled and group == "default" and speech != "mute"
        assert (number in asked) == usable
        reason = next(one.reason for one in told if one.channel.id == number)
        assert (reason is Reason.RESTING) == (usable and resting)
    if not asked:
        return
    made = plan(snapshot, "default", "m", Format.OPENAI_CHAT, health, random.Random(seed), 1.0)
    order = []
    while (channel := made.next()) is not None:
        order.append(channel.id)
        priority, weight, weights, among, _, marks = made.choice(channel)
        assert (priority, weight) == (channel.priority, max(channel.weight, 1))
        assert bool(marks & LAST_RESORT) == members[channel.id][4]
        assert bool(marks & BRIDGED) == (members[channel.id][2] == "bridged") == asked[channel.id].bridged
        if len(order) == 1:
            assert asked[channel.id].chance == pytest.approx(weight / weights)
            assert among == sum(one.chance > 0 for one in told)
    ranks = [asked[number].rank for number in order]
    assert ranks == sorted(ranks)
    assert len(ranks) == len(asked)


def test_a_model_of_nearly_the_same_name_is_pointed_out() -> None:
    channels = [_channel(1, models=("OpenAI/GPT-4o",)), _channel(2, mapping={"gpt-4o ": "m"}), _channel(3)]
    snapshot = replace(_snapshot(*channels), channels={channel.id: channel for channel in channels})
    told = explain(snapshot, "default", "gpt-4o", Format.OPENAI_CHAT, HealthBook(), 0.0)
    assert [(one.channel.id, one.reason, one.model) for one in told] == [
        (1, Reason.NAME, "OpenAI/GPT-4o"),
        (2, Reason.NAME, "gpt-4o "),
    ]


@pytest.mark.parametrize("asked", ["M", "m ", "m-latest", "", "mm"])
def test_names_match_exactly(asked: str) -> None:
    with pytest.raises(GatewayError) as caught:
        plan(_snapshot(_channel(1)), "default", asked, Format.OPENAI_CHAT, HealthBook(), random.Random(0), 0.0)
    assert (caught.value.status, caught.value.code, caught.value.should_retry) == (404, "model_not_found", False)


def test_disabled_channels_are_known_but_not_used() -> None:
    snapshot = _snapshot(_channel(1, enabled=False))
    with pytest.raises(GatewayError) as caught:
        _order(snapshot)
    assert (caught.value.status, caught.value.code) == (503, "no_available_channel")


def test_a_format_no_channel_speaks() -> None:
    snapshot = _snapshot(_channel(1, formats={Format.EMBEDDINGS}))
    with pytest.raises(GatewayError) as caught:
        _order(snapshot)
    assert caught.value.status == 404
    mixed = _snapshot(_channel(1, formats={Format.EMBEDDINGS}), _channel(2))
    assert _order(mixed) == [2]


def test_mapped_names_and_groups_are_routes() -> None:
    routes, known = index_routes([_channel(1, mapping={"alias": "m"}, groups=("vip", "default"))])
    assert set(routes) == {("vip", "m"), ("default", "m"), ("vip", "alias"), ("default", "alias")} == known


def test_health_tolerates_then_rests_longer_each_time() -> None:
    book = HealthBook(HealthPolicy(tolerated=2, first_rest=5, longest_rest=15))
    broken = Fault(cause=Cause.SERVER, message="")
    for _ in range(2):
        book.failed(1, broken, 0.0)
        assert book.healthy(1, 0.0)
    for rest in (5.0, 10.0, 15.0, 15.0):
        book.failed(1, broken, 100.0)
        assert book.rests_until(1) == 100.0 + rest
    book.succeeded(1)
    assert book.healthy(1, 0.0)


@pytest.mark.parametrize("cause", [Cause.REQUEST, Cause.MODEL, Cause.CREDENTIAL])
def test_a_refused_request_says_nothing_about_health(cause: Cause) -> None:
    book = HealthBook()
    for _ in range(10):
        book.failed(1, Fault(cause=cause, message=""), 0.0)
    assert book.trouble(1) is None


def test_health_forgets_deleted_channels() -> None:
    book = HealthBook()
    book.failed(7, Fault(cause=Cause.AUTH, message=""), 0.0)
    book.keep_only(frozenset({1}))
    assert book.healthy(7, 0.0)


@pytest.mark.parametrize("cause", list(Cause))
def test_verdict_table(cause: Cause) -> None:
    fault = Fault(cause=cause, message="")
    judged = verdict(fault, [(1, 0, cause)], RetryPolicy())
    expected = {Cause.REQUEST: Verdict.STOP, Cause.CREDENTIAL: Verdict.AGAIN}.get(cause, Verdict.NEXT)
    assert judged is expected


def test_verdict_mints_afresh_only_once_per_channel_and_key() -> None:
    fault = Fault(cause=Cause.CREDENTIAL, message="")
    tried = [(1, 0, Cause.CREDENTIAL), (1, 0, Cause.CREDENTIAL)]
    assert verdict(fault, tried, RetryPolicy()) is Verdict.NEXT
    assert verdict(fault, [*tried, (2, 0, Cause.CREDENTIAL)], RetryPolicy()) is Verdict.AGAIN
    assert verdict(fault, [*tried, (1, 2, Cause.CREDENTIAL)], RetryPolicy()) is Verdict.AGAIN


def test_verdict_ends_at_the_limit() -> None:
    fault = Fault(cause=Cause.SERVER, message="")
    assert verdict(fault, [(1, 0, Cause.SERVER), (2, 0, Cause.SERVER)], RetryPolicy(max_attempts=2)) is Verdict.STOP


def test_of_one_priority_those_that_speak_the_clients_protocol_come_first() -> None:
    bridged = {"formats": {Format.ANTHROPIC}, "bridges": {Format.OPENAI_CHAT: None}}
    snapshot = _snapshot(
        _channel(1, **bridged), _channel(2), _channel(3, priority=5, **bridged), _channel(4, **bridged)
    )
    for seed in range(20):
        order = _order(snapshot, seed=seed)
        assert order[:2] == [3, 2]
        assert set(order[2:]) == {1, 4}


def test_a_bridge_alone_will_do() -> None:
    snapshot = _snapshot(_channel(1, formats={Format.ANTHROPIC}, bridges={Format.OPENAI_CHAT: None}))
    assert _order(snapshot) == [1]
