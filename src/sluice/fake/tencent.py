"""Tencent Cloud's wire: one address, the action in a header, every request signed (TC3), errors with status 200.

The signature is worked out here anew, from what arrived. The fake derives a secret's key from its id: ``<id>secret``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from sluice.fake import openai
from sluice.fake.content import Json, Said, answer, vector
from sluice.fake.http import Ask

_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d\d-\d\d)/hunyuan/tc3_request, "
    r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)
_SKEW_S = 300


def model_of(ask: Ask) -> str:
    """The model a request names."""
    return str(ask.json.get("Model", ""))


async def serve(ask: Ask) -> None:
    """Answers ChatCompletions and GetEmbedding."""
    problem = _unsigned(ask)
    if problem:
        await _error(ask, problem, "the request's signature is wrong")
        return
    if ask.headers.get("x-tc-version") != "2023-09-01":
        await _error(ask, "NoSuchVersion", "The specified version does not exist")
        return
    action = ask.headers.get("x-tc-action")
    if action == "GetEmbedding":
        await _embed(ask)
    elif action == "ChatCompletions":
        await _chat(ask)
    else:
        await _error(ask, "InvalidAction", f"no action {action}")


def _unsigned(ask: Ask) -> str:
    """The code of what is wrong with the signature; "" when it is right."""
    found = _AUTHORIZATION.fullmatch(ask.headers.get("authorization", ""))
    moment = ask.headers.get("x-tc-timestamp", "")
    if found is None or not moment.isdigit():
        return "AuthFailure.SignatureFailure"
    identity, date, names, signature = found.groups()
    if identity.startswith("bad"):
        return "AuthFailure.SecretIdNotFound"
    if abs(int(moment) - time.time()) > _SKEW_S:
        return "AuthFailure.SignatureExpire"
    if date != datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%d"):
        return "AuthFailure.SignatureFailure"
    if not {"content-type", "host"} <= set(names.split(";")):
        return "AuthFailure.SignatureFailure"
    lines = "".join(f"{name}:{ask.headers.get(name, '').strip().lower()}\n" for name in names.split(";"))
    path = "/tencent" + ask.path.removesuffix("/")
    canonical = f"POST\n{path}\n\n{lines}\n{names}\n{hashlib.sha256(ask.body).hexdigest()}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    told = f"TC3-HMAC-SHA256\n{moment}\n{date}/hunyuan/tc3_request\n{digest}"
    key = f"TC3{identity}secret".encode()
    for part in (date, "hunyuan", "tc3_request", told):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return "" if key.hex() == signature else "AuthFailure.SignatureFailure"


async def _error(ask: Ask, code: str, message: str) -> None:
    await ask.answer(200, {"Response": {"Error": {"Code": code, "Message": message}, "RequestId": "fake"}})


async def _embed(ask: Ask) -> None:
    inputs = ask.json["InputList"]
    rows = [{"Embedding": vector(text, 16), "Index": at, "Object": "embedding"} for at, text in enumerate(inputs)]
    total = sum(len(text.split()) for text in inputs)
    told = {"Data": rows, "Usage": {"PromptTokens": total, "TotalTokens": total}, "RequestId": "fake"}
    await ask.answer(200, {"Response": told})


async def _chat(ask: Ask) -> None:
    messages = ask.json["Messages"]
    problem = _problem(ask.json, messages)
    if problem:
        await _error(ask, "InvalidParameterValue", problem)
        return
    plain = [{"role": one["Role"], "content": _text(one)} for one in messages]
    tools = [{"function": {"name": tool["Function"]["Name"]}} for tool in ask.json.get("Tools") or []]
    said = answer(ask.scenario, plain, tools or None, None)
    if ask.json.get("Stream"):
        await ask.stream(_events(said))
        return
    message = {"Role": "assistant", "Content": said.text, **_extra(said)}
    choice = {"Index": 0, "FinishReason": _finish(said), "Message": message}
    await ask.answer(200, {"Response": {**_head(), "Choices": [choice], "Usage": _usage(said), "RequestId": "fake"}})


def _problem(body: Json, messages: list[Json]) -> str:
    """Why Hunyuan would refuse a request; "" when it would not."""
    roles = [one["Role"] for one in messages if one["Role"] != "system"]
    if "system" in [one["Role"] for one in messages[1:]]:
        return "the system's message must be the first"
    speakers = ["user" if role in ("user", "tool") else role for role in roles]
    strict = all(
        a != b or c == d == "tool" for a, b, c, d in zip(speakers, speakers[1:], roles, roles[1:], strict=False)
    )
    if not strict or not speakers or speakers[0] != "user" or speakers[-1] != "user":
        return "user (tool) and assistant must take turns, a user first and last"
    if not 0 <= body.get("Temperature", 1) <= 2:
        return "Temperature must be in [0, 2]"
    parameters = [tool["Function"]["Parameters"] for tool in body.get("Tools") or []]
    if not all(isinstance(one, str) and isinstance(json.loads(one), dict) for one in parameters):
        return "Parameters must be the text of a JSON object"
    strangers = [name for name in body if not name[0].isupper()]
    return f"UnknownParameter {strangers}" if strangers else ""


def _text(message: Json) -> str:
    contents = message.get("Contents") or [{"Text": message.get("Content", "")}]
    return " ".join(part.get("Text", "") for part in contents)


def _head() -> Json:
    return {"Id": "fake", "Created": openai.CREATED, "Note": "made by a machine"}


def _usage(said: Said) -> Json:
    total = said.input_tokens + said.output_tokens
    return {"PromptTokens": said.input_tokens, "CompletionTokens": said.output_tokens, "TotalTokens": total}


def _finish(said: Said) -> str:
    return {"content_filter": "sensitive"}.get(said.finish, said.finish)


def _extra(said: Said) -> Json:
    told: Json = {"ReasoningContent": said.reasoning} if said.reasoning else {}
    if said.calls:
        told["ToolCalls"] = [
            {
                "Id": call["id"],
                "Type": "function",
                "Index": at,
                "Function": {"Name": call["function"]["name"], "Arguments": call["function"]["arguments"]},
            }
            for at, call in enumerate(said.calls)
        ]
    return told


def _events(said: Said) -> Iterator[bytes]:
    deltas = [{"Role": "assistant", "Content": "", **_extra(said)}]
    deltas += [{"Role": "assistant", "Content": piece} for piece in said.pieces()]
    for number, delta in enumerate(deltas):
        ended = _finish(said) if number == len(deltas) - 1 else ""
        choice = {"Index": 0, "Delta": delta, "FinishReason": ended}
        yield openai.event({**_head(), "Choices": [choice], "Usage": _usage(said)})
