"""Rules of the quirks' vocabulary that no single exchange shows whole."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.vendors.call_ids import short_call_id, short_call_ids
from sluice.vendors.quirks import DropFor, MemberRules, member_rule
from sluice.vendors.schema import parse_vendor


@given(st.text())
def test_a_short_call_id_is_nine_letters_and_digits_and_stays(identity: str) -> None:
    short = short_call_id(identity)
    assert re.fullmatch("[A-Za-z0-9]{9}", short)
    assert short_call_id(short) == short


def test_different_call_ids_stay_different() -> None:
    assert len({short_call_id(f"call_{number}") for number in range(10_000)}) == 10_000


def test_calls_and_results_keep_belonging_together() -> None:
    call = {"id": "call_abc", "type": "function", "function": {"name": "now", "arguments": "{}"}}
    messages = [{"role": "assistant", "tool_calls": [call]}, {"role": "tool", "tool_call_id": "call_abc"}]
    told = msgspec.json.decode(short_call_ids(msgspec.json.encode(messages)))
    assert told[0]["tool_calls"][0] == {**call, "id": short_call_id("call_abc")}
    assert told[1]["tool_call_id"] == short_call_id("call_abc")


@pytest.mark.parametrize(
    "messages",
    [
        b'"tool_call',
        b'{"tool_calls":[]}',
        b'[{"tool_calls":[1]}]',
        b'[{"tool_calls":{"id":1}}]',
        b'["tool_call"]',
        b'[{"role":"tool","tool_call_id":5}]',
        b'[{"role":"tool","tool_call_id":null}]',
        b'[{"role":"user","content":"no \\"tool_call\\" here", "x":1.10}]',
    ],
)
def test_what_are_no_messages_is_left_to_the_upstream(messages: bytes) -> None:
    assert short_call_ids(messages).replace(b" ", b"") == messages.replace(b" ", b"")


def test_members_are_left_out_for_the_models_that_refuse_them() -> None:
    rule = member_rule(MemberRules(drop_for=(DropFor(models=("a-*",), names=("stop", "seed")),)))
    assert rule is not None
    members = {"stop": msgspec.Raw(b'"x"'), "n": msgspec.Raw(b"1")}
    assert rule(members, "b-1", False) == []
    assert set(members) == {"stop", "n"}
    assert rule(members, "a-1", False) == ["stop"]
    assert set(members) == {"n"}


@pytest.mark.parametrize("root", ["/{nobody}/v1", "/{Account}/v1", "v1", "/a b"])
def test_a_root_names_options_there_are(root: str) -> None:
    text = f"""
id = "x"
names = {{ en = "X", zh = "X" }}
docs_url = "https://x.example"
key = {{ hint = {{ en = "", zh = "" }} }}
paths = {{ openai_chat = "/chat/completions" }}
root = "{root}"
"""
    with pytest.raises(ValueError, match=r"is no path|names an option it does not have"):
        parse_vendor(text)
