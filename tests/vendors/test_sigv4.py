"""Signature Version 4 against what AWS publishes, and against a key, a request and a time of any kind."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.base.wire import WireRequest
from sluice.vendors.bedrock_keys import read_key
from sluice.vendors.sigv4 import SigningKey, sign

NOW_MS = 1_440_938_160_000
"""2015-08-30T12:36:00Z, the moment of AWS's examples."""
EXAMPLE = SigningKey(
    access="AKIDEXAMPLE", secret="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", region="us-east-1", service="service"
)
GET = WireRequest(b"GET", "https://example.amazonaws.com", b"/", ())


def signature(request: WireRequest, key: SigningKey = EXAMPLE) -> str:
    return dict(sign(request, key, NOW_MS).headers)[b"authorization"].decode().rpartition("Signature=")[2]


def test_the_key_of_a_day() -> None:
    """docs.aws.amazon.com/general/latest/gr/signature-v4-examples.html (the service there is iam)."""
    key = replace(EXAMPLE, service="iam")
    assert key.derived("20150830").hex() == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (GET, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        (
            msgspec.structs.replace(GET, method=b"POST"),
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        ),
        (
            msgspec.structs.replace(GET, target=b"/?Param2=value2&Param1=value1"),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
    ],
    ids=["get-vanilla", "post-vanilla", "get-vanilla-query-order-key-case"],
)
def test_the_published_suite(request_: WireRequest, told: str) -> None:
    """AWS's Signature Version 4 test suite (aws-sig-v4-test-suite)."""
    assert signature(request_) == told


def test_the_published_call_of_iam() -> None:
    """The worked example of the same pages: a query, and a header with a parameter."""
    kind = (b"content-type", b"application/x-www-form-urlencoded; charset=utf-8")
    target = b"/?Action=ListUsers&Version=2010-05-08"
    request = WireRequest(b"GET", "https://iam.amazonaws.com", target, (kind,))
    key = replace(EXAMPLE, service="iam")
    assert signature(request, key) == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"


@given(body=st.binary(max_size=50), other=st.binary(max_size=50), now=st.integers(0, 4_000_000_000_000))
def test_every_byte_and_the_moment_count(body: bytes, other: bytes, now: int) -> None:
    request = msgspec.structs.replace(GET, method=b"POST", body=body)
    signed = sign(request, EXAMPLE, now)
    assert signed == sign(request, EXAMPLE, now)
    assert (signed == sign(msgspec.structs.replace(request, body=other), EXAMPLE, now)) is (body == other)
    assert EXAMPLE.secret.encode() not in b"".join(value for _, value in signed.headers)


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("ABSKbearer", ("ABSKbearer", "", "", "", "")),
        ("ABSKbearer|us-west-2", ("ABSKbearer", "", "", "", "us-west-2")),
        ("AKIAABCD1234|secret", ("", "AKIAABCD1234", "secret", "", "")),
        (" AKIAABCD1234 | secret | us-gov-west-1 ", ("", "AKIAABCD1234", "secret", "", "us-gov-west-1")),
        ("ASIAABCD1234|secret|eu-west-1|to/ken==", ("", "ASIAABCD1234", "secret", "to/ken==", "eu-west-1")),
    ],
)
def test_every_form_of_a_key(key: str, parts: tuple[str, ...]) -> None:
    found = read_key(key)
    assert (found.bearer, found.access, found.secret, found.token, found.region) == parts


@pytest.mark.parametrize("key", ["AKIAABCD1234", "AKIAABCD1234||us-east-1", "a|b|nowhere", "a|b|c|d|e", "a|b"])
def test_a_key_of_no_form_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(ValueError, match="the key must be") as caught:
        read_key(key)
    assert key not in str(caught.value)
