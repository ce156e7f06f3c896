"""Bedrock's wire: the Converse protocol with what the service checks, InvokeModel for embeddings, and the models."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from sluice.fake import aws
from sluice.fake.content import Json, Said, answer, tokens_of, vector
from sluice.fake.http import Ask

_TOP = frozenset(
    {
        "messages", "system", "inferenceConfig", "toolConfig", "additionalModelRequestFields", "outputConfig",
        "additionalModelResponseFieldPaths", "guardrailConfig", "requestMetadata", "performanceConfig", "serviceTier",
    }
)  # fmt: skip
_STOPS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "guardrail_intervened",
}
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_MODEL = re.compile(r"/model/([^/]+)/")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def signature_of(thought: str) -> str:
    """What proves a thought: another text, another proof."""
    return base64.b64encode(b"bedrock " + hashlib.sha256(thought.encode()).digest()[:12]).decode()


def model_of(ask: Ask) -> str:
    """The model in the path; "" when none stands there."""
    found = _MODEL.search(ask.raw_path)
    return unquote(found[1]) if found else ""


async def serve(ask: Ask) -> None:
    """A method of a model, or the list of models."""
    wrong = aws.stranger(ask, "bedrock")
    if wrong:
        await aws.refuse(ask, 403, "AccessDeniedException", wrong)
        return
    if ask.path == "/foundation-models":
        await _models(ask)
        return
    parts = ask.raw_path.rsplit("/model/", 1)[-1].split("/")
    if len(parts) != 2 or not isinstance(ask.json, dict):
        await aws.refuse(ask, 404, "UnknownOperationException", "no such operation")
        return
    model, method = unquote(parts[0]), parts[1]
    if method == "invoke":
        await _invoke(ask, model)
    elif method in ("converse", "converse-stream"):
        await _converse(ask, streamed=method == "converse-stream")
    else:
        await aws.refuse(ask, 404, "UnknownOperationException", "no such operation")


async def _models(ask: Ask) -> None:
    ways = {"fake-chat": ["ON_DEMAND"], "anthropic.claude-fake-v1:0": ["INFERENCE_PROFILE"]}
    listed = [{"modelId": name, "inferenceTypesSupported": given} for name, given in ways.items()]
    await ask.answer(200, {"modelSummaries": listed})


async def _converse(ask: Ask, *, streamed: bool) -> None:
    wrong = _refusal(ask.json)
    if wrong:
        await aws.refuse(ask, 400, "ValidationException", wrong)
        return
    said = _answer(ask)
    if streamed:
        await ask.stream(_frames(ask, said), aws.EVENT_STREAM)
        return
    message = {"role": "assistant", "content": _content(said)}
    metrics = {"latencyMs": 1}
    told = {"output": {"message": message}, "stopReason": _stop(said), "usage": _usage(ask, said), "metrics": metrics}
    await ask.answer(200, told)


# What the service refuses.


def _refusal(body: Json) -> str:
    """Why the service would refuse the request; "" when it would not."""
    strangers = sorted(body.keys() - _TOP)
    if strangers:
        return f"extraneous key [{strangers[0]}] is not permitted"
    config = body.get("inferenceConfig") or {}
    if not 0 <= config.get("temperature", 0) <= 1 or config.get("maxTokens", 1) < 1:
        return "1 validation error detected: inferenceConfig is out of range"
    thinking = (body.get("additionalModelRequestFields") or {}).get("thinking") or {}
    if thinking.get("type") == "enabled":
        if not 1024 <= thinking.get("budget_tokens", 0) < config.get("maxTokens", 0):
            return "`max_tokens` must be greater than `thinking.budget_tokens`"
        if "temperature" in config:
            return "`temperature` may only be set to 1 when thinking is enabled"
    if not all(block.get("text", "x").strip() for block in body.get("system") or []):
        return "The text field in the ContentBlock object at system is blank."
    return _tool_trouble(body) or _history(body["messages"])


def _tool_trouble(body: Json) -> str:
    specs = [tool["toolSpec"] for tool in (body.get("toolConfig") or {}).get("tools") or [] if "toolSpec" in tool]
    if "toolConfig" in body and not specs:
        return "toolConfig.tools must hold at least one tool"
    for spec in specs:
        if not _NAME.fullmatch(spec["name"]) or spec.get("description") == "" or "json" not in spec["inputSchema"]:
            return "a toolSpec is malformed"
    blocks = [block for message in body["messages"] for block in message["content"]]
    if not specs and any("toolUse" in block or "toolResult" in block for block in blocks):
        return "The toolConfig field must be defined when using toolUse and toolResult content blocks."
    return ""


def _history(messages: list[Json]) -> str:
    """Roles alternate and begin with the user; every call is answered in the very next message."""
    waiting: list[str] = []
    for number, message in enumerate(messages):
        if message["role"] != ("user", "assistant")[number % 2]:
            return "A conversation must alternate between user and assistant roles and start with a user message."
        if not message["content"]:
            return f"The content field in the Message object at messages.{number} is empty."
        results = [block["toolResult"]["toolUseId"] for block in message["content"] if "toolResult" in block]
        if sorted(results) != sorted(waiting):
            return f"Expected toolResult blocks at messages.{number}.content for the following Ids: {waiting}"
        for block in message["content"]:
            wrong = _block_trouble(block)
            if wrong:
                return f"{wrong} at messages.{number}"
        waiting = [block["toolUse"]["toolUseId"] for block in message["content"] if "toolUse" in block]
    return "the last calls have no results" if waiting else ""


def _block_trouble(block: Json) -> str:
    if len(block) != 1:
        return "a content block has one member"
    if "text" in block and not block["text"].strip():
        return "The text field in the ContentBlock object is blank"
    if "image" in block or "document" in block:
        held = block.get("image") or block["document"]
        if not base64.b64decode(held["source"]["bytes"], validate=True):
            return "the source is empty"
    if "toolUse" in block and not (_ID.fullmatch(block["toolUse"]["toolUseId"]) and "input" in block["toolUse"]):
        return "a toolUse is malformed"
    if "toolResult" in block and not block["toolResult"]["content"]:
        return "The content field in the toolResult object is empty"
    thought = (block.get("reasoningContent") or {}).get("reasoningText")
    if thought is not None and thought.get("signature") != signature_of(thought["text"]):
        return "Invalid `signature` in `thinking` block"
    return ""


# What it says.


def _words(blocks: list[Json]) -> str:
    return " ".join(block["text"] for block in blocks if "text" in block)


def _plain(message: Json) -> Json:
    """A message as the fake's brain reads it."""
    results = [block["toolResult"] for block in message["content"] if "toolResult" in block]
    if results:
        return {"role": "tool", "content": _words(results[-1]["content"])}
    return {"role": message["role"], "content": _words(message["content"])}


