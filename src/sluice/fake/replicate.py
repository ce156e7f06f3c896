"""Replicate's wire: predictions as jobs; that of a model in ``-poll-3`` is done when asked after the third time."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass

from sluice.fake.content import Json, Said, answer
from sluice.fake.http import Ask
from sluice.fake.scenario import Scenario

_numbers = itertools.count(1)


@dataclass(slots=True)
class _Job:
    scenario: Scenario
    said: Said
    pictures: int
    left: int
    cancelled: bool = False


_jobs: dict[str, _Job] = {}


def model_of(ask: Ask) -> str:
    """The model or version a request names."""
    if ask.json.get("version"):
        return str(ask.json["version"])
    parts = ask.path.split("/")
    return parts[parts.index("models") + 2] if "models" in parts and len(parts) > parts.index("models") + 2 else ""


async def serve(ask: Ask) -> None:
    """Makes, shows, streams and cancels predictions."""
    if not ask.key.startswith("r8_"):
        detail = "You did not pass a valid authentication token"
        await ask.answer(401, {"title": "Unauthenticated", "detail": detail, "status": 401})
        return
    parts = ask.path.removeprefix("/v1").strip("/").split("/")
    if ask.method == "POST" and parts[-1] == "predictions" and isinstance(ask.json, dict):
        await _create(ask, parts)
        return
    job = _jobs.get(parts[1]) if len(parts) > 1 and parts[0] in ("predictions", "stream") else None
    if job is None:
        detail = "The requested resource could not be found."
        await ask.answer(404, {"title": "Not found", "detail": detail, "status": 404})
    elif parts[0] == "stream":
        ask.scenario = job.scenario
        await ask.stream(_events(job.said))
    elif parts[-1] == "cancel":
        job.cancelled = True
        await ask.answer(200, _report(ask, parts[1], job))
    else:
        job.left -= 1
        await ask.answer(200, _report(ask, parts[1], job))


async def _create(ask: Ask, parts: list[str]) -> None:
    given = ask.json.get("input")
    missing = "input: prompt" if not isinstance(given, dict) or not given.get("prompt") else ""
    if parts[0] == "predictions" and not ask.json.get("version"):
        missing = "version"
    if missing:
        detail = f"- {missing} is required"
        await ask.answer(422, {"title": "Input validation failed", "detail": detail, "status": 422})
        return
    said = answer(ask.scenario, [{"role": "user", "content": given["prompt"]}], None, given.get("max_tokens"))
    pictures = given.get("num_outputs", 1) if "flux" in ask.scenario.model else 0
    job = _Job(ask.scenario, said, pictures, ask.scenario.number("poll"))
    identity = f"job{next(_numbers)}"
    _jobs[identity] = job
    if len(_jobs) > 1000:
        del _jobs[next(iter(_jobs))]
    waits = ask.headers.get("prefer", "").startswith("wait")
    if not waits:
        job.left = max(job.left, 1)
    await ask.answer(201, _report(ask, identity, job))


def _report(ask: Ask, identity: str, job: _Job) -> Json:
    base = f"http://{ask.headers['host']}/replicate"
    urls = {"get": f"{base}/v1/predictions/{identity}", "cancel": f"{base}/v1/predictions/{identity}/cancel"}
    if isinstance(ask.json, dict) and ask.json.get("stream") and "nostream" not in ask.scenario.model:
        urls["stream"] = f"{base}/stream/{identity}"
    told: Json = {"id": identity, "version": "fake", "input": {}, "output": None, "error": None, "urls": urls}
    if job.cancelled:
        return {**told, "status": "canceled"}
    if job.left > 0:
        return {**told, "status": "processing"}
    if "filter" in job.scenario:
        return {**told, "status": "failed", "error": "NSFW content detected"}
    if job.pictures:
        output = [f"https://replicate.delivery/{identity}/out-{number}.webp" for number in range(job.pictures)]
        return {**told, "status": "succeeded", "output": output, "metrics": {"predict_time": 1.0}}
    metrics = {"input_token_count": job.said.input_tokens, "output_token_count": job.said.output_tokens}
    return {**told, "status": "succeeded", "output": job.said.pieces(), "metrics": metrics}


def _events(said: Said) -> Iterator[bytes]:
    for piece in said.pieces():
        lines = "".join(f"data: {line}\n" for line in piece.split("\n"))
        yield f"event: output\nid: 1\n{lines}\n".encode()
    yield f"event: done\ndata: {json.dumps({})}\n\n".encode()
