"""The wires of upstreams: the protocols many providers speak, and every provider's own, found in the fixtures.

A vendor with a wire of its own joins the matrix by its fixture folder (tests/vendors/<id>): the requests of every
client are said in it, and what its fixtures answer is told to every client.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tests.vendors.vendor_cases import HERE, Case, head_of, load_cases

from sluice.base.formats import Format
from sluice.base.wire import WireHead
from sluice.formats.codecs import CODECS, UPSTREAM_CODECS
from sluice.vendors.dialect import ChannelSpec, Dialect
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.registry import bind, vendors
from sluice.vendors.schema import Vendor, parse_vendor

from .answers import ANSWERS, Answer

_RESPONSES_ONLY = """
id = "responses-only"
names = { en = "Responses only", zh = "Responses only" }
docs_url = "https://a.example"
key = { hint = { en = "any", zh = "any" } }
base_urls = ["https://a.example/v1"]
paths = { openai_responses = "/responses" }
"""


@dataclass(frozen=True, eq=False)
class Wire:
    """One wire: a channel that speaks it, a model there, and what such an upstream answers, by scenario."""

    name: str
    spec: ChannelSpec
    model: str
    answers: Mapping[str, Answer]
    format: Format | None = None
    credential: str = "key"
    known: Mapping[str, Vendor] | None = None

    def dialect(self) -> Dialect:
        """The dialect of the channel."""
        return bind(self.spec, self.known)


def _spoken(fmt: Format, provider: str, model: str, known: Mapping[str, Vendor] | None = None) -> Wire:
    spec = ChannelSpec(provider=provider, base_url="" if known else _HOME.get(provider, ""), key="key-1234567890123456")
    return Wire(fmt.value, spec, model, ANSWERS[fmt], fmt, known=known)


_HOME = {"openai-compatible": "https://a.example/v1"}


def _own_wires() -> dict[str, Wire]:
    """The wires only one provider speaks: dialects that read streams in a way of their own."""
    found: dict[str, list[Case]] = {}
    for case in load_cases(HERE):
        if case.call.format not in CODECS or case.vendor not in vendors():
            continue
        dialect = bind(case.spec())
        if _is_own(dialect, vendors()[case.vendor]):
            found.setdefault(f"{case.vendor} {type(dialect).__name__}", []).append(case)
    return {name: _own_wire(name, cases) for name, cases in found.items()}


def _is_own(dialect: Dialect, vendor: Vendor) -> bool:
    """Whether no client speaks it: by the protocol's name, or behind the name of chat completions. A provider of
    several of the clients' protocols has none of its own."""
    if vendor.formats() & (UPSTREAM_CODECS.keys() - CODECS.keys()):
        return True
    if not dialect.serves(Format.OPENAI_CHAT) or len(vendor.formats() & CODECS.keys()) > 1:
        return False
    return not isinstance(dialect, OpenAiLike) or type(dialect).stream is not OpenAiLike.stream


def _own_wire(name: str, cases: list[Case]) -> Wire:
    answers: dict[str, Answer] = {}
    for case in cases:
        # What comes only after a further exchange is checked by the kit of the fixtures.
        reply = None if case.reply is None or case.reply.first else case.reply
        streamed = None if case.stream is None or case.stream.first else case.stream
        if reply is None and streamed is None:
            continue
        whole = reply.sent() if reply else None
        stream = streamed.sent() if streamed else None
        answers[case.name] = Answer(
            whole,
            stream,
            head=head_of(reply) if reply else WireHead(200),
            stream_head=head_of(streamed) if streamed else WireHead(200),
            folds=streamed.folds if streamed else True,
        )
    first = cases[0]
    model = first.call.upstream_model or first.call.model
    return Wire(name, first.spec(), model, answers, credential=first.upstream_credential())


@cache
def wires() -> Mapping[str, Wire]:
    """All wires, by name."""
    alone = {"responses-only": parse_vendor(_RESPONSES_ONLY)}
    spoken = [
        _spoken(Format.OPENAI_CHAT, "openai-compatible", "some-model"),
        _spoken(Format.OPENAI_RESPONSES, "responses-only", "gpt-5", alone),
        _spoken(Format.ANTHROPIC, "anthropic", "claude-sonnet-4-5"),
        _spoken(Format.GEMINI, "gemini", "gemini-3-flash"),
    ]
    return {wire.name: wire for wire in spoken} | dict(sorted(_own_wires().items()))