def _answer(ask: Ask) -> Said:
    body = ask.json
    turns = [_plain(message) for message in body["messages"]]
    if body.get("system"):
        turns.insert(0, {"role": "system", "content": _words(body["system"])})
    specs = [tool["toolSpec"] for tool in (body.get("toolConfig") or {}).get("tools") or [] if "toolSpec" in tool]
    config = body.get("inferenceConfig") or {}
    said = answer(
        ask.scenario, turns, [{"function": {"name": spec["name"]}} for spec in specs], config.get("maxTokens")
    )
    if "echo" in ask.scenario:
        said.text = json.dumps({"path": ask.path, "headers": ask.headers, "body": body})
    for stop in config.get("stopSequences") or []:
        if stop in said.text:
            said.text, said.finish = said.text.partition(stop)[0], "stop_sequence"
            said.output_tokens = tokens_of(said.text)
    return said


def _stop(said: Said) -> str:
    return _STOPS.get(said.finish, said.finish)


def _usage(ask: Ask, said: Said) -> Json:
    """With cache points in the request, a part of the prompt was read from the cache and a part written to it."""
    cached = b'"cachePoint"' in ask.body
    counts = {"inputTokens": said.input_tokens, "outputTokens": said.output_tokens}
    more = {"cacheReadInputTokens": 2, "cacheWriteInputTokens": 3} if cached else {}
    return {**counts, **more, "totalTokens": sum(counts.values()) + sum(more.values())}


