"""What families of models can do: sourced, dated, and known for every model the native providers offer."""

from __future__ import annotations

from datetime import date

import pytest

from sluice.base.formats import Format
from sluice.catalog.abilities import families, family_of, model_abilities
from sluice.formats.canon import Thinking
from sluice.formats.effort import TABLE, effort_of
from sluice.vendors.registry import vendors

INPUTS = {"text", "image", "audio", "video", "pdf"}


def test_every_row_has_a_source_and_a_date() -> None:
    for row in families():
        assert len(row.source) > 10, row
        assert date(2024, 1, 1) <= date.fromisoformat(row.as_of) <= date(2026, 12, 31), row
        assert set(row.input) <= INPUTS, row
        assert row.match == tuple(glob.lower() for glob in row.match), row


def test_every_row_is_reached() -> None:
    """No row stands behind one that takes all its names."""
    for row in families():
        for glob in row.match:
            name = glob.replace("*", "x").replace("?", "1").replace("[5-9]", "7").replace("[6-9]", "7")
            assert family_of(name.replace("[1-9]", "3")) is row, glob


@pytest.mark.parametrize(
    ("vendor", "fmt"), [("anthropic", Format.ANTHROPIC), ("gemini", Format.GEMINI), ("openai", Format.OPENAI_CHAT)]
)
def test_every_model_a_native_provider_offers_is_known(vendor: str, fmt: Format) -> None:
    unknown = [model for model in vendors()[vendor].base_models[fmt] if family_of(model) is None]
    assert unknown == []


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("claude-3-5-sonnet-20241022", {"max_output": 8192, "reasons": False, "adaptive": False, "prefill": True}),
        ("claude-opus-4-20250514", {"max_output": 32_000, "adaptive": False, "sampling": "always"}),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", {"max_output": 64_000, "structured": True}),
        ("anthropic/claude-opus-4-6", {"adaptive": True, "prefill": False, "sampling": "always"}),
        ("claude-opus-5-5", {"adaptive": True, "prefill": False, "sampling": "never", "max_output": 128_000}),
        ("gpt-4o", {"reasons": False, "seals": False, "sampling": "always", "replays": False}),
        ("gpt-5-chat-latest", {"reasons": False, "seals": False}),
        ("gpt-5", {"sampling": "never", "stops": False, "seals": True}),
        ("o4-mini-2025-04-16", {"sampling": "never"}),
        ("gpt-5.2", {"sampling": "unthinking", "thinks": False}),
        ("gpt-6.1-sol", {"sampling": "unthinking", "thinks": True}),
        ("models/gemini-2.5-flash", {"adaptive": False, "reasons": True, "signed": False}),
        ("gemini-2.0-flash", {"reasons": False}),
        ("gemini-3.5-flash", {"adaptive": True, "signed": True}),
        ("a-model-nobody-knows", {"max_output": 8192, "sampling": "always", "reasons": True, "prefill": True}),
    ],
)
def test_abilities(model: str, expected: dict[str, object]) -> None:
    able = model_abilities(model)
    assert {name: getattr(able, name) for name in expected} == expected


def test_sampling_follows_the_thinking() -> None:
    told, off, on = None, Thinking(enabled=False), Thinking(effort="low")
    cases = [("gpt-4o", [True, True, True]), ("gpt-5", [False, False, False])]
    cases += [("gpt-5.2", [True, True, False]), ("gpt-6-luna", [False, True, False])]
    for model, expected in cases:
        assert [model_abilities(model).samples(thinking) for thinking in (told, off, on)] == expected, model


def test_efforts_and_budgets_are_one_table() -> None:
    budgets = [row.budget for row in TABLE.values()]
    assert budgets == sorted(budgets)
    for effort in ("low", "medium", "high"):
        assert effort_of(Thinking(budget=TABLE[effort].budget)) == effort
    assert effort_of(Thinking(budget=10**6)) == "high"
    assert effort_of(Thinking(enabled=False)) == "none"
    assert effort_of(Thinking()) is None
