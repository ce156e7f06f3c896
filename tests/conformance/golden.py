"""The matrix in writing: one file for each client and wire, as a reader reviews it; ``make golden`` writes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.base.outcome import Fault
from sluice.formats.sse import SseDecoder
from sluice.relay.refusal import client_error

from .cells import CLIENTS, VOICES, Said, hear, listen, refusal, say, thinking_loop, told_error
from .questions import QUESTIONS
from .wires import Wire, wires

FOLDER = Path(__file__).parent / "golden"
SHOWN = ("text", "parallel tools", "thought", "thought and tools", "citation")
"""Answers whose streams are written out; of the others it is checked that they say what the whole answer says."""
_STABLE = ("id", "object", "created", "model", "logprobs", "modelVersion", "responseId", "sequence_number")


def name_of(client: Format, wire: Wire) -> str:
    """The file of a client and a wire."""
    return f"{client.value}--{wire.name.replace(' ', '-')}.txt"


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def _lines(value: Any) -> Iterator[str]:
    """An object, a line for each member, and for each element of a list."""
    for name, member in value.items():
        if isinstance(member, list) and len(member) > 1:
            yield from (f"  {name}[{at}]: {_short(one)}" for at, one in enumerate(member))
        else:
            yield f"  {name}: {_short(member)}"


def _said(said: Said) -> Iterator[str]:
    yield f"  {said.request.method.decode()} {said.request.target.partition(b'?')[0].decode()}"
    yield from _lines(said.body)
    if said.dropped:
        yield f"  -- told as dropped: {', '.join(said.dropped)}"


def _asks(client: Format, wire: Wire) -> Iterator[str]:
    for scenario, bodies in QUESTIONS.items():
        yield f"ask: {scenario}"
        yield from _said_or_refused(client, partial(say, client, wire, bodies[client]))
    for maker in wires().values():
        if "thought and tools" in maker.answers:
            yield f"ask: go on in a tool loop, thought by {maker.name}"
            yield from _said_or_refused(client, partial(thinking_loop, client, wire, maker))


def _said_or_refused(client: Format, ask: Callable[[], Said]) -> Iterator[str]:
    try:
        yield from _said(ask())
    except GatewayError as error:
        yield f"  -- refused: {refusal(client, error)[0]} {error.code} at {error.param}: {error.message}"
    yield ""


def _hears(client: Format, wire: Wire) -> Iterator[str]:
    for scenario, answer in wire.answers.items():
        yield f"hear: {scenario}"
        if answer.whole is not None:
            reply = hear(client, wire, scenario)
            if isinstance(reply, Fault):
                yield from _fault(client, reply)
            else:
                yield from _lines(json.loads(reply.body))
                yield f"  -- usage {_usage(reply.usage)}, finish {reply.finish_reason}"
        if answer.stream is not None and (scenario in SHOWN or answer.broken):
            yield from _stream(client, wire, scenario, answer.stream)
        yield ""


def _usage(usage: Any) -> str:
    names = ("input", "cached", "cache_write", "output", "reasoning")
    told = {name: getattr(usage, f"{name}_tokens") for name in names}
    return " ".join(f"{name}={count}" for name, count in told.items() if count) or usage.source


def _fault(client: Format, fault: Fault) -> Iterator[str]:
    status, body = told_error(client, fault)
    wait = f", retry after {fault.retry_after:g} s" if fault.retry_after else ""
    yield f"  -- {fault.cause.value}: {status}{wait} {body.decode()}"


def _stream(client: Format, wire: Wire, scenario: str, body: bytes) -> Iterator[str]:
    out, parser = listen(client, wire, scenario, [body])
    for event in SseDecoder().feed(out):
        yield f"  > {_event(event.data)}"
    if parser.fault is not None:
        yield f"  -- {parser.fault.cause.value} {'after' if parser.committed else 'before'} the first words"
        if parser.committed:
            error = VOICES[client].stream_error(client_error(parser.fault), "req-1")
            yield f"  > {error.decode().strip()}".replace("\n", " ")


def _event(data: bytes) -> str:
    """An event without what is the same in all of a stream."""
    if data.startswith(b"[DONE]"):
        return "[DONE]"
    event = json.loads(data)
    if isinstance(event.get("response"), dict):
        told = event["response"]
        event["response"] = {
            "status": told["status"],
            "output": f"{len(told['output'])} items",
            "usage": told.get("usage"),
        }
    return _short({name: value for name, value in event.items() if name not in _STABLE})


def page(client: Format, wire: Wire) -> str:
    """What stands in a file."""
    head = f"Clients of {client.value} at {wire.name} ({wire.spec.provider}, {wire.model}). Written by `make golden`."
    return "\n".join([head, "", *_asks(client, wire), *_hears(client, wire)])


def pages() -> dict[str, str]:
    """All files, by name."""
    return {name_of(client, wire): page(client, wire) for client in CLIENTS for wire in wires().values()}


def write() -> None:
    """Writes them, and removes those of wires that are no more."""
    made = pages()
    for path in FOLDER.glob("*.txt"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, "utf-8")
