"""Proofs of thought kept for clients that drop them: bounded, aged, never anybody else's."""

from __future__ import annotations

import pytest

from sluice.formats.canon import Ended, PartBegan, PartEnded, PartGrew, Reasoning, Text, ToolCall, Turn
from sluice.formats.keepsakes import Gatherer, Keepsakes, Owner
from sluice.formats.proofs import Marker, cleared, maker_id, marked

MAKER, OTHER = maker_id("a", "m"), maker_id("b", "m")
PROOF = marked(Reasoning(text="Hm.", signature="sig"), MAKER)
CALL = ToolCall(id="call_1", name="f", arguments='{"a":1,"b":[2.50]}')
HOUR_MS = 3_600_000


def turn(*parts: object) -> Turn:
    return Turn(role="assistant", parts=parts)  # type: ignore[arg-type]


def test_a_proof_comes_back_before_its_call() -> None:
    mine = Owner(Keepsakes(), 1, 0)
    mine.keep_all([PROOF, Text(text="I look."), CALL, ToolCall(id="call_2", name="g", arguments="{}")])
    said = (turn(Text(text="I look."), CALL, ToolCall(id="call_2", name="g", arguments="")),)
    (restored,) = mine.restored(said, MAKER)
    assert restored.parts == (PROOF, *said[0].parts)
    (late,) = Owner(mine.store, 1, 0).restored((turn(Reasoning(text="Hm."), CALL),), MAKER)
    assert late.parts == (PROOF, CALL), "the words are among what was kept"


def test_a_proof_that_came_after_words_comes_back_after_them() -> None:
    mine = Owner(Keepsakes(), 1, 0)
    mine.keep_all([Text(text="I look."), PROOF, CALL])
    (restored,) = mine.restored((turn(Text(text="I look."), CALL),), MAKER)
    assert restored.parts == (Text(text="I look."), PROOF, CALL)


def test_the_call_may_be_written_another_way_but_must_be_the_same() -> None:
    mine = Owner(Keepsakes(), 1, 0)
    mine.keep_all([PROOF, CALL])
    same = ToolCall(id="call_1", name="f", arguments='{ "b": [2.5], "a": 1 }')
    assert mine.restored((turn(same),), MAKER)[0].parts[0] == PROOF
    for other in (
        ToolCall(id="call_1", name="f", arguments='{"a":2,"b":[2.5]}'),
        ToolCall(id="call_1", name="g", arguments=CALL.arguments),
        ToolCall(id="call_1", name="f", arguments="{not json"),
        ToolCall(id="call_9", name="f", arguments=CALL.arguments),
    ):
        assert mine.restored((turn(other),), MAKER)[0].parts == (other,)


def test_nobody_else_finds_it_and_no_other_maker_gets_it() -> None:
    store = Keepsakes()
    Owner(store, 1, 0).keep_all([PROOF, CALL])
    assert Owner(store, 2, 0).restored((turn(CALL),), MAKER)[0].parts == (CALL,)
    assert Owner(store, 1, 0).restored((turn(CALL),), OTHER)[0].parts == (CALL,)


def test_what_proves_nothing_is_not_kept() -> None:
    store = Keepsakes()
    Owner(store, 1, 0).keep_all([Reasoning(text="Hm."), Text(text="I look."), CALL])
    Owner(store, 1, 0).keep_all([PROOF, Text(text="no call")])
    assert len(store) == store.bytes == 0


def test_it_is_bounded_in_number_bytes_and_age() -> None:
    store = Keepsakes(most=5, most_each=3, most_bytes=5000, most_bytes_of_one=2000, lifetime_ms=HOUR_MS)

    def keep(owner: int, number: int, proof: str = "s") -> None:
        call = ToolCall(id=str(number), name="f", arguments="{}")
        store.keep(owner, call, [Reasoning(signature=proof)], first=True, now_ms=0)

    def kept(owner: int, number: int, now_ms: int = 0) -> bool:
        return store.recall(owner, ToolCall(id=str(number), name="f", arguments="{}"), now_ms) is not None

    for number in range(4):
        keep(1, number)
    assert [kept(1, number) for number in range(4)] == [False, True, True, True], "an owner's oldest goes first"
    for number in range(3):
        keep(2, number)
    assert [kept(1, 1), kept(1, 2), len(store)] == [False, True, 5], "then everybody's oldest"
    keep(3, 1, "x" * 1600)
    keep(3, 2, "x" * 1600)
    keep(3, 3, "x" * 1600)
    assert store.bytes <= 5000
    assert not kept(3, 1)
    keep(4, 1, "x" * 2001)
    assert not kept(4, 1), "too large to be kept at all"
    assert kept(3, 3, HOUR_MS - 1)
    assert not kept(3, 3, HOUR_MS)
    assert not kept(3, 3), "forgotten for good"
    for owner in (1, 2, 3):
        for number in range(4):
            kept(owner, number, HOUR_MS)
    assert (len(store), store.bytes) == (0, 0)


def test_what_is_kept_twice_is_kept_once() -> None:
    store = Keepsakes()
    for proof in ("old", "new"):
        store.keep(1, CALL, [Reasoning(signature=proof)], first=True, now_ms=0)
    found = store.recall(1, CALL, 0)
    assert found is not None
    assert (found.thoughts[0].signature, len(store)) == ("new", 1)


def test_a_stream_is_gathered_as_its_whole_answer() -> None:
    marker, gatherer = Marker(MAKER), Gatherer()
    events = [
        PartBegan(index=0, part=Reasoning()),
        PartGrew(index=0, text="Hm"),
        PartGrew(index=0, text="."),
        PartGrew(index=0, signature="si"),
        PartGrew(index=0, signature="g"),
        PartEnded(index=0),
        PartBegan(index=1, part=Text(text="")),
        PartGrew(index=1, text="words that need not be kept"),
        PartBegan(index=2, part=ToolCall(id="call_1", name="f", arguments="")),
        PartGrew(index=2, text='{"a":1,'),
        PartGrew(index=2, text='"b":[2.50]}'),
        Ended(),
    ]
    for event in events:
        gatherer.feed(marker.mark(event))
    thought, _, call = gatherer.parts()
    assert (thought, call) == (PROOF, CALL)


@pytest.mark.parametrize("trusted", [True, False])
def test_only_own_proofs_are_left(trusted: bool) -> None:
    foreign = marked(Reasoning(text="So.", sealed="x"), OTHER)
    sealed = marked(Reasoning(sealed="y"), OTHER)
    bare = Reasoning(signature="unmarked")
    turns, lost = cleared((turn(PROOF, foreign, sealed, bare, CALL),), MAKER, trusted=trusted)
    own, words = Reasoning(text="Hm.", signature="sig"), Reasoning(text="So.")
    assert turns[0].parts == ((own, words, bare, CALL) if trusted else (own, words, CALL))
    assert lost
