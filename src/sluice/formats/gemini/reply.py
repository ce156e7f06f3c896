"""Whole answers of the generateContent protocol, both ways (wires.md 3.2)."""

from __future__ import annotations

import hashlib
from typing import Any

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault
from sluice.base.usage import NO_USAGE, Usage
from sluice.base.wire import WireHead
from sluice.formats.canon import Citation, Part, Reasoning, Refusal, Reply, Stop, Text, ToolCall
from sluice.formats.codec import Voicing, unsayable
from sluice.formats.gemini.errors import read_error
from sluice.formats.gemini.names import named
from sluice.formats.gemini.read_parts import PartReader
from sluice.formats.gemini.signatures import NEVER_SIGNED
from sluice.formats.gemini.usage import FAILURES, STOP_WORDS, read_stop, read_usage, write_usage
from sluice.formats.gemini.write_parts import native_parts, write_call, write_thought
from sluice.formats.members import encode
from sluice.formats.reading import Unreadable, as_list, maybe_text, parse, rest

Json = dict[str, Any]


def read_reply(body: bytes) -> Reply | Fault:
    """A whole answer, its first candidate; a Fault when it is an error, or no answer."""
    try:
        top = parse(body)
        if top.get("error"):
            return read_error(200, WireHead(200), body)
        candidates = [] if top.get("candidates") is None else as_list(top["candidates"], "candidates")
        if not candidates and not is_blocked(top):
            return shape_fault("it has no candidates")
        return _reply(top, candidates)
    except Unreadable as wrong:
        return shape_fault(str(wrong))


def _reply(top: Json, candidates: list[Any]) -> Reply | Fault:
    first = named(candidates[0], "candidates[0]") if candidates else {}
    content = named(first["content"], "content") if first.get("content") is not None else {}
    failure = failed(first)
    if failure is not None:
        return failure
    seed = call_seed(maybe_text(top, "responseId"))
    given = content.get("parts")
    parts = [] if given is None else PartReader(seed).parts(given, "candidates[0].content.parts")
    called = any(isinstance(part, ToolCall) for part in parts)
    return Reply(
        source=Format.GEMINI,
        id=maybe_text(top, "responseId"),
        model=maybe_text(top, "modelVersion"),
        parts=_cited(parts, first),
        stop=read_stop(first.get("finishReason"), called=called) if candidates else Stop.REFUSAL,
        usage=read_usage(top.get("usageMetadata")),
        spelled={
            "top": rest(top, "candidates", "modelVersion"),
            "first": rest(first, "content") if candidates else None,
            "content": rest(content, "parts"),
            "has_content": isinstance(first.get("content"), dict),
            "has_parts": given is not None,
            "candidates": candidates[1:] if "candidates" in top else None,
        },
    )


def shape_fault(reason: str) -> Fault:
    """The fault of an answer that is not what was promised."""
    return Fault(cause=Cause.SHAPE, message=f"the upstream's answer cannot be read: {reason}", status=200)


def is_blocked(top: Json) -> bool:
    """Whether the prompt was refused: then there is no candidate at all."""
    feedback = top.get("promptFeedback")
    return isinstance(feedback, dict) and bool(feedback.get("blockReason"))


def failed(candidate: Json) -> Fault | None:
    """The fault of an answer that ended in the model's failure."""
    word = candidate.get("finishReason")
    if not isinstance(word, str) or word not in FAILURES:
        return None
    told = maybe_text(candidate, "finishMessage")
    return Fault(cause=Cause.SHAPE, message=told or f"the model's answer ended with {word}", status=200, code=word)


def call_seed(identity: str) -> str:
    """What makes the ids of an answer's calls its own, from the answer's id."""
    return hashlib.sha256(identity.encode()).hexdigest()[:12] + "_" if identity else ""


def _cited(parts: list[Part], candidate: Json) -> tuple[Part, ...]:
    """What the candidate cites belongs to its last text."""
    found = tuple(citations(candidate))
    for at in range(len(parts) - 1, -1, -1):
        part = parts[at]
        if found and isinstance(part, Text):
            parts[at] = Text(text=part.text, citations=found, extras=part.extras)
            break
    return tuple(parts)


