"""The settlement policy: one table that says, for every way a request can end, what is charged and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from sluice.base.usage import NO_USAGE, Usage


class Ending(StrEnum):
    """How a request ended, as the relay saw it."""

    COMPLETE = "complete"  # the whole answer came from the upstream
    CLIENT_GONE = "client gone"  # the client left after the request was sent to an upstream
    UPSTREAM_BROKE = "upstream broke"  # the answer broke off after its first byte had gone to the client
    FAILED = "failed"  # every attempt failed before the first byte
    REFUSED = "refused"  # the gateway itself said no, and sent nothing
    PASSED = "passed on"  # something an upstream keeps was asked for, listed, made or deleted
    SESSION = "session over"  # a session, whose answers are requests of their own


class Evidence(StrEnum):
    """What is known of the usage."""

    REPORTED = "reported"  # by the upstream
    ZERO = "reported as zero"  # by the upstream, although the local estimate finds something
    NONE = "not reported"


class Basis(StrEnum):
    """What is charged."""

    REPORTED = "the reported usage"
    ESTIMATE = "the local estimate"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the policy. ``id`` is stored with every request and never changes its meaning."""

    id: str
    basis: Basis
    reason: str


_COMPLETE = Rule("complete", Basis.REPORTED, "The upstream's own count is believed.")
_COMPLETE_ZERO = Rule(
    "complete_zero_usage",
    Basis.ESTIMATE,
    "An answer was delivered, so a report of nothing cannot be right: the estimate stands in, and is marked.",
)
_COMPLETE_ESTIMATED = Rule(
    "complete_estimated",
    Basis.ESTIMATE,
    "The upstream did not say what the answer took: the prompt and the text delivered are estimated, and marked.",
)
_GONE = Rule("client_gone", Basis.REPORTED, "The upstream said what it had used before the client left.")
_GONE_ESTIMATED = Rule(
    "client_gone_estimated",
    Basis.ESTIMATE,
    "An upstream bills a prompt it was sent and the text it produced, whether or not anyone waits for it: "
    "both are estimated, and marked. Were it free, large prompts could be sent at the operator's cost.",
)
_BROKE = Rule("upstream_broke", Basis.REPORTED, "The upstream said what it had used before the stream broke.")
_BROKE_ESTIMATED = Rule(
    "upstream_broke_estimated",
    Basis.ESTIMATE,
    "The client keeps the part it received: the prompt and that part are estimated, and marked.",
)
_FAILED = Rule("failed", Basis.NOTHING, "Nothing of an answer reached the client.")
_REFUSED = Rule("refused", Basis.NOTHING, "Nothing was sent to an upstream.")
_PASSED = Rule("passed", Basis.NOTHING, "What a batch or a job used is charged when it has ended, in a row of its own.")
_SESSION = Rule("session", Basis.NOTHING, "Each of its answers was charged when it ended, in a row of its own.")

POLICY: Mapping[tuple[Ending, Evidence], Rule] = {
    (Ending.COMPLETE, Evidence.REPORTED): _COMPLETE,
    (Ending.COMPLETE, Evidence.ZERO): _COMPLETE_ZERO,
    (Ending.COMPLETE, Evidence.NONE): _COMPLETE_ESTIMATED,
    (Ending.CLIENT_GONE, Evidence.REPORTED): _GONE,
    (Ending.CLIENT_GONE, Evidence.ZERO): _GONE_ESTIMATED,
    (Ending.CLIENT_GONE, Evidence.NONE): _GONE_ESTIMATED,
    (Ending.UPSTREAM_BROKE, Evidence.REPORTED): _BROKE,
    (Ending.UPSTREAM_BROKE, Evidence.ZERO): _BROKE_ESTIMATED,
    (Ending.UPSTREAM_BROKE, Evidence.NONE): _BROKE_ESTIMATED,
    (Ending.FAILED, Evidence.REPORTED): _FAILED,
    (Ending.FAILED, Evidence.ZERO): _FAILED,
    (Ending.FAILED, Evidence.NONE): _FAILED,
    (Ending.REFUSED, Evidence.REPORTED): _REFUSED,
    (Ending.REFUSED, Evidence.ZERO): _REFUSED,
    (Ending.REFUSED, Evidence.NONE): _REFUSED,
    (Ending.PASSED, Evidence.REPORTED): _PASSED,
    (Ending.PASSED, Evidence.ZERO): _PASSED,
    (Ending.PASSED, Evidence.NONE): _PASSED,
    (Ending.SESSION, Evidence.REPORTED): _SESSION,
    (Ending.SESSION, Evidence.ZERO): _SESSION,
    (Ending.SESSION, Evidence.NONE): _SESSION,
}
"""The whole policy. A killed process needs no row: what it had settled is in its journal, the rest was not answered."""

RULES: Mapping[str, Rule] = {rule.id: rule for rule in POLICY.values()}
"""The rules by id."""


class Decision(msgspec.Struct, frozen=True):
    """What is charged: ``usage`` when ``charged``; ``rule`` is the id of the rule that says so."""

    rule: str
    usage: Usage
    charged: bool


def decide(ending: Ending, usage: Usage, estimate: Usage) -> Decision:
    """The one decision about a request's charge.

    ``usage`` is what the upstream reported (source ``none`` when it did not), ``estimate`` what can be said without it:
    the prompt by its bytes and what was produced, or the expected usage of a format that generates no text. What the
    upstream did not count but the request itself fixes (characters to speak, pictures, searches, milliseconds of audio)
    is taken from the estimate.
    """
    if usage.source == "none":
        evidence = Evidence.NONE
    elif usage is estimate or _counts_anything(usage) or not _counts_anything(estimate):
        evidence = Evidence.REPORTED
    else:
        evidence = Evidence.ZERO
    rule = POLICY[ending, evidence]
    if rule.basis is Basis.NOTHING:
        return Decision(rule.id, NO_USAGE if evidence is Evidence.NONE else usage, False)
    if rule.basis is Basis.ESTIMATE:
        return Decision(rule.id, _as_estimate(estimate), True)
    return Decision(rule.id, usage if usage is estimate else _completed(usage, estimate), True)


def policy_table() -> str:
    """The policy as a Markdown table, for the documentation."""
    rows = ["| request | usage | charged | rule | why |", "|---|---|---|---|---|"]
    for ending in Ending:
        rules = {evidence: POLICY[ending, evidence] for evidence in Evidence}
        alike = len(set(rules.values())) == 1
        for evidence, rule in rules.items():
            usage = "whatever" if alike else evidence.value
            row = f"| {ending.value} | {usage} | {rule.basis.value} | `{rule.id}` | {rule.reason} |"
            if row not in rows:
                rows.append(row)
    return "\n".join(rows)


def _counts_anything(usage: Usage) -> bool:
    return bool(
        usage.input_tokens
        or usage.output_tokens
        or usage.characters
        or usage.audio_ms
        or usage.images
        or usage.search_units
        or usage.trained_tokens
    )


def _as_estimate(estimate: Usage) -> Usage:
    if estimate.source == "estimated":
        return estimate
    return msgspec.structs.replace(estimate, source="estimated")


def _completed(usage: Usage, estimate: Usage) -> Usage:
    if not (estimate.characters or estimate.audio_ms or estimate.images or estimate.search_units):
        return usage
    return msgspec.structs.replace(
        usage,
        characters=usage.characters or estimate.characters,
        audio_ms=usage.audio_ms or estimate.audio_ms,
        images=usage.images or estimate.images,
        search_units=usage.search_units or estimate.search_units,
    )
