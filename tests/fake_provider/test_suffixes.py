"""Each suffix of a model's name does what it promises."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.fake.scenario import FLAGS, NUMBERED, read_scenario

from .conftest import HI, Reader, deltas, read_events, text_of

TEXT = "You said: one two three"
USAGE = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
ASK_USAGE = {"stream_options": {"include_usage": True}}


@pytest.mark.parametrize("suffix", ["", "-ok"])
async def test_a_plain_chat(fake: Reader, suffix: str) -> None:
    answer = (await fake.chat(suffix)).json()
    assert answer["choices"][0] == {
        "index": 0,
        "message": {"role": "assistant", "content": TEXT},
        "finish_reason": "stop",
        "logprobs": None,
    }
    assert (answer["model"], answer["object"], answer["usage"]) == (f"m{suffix}", "chat.completion", USAGE)


async def test_a_plain_stream(fake: Reader) -> None:
    events = await fake.events()
    assert events[-1] == "[DONE]"
    assert text_of(events) == TEXT
    assert deltas(events)[0] == {"role": "assistant", "content": ""}
    assert [e["choices"][0]["finish_reason"] for e in events[:-1]] == [None] * (len(events) - 2) + ["stop"]
    assert all("usage" not in event for event in events[:-1])


async def test_usage_in_a_stream_when_asked_for(fake: Reader) -> None:
    *chunks, last, done = await fake.events(**ASK_USAGE)
    assert done == "[DONE]"
    assert (last["choices"], last["usage"]) == ([], USAGE)
    assert all(chunk["usage"] is None for chunk in chunks)


async def test_two_choices_interleave(fake: Reader) -> None:
    events = await fake.events(n=2)
    assert text_of(events, 0) == text_of(events, 1) == TEXT
    order = [event["choices"][0]["index"] for event in events[:-1]]
    assert order == [0, 1] * (len(order) // 2)
    assert [choice["index"] for choice in (await fake.chat(n=2)).json()["choices"]] == [0, 1]


async def test_a_limit_cuts_the_answer(fake: Reader) -> None:
    for name in ("max_tokens", "max_completion_tokens"):
        answer = (await fake.chat(**{name: 2})).json()
        assert answer["choices"][0]["message"]["content"] == "You said:"
        assert answer["choices"][0]["finish_reason"] == "length"
        assert answer["usage"]["completion_tokens"] == 2


@pytest.mark.parametrize(("suffix", "count"), [("-tool", 1), ("-ptool", 2)])
async def test_tools_are_called(fake: Reader, suffix: str, count: int) -> None:
    tools = [{"type": "function", "function": {"name": name}} for name in ("f", "g")]
    choice = (await fake.chat(suffix, tools=tools)).json()["choices"][0]
    calls = choice["message"]["tool_calls"]
    assert (choice["finish_reason"], choice["message"]["content"]) == ("tool_calls", None)
    assert [call["function"]["name"] for call in calls] == ["f", "g"][:count]
    events = await fake.events(suffix, tools=tools)
    pieces = [piece for delta in deltas(events) for piece in delta.get("tool_calls", ())]
    for number, call in enumerate(calls):
        mine = [piece for piece in pieces if piece["index"] == number]
        assert (mine[0]["id"], mine[0]["function"]["name"]) == (call["id"], call["function"]["name"])
        assert all("id" not in piece and "name" not in piece["function"] for piece in mine[1:])
        assert len(mine) >= 6
        assert "".join(piece["function"]["arguments"] for piece in mine) == call["function"]["arguments"]


async def test_a_tools_result_is_answered(fake: Reader) -> None:
    result = [*HI, {"role": "assistant", "tool_calls": []}, {"role": "tool", "tool_call_id": "x", "content": "21"}]
    answer = (await fake.chat("-tool", messages=result)).json()
    assert answer["choices"][0]["message"]["content"] == "The tool says: 21"
    assert answer["choices"][0]["finish_reason"] == "stop"


async def test_toolsplit_repeats_names_under_one_index(fake: Reader) -> None:
    pieces = [p for delta in deltas(await fake.events("-toolsplit")) for p in delta.get("tool_calls", ())]
    assert {piece["index"] for piece in pieces} == {0}
    assert {piece["id"] for piece in pieces} == {"call_fake0", "call_fake1"}
    assert all(piece["function"]["name"] == "get_weather" for piece in pieces)


async def test_thinking(fake: Reader) -> None:
    message = (await fake.chat("-think")).json()["choices"][0]["message"]
    assert message == {"role": "assistant", "content": TEXT, "reasoning_content": "Let me think about it step by step."}
    events = await fake.events("-think")
    assert (
        "".join(delta.get("reasoning_content", "") for delta in deltas(events)).strip() == message["reasoning_content"]
    )
    tagged = (await fake.chat("-thinktags")).json()["choices"][0]["message"]["content"]
    assert tagged == f"<think>Let me think about it step by step.</think>{TEXT}"
    assert text_of(await fake.events("-thinktags")) == tagged


@pytest.mark.parametrize(("suffix", "status"), [("-429", 429), ("-500", 500), ("-503", 503)])
@pytest.mark.parametrize("stream", [False, True])
async def test_errors_before_the_first_byte(fake: Reader, suffix: str, status: int, stream: bool) -> None:
    answer = await fake.chat(suffix, stream=stream)
    assert answer.status_code == status
    assert isinstance(answer.json()["error"]["message"], str)
    assert answer.headers.get("retry-after") == ("7" if status == 429 else None)


async def test_answers_that_are_none(fake: Reader) -> None:
    empty = await fake.chat("-empty200")
    assert (empty.status_code, empty.content) == (200, b"")
    page = await fake.chat("-html200")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html")


@pytest.mark.parametrize("suffix", ["-errstream", "-429-midstream"])
async def test_an_error_in_the_stream(fake: Reader, suffix: str) -> None:
    events = await fake.events(suffix)
    assert text_of(events[:-1]) == TEXT
    assert events[-1]["error"]["type"] == ("server_error" if suffix == "-errstream" else "rate_limit_error")
    assert "choices" not in events[-1]


async def test_abort_breaks_the_connection(fake: Reader) -> None:
    got: list[bytes] = []
    body = {"model": "m-abort", "messages": HI, "stream": True}
    async with fake.http.stream("POST", "/openai/v1/chat/completions", json=body) as answer:
        with pytest.raises(httpx.RemoteProtocolError):
            await _collect(answer, got)
    assert text_of(read_events(b"".join(got))) == "You said:"
    assert (await fake.requests())[-1]["cut"] is True


async def _collect(answer: httpx.Response, into: list[bytes]) -> None:
    async for piece in answer.aiter_raw():
        into.append(piece)


async def test_split_and_crlf_change_nothing_but_the_bytes(fake: Reader) -> None:
    def anonymous(raw: bytes) -> bytes:
        return raw.replace(b"m-split-crlf", b"m").replace(b"m-split", b"m").replace(b"m-crlf", b"m")

    plain = await fake.raw()
    assert anonymous(await fake.raw("-split")) == plain
    assert anonymous(await fake.raw("-crlf")) == plain.replace(b"\n", b"\r\n")
    assert anonymous(await fake.raw("-split-crlf")) == plain.replace(b"\n", b"\r\n")


async def test_usage_as_the_suffix_says(fake: Reader) -> None:
    assert "usage" not in (await fake.chat("-nousage")).json()
    assert all(not event.get("usage") for event in (await fake.events("-nousage", **ASK_USAGE))[:-1])
    assert (await fake.chat("-zerousage")).json()["usage"]["total_tokens"] == 0
    told = (await fake.chat("-usage-10-20")).json()["usage"]
    assert told == {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
    everywhere = (await fake.events("-usageall", **ASK_USAGE))[:-1]
    assert all(event["usage"] == USAGE and event["choices"] for event in everywhere)


async def test_ends_that_lack_something(fake: Reader) -> None:
    assert "[DONE]" not in await fake.events("-nodone")
    events = await fake.events("-nofinish")
    assert events[-1] == "[DONE]"
    assert all(event["choices"][0]["finish_reason"] is None for event in events[:-1])


async def test_other_ends_and_contents(fake: Reader) -> None:
    filtered = (await fake.chat("-filter")).json()["choices"][0]
    assert (filtered["finish_reason"], filtered["message"]["content"]) == ("content_filter", "")
    assert (await fake.chat("-length")).json()["choices"][0]["finish_reason"] == "length"
    assert json.loads((await fake.chat("-json")).json()["choices"][0]["message"]["content"])["city"] == "Paris"
    assert len((await fake.chat("-long")).json()["choices"][0]["message"]["content"].split()) == 2000
    assert b": keep-alive\n\n" in await fake.raw("-comments")
    chunks = [delta for delta in deltas(await fake.events("-chunks-64")) if delta.get("content")]
    assert len(chunks) == 64


async def test_echo_answers_with_the_request_but_not_its_key(fake: Reader) -> None:
    body = {"model": "m-echo", "messages": HI, "x": 1}
    headers = {"authorization": "Bearer sk-secret", "x-seen": "yes"}
    answer = await fake.http.post("/openai/v1/chat/completions", json=body, headers=headers)
    echoed = json.loads(answer.json()["choices"][0]["message"]["content"])
    assert (echoed["path"], echoed["body"], echoed["headers"]["x-seen"]) == ("/v1/chat/completions", body, "yes")
    assert "sk-secret" not in answer.text


async def test_fail_counts_the_calls_of_each_model(fake: Reader) -> None:
    assert [(await fake.chat("-fail-2")).status_code for _ in range(4)] == [500, 500, 200, 200]
    assert [(await fake.chat("2-fail-1")).status_code for _ in range(2)] == [500, 200]


@pytest.mark.parametrize("suffix", ["-hang", "-stall"])
async def test_silence_ends_when_the_caller_leaves(fake: Reader, suffix: str) -> None:
    asking = asyncio.ensure_future(fake.raw(suffix))
    while (await fake.http.get("/_fake/stats")).json()["open"] == 0:
        assert not asking.done()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    while (await fake.http.get("/_fake/stats")).json()["open"]:
        pass
    (entry,) = await fake.requests()
    assert entry["gone_ms"] >= entry["at_ms"]


async def test_delay_and_slow_take_the_time_they_say(fake: Reader) -> None:
    """Only the least time is checked: a busy machine may take longer."""
    began = time.monotonic()
    await fake.chat("-delay-100")
    assert time.monotonic() - began >= 0.1
    began = time.monotonic()
    assert text_of(await fake.events("-slow")) == TEXT
    assert time.monotonic() - began >= 7 * 0.05


@pytest.mark.parametrize(("prefix", "status"), [("bad-", 401), ("nomoney-", 402), ("limited-", 429), ("down-", 500)])
async def test_keys_that_are_refused(fake: Reader, prefix: str, status: int) -> None:
    headers: dict[str, Any] = {"authorization": f"Bearer {prefix}key"}
    body = {"model": "m", "messages": HI}
    answer = await fake.http.post("/openai/v1/chat/completions", json=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers.get("retry-after") == ("9" if status == 429 else None)


def test_scenarios_are_read_from_the_right() -> None:
    found = read_scenario("gpt-4o-tool-usage-10-20-slow")
    assert found.flags == {"tool", "usage", "slow"}
    assert (found.number("usage"), found.number("usage", place=1), found.number("delay", 7)) == (10, 20, 7)
    assert read_scenario("gpt-tool-4o").flags == set(), "what follows is not a suffix"
    assert read_scenario("slow").flags == set(), "the name itself is none"
    assert read_scenario("m-429-midstream").flags == {"429-midstream"}
    assert read_scenario("m-429").flags == {"429"}


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(FLAGS))), st.sampled_from(sorted(NUMBERED)), st.integers(0, 999_999_999))
def test_suffixes_combine(flags: list[str], numbered: str, number: int) -> None:
    found = read_scenario("-".join(["m", *flags, numbered, str(number)]))
    assert found.flags == {*flags, numbered}
    assert found.number(numbered) == number


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_name_has_a_scenario(name: str) -> None:
    assert read_scenario(name).model == name
