"""The patch lane: what is not named travels byte for byte, and what cannot be read is a 400 that says where."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.base.errors import GatewayError
from sluice.formats.patch import (
    encode_top,
    has_list,
    parse_top,
    patch_request,
    take_bool,
    take_int,
    take_object,
    take_str,
)

DEEP = 2_000_000
"""Too deep for every interpreter: 3.11 reads a thousand, 3.14 what its stack holds."""
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)
objects = st.dictionaries(st.text(), values, max_size=8)
spaces = st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t:\r\n")])


def no_surrogates(value: Any) -> bool:
    text = json.dumps(value)
    return "\\ud" not in text.lower()


@given(objects.filter(no_surrogates), spaces, st.booleans())
def test_what_is_parsed_and_encoded_is_the_same_object(
    value: dict[str, Any], style: tuple[str, str], ascii_only: bool
) -> None:
    body = json.dumps(value, separators=style, ensure_ascii=ascii_only).encode()
    top = parse_top(body)
    assert list(top) == list(value)
    assert json.loads(encode_top(top)) == value
    for name, raw in top.items():
        assert bytes(raw) in body
        assert json.loads(bytes(raw)) == value[name]


@given(st.binary(max_size=80))
def test_arbitrary_bytes_are_an_object_or_a_400(body: bytes) -> None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict) and no_surrogates(value):
        assert json.loads(encode_top(parse_top(body))) == value
        return
    with pytest.raises(GatewayError) as caught:
        parse_top(body)
    assert (caught.value.status, caught.value.code) == (400, "invalid_json")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"[]",
        b"null",
        b'"text"',
        b"{",
        b'{"a":1',
        b'{"a":1}x',
        b'{"a":}',
        b"{'a':1}",
        b'{"a":"\xff"}',
        b'{"\xff":1}',
        b'{"deep":{"er":"\xc3"}}',
        b"\xef\xbb\xbf",
        b"\xff\xfe{\x00}\x00",
        b'{"a":' + b"[" * DEEP + b"]" * DEEP + b"}",
        b'{"a":' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}",
        b'{"a":' + b"[" * DEEP,
    ],
)
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(GatewayError) as caught:
        parse_top(body)
    assert (caught.value.status, caught.value.code) == (400, "invalid_json")
    assert caught.value.message
    assert len(caught.value.message) < 200


def test_the_place_of_an_error_is_told() -> None:
    with pytest.raises(GatewayError, match=r"byte 5"):
        parse_top(b'{"a":oops}')


def test_of_members_given_twice_the_last_counts_and_is_sent_once() -> None:
    top = parse_top(b'{"model":"a","x":1,"mod\\u0065l":"b"}')
    assert take_str(top, "model") == "b"
    assert encode_top(top) == b'{"model":"b","x":1}'
    assert patch_request(top, {}) == b'{"model":"b","x":1}'


def test_changes_keep_order_and_touch_nothing_else() -> None:
    top = parse_top(b'{"z": 1.50, "model": "a" , "s":"\\u00e9\\/", "gone":[1], "n":1e400}')
    changed = patch_request(top, {"model": "b", "gone": None, "new": {"k": True}})
    assert changed == b'{"z":1.50,"model":"b","s":"\\u00e9\\/","n":1e400,"new":{"k":true}}'
    assert bytes(top["model"]) == b'"a"', "the client's own request must stay for the next attempt"


def test_typed_members() -> None:
    top = parse_top(b'{"s":"x","b":true,"i":7,"o":{"in":1},"null":null,"f":1.0}')
    assert take_str(top, "s") == "x"
    assert take_bool(top, "b") is True
    assert take_int(top, "i") == 7
    inner = take_object(top, "o")
    assert inner is not None
    assert take_int(inner, "in") == 1
    for take in (take_str, take_bool, take_int, take_object):
        assert take(top, "absent") is None
        assert take(top, "null") is None


@pytest.mark.parametrize(
    ("take", "value"),
    [
        (take_str, b"1"),
        (take_str, b"[]"),
        (take_bool, b'"true"'),
        (take_bool, b"1"),
        (take_int, b'"7"'),
        (take_int, b"1.5"),
        (take_int, b"true"),
        (take_int, b"1e400"),
        (take_object, b"[]"),
        (take_object, b'"x"'),
        (take_object, b'{"\\ud800":1}'),
        (take_str, b'"\\ud800"'),
    ],
)
def test_a_member_of_the_wrong_type_is_named(take: Any, value: bytes) -> None:
    with pytest.raises(GatewayError) as caught:
        take({"it": msgspec.Raw(value)}, "it")
    error = caught.value
    assert (error.status, error.code, error.param) == (400, "invalid_value", "it")


def test_a_list_with_something_in_it() -> None:
    top = parse_top(b'{"a":[1],"b":[ \n\t ],"c":[],"d":[ \n[]],"e":"[1]","f":null,"g":{"a":[1]},"h":[ "]" ]}')
    assert [name for name in (*top, "none") if has_list(top, name)] == ["a", "d", "h"]


@pytest.mark.parametrize("body", [b"{}", b'{"model":null}'])
def test_a_required_member_is_named(body: bytes) -> None:
    with pytest.raises(GatewayError) as caught:
        take_str(parse_top(body), "model", required=True)
    assert (caught.value.code, caught.value.param) == ("missing_field", "model")


@pytest.mark.parametrize(("value", "fits"), [(0, False), (1, True), (128, True), (129, False), (10**30, False)])
def test_numbers_have_bounds(value: int, fits: bool) -> None:
    top = parse_top(b'{"n":%d}' % value)
    if fits:
        assert take_int(top, "n", minimum=1, maximum=128) == value
        return
    with pytest.raises(GatewayError) as caught:
        take_int(top, "n", minimum=1, maximum=128)
    assert caught.value.param == "n"
