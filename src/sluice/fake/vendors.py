"""The wires that are not OpenAI's, or guard it differently: Azure, Qianfan, Zhipu, DashScope, Ollama."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

from sluice.fake import dashscope_own, openai
from sluice.fake.content import Json, Said, answer, usage, vector
from sluice.fake.http import Ask


class Tokens:
    """The access tokens a token endpoint has given out, and how often one was refused on purpose."""

    def __init__(self) -> None:
        self.live: dict[str, float] = {}
        self.issued = 0

    def issue(self, client_id: str, lifetime: float) -> str:
        """A new token."""
        self.issued += 1
        token = f"24.{hashlib.sha256(f'{client_id}{self.issued}'.encode()).hexdigest()[:32]}"
        self.live[token] = time.monotonic() + lifetime
        return token


async def azure(ask: Ask) -> None:
    """Azure: the classic deployments path wants an api-version and the key in ``api-key``; the v1 path takes either.
    Deployments with "codex" in their names answer Responses alone."""
    if not (ask.headers.get("api-key") or ask.headers.get("authorization")):
        await ask.answer(401, {"error": {"code": "401", "message": "Access denied due to invalid subscription key"}})
        return
    path = ask.path.removeprefix("/openai")
    if path.startswith("/deployments/"):
        if "api-version" not in ask.query or not ask.headers.get("api-key"):
            await ask.answer(404, {"error": {"code": "404", "message": "Resource not found"}})
            return
        deployment, _, task = path.removeprefix("/deployments/").partition("/")
        ask.use_model(deployment)
        if isinstance(ask.json, dict):
            ask.json["model"] = deployment
        path = "/" + task
    else:
        path = path.removeprefix("/v1")
    if "filter" in ask.scenario:
        inner = {"code": "ResponsibleAIPolicyViolation"}
        reply = {"code": "content_filter", "message": "The response was filtered", "status": 400, "innererror": inner}
        await ask.answer(400, {"error": reply})
        return
    handler = openai.ROUTES.get(path)
    if path == "/models":
        await openai.models(ask)
    elif handler is openai.chat and "codex" in ask.json["model"]:
        message = f"The chatCompletion operation does not work with the specified model, {ask.json['model']}."
        await ask.answer(400, {"error": {"code": "OperationNotSupported", "message": message}})
    elif handler is openai.chat and ask.json.get("stream"):
        await _azure_stream(ask)
    elif handler is None:
        await ask.answer(404, {"error": {"code": "404", "message": "Resource not found"}})
    else:
        await handler(ask)


async def _azure_stream(ask: Ask) -> None:
    """Azure's streams begin with a chunk without choices."""
    said = answer(ask.scenario, ask.json["messages"], ask.json.get("tools"), ask.json.get("max_tokens"))
    first = {
        "choices": [],
        "created": 0,
        "id": "",
        "model": "",
        "object": "",
        "prompt_filter_results": [{"prompt_index": 0}],
    }
    await ask.stream([openai.event(first), *openai._chunks(ask, said)])


async def qianfan_token(ask: Ask, tokens: Tokens) -> None:
    """Baidu's token endpoint: client ids that begin with ``bad`` are unknown; ``short`` ones get a second."""
    client = ask.query.get("client_id", "")
    if not client or client.startswith("bad"):
        await ask.answer(401, {"error": "invalid_client", "error_description": "unknown client id"})
        return
    lifetime = 1 if client.startswith("short") else 2_592_000
    await ask.answer(200, {"access_token": tokens.issue(client, lifetime), "expires_in": lifetime})


async def qianfan_v1(ask: Ask, tokens: Tokens) -> None:
    """ERNIE's native wire: errors come with status 200; messages must alternate and be odd in number."""
    token = ask.query.get("access_token", "")
    model = ask.path.rsplit("/", 1)[-1]
    ask.use_model(model)
    if tokens.live.get(token, 0) < time.monotonic():
        await ask.answer(200, {"error_code": 110, "error_msg": "Access token invalid or no longer valid"})
        return
    if "/embeddings/" in ask.path:
        inputs = ask.json.get("input")
        data = [{"object": "embedding", "embedding": vector(t, 16), "index": n} for n, t in enumerate(inputs)]
        total = sum(len(text.split()) for text in inputs)
        told = {"prompt_tokens": total, "total_tokens": total}
        await ask.answer(200, {"id": "as-1", "object": "embedding_list", "created": 1, "data": data, "usage": told})
        return
    messages = ask.json.get("messages") or []
    problem = _qianfan_problem(ask.json, messages)
    if problem:
        await ask.answer(200, {"error_code": 336003, "error_msg": problem, "id": "as-1"})
        return
    said = answer(ask.scenario, messages, _functions(ask.json), ask.json.get("max_output_tokens"))
    if ask.json.get("stream"):
        await ask.stream(_qianfan_events(said))
        return
    await ask.answer(200, _qianfan_reply(said, said.text))


