"""An independent reading of what a strict client demands of a chat stream, and ways to feed a parser."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from sluice.base.outcome import StreamParser

KNOWN_ENDS = {"stop", "length", "tool_calls", "content_filter", "function_call"}


@dataclass
class Call:
    """A tool call as a client assembles it."""

    id: str
    name: str
    arguments: str = ""


@dataclass
class Answer:
    """One choice as a client assembles it."""

    content: str = ""
    reasoning: str = ""
    calls: list[Call] = field(default_factory=list)
    finish: str | None = None
    opened: bool = False
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass
class Told:
    """A whole stream as a client understands it. ``done`` is whether ``[DONE]`` came."""

    answers: dict[int, Answer] = field(default_factory=dict)
    usage: dict[str, Any] | None = None
    done: bool = False
    chunks: list[dict[str, Any]] = field(default_factory=list)
    comments: int = 0

    @property
    def answer(self) -> Answer:
        """The only choice."""
        assert list(self.answers) == [0]
        return self.answers[0]


def _add_call(answer: Answer, delta: dict[str, Any]) -> None:
    index, function = delta["index"], delta["function"]
    if index == len(answer.calls):
        assert isinstance(delta["id"], str)
        assert delta["id"]
        assert delta["type"] == "function"
        assert isinstance(function["name"], str)
        assert function["name"]
        assert delta["id"] not in {call.id for call in answer.calls}, "an id is used twice"
        answer.calls.append(Call(delta["id"], function["name"]))
    else:
        assert index == len(answer.calls) - 1, "calls are interleaved or not dense"
        assert "name" not in function, "a name is told twice"
        assert "id" not in delta, "an id is told twice"
    arguments = function.get("arguments", "")
    assert isinstance(arguments, str)
    answer.calls[-1].arguments += arguments


def _add_choice(told: Told, choice: dict[str, Any], legacy: bool) -> None:
    answer = told.answers.setdefault(choice["index"], Answer())
    assert answer.finish is None, "something follows the finish reason of a choice"
    delta = choice if legacy else choice["delta"]
    if not answer.opened and not legacy:
        assert delta.get("role") == "assistant", "the first chunk of a choice has no role"
    answer.opened = True
    for text in (delta.get("text" if legacy else "content"),):
        assert text is None or isinstance(text, str)
        answer.content += text or ""
    answer.reasoning += delta.get("reasoning_content") or delta.get("reasoning") or ""
    for call in delta.get("tool_calls") or []:
        _add_call(answer, call)
    for name in delta.keys() - {"content", "text", "reasoning_content", "reasoning", "tool_calls", "role"}:
        answer.extras[name] = delta[name]
    answer.finish = choice.get("finish_reason")
    assert answer.finish is None or answer.finish in KNOWN_ENDS
    assert "usage" not in choice


def read_strictly(out: bytes, *, wants_usage: bool = False, legacy: bool = False) -> Told:
    """Reads a client's stream and asserts every rule of stream hygiene on the way."""
    told = Told()
    assert b"\r" not in out
    assert out.endswith(b"\n\n") or not out
    for block in out.split(b"\n\n")[:-1]:
        assert not told.done, "something follows [DONE]"
        assert b"\n" not in block, "an event must be one line, as clients split on blank lines"
        if block.startswith(b":"):
            told.comments += 1
            continue
        assert block.startswith(b"data: ")
        assert len(block) > 6, "an empty data line"
        if block == b"data: [DONE]":
            told.done = True
            continue
        chunk = json.loads(block[6:].decode())
        assert isinstance(chunk["choices"], list)
        assert told.usage is None, "a chunk follows the usage chunk"
        if chunk.get("usage") is not None:
            assert wants_usage, "usage that was not asked for"
            assert chunk["choices"] == []
            told.usage = chunk["usage"]
        for choice in chunk["choices"]:
            _add_choice(told, choice, legacy)
        told.chunks.append(chunk)
    for member in ("id", "created", "model", "object"):
        assert len({chunk[member] for chunk in told.chunks}) <= 1, f"{member} changes within the stream"
    if told.done:
        assert told.answers
        assert all(answer.finish for answer in told.answers.values())
    return told


def run(parser: StreamParser, pieces: Iterable[bytes]) -> bytes:
    """Everything a parser tells of these pieces and the end that follows."""
    out = b"".join([parser.feed(piece) for piece in pieces])
    return out + parser.finish()


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """The bytes cut at these places."""
    edges = [0, *sorted(places), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]


class Kit:
    """What tests of streams need; a fixture, as test folders are no package."""

    read = staticmethod(read_strictly)
    run = staticmethod(run)
    cut = staticmethod(cut)
    Answer = Answer
    Call = Call


@pytest.fixture(scope="session")
def kit() -> type[Kit]:
    return Kit
