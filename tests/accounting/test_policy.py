"""Every row of the settlement policy, and that the documentation shows the table that is in force."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sluice.accounting.policy import POLICY, RULES, Basis, Ending, Evidence, decide, policy_table
from sluice.base.usage import NO_USAGE, Usage

REPORTED = Usage(input_tokens=10, output_tokens=3)
ZERO = Usage()
ESTIMATE = Usage(input_tokens=12, output_tokens=4, source="estimated")
DECISIONS = Path(__file__).parents[2] / "docs" / "decisions" / "0002-money.md"


@pytest.mark.parametrize(
    ("ending", "usage", "rule", "charged"),
    [
        (Ending.COMPLETE, REPORTED, "complete", REPORTED),
        (Ending.COMPLETE, ZERO, "complete_zero_usage", ESTIMATE),
        (Ending.COMPLETE, NO_USAGE, "complete_estimated", ESTIMATE),
        (Ending.CLIENT_GONE, REPORTED, "client_gone", REPORTED),
        (Ending.CLIENT_GONE, ZERO, "client_gone_estimated", ESTIMATE),
        (Ending.CLIENT_GONE, NO_USAGE, "client_gone_estimated", ESTIMATE),
        (Ending.UPSTREAM_BROKE, REPORTED, "upstream_broke", REPORTED),
        (Ending.UPSTREAM_BROKE, ZERO, "upstream_broke_estimated", ESTIMATE),
        (Ending.UPSTREAM_BROKE, NO_USAGE, "upstream_broke_estimated", ESTIMATE),
        (Ending.FAILED, REPORTED, "failed", None),
        (Ending.FAILED, ZERO, "failed", None),
        (Ending.FAILED, NO_USAGE, "failed", None),
        (Ending.REFUSED, REPORTED, "refused", None),
        (Ending.REFUSED, ZERO, "refused", None),
        (Ending.REFUSED, NO_USAGE, "refused", None),
        (Ending.PASSED, REPORTED, "passed", None),
        (Ending.PASSED, ZERO, "passed", None),
        (Ending.PASSED, NO_USAGE, "passed", None),
        (Ending.SESSION, REPORTED, "session", None),
        (Ending.SESSION, ZERO, "session", None),
        (Ending.SESSION, NO_USAGE, "session", None),
    ],
)
def test_every_row(ending: Ending, usage: Usage, rule: str, charged: Usage | None) -> None:
    decision = decide(ending, usage, ESTIMATE)
    assert (decision.rule, decision.charged) == (rule, charged is not None)
    if charged is not None:
        assert decision.usage == charged
        assert (decision.usage.source == "estimated") == (RULES[rule].basis is Basis.ESTIMATE)


def test_the_policy_has_an_answer_for_everything_and_each_rule_one_meaning() -> None:
    assert set(POLICY) == {(ending, evidence) for ending in Ending for evidence in Evidence}
    for rule in POLICY.values():
        assert RULES[rule.id] is rule
        assert re.fullmatch(r"[a-z_]{3,40}", rule.id)
        assert rule.reason.endswith(".")


def test_an_estimate_is_marked_as_one_whoever_made_it() -> None:
    assert decide(Ending.COMPLETE, NO_USAGE, Usage(images=1)).usage == Usage(images=1, source="estimated")


def test_zero_is_believed_where_the_estimate_finds_nothing_either() -> None:
    assert decide(Ending.COMPLETE, ZERO, Usage(source="estimated")).rule == "complete"
    assert decide(Ending.COMPLETE, ZERO, ZERO).rule == "complete"


def test_what_the_upstream_did_not_count_but_the_request_fixes_is_taken_from_the_request() -> None:
    expected = Usage(input_tokens=30, images=2, search_units=1, characters=9, audio_ms=100, source="estimated")
    decision = decide(Ending.COMPLETE, Usage(input_tokens=7, images=1), expected)
    assert decision.usage == Usage(input_tokens=7, images=1, search_units=1, characters=9, audio_ms=100)
    assert decision.rule == "complete"
    assert decide(Ending.COMPLETE, Usage(input_tokens=7), expected).usage.images == 2


def test_a_refusal_shows_no_usage() -> None:
    assert decide(Ending.REFUSED, NO_USAGE, ESTIMATE).usage == NO_USAGE


def test_the_documentation_holds_the_table_in_force() -> None:
    assert policy_table() in DECISIONS.read_text("utf-8")
