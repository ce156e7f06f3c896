"""``conversions.md``: what becomes of every member of every client protocol at upstreams of every other, found by
sending each through the codecs themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
from tools.docs.markdown import code, codes, page, table
from tools.docs.protocol_members import MEMBERS, PARTS, SEEN_TO, TITLES

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.catalog.abilities import families
from sluice.formats.codecs import CODECS
from sluice.formats.effort import TABLE
from sluice.formats.own_names import own_names

Json = dict[str, Any]

_BASES: dict[Format, Json] = {
    Format.OPENAI_CHAT: {"model": "m", "messages": [{"role": "user", "content": "Hi"}]},
    Format.OPENAI_RESPONSES: {"model": "m", "input": [{"role": "user", "content": "Hi"}]},
    Format.ANTHROPIC: {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]},
    Format.GEMINI: {"model": "m", "contents": [{"role": "user", "parts": [{"text": "Hi"}]}]},
}
_CONTENT = {
    Format.OPENAI_CHAT: ("messages", "content"),
    Format.OPENAI_RESPONSES: ("input", "content"),
    Format.ANTHROPIC: ("messages", "content"),
    Format.GEMINI: ("contents", "parts"),
}
_INTRO = """A request is passed on as it came where the channel speaks its client's protocol. Where it speaks another,
this page tells what becomes of each member: **carried**, and under which name; **told**, when it is left out or changed
and named in the answer's `x-sluice-dropped` header and in the request's log; or **refused** with a 400 that names it.
Each cell is what the codecs do with a request that holds the member. Members nobody knows here are told, like all that
is left out; in the client's own protocol they travel untouched.

What a model cannot do is left out and told too, though its protocol could carry it: see the families of models below.
Signatures and sealed thoughts go back to the model and account that made them, and are left out everywhere else."""


def conversions_page() -> str:
    """The page."""
    parts = []
    for source in CODECS:
        parts.append(f"## Clients of {TITLES[source]}")
        targets = [target for target in CODECS if target is not source]
        head = ("member", *(TITLES[target] for target in targets))
        parts.append(table(head, [_row(source, targets, *sample) for sample in MEMBERS[source].items()]))
        parts.append(f"### Content and tools of {TITLES[source]}")
        parts.append(table(head, [_row(source, targets, *sample) for sample in PARTS[source].items()]))
    return page("Conversions", _INTRO, *parts, *_models(), *_efforts())


def _row(source: Format, targets: list[Format], name: str, sample: Json | list[Json]) -> tuple[str, ...]:
    return (code(name), *(fate(source, target, name, sample) for target in targets))


def fate(source: Format, target: Format, name: str, sample: Json | list[Json]) -> str:
    """What becomes of a member. Raises LookupError for one that vanishes though nobody says why it may."""
    try:
        body, dropped = _encoded(source, target, sample)
    except GatewayError as refused:
        return f"refused: {refused.code}" if refused.code != "unsupported_content" else "refused"
    plain, _ = _encoded(source, target, {})
    changed = list(_changes(plain, body))
    if dropped:
        left = f"told: {codes(dropped)}"
        return f"carried as {codes(changed)}; {left}" if changed else left
    if changed:
        return f"carried as {codes(changed)}"
    reason = SEEN_TO.get(name) or SEEN_TO.get(f"{source.value} {name}")
    if reason is None:
        raise LookupError(f"{name} of {source.value} vanishes on its way to {target.value}: say why, or tell of it")
    return reason


def _encoded(source: Format, target: Format, sample: Json | list[Json]) -> tuple[Json, tuple[str, ...]]:
    body = _with(source, sample)
    request = CODECS[source].decode_request(json.dumps(body).encode())
    written = CODECS[target].encode_request(request)
    told: Json = json.loads(msgspec.json.encode(written.body))
    return told, own_names(request, written.dropped)


def _with(source: Format, sample: Json | list[Json]) -> Json:
    """The plain request with a member, or with parts in its message."""
    body: Json = json.loads(json.dumps(_BASES[source]))
    if isinstance(sample, dict):
        return {**body, **sample}
    turns, content = _CONTENT[source]
    body[turns] = [{**body[turns][0], content: sample}]
    return body


def _changes(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """The paths at which two bodies differ, down to lists."""
    if isinstance(after, dict) and isinstance(before, dict | None) and (not path or path.count(".") < 2):
        for name in after:
            yield from _changes((before or {}).get(name), after[name], f"{path}.{name}" if path else name)
    elif before != after:
        yield path


def _models() -> Iterator[str]:
    yield "## Families of models"
    yield (
        "By the name the upstream knows a model under, in lower case and without its owner; the first row that fits. "
        "A model of no family is taken to do all its protocol allows."
    )
    head = (
        "models",
        "takes",
        "thinks by",
        "sampling",
        "prefill",
        "schema",
        "stop texts",
        "thought goes back",
        "source",
    )
    rows = []
    for row in families():
        flags = ["yes" if flag else "no" for flag in (row.prefill, row.structured, row.stops)]
        known = (codes(row.match), ", ".join(row.input), row.reasoning, row.sampling, *flags, _replay(row.replay))
        rows.append((*known, f"{row.source} ({row.as_of})"))
    yield table(head, rows)


def _replay(word: str) -> str:
    return {"proofs": "by its proofs", "calls": "its words, with calls", "never": "never"}[word]


def _efforts() -> Iterator[str]:
    yield "## Efforts and budgets"
    yield "One table for both ways: a budget of tokens is the least effort whose budget is as large, at most `high`."
    rows = [(code(effort), str(row.budget), code(row.adaptive), code(row.level)) for effort, row in TABLE.items()]
    yield table(("effort", "budget", "Messages, adaptive", "generateContent, level"), rows)
