"""The OpenAI wire, and what vendors of the same shape do on it."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from typing import Any

from sluice.fake.content import MP3, PNG, WAV, Json, Said, answer, text_of, tokens_of, usage, vector
from sluice.fake.http import Ask
from sluice.fake.responses import responses

CREATED = 1_700_000_000
MODELS = (
    "fake-chat",
    "fake-embedding",
    "fake-rerank",
    "fake-image",
    "fake-tts",
    "fake-asr",
    "fake-moderation",
    "fake-realtime",
)


def error(message: str, kind: str = "invalid_request_error", code: str | None = None, param: str | None = None) -> Json:
    """OpenAI's error body."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def event(value: Any) -> bytes:
    """One data-only event."""
    return b"data: " + json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


async def chat(ask: Ask) -> None:
    """``POST /chat/completions``."""
    body, scenario = ask.json, ask.scenario
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        await ask.answer(400, error("'messages' must be a non-empty list", param="messages"))
        return
    if "echo" in scenario:
        await _echo(ask)
        return
    maximum = body.get("max_completion_tokens", body.get("max_tokens"))
    said = answer(scenario, messages, body.get("tools"), maximum)
    if body.get("stream"):
        await ask.stream(_chunks(ask, said))
        return
    choices = [_whole(ask, said, number) for number in range(body.get("n") or 1)]
    reply: Json = {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": CREATED,
        "model": body["model"],
        "choices": choices,
    }
    if "nousage" not in scenario:
        reply["usage"] = usage(said)
    await ask.answer(200, reply)


def _whole(ask: Ask, said: Said, number: int) -> Json:
    message: Json = {"role": "assistant", "content": said.text if not said.calls else None}
    if said.calls:
        message["tool_calls"] = said.calls
    if said.reasoning and "thinktags" in ask.scenario:
        message["content"] = f"<think>{said.reasoning}</think>{said.text}"
    elif said.reasoning:
        message["reasoning_content"] = said.reasoning
    return {"index": number, "message": message, "finish_reason": said.finish, "logprobs": None}


async def _echo(ask: Ask) -> None:
    """Answers with what arrived: the body, and the headers but for the credential."""
    headers = {name: value for name, value in ask.headers.items() if name not in ("authorization", "api-key")}
    text = json.dumps({"path": ask.path, "query": ask.query, "headers": headers, "body": ask.json})
    said = Said(text=text, input_tokens=1, output_tokens=1)
    if ask.json.get("stream"):
        await ask.stream(_chunks(ask, said))
        return
    choice = _whole(ask, said, 0)
    head = {"id": "chatcmpl-fake", "object": "chat.completion", "created": CREATED, "model": ask.json["model"]}
    await ask.answer(200, {**head, "choices": [choice], "usage": usage(said)})


def _chunks(ask: Ask, said: Said) -> Iterator[bytes]:
    """The events of a chat stream."""
    scenario = ask.scenario
    head = {
        "id": "chatcmpl-fake",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": ask.json["model"],
        "system_fingerprint": "fp_fake",
    }
    wants = bool((ask.json.get("stream_options") or {}).get("include_usage"))
    extra = {"usage": None} if wants else {}

    def chunk(number: int, delta: Json, finish: str | None = None) -> bytes:
        choice = {"index": number, "delta": delta, "finish_reason": finish}
        if "usageall" in scenario:
            return event({**head, "choices": [choice], "usage": usage(said)})
        return event({**head, "choices": [choice], **extra})

    count = ask.json.get("n") or 1
    for number in range(count):
        yield chunk(number, {"role": "assistant", "content": ""})
    if "comments" in scenario:
        yield b": keep-alive\n\n"
    for delta in _deltas(ask, said):
        for number in range(count):
            yield chunk(number, delta)
    if "errstream" in scenario:
        yield event(error("the fake upstream failed on purpose", "server_error", "fake_failure"))
        return
    if "429-midstream" in scenario:
        yield event(error("too many requests", "rate_limit_error", "rate_limit_exceeded"))
        return
    if "nofinish" not in scenario:
        for number in range(count):
            yield chunk(number, {}, said.finish)
    if wants and "nousage" not in scenario and "usageall" not in scenario:
        yield event({**head, "choices": [], "usage": usage(said)})
    if "nodone" not in scenario:
        yield b"data: [DONE]\n\n"


