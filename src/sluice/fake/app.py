"""The fake provider as an ASGI application: reads the request, plays its scenario, keeps a journal for tests."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import Counter, deque
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.multipart import MultipartParser, parse_options_header

from sluice.fake import anthropic, gemini, held, openai, opening, realtime, spark, vendors, vertex
from sluice.fake.http import Ask, Cut, Message, Receive, Send
from sluice.fake.own import OWN

_KEPT = 20_000
_KEY_HEADERS = ("api-key", "x-api-key", "x-goog-api-key")
_BODY_KEPT = 8_192
_WIRES = (
    "azure", "qianfan", "zhipu", "dashscope", "siliconflow", "ollama", "deepseek", "moonshot", "anthropic", "openai",
    "gemini", "vertex",
)  # fmt: skip


class FakeProvider:
    """One fake provider; its journal and counters live as long as it does."""

    def __init__(self) -> None:
        self._journal: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._failures: Counter[str] = Counter()
        self._tokens = vendors.Tokens()
        self._shelf = held.Shelf()
        self._total = 0
        self._open = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        ask = _ask(scope, body, send)
        if ask.path.startswith("/_fake/"):
            await self._control(ask)
            return
        entry = self._note(ask)
        watcher = asyncio.ensure_future(_watch(receive, ask.gone))
        self._open += 1
        try:
            await self._play(ask)
        except Cut:
            entry["cut"] = True
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
            # The wires read requests trustingly: one that is not as they expect is refused as providers do.
            if ask.started:
                raise
            await ask.answer(400, openai.error("the request is malformed"))
        finally:
            self._open -= 1
            if ask.gone.is_set():
                entry["gone_ms"] = int(time.time() * 1000)
            entry["pieces"] = ask.pieces
            entry["ended_ms"] = int(time.time() * 1000)
            watcher.cancel()

    async def _socket(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serves one websocket; the journal knows where it was opened."""
        ask = _ask({**scope, "method": "GET"}, b"", opening.in_http(send))
        entry = self._note(ask)
        self._open += 1
        try:
            if ask.path.endswith("/realtime"):
                await self._realtime(ask, receive, entry)
            else:
                await spark.serve(scope, receive, send)
        finally:
            self._open -= 1

    async def _realtime(self, ask: Ask, receive: Receive, entry: dict[str, Any]) -> None:
        await receive()
        model = opening.model_of(ask)
        ask.use_model(model)
        watcher = asyncio.ensure_future(opening.watch(receive, ask.gone))
        try:
            if await _refused(ask) or await self._misbehaved(ask) or await opening.refused(ask, model):
                return
        except Cut:
            return
        finally:
            watcher.cancel()
        await ask.send({"type": "websocket.accept"})
        session = realtime.Session(ask.send, ask.scenario, model)
        if ask.key.startswith("late-"):
            text = f"Incorrect API key provided: {ask.key}."
            error = {"type": "invalid_request_error", "code": "invalid_api_key", "message": text}
            await session.tell("error", error=error)
            await ask.send({"type": "websocket.close", "code": 3000, "reason": "invalid_request_error"})
            return
        await realtime.serve(session, receive, entry)

    def _note(self, ask: Ask) -> dict[str, Any]:
        self._total += 1
        entry: dict[str, Any] = {
            "number": self._total,
            "at_ms": int(time.time() * 1000),
            "method": ask.method,
            "path": ask.path,
            "query": ask.query,
            "headers": ask.headers,
            "key_sha256": hashlib.sha256(ask.key.encode()).hexdigest(),
            "body": ask.body[:_BODY_KEPT].decode("utf-8", "replace"),
        }
        self._journal.append(entry)
        return entry

    async def _control(self, ask: Ask) -> None:
        if ask.path == "/_fake/requests":
            since = int(ask.query.get("since", "0"))
            await ask.answer(200, [entry for entry in self._journal if entry["number"] > since])
        elif ask.path == "/_fake/stats":
            await ask.answer(200, {"total": self._total, "open": self._open, "tokens_issued": self._tokens.issued})
        elif ask.path == "/_fake/reset":
            self._journal.clear()
            self._failures.clear()
            self._tokens = vendors.Tokens()
            self._total = 0
            await ask.answer(200, {})
        else:
            await ask.answer(404, {})

    async def _play(self, ask: Ask) -> None:
        if isinstance(ask.json, dict):
            ask.use_model(_model(ask))
            if isinstance(ask.json.get("fields"), dict):
                ask.use_model(ask.json["fields"].get("model", ""))
        if await _refused(ask) or await self._misbehaved(ask):
            return
        wire, _, rest = ask.path.lstrip("/").partition("/")
        if wire in _WIRES or wire in OWN:
            ask.path = "/" + rest
        if wire in OWN:
            await OWN[wire].serve(ask)
            return
        await self._route(ask, wire)

    async def _route(self, ask: Ask, wire: str) -> None:
        bare = ask.path.removeprefix("/openai").removeprefix("/v1")
        if held.speaks(bare):
            await self._shelf.serve(ask, bare)
        elif ask.path.endswith("/anthropic/v1/messages") and isinstance(ask.json, dict):
            await anthropic.messages(ask)
        elif wire == "azure":
            await vendors.azure(ask)
        elif wire == "zhipu":
            await vendors.zhipu(ask)
        elif wire == "dashscope":
            await vendors.dashscope(ask)
        elif wire == "vertex" and ask.path == "/token":
            await vertex.token(ask, self._tokens)
        elif wire == "vertex":
            await vertex.serve(ask, self._tokens)
        elif wire == "ollama" and ask.path.startswith("/api"):
            await vendors.ollama(ask)
        elif gemini.speaks(ask.path) and isinstance(ask.json, dict):
            await gemini.serve(ask)
        elif ask.path == "/v1beta/models":
            await gemini.models(ask)
        elif wire == "anthropic" and ask.path == "/v1/models":
            await anthropic.models(ask)
        elif ask.path == "/v1/messages" and isinstance(ask.json, dict):
            await anthropic.messages(ask)
        elif ask.path == "/oauth/2.0/token":
            await vendors.qianfan_token(ask, self._tokens)
        elif ask.path.startswith("/rpc/2.0/"):
            await vendors.qianfan_v1(ask, self._tokens)
        elif ask.body and ask.json is None:
            await ask.answer(400, openai.error("the body is not JSON, or nested too deeply"))
        else:
            await self._openai(ask)

    async def _openai(self, ask: Ask) -> None:
        path = ask.path
        for version in ("/v1", "/v2", "/v3"):
            if path.startswith(version + "/"):
                path = path.removeprefix(version)
        if path == "/models":
            await openai.models(ask)
        elif path not in openai.ROUTES or not isinstance(ask.json, dict):
            await ask.answer(404, openai.error(f"Invalid URL ({ask.method} {ask.path})"))
        elif not isinstance(ask.json.setdefault("model", openai.DEFAULT_MODELS.get(path)), str):
            await ask.answer(400, openai.error("you must provide a model parameter", param="model"))
        else:
            await openai.ROUTES[path](ask)

    async def _misbehaved(self, ask: Ask) -> bool:
        """Plays the scenarios in which no proper answer comes; True when it did."""
        scenario = ask.scenario
        if "delay" in scenario:
            await ask.pause(scenario.number("delay") / 1000)
        if "hang" in scenario:
            await ask.pause(3600)
        if "fail" in scenario:
            self._failures[scenario.model] += 1
            if self._failures[scenario.model] <= scenario.number("fail"):
                await ask.answer(500, openai.error("failing on purpose", "server_error"))
                return True
        if "429" in scenario:
            text = "Rate limit reached"
            await ask.answer(429, openai.error(text, "rate_limit_error", "rate_limit_exceeded"), retry_after="7")
        elif "500" in scenario:
            await ask.answer(500, openai.error("The server had an error", "server_error"))
        elif "503" in scenario:
            await ask.answer(503, openai.error("Overloaded", "server_error"))
        elif "empty200" in scenario:
            await ask.raw(200, b"", "application/json")
        elif "html200" in scenario:
            await ask.raw(200, b"<html><body>Welcome to nginx</body></html>", "text/html")
        else:
            return False
        return True