def _qianfan_problem(body: Json, messages: list[Json]) -> str:
    """Why ERNIE would refuse a request; "" when it would not."""
    roles = [message.get("role") for message in messages]
    wanted = ["user" if at % 2 == 0 else "assistant" for at in range(len(roles))]
    if len(roles) % 2 == 0 or ["user" if role == "function" else role for role in roles] != wanted:
        return "the length of messages must be an odd number, its roles must alternate"
    if not all(isinstance(m.get("content"), str) and (m["content"] or "function_call" in m) for m in messages):
        return "the content of a message must not be empty"
    temperature = body.get("temperature", 0.95)
    if not 0 < temperature <= 1:
        return "temperature must be in (0, 1.0]"
    if body.get("max_output_tokens", 2) < 2:
        return "max_output_tokens must be at least 2"
    strangers = body.keys() & {"max_tokens", "tools", "stream_options", "model"}
    return f"unknown: {sorted(strangers)}" if strangers else ""


def _functions(body: Json) -> list[Json] | None:
    functions = body.get("functions")
    return [{"function": item} for item in functions] if functions else None


def _qianfan_reply(said: Said, text: str) -> Json:
    reply: Json = {
        "id": "as-fake",
        "object": "chat.completion",
        "created": openai.CREATED,
        "result": text,
        "is_truncated": said.finish == "length",
        "need_clear_history": False,
        "finish_reason": "normal" if said.finish == "stop" else said.finish,
        "usage": usage(said),
    }
    if said.calls:
        function = said.calls[0]["function"]
        reply |= {"finish_reason": "function_call", "result": ""}
        reply["function_call"] = {"name": function["name"], "arguments": function["arguments"], "thoughts": "..."}
    return reply


def _qianfan_events(said: Said) -> Iterator[bytes]:
    pieces = said.pieces() or [""]
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        reply = _qianfan_reply(said, piece)
        if not last:
            reply.pop("finish_reason")
        yield openai.event({**reply, "sentence_id": number, "is_end": last})


async def zhipu(ask: Ask) -> None:
    """Zhipu v4: the raw key or a JWT signed with its second half, its times in milliseconds; errors with own codes."""
    problem = _zhipu_problem(ask.key)
    if problem:
        await ask.answer(401, {"error": {"code": "1000", "message": problem}})
        return
    temperature = ask.json.get("temperature") if isinstance(ask.json, dict) else None
    if isinstance(temperature, int | float) and not 0 <= temperature <= 1:
        await ask.answer(400, {"error": {"code": "1210", "message": "temperature must be in [0,1]"}})
        return
    path = ask.path.removeprefix("/api/paas/v4")
    if path == "/models":
        await openai.models(ask)
    elif path in openai.ROUTES:
        await openai.ROUTES[path](ask)
    else:
        await ask.answer(404, {"error": {"code": "1211", "message": "no such path"}})


def _zhipu_problem(key: str) -> str:
    parts = key.split(".")
    if len(parts) == 2:
        return ""
    if len(parts) != 3:
        return "the key must be id.secret or a JWT"
    try:
        head, payload = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in parts[:2])
        identity = payload["api_key"]
        signature = hmac.new(f"{identity}secret".encode(), f"{parts[0]}.{parts[1]}".encode(), hashlib.sha256).digest()
        good = base64.urlsafe_b64encode(signature).rstrip(b"=").decode() == parts[2].rstrip("=")
        fresh = payload["exp"] > time.time() * 1000 and payload["timestamp"] > 10**12
    except (ValueError, KeyError, TypeError):
        return "malformed JWT"
    if head.get("sign_type") != "SIGN" or head.get("alg") != "HS256":
        return "wrong JWT header"
    return "" if good and fresh else "the JWT is expired or its signature wrong"


