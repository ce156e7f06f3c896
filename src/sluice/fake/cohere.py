"""Cohere's wire: chat of the second version with what the provider checks, its events, embeddings and rerank."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sluice.fake.content import Json, Said, answer, text_of, tokens_of, vector
from sluice.fake.http import Ask

_TOP = frozenset(
    {
        "model", "messages", "stream", "tools", "tool_choice", "strict_tools", "documents", "citation_options",
        "response_format", "safety_mode", "max_tokens", "stop_sequences", "temperature", "p", "k", "seed",
        "presence_penalty", "frequency_penalty", "logprobs", "thinking", "priority",
    }
)  # fmt: skip
_STOPS = {"stop": "COMPLETE", "length": "MAX_TOKENS", "tool_calls": "TOOL_CALL", "content_filter": "ERROR"}


def model_of(ask: Ask) -> str:
    """The model in the body."""
    model = ask.json.get("model") if isinstance(ask.json, dict) else None
    return model if isinstance(model, str) else ""


async def serve(ask: Ask) -> None:
    """A call."""
    if not ask.key:
        await ask.answer(401, {"message": "no api key supplied"})
    elif ask.path == "/v1/models":
        names = ("fake-chat", "command-fake")
        await ask.answer(200, {"models": [{"name": name, "endpoints": ["chat"]} for name in names]})
    elif ask.path == "/v2/embed":
        await _embed(ask)
    elif ask.path == "/v2/rerank":
        await _rerank(ask)
    elif ask.path == "/v2/chat":
        await _chat(ask)
    else:
        await ask.answer(404, {"message": "not found"})


async def _embed(ask: Ask) -> None:
    texts = ask.json["texts"]
    if not ask.json.get("input_type") or not 0 < len(texts) <= 96:
        await ask.answer(400, {"message": "invalid request: input_type is required; at most 96 texts"})
        return
    units = {"billed_units": {"input_tokens": float(sum(map(tokens_of, texts)))}}
    await ask.answer(200, {"id": "e1", "embeddings": {"float": [vector(t, 8) for t in texts]}, "meta": units})


async def _rerank(ask: Ask) -> None:
    documents = ask.json["documents"]
    if "return_documents" in ask.json or not all(isinstance(one, str) for one in documents):
        await ask.answer(400, {"message": "invalid request: documents must be strings"})
        return
    rows = [{"index": at, "relevance_score": 1 / (at + 1)} for at in range(len(documents))]
    told = {"id": "r1", "results": rows[: ask.json.get("top_n")], "meta": {"billed_units": {"search_units": 1}}}
    await ask.answer(200, told)


async def _chat(ask: Ask) -> None:
    wrong = _refusal(ask.json)
    if wrong:
        await ask.answer(400, {"message": wrong})
        return
    said = _answer(ask)
    if ask.json.get("stream"):
        await ask.stream(_events(ask, said))
        return
    told = {"id": "c1", "finish_reason": _STOPS[said.finish], "message": _message(said), **_usage(ask, said)}
    await ask.answer(200, told)


def _refusal(body: Json) -> str:
    """Why the provider would refuse the request; "" when it would not."""
    strangers = sorted(body.keys() - _TOP)
    if strangers:
        return f"unknown field: parameter '{strangers[0]}' is not a valid field"
    if body.get("tool_choice", "NONE") not in ("REQUIRED", "NONE"):
        return "tool_choice must be REQUIRED or NONE"
    bounded = ("temperature", "presence_penalty", "frequency_penalty")
    if not all(0 <= body.get(name, 0) <= 1 for name in bounded) or len(body.get("stop_sequences") or []) > 5:
        return "invalid request: a parameter is out of range"
    waiting: list[str] = []
    for message in body["messages"]:
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting or not isinstance(message["content"], str):
                return "invalid request: tool call id not found in previous tool calls"
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            return "invalid request: all tool calls must be answered"
        if message["role"] not in ("system", "user", "assistant") or message.get("content") in ("", []):
            return "invalid request: a message is malformed"
        if message.get("tool_calls") and text_of(message.get("content")).strip():
            return "invalid request: a message with tool calls has a tool_plan, no text"
        waiting = [call["id"] for call in message.get("tool_calls") or []]
    return "invalid request: the last tool calls have no results" if waiting else ""


def _answer(ask: Ask) -> Said:
    body = ask.json
    turns = [{"role": one["role"], "content": text_of(one.get("content"))} for one in body["messages"]]
    said = answer(ask.scenario, turns, body.get("tools"), body.get("max_tokens"))
    if "echo" in ask.scenario:
        said.text = json.dumps({"path": ask.path, "headers": ask.headers, "body": body})
    return said


def _usage(ask: Ask, said: Said) -> Json:
    """More tokens are counted than are billed."""
    if "nousage" in ask.scenario:
        return {}
    billed = {"input_tokens": said.input_tokens, "output_tokens": said.output_tokens}
    return {"usage": {"billed_units": billed, "tokens": {name: count + 500 for name, count in billed.items()}}}


def _calls(said: Said) -> list[Json]:
    return [{"id": call["id"], "type": "function", "function": call["function"]} for call in said.calls]


def _message(said: Said) -> Json:
    content = [{"type": "thinking", "thinking": said.reasoning}] if said.reasoning else []
    content += [{"type": "text", "text": said.text}] if said.text else []
    message: Json = {"role": "assistant", "content": content}
    return {**message, "tool_calls": _calls(said)} if said.calls else message


def _event(kind: str, **members: object) -> bytes:
    data = json.dumps({"type": kind, **members}, ensure_ascii=False)
    return f"event: {kind}\ndata: {data}\n\n".encode()


def _delta(**message: object) -> Json:
    return {"message": message}


def _events(ask: Ask, said: Said) -> Iterator[bytes]:
    empty: Json = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    yield _event("message-start", id="c1", delta={"message": empty})
    blocks = [("thinking", said.reasoning), ("text", said.text)]
    for index, (kind, text) in enumerate([block for block in blocks if block[1]]):
        yield _event("content-start", index=index, delta=_delta(content={"type": kind, kind: ""}))
        for word in Said(text=text).pieces():
            yield _event("content-delta", index=index, delta=_delta(content={kind: word}))
        yield _event("content-end", index=index)
    for index, call in enumerate(_calls(said)):
        function = {"name": call["function"]["name"], "arguments": ""}
        yield _event("tool-call-start", index=index, delta=_delta(tool_calls={**call, "function": function}))
        text = call["function"]["arguments"]
        for at in range(0, len(text), 9):
            piece = {"function": {"arguments": text[at : at + 9]}}
            yield _event("tool-call-delta", index=index, delta=_delta(tool_calls=piece))
        yield _event("tool-call-end", index=index)
    if "errstream" in ask.scenario or "429-midstream" in ask.scenario:
        yield _event("message-end", id="c1", delta={"finish_reason": "ERROR", "error": "the model is overloaded"})
    elif "nodone" not in ask.scenario:
        yield _event("message-end", id="c1", delta={"finish_reason": _STOPS[said.finish], **_usage(ask, said)})
