"""Whatever numbers an upstream tells, in every protocol of every vendor: a Reply or a Fault, never an error of ours,
and no usage anybody would be charged to ruin, or paid, for."""

from __future__ import annotations

import re

import msgspec
import pytest

from sluice.accounting.pricing import charge
from sluice.base.outcome import Fault, Reply
from sluice.base.rates import Rates
from sluice.base.usage import Usage
from sluice.formats.openai_chat.usage import MOST
from sluice.vendors.dialect import Further

from . import conformance as kit
from .vendor_cases import HERE, AnswerPart, Case, head_of, load_cases, with_part

CASES = list(load_cases(HERE))
ODD = (
    *("-5", "18446744073709551615", "18446744073709551616", "9223372036854775807", "1" + "0" * 30, "-1e300", "1e400"),
    *("2.5", "NaN", "Infinity", '"12"', '"many"', '"99999999999999999999999"', "true", "null", "[]", "{}", "[1]"),
)
_NUMBER = re.compile(r'(\w":\s*)-?\d+(?:\.\d+)?(?=\s*[,}\]])')
RATES = Rates(input=10**9, output=10**9, request=1)


def told_otherwise(part: AnswerPart, number: str) -> AnswerPart:
    """The answer, each number a member has replaced."""
    body, *frames = [_NUMBER.sub(lambda found: found[1] + number, text) for text in (part.body, *part.frames)]
    return msgspec.structs.replace(part, body=body, frames=frames)


def odd(part: AnswerPart) -> list[str]:
    """What its numbers become; frames are written by a library, which takes JSON alone."""
    return [number for number in ODD if not part.frames or number not in ("NaN", "Infinity")]


def bearable(usage: Usage) -> None:
    """Whole counts, none below nothing; all that are priced together at most a few times what is believed of one."""
    counts = [getattr(usage, name) for name in Usage.__struct_fields__ if name != "source"]
    assert all(type(count) is int and 0 <= count <= 10 * MOST for count in counts), usage
    assert charge(RATES, usage, 1_000_000) >= 0


@pytest.mark.parametrize("case", with_part(CASES, "reply"), ids=lambda case: f"{case.vendor}/{case.name}")
def test_whole_answers(case: Case) -> None:
    assert case.reply is not None
    reader = kit.reached(case.made(), case.dialect(), case.reply)
    for number in odd(case.reply):
        part = told_otherwise(case.reply, number)
        reply = reader.reply(case.made(), head_of(part), part.sent())
        assert isinstance(reply, Reply | Fault | Further), number
        if isinstance(reply, Reply):
            bearable(reply.usage)


@pytest.mark.parametrize("case", with_part(CASES, "stream"), ids=lambda case: f"{case.vendor}/{case.name}")
def test_streams(case: Case) -> None:
    assert case.stream is not None
    for number in odd(case.stream):
        part = told_otherwise(case.stream, number)
        parser = kit.opened(case, case.dialect())
        parser.feed(part.sent())
        parser.finish()
        assert parser.done is (parser.fault is None), number
        bearable(parser.usage)
