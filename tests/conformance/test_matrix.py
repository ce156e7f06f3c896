"""The matrix: clients of every protocol at upstreams of every wire.

What goes out and what is told stands in golden/, to be reviewed; here are the promises each cell keeps besides.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.formats.folding import bare, fold
from tests.vendors.vendor_cases import HERE, load_cases

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault, Reply
from sluice.formats.canon import Opaque, Reasoning, Text
from sluice.formats.canon import Reply as Told
from sluice.formats.codecs import CODECS, UPSTREAM_CODECS
from sluice.vendors.registry import vendors

from .answers import PROOF, SEALED
from .cells import CLIENTS, events_of, hear, listen, say, thinking_loop, told_error
from .golden import FOLDER, name_of, page, pages
from .questions import QUESTIONS
from .wires import Wire, wires

each_client = pytest.mark.parametrize("client", CLIENTS, ids=str)
each_wire = pytest.mark.parametrize("wire", wires().values(), ids=lambda wire: wire.name)


@each_client
@each_wire
def test_the_golden_file_is_current(client: Format, wire: Wire) -> None:
    """``make golden`` writes it; a change is reviewed where the diff shows it."""
    assert (FOLDER / name_of(client, wire)).read_text("utf-8") == page(client, wire)


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == pages().keys()


def test_no_wire_stays_out_of_the_matrix() -> None:
    """Wires are found by the fixtures: a provider with a module of its own shows there how it converses."""
    shown = {case.vendor for case in load_cases(HERE) if case.call.format in UPSTREAM_CODECS}
    own = {vendor.id for vendor in vendors().values() if vendor.dialect and vendor.formats() & UPSTREAM_CODECS.keys()}
    assert len(own) > 10
    assert own <= shown


def test_every_scenario_is_asked_by_every_client() -> None:
    assert all(set(bodies) == set(CLIENTS) for bodies in QUESTIONS.values())


def asked_alike(wire: Wire) -> bool:
    """Whether an upstream is asked in one way for both: it always streams, or never does."""
    dialect = wire.dialect()
    return getattr(dialect, "streams_only", False) or getattr(dialect, "never_streams", False)


@each_client
@each_wire
@pytest.mark.parametrize("scenario", QUESTIONS)
def test_what_is_asked_is_said_or_refused_by_name(client: Format, wire: Wire, scenario: str) -> None:
    refused = _refusal(client, wire, scenario)
    if refused is not None:
        assert refused.status == 400
        assert refused.param
        return
    said = say(client, wire, QUESTIONS[scenario][client])
    streamed = say(client, wire, QUESTIONS[scenario][client], stream=True)
    assert streamed.dropped == said.dropped
    assert streamed.request != said.request or asked_alike(wire), "nothing asks for a stream"
    if wire.format is not None:
        body = {"model": wire.model, **said.body}
        assert CODECS[wire.format].decode_request(msgspec.json.encode(body)).turns


def _refusal(client: Format, wire: Wire, scenario: str) -> GatewayError | None:
    try:
        say(client, wire, QUESTIONS[scenario][client])
    except GatewayError as error:
        return error
    return None


def _cells(*, broken: bool) -> list[Any]:
    return [
        pytest.param(wire, scenario, id=f"{wire.name}-{scenario}")
        for wire in wires().values()
        for scenario, answer in wire.answers.items()
        if (answer.broken or not 200 <= answer.head.status < 300) is broken
    ]


@each_client
@pytest.mark.parametrize(("wire", "scenario"), _cells(broken=False))
def test_a_stream_says_what_the_whole_answer_says(client: Format, wire: Wire, scenario: str) -> None:
    answer = wire.answers[scenario]
    if answer.stream is None or answer.whole is None or not answer.folds:
        pytest.skip("the fixture has no two forms of one answer")
    if scenario == "malformed call":
        assert isinstance(hear(client, wire, scenario), Fault) or client is wire.format
        return
    out, parser = listen(client, wire, scenario, [answer.stream])
    assert parser.fault is None
    assert parser.done
    drops = [answer.stream[at : at + 1] for at in range(len(answer.stream))]
    assert listen(client, wire, scenario, drops)[0] == out
    folded = fold(events_of(client, out))
    whole = hear(client, wire, scenario)
    assert isinstance(whole, Reply), whole
    decoded = CODECS[client].decode_reply(whole.body)
    assert isinstance(decoded, Told)
    assert folded.stop is decoded.stop
    assert folded.usage == decoded.usage
    assert parser.usage == whole.usage
    assert _words(folded.parts.values()) == _words(decoded.parts)


def _words(parts: Any) -> list[Any]:
    """What is said; thoughts as one text with their proofs, as some protocols tell the two apart."""
    parts = list(parts)
    thoughts = [part for part in parts if isinstance(part, Reasoning)]
    rest = [bare(part) for part in parts if not isinstance(part, Reasoning | Opaque)]
    proofs = {proof for part in thoughts for proof in (part.signature, part.sealed) if proof}
    return ["".join(part.text for part in thoughts), proofs, *[one for one in rest if one != (Text, "")]]


@each_client
@pytest.mark.parametrize(("wire", "scenario"), _cells(broken=True))
def test_an_error_is_told_in_the_client_s_protocol(client: Format, wire: Wire, scenario: str) -> None:
    answer = wire.answers[scenario]
    if answer.whole is not None:
        fault = hear(client, wire, scenario)
        assert isinstance(fault, Fault)
        assert fault.cause is Cause.RATE
        assert told_error(client, fault)[0] == 429
    if answer.stream is not None:
        _, parser = listen(client, wire, scenario, [answer.stream])
        assert parser.fault is not None
        assert parser.fault.cause is (Cause.BROKEN if scenario == "cut off" else Cause.RATE)
        assert parser.committed is (scenario != "error in its place")
        assert not parser.done


@each_client
@each_wire
@pytest.mark.parametrize("maker", [wire for wire in wires().values() if wire.format], ids=lambda wire: wire.name)
def test_what_proves_a_thought_returns_to_its_maker_and_to_nobody_else(client: Format, wire: Wire, maker: Wire) -> None:
    if (refused := _refusal(client, wire, "tools")) is not None and refused.param == "tools":
        with pytest.raises(GatewayError, match="can call no tools"):
            thinking_loop(client, wire, maker)
        return
    said = thinking_loop(client, wire, maker)
    proof = SEALED if maker.format is Format.OPENAI_RESPONSES else PROOF
    expected = maker is wire and maker.format is not Format.OPENAI_CHAT
    assert (proof.encode() in said.sent) is expected
    assert b"sluice" not in said.sent