def citations(candidate: Json) -> list[Citation]:
    """The pages of the web a candidate is grounded in, or quotes."""
    grounding, quoted = candidate.get("groundingMetadata"), candidate.get("citationMetadata")
    chunks = grounding.get("groundingChunks") if isinstance(grounding, dict) else None
    told = [chunk.get("web") for chunk in chunks if isinstance(chunk, dict)] if isinstance(chunks, list) else []
    sources = quoted.get("citations") if isinstance(quoted, dict) else None
    told += sources if isinstance(sources, list) else []
    pages = [page for page in told if isinstance(page, dict) and maybe_text(page, "uri")]
    return [Citation(url=page["uri"], title=maybe_text(page, "title")) for page in pages]


def write_reply(reply: Reply, voicing: Voicing) -> bytes | Fault:
    """The answer a client of this protocol is told."""
    if reply.source is Format.GEMINI:
        return encode(_as_it_came(reply, voicing))
    wrong = unsayable(reply)
    if wrong is not None:
        return wrong
    try:
        parts = unsigned([written for part in reply.parts for written in spoken(part)])
    except GatewayError as refused:
        # Arguments that are no JSON: cut off, or made up.
        return shape_fault(refused.message)
    candidate: Json = {"content": {"parts": parts, "role": "model"}, "finishReason": STOP_WORDS[reply.stop], "index": 0}
    cited = _spans(reply)
    if cited:
        candidate["citationMetadata"] = {"citations": [write_citation(*one) for one in cited]}
    return encode({"candidates": [candidate], **closing(reply.usage, voicing)})


def _as_it_came(reply: Reply, voicing: Voicing) -> Json:
    spelled = reply.spelled
    answer: Json = {**spelled["top"]}
    if reply.model:
        answer["modelVersion"] = voicing.model or reply.model
    if spelled["first"] is not None:
        parts = {"parts": native_parts(reply.parts)} if spelled["has_parts"] else {}
        content = {"content": {**parts, **spelled["content"]}} if spelled["has_content"] else {}
        answer["candidates"] = [{**content, **spelled["first"]}, *spelled["candidates"]]
    elif spelled["candidates"] is not None:
        answer["candidates"] = []
    return answer


def unsigned(parts: list[Json]) -> list[Json]:
    """Parts of another provider's answer: its first call says that nobody signed it, as this protocol's servers want to
    know when the conversation goes on there."""
    for at, part in enumerate(parts):
        if "functionCall" in part:
            return [*parts[:at], {**part, "thoughtSignature": NEVER_SIGNED}, *parts[at + 1 :]]
    return parts


def spoken(part: Part) -> list[Json]:
    """A part of another protocol as clients of this one take it. Raises GatewayError for arguments that are no JSON."""
    match part:
        case Text() | Refusal():
            return [{"text": part.text}] if part.text else []
        case Reasoning():
            return [write_thought(part)] if part.text or part.signature or part.sealed else []
        case ToolCall():
            return [{"functionCall": write_call(part, f"the arguments of {part.name}")}]
        case _:
            return []


def _spans(reply: Reply) -> list[tuple[Citation, int, int]]:
    """Citations with the bytes of the whole text they belong to."""
    found = []
    at = 0
    for part in reply.parts:
        if isinstance(part, Text):
            end = at + len(part.text.encode())
            for citation in part.citations:
                found.append((citation, at, end))
            at = end
    return found


def write_citation(citation: Citation, start: int, end: int) -> Json:
    """A page the answer quotes; the offsets are bytes of the whole text."""
    title = {"title": citation.title} if citation.title else {}
    return {"startIndex": start, "endIndex": end, "uri": citation.url, **title}


def closing(usage: Usage, voicing: Voicing) -> Json:
    """What stands in every answer, and in the last piece of a streamed one."""
    told = {} if usage is NO_USAGE else {"usageMetadata": write_usage(usage)}
    return {**told, "modelVersion": voicing.model, "responseId": voicing.new_id}
