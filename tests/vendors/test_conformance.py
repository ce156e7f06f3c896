"""Every vendor against its fixtures (vendor_cases.py, conformance.py), and the way to add one."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.base.formats import HELD, Format
from sluice.formats.codecs import CODECS
from sluice.formats.openai_chat.stream import ChatStream
from sluice.vendors.dialect import Dialect
from sluice.vendors.registry import load_vendors, vendors

from . import conformance as kit
from .vendor_cases import HERE, Case, ErrorPart, load_cases, with_part

CASES = list(load_cases(HERE))
CHATS = (Format.OPENAI_CHAT, Format.OPENAI_COMPLETIONS)


def named(case: Case) -> str:
    return f"{case.vendor}/{case.name}"


def each(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=named)


@each(CASES)
def test_the_request_is_what_the_vendor_takes(case: Case) -> None:
    kit.check_request(case, case.dialect())


@each([case for case in CASES if not case.call.fields and case.call.format is not Format.REALTIME])
def test_an_unknown_member_travels_or_is_reported(case: Case) -> None:
    kit.check_unknown_member(case, case.dialect())


@each(with_part(CASES, "reply"))
def test_the_answer_usage_and_price_are_as_expected(case: Case) -> None:
    kit.check_reply(case, case.dialect())


@each(
    [
        case
        for case in with_part(CASES, "reply")
        if case.reply and case.reply.body[:1] == "{" and case.reply.keeps_unknown
    ]
)
def test_an_unknown_member_of_the_answer_reaches_the_client(case: Case) -> None:
    kit.check_reply_keeps(case, case.dialect())


@each(with_part(CASES, "stream"))
def test_the_stream_is_the_same_whole_and_byte_by_byte(case: Case) -> None:
    assert case.stream is not None
    body = case.stream.sent()
    dialect = case.dialect()
    kit.check_stream(case, dialect, [body])
    kit.check_stream(case, dialect, [body[at : at + 1] for at in range(len(body))])


@each(with_part(CASES, "stream"))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_the_stream_is_the_same_at_every_split(case: Case, data: st.DataObject) -> None:
    assert case.stream is not None
    body = case.stream.sent()
    places = data.draw(st.lists(st.integers(0, len(body)), max_size=12))
    pieces = [body[a:b] for a, b in pairwise([0, *sorted(places), len(body)])]
    kit.check_stream(case, case.dialect(), pieces)


@each([case for case in with_part(CASES, "stream") if case.reply and case.stream and case.stream.folds])
def test_the_folded_stream_is_the_whole_answer(case: Case) -> None:
    kit.check_fold(case, case.dialect())


@each(with_part(CASES, "stream"))
def test_a_truncated_stream_is_a_failure_with_what_was_used(case: Case) -> None:
    kit.check_truncated(case, case.dialect())


ERRORS = [(case, error) for case in CASES for error in case.errors]


@pytest.mark.parametrize(("case", "error"), ERRORS, ids=[f"{named(c)}-{e.expect.cause}-{e.status}" for c, e in ERRORS])
def test_an_error_comes_to_its_outcome(case: Case, error: ErrorPart) -> None:
    kit.check_error(case, case.dialect(), error)


@each(with_part(CASES, "batch"))
def test_a_batch_over_the_limit_is_split_and_merged(case: Case) -> None:
    kit.check_batch(case, case.dialect())


@each(with_part(CASES, "models"))
def test_the_list_of_models_is_read(case: Case) -> None:
    kit.check_models(case, case.dialect())


@each(with_part(CASES, "mint"))
def test_a_credential_is_minted(case: Case) -> None:
    kit.check_mint(case, case.dialect())


# What fixtures there must be.


@pytest.mark.parametrize("vendor", vendors())
def test_every_vendor_has_fixtures_for_all_it_serves(vendor: str) -> None:
    own = [case for case in CASES if case.vendor == vendor]
    served = vendors()[vendor].formats() - HELD  # tests/vendors/test_errands.py
    assert {case.call.format for case in own} >= served
    # Beyond what it speaks itself, a vendor may show what it says behind a bridge.
    assert {case.call.format for case in own} - served <= CODECS.keys()
    answered = {case.call.format for case in own if case.reply or case.stream or case.batch}
    assert answered >= served - {Format.REALTIME}  # a session is passed on event by event
    chats = [case for case in own if case.call.format in CODECS]
    streaming = [case for case in chats if kit.streams(case, case.dialect())]
    assert not streaming or any(case.reply and case.stream and case.stream.folds and case.rates for case in chats)
    assert with_part(own, "errors")
    assert with_part(own, "models")


def test_every_fixture_folder_is_a_vendor() -> None:
    assert {case.vendor for case in CASES} == set(vendors())


def test_a_vendor_is_added_by_one_file_and_one_folder(tmp_path: Path) -> None:
    data, fixtures = tmp_path / "data", tmp_path / "fixtures"
    data.mkdir()
    (data / "newcomer.toml").write_text(NEWCOMER, "utf-8")
    shutil.copytree(HERE / "moonshot", fixtures / "newcomer", ignore=shutil.ignore_patterns("messages.toml"))
    known = load_vendors(data)
    cases = list(load_cases(fixtures))
    assert {case.vendor for case in cases} == {"newcomer"}
    for case in cases:
        case.channel.base_url = "https://api.moonshot.cn"
        dialect = case.dialect(known)
        kit.check_request(case, dialect)
        kit.check_unknown_member(case, dialect)
        if case.reply:
            kit.check_reply(case, dialect)
        if case.stream:
            kit.check_stream(case, dialect, [case.stream.sent()])
            kit.check_fold(case, dialect)
            kit.check_truncated(case, dialect)
        for error in case.errors:
            kit.check_error(case, dialect, error)


NEWCOMER = """
id = "newcomer"
names = { en = "Newcomer", zh = "新来者" }
docs_url = "https://newcomer.example"
key = { hint = { en = "sk-...", zh = "sk-..." } }
base_urls = ["https://api.newcomer.example/v1"]
paths = { openai_chat = "/chat/completions" }