async def dashscope(ask: Ask) -> None:
    """DashScope's compatible mode: ten embedding inputs at most; qwen3 models refuse thinking without a stream."""
    if ask.path.startswith("/api/v1/"):
        await dashscope_own.serve(ask)
        return
    path = ask.path.replace("/compatible-mode/v1", "").replace("/compatible-api/v1", "")
    if path == "/models":
        await openai.models(ask)
        return
    if path == "/embeddings":
        if ask.json.get("encoding_format") == "base64":
            await ask.answer(400, openai.error("encoding_format only supports float"))
            return
        await openai.embeddings(ask, most=10)
        return
    thinks = path == "/chat/completions" and ask.json["model"].startswith("qwen3-")
    if thinks and not ask.json.get("stream") and ask.json.get("enable_thinking") is not False:
        text = "parameter.enable_thinking must be set to false for non-streaming calls"
        await ask.answer(400, openai.error(text, code="invalid_parameter_error"))
        return
    handler = openai.ROUTES.get(path)
    if handler is None:
        await ask.answer(404, openai.error("not found"))
    else:
        await handler(ask)


async def ollama(ask: Ask) -> None:
    """Ollama's native wire: NDJSON that streams unless told not to; arguments are objects, calls have no ids."""
    path = ask.path.removeprefix("/api")
    if path == "/tags":
        await ask.answer(200, {"models": [{"name": name, "model": name} for name in ("llama3:8b", "qwen2.5:7b")]})
    elif path == "/embed":
        given = ask.json.get("input")
        inputs = given if isinstance(given, list) else [given]
        rows = [vector(text, 16) for text in inputs]
        total = sum(len(text.split()) for text in inputs)
        await ask.answer(200, {"model": ask.json["model"], "embeddings": rows, "prompt_eval_count": total})
    elif path == "/chat":
        await _ollama_chat(ask)
    else:
        await ask.answer(404, {"error": "not found"})


async def _ollama_chat(ask: Ask) -> None:
    if ask.json["model"].startswith("missing"):
        await ask.answer(404, {"error": f"model '{ask.json['model']}' not found"})
        return
    if not all(_ollama_takes(message) for message in ask.json["messages"]):
        await ask.answer(400, {"error": "json: cannot unmarshal a message into Go struct field ChatRequest.messages"})
        return
    maximum = (ask.json.get("options") or {}).get("num_predict")
    said = answer(ask.scenario, ask.json["messages"], ask.json.get("tools"), maximum)
    lines = list(_ollama_lines(ask.json["model"], said))
    if ask.json.get("stream", True):
        await ask.stream([json.dumps(line).encode() + b"\n" for line in lines], "application/x-ndjson")
        return
    whole = lines[-1]
    whole["message"] = {
        "role": "assistant",
        "content": said.text,
        **({"thinking": said.reasoning} if said.reasoning else {}),
        **({"tool_calls": _ollama_calls(said)} if said.calls else {}),
    }
    await ask.answer(200, whole)


def _ollama_takes(message: Json) -> bool:
    """Whether a message has Ollama's types: content a text, pictures bare base64, arguments objects."""
    calls = message.get("tool_calls") or []
    bare = all(isinstance(image, str) and ":" not in image for image in message.get("images") or [])
    objects = all(isinstance(call["function"].get("arguments"), dict) for call in calls)
    return isinstance(message.get("content", ""), str) and bare and objects


def _ollama_calls(said: Said) -> list[Json]:
    calls = (call["function"] for call in said.calls)
    return [{"function": {"name": item["name"], "arguments": json.loads(item["arguments"])}} for item in calls]


def _ollama_lines(model: str, said: Said) -> Iterator[Json]:
    head: dict[str, Any] = {"model": model, "created_at": "2026-11-24T00:00:00Z"}
    if said.reasoning:
        yield {**head, "message": {"role": "assistant", "content": "", "thinking": said.reasoning}, "done": False}
    if said.calls:
        message = {"role": "assistant", "content": "", "tool_calls": _ollama_calls(said)}
        yield {**head, "message": message, "done": False}
    for piece in said.pieces():
        yield {**head, "message": {"role": "assistant", "content": piece}, "done": False}
    end = {"done_reason": "length" if said.finish == "length" else "stop", "total_duration": 1, "load_duration": 1}
    counts = {"prompt_eval_count": said.input_tokens, "eval_count": said.output_tokens}
    yield {**head, "message": {"role": "assistant", "content": ""}, "done": True, **end, **counts}
