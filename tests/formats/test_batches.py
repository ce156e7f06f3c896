"""The files of batches: one model in, the usage of all good answers out; at every split."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluice.base.errors import GatewayError
from sluice.base.usage import NO_USAGE, Usage
from sluice.formats.batches import InputReader, OutputReader


def line(model: Any = "m", **body: Any) -> str:
    return json.dumps({"custom_id": "1", "method": "POST", "url": "/v1/x", "body": {"model": model, **body}})


def output(status: int, usage: Any) -> str:
    return json.dumps({"id": "x", "response": {"status_code": status, "body": {"usage": usage}}, "error": None})


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_an_input_names_one_model(size: int) -> None:
    data = "\r\n".join([line(), "", line(content="é" * 50), line()]).encode()
    reader = InputReader()
    for at in range(0, len(data), size):
        reader.feed(data[at : at + size])
    reader.finish()
    assert (reader.model, reader.lines, reader.size) == ("m", 3, len(data))


@pytest.mark.parametrize(
    "text", ["", "\n\n", "{}", "[]", "x", line(""), line(3), line() + "\n" + line("other"), line() + "\n{}"]
)
def test_what_is_no_input_is_refused_by_its_line(text: str) -> None:
    def read() -> None:
        reader = InputReader()
        reader.feed(text.encode())
        reader.finish()

    with pytest.raises(GatewayError) as refused:
        read()
    assert (refused.value.status, refused.value.param) == (400, "file")


@pytest.mark.parametrize("size", [1, 13, 10_000])
def test_an_output_is_summed_up(size: int) -> None:
    lines = [
        output(200, {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}),
        output(500, {"prompt_tokens": 99, "completion_tokens": 99}),
        output(200, {"prompt_tokens": 1, "total_tokens": 1}),
        output(200, None),
        json.dumps({"id": "y", "response": None, "error": {"code": "batch_expired"}}),
        "not json",
    ]
    data = "\n".join(lines).encode()
    reader = OutputReader()
    for at in range(0, len(data), size):
        reader.feed(data[at : at + size])
    reader.finish()
    assert reader.usage == Usage(input_tokens=11, output_tokens=2, cached_tokens=4)
    assert (reader.answers, reader.uncounted) == (3, 1)


def test_an_output_without_a_count_has_no_usage() -> None:
    reader = OutputReader()
    reader.feed(output(200, {}).encode())
    reader.finish()
    assert (reader.usage, reader.answers) == (NO_USAGE, 1)


@pytest.mark.parametrize("size", [1, 100, 1_000_000])
def test_of_a_line_of_any_length_the_usage_is_read(size: int) -> None:
    vectors = [{"embedding": [0.5] * 5000, "note": 'a "usage" of {it}'}] * 4
    body = {"data": vectors, "usage": {"prompt_tokens": 7, "total_tokens": 7}}
    long = json.dumps({"id": "x", "response": {"status_code": 200, "body": body}, "error": None})
    silent = json.dumps({"id": "x", "response": {"status_code": 200, "body": {"data": vectors}}, "error": None})
    data = "\n".join([output(200, {"prompt_tokens": 1}), long, silent, long]).encode()
    reader = OutputReader(longest=20_000)
    for at in range(0, len(data), size):
        reader.feed(data[at : at + size])
    reader.finish()
    assert (reader.answers, reader.uncounted, reader.usage) == (4, 1, Usage(input_tokens=15))