def _thought(said: Said) -> Json:
    return {"text": said.reasoning, "signature": signature_of(said.reasoning)}


def _calls(said: Said) -> list[Json]:
    return [
        {"toolUseId": f"tooluse_{call['id']}", "name": call["function"]["name"], "input": call["function"]["arguments"]}
        for call in said.calls
    ]


def _content(said: Said) -> list[Json]:
    blocks: list[Json] = [{"reasoningContent": {"reasoningText": _thought(said)}}] if said.reasoning else []
    blocks += [{"text": said.text}] if said.text else []
    return blocks + [{"toolUse": {**call, "input": json.loads(call["input"])}} for call in _calls(said)]


def _frames(ask: Ask, said: Said) -> Iterator[bytes]:
    """The frames of a stream: texts have no beginning of their own, usage comes after the end of the message."""
    yield aws.frame("messageStart", {"role": "assistant", "p": "abcd"})
    for index, (deltas, start) in enumerate(_blocks(said)):
        if start:
            yield aws.frame("contentBlockStart", {"contentBlockIndex": index, "start": start})
        for delta in deltas:
            yield aws.frame("contentBlockDelta", {"contentBlockIndex": index, "delta": delta})
        yield aws.frame("contentBlockStop", {"contentBlockIndex": index})
    if "errstream" in ask.scenario:
        told = {"message": "The model failed", "originalStatusCode": 500}
        yield aws.frame("modelStreamErrorException", told, "exception")
        return
    if "429-midstream" in ask.scenario:
        yield aws.frame("throttlingException", {"message": "Too many tokens"}, "exception")
        return
    if "nodone" in ask.scenario:
        return
    yield aws.frame("messageStop", {"stopReason": _stop(said)})
    if "nousage" not in ask.scenario:
        yield aws.frame("metadata", {"usage": _usage(ask, said), "metrics": {"latencyMs": 1}})


def _blocks(said: Said) -> Iterator[tuple[list[Json], Json]]:
    if said.reasoning:
        words = [{"reasoningContent": {"text": word}} for word in Said(text=said.reasoning).pieces()]
        yield [*words, {"reasoningContent": {"signature": signature_of(said.reasoning)}}], {}
    if said.text:
        yield [{"text": word} for word in said.pieces()], {}
    for call in _calls(said):
        text = call["input"]
        size = max(len(text) // 4, 1)
        pieces = [{"toolUse": {"input": text[at : at + size]}} for at in range(0, len(text), size)]
        yield pieces, {"toolUse": {"toolUseId": call["toolUseId"], "name": call["name"]}}


async def _invoke(ask: Ask, model: str) -> None:
    """Embeddings: one text for Titan's models, ninety-six for Cohere's."""
    body: Any = ask.json
    if "cohere" in model:
        if not body.get("input_type") or not 0 < len(body["texts"]) <= 96:
            await aws.refuse(ask, 400, "ValidationException", "texts or input_type is wrong")
            return
        count = str(sum(tokens_of(text) for text in body["texts"]))
        told = {"embeddings": [vector(text, 8) for text in body["texts"]], "response_type": "embeddings_floats"}
        headers = {"x_amzn_bedrock_input_token_count": count}
        await ask.raw(200, json.dumps(told).encode(), "application/json", **headers)
    elif body.keys() <= {"inputText", "dimensions", "normalize"} and isinstance(body.get("inputText"), str):
        text = body["inputText"]
        await ask.answer(200, {"embedding": vector(text, 8), "inputTextTokenCount": tokens_of(text)})
    else:
        await aws.refuse(ask, 400, "ValidationException", "Malformed input request")
