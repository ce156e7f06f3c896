"""Google's generateContent wire: what its provider checks, both framings of its streams, embeddings and models."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator

from sluice.fake.content import Json, Said, answer, tokens_of, vector
from sluice.fake.http import Ask

_METHODS = ("generateContent", "streamGenerateContent", "countTokens", "embedContent", "batchEmbedContents")
_TOP = frozenset(
    {
        "contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "safetySettings", "cachedContent",
        "labels", "serviceTier", "store",
    }
)  # fmt: skip
_STOPS = {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP", "content_filter": "SAFETY"}
_NEVER_SIGNED = base64.b64encode(b"skip_thought_signature_validator").decode()
_UNSIGNED = ("gemini-1", "gemini-2")
"""Models from before there were signatures."""


def error(message: str, status: str = "INVALID_ARGUMENT", code: int = 400) -> Json:
    """The protocol's error body."""
    return {"error": {"code": code, "message": message, "status": status}}


def speaks(path: str) -> bool:
    """Whether a path is one of this wire's methods."""
    return path.rpartition(":")[2] in _METHODS


def signature_of(what: str) -> str:
    """What proves a thought: another thing that came of it, another proof."""
    return base64.b64encode(b"proof " + hashlib.sha256(what.encode()).digest()[:12]).decode()


async def serve(ask: Ask) -> None:
    """A method of a model."""
    method = ask.path.rpartition(":")[2]
    if not ask.key:
        await ask.answer(403, error("Method doesn't allow unregistered callers", "PERMISSION_DENIED", 403))
    elif method == "countTokens":
        await ask.answer(200, {"totalTokens": 7})
    elif method == "batchEmbedContents":
        rows = [{"values": vector(_words(one["content"]["parts"]), 8)} for one in ask.json["requests"]]
        await ask.answer(200, {"embeddings": rows})
    elif method == "embedContent":
        await ask.answer(200, {"embedding": {"values": vector(_words(ask.json["content"]["parts"]), 8)}})
    else:
        await _generate(ask, streamed=method == "streamGenerateContent")


async def models(ask: Ask) -> None:
    """``GET /v1beta/models``."""
    names = ("gemini-3-fake", "gemini-embedding-fake")
    await ask.answer(200, {"models": [{"name": f"models/{name}", "displayName": name} for name in names]})


async def _generate(ask: Ask, *, streamed: bool) -> None:
    events = ask.query.get("alt") == "sse"
    wrong = _refusal(ask)
    if wrong:
        told = error(wrong)
        await ask.answer(400, [told] if streamed and not events else told)
        return
    said = _answer(ask)
    if not streamed:
        await ask.answer(200, _whole(ask, said))
    elif events:
        # The provider ends its lines with both characters.
        await ask.stream([b"data: " + _json(piece) + b"\r\n\r\n" for piece in _pieces(ask, said)])
    else:
        pieces = list(_pieces(ask, said))
        marks = [b"[" if at == 0 else b",\r\n" for at in range(len(pieces))]
        framed = [mark + _json(piece) for mark, piece in zip(marks, pieces, strict=True)]
        await ask.stream([*framed, b"]"], "application/json")


