"""AI Proxy's wire: one question to a library, its answer whole or in events, an error as a code."""

from __future__ import annotations

from collections.abc import Iterator

from sluice.fake import openai
from sluice.fake.content import Json, Said, answer
from sluice.fake.http import Ask


def model_of(ask: Ask) -> str:
    """The model in the body."""
    model = ask.json.get("model") if isinstance(ask.json, dict) else None
    return model if isinstance(model, str) else ""


async def serve(ask: Ask) -> None:
    """Answers a question."""
    body = ask.json
    if not ask.key:
        await ask.answer(200, {"success": False, "errCode": 401, "message": "no key"})
    elif ask.path != "/api/library/ask" or not isinstance(body, dict) or not body.get("query"):
        await ask.answer(200, {"success": False, "errCode": 400, "message": "no query"})
    else:
        said = answer(ask.scenario, [{"role": "user", "content": body["query"]}], None, None)
        if body.get("stream"):
            await ask.stream(_events(said))
        else:
            await ask.answer(200, {"success": True, "answer": said.text, "documents": _documents()})


def _documents() -> list[Json]:
    return [{"title": "A page", "url": "https://a.example/page"}]


def _events(said: Said) -> Iterator[bytes]:
    for piece in said.pieces():
        yield openai.event({"content": piece, "finish_reason": "", "model": "fake"})
    yield openai.event({"content": "", "finish_reason": "stop", "model": "fake", "documents": _documents()})
