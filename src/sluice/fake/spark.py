"""Spark's wire: a websocket whose address is signed; one message asks, messages answer, the last has status 2.

The signature is worked out here anew. The fake derives an application's secret from its key: ``<key>secret``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl

from sluice.fake.content import Json, Said, answer, usage
from sluice.fake.http import Message, Receive, Send
from sluice.fake.scenario import read_scenario

_AUTHORIZATION = re.compile(
    r'(?:api_key="([^"]*)", ?|hmac username="([^"]*)", ?)+algorithm="hmac-sha256", '
    r'headers="host date request-line", signature="([^"]+)"'
)
_DOMAINS = {
    "/v1.1/chat": "lite", "/v2.1/chat": "generalv2", "/v3.1/chat": "generalv3", "/chat/pro-128k": "pro-128k",
    "/v3.5/chat": "generalv3.5", "/chat/max-32k": "max-32k", "/v4.0/chat": "4.0Ultra", "/v1/x1": "x1",
}  # fmt: skip
_SKEW_S = 300


async def serve(scope: Message, receive: Receive, send: Send) -> None:
    """Serves one websocket: refused with 401 or 403 when its address is wrongly signed."""
    await receive()
    problem = _unsigned(scope)
    if problem:
        status, text = problem
        body = json.dumps({"message": text}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": body})
        await receive()
        return
    await send({"type": "websocket.accept"})
    asked = await receive()
    if asked["type"] != "websocket.receive":
        return
    for message in _answers(scope["path"], asked.get("text") or ""):
        if not message:
            while (await receive())["type"] != "websocket.disconnect":  # it stalls
                pass
            return
        await send({"type": "websocket.send", "text": json.dumps(message, ensure_ascii=False, indent=1)})
    await send({"type": "websocket.close", "code": 1000})


def _unsigned(scope: Message) -> tuple[int, str] | None:
    """Status and text of the refusal; None when the address is rightly signed."""
    query = dict(parse_qsl(scope["query_string"].decode()))
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    try:
        found = _AUTHORIZATION.fullmatch(base64.b64decode(query.get("authorization", "")).decode())
        moment = parsedate_to_datetime(query.get("date", "")).timestamp()
    except ValueError:
        return 401, "Unauthorized"
    if found is None or query.get("host") != headers.get("host"):
        return 401, "HMAC signature cannot be verified"
    if abs(moment - time.time()) > _SKEW_S:
        return 403, "HMAC signature cannot be verified, a valid date or x-date header is required"
    name = found[1] or found[2]
    told = f"host: {query['host']}\ndate: {query['date']}\nGET {scope['path']} HTTP/1.1"
    digest = hmac.new(f"{name}secret".encode(), told.encode(), hashlib.sha256).digest()
    return None if base64.b64encode(digest).decode() == found[3] else (401, "HMAC signature does not match")


def _answers(path: str, text: str) -> Iterator[Json]:
    try:
        asked = json.loads(text)
        chat, messages = asked["parameter"]["chat"], asked["payload"]["message"]["text"]
        problem = _problem(path.removeprefix("/spark"), asked, chat, messages)
    except (ValueError, KeyError, TypeError, AttributeError):
        problem = (10004, "the request is no JSON, or not as the schema says")
    if problem:
        yield {"header": {"code": problem[0], "message": problem[1], "sid": "cht-fake", "status": 2}}
        return
    # The version is all that is known of the model: what it does stands in the application's id, or in the user's.
    header = asked["header"]
    scenario = read_scenario(str(header["app_id"] if "-" in header["app_id"] else header.get("uid", "m")))
    tools = [{"function": one} for one in (asked["payload"].get("functions") or {}).get("text", [])]
    if "429" in scenario:
        yield {"header": {"code": 11202, "message": "AppIdNoAuthError: over the limit", "sid": "cht-fake", "status": 2}}
        return
    said = answer(scenario, messages, tools or None, chat.get("max_tokens"))
    told = list(_pieces(said))
    if "stall" in scenario or "abort" in scenario:
        told[-1:] = [{}] if "stall" in scenario else []
    yield from told


def _problem(path: str, asked: Json, chat: Json, messages: list[Json]) -> tuple[int, str] | None:
    if not asked["header"]["app_id"] or asked["header"]["app_id"].startswith("bad"):
        return 11200, "AppIdNoAuthError: licc failed"
    if _DOMAINS.get(path) != chat["domain"]:
        return 10404, f"the domain {chat['domain']} is not served at {path}"
    if not 0 < chat.get("temperature", 0.5) <= 1 or not 1 <= chat.get("top_k", 4) <= 6:
        return 10163, "the value of a parameter is out of range"
    if not messages or not all(one["role"] in ("system", "user", "assistant") for one in messages):
        return 10163, "a role is unknown"
    return None


def _pieces(said: Said) -> Iterator[Json]:
    texts: list[Json] = [{"content": "", "reasoning_content": said.reasoning}] if said.reasoning else []
    texts += [{"content": piece} for piece in said.pieces()]
    texts += [{"content": "", "function_call": call["function"]} for call in said.calls]
    texts = texts or [{"content": ""}]
    for number, text in enumerate(texts):
        last = number == len(texts) - 1
        status = 2 if last else min(number, 1)
        told = {"status": status, "seq": number, "text": [{"role": "assistant", "index": 0, **text}]}
        payload: Json = {"choices": told}
        if last:
            payload["usage"] = {"text": {"question_tokens": 1, **usage(said)}}
        yield {"header": {"code": 0, "message": "Success", "sid": "cht-fake", "status": status}, "payload": payload}