def _deltas(ask: Ask, said: Said) -> Iterator[Json]:
    scenario = ask.scenario
    if said.reasoning and "thinktags" in scenario:
        text = f"<think>{said.reasoning}</think>"
        yield from ({"content": text[at : at + 3]} for at in range(0, len(text), 3))
    elif said.reasoning:
        yield from ({"reasoning_content": word + " "} for word in said.reasoning.split(" "))
    for number, call in enumerate(said.calls):
        function = call["function"]
        odd = "toolsplit" in scenario
        index = 0 if odd else number
        first = {"name": function["name"], "arguments": ""}
        yield {"tool_calls": [{"index": index, "id": call["id"], "type": "function", "function": first}]}
        arguments = function["arguments"]
        size = max(len(arguments) // 6, 1)
        for at in range(0, len(arguments), size):
            piece: Json = {"index": index, "function": {"arguments": arguments[at : at + size]}}
            if odd:
                piece["id"] = call["id"]
                piece["function"]["name"] = function["name"]
            yield {"tool_calls": [piece]}
    yield from ({"content": piece} for piece in said.pieces())


async def completions(ask: Ask) -> None:
    """``POST /completions``."""
    prompt = ask.json.get("prompt")
    text = prompt if isinstance(prompt, str) else " ".join(map(str, prompt or []))
    said = answer(ask.scenario, [{"role": "user", "content": text}], None, ask.json.get("max_tokens"))
    head = {"id": "cmpl-fake", "object": "text_completion", "created": CREATED, "model": ask.json["model"]}
    if not ask.json.get("stream"):
        choice = {"index": 0, "text": said.text, "finish_reason": said.finish, "logprobs": None}
        await ask.answer(200, {**head, "choices": [choice], "usage": usage(said)})
        return
    events = [
        event({**head, "choices": [{"index": 0, "text": piece, "finish_reason": None, "logprobs": None}]})
        for piece in said.pieces()
    ]
    events.append(event({**head, "choices": [{"index": 0, "text": "", "finish_reason": said.finish}]}))
    if (ask.json.get("stream_options") or {}).get("include_usage"):
        events.append(event({**head, "choices": [], "usage": usage(said)}))
    await ask.stream([*events, b"data: [DONE]\n\n"])


_MOST_DIMENSIONS = 8192


async def embeddings(ask: Ask, *, most: int = 2048) -> None:
    """``POST /embeddings``; refuses more than ``most`` inputs."""
    given = ask.json.get("input")
    inputs = given if isinstance(given, list) and given and not isinstance(given[0], int) else [given]
    if len(inputs) > most:
        await ask.answer(400, error(f"batch size is invalid, it should not be larger than {most}", param="input"))
        return
    size = ask.json.get("dimensions") or 16
    if type(size) is not int or not 1 <= size <= _MOST_DIMENSIONS:
        await ask.answer(400, error(f"must be between 1 and {_MOST_DIMENSIONS}", param="dimensions"))
        return
    data = []
    for number, item in enumerate(inputs):
        numbers = vector(json.dumps(item), size)
        coded: Any = numbers
        if ask.json.get("encoding_format") == "base64":
            coded = base64.b64encode(struct.pack(f"<{size}f", *numbers)).decode()
        data.append({"object": "embedding", "index": number, "embedding": coded})
    total = sum(len(item) if isinstance(item, list) else tokens_of(str(item)) for item in inputs)
    reply: Json = {"object": "list", "data": data, "model": ask.json["model"]}
    if "nousage" not in ask.scenario:
        reply["usage"] = {"prompt_tokens": total, "total_tokens": total}
    await ask.answer(200, reply)


async def rerank(ask: Ask) -> None:
    """``POST /rerank``: the more words a document shares with the query, the better; SiliconFlow's shape, unsorted."""
    documents = ask.json.get("documents") or []
    query = set(str(ask.json.get("query")).lower().split())
    results = []
    for number, document in enumerate(documents):
        text = document if isinstance(document, str) else document.get("text", "")
        words = set(text.lower().split())
        score = (len(query & words) + 0.01 / (number + 1)) / (len(query) + 1)
        result: Json = {"index": number, "relevance_score": score}
        if ask.json.get("return_documents"):
            result["document"] = {"text": text}
        results.append(result)
    top = ask.json.get("top_n")
    if top:
        results = sorted(results, key=lambda item: -item["relevance_score"])[:top]
    total = tokens_of(str(ask.json.get("query"))) + sum(tokens_of(str(item)) for item in documents)
    tokens = {"input_tokens": total, "output_tokens": 0}
    await ask.answer(200, {"id": "rerank-fake", "results": results, "meta": {"tokens": tokens}, "tokens": tokens})


async def images(ask: Ask) -> None:
    """``POST /images/generations``."""
    picture = base64.b64encode(PNG).decode()
    if "image_size" in ask.json or "batch_size" in ask.json:  # SiliconFlow
        count = ask.json.get("batch_size") or 1
        pictures = [{"url": f"https://example.invalid/{number}.png"} for number in range(count)]
        await ask.answer(200, {"images": pictures, "timings": {"inference": 0.1}, "seed": 1})
        return
    data = [{"b64_json": picture, "revised_prompt": ask.json.get("prompt")} for _ in range(ask.json.get("n") or 1)]
    await ask.answer(200, {"created": CREATED, "data": data})


async def speech(ask: Ask) -> None:
    """``POST /audio/speech``: a WAV when asked for one, else an MP3 frame for each ten characters."""
    if ask.json.get("response_format") == "wav":
        await ask.raw(200, WAV, "audio/wav")
        return
    frames = max(len(str(ask.json.get("input"))) // 10, 1)
    await ask.stream([MP3] * frames, "audio/mpeg")


async def transcription(ask: Ask) -> None:
    """``POST /audio/transcriptions`` and ``/translations``: tells the size of what it heard."""
    fields, files = ask.json["fields"], ask.json["files"]
    if "file" not in files:
        await ask.answer(400, error("'file' is required", param="file"))
        return
    name, size = files["file"]
    text = f"heard {size} bytes of {name}"
    kind = fields.get("response_format", "json")
    if kind in ("text", "srt", "vtt"):
        await ask.raw(200, text.encode(), "text/plain; charset=utf-8")
        return
    reply: Json = {"text": text}
    if kind == "verbose_json":
        reply |= {"language": "en", "duration": 2.5, "segments": []}
    if "nousage" not in ask.scenario:
        reply["usage"] = {"type": "duration", "seconds": 2.5}
    await ask.answer(200, reply)


async def repaint(ask: Ask) -> None:
    """``POST /images/edits`` and ``/variations``: tells what it was given in ``revised_prompt``."""
    fields, files = ask.json["fields"], ask.json["files"]
    file = files.get("image") or files.get("image[]")
    if file is None:
        await ask.answer(400, error("'image' is required", param="image"))
        return
    told = f"{file[1]} bytes of {file[0]}: {fields.get('prompt', '')}"
    picture = base64.b64encode(PNG).decode()
    data = [{"b64_json": picture, "revised_prompt": told} for _ in range(int(fields.get("n", "1")))]
    await ask.answer(200, {"created": CREATED, "data": data})


async def moderations(ask: Ask) -> None:
    """``POST /moderations``: flags what says "bad"."""
    given = ask.json.get("input")
    inputs = given if isinstance(given, list) else [given]
    results = [
        {
            "flagged": "bad" in text_of([item]) + str(item),
            "categories": {"violence": "bad" in str(item)},
            "category_scores": {"violence": 0.9 if "bad" in str(item) else 0.1},
        }
        for item in inputs
    ]
    await ask.answer(200, {"id": "modr-fake", "model": ask.json["model"], "results": results})


async def models(ask: Ask) -> None:
    """``GET /models``."""
    data = [{"id": name, "object": "model", "created": CREATED, "owned_by": "fake"} for name in MODELS]
    await ask.answer(200, {"object": "list", "data": data})


ROUTES = {
    "/chat/completions": chat,
    "/completions": completions,
    "/responses": responses,
    "/embeddings": embeddings,
    "/rerank": rerank,
    "/reranks": rerank,
    "/rerankers": rerank,
    "/images/generations": images,
    "/audio/speech": speech,
    "/audio/transcriptions": transcription,
    "/audio/translations": transcription,
    "/images/edits": repaint,
    "/images/variations": repaint,
    "/moderations": moderations,
}
DEFAULT_MODELS = {"/moderations": "omni-moderation-latest"}
"""Where the model may be left out."""
