"""Estimates of raw requests, and what is set aside for them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.accounting.pricing import Rates, charge, rates_from_usd
from sluice.accounting.reservation import (
    ATTACHMENT_TOKENS,
    Refusal,
    Reservation,
    estimate_input_tokens,
    estimate_output_tokens,
    in_priced_units,
    plan_fixed,
    plan_reservation,
)
from sluice.base.usage import Usage

ONE = 1_000_000
GPT = rates_from_usd({"input": "2.5", "output": "10", "cached_input": "1.25"})
IN, OUT = 2_500, 10_000
"""Nano-dollars of one token at that price."""


def chat(content: Any, *, ascii_only: bool = False) -> bytes:
    body = {"model": "m", "messages": [{"role": "user", "content": content}]}
    return json.dumps(body, ensure_ascii=ascii_only, separators=(",", ":")).encode()


FRAME = estimate_input_tokens(chat(""))
DATA = base64.b64encode(bytes(range(256)) * 400).decode()


def image(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


@pytest.mark.parametrize(
    ("content", "least", "most"),
    [
        # What o200k counts: 10 words a sentence, about 6 ideographs in 10 a token of their own, accents two letters.
        ("The quick brown fox jumps over the lazy dog again. " * 20, 200, 280),
        ("人工智能正在改变我们的生活方式。" * 20, 200, 340),
        ("Ein schöner Tag für größere Bäume und Häuser überall. " * 20, 220, 360),
        ("Съешь же ещё этих мягких французских булок. " * 20, 200, 500),
        ("🙂" * 100, 100, 200),
    ],
)
def test_the_estimate_is_near_the_truth(content: str, least: int, most: int) -> None:
    assert least <= estimate_input_tokens(chat(content)) - FRAME <= most


def test_escaped_text_counts_like_the_text_itself() -> None:
    text = "中文字符" * 100
    plain, escaped = estimate_input_tokens(chat(text)), estimate_input_tokens(chat(text, ascii_only=True))
    assert abs(plain - escaped) <= 2


@pytest.mark.parametrize("url", [f"data:image/png;base64,{DATA}", "https://example.com/picture.png"])
def test_a_picture_costs_its_allowance_whatever_its_size(url: str) -> None:
    tokens = estimate_input_tokens(chat([image(url), {"type": "text", "text": "What is this?"}]))
    assert ATTACHMENT_TOKENS <= tokens <= ATTACHMENT_TOKENS + 60


def test_attachments_are_counted_one_by_one() -> None:
    audio = {"type": "input_audio", "input_audio": {"data": DATA, "format": "wav"}}
    parts = [image(f"data:image/png;base64,{DATA}")] * 2 + [image("http://x/y.png"), audio, audio]
    tokens = estimate_input_tokens(chat(parts))
    assert 5 * ATTACHMENT_TOKENS <= tokens <= 5 * ATTACHMENT_TOKENS + 150


def test_spaced_json_and_escaped_slashes_hide_nothing_and_reveal_nothing() -> None:
    audio = json.dumps({"content": [{"type": "input_audio", "input_audio": {"data": DATA}}]}).encode()
    php = chat([image(f"data:image/png;base64,{DATA}")]).replace(b"/", rb"\/")
    for body in (audio, php):
        assert ATTACHMENT_TOKENS <= estimate_input_tokens(body) <= ATTACHMENT_TOKENS + 60


@pytest.mark.parametrize("text", ["hello world " * 500, "中文" * 1500])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_text_behind_the_mark_of_an_attachment_is_counted(text: str, ascii_only: bool) -> None:
    honest = estimate_input_tokens(chat(text, ascii_only=ascii_only))
    assert estimate_input_tokens(chat(f"data:image/png;base64,{text}", ascii_only=ascii_only)) >= honest


@given(st.binary(max_size=400), st.binary(max_size=40))
def test_any_bytes_have_an_estimate(head: bytes, tail: bytes) -> None:
    for glue in (b"", b";base64,", b'"input_audio"', b'"input_audio":{"data":"', b'"image_url":', b"\\u", b'\\u\\u"'):
        body = head + glue + tail
        marks = sum(body.count(mark) for mark in (b";base64,", b'"input_audio"', b'"image_url":'))
        assert 1 <= estimate_input_tokens(body) <= len(body) + 1 + marks * ATTACHMENT_TOKENS


def test_output_is_estimated_by_its_bytes() -> None:
    assert [estimate_output_tokens(n) for n in (-1, 0, 1, 4, 5, 4000)] == [0, 0, 1, 1, 2, 1000]


def plan(available: int, *, asked: int | None = None, inputs: int = 100, **over: Any) -> Reservation | Refusal:
    arguments: dict[str, Any] = {"multiplier_ppm": ONE, "choices": 1, "model_max_output": None, "rates": GPT} | over
    return plan_reservation(
        arguments["rates"],
        arguments["multiplier_ppm"],
        inputs,
        asked,
        arguments["choices"],
        arguments["model_max_output"],
        4096,
        available,
    )


def test_the_worst_case_is_set_aside_when_it_can_be_paid() -> None:
    rich = 10**12
    asked = 100 * IN + 50 * OUT
    assert plan(rich, asked=50) == Reservation(asked, None, asked)
    assert plan(rich, asked=50, choices=3) == Reservation(100 * IN + 150 * OUT, None, 100 * IN + 150 * OUT)
    assert plan(rich, asked=0) == Reservation(100 * IN, None, 100 * IN)
    assert plan(rich).amount == 100 * IN + 4096 * OUT
    assert plan(rich, model_max_output=16384).amount == 100 * IN + 16384 * OUT
    assert plan(asked, asked=50) == Reservation(asked, None, asked)


def test_a_fraction_of_a_nano_dollar_is_reserved_as_a_whole_one() -> None:
    assert plan(10**12, rates=Rates(input=1), asked=0, inputs=1) == Reservation(1, None, 1)
    assert plan_fixed(Rates(audio_second=1), ONE, Usage(audio_ms=1), 10) == Reservation(1, None, 1)


def test_a_client_that_asks_for_more_than_can_be_paid_is_refused() -> None:
    worst = 100 * IN + 50 * OUT
    assert plan(worst - 1, asked=50) == Refusal(worst, worst - 1)


def test_without_a_bound_the_output_is_capped_to_what_can_be_paid() -> None:
    worst = 100 * IN + 4096 * OUT
    assert plan(100 * IN + 1000 * OUT) == Reservation(100 * IN + 1000 * OUT, 1000, worst)
    assert plan(100 * IN + 2000 * OUT, choices=4).max_output == 500
    assert plan(100 * IN + 16 * OUT) == Reservation(100 * IN + 16 * OUT, 16, worst)
    assert plan(100 * IN + 16 * OUT - 1) == Refusal(worst, 100 * IN + 16 * OUT - 1)


def test_one_request_without_a_bound_leaves_money_for_others() -> None:
    """A model that can write a million tokens must not hold a whole balance while it writes ten."""
    available = 100 * IN + 400_000 * OUT
    reserved = plan(available, model_max_output=1_000_000)
    assert reserved == Reservation(100 * IN + 100_000 * OUT, 100_000, 100 * IN + 1_000_000 * OUT)
    little = plan(100 * IN + 6_000 * OUT, model_max_output=1_000_000)
    assert isinstance(little, Reservation)
    assert little.max_output == 4096


def test_nothing_is_left_means_refused_unless_it_is_free() -> None:
    for available in (0, -5):
        assert plan(available, asked=1) == Refusal(100 * IN + OUT, available)
        assert plan(available) == Refusal(100 * IN + 4096 * OUT, available)
        assert plan(available, asked=0, inputs=0) == Refusal(0, available)
        assert plan(available, rates=Rates()) == Reservation(0, None, 0)
        assert plan(available, multiplier_ppm=0) == Reservation(0, None, 0)
        assert isinstance(plan_fixed(GPT, ONE, Usage(audio_ms=0), available), Refusal)
        assert plan_fixed(Rates(), ONE, Usage(input_tokens=5), available) == Reservation(0, None, 0)
    assert isinstance(plan(0, rates=Rates(image=1), asked=5), Refusal)


def test_the_dearest_kind_of_token_is_reserved_for() -> None:
    audio = rates_from_usd({"input": "1", "output": "1", "input_audio": "40", "output_audio": "80"})
    assert plan(10**12, rates=audio, asked=10).amount == 100 * 40_000 + 10 * 80_000
    tiered = rates_from_usd({"input": "1", "tiers": [{"above_input_tokens": 100, "input": "2"}]})
    assert plan(10**12, rates=tiered, asked=0, inputs=100).amount == 100 * 1_000
    assert plan(10**12, rates=tiered, asked=0, inputs=101).amount == 101 * 2_000


@pytest.mark.parametrize(
    ("price", "expected", "amount"),
    [
        ({"input": "0.02"}, Usage(input_tokens=1000), 20_000),
        ({"image": "0.04"}, Usage(images=3, input_tokens=20), 120_000_000),
        ({"character": "15"}, Usage(characters=200), 3_000_000),
        ({"audio_second": "0.0001"}, Usage(audio_ms=90_500), 9_050_000),
        ({"search": "0.002"}, Usage(search_units=1), 2_000_000),
        # Priced by tokens: pictures, speech and audio are given their likely tokens.
        ({"input": "5", "output_image": "40"}, Usage(images=1), 6240 * 40_000),
        ({"input": "0.6", "output_audio": "12"}, Usage(characters=100, input_tokens=25), 25 * 600 + 600 * 12_000),
        ({"input_audio": "6", "output": "10"}, Usage(audio_ms=60_000), 600 * 6_000 + 300 * 10_000),
    ],
)
def test_other_formats_reserve_by_their_own_units(price: dict[str, Any], expected: Usage, amount: int) -> None:
    rates = rates_from_usd(price)
    assert plan_fixed(rates, ONE, expected, 10**12) == Reservation(amount, None, amount)
    assert plan_fixed(rates, ONE, expected, amount - 1) == Refusal(amount, amount - 1)
    assert charge(rates, in_priced_units(rates, expected), ONE) == amount


def test_an_expected_usage_that_is_priced_as_it_is_stays_as_it_is() -> None:
    expected = Usage(characters=5, input_tokens=2)
    assert in_priced_units(Rates(character=1), expected) is expected
    assert in_priced_units(Rates(input=1), Usage(input_tokens=3)) == Usage(input_tokens=3)
