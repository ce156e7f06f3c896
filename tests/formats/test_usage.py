"""The quick reading of a usage agrees with the careful one wherever it says anything."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sluice.base.usage import NO_USAGE, Usage
from sluice.formats.openai_chat.usage import client_usage, decoded_usage, plain_usage, read_usage

COUNTS = st.one_of(st.integers(-3, 60), st.just(2**60), st.none(), st.booleans(), st.floats(0, 9), st.just("7"))
DETAILS = st.dictionaries(
    st.sampled_from(["cached_tokens", "cache_write_tokens", "audio_tokens", "image_tokens", "reasoning_tokens", "x"]),
    st.one_of(st.integers(0, 20), COUNTS),
)
TOTALS = st.fixed_dictionaries(
    {"prompt_tokens": st.integers(0, 60), "completion_tokens": st.integers(0, 60)},
    optional={
        "prompt_tokens_details": st.one_of(DETAILS, st.none()),
        "completion_tokens_details": st.one_of(DETAILS, st.none()),
        "input_tokens_details": st.one_of(DETAILS, st.none()),
        "prompt_cache_hit_tokens": COUNTS,
        "cached_tokens": COUNTS,
        "extra": COUNTS,
    },
)


@given(TOTALS, st.one_of(st.none(), COUNTS))
def test_what_is_read_quickly_is_what_is_read_with_care(usage: dict[str, object], total: object) -> None:
    prompt, output = usage["prompt_tokens"], usage["completion_tokens"]
    assert isinstance(prompt, int)
    assert isinstance(output, int)
    usage["total_tokens"] = prompt + output if total is None else total
    raw = msgspec.json.encode(usage)
    quick = plain_usage(raw)
    assert decoded_usage(msgspec.json.decode(raw)) == read_usage(raw)
    if quick is not None:
        assert quick == read_usage(raw)
        assert client_usage(raw, quick) == raw


def test_what_is_no_usage_is_none() -> None:
    for odd in (None, {}, [], [1], "", "7", 7, 0, False, {"prompt_tokens": "x"}, {"prompt_tokens": {}}):
        assert decoded_usage(odd) is NO_USAGE is read_usage(odd)


def test_openais_own_usage_is_read_quickly() -> None:
    raw = (
        b'{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":4,'
        b'"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":3,"audio_tokens":0,'
        b'"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}'
    )
    assert plain_usage(raw) == Usage(input_tokens=19, output_tokens=10, cached_tokens=4, reasoning_tokens=3)
