"""Price files from outside: what is taken, what is refused and how, and that nothing odd breaks the reader."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.base.rates import Rates, Tier
from sluice.catalog.imports import parse_price_file
from sluice.catalog.litellm import read_litellm
from sluice.catalog.prices import catalog_prices
from sluice.catalog.rows import PriceList, read_rows

SOURCE = {"source": "a file", "as_of": "2026-11-24"}


def parse(data: bytes | str) -> PriceList:
    return parse_price_file(data.encode() if isinstance(data, str) else data, source="a file", as_of="2026-11-24")


def parse_or_refusal(data: bytes | str) -> PriceList | str:
    try:
        return parse(data)
    except ValueError as error:
        return str(error)


def litellm(**entry: Any) -> PriceList:
    entry = {"litellm_provider": "openai", "mode": "chat"} | entry
    return parse(json.dumps({"sample_spec": {"litellm_provider": "one of many", "mode": "x"}, "m": entry}))


def test_our_form_in_toml() -> None:
    listed = parse(
        """
        [[prices]]
        model = "house-model"
        input = 0.15
        output = "0.60"
        cached_input = 0.075
        source = "the contract"
        as_of = 2026-01-02

        [[prices]]
        model = "painter"
        image = "0.04"
        """
    )
    assert listed.errors == ()
    price = listed.prices["house-model"]
    assert price.rates == Rates(input=150_000_000, output=600_000_000, cached_input=75_000_000)
    assert (price.source, price.as_of) == ("the contract", "2026-01-02")
    assert (listed.prices["painter"].source, listed.prices["painter"].as_of) == ("a file", "2026-11-24")


def test_our_form_in_json_is_exact() -> None:
    listed = parse('\ufeff{"prices": [{"model": "a", "input": 0.1, "output": 3}]}')
    assert listed.prices["a"].rates == Rates(input=100_000_000, output=3_000_000_000)


def test_the_packaged_list_is_in_our_form_and_takes_itself_back() -> None:
    rows = [{"model": name, "input": "1"} for name in catalog_prices()]
    assert len(read_rows(rows, **SOURCE).prices) == len(catalog_prices())


def test_one_bad_row_is_named_and_leaves_the_others() -> None:
    listed = parse(
        json.dumps(
            {
                "prices": [
                    {"model": "good", "input": "1"},
                    {"model": "bad", "input": "-1"},
                    {"model": "good", "input": "2"},
                    {"input": "1"},
                    "nothing",
                    {"model": "dated", "input": "1", "as_of": "yesterday"},
                    {"model": "sourced", "input": "1", "source": 7},
                    {"model": "x" * 300, "input": "1"},
                ]
            }
        )
    )
    assert list(listed.prices) == ["good"]
    assert [(error.entry, error.reason.split(":")[0]) for error in listed.errors] == [
        ("bad", "input"),
        ("good", "model"),
        ("prices[3]", "model"),
        ("prices[4]", "must be a table"),
        ("dated", "as_of"),
        ("sourced", "source"),
        ("prices[7]", "model"),
    ]


@pytest.mark.parametrize(
    ("entry", "rates"),
    [
        (
            {"input_cost_per_token": 2.5e-6, "output_cost_per_token": 1e-5, "cache_read_input_token_cost": 1.25e-6},
            Rates(input=2_500_000_000, output=10_000_000_000, cached_input=1_250_000_000),
        ),
        ({"input_cost_per_token": 1.1428571428571428e-6}, Rates(input=1_142_857_143)),
        ({"input_cost_per_token": 1e-6, "cache_creation_input_token_cost": 0}, Rates(input=10**9)),
        ({"input_cost_per_token": 1e-6, "input_cost_per_image": 0.01}, Rates(input=10**9)),
        (
            {
                "input_cost_per_token": 1e-6,
                "input_cost_per_token_above_200k_tokens": 2e-6,
                "output_cost_per_token_above_200k_tokens": 3e-6,
                "input_cost_per_token_above_272k_tokens_batches": 1,
                "input_cost_per_token_priority": 1,
            },
            Rates(input=10**9, tiers=(Tier(above_input_tokens=200_000, input=2 * 10**9, output=3 * 10**9),)),
        ),
        (
            {
                "tiered_pricing": [
                    {"range": [0, 32000.0], "input_cost_per_token": 1e-6},
                    {"range": [32000.0, 64000.0], "input_cost_per_token": 2e-6},
                ]
            },
            Rates(input=10**9, tiers=(Tier(above_input_tokens=32_000, input=2 * 10**9),)),
        ),
        ({"mode": "audio_transcription", "input_cost_per_second": 0.0001}, Rates(audio_second=10**11)),
        (
            {"mode": "audio_transcription", "input_cost_per_token": 1e-6, "input_cost_per_second": 0.0001},
            Rates(input=10**9),
        ),
        ({"mode": "audio_speech", "input_cost_per_character": 1.5e-5}, Rates(character=15 * 10**9)),
        ({"mode": "rerank", "input_cost_per_token": 0, "input_cost_per_query": 0.002}, Rates(search=2 * 10**12)),
        ({"mode": "image_generation", "output_cost_per_image": 0.04}, Rates(image=4 * 10**13)),
        (
            {"mode": "image_generation", "output_cost_per_image_token": 4e-5},
            Rates(output=4 * 10**10, output_image=4 * 10**10),
        ),
    ],
)
def test_litellm_entries(entry: dict[str, Any], rates: Rates) -> None:
    listed = litellm(**entry)
    assert listed.errors == ()
    assert listed.prices["m"].rates == rates


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({}, "no rate"),
        ({"input_cost_per_token": 0, "output_cost_per_token": 0}, "zero rates"),
        ({"input_cost_per_token": -1e-6}, "input_cost_per_token"),
        ({"input_cost_per_token": "1e-6"}, "input_cost_per_token"),
        ({"input_cost_per_token": True}, "input_cost_per_token"),
        ({"input_cost_per_token": 10**30}, "input_cost_per_token"),
        ({"tiered_pricing": [{"range": "all"}]}, "tiered_pricing"),
        ({"tiered_pricing": ["none"]}, "tiered_pricing"),
        ({"mode": "video_generation", "output_cost_per_second": 1}, None),
        ({"litellm_provider": "nobody", "input_cost_per_token": 1}, None),
    ],
)
def test_litellm_entries_that_are_not_taken(entry: dict[str, Any], reason: str | None) -> None:
    listed = litellm(**entry)
    assert listed.prices == {}
    if reason is None:
        assert (listed.errors, listed.skipped) == ((), 2)
    else:
        assert [error.entry for error in listed.errors] == ["m"]
        assert reason in listed.errors[0].reason


def test_of_two_providers_the_one_named_first_decides() -> None:
    cheap = {"mode": "chat", "input_cost_per_token": Decimal("1e-6")}
    first = {"openai/m": cheap | {"litellm_provider": "openai"}}
    second = {"azure/m": cheap | {"litellm_provider": "azure", "input_cost_per_token": Decimal("9e-6")}}
    for entries in (first | second, second | first):
        listed = read_litellm(entries, **SOURCE)
        assert listed.prices["m"].rates == Rates(input=10**9)
    assert read_litellm(second, **SOURCE).prices["m"].rates == Rates(input=9 * 10**9)
    assert read_litellm({"azure/eu/m": second["azure/m"]}, **SOURCE).prices == {}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b"input = ",
        b'{"a": NaN}',
        b'{"models": []}',
        b'{"x":' * 100_000,
        b"x = " + b"[" * 100_000,
    ],
)
def test_what_is_no_price_file_is_refused_as_a_whole(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a price file"):
        parse(data)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [
        "input_cost_per_token", "output_cost_per_token", "input_cost_per_token_above_200k_tokens", "tiered_pricing",
        "cache_read_input_token_cost", "input_cost_per_query", "output_cost_per_image", "input_cost_per_second",
        "mode", "litellm_provider", "source", "range", "model", "input", "tiers", "above_input_tokens", "as_of",
    ]
)  # fmt: skip
entries = st.dictionaries(
    FIELDS, st.one_of(json_values, st.lists(st.dictionaries(FIELDS, json_values, max_size=3), max_size=2)), max_size=6
)


@given(
    st.dictionaries(st.text(max_size=12), st.one_of(entries, json_values), max_size=4),
    st.sampled_from(["chat", "rerank"]),
)
def test_no_entry_however_odd_breaks_the_reader(content: dict[str, Any], mode: str) -> None:
    marked = {"sample": {"litellm_provider": "openai", "mode": mode}}
    for key, entry in content.items():
        marked[key] = {"litellm_provider": "openai", "mode": mode} | entry if isinstance(entry, dict) else entry
    listed = parse_or_refusal(json.dumps(marked | {"prices": list(content.values())} if mode == "rerank" else marked))
    if isinstance(listed, PriceList):
        assert all(error.entry and error.reason for error in listed.errors)
    else:
        assert "not a price file" in listed


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    listed = parse_or_refusal(data)
    assert isinstance(listed, PriceList) or "not a price file" in listed
