"""DashScope's own API: reranks, embeddings of several contents, pictures as jobs or at once, speech to be fetched."""

from __future__ import annotations

import itertools

from sluice.fake.content import PNG, WAV, Json, vector
from sluice.fake.http import Ask

_GENERATION = "/api/v1/services/aigc/multimodal-generation/generation"
_numbers = itertools.count(1)
_jobs: dict[str, int] = {}
"""How often a job is yet to be asked after."""


async def serve(ask: Ask) -> None:
    """Answers by the path."""
    path = ask.path
    if path.startswith("/api/v1/files/"):
        await ask.raw(200, WAV if path.endswith(".wav") else PNG, "audio/wav" if path.endswith(".wav") else "image/png")
    elif not ask.key.startswith("sk-"):
        await ask.answer(401, {"code": "InvalidApiKey", "message": "Invalid API-key provided.", "request_id": "fake"})
    elif path.startswith("/api/v1/tasks/"):
        await _task(ask, path.removeprefix("/api/v1/tasks/").partition("/")[0])
    elif path.endswith("/rerank/text-rerank/text-rerank"):
        documents = ask.json["input"]["documents"]
        results = [{"index": at, "relevance_score": 1 / (at + 2)} for at in range(len(documents))]
        await _told(ask, {"results": results[: ask.json["parameters"].get("top_n", len(results))]}, {"total_tokens": 9})
    elif path.endswith("/multimodal-embedding/multimodal-embedding"):
        contents = ask.json["input"]["contents"]
        rows = [{"index": at, "type": "text", "embedding": vector(str(one), 16)} for at, one in enumerate(contents)]
        await _told(ask, {"embeddings": rows}, {"input_tokens": 2 * len(contents)})
    elif path.endswith("/text2image/image-synthesis"):
        await _create(ask)
    elif path == _GENERATION:
        await _generate(ask)
    else:
        await ask.answer(404, {"code": "InvalidURL", "message": "url error", "request_id": "fake"})


async def _told(ask: Ask, output: Json, usage: Json) -> None:
    await ask.answer(200, {"output": output, "usage": usage, "request_id": "fake"})


async def _create(ask: Ask) -> None:
    if ask.headers.get("x-dashscope-async") != "enable":
        text = "current user api does not support synchronous calls."
        await ask.answer(403, {"code": "AccessDenied", "message": text, "request_id": "fake"})
        return
    if "x" in str(ask.json["parameters"].get("size", "")):
        text = "size must be like 1024*1024"
        await ask.answer(400, {"code": "InvalidParameter", "message": text, "request_id": "fake"})
        return
    identity = f"task{next(_numbers)}"
    _jobs[identity] = ask.scenario.number("poll", 1)
    if len(_jobs) > 1000:
        del _jobs[next(iter(_jobs))]
    await _told(ask, {"task_id": identity, "task_status": "PENDING"}, {})


async def _task(ask: Ask, identity: str) -> None:
    if identity not in _jobs:
        await _told(ask, {"task_id": identity, "task_status": "UNKNOWN"}, {})
        return
    _jobs[identity] -= 1
    if ask.method == "POST" or _jobs[identity] > 0:
        await _told(ask, {"task_id": identity, "task_status": "RUNNING"}, {})
        return
    results = [{"url": f"https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/{identity}.png"}]
    await _told(ask, {"task_id": identity, "task_status": "SUCCEEDED", "results": results}, {"image_count": 1})


async def _generate(ask: Ask) -> None:
    given = ask.json["input"]
    if "text" in given:
        url = f"http://{ask.headers['host']}/dashscope/api/v1/files/speech.wav"
        await _told(ask, {"audio": {"url": url, "data": "", "id": "audio-1"}, "finish_reason": "stop"}, {})
        return
    image = {"image": "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/now.png"}
    choice = {"finish_reason": "stop", "message": {"role": "assistant", "content": [image]}}
    await _told(ask, {"choices": [choice]}, {"image_count": 1, "width": 1024, "height": 1024})
