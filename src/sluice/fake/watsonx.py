"""watsonx.ai's wire: IBM's token service, and chat that wants a version, a model by its own name, and where it runs."""

from __future__ import annotations

import hashlib
import json
import re
from urllib.parse import parse_qs

from sluice.fake import openai
from sluice.fake.content import Json
from sluice.fake.http import Ask

_GRANT = "urn:ibm:params:oauth:grant-type:apikey"
_STRANGERS = frozenset({"model", "stream", "stream_options", "user", "store", "parallel_tool_calls"})


def model_of(ask: Ask) -> str:
    """The model in the body, or the deployment in the path."""
    model = ask.json.get("model_id") if isinstance(ask.json, dict) else None
    found = re.search("/deployments/([^/]+)/", ask.path)
    return model if isinstance(model, str) else found[1] if found else ""


async def serve(ask: Ask) -> None:
    """A call."""
    if ask.path == "/identity/token":
        await _token(ask)
    elif not re.fullmatch(r"\d{4}-\d{2}-\d{2}", ask.query.get("version", "")):
        await _refuse(ask, 400, "invalid_request_entity", "Missing query parameter: version")
    elif ask.path == "/ml/v1/foundation_model_specs":
        names = ("fake-chat", "ibm/granite-fake")
        await ask.answer(200, {"total_count": len(names), "resources": [{"model_id": name} for name in names]})
    elif ask.key != _bought(ask.key.split(".")[0]):
        await _refuse(ask, 401, "authentication_token_not_valid", "Failed to authenticate the request")
    elif re.fullmatch("/ml/v1(/deployments/[^/]+)?/text/chat(_stream)?", ask.path):
        await _chat(ask)
    else:
        await _refuse(ask, 404, "not_found", "no such address")


async def _refuse(ask: Ask, status: int, code: str, message: str) -> None:
    await ask.answer(status, {"errors": [{"code": code, "message": message}], "trace": "t", "status_code": status})


def _bought(client: str) -> str:
    """The token of a key, which it begins with: the service needs no memory."""
    return f"{client}.{hashlib.sha256(f'iam{client}'.encode()).hexdigest()[:32]}"


async def _token(ask: Ask) -> None:
    form = {name: values[0] for name, values in parse_qs(ask.body.decode()).items()}
    key = form.get("apikey", "")
    if form.get("grant_type") != _GRANT or not key or key.startswith("bad"):
        told = {"errorCode": "BXNIM0415E", "errorMessage": "Provided API key could not be found."}
        await ask.answer(400, {**told, "context": {}})
        return
    client = hashlib.sha256(key.encode()).hexdigest()[:8]
    await ask.answer(200, {"access_token": _bought(client), "token_type": "Bearer", "expires_in": 3600})


def _problem(ask: Ask, body: Json) -> str:
    """Why a request would be refused; "" when it would not."""
    named = [name for name in ("model_id", "project_id", "space_id") if name in body]
    if "/deployments/" in ask.path:
        return f"a deployment knows its own: {named}" if named else ""
    if len(named) != 2 or named[0] != "model_id":
        return "either space_id or project_id, and model_id, have to be given"
    if strangers := body.keys() & _STRANGERS:
        return f"Json document validation error: {sorted(strangers)}"
    if "additionalProperties" in json.dumps(body.get("tools", [])) or isinstance(body.get("tool_choice"), str):
        return "Json document validation error: tools, tool_choice"
    return ""


async def _chat(ask: Ask) -> None:
    problem = _problem(ask, ask.json)
    if problem:
        await _refuse(ask, 400, "json_validation_error", problem)
        return
    ask.json["model"] = model_of(ask)
    if ask.path.endswith("_stream"):
        # Usage comes by itself, and no [DONE].
        ask.json |= {"stream": True, "stream_options": {"include_usage": True}}
        ask.use_model(f"{ask.json['model']}-nodone")
    await openai.chat(ask)