def _ask(scope: Message, body: bytes, send: Send) -> Ask:
    headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    ask = Ask(scope["method"], scope["path"], query, headers, body, send, asyncio.Event())
    ask.raw_path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
    authorization = headers.get("authorization", "")
    ask.key = authorization.removeprefix("Bearer ").strip() or next(
        (headers[name] for name in _KEY_HEADERS if headers.get(name)), query.get("key", "")
    )
    kind = headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        ask.json = _form(kind, body)
    elif body:
        try:
            ask.json = json.loads(body)
        except (ValueError, RecursionError):
            ask.json = None
    return ask


def _form(kind: str, body: bytes) -> dict[str, Any]:
    """The text fields of a form, name and size of its files, and what lies in them."""
    _, options = parse_options_header(kind.encode())
    parts: list[tuple[dict[str, str], bytearray]] = []
    header: list[bytearray] = [bytearray(), bytearray()]

    def end_header() -> None:
        parts[-1][0][header[0].decode().lower()] = header[1].decode()
        header[0].clear()
        header[1].clear()

    parser = MultipartParser(
        options.get(b"boundary", b""),
        {
            "on_part_begin": lambda: parts.append(({}, bytearray())),
            "on_header_field": lambda data, a, b: header[0].extend(data[a:b]),
            "on_header_value": lambda data, a, b: header[1].extend(data[a:b]),
            "on_header_end": end_header,
            "on_part_data": lambda data, a, b: parts[-1][1].extend(data[a:b]),
        },
    )
    parser.write(body)
    fields: dict[str, str] = {}
    files: dict[str, tuple[str, int]] = {}
    contents: dict[str, bytes] = {}
    for headers, data in parts:
        _, names = parse_options_header(headers.get("content-disposition", "").encode())
        name = names.get(b"name", b"").decode()
        if b"filename" in names:
            files[name] = (names[b"filename"].decode(), len(data))
            contents[name] = bytes(data)
        else:
            fields[name] = data.decode()
    return {"fields": fields, "files": files, "data": contents, "model": fields.get("model", "")}