def _json(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


# What the provider refuses.


def _refusal(ask: Ask) -> str:
    """Why the provider would refuse the request; "" when it would not."""
    strangers = sorted(ask.json.keys() - _TOP)
    if strangers:
        return f'Invalid JSON payload received. Unknown name "{strangers[0]}": Cannot find field.'
    contents = ask.json.get("contents") or []
    if not contents:
        return "contents is not specified"
    signed = not ask.scenario.model.startswith(_UNSIGNED)
    calls = 0
    for content in contents:
        if content.get("role", "user") not in ("user", "model"):
            return "Please use a valid role: user, model."
        parts = content.get("parts") or []
        if not parts or any(not part for part in parts):
            return "contents.parts must not be empty."
        answered = sum("functionResponse" in part for part in parts)
        if answered != calls:
            return "the number of function response parts must equal the number of function call parts"
        calls = sum("functionCall" in part for part in parts)
        wrong = _unproven(parts, signed) if content.get("role") == "model" else ""
        if wrong:
            return wrong
    return "the last calls have no responses" if calls else ""


def _unproven(parts: list[Json], signed: bool) -> str:
    """What is wrong with the proofs of a model's turn."""
    calls = [part for part in parts if "functionCall" in part]
    if signed and calls and "thoughtSignature" not in calls[0]:
        return f"Function call `{calls[0]['functionCall']['name']}` is missing a thought_signature"
    for part in parts:
        proof = part.get("thoughtSignature")
        if proof is None or proof == _NEVER_SIGNED:
            continue
        call = part.get("functionCall")
        proof = proof.translate(str.maketrans("-_", "+/"))  # both alphabets of base64 are taken
        if call is not None and proof != signature_of(call["name"] + json.dumps(call["args"], sort_keys=True)):
            return "Corrupted thought signature."
        if call is None and not proof.startswith(base64.b64encode(b"proof ").decode()):
            return "Invalid thought signature."
    return ""


# What it says.


def _words(parts: list[Json]) -> str:
    return " ".join(part["text"] for part in parts if isinstance(part.get("text"), str) and not part.get("thought"))


def _plain(content: Json) -> Json:
    """A content as the fake's brain reads it."""
    parts = content["parts"]
    answers = [part["functionResponse"]["response"] for part in parts if "functionResponse" in part]
    if answers:
        told = answers[-1].get("result", answers[-1].get("output"))
        return {"role": "tool", "content": told if isinstance(told, str) else json.dumps(answers[-1])}
    return {"role": content.get("role", "user"), "content": _words(parts)}


def _answer(ask: Ask) -> Said:
    body = ask.json
    turns = [_plain(content) for content in body["contents"]]
    if body.get("systemInstruction"):
        turns.insert(0, {"role": "system", "content": _words(body["systemInstruction"]["parts"])})
    declared = [one for tool in body.get("tools") or [] for one in tool.get("functionDeclarations") or []]
    tools = [{"function": {"name": one["name"]}} for one in declared]
    config = body.get("generationConfig") or {}
    said = answer(ask.scenario, turns, tools, config.get("maxOutputTokens"))
    if "echo" in ask.scenario:
        said.text = json.dumps({"path": ask.path, "headers": ask.headers, "body": body})
    for stop in config.get("stopSequences") or []:
        if stop in said.text:
            said.text = said.text.partition(stop)[0]
            said.output_tokens = tokens_of(said.text)
    return said


def _usage(ask: Ask, said: Said) -> Json:
    if "nousage" in ask.scenario:
        return {}
    thought = tokens_of(said.reasoning)
    counts = {
        "promptTokenCount": said.input_tokens,
        "candidatesTokenCount": said.output_tokens - thought,
        "totalTokenCount": said.input_tokens + said.output_tokens,
    }
    return {"usageMetadata": {**counts, "thoughtsTokenCount": thought} if thought else counts}


def _head(ask: Ask) -> Json:
    return {"modelVersion": ask.scenario.model, "responseId": f"resp-{hashlib.sha256(ask.body).hexdigest()[:8]}"}


def _thoughts(said: Said) -> list[Json]:
    return [{"text": said.reasoning, "thought": True}] if said.reasoning else []


def _calls(ask: Ask, said: Said) -> list[Json]:
    """Only the first of parallel calls is signed; older models sign none, and give no ids."""
    parts: list[Json] = []
    for at, call in enumerate(said.calls):
        name, args = call["function"]["name"], json.loads(call["function"]["arguments"])
        part: Json = {"functionCall": {"name": name, "args": args}}
        if not ask.scenario.model.startswith(_UNSIGNED):
            part["functionCall"]["id"] = call["id"]
            if at == 0:
                part["thoughtSignature"] = signature_of(name + json.dumps(args, sort_keys=True))
        parts.append(part)
    return parts


def _candidate(parts: list[Json], finish: str = "") -> Json:
    content: Json = {"content": {"parts": parts, "role": "model"}} if parts else {}
    return {**content, **({"finishReason": finish} if finish else {}), "index": 0}


def _blocked(ask: Ask) -> Json:
    return {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {"promptTokenCount": 3},
        **_head(ask),
    }


def _whole(ask: Ask, said: Said) -> Json:
    if said.finish == "content_filter":
        return _blocked(ask)
    text = [{"text": said.text}] if said.text else []
    parts = [*_thoughts(said), *text, *_calls(ask, said)]
    return {"candidates": [_candidate(parts, _STOPS[said.finish])], **_usage(ask, said), **_head(ask)}


def _pieces(ask: Ask, said: Said) -> Iterator[Json]:
    """The pieces of a stream: the reason for the end comes after the calls, in a piece of its own."""
    head = {**_usage(ask, said), **_head(ask)}
    if said.finish == "content_filter":
        yield _blocked(ask)
        return
    for word in Said(text=said.reasoning).pieces():
        yield {"candidates": [_candidate([{"text": word, "thought": True}])], **head}
    for word in said.pieces():
        yield {"candidates": [_candidate([{"text": word}])], **head}
    for part in _calls(ask, said):
        yield {"candidates": [_candidate([part])], **head}
    if "errstream" in ask.scenario:
        yield error("The model is overloaded.", "UNAVAILABLE", 503)
    elif "429-midstream" in ask.scenario:
        yield error("too many requests", "RESOURCE_EXHAUSTED", 429)
    elif "nodone" not in ask.scenario:
        last: Json = {"text": ""}
        if said.reasoning and not said.calls:
            last["thoughtSignature"] = signature_of(said.text)
        yield {"candidates": [_candidate([last], _STOPS[said.finish])], **head}