[quirks]
developer_to_system = true

[members.openai_chat]
clamp = { temperature = [0, 1] }

[errors]
exceeded_current_quota_error = "auth"
engine_overloaded_error = "overloaded"
"""


# The kit itself: a promise broken is noticed.


def broken(**changes: Any) -> Case:
    """A good case with one thing wrong."""
    good = next(case for case in CASES if named(case) == "moonshot/chat")
    case = msgspec.structs.replace(good)
    for part, members in changes.items():
        setattr(case, part, msgspec.structs.replace(getattr(case, part), **members))
    return case


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        (kit.check_request, {"request": {"url": "https://api.moonshot.cn/v2/chat/completions"}}),
        (kit.check_request, {"request": {"headers": {"authorization": "Bearer other"}}}),
        (kit.check_request, {"request": {"dropped": []}}),
        (kit.check_request, {"request": {"body": '{"model":"kimi-k2.5","temperature":1}'}}),
        (kit.check_reply, {"reply": {"expect": "{}"}}),
        (kit.check_reply, {"reply": {"usage": {"input_tokens": 30, "output_tokens": 2}}}),
        (kit.check_reply, {"reply": {"charge": 15_801}}),
        (kit.check_reply, {"reply": {"finish": "length"}}),
        (kit.check_fold, {"stream": {"charge": 15_801}}),
        (kit.check_truncated, {"stream": {"usage_so_far": {"input_tokens": 30}}}),
        (kit.check_truncated, {"stream": {"finish": "length"}}),
        (kit.check_models, {"models": {"url": "https://api.moonshot.cn/models"}}),
        (kit.check_models, {"models": {"expect": ["other"]}}),
    ],
)
def test_the_kit_notices_a_broken_promise(check: Callable[[Case, Dialect], None], changes: dict[str, Any]) -> None:
    sound = broken()
    check(sound, sound.dialect())
    case = broken(**changes)
    with pytest.raises(AssertionError):
        check(case, case.dialect())


class Forgetful(ChatStream):
    """A parser that takes a broken stream for a whole one."""

    def finish(self) -> bytes:
        self.done, self.fault = True, None
        return b""


def test_the_kit_notices_a_clean_end_of_a_broken_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    case = broken()
    dialect = case.dialect()
    stream = Forgetful(model=case.call.model, wants_usage=True)
    monkeypatch.setattr(dialect, "stream", lambda call, head: copy.deepcopy(stream))
    with pytest.raises(AssertionError):
        kit.check_truncated(case, dialect)