def _model(ask: Ask) -> str:
    """The model a request names: the name its scenario is read from."""
    wire = ask.path.lstrip("/").partition("/")[0]
    if wire in OWN:
        return OWN[wire].model_of(ask)
    model = ask.json.get("model")
    return model if isinstance(model, str) else ask.path.rsplit("/", 1)[-1].partition(":")[0]


async def _refused(ask: Ask) -> bool:
    """Keys that begin with bad-, nomoney-, limited- or down- are refused in that way; True when it was."""
    for prefix, (status, message, kind, code) in _KEYS.items():
        if ask.key.startswith(prefix):
            text = message.format(key=ask.key)
            headers = {"retry_after": "9"} if status == 429 else {}
            await ask.answer(status, openai.error(text, kind, code), **headers)
            return True
    return False


_KEYS = {
    "bad-": (401, "Incorrect API key provided: {key}.", "invalid_request_error", "invalid_api_key"),
    "nomoney-": (402, "Insufficient Balance", "insufficient_quota", "insufficient_quota"),
    "limited-": (429, "Rate limit reached for {key}", "rate_limit_error", "rate_limit_exceeded"),
    "down-": (500, "The server had an error", "server_error", None),
}


async def _watch(receive: Receive, gone: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()


def create_app() -> FakeProvider:
    """A fresh fake provider."""
    return FakeProvider()
